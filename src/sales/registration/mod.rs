//! Registration with the body of the customer's country.

#[cfg(feature = "ssr")]
pub mod port;
