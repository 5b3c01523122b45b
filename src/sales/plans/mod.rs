//! Commercial plans (*plan comercial*): what cars cost in a country, how much reserves one, which services come with it.
//!
//! A plan has versions. A version is never changed: who wants another price publishes another version, and every sale
//! keeps the one it was made with.

mod changes;
mod model;
mod repository;
mod service;
#[cfg(test)]
mod testing;
mod validation;

pub use super::pricing::{ColourPrice, OptionPrice, PriceList};
pub use changes::{Change, changes};
pub use model::{NewPlan, NewVersion, Plan, Version};
pub use repository::{active, countries, find, insert, insert_version, latest, list, version, versions};
pub use service::{create, publish, set_active};
pub use validation::{COLOURS, PlanField, PlanProblem, Problems};
