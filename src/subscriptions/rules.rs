//! Pure decisions: periods by date, the share of used days, the dunning calendar.
//!
//! A day belongs to the contract that has the service at its end. So the day of activation is billed, the day of the end is
//! not, and somebody who subscribes again on that day is not billed for it twice.

use super::model::{Day, DunningAct, DunningStep, Period, UsedDays};
use crate::kernel::Timestamp;
use crate::kernel::money::{Cents, Money};
use chrono::{Datelike as _, Months, NaiveDate, TimeDelta};

/// How a charge that failed is tried again (rulebook §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DunningPolicy {
    /// Tries after the first.
    pub retries: i32,
    /// The time between two tries.
    pub interval: TimeDelta,
}

impl Default for DunningPolicy {
    fn default() -> Self {
        DunningPolicy { retries: 3, interval: TimeDelta::hours(48) }
    }
}

impl DunningPolicy {
    /// From the first failure to the end of the calendar.
    pub fn span(self) -> TimeDelta {
        self.interval * self.retries
    }
}

/// The period that begins on this day, for a subscription whose periods begin on the `anchor`th of the month: in a month
/// without such a day on its last one, and on the `anchor`th again afterwards.
pub fn period_from(start: Day, anchor: u32) -> Period {
    // Adding months cuts to the last day of a shorter month; from there the anchor is taken up again.
    let next = start.0.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    let end = (next.day()..=anchor).rev().find_map(|day| next.with_day(day)).unwrap_or(next);
    Period { start, end: Day(end) }
}

/// What the days from the beginning of a period up to, and without, `today` cost.
pub fn used_days(period: Period, price: Money, today: Day) -> UsedDays {
    let end = Day(today.0.clamp(period.start.0, period.end.0));
    let used = Period { start: period.start, end };
    UsedDays { period: used, of_days: period.days(), amount: share(price, used.days(), period.days()) }
}

/// The share of a price for some of its days, rounded down to the cent.
pub fn share(price: Money, days: i64, of_days: i64) -> Money {
    let days = days.clamp(0, of_days.max(0));
    let cents = if of_days <= 0 { 0 } else { i128::from(price.cents.0) * i128::from(days) / i128::from(of_days) };
    // A share of an i64 fits one.
    Money::new(Cents(i64::try_from(cents).unwrap_or(price.cents.0)), price.currency)
}

/// The steps still to come: the tries from `next` on, an interval apart, and the end. `no_method` says that the only way to
/// pay was refused for good, or that there is none: then nothing is tried by itself, and the calendar ends all the same.
pub fn dunning_calendar(
    policy: DunningPolicy,
    next: Timestamp,
    ends_at: Timestamp,
    no_method: bool,
) -> Vec<DunningStep> {
    let mut steps = Vec::new();
    let mut at = next.min(ends_at);
    // A calendar has a few steps. The bound is for settings nobody means.
    for _ in 0..100 {
        let last = at >= ends_at;
        let act = match (last, no_method) {
            (false, false) => DunningAct::Retry,
            (false, true) => DunningAct::NoTry,
            (true, false) => DunningAct::LastRetry,
            (true, true) => DunningAct::End,
        };
        steps.push(DunningStep { at, act });
        if last {
            break;
        }
        at = (at + policy.interval).min(ends_at);
    }
    steps
}

