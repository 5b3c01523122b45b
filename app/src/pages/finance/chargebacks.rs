//! `/operaciones/finanzas/tareas`: the charges that banks took back, the nearest deadline first.

use super::chargeback_words::{standing, state_name};
use super::{TASKS, finance, finance_crumbs};
use crate::pages::audit::key;
use crate::ui::{
    Chip, Choice, DataTable, EmptyState, FilterBar, IconName, LinkButton, PageHeader, Pager, SelectField, StatusPill,
};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, CurrentUser, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::finance::chargebacks::desk::{Task, TaskFilter, list};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::payments::chargebacks::TaskState;
use leptos::prelude::*;

/// Tasks on one page.
const PAGE: i64 = 50;
/// Lines of the file read at a time.
const BATCH: i64 = 500;
/// Instead of a state: those that are over as well.
const ALL: &str = "TODAS";

/// What is asked for.
#[derive(Clone, Copy, Default)]
struct Query {
    state: Option<TaskState>,
    /// Also what is over.
    all: bool,
    mine: bool,
}

impl Query {
    fn of(web: &WebContext) -> Query {
        let state = web.query("estado").unwrap_or_default();
        Query { state: state.parse().ok(), all: state == ALL, mine: web.query("de").is_some_and(|whose| whose == "mi") }
    }

    fn filter(self, user: &CurrentUser) -> TaskFilter {
        let over = self.all || self.state.is_some_and(TaskState::is_over);
        TaskFilter { state: self.state, open: !over, owner: self.mine.then_some(user.id), after: None }
    }

