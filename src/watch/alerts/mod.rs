//! Alerts over rows of the database (rulebook §14): measured every minute by one process for all.
//!
//! A rule that is broken is pending for a while before it fires, so that one bad minute wakes nobody; it is resolved when it
//! holds again. Too small a sample says nothing: it neither lets a rule fire nor resolves one, unless nothing at all has
//! happened in the window. People acknowledge what they work on, and silence what they know of.

mod evaluate;
mod mail;
mod measure;
pub mod model;
pub mod people;
pub mod rules;
pub mod store;
pub mod texts;

pub use evaluate::evaluate;
pub use mail::{MailAlert, addresses};
