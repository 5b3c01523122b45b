//! Time is a port. Nothing else in the project asks the machine what time it is.

use super::Timestamp;
use chrono::{DurationRound, TimeDelta};
use std::sync::Mutex;

/// Tells the time in UTC, cut to microseconds.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Cuts a moment to microseconds, the finest both databases keep.
pub fn cut(at: Timestamp) -> Timestamp {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's implementation")]
    fn now(&self) -> Timestamp {
        cut(chrono::Utc::now())
    }
}

/// A clock that stands still until it is moved. For tests and simulations.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows this moment.
    pub fn at(start: Timestamp) -> ManualClock {
        ManualClock(Mutex::new(cut(start)))
    }

    /// Moves time forward.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("nobody panics while holding the clock") += by;
    }

    /// Sets the time.
    pub fn set(&self, to: Timestamp) {
        *self.0.lock().expect("nobody panics while holding the clock") = cut(to);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("nobody panics while holding the clock")
    }
}
