//! The way to the customer: transport, pick-up, hand-over.

#[cfg(feature = "ssr")]
pub mod port;
