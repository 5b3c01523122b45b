//! `/operaciones/finanzas/conciliacion`: the gateway's daily reports, and where they disagree with the books.

use super::reconciliation_words::{class_meaning, class_name, kind_name, resolution_name, run_words};
use super::{RECONCILIATION, finance, finance_crumbs};
use crate::pages::expediente::{day, day_words};
use crate::ui::{
    Button, Chip, Choice, DataTable, EmptyState, Field, FilterBar, IconName, LinkButton, PageHeader, Pager,
    SelectField, Status, StatusPill,
};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::finance::books::yesterday;
use caas::finance::reconciliation::DAYS_BACK;
use caas::finance::reconciliation::desk::{DiscrepancyFilter, list, open_counts, runs};
use caas::finance::reconciliation::model::{Class, Discrepancy, DiscrepancyState, FinanceRefusal, RunLine};
use caas::kernel::locale::Locale;
use chrono::{Days, NaiveDate};
use leptos::prelude::*;
use uuid::Uuid;

/// Lines on one page, and read at a time for a file.
const PAGE: i64 = 50;
const BATCH: i64 = 500;

/// Reports that are shown: two weeks of nights.
const RUNS: i64 = 14;

/// The form's name in what comes back with it: asking for a day.
pub(super) const COMPARE: &str = "comparar";

/// What the address asks for. Without a state, what is open.
#[derive(Clone, Copy)]
struct Query {
    day: Option<NaiveDate>,
    class: Option<Class>,
    state: Option<DiscrepancyState>,
    before: Option<(NaiveDate, Uuid)>,
}

const ALL: &str = "TODAS";

impl Query {
    fn of(web: &WebContext) -> Query {
        let value = |name| web.query(name).unwrap_or_default();
        let state = match value("estado").as_str() {
            "" => Some(DiscrepancyState::Open),
            ALL => None,
            code => code.parse().ok().or(Some(DiscrepancyState::Open)),
        };
        let before = value("antes");
        let before = before.split_once('_').and_then(|(at, id)| Some((day(at)?, id.parse().ok()?)));
        Query { day: day(&value("dia")), class: value("clase").parse().ok(), state, before }
    }

    fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if let Some(day) = self.day {
            pairs.append_pair("dia", &day.to_string());
        }
        if let Some(class) = self.class {
            pairs.append_pair("clase", class.as_str());
        }
        match self.state {
            Some(DiscrepancyState::Open) => {}
            Some(state) => {
                pairs.append_pair("estado", state.as_str());
            }
            None => {
                pairs.append_pair("estado", ALL);
            }
        }
        if let Some((day, id)) = self.before {
            pairs.append_pair("antes", &format!("{day}_{id}"));
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn page(&self) -> String {
        self.href(RECONCILIATION)
    }

    fn whole(&self) -> Query {
        Query { before: None, ..*self }
    }

    fn filter(&self) -> DiscrepancyFilter {
        DiscrepancyFilter { day: self.day, class: self.class, state: self.state, before: self.before }
    }
}

/// The page.
pub(super) async fn reconciliation_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let (locale, query) = (web.locale, Query::of(&web));
    let mut tx = web.caas.db.read().await?;
    let mut found = list(&mut tx, &query.filter(), PAGE + 1).await?;
    let counts = open_counts(&mut tx).await?;
    let nights = runs(&mut tx, RUNS).await?;
    drop(tx);
    let earlier = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found
        .last()
        .filter(|_| earlier)
        .map(|last| Query { before: Some((last.day.0, last.id)), ..query }.page())
        .unwrap_or_default();
    let first = query.before.map(|_| query.whole().page()).unwrap_or_default();
    let title = locale.t("Conciliación", "Reconciliation");
    let lead = locale.t(
        "Cada noche se compara el informe de la pasarela con los libros. Comparar no cambia nada: lo que no cuadra se explica aquí.",
        "Every night the gateway's report is compared with the books. Comparing changes nothing: what disagrees is explained here.",
    );
    let csv = query.whole().href("/operaciones/finanzas/conciliacion.csv");
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let rows = if found.is_empty() {
        view! {
            <EmptyState title=locale.t("Nada que no cuadre con este filtro", "Nothing disagrees with this filter")>
                <p>{locale.t("Lo que no cuadre aparecerá aquí a la mañana siguiente.", "What disagrees shows here the next morning.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&found, locale)
    };
    let tiles = Class::ALL
        .iter()
        .map(|class| {
            let count = counts.iter().find(|(of, _)| of == class).map_or(0, |(_, count)| *count);
            class_tile(*class, count, locale)
        })
        .collect_view();
    let body = view! {
        <PageHeader title=title lead=lead crumbs=finance_crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        <div class="dashboard">{tiles}</div>
        <section class="section dense" aria-labelledby="discrepancias">
            <h2 id="discrepancias">{locale.t("Lo que no cuadra", "What disagrees")}</h2>
            {form(&query, locale)}
            {rows}
            <Pager label=locale.t("Páginas de discrepancias", "Pages of discrepancies")
                previous_href=first previous_word=locale.t("Las más recientes", "The most recent")
                next_href=next next_word=locale.t("Anteriores", "Earlier")/>
        </section>
        <section class="section dense" aria-labelledby="informes">
            <h2 id="informes">{locale.t("Informes de la pasarela", "The gateway's reports")}</h2>
            {ask(&web)}
            {nights_table(&nights, &user.time_zone, locale)}
        </section>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn class_tile(class: Class, count: i64, locale: Locale) -> AnyView {
    let tone = if count > 0 { "tile tone-waiting" } else { "tile" };
    let href = format!("{RECONCILIATION}?clase={class}");
    let text = class_meaning(class, locale).to_owned();
    super::home::tile(tone, class_name(class, locale).to_owned(), href, count.to_string(), text)
}

fn form(query: &Query, locale: Locale) -> AnyView {
    let classes: Vec<_> = std::iter::once(Choice::new("", locale.t("Todas", "All")))
        .chain(Class::ALL.iter().map(|class| Choice::new(class.as_str(), class_name(*class, locale))))
        .collect();
    let states = vec![
        Choice::new("", locale.t("Abiertas", "Open")),
        Choice::new(DiscrepancyState::Resolved.as_str(), locale.t("Resueltas", "Resolved")),
        Choice::new(ALL, locale.t("Todas", "All")),
    ];
    let whole = query.whole();
    let mut chips = Vec::new();
    if let Some(class) = query.class {
        chips.push(Chip::new(class_name(class, locale), Query { class: None, ..whole }.page()));
    }
    if let Some(day) = query.day {
        chips.push(Chip::new(day_words(day, locale), Query { day: None, ..whole }.page()));
    }
    let class = query.class.map(Class::as_str).unwrap_or_default();
    let state = match query.state {
        Some(DiscrepancyState::Open) => "",
        Some(state) => state.as_str(),
        None => ALL,
    };
    let day = query.day.map(|day| day.to_string()).unwrap_or_default();
    view! {
        <FilterBar action=RECONCILIATION label=locale.t("Filtrar las discrepancias", "Filter the discrepancies")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove")>
            <SelectField label=locale.t("Clase", "Class") name="clase" choices=classes value=class/>
            <SelectField label=locale.t("Estado", "State") name="estado" choices=states value=state/>
            <Field label=locale.t("Día (UTC)", "Day (UTC)") name="dia" kind="date" value=day/>
        </FilterBar>
    }
    .into_any()
}

/// How a discrepancy stands, as a pill.
pub(super) fn standing(discrepancy: &Discrepancy, locale: Locale) -> (Status, String) {
    match (discrepancy.state, discrepancy.resolved_as()) {
        (DiscrepancyState::Open, _) => (Status::Waiting, locale.t("Abierta", "Open").to_owned()),
        (DiscrepancyState::Resolved, Some(resolution)) => {
            (Status::Done, resolution_name(resolution, locale).to_owned())
        }
        (DiscrepancyState::Resolved, None) => (Status::Done, locale.t("Resuelta", "Resolved").to_owned()),
    }
}

fn table(found: &[Discrepancy], locale: Locale) -> AnyView {
    let [when, class, movement, here, there, agent, state] = [
        locale.t("Día (UTC)", "Day (UTC)"),
        locale.t("Clase", "Class"),
        locale.t("Movimiento", "Movement"),
        locale.t("En los libros", "In the books"),
        locale.t("En el informe", "In the report"),
        locale.t("La lleva", "Dealt with by"),
        locale.t("Estado", "State"),
    ];
    let rows = found
        .iter()
        .map(|one| {
            let href = format!("{RECONCILIATION}/{}", one.id);
            let (kind, word) = standing(one, locale);
            let money = |money: Option<caas::kernel::money::Money>| {
                money.map_or_else(|| "–".to_owned(), |money| money.display(locale))
            };
            view! {
                <tr>
                    <td data-label=when>{day_words(one.day.0, locale)}</td>
                    <td data-label=class><a href=href>{class_name(one.class, locale)}</a></td>
                    <td data-label=movement><span>{kind_name(one.kind, locale)}" "<span class="code small">{one.gateway_payment_id.clone()}</span></span></td>
                    <td data-label=here class="num money">{money(one.here())}</td>
                    <td data-label=there class="num money">{money(one.there())}</td>
                    <td data-label=agent>{one.agent_name.clone().unwrap_or_else(|| "–".to_owned())}</td>
                    <td data-label=state><StatusPill kind=kind word=word/></td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![
        when.to_owned(),
        class.to_owned(),
        movement.to_owned(),
        format!("#{here}"),
        format!("#{there}"),
        agent.to_owned(),
        state.to_owned(),
    ];
    let caption = locale.t("Discrepancias, el día más reciente primero", "Discrepancies, the most recent day first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// The form that has a day reconciled now.
fn ask(web: &WebContext) -> AnyView {
    let locale = web.locale;
    let form = web.form(COMPARE);
    let last = yesterday(web.caas.now());
    let first = (last - Days::new(DAYS_BACK)).to_string();
    let typed = if form.has_errors() { form.value("day") } else { last.to_string() };
    let problem = form
        .problem::<FinanceRefusal>("day")
        .map(|_| locale.t("Elige un día que ya haya terminado, en hora UTC.", "Choose a day that is over, by UTC."))
        .unwrap_or_default();
    view! {
        <form class="filter-bar" method="post" action="/api/operaciones/conciliacion/comparar">
            <div class="filter-bar__fields">
                <Field label=locale.t("Comparar este día (UTC)", "Compare this day (UTC)") id="comparar-dia" name="day" kind="date" value=typed min=first max=last.to_string() required=true error=problem/>
                <Button>{locale.t("Comparar ahora", "Compare now")}</Button>
            </div>
        </form>
    }
    .into_any()
}

fn nights_table(nights: &[RunLine], zone: &str, locale: Locale) -> AnyView {
    if nights.is_empty() {
        return view! {
            <EmptyState title=locale.t("Todavía ningún informe", "No report yet")>
                <p>{locale.t("El primero se pide esta noche, a las 4:00 UTC.", "The first is asked for tonight, at 4:00 UTC.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let [when, state, lines, open, asked] = [
        locale.t("Día (UTC)", "Day (UTC)"),
        locale.t("Informe", "Report"),
        locale.t("Líneas", "Lines"),
        locale.t("Sin cuadrar", "Open"),
        locale.t("Pedido", "Asked for"),
    ];
    let rows = nights
        .iter()
        .map(|night| {
            let (kind, word, why) = run_words(night, locale);
            let href = format!("{RECONCILIATION}?dia={}", night.day);
            let at = night.asked_at.map(|at| {
                view! { <time datetime=exact(at)>{moment(at, zone, locale)}</time> }
            });
            view! {
                <tr>
                    <td data-label=when><a href=href>{day_words(night.day.0, locale)}</a></td>
                    <td data-label=state><span><StatusPill kind=kind word=word/>" "<span class="muted small">{why}</span></span></td>
                    <td data-label=lines class="num">{night.lines}</td>
                    <td data-label=open class="num">{night.open}</td>
                    <td data-label=asked>{at}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![when.to_owned(), state.to_owned(), format!("#{lines}"), format!("#{open}"), asked.to_owned()];
    let caption = locale.t("Informes de los últimos días", "Reports of the last days");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// The discrepancies as a file.
pub(super) async fn reconciliation_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv, query) = (web.locale, Csv::new(web.locale), Query::of(&web).whole());
    let heads = [
        locale.t("Referencia", "Reference"),
        locale.t("Día (UTC)", "Day (UTC)"),
        locale.t("Clase", "Class"),
        locale.t("Movimiento", "Movement"),
        locale.t("Pago en la pasarela", "Payment at the gateway"),
        locale.t("Pago", "Payment"),
        locale.t("En los libros", "In the books"),
        locale.t("En el informe", "In the report"),
        locale.t("Moneda", "Currency"),
        locale.t("Liquidación en los libros", "Settlement in the books"),
        locale.t("Liquidación en el informe", "Settlement in the report"),
        locale.t("Estado", "State"),
        locale.t("Resolución", "Resolution"),
        locale.t("La lleva", "Dealt with by"),
        locale.t("Encontrada (UTC)", "Found (UTC)"),
        locale.t("Resuelta (UTC)", "Resolved (UTC)"),
    ];
    let caas = web.caas.clone();
    let name = locale.t("conciliacion.csv", "reconciliation.csv");
    Ok(csv_file(name, csv.row(heads), None, move |before| {
        let caas = caas.clone();
        async move {
            let filter = DiscrepancyFilter { before, ..query.filter() };
            let found = list(&mut caas.db.read().await?, &filter, BATCH).await?;
            let next = found.last().filter(|_| found.len() == BATCH as usize).map(|last| Some((last.day.0, last.id)));
            Ok(Rows { text: found.iter().map(|one| row(csv, one)).collect(), next })
        }
    }))
}

fn row(csv: Csv, one: &Discrepancy) -> String {
    let money = |money: Option<caas::kernel::money::Money>| money.map(|money| money.decimal()).unwrap_or_default();
    csv.row([
        one.id.to_string().as_str(),
        &one.day.to_string(),
        one.class.as_str(),
        one.kind.as_str(),
        &one.gateway_payment_id,
        &one.payment_id.map(|id| id.to_string()).unwrap_or_default(),
        &money(one.here()),
        &money(one.there()),
        one.currency.as_str(),
        one.here_state.as_deref().unwrap_or_default(),
        one.there_state.as_deref().unwrap_or_default(),
        one.state.as_str(),
        one.resolution.as_deref().unwrap_or_default(),
        one.agent_name.as_deref().unwrap_or_default(),
        &exact(one.found_at),
        &one.resolved_at.map(exact).unwrap_or_default(),
    ])
}