/// What would follow if a charge failed at `at`: shown before anything has failed.
pub fn calendar_if_failed(policy: DunningPolicy, at: Timestamp) -> Vec<DunningStep> {
    dunning_calendar(policy, at + policy.interval, at + policy.span(), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;
    use crate::kernel::when::{day_there, start_of_day};
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day(text.parse().unwrap())
    }

    fn starts(from: &str, count: usize) -> Vec<String> {
        let mut at = day(from);
        let anchor = at.0.day();
        (0..count)
            .map(|_| {
                at = period_from(at, anchor).end;
                at.to_string()
            })
            .collect()
    }

    #[test]
    fn periods_begin_on_their_day_of_the_month() {
        for (from, next) in [
            ("2026-11-21", vec!["2026-12-21", "2027-01-21", "2027-02-21"]),
            ("2026-01-31", vec!["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
            ("2028-01-31", vec!["2028-02-29", "2028-03-31"]),
            ("2026-01-30", vec!["2026-02-28", "2026-03-30", "2026-04-30"]),
            ("2027-12-31", vec!["2028-01-31", "2028-02-29", "2028-03-31"]),
            ("2028-02-29", vec!["2028-03-29", "2028-04-29"]),
            ("2027-01-29", vec!["2027-02-28", "2027-03-29"]),
        ] {
            assert_eq!(starts(from, next.len()), next, "{from}");
        }
    }

    #[test]
    fn a_period_is_over_at_local_midnight_on_both_days_of_daylight_saving() {
        for (day, zone, at) in [
            ("2026-03-29", "Europe/Madrid", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "Europe/Madrid", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "Europe/Madrid", "2026-10-24T22:00:00Z"),
            ("2026-10-26", "Europe/Madrid", "2026-10-25T23:00:00Z"),
            ("2026-10-25", "Europe/London", "2026-10-24T23:00:00Z"),
            ("2026-03-08", "America/New_York", "2026-03-08T05:00:00Z"),
            ("2026-11-01", "America/New_York", "2026-11-01T04:00:00Z"),
            ("2026-11-02", "America/New_York", "2026-11-02T05:00:00Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            let day: NaiveDate = day.parse().unwrap();
            assert_eq!(start_of_day(day, zone), at, "{day} {zone}");
            assert_eq!(day_there(at, zone), day);
        }
    }

    #[test]
    fn used_days_are_rounded_down() {
        let price = Money::new(Cents(990), Currency::Eur);
        let november = Period { start: day("2026-11-10"), end: day("2026-12-10") };
        for (today, days, cents) in [
            ("2026-11-10", 0, 0),
            ("2026-11-11", 1, 33),
            ("2026-11-20", 10, 330),
            ("2026-12-09", 29, 957),
            ("2026-12-10", 30, 990),
            ("2027-12-10", 30, 990),
            ("2026-11-01", 0, 0),
        ] {
            let used = used_days(november, price, day(today));
            assert_eq!((used.period.days(), used.amount.cents.0, used.of_days), (days, cents, 30), "{today}");
        }
    }

    #[test]
    fn the_calendar_is_known_in_advance() {
        let at: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let policy = DunningPolicy::default();
        let steps = calendar_if_failed(policy, at);
        let told: Vec<_> = steps.iter().map(|step| (step.at.to_rfc3339(), step.act)).collect();
        assert_eq!(
            told,
            [
                ("2026-11-23T00:00:00+00:00".to_owned(), DunningAct::Retry),
                ("2026-11-25T00:00:00+00:00".to_owned(), DunningAct::Retry),
                ("2026-11-27T00:00:00+00:00".to_owned(), DunningAct::LastRetry),
            ]
        );
        let hard = dunning_calendar(policy, at + policy.interval, at + policy.span(), true);
        assert_eq!(
            hard.last(),
            Some(&DunningStep { at: steps[2].at, act: DunningAct::End }),
            "it ends at the same time"
        );
        let none = DunningPolicy { retries: 0, ..policy };
        assert_eq!(calendar_if_failed(none, at), [DunningStep { at, act: DunningAct::LastRetry }]);
    }

    proptest! {
        #[test]
        fn no_day_is_billed_twice_or_never(year in 2020i32..2100, ordinal in 1u32..=365, periods in 1usize..60) {
            let start = Day(NaiveDate::from_yo_opt(year, ordinal).unwrap());
            let (mut at, mut days) = (start, 0);
            for _ in 0..periods {
                let period = period_from(at, start.0.day());
                prop_assert!((28..=31).contains(&period.days()), "{period:?}");
                prop_assert_eq!(period.start, at);
                let last_of_month = period.end.0.succ_opt().unwrap().day() == 1;
                prop_assert!(period.end.0.day() == start.0.day() || last_of_month);
                days += period.days();
                at = period.end;
            }
            prop_assert_eq!((at.0 - start.0).num_days(), days);
        }

        #[test]
        fn a_share_never_exceeds_the_price(cents in 1i64..10_000_000, days in -5i64..40, of in 1i64..32) {
            let price = Money::new(Cents(cents), Currency::Gbp);
            let part = share(price, days, of);
            prop_assert!(part.cents >= Cents::ZERO && part.cents <= price.cents);
            prop_assert!(part.cents <= share(price, days + 1, of).cents);
            prop_assert_eq!(share(price, of, of), price);
        }

        #[test]
        fn two_neighbouring_contracts_share_a_day_of_change_fairly(offset in 0i64..31) {
            let period = period_from(day("2026-01-05"), 5);
            let change = Day(period.start.0 + TimeDelta::days(offset));
            let price = Money::new(Cents(3_100), Currency::Eur);
            let first = used_days(period, price, change);
            prop_assert_eq!(first.period.end, change, "the day of the change belongs to the next contract");
        }
    }
}
