//! Selling a vehicle: from the salesperson's draft to the key in the customer's hand (rulebook §3).

pub mod model;
pub mod pricing;

pub mod delivery;
pub mod factory;
pub mod registration;

#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod documents;
#[cfg(feature = "ssr")]
pub mod journey;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod orders;
#[cfg(feature = "ssr")]
pub mod payment;
#[cfg(feature = "ssr")]
pub mod plans;
#[cfg(feature = "ssr")]
pub mod sale;
#[cfg(feature = "ssr")]
pub mod stock;
#[cfg(feature = "ssr")]
pub mod who;
#[cfg(feature = "ssr")]
pub mod words;
