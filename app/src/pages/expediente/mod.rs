//! The customer's expediente: the cars, what needs the customer, what is in each car, what was paid, and the story of it.
//!
//! The same story is read by people of ours as evidence, with what the customer does not see; each such look is on record.
//!
//! Everything on a page is read in one transaction, and every list is paged by key, so that a page costs the same for
//! somebody with two entries and somebody with two thousand.

mod agent;
mod bill_words;
mod car_words;
mod cars;
mod entry;
mod evidence;
mod facts;
mod file;
mod needs;
mod overview;
mod paper;
mod payments;
mod place;
mod query;
mod services;
pub mod states;
mod story;
pub mod words;

pub(in crate::pages) use car_words::estimate_reason;
pub(in crate::pages) use evidence::{source_words, step};
pub(in crate::pages) use facts::Eyes;
pub(in crate::pages) use needs::payment_href;
pub(in crate::pages) use query::day;
pub(in crate::pages) use story::{day_words, story_of};
pub(in crate::pages) use words::to_the_second;

use crate::web::{Refusal, Role, Route, WebContext, get};
use caas::accounts::SessionUser;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/expediente", overview::expediente_page),
        get("/expediente/servicios", services::services_page),
        get("/expediente/pagos", payments::payments_page),
        get("/expediente/entradas/{id}", entry::own_entry_page),
        get("/expediente/imprimir", paper::paper_page),
        get("/expediente.csv", file::own_file),
        get("/soporte/clientes/{id}/expediente", agent::agent_page),
        get("/soporte/clientes/{id}/expediente.csv", agent::agent_file),
        get("/soporte/clientes/{id}/expediente/{entry}", agent::agent_entry_page),
    ]
}

/// Whose expediente it is. For staff there is none.
fn owner(web: &WebContext) -> Result<&SessionUser, Refusal> {
    web.require_role(&[Role::Customer])
}
