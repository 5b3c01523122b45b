//! The *expediente de compra*: what happened, as a story for the customer and as evidence for everybody else.
//!
//! Every state change writes exactly one entry, in its own transaction, with time, actor, cause, before and after.
//! Entries are never changed; each carries the hash of the one before it, per customer.

#[cfg(feature = "ssr")]
pub mod chain;
pub mod model;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
pub mod service;

#[cfg(feature = "ssr")]
pub use service::{Entry, record};
