//! Finance's desk of subscriptions: what is billed and when, whose charge failed, and what is owed.
//!
//! For others than operations and finance these pages do not exist, and the try is audited.

mod actions;
mod debt;
mod debts;
mod files;
mod subscriptions;

use crate::ui::Crumb;
use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;

/// Where debts are.
const DEBTS: &str = "/operaciones/deudas";
/// Where subscriptions are.
const SUBSCRIPTIONS: &str = "/operaciones/suscripciones";

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get(DEBTS, debts::debts_page),
        get("/operaciones/deudas.csv", files::debts_file),
        get("/operaciones/deudas/{id}", debt::debt_page),
        get("/operaciones/facturas/{id}", debt::invoice_page),
        get(SUBSCRIPTIONS, subscriptions::subscriptions_page),
        get("/operaciones/suscripciones.csv", files::preview_file),
        get("/operaciones/suscripciones/impagos.csv", files::past_due_file),
    ]
}

/// Who works here.
fn finance(web: &WebContext) -> Result<&CurrentUser, Refusal> {
    web.require_role(&[Role::Operations])
}

/// The way back to the desk.
fn crumbs(web: &WebContext) -> Vec<Crumb> {
    vec![Crumb::new("/operaciones", web.t("Operaciones", "Operations"))]
}

/// Amounts of several currencies, side by side: nothing is converted. "0" where there is none.
fn amounts(sums: impl Iterator<Item = Money>, locale: Locale) -> String {
    let words: Vec<_> = sums.map(|sum| sum.display(locale)).collect();
    if words.is_empty() { "0".to_owned() } else { words.join(" · ") }
}
