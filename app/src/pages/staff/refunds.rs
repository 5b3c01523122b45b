//! `/operaciones/reembolsos`: every refund with its deadline, how it stands, and how often it was tried. The nearest
//! deadline comes first; what has come to its end follows.

use crate::ui::{
    Chip, Choice, Crumb, DataTable, EmptyState, FilterBar, IconName, LinkButton, PageHeader, Pager, SelectField,
    Status, StatusPill,
};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Role, Rows, Section, WebContext, csv_file};
use caas::kernel::Timestamp;
use caas::kernel::ids::OperationId;
use caas::kernel::locale::Locale;
use caas::payments::model::{OperationState, Settlement};
use caas::payments::refunds::{self, RefundLine, RefundStanding, Trying};
use leptos::prelude::*;
use std::collections::HashMap;

/// Lines on a page of each list.
const PAGE: i64 = 50;

/// Lines of the file read at a time.
const BATCH: i64 = 500;

const HERE: &str = "/operaciones/reembolsos";

/// The reasons that a refund is asked for with.
const REASONS: [&str; 10] = [
    "WITHDRAWAL",
    "NOT_DELIVERED",
    "CANCELLED_BY_CUSTOMER",
    "INVOICE_CANCELLED",
    "DEBT_CLOSED",
    "TOO_LATE",
    "FACTORY_REJECTED",
    "FACTORY_STOPPED",
    "NOT_ORDERED",
    "REGISTRATION",
];

/// What is asked for; neither: both lists.
#[derive(Clone, Default)]
struct Query {
    standing: Option<RefundStanding>,
    reason: Option<String>,
}

impl Query {
    fn of(web: &WebContext) -> Query {
        Query {
            standing: web.query("estado").and_then(|code| code.parse().ok()),
            reason: web.query("motivo").filter(|code| REASONS.contains(&code.as_str())),
        }
    }

