//! `/expediente/facturas`: every invoice, newest first.

use super::words::{invoice_state, period_words};
use super::{INVOICES, customer, invoice_path};
use crate::pages::expediente::day_words;
use crate::ui::{Crumb, DataTable, EmptyState, LinkButton, PageHeader, Pager, StatusPill};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::kernel::locale::Locale;
use caas::subscriptions::invoices::{Invoice, list_of_customer};
use caas::subscriptions::model::{InvoiceId, InvoiceKind};
use leptos::prelude::*;

/// Invoices on one page.
const PAGE: i64 = 24;

/// The page.
pub(super) async fn invoices_page(web: WebContext) -> PageResult {
    let customer = customer(&web)?.id;
    let locale = web.locale;
    let before: Option<InvoiceId> = web.query("antes").and_then(|key| key.parse().ok());
    let mut found = list_of_customer(&mut web.caas.db.read().await?, customer, before, PAGE + 1).await?;
    let older = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| older).map(|last| format!("{INVOICES}?antes={}", last.id)).unwrap_or_default();
    let first = before.map(|_| INVOICES).unwrap_or_default();
    let title = locale.t("Tus facturas", "Your invoices");
    let lead = locale.t(
        "Las de tus suscripciones. Cada una se puede imprimir o guardar como PDF.",
        "Those of your subscriptions. Each can be printed or saved as a PDF.",
    );
    let list = if found.is_empty() {
        let action = view! {
            <LinkButton href="/expediente/suscripciones">{locale.t("Ver tus suscripciones", "See your subscriptions")}</LinkButton>
        };
        view! {
            <EmptyState title=locale.t("Todavía no hay ninguna factura", "There is no invoice yet") action=action.into_any()>
                <p>{locale.t("La primera llega cuando acaba el primer mes de una suscripción.", "The first one comes when the first month of a subscription is over.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&found, locale)
    };
    let crumbs = vec![Crumb::new("/expediente", locale.t("Expediente", "My cars"))];
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {list}
        <Pager label=locale.t("Páginas de facturas", "Pages of invoices")
            previous_href=first previous_word=locale.t("Las más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}

/// What an invoice is called.
pub(super) fn kind_words(kind: InvoiceKind, locale: Locale) -> &'static str {
    match kind {
        InvoiceKind::Period => locale.t("Factura", "Invoice"),
        InvoiceKind::UsedDays => locale.t("Factura de los días usados", "Invoice for the days used"),
        InvoiceKind::CreditNote => locale.t("Factura rectificativa", "Credit note"),
    }
}

/// Invoices line by line.
pub(super) fn table(invoices: &[Invoice], locale: Locale) -> AnyView {
    let [number, date, period, amount, state] = [
        locale.t("Número", "Number"),
        locale.t("Fecha", "Date"),
        locale.t("Días", "Days"),
        locale.t("Total", "Total"),
        locale.t("Estado", "State"),
    ];
    let rows = invoices
        .iter()
        .map(|invoice| {
            let (kind, word) = match invoice.kind {
                InvoiceKind::CreditNote => (crate::ui::Status::Info, kind_words(invoice.kind, locale)),
                InvoiceKind::Period | InvoiceKind::UsedDays => invoice_state(invoice.state, locale),
            };
            view! {
                <tr>
                    <td data-label=number><a class="code" href=invoice_path(invoice.id)>{invoice.number.clone()}</a></td>
                    <td data-label=date><time datetime=invoice.issued_on.to_string()>{day_words(invoice.issued_on.0, locale)}</time></td>
                    <td data-label=period>{period_words(invoice.period(), locale)}</td>
                    <td data-label=amount class="num money">{invoice.gross().display(locale)}</td>
                    <td data-label=state><StatusPill kind=kind word=word/></td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![number.to_owned(), date.to_owned(), period.to_owned(), format!("#{amount}"), state.to_owned()];
    let caption = locale.t("Facturas, las más recientes primero", "Invoices, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}
