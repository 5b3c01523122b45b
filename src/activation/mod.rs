//! The OTA engine: how a service gets into a vehicle, and out again.
//!
//! `engine` makes the attempts, `verdict` writes how they ended, `callbacks` hears what API IoT tells later,
//! `deactivation` switches services off, `restore` puts back what a stale command took away, `escalation` hands a case to a person, `manual` is that person's own try.

pub mod model;

#[cfg(feature = "ssr")]
pub mod aftermath;
#[cfg(feature = "ssr")]
pub mod callbacks;
#[cfg(feature = "ssr")]
pub mod deactivation;
#[cfg(feature = "ssr")]
pub mod engine;
#[cfg(feature = "ssr")]
pub mod escalation;
#[cfg(feature = "ssr")]
mod failures;
#[cfg(feature = "ssr")]
pub mod manual;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
pub mod restore;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
mod upkeep;
#[cfg(feature = "ssr")]
mod verdict;

#[cfg(feature = "ssr")]
pub use repository::running_services;
