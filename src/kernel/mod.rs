//! What every room stands on: money, time, chance, ids, languages, the database and its jobs.

#[macro_use]
pub mod codes;
#[macro_use]
pub mod ids;
pub mod locale;
pub mod money;

#[cfg(feature = "ssr")]
#[macro_use]
pub mod database;

#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod failpoint;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod planted;
#[cfg(feature = "ssr")]
pub mod rng;
#[cfg(feature = "ssr")]
pub mod spans;
#[cfg(feature = "ssr")]
pub mod when;

/// A moment in UTC, cut to microseconds (PostgreSQL keeps no more).
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Later than anything that happens: where a list paged by time begins.
pub const FAR_FUTURE: Timestamp =
    chrono::DateTime::from_timestamp(253_402_300_799, 0).expect("the year 9999 is a year");
