//! `/operaciones/reembolsos`: every refund with its deadline, how it stands, and how often it was tried. The nearest
//! deadline comes first; what has come to its end follows.

use crate::ui::{Crumb, DataTable, EmptyState, PageHeader, Pager, Status, StatusPill};
use crate::web::dates::{exact, moment};
use crate::web::{Page, PageResult, Role, Section, WebContext};
use caas::kernel::Timestamp;
use caas::kernel::ids::OperationId;
use caas::kernel::locale::Locale;
use caas::payments::model::{OperationState, Settlement};
use caas::payments::refunds::{self, RefundLine, Trying};
use leptos::prelude::*;
use std::collections::HashMap;

/// Lines on a page of each list.
const PAGE: i64 = 50;

const HERE: &str = "/operaciones/reembolsos";

/// The page.
pub(super) async fn refunds_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let locale = web.locale;
    let (after, before) = (key(web.query("despues")), key(web.query("antes")));
    let mut tx = web.caas.db.read().await?;
    let mut open = refunds::under_way(&mut tx, after, PAGE + 1).await?;
    let mut ended = refunds::ended(&mut tx, before, PAGE + 1).await?;
    let trying = refunds::trying(&mut tx).await?;
    drop(tx);
    let more_open = next(&mut open).map(|key| format!("{HERE}?despues={key}"));
    let more_ended = next(&mut ended).map(|key| format!("{HERE}?antes={key}#terminados"));
    let title = locale.t("Reembolsos", "Refunds");
    let lead = locale.t(
        "Cada devolución ha de llegar en 14 días. A los 10 salta la alerta, y queda en los fallos y en la auditoría.",
        "Every refund has to arrive within 14 days. At day 10 the alarm is raised, in the failures and the audit log.",
    );
    let crumbs = vec![Crumb::new("/operaciones", locale.t("Operaciones", "Operations"))];
    let open_view = if open.is_empty() {
        view! {
            <EmptyState title=locale.t("No hay devoluciones en marcha", "No refunds are under way")>
                <p>{locale.t("Lo que se devuelva aparecerá aquí con su plazo.", "What is refunded will show here with its deadline.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(
            &open,
            &trying,
            &web,
            locale.t("Devoluciones en marcha, la más urgente primero", "Refunds under way, the most urgent first"),
        )
    };
    let ended_view = (!ended.is_empty()).then(|| {
        let caption = locale
            .t("Devoluciones terminadas, las más recientes primero", "Refunds that have ended, the most recent first");
        view! {
            <section class="section dense" aria-labelledby="terminados">
                <h2 id="terminados">{locale.t("Terminados", "Ended")}</h2>
                {table(&ended, &trying, &web, caption)}
                <Pager label=locale.t("Páginas de devoluciones terminadas", "Pages of refunds that have ended")
                    previous_href=String::new() previous_word=String::new()
                    next_href=more_ended.unwrap_or_default() next_word=locale.t("Anteriores", "Earlier")/>
            </section>
        }
    });
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <section class="section dense" aria-labelledby="en-marcha">
            <h2 id="en-marcha">{locale.t("En marcha", "Under way")}</h2>
            {open_view}
            <Pager label=locale.t("Páginas de devoluciones en marcha", "Pages of refunds under way")
                previous_href=String::new() previous_word=String::new()
                next_href=more_open.unwrap_or_default() next_word=locale.t("Siguientes", "Next")/>
        </section>
        {ended_view}
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

/// A place in a list, as the address has it: the moment in microseconds, and the id.
fn key(text: Option<String>) -> Option<(Timestamp, OperationId)> {
    let text = text?;
    let (at, id) = text.split_once('_')?;
    Some((Timestamp::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
}

/// Cuts a list to the page, and says where the next one begins.
fn next(lines: &mut Vec<RefundLine>) -> Option<String> {
    let more = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    lines.last().filter(|_| more).map(|last| format!("{}_{}", last.requested_at.timestamp_micros(), last.id))
}

fn table(
    lines: &[RefundLine],
    trying: &HashMap<OperationId, Trying>,
    web: &WebContext,
    caption: &'static str,
) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let now = web.caas.now();
    let heads = [
        locale.t("Por", "For"),
        locale.t("Importe", "Amount"),
        locale.t("Motivo", "Reason"),
        locale.t("Pedido", "Requested"),
        locale.t("Plazo", "Deadline"),
        locale.t("Estado", "State"),
        locale.t("Intentos", "Tries"),
    ];
    let [what, amount, why, since, until, state, tries] = heads;
    let rows = lines
        .iter()
        .map(|line| {
            let (status, word) = standing(line, now, locale);
            let story = format!("/soporte/clientes/{}/expediente", line.customer_id);
            let tried = trying_words(trying.get(&line.id), line, zone, locale);
            view! {
                <tr>
                    <td data-label=what><a href=story>{subject(line, locale)}</a></td>
                    <td data-label=amount class="num">{line.amount().display(locale)}</td>
                    <td data-label=why>{reason(&line.reason, locale)}</td>
                    <td data-label=since><time datetime=exact(line.requested_at)>{moment(line.requested_at, zone, locale)}</time></td>
                    <td data-label=until><time datetime=exact(line.deadline())>{moment(line.deadline(), zone, locale)}</time></td>
                    <td data-label=state><StatusPill kind=status word=word/></td>
                    <td data-label=tries class="small">{tried}</td>
                </tr>
            }
        })
        .collect_view();
    let mut heads = heads.map(str::to_owned).to_vec();
    heads[1].insert(0, '#');
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

fn subject(line: &RefundLine, locale: Locale) -> String {
    match (&line.service_names, &line.order_number) {
        (Some(names), _) => names.0.get(locale).to_owned(),
        (None, Some(number)) => format!("{} {number}", locale.t("Pedido", "Order")),
        (None, None) => locale.t("Suscripción", "Subscription").to_owned(),
    }
}

fn reason(code: &str, locale: Locale) -> String {
    match code {
        "WITHDRAWAL" => locale.t("Desistimiento", "Withdrawal").to_owned(),
        "NOT_DELIVERED" => locale.t("No entregado", "Not delivered").to_owned(),
        "CANCELLED_BY_CUSTOMER" => locale.t("Cancelado por el cliente", "Cancelled by the customer").to_owned(),
        other => other.to_owned(),
    }
}

fn standing(line: &RefundLine, now: Timestamp, locale: Locale) -> (Status, &'static str) {
    match line.state {
        OperationState::Succeeded => (Status::Done, locale.t("Devuelto", "Refunded")),
        OperationState::Refused => (Status::Ended, locale.t("Nada que devolver", "Nothing to refund")),
        OperationState::Requested if line.is_overdue(now) => (Status::Failed, locale.t("Fuera de plazo", "Overdue")),
        OperationState::Requested if line.is_alarming(now) => {
            (Status::Warning, locale.t("Plazo cerca", "Deadline near"))
        }
        OperationState::Requested if line.settlement == Settlement::Failed => {
            (Status::Waiting, locale.t("El banco no movió el dinero", "The bank did not move the money"))
        }
        OperationState::Requested => (Status::Waiting, locale.t("En marcha", "Under way")),
    }
}

fn trying_words(trying: Option<&Trying>, line: &RefundLine, zone: &str, locale: Locale) -> String {
    if line.state != OperationState::Requested {
        return line.answered_at.map(|at| moment(at, zone, locale)).unwrap_or_default();
    }
    let Some(trying) = trying else { return String::new() };
    let next = match trying.next {
        Some(at) => format!("{} {}", locale.t("siguiente:", "next:"), moment(at, zone, locale)),
        None => locale.t("abandonado: repítelo en Operaciones", "given up: run it again in Operations").to_owned(),
    };
    match &trying.last_error {
        Some(error) => format!("{} · {error} · {next}", trying.tries),
        None => format!("{} · {next}", trying.tries),
    }
}
