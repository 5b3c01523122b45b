//! The path of one service from the click to the car: order, hold, deliver, capture. Or: nothing is paid.

pub mod model;

#[cfg(feature = "ssr")]
pub mod authorise;
#[cfg(feature = "ssr")]
pub mod cancel;
#[cfg(feature = "ssr")]
pub mod discounts;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod view;
