//! Money: held while the car is told, taken once the car has confirmed, given back otherwise.

pub mod model;

#[cfg(feature = "ssr")]
pub mod chargebacks;
#[cfg(feature = "ssr")]
mod failures;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod ledger;
#[cfg(feature = "ssr")]
pub mod methods;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod refunds;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod settlement;
