//! How orders are placed, and what the factory's messages mean. Decisions only.

use super::port::FactoryStatus;
use crate::kernel::Timestamp;
use crate::sales::model::{OrderEvent, OrderStatus};
use chrono::TimeDelta;

/// The firmware the factory puts into new cars today. The car itself is asked once it is delivered.
pub const FIRMWARE: &str = "4.10.2";

/// How the factory is tried again (rulebook §3, §13).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactoryPolicy {
    /// Requests in all before people order by phone.
    pub max_attempts: i64,
    /// How long to wait after the first that failed.
    pub initial_backoff: TimeDelta,
    /// How much longer after each further one.
    pub multiplier: f64,
    /// The longest wait.
    pub max_backoff: TimeDelta,
    /// How long after a request without an answer its key may be sent again. The contract remembers keys for 24 hours:
    /// later the same key could become a second order.
    pub key_holds: TimeDelta,
}

impl Default for FactoryPolicy {
    fn default() -> Self {
        FactoryPolicy {
            max_attempts: 10,
            initial_backoff: TimeDelta::seconds(60),
            multiplier: 2.0,
            max_backoff: TimeDelta::hours(1),
            key_holds: TimeDelta::hours(23),
        }
    }
}

impl FactoryPolicy {
    /// How long to wait after this many requests, without jitter.
    pub fn backoff(&self, attempts: i64) -> TimeDelta {
        let exponent = i32::try_from(attempts.clamp(1, 64) - 1).unwrap_or(63);
        let seconds = self.initial_backoff.as_seconds_f64() * self.multiplier.powi(exponent);
        TimeDelta::milliseconds((seconds.min(self.max_backoff.as_seconds_f64()) * 1000.0) as i64)
    }

    /// Whether a key may still be sent again, when a request with it has had no answer since then.
    pub fn key_is_good(&self, unanswered_since: Option<Timestamp>, now: Timestamp) -> bool {
        unanswered_since.is_none_or(|since| now - since < self.key_holds)
    }
}

/// What a message of the factory does to an order.
///
/// `seen_at` is the factory's own time of the newest message that said the present state. States only go forward, with
/// the one way back that there really is: quality control may send a car back to production. Which visit to these two a
/// message tells of is known by its time alone.
pub fn step(status: OrderStatus, seen_at: Option<Timestamp>, told: FactoryStatus, at: Timestamp) -> Option<OrderEvent> {
    let event = event_of(told)?;
    status.on(event).ok()?;
    let of_an_earlier_visit = match (status, told) {
        (OrderStatus::QualityControl, FactoryStatus::ProductionInProgress) => seen_at.is_some_and(|seen| at <= seen),
        (OrderStatus::ProductionInProgress, FactoryStatus::QualityControl) => seen_at.is_some_and(|seen| at < seen),
        _ => false,
    };
    (!of_an_earlier_visit).then_some(event)
}

fn event_of(told: FactoryStatus) -> Option<OrderEvent> {
    Some(match told {
        // Known from the answer to the order.
        FactoryStatus::OrderPlaced => return None,
        FactoryStatus::ProductionScheduled => OrderEvent::ProductionScheduled,
        FactoryStatus::ProductionInProgress => OrderEvent::ProductionStarted,
        FactoryStatus::QualityControl => OrderEvent::QualityControlStarted,
        FactoryStatus::ReadyForShipment => OrderEvent::ReadyForShipment,
        FactoryStatus::InTransit => OrderEvent::Shipped,
        FactoryStatus::ArrivedAtDealership => OrderEvent::Arrived,
        FactoryStatus::Cancelled => OrderEvent::FactoryRejected,
    })
}

