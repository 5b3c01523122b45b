//! Finance's desk: where the money stands, the books behind it, what is billed and when, whose charge failed, and what is
//! owed.
//!
//! For others than operations and finance these pages do not exist, and the try is audited.

mod account;
mod actions;
mod balance;
mod book_words;
mod bundle;
mod chargeback;
mod chargeback_words;
mod chargebacks;
mod debt;
mod debts;
mod discrepancy;
mod files;
mod funnel;
mod home;
mod months;
mod movement;
mod reconciliation;
mod reconciliation_words;
mod revenue;
mod risk;
mod subscriptions;
mod work;

use crate::ui::Crumb;
use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;

/// Where the money stands.
const FINANCE: &str = "/operaciones/finanzas";
/// The gateway's reports against the books.
const RECONCILIATION: &str = "/operaciones/finanzas/conciliacion";
/// The charges that banks took back.
const TASKS: &str = "/operaciones/finanzas/tareas";
/// The trial balance.
const BALANCE: &str = "/operaciones/finanzas/balance";
/// Where debts are.
const DEBTS: &str = "/operaciones/deudas";
/// Where subscriptions are.
const SUBSCRIPTIONS: &str = "/operaciones/suscripciones";

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get(FINANCE, home::home_page),
        get(BALANCE, balance::balance_page),
        get("/operaciones/finanzas/balance.csv", balance::balance_file),
        get("/operaciones/finanzas/cuentas/{account}", account::account_page),
        get("/operaciones/finanzas/cuentas/{account}/apuntes.csv", account::account_file),
        get("/operaciones/finanzas/apuntes/{id}", movement::movement_page),
        get("/operaciones/finanzas/apuntes/{id}/apuntes.csv", movement::movement_file),
        get(RECONCILIATION, reconciliation::reconciliation_page),
        get("/operaciones/finanzas/conciliacion.csv", reconciliation::reconciliation_file),
        get("/operaciones/finanzas/conciliacion/{id}", discrepancy::discrepancy_page),
        get("/operaciones/finanzas/riesgo", risk::risk_page),
        get("/operaciones/finanzas/riesgo.csv", risk::risk_file),
        get("/operaciones/finanzas/riesgo/apuntes", risk::risk_list_page),
        get("/operaciones/finanzas/riesgo/apuntes.csv", risk::risk_list_file),
        get(TASKS, chargebacks::tasks_page),
        get("/operaciones/finanzas/tareas.csv", chargebacks::tasks_file),
        get("/operaciones/finanzas/tareas/{id}", chargeback::task_page),
        get("/operaciones/finanzas/tareas/{id}/pruebas", bundle::bundle_page),
        get("/operaciones/finanzas/tareas/{id}/pruebas.html", bundle::bundle_file),
        get("/operaciones/finanzas/ingresos", revenue::revenue_page),
        get("/operaciones/finanzas/ingresos.csv", revenue::revenue_file),
        get("/operaciones/finanzas/embudo", funnel::funnel_page),
        get("/operaciones/finanzas/embudo.csv", funnel::funnel_file),
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

/// The way back to where the money stands.
fn finance_crumbs(web: &WebContext) -> Vec<Crumb> {
    let mut crumbs = crumbs(web);
    crumbs.push(Crumb::new(FINANCE, web.t("Finanzas", "Finance")));
    crumbs
}

/// Amounts of several currencies, side by side: nothing is converted. "0" where there is none.
fn amounts(sums: impl Iterator<Item = Money>, locale: Locale) -> String {
    let words: Vec<_> = sums.map(|sum| sum.display(locale)).collect();
    if words.is_empty() { "0".to_owned() } else { words.join(" · ") }
}