    fn href(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if let Some(standing) = self.standing {
            pairs.append_pair("estado", standing.as_str());
        }
        if let Some(reason) = &self.reason {
            pairs.append_pair("motivo", reason);
        }
        if let Some((name, value)) = more {
            pairs.append_pair(name, value);
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// What the filter asks for; with a reason alone, what is under way.
    fn asked(&self) -> Option<RefundStanding> {
        self.standing.or(self.reason.as_ref().map(|_| RefundStanding::UnderWay))
    }
}

fn standing_name(standing: RefundStanding, locale: Locale) -> &'static str {
    match standing {
        RefundStanding::UnderWay => locale.t("En marcha", "Under way"),
        RefundStanding::Alarming => locale.t("Desde el día 10", "From day 10 on"),
        RefundStanding::Overdue => locale.t("Fuera de plazo", "Overdue"),
        RefundStanding::Refunded => locale.t("Devueltos", "Refunded"),
        RefundStanding::Nothing => locale.t("Nada que devolver", "Nothing to refund"),
    }
}

fn crumbs(locale: Locale) -> Vec<Crumb> {
    vec![
        Crumb::new("/operaciones", locale.t("Operaciones", "Operations")),
        Crumb::new("/operaciones/finanzas", locale.t("Finanzas", "Finance")),
    ]
}

fn filter_form(query: &Query, locale: Locale) -> AnyView {
    let standings: Vec<_> = std::iter::once(Choice::new("", locale.t("Todos", "All")))
        .chain(RefundStanding::ALL.iter().map(|one| Choice::new(one.as_str(), standing_name(*one, locale))))
        .collect();
    let reasons: Vec<_> = std::iter::once(Choice::new("", locale.t("Cualquiera", "Any")))
        .chain(REASONS.iter().map(|code| Choice::new(*code, reason(code, locale))))
        .collect();
    let mut chips = Vec::new();
    if let Some(standing) = query.asked() {
        chips.push(Chip::new(standing_name(standing, locale), HERE));
    }
    if let Some(code) = &query.reason {
        chips.push(Chip::new(reason(code, locale), Query { reason: None, ..query.clone() }.href(HERE, None)));
    }
    let chosen = query.asked().map(RefundStanding::as_str).unwrap_or_default();
    let why = query.reason.clone().unwrap_or_default();
    view! {
        <FilterBar action=HERE label=locale.t("Filtrar los reembolsos", "Filter the refunds") submit=locale.t("Filtrar", "Filter")
            chips=chips remove_word=locale.t("Quitar", "Remove")>
            <SelectField label=locale.t("Cómo está", "How it stands") name="estado" choices=standings value=chosen/>
            <SelectField label=locale.t("Motivo", "Reason") name="motivo" choices=reasons value=why/>
        </FilterBar>
    }
    .into_any()
}

/// The page with one list, as the filter asks for it.
async fn filtered_page(web: WebContext, query: Query, standing: RefundStanding) -> PageResult {
    let locale = web.locale;
    let after = key(web.query("despues"));
    let now = web.caas.now();
    let mut tx = web.caas.db.read().await?;
    let mut found = refunds::standing(&mut tx, standing, query.reason.as_deref(), now, after, PAGE + 1).await?;
    let trying = refunds::trying(&mut tx).await?;
    drop(tx);
    let more = next(&mut found).map(|key| query.href(HERE, Some(("despues", &key)))).unwrap_or_default();
    let first = after.map(|_| query.href(HERE, None)).unwrap_or_default();
    let list = if found.is_empty() {
        view! {
            <EmptyState title=locale.t("Ningún reembolso con este filtro", "No refund with this filter")>
                <p>{locale.t("Cambia el filtro para ver los demás.", "Change the filter to see the others.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&found, &trying, &web, standing_name(standing, locale))
    };
    let content = view! {
        <section class="section dense" aria-labelledby="filtrados">
            <h2 id="filtrados">{standing_name(standing, locale)}</h2>
            {list}
            <Pager label=locale.t("Páginas de reembolsos", "Pages of refunds")
                previous_href=first previous_word=locale.t("Los primeros", "The first")
                next_href=more next_word=locale.t("Siguientes", "Next")/>
        </section>
    };
    Ok(framed(&query, content.into_any(), locale))
}

/// Head, filter and what is below.
fn framed(query: &Query, content: AnyView, locale: Locale) -> Page {
    let title = locale.t("Reembolsos", "Refunds");
    let lead = locale.t(
        "Cada devolución ha de llegar en 14 días. A los 10 salta la alerta, y queda en los fallos y en la auditoría.",
        "Every refund has to arrive within 14 days. At day 10 the alarm is raised, in the failures and the audit log.",
    );
    let csv = query.href("/operaciones/reembolsos.csv", None);
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(locale) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {filter_form(query, locale)}
        {content}
    };
    Page::new(title, body).section(Section::Operations)
}

/// The page.
pub(super) async fn refunds_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let (locale, query) = (web.locale, Query::of(&web));
    if let Some(standing) = query.asked() {
        return filtered_page(web, query, standing).await;
    }
    let (after, before) = (key(web.query("despues")), key(web.query("antes")));
    let mut tx = web.caas.db.read().await?;
    let mut open = refunds::under_way(&mut tx, after, PAGE + 1).await?;
    let mut ended = refunds::ended(&mut tx, before, PAGE + 1).await?;
    let trying = refunds::trying(&mut tx).await?;
    drop(tx);
    let more_open = next(&mut open).map(|key| format!("{HERE}?despues={key}"));
    let more_ended = next(&mut ended).map(|key| format!("{HERE}?antes={key}#terminados"));
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
    let content = view! {
        <section class="section dense" aria-labelledby="en-marcha">
            <h2 id="en-marcha">{locale.t("En marcha", "Under way")}</h2>
            {open_view}
            <Pager label=locale.t("Páginas de devoluciones en marcha", "Pages of refunds under way")
                previous_href=String::new() previous_word=String::new()
                next_href=more_open.unwrap_or_default() next_word=locale.t("Siguientes", "Next")/>
        </section>
        {ended_view}
    };
    Ok(framed(&query, content.into_any(), locale))
}

/// Where the file goes on: what is under way, then what was refunded, then what came to nothing.
#[derive(Clone, Copy)]
struct Place {
    standing: RefundStanding,
    after: Option<(Timestamp, OperationId)>,
}

/// `/operaciones/reembolsos.csv`
pub(super) async fn refunds_file(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let (locale, csv, query) = (web.locale, Csv::new(web.locale), Query::of(&web));
    let now = web.caas.now();
    let heads = [
        locale.t("Referencia", "Reference"),
        locale.t("Pago", "Payment"),
        locale.t("Por", "For"),
        locale.t("Importe", "Amount"),
        locale.t("Moneda", "Currency"),
        locale.t("Motivo", "Reason"),
        locale.t("Pedido (UTC)", "Requested (UTC)"),
        locale.t("Plazo (UTC)", "Deadline (UTC)"),
        locale.t("Alarma (UTC)", "Alarm (UTC)"),
        locale.t("Terminado (UTC)", "Ended (UTC)"),
        locale.t("Estado", "State"),
        locale.t("Cómo está", "How it stands"),
    ];
    let caas = web.caas.clone();
    let asked = query.asked();
    let first = Place { standing: asked.unwrap_or(RefundStanding::UnderWay), after: None };
    let name = locale.t("reembolsos.csv", "refunds.csv");
    Ok(csv_file(name, csv.row(heads), first, move |place: Place| {
        let (caas, wanted) = (caas.clone(), query.reason.clone());
        async move {
            let mut tx = caas.db.read().await?;
            let lines = refunds::standing(&mut tx, place.standing, wanted.as_deref(), now, place.after, BATCH).await?;
            drop(tx);
            let last = lines.last().filter(|_| lines.len() == BATCH as usize);
            let next = match (last, asked, place.standing) {
                (Some(last), ..) => Some(Place { after: Some((last.requested_at, last.id)), ..place }),
                (None, None, RefundStanding::UnderWay) => {
                    Some(Place { standing: RefundStanding::Refunded, after: None })
                }
                (None, None, RefundStanding::Refunded) => {
                    Some(Place { standing: RefundStanding::Nothing, after: None })
                }
                _ => None,
            };
            let row = |line: &RefundLine| {
                csv.row([
                    line.id.to_string().as_str(),
                    &line.payment_id.to_string(),
                    &subject(line, locale),
                    &line.amount().decimal(),
                    line.currency.as_str(),
                    &line.reason,
                    &exact(line.requested_at),
                    &exact(line.deadline()),
                    &line.alarmed_at.map(exact).unwrap_or_default(),
                    &line.answered_at.map(exact).unwrap_or_default(),
                    line.state.as_str(),
                    standing(line, now, locale).1,
                ])
            };
            Ok(Rows { text: lines.iter().map(row).collect(), next })
        }
    }))
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
        "INVOICE_CANCELLED" => locale.t("Factura anulada", "Invoice undone").to_owned(),
        "DEBT_CLOSED" => locale.t("Deuda ya cerrada", "Debt closed already").to_owned(),
        "TOO_LATE" => locale.t("Cobrado demasiado tarde", "Taken too late").to_owned(),
        "FACTORY_REJECTED" => locale.t("La fábrica lo rechazó", "The factory rejected it").to_owned(),
        "FACTORY_STOPPED" => locale.t("La fábrica dejó de hacerlo", "The factory stopped it").to_owned(),
        "NOT_ORDERED" => locale.t("No se encargó a la fábrica", "Not ordered at the factory").to_owned(),
        "REGISTRATION" => locale.t("No se pudo matricular", "It could not be registered").to_owned(),
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