/// Whether a message says the state that the order has already: its time may tell of a later visit.
pub fn says_again(status: OrderStatus, told: FactoryStatus) -> bool {
    status.as_str() == told.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use FactoryStatus as F;
    use OrderStatus as S;
    use proptest::prelude::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    /// An order that takes messages, and what its customer was told.
    #[derive(Debug, PartialEq)]
    struct Car {
        status: S,
        seen: Option<Timestamp>,
        told: Vec<S>,
    }

    impl Car {
        fn after(messages: impl IntoIterator<Item = (F, Timestamp)>) -> Car {
            let mut car = Car { status: S::OrderPlaced, seen: None, told: Vec::new() };
            for (told, at) in messages {
                if let Some(event) = step(car.status, car.seen, told, at) {
                    car.status = car.status.on(event).unwrap();
                    car.seen = Some(at);
                    car.told.push(car.status);
                } else if says_again(car.status, told) {
                    car.seen = car.seen.max(Some(at));
                }
            }
            car
        }
    }

    fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
        if items.is_empty() {
            return vec![Vec::new()];
        }
        let mut all = Vec::new();
        for n in 0..items.len() {
            let mut rest = items.to_vec();
            let first = rest.remove(n);
            for mut tail in permutations(&rest) {
                tail.insert(0, first.clone());
                all.push(tail);
            }
        }
        all
    }

    /// A manufacture with one rework, as far as it has come.
    const STORY: [F; 8] = [
        F::ProductionScheduled,
        F::ProductionInProgress,
        F::QualityControl,
        F::ProductionInProgress,
        F::QualityControl,
        F::ReadyForShipment,
        F::InTransit,
        F::ArrivedAtDealership,
    ];

    #[test]
    fn every_order_of_the_messages_ends_in_the_furthest_real_state_and_tells_no_visit_twice() {
        for length in 1..=STORY.len() {
            let messages: Vec<_> = STORY[..length].iter().enumerate().map(|(n, told)| (*told, at(n as i64))).collect();
            let straight = Car::after(messages.clone());
            assert_eq!(straight.told.len(), length);
            for order in permutations(&messages) {
                let car = Car::after(order.clone());
                assert_eq!(car.status, straight.status, "{order:?}");
                for &status in S::ALL {
                    let visits = STORY[..length].iter().filter(|told| says_again(status, **told)).count();
                    let told = car.told.iter().filter(|told| **told == status).count();
                    assert!(told <= visits, "{status} was told {told} times: {order:?}");
                }
            }
        }
    }

    proptest! {
        /// Twice, late, and in any order.
        #[test]
        fn repeated_messages_change_nothing(picks in proptest::collection::vec(0..STORY.len(), 0..40), seed in any::<u64>()) {
            // All of the story, with some of it repeated, shuffled.
            let mut order: Vec<usize> = (0..STORY.len()).chain(picks).collect();
            let mut state = seed | 1;
            for n in (1..order.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(n, (state >> 33) as usize % (n + 1));
            }
            let car = Car::after(order.iter().map(|&n| (STORY[n], at(n as i64))));
            prop_assert_eq!(car.status, S::ArrivedAtDealership);
            for &status in S::ALL {
                let visits = STORY.iter().filter(|told| says_again(status, **told)).count();
                prop_assert!(car.told.iter().filter(|told| **told == status).count() <= visits);
            }
        }
    }

    #[test]
    fn what_lies_behind_changes_nothing() {
        for (status, told) in [
            (S::InTransit, F::ReadyForShipment),
            (S::ReadyForShipment, F::ProductionInProgress),
            (S::ProductionInProgress, F::ProductionScheduled),
            (S::AwaitingFinalPayment, F::ArrivedAtDealership),
            (S::AwaitingFinalPayment, F::Cancelled),
            (S::Delivered, F::Cancelled),
            (S::CancelledPaymentFailure, F::QualityControl),
            (S::CancelledFactoryRejected, F::ArrivedAtDealership),
            (S::OrderPlaced, F::OrderPlaced),
        ] {
            assert_eq!(step(status, Some(at(0)), told, at(9)), None, "{status} {told}");
        }
    }

    #[test]
    fn production_follows_quality_control_only_when_it_is_later() {
        let again = |minute| step(S::QualityControl, Some(at(5)), F::ProductionInProgress, at(minute));
        assert_eq!((again(4), again(5), again(6)), (None, None, Some(OrderEvent::ProductionStarted)));
        let forward = |minute| step(S::ProductionInProgress, Some(at(5)), F::QualityControl, at(minute));
        assert_eq!((forward(4), forward(5)), (None, Some(OrderEvent::QualityControlStarted)));
        // A clock that runs wrong keeps no car from moving on where there is no way back.
        assert_eq!(step(S::QualityControl, Some(at(5)), F::InTransit, at(1)), Some(OrderEvent::Shipped));
    }

    #[test]
    fn the_factory_may_stop_until_the_car_has_arrived() {
        for &status in S::ALL {
            let stops = step(status, None, F::Cancelled, at(0)).is_some();
            let at_the_factory = [
                S::ReservationPaid,
                S::OrderPlaced,
                S::ProductionScheduled,
                S::ProductionInProgress,
                S::QualityControl,
                S::ReadyForShipment,
                S::InTransit,
            ];
            assert_eq!(stops, at_the_factory.contains(&status), "{status}");
        }
    }

    #[test]
    fn waits_grow_and_stay_within_an_hour() {
        let policy = FactoryPolicy::default();
        let waits: Vec<i64> = (1..=10).map(|n| policy.backoff(n).num_seconds()).collect();
        assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]);
    }

    #[test]
    fn a_key_is_not_sent_again_after_23_hours_without_an_answer() {
        let policy = FactoryPolicy::default();
        assert!(policy.key_is_good(None, at(99 * 60)));
        assert!(policy.key_is_good(Some(at(0)), at(23 * 60 - 1)));
        assert!(!policy.key_is_good(Some(at(0)), at(23 * 60)));
    }
}
