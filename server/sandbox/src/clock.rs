//! The time of the demo: the system clock plus an offset that only grows, or a clock that tests set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// A clock shared by the sandbox and the application in front of it; clones show the same time.
///
/// Times are cut to microseconds, because one of the databases behind the application keeps no more.
#[derive(Clone, Debug)]
pub struct SandboxClock(Arc<Mode>);

#[derive(Debug)]
enum Mode {
    /// Microseconds added to the system clock.
    System(AtomicI64),
    /// Microseconds since 1970, moved only by hand.
    Manual(AtomicI64),
}

impl SandboxClock {
    /// The system clock, not moved.
    #[must_use]
    pub fn system() -> Self {
        Self::from_offset(0)
    }

    /// The system clock moved by so many microseconds; the counterpart of [`SandboxClock::offset_micros`].
    #[must_use]
    pub fn from_offset(offset_micros: i64) -> Self {
        Self(Arc::new(Mode::System(AtomicI64::new(offset_micros))))
    }

    /// A clock that stands still until a test moves it.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Arc::new(Mode::Manual(AtomicI64::new(start.timestamp_micros()))))
    }

    /// The time, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &*self.0 {
            Mode::System(offset) => system_micros().saturating_add(offset.load(Ordering::SeqCst)),
            Mode::Manual(now) => now.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Moves the clock forward. It never goes back: bank books and vehicles have already lived through what was.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let (Mode::System(cell) | Mode::Manual(cell)) = &*self.0;
        // The closure always returns a value, so the update cannot fail.
        let _ = cell.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |old| Some(old.saturating_add(by)));
    }

    /// Moves the clock forward to a moment; a moment that is already past changes nothing.
    pub fn advance_to(&self, moment: DateTime<Utc>) {
        if let Ok(by) = (moment - self.now()).to_std() {
            self.advance(by);
        }
    }

    /// Sets a manual clock to any moment; moves a system clock forward as [`SandboxClock::advance_to`] does.
    pub fn set(&self, moment: DateTime<Utc>) {
        match &*self.0 {
            Mode::Manual(now) => now.store(moment.timestamp_micros(), Ordering::SeqCst),
            Mode::System(_) => self.advance_to(moment),
        }
    }

    /// Microseconds by which this clock is ahead of the system clock; 0 for a manual clock.
    #[must_use]
    pub fn offset_micros(&self) -> i64 {
        match &*self.0 {
            Mode::System(offset) => offset.load(Ordering::SeqCst),
            Mode::Manual(_) => 0,
        }
    }

    /// Raises the offset to at least this value: a restored world must not stand in the future.
    pub fn raise_offset(&self, offset_micros: i64) {
        if let Mode::System(offset) = &*self.0 {
            offset.fetch_max(offset_micros, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock others are to ask")]
fn system_micros() -> i64 {
    DateTime::<Utc>::from(SystemTime::now()).timestamp_micros()
}
