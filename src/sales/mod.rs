//! Vehicles: who owns which.

#[cfg(feature = "ssr")]
pub mod vehicles;
