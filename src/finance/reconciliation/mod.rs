//! The gateway's daily settlement report against the books (rulebook §12): what disagrees, why, and who deals with it.
//!
//! Comparing never changes the books. Where the report says what no message told us, finance takes its word over with a
//! click ([`desk::apply`]), which stands in the audit log.

mod compare;
pub mod desk;
pub mod model;
mod rules;
mod run;

pub use run::{DAYS_BACK, Reconcile, ask_for};
