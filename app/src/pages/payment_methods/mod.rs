//! A customer's ways to pay. They are entered on the bank's page; no card number ever passes through here.

mod actions;
mod back;
mod choose;
mod list;
mod patience;

use crate::web::{Route, get};

pub(in crate::pages) use choose::{choose, first};

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![get(PATH, list::methods_page), get("/cuenta/metodos-de-pago/vuelta", back::way_back)]
}

/// Where they are listed.
pub const PATH: &str = "/cuenta/metodos-de-pago";
