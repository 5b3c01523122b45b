//! Withdrawing from a contract (rulebook §8): the continuous function with its two labelled steps, the receipt, and the same
//! by the mail's link without signing in. Every page says until when and why.

mod actions;
mod by_link;
mod consents;
mod days;
mod page;
mod section;
mod words;

pub(in crate::pages) use consents::consents;
pub(in crate::pages) use section::{open_until, section};

use crate::web::{Route, get};
use caas::kernel::ids::ActivationId;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/expediente/activaciones/{id}/desistir", page::declare_page),
        get("/expediente/activaciones/{id}/desistimiento", page::receipt_page),
        get("/desistir/{token}", by_link::link_page),
    ]
}

/// The page on which a customer withdraws.
pub(in crate::pages) fn declare_path(id: ActivationId) -> String {
    format!("/expediente/activaciones/{id}/desistir")
}

/// The receipt.
fn receipt_path(id: ActivationId) -> String {
    format!("/expediente/activaciones/{id}/desistimiento")
}
