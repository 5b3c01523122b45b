//! Subscriptions as their customer sees them: what runs until when, what comes next and what it costs, the invoices, what
//! happens when a charge fails, and what is owed.
//!
//! Nothing here is a surprise: every date and amount stands on the page before it comes about.

mod actions;
mod calendar;
mod change;
mod debts;
mod ending;
mod invoice;
mod invoices;
mod list;
mod needs;
mod page;
mod pay;
mod running;
mod words;

pub(in crate::pages) use invoice::paper as invoice_paper;
pub(in crate::pages) use needs::{facts, notices};
pub(in crate::pages) use running::{Running, in_words as running_in_words};
pub(in crate::pages) use words::{debt_state, invoice_state, period_words, status as status_words};

use crate::ui::Crumb;
use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::subscriptions::model::{DebtId, InvoiceId, SubscriptionId};
use caas::subscriptions::view::{self, SubscriptionView};

/// Where a customer's debts are.
pub(in crate::pages) const DEBTS: &str = "/expediente/deudas";
/// Where a customer's invoices are.
const INVOICES: &str = "/expediente/facturas";
/// Where a customer's subscriptions are.
const LIST: &str = "/expediente/suscripciones";

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get(LIST, list::list_page),
        get("/expediente/suscripciones/{id}", page::subscription_page),
        get(INVOICES, invoices::invoices_page),
        get("/expediente/facturas/{id}", invoice::invoice_page),
        get(DEBTS, debts::debts_page),
        get("/expediente/deudas/{id}", debts::debt_page),
    ]
}

/// Where a subscription is followed.
pub(in crate::pages) fn path_of(id: SubscriptionId) -> String {
    format!("{LIST}/{id}")
}

/// Where an invoice is read.
pub(in crate::pages) fn invoice_path(id: InvoiceId) -> String {
    format!("{INVOICES}/{id}")
}

/// Where a debt is paid.
pub(in crate::pages) fn debt_path(id: DebtId) -> String {
    format!("{DEBTS}/{id}")
}

/// Whose subscriptions they are. For staff there are none.
fn customer(web: &WebContext) -> Result<&CurrentUser, Refusal> {
    web.require_role(&[Role::Customer])
}

/// The signed-in customer's subscription.
async fn own(web: &WebContext, id: SubscriptionId) -> Result<SubscriptionView, Refusal> {
    let customer = customer(web)?.id;
    let mut tx = web.caas.db.read().await?;
    view::subscription(&web.caas, &mut tx, customer, id).await?.ok_or(Refusal::Hidden("subscription"))
}

/// The way back to the list of subscriptions.
fn crumbs(web: &WebContext) -> Vec<Crumb> {
    vec![
        Crumb::new("/expediente", web.t("Expediente", "My cars")),
        Crumb::new(LIST, web.t("Suscripciones", "Subscriptions")),
    ]
}
