//! What the cars can do more: services, the offers to buy them by, and whether an offer fits one vehicle now.
//!
//! The tables change a few times a year and are read on every page, so a process keeps them as one [`Snapshot`]
//! (see `cache`). A purchase does not trust the snapshot: it reads its offer again in its own transaction
//! (`repository::offer`) and decides with the same [`rules::offer_availability`] that the page used.

mod model;
pub mod rules;
mod search;

#[cfg(feature = "ssr")]
mod cache;
#[cfg(feature = "ssr")]
mod demo;
#[cfg(feature = "ssr")]
pub mod repository;

#[cfg(feature = "ssr")]
pub use cache::CatalogueCache;
#[cfg(feature = "ssr")]
pub use demo::{demo_service, seed_demo};
pub use model::*;
pub use search::{Filter, Found, folded};
