//! When a rule is broken, and what follows from it. Pure.

use super::model::{AlertState, Limit, Measure, Rule};
use crate::kernel::Timestamp;

/// What a measure says of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The rule is broken.
    Broken,
    /// It holds, or nothing has happened in its window.
    Fine,
    /// The sample is too small to say.
    TooFew,
}

/// A rule goes a step on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It begins to be watched.
    Pend,
    /// People are told.
    Fire,
    /// It was short: nobody was told.
    CalmDown,
    /// It is over.
    Resolve,
}

impl Limit {
    /// Whether a measure lies beyond it. Exact: nothing is divided.
    pub fn is_broken_by(self, measure: Measure) -> bool {
        let beyond = |over: i64, of: i64| {
            (i128::from(measure.part) * i128::from(of)).cmp(&(i128::from(over) * i128::from(measure.whole)))
        };
        match self {
            Limit::Above(over, of) => beyond(over, of).is_gt(),
            Limit::Below(over, of) => beyond(over, of).is_lt(),
        }
    }
}

/// What a measure says of a rule.
pub fn read(rule: Rule, measure: Measure) -> Reading {
    if measure.whole == 0 {
        Reading::Fine
    } else if measure.whole < rule.minimum() {
        Reading::TooFew
    } else if rule.limit().is_broken_by(measure) {
        Reading::Broken
    } else {
        Reading::Fine
    }
}

/// What follows for a rule that has been in its state since then.
pub fn step(rule: Rule, state: AlertState, since: Timestamp, reading: Reading, now: Timestamp) -> Option<Step> {
    match (state, reading) {
        (AlertState::Ok | AlertState::Resolved, Reading::Broken) => Some(Step::Pend),
        (AlertState::Pending, Reading::Broken) if now - since >= rule.patience() => Some(Step::Fire),
        (AlertState::Pending, Reading::Fine | Reading::TooFew) => Some(Step::CalmDown),
        (AlertState::Firing, Reading::Fine) => Some(Step::Resolve),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn measure(part: i64, whole: i64) -> Measure {
        Measure { part, whole }
    }

    /// The measure on a rule's limit, and the nearest one beyond it.
    #[test]
    fn exactly_on_the_limit_is_allowed_and_the_least_beyond_it_is_not() {
        let minute = 60_000;
        for (rule, on, beyond) in [
            (Rule::OtaFailures, measure(5, 100), measure(6, 100)),
            (Rule::GatewayAvailability, measure(95, 100), measure(94, 100)),
            (Rule::FactoryTimeouts, measure(10, 100), measure(11, 100)),
            (Rule::VssFailures, measure(20, 100), measure(21, 100)),
            (Rule::NotificationFailures, measure(2, 100), measure(3, 100)),
            (Rule::FinalPaymentFailures, measure(15, 100), measure(16, 100)),
            (Rule::FirstAttemptSuccess, measure(95, 100), measure(94, 100)),
            (Rule::MeanAttempts, measure(200, 100), measure(201, 100)),
            (Rule::Escalations, measure(5, 100), measure(6, 100)),
            (Rule::TimeToActivation, measure(15 * minute * 100, 100), measure(15 * minute * 100 + 1, 100)),
            (Rule::NeverSucceeding, measure(1, 100), measure(2, 101)),
            (Rule::FailedAfterSettlement, measure(5, 1000), measure(6, 1000)),
        ] {
            assert_eq!(read(rule, on), Reading::Fine, "{rule} at its limit");
            assert_eq!(read(rule, beyond), Reading::Broken, "{rule} beyond its limit");
        }
    }

    #[test]
    fn a_sample_below_the_minimum_says_nothing_and_none_at_all_is_fine() {
        for &rule in Rule::ALL {
            let worst = |whole| match rule.limit() {
                Limit::Above(..) => measure(whole * 1_000_000_000, whole),
                Limit::Below(..) => measure(0, whole),
            };
            assert_eq!(read(rule, worst(rule.minimum())), Reading::Broken, "{rule}");
            assert_eq!(read(rule, measure(0, 0)), Reading::Fine, "{rule}");
            if rule.minimum() > 1 {
                assert_eq!(read(rule, worst(rule.minimum() - 1)), Reading::TooFew, "{rule}");
            }
        }
    }

    #[test]
    fn large_numbers_do_not_overflow() {
        assert!(Limit::Above(1, 1_000_000).is_broken_by(measure(i64::MAX, i64::MAX)));
    }

    #[test]
    fn a_rule_is_pending_before_it_fires_and_resolved_when_it_holds() {
        use AlertState::{Firing, Ok, Pending, Resolved};
        use Reading::{Broken, Fine, TooFew};
        let since: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        for &rule in Rule::ALL {
            let at = |state, reading, after: TimeDelta| step(rule, state, since, reading, since + after);
            let (now, patience) = (TimeDelta::zero(), rule.patience());
            assert_eq!(at(Ok, Broken, now), Some(Step::Pend));
            assert_eq!(at(Resolved, Broken, now), Some(Step::Pend));
            assert_eq!(at(Pending, Broken, patience - TimeDelta::milliseconds(1)), None);
            assert_eq!(at(Pending, Broken, patience), Some(Step::Fire));
            assert_eq!(
                (at(Pending, Fine, now), at(Pending, TooFew, now)),
                (Some(Step::CalmDown), Some(Step::CalmDown))
            );
            assert_eq!(at(Firing, Fine, now), Some(Step::Resolve));
            assert_eq!((at(Firing, TooFew, now), at(Firing, Broken, patience)), (None, None));
            assert_eq!((at(Ok, Fine, now), at(Ok, TooFew, now), at(Resolved, Fine, now)), (None, None, None));
        }
    }
}
