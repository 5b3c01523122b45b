//! The OTA engine: how a service gets into a vehicle, and out again.

pub mod model;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod rules;
