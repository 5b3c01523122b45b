//! The customer's expediente: the cars, what needs the customer, what is in each car, what was paid, and the story of it.
//!
//! Everything on a page is read in one transaction, and every list is paged by key, so that a page costs the same for
//! somebody with two entries and somebody with two thousand.

mod cars;
mod facts;
mod needs;
mod overview;
mod payments;
mod query;
mod services;
pub mod states;
mod story;
pub mod words;

use crate::web::{Refusal, Role, Route, WebContext, get};
use caas::accounts::SessionUser;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/expediente", overview::expediente_page),
        get("/expediente/servicios", services::services_page),
        get("/expediente/pagos", payments::payments_page),
    ]
}

/// Whose expediente it is. For staff there is none.
fn owner(web: &WebContext) -> Result<&SessionUser, Refusal> {
    web.require_role(&[Role::Customer])
}
