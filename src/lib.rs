//! CaaS, Car as a Service: what the business is.
//!
//! Each module is a room of the house (see `ARCHITECTURE.md`) with the same furniture: `model` (types and state
//! machines), `rules` (pure decisions), `repository` (SQL), `service` (use cases in one transaction), `port` (an outside
//! system as a trait). Types and rules compile to WebAssembly; everything that touches the database or time needs the
//! feature `ssr`.

#[macro_use]
pub mod kernel;

pub mod accounts;
pub mod activation;
#[cfg(feature = "ssr")]
pub mod analysis;
#[cfg(feature = "ssr")]
pub mod breaker;
pub mod catalogue;
pub mod expediente;
#[cfg(feature = "ssr")]
pub mod finance;
pub mod inbox;
pub mod maintenance;
pub mod monitoring;
pub mod notifications;
#[cfg(feature = "ssr")]
pub mod operations;
pub mod payments;
pub mod purchases;
pub mod rights;
pub mod sales;
pub mod subscriptions;
pub mod support;
#[cfg(feature = "ssr")]
pub mod vehicles;
#[cfg(feature = "ssr")]
pub mod verify;
#[cfg(feature = "ssr")]
pub mod watch;
#[cfg(feature = "ssr")]
pub mod ways_out;
#[cfg(feature = "ssr")]
pub mod withdrawal;

#[cfg(feature = "ssr")]
mod platform;
#[cfg(feature = "ssr")]
pub use platform::*;