    fn href(self, path: &str, after: Option<&str>) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if let Some(state) = self.state {
            pairs.append_pair("estado", state.as_str());
        } else if self.all {
            pairs.append_pair("estado", ALL);
        }
        if self.mine {
            pairs.append_pair("de", "mi");
        }
        if let Some(after) = after {
            pairs.append_pair("despues", after);
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// The page.
pub(super) async fn tasks_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let (locale, query, now) = (web.locale, Query::of(&web), web.caas.now());
    let after = web.query("despues").and_then(|text| key::read(&text));
    let filter = TaskFilter { after, ..query.filter(&user) };
    let mut found = list(&mut web.caas.db.read().await?, &filter, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| query.href(TASKS, Some(&key::write(filter.place(last)))))
        .unwrap_or_default();
    let first = after.map(|_| query.href(TASKS, None)).unwrap_or_default();
    let title = locale.t("Contracargos", "Chargebacks");
    let lead = locale.t(
        "Cobros que el banco del cliente se llevó de vuelta. Cada uno tiene un plazo para contestar con las pruebas de la entrega.",
        "Charges that the customer's bank took back. Each has a day by which to answer with the evidence of the delivery.",
    );
    let csv = query.href("/operaciones/finanzas/tareas.csv", None);
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let rows = if found.is_empty() {
        view! {
            <EmptyState title=locale.t("Ningún contracargo con este filtro", "No chargeback with this filter")>
                <p>{locale.t("Cuando un banco se lleve un cobro, aparecerá aquí con su plazo.", "When a bank takes a charge back, it shows here with its deadline.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&found, now, &user.time_zone, locale)
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=finance_crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {form(query, locale)}
        <div class="dense">{rows}</div>
        <Pager label=locale.t("Páginas de contracargos", "Pages of chargebacks")
            previous_href=first previous_word=locale.t("Los primeros", "The first")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn form(query: Query, locale: Locale) -> AnyView {
    let states: Vec<_> = std::iter::once(Choice::new("", locale.t("Por cerrar", "Not over")))
        .chain(TaskState::ALL.iter().map(|state| Choice::new(state.as_str(), state_name(*state, locale))))
        .chain(std::iter::once(Choice::new(ALL, locale.t("Todas", "All"))))
        .collect();
    let whose = vec![
        Choice::new("", locale.t("De cualquiera", "Anybody's")),
        Choice::new("mi", locale.t("Las que llevo yo", "Those I deal with")),
    ];
    let mut chips = Vec::new();
    if let Some(state) = query.state {
        chips.push(Chip::new(state_name(state, locale), Query { state: None, ..query }.href(TASKS, None)));
    }
    if query.mine {
        let label = locale.t("Las que llevo yo", "Those I deal with");
        chips.push(Chip::new(label, Query { mine: false, ..query }.href(TASKS, None)));
    }
    let state = match query.state {
        Some(state) => state.as_str(),
        None if query.all => ALL,
        None => "",
    };
    view! {
        <FilterBar action=TASKS label=locale.t("Filtrar los contracargos", "Filter the chargebacks")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove")>
            <SelectField label=locale.t("Estado", "State") name="estado" choices=states value=state/>
            <SelectField label=locale.t("Quién", "Who") name="de" choices=whose value=if query.mine { "mi" } else { "" }/>
        </FilterBar>
    }
    .into_any()
}

fn table(found: &[Task], now: Timestamp, zone: &str, locale: Locale) -> AnyView {
    let [due, customer, amount, reason, owner, state] = [
        locale.t("Contestar antes de", "Answer before"),
        locale.t("Cliente", "Customer"),
        locale.t("Importe", "Amount"),
        locale.t("Motivo del banco", "The bank's reason"),
        locale.t("La lleva", "Dealt with by"),
        locale.t("Estado", "State"),
    ];
    let rows = found
        .iter()
        .map(|task| {
            let href = format!("{TASKS}/{}", task.id);
            let (kind, word) = standing(task, now, locale);
            view! {
                <tr>
                    <td data-label=due><time datetime=exact(task.due_at)>{moment(task.due_at, zone, locale)}</time></td>
                    <td data-label=customer><a href=href>{task.customer_name.clone()}</a></td>
                    <td data-label=amount class="num money">{task.amount().display(locale)}</td>
                    <td data-label=reason><span class="code small">{task.reason.clone().unwrap_or_else(|| "–".to_owned())}</span></td>
                    <td data-label=owner>{task.owner_name.clone().unwrap_or_else(|| "–".to_owned())}</td>
                    <td data-label=state><StatusPill kind=kind word=word/></td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![
        due.to_owned(),
        customer.to_owned(),
        format!("#{amount}"),
        reason.to_owned(),
        owner.to_owned(),
        state.to_owned(),
    ];
    let caption = locale.t("Contracargos", "Chargebacks");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// The same as a file.
pub(super) async fn tasks_file(web: WebContext) -> PageResult {
    let user = finance(&web)?;
    let (locale, csv, filter) = (web.locale, Csv::new(web.locale), Query::of(&web).filter(user));
    let heads = [
        locale.t("Referencia", "Reference"),
        locale.t("Pago", "Payment"),
        locale.t("Cliente", "Customer"),
        locale.t("Importe", "Amount"),
        locale.t("Moneda", "Currency"),
        locale.t("Motivo del banco", "The bank's reason"),
        locale.t("Estado", "State"),
        locale.t("La lleva", "Dealt with by"),
        locale.t("Abierta (UTC)", "Opened (UTC)"),
        locale.t("Contestar antes de (UTC)", "Answer before (UTC)"),
        locale.t("Contestada (UTC)", "Answered (UTC)"),
        locale.t("Cerrada (UTC)", "Closed (UTC)"),
    ];
    let caas = web.caas.clone();
    let name = locale.t("contracargos.csv", "chargebacks.csv");
    Ok(csv_file(name, csv.row(heads), filter, move |filter: TaskFilter| {
        let caas = caas.clone();
        async move {
            let tasks = list(&mut caas.db.read().await?, &filter, BATCH).await?;
            let last = tasks.last().filter(|_| tasks.len() == BATCH as usize);
            let next = last.map(|last| TaskFilter { after: Some(filter.place(last)), ..filter });
            let row = |task: &Task| {
                csv.row([
                    task.id.to_string().as_str(),
                    &task.payment_id.to_string(),
                    &task.customer_name,
                    &task.amount().decimal(),
                    task.currency.as_str(),
                    task.reason.as_deref().unwrap_or_default(),
                    task.state.as_str(),
                    task.owner_name.as_deref().unwrap_or_default(),
                    &exact(task.opened_at),
                    &exact(task.due_at),
                    &task.answered_at.map(exact).unwrap_or_default(),
                    &task.closed_at.map(exact).unwrap_or_default(),
                ])
            };
            Ok(Rows { text: tasks.iter().map(row).collect(), next })
        }
    }))
}
