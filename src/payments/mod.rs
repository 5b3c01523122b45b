//! Money: held while the car is told, taken once the car has confirmed, given back otherwise.

pub mod model;
#[cfg(feature = "ssr")]
pub mod port;
