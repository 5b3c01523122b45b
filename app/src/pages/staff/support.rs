//! `/soporte`: the open cases of the OTA queue, the oldest first.

use super::{age, reason, span};
use crate::ui::{DataTable, EmptyState, PageHeader, Pager, Status, StatusPill};
use crate::web::dates::exact;
use crate::web::{Page, PageResult, Role, Section, WebContext};
use caas::support::model::{PageKey, Queue, TicketFilter};
use caas::support::{TicketLine, list};
use leptos::prelude::*;

/// Cases on one page.
const PAGE: i64 = 25;

/// The page.
pub(super) async fn support_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Support])?;
    let locale = web.locale;
    let after: Option<PageKey> = web.query("tras").and_then(|key| key.parse().ok());
    let filter = TicketFilter { queue: Some(Queue::Ota), after, ..TicketFilter::default() };
    let mut tickets = list(&mut web.caas.db.read().await?, &filter, web.caas.now(), PAGE + 1).await?;
    let more = tickets.len() > PAGE as usize;
    tickets.truncate(PAGE as usize);
    let next = match tickets.last() {
        Some(last) if more => format!("/soporte?tras={}", last.key()),
        _ => String::new(),
    };
    let first = if after.is_some() { "/soporte" } else { "" };
    let title = locale.t("Casos OTA abiertos", "Open OTA cases");
    let lead = locale.t(
        "Cada caso trae ya el diagnóstico completo. El primero de la lista es el que más espera.",
        "Each case already holds the whole diagnostic package. The first one has waited longest.",
    );
    let list = if tickets.is_empty() {
        view! {
            <EmptyState title=locale.t("Ningún caso abierto", "No open case")>
                <p>{locale.t("Cuando una activación no salga, su caso aparecerá aquí.", "When an activation fails, its case appears here.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&tickets, &web).into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead/>
        {list}
        <Pager label=locale.t("Páginas de casos", "Pages of cases")
            previous_href=first previous_word=locale.t("Los que más esperan", "Those waiting longest")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
    };
    Ok(Page::new(title, body).section(Section::Support))
}

fn table(tickets: &[TicketLine], web: &WebContext) -> AnyView {
    let locale = web.locale;
    let heads = [
        locale.t("Caso", "Case"),
        locale.t("Motivo", "Reason"),
        locale.t("Servicio y coche", "Service and car"),
        locale.t("Cliente", "Customer"),
        locale.t("Abierto", "Opened"),
        locale.t("Primera respuesta", "First answer"),
    ];
    let [number, why, what, customer, opened, due] = heads;
    let rows = tickets
        .iter()
        .map(|ticket| {
            let href = format!("/soporte/{}", ticket.number);
            let service = ticket.service_names.as_ref().map(|names| names.0.get(locale).to_owned());
            let car = [ticket.model_name.clone(), ticket.plate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            view! {
                <tr>
                    <td data-label=number><a class="code" href=href>{ticket.number.clone()}</a></td>
                    <td data-label=why>{reason(&ticket.reason, locale)}</td>
                    <td data-label=what><span>{service}<br/><span class="muted small">{car}</span></span></td>
                    <td data-label=customer>{ticket.customer_name.clone()}</td>
                    <td data-label=opened><time datetime=exact(ticket.created_at)>{age(web, ticket.created_at)}</time></td>
                    <td data-label=due>{ticket.answer_due_at.map(|due| due_pill(due, web))}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Casos abiertos, los que más esperan primero", "Open cases, those waiting longest first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

/// How much time the first answer has left.
pub(super) fn due_pill(due: caas::kernel::Timestamp, web: &WebContext) -> AnyView {
    let (locale, left) = (web.locale, due - web.caas.now());
    let (status, word) = if left < chrono::TimeDelta::zero() {
        (Status::Failed, format!("{} {}", locale.t("Vencida hace", "Overdue by"), span(left, locale)))
    } else if left < chrono::TimeDelta::hours(4) {
        (Status::Warning, format!("{} {}", locale.t("Quedan", "Left:"), span(left, locale)))
    } else {
        (Status::Scheduled, format!("{} {}", locale.t("Quedan", "Left:"), span(left, locale)))
    };
    view! { <StatusPill kind=status word=word/> }.into_any()
}
