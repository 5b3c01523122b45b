//! Every address and the page that stands there. One room, one line.

mod account;
pub mod catalogue;
mod home;

use crate::web::{Route, get};

/// All pages.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![get("/", home::home_page)];
    routes.extend(account::routes());
    routes.extend(catalogue::routes());
    routes
}
