//! What is said to whom, on which channel, and by when.
//!
//! A message is a row a channel, written in the same transaction as what it tells. A job sends it; until then it is visibly
//! waiting, after its deadline visibly late. Which events take which channels is one table, in [`model`].

#[cfg(feature = "ssr")]
pub mod communication;
#[cfg(feature = "ssr")]
mod delivery;
#[cfg(feature = "ssr")]
pub mod devices;
#[cfg(feature = "ssr")]
pub mod forms;
pub mod model;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod preferences;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
pub mod samples;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod signed;
#[cfg(feature = "ssr")]
pub mod texts;

#[cfg(feature = "ssr")]
pub use delivery::{Release, SendEmail, SendPush, SendSms};
#[cfg(feature = "ssr")]
pub use service::{AccountEmail, Notice, notify, send_account_email};
