//! The maintenance of the customers' cars, as the workshops' system (VSS) tells it: what it opens and closes in the
//! catalogue, and what it does to the warranty (rulebook §4).
//!
//! CaaS only asks. An answer is kept for an hour ([`model::KEPT_FOR`]); every answer is also judged for the warranty. No page and
//! no order waits for VSS: they read what is kept ([`Upkeep`]) and have the rest asked by a job ([`ask`]).
//! Nothing in here touches what runs.

pub mod model;
pub mod rules;

#[cfg(feature = "ssr")]
pub mod ask;
#[cfg(feature = "ssr")]
pub mod fleet;
#[cfg(feature = "ssr")]
pub mod gate;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod warranty;

#[cfg(feature = "ssr")]
pub use store::{Upkeep, Workshop};
