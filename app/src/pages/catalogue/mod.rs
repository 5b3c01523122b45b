//! What the cars can do more: the catalogue and the page of each service. Public; for a signed-in customer also
//! whether each offer fits the chosen car.

mod cars;
mod filters;
mod grid;
mod list;
mod query;
mod service;
mod words;

pub use cars::{Car, Cars};
pub use grid::{Reader, card};
pub use words::{Said, list_names, offer_action, price_line, say};

use crate::web::{Route, get};

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![get("/catalogo", list::catalogue_page).same_for_visitors(), get("/catalogo/{slug}", service::service_page)]
}
