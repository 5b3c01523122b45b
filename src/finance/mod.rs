//! The money's books as finance reads them: balances, entries, and what the gateway's reports say of them.
//!
//! Nothing here writes to the books by itself. Finance's days are UTC days, as the gateway's reports have them.

pub mod books;
pub mod chargebacks;
pub mod closing;
pub mod funnel;
pub mod reconciliation;
pub mod revenue;
pub mod risk;

pub use closing::CloseDays;
pub use reconciliation::Reconcile;

use crate::kernel::Timestamp;
use chrono::{Days, NaiveDate, NaiveTime};

/// The moment a UTC day begins.
pub fn begins(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The moment a UTC day is over.
pub fn ends(day: NaiveDate) -> Timestamp {
    begins(day + Days::new(1))
}
