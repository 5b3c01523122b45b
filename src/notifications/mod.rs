//! What is said to whom, on which channel, and by when.
//!
//! A message is a row written in the same transaction as what it tells. A job sends it; until then it is visibly waiting,
//! after its deadline visibly late.

pub mod model;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod texts;

#[cfg(feature = "ssr")]
pub use service::{AccountEmail, Notice, notify, send_account_email};
