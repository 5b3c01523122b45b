//! The page: days, figures, breakdowns, times.

use super::breakdown::breakdown;
use super::query::{Query, Wrong, name};
use super::times::{are_told, times};
use super::words;
use super::{HERE, place, reader};
use crate::ui::{Chip, EmptyState, Field, FilterBar, LinkButton, PageHeader};
use crate::web::{Page, PageResult, Role, WebContext};
use caas::analysis::model::{DaySpan, Dimension, Measure};
use caas::analysis::report::{Names, Report, report};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// The order of the breakdowns.
const BREAKDOWNS: [Dimension; 5] =
    [Dimension::Reason, Dimension::Attempt, Dimension::Service, Dimension::Model, Dimension::Hour];

/// The page.
pub(super) async fn analysis_page(web: WebContext) -> PageResult {
    let user = reader(&web)?;
    let (locale, (crumb, section)) = (web.locale, place(&web, user));
    let query = Query::of(&web);
    let title = locale.t("Análisis de fallos", "Failure analysis");
    let lead = locale.t(
        "Los intentos de activar servicios, por motivo, intento, servicio, modelo y hora. Los días y las horas son UTC.",
        "The attempts to activate services, by reason, attempt, service, model and hour. Days and hours are UTC.",
    );
    let to_audit = (user.role == Role::Operations).then(|| {
        view! { <LinkButton href="/operaciones/fallos">{locale.t("Registro de fallos", "Failure audit")}</LinkButton> }
    });
    let body = match &query {
        Err(wrong) => days_form(&web, None, Some(*wrong), Vec::new()),
        Ok(query) => {
            let mut tx = web.caas.db.snapshot().await?;
            let report = report(&mut tx, web.caas.now(), query.days, query.chosen.as_ref()).await?;
            let names = Names::read(&mut tx).await?;
            drop(tx);
            let chips = query
                .chosen
                .iter()
                .map(|chosen| Chip::new(words::chosen(chosen, &names, locale), query.whole().page()));
            let form = days_form(&web, Some(query), None, chips.collect());
            view! {
                {presets(query, &web)}
                {form}
                {figures(&report, query, locale)}
                {content(&report, query, &names, locale)}
            }
            .into_any()
        }
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=vec![crumb] crumbs_label=locale.t("Estás en", "You are in") actions=to_audit.into_any()/>
        {body}
    };
    Ok(Page::new(title, body).section(section))
}

/// Spans that are asked for often.
fn presets(query: &Query, web: &WebContext) -> AnyView {
    let (locale, today) = (web.locale, web.caas.now().date_naive());
    let links = [
        (1, locale.t("Hoy", "Today")),
        (7, locale.t("7 días", "7 days")),
        (30, locale.t("30 días", "30 days")),
        (365, locale.t("Un año", "A year")),
    ]
    .map(|(count, words)| {
        let days = DaySpan::ending(today, count);
        let current = (query.days == days).then_some("true");
        view! { <li><a href=query.on(days).page() aria-current=current>{words}</a></li> }
    });
    view! {
        <nav class="desk-tabs" aria-label=locale.t("Días", "Days")><ul>{links.collect_view()}</ul></nav>
    }
    .into_any()
}

fn days_form(web: &WebContext, query: Option<&Query>, wrong: Option<Wrong>, chips: Vec<Chip>) -> AnyView {
    let locale = web.locale;
    let (mut from_error, mut until_error) = ("", "");
    match wrong {
        Some(Wrong::From) => {
            from_error = locale
                .t("No es un día. Escribe, por ejemplo, 2026-05-01.", "This is no day. Write, for example, 2026-05-01.")
        }
        Some(Wrong::Until) => {
            until_error = locale
                .t("No es un día. Escribe, por ejemplo, 2026-05-31.", "This is no day. Write, for example, 2026-05-31.")
        }
        Some(Wrong::Order) => {
            until_error = locale.t(
                "Tiene que ser el mismo día o uno posterior al primero.",
                "It has to be the same day as the first, or a later one.",
            )
        }
        None => {}
    }
    // What was typed stays, as far as it is a day.
    let typed = |name| web.query(name).and_then(|text| crate::pages::expediente::day(&text)).map(|day| day.to_string());
    let from = query.map_or_else(|| typed("desde").unwrap_or_default(), |query| query.days.first.to_string());
    let until = query.map_or_else(|| typed("hasta").unwrap_or_default(), |query| query.days.last.to_string());
    let kept = query.and_then(|query| query.chosen.clone()).map(|chosen| {
        view! { <input type="hidden" name=name(chosen.dimension) value=chosen.key/> }
    });
    view! {
        <FilterBar action=HERE label=locale.t("Elegir los días", "Choose the days") submit=locale.t("Ver", "Show")
            chips=chips remove_word=locale.t("Quitar", "Remove")>
            <Field label=locale.t("Desde", "From") name="desde" kind="date" value=from error=from_error/>
            <Field label=locale.t("Hasta", "Until") name="hasta" kind="date" value=until error=until_error/>
            {kept}
        </FilterBar>
    }
    .into_any()
}

fn tile(label: &'static str, value: String, promise: String) -> AnyView {
    view! {
        <div class="tile">
            <p class="tile__label">{label}</p>
            <p class="tile__value">{value}</p>
            <p class="tile__promise">{promise}</p>
        </div>
    }
    .into_any()
}

fn figures(report: &Report, query: &Query, locale: Locale) -> AnyView {
    let total = report.total;
    let number = |count| locale.count(count);
    let under_way = match (total.under_way, locale) {
        (0, _) => locale.t("Todos han terminado.", "All have ended.").to_owned(),
        (count, Locale::Es) => format!("{} en curso.", number(count)),
        (count, Locale::En) => format!("{} under way.", number(count)),
    };
    let rate = match locale {
        Locale::Es => format!("{} de los terminados.", words::percent(total.failures, total.ended(), locale)),
        Locale::En => format!("{} of those that ended.", words::percent(total.failures, total.ended(), locale)),
    };
    let first = report.first_attempts().map(|first| {
        let of = match locale {
            Locale::Es => format!("{} de {} primeros intentos.", number(first.successes()), number(first.ended())),
            Locale::En => format!("{} of {} first attempts.", number(first.successes()), number(first.ended())),
        };
        let value = words::percent(first.successes(), first.ended(), locale);
        tile(locale.t("Éxito al primer intento", "First-attempt success"), value, of)
    });
    let activations = are_told(query.chosen.as_ref()).then(|| {
        let took = report.took(Measure::Activation);
        let all = took.total();
        let mean = took.mean().map_or_else(String::new, |seconds| match locale {
            Locale::Es => format!("{} de media desde el pedido.", words::time(seconds, locale)),
            Locale::En => format!("{} on average from the order.", words::time(seconds, locale)),
        });
        view! {
            {tile(locale.t("Servicios activados", "Services activated"), number(all.cases), mean)}
            {tile(
                locale.t("Intentos por activación", "Attempts per activation"),
                words::mean(all.attempts, all.cases, locale),
                locale.t("De media.", "On average.").to_owned(),
            )}
        }
    });
    view! {
        <section class="section" aria-labelledby="cifras">
            <h2 id="cifras">{words::days(query.days, locale)}</h2>
            <div class="dashboard">
                {tile(locale.t("Intentos", "Attempts"), number(total.attempts), under_way)}
                {tile(locale.t("Fallos", "Failures"), number(total.failures), rate)}
                {first}
                {activations}
            </div>
        </section>
    }
    .into_any()
}

fn content(report: &Report, query: &Query, names: &Names, locale: Locale) -> AnyView {
    let attempts = if report.total.attempts == 0 {
        view! {
            <EmptyState title=locale.t("Ningún intento en estos días", "No attempt on these days")>
                <p>{locale.t("Elige otros días, o quita el filtro.", "Choose other days, or remove the filter.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        BREAKDOWNS
            .iter()
            .filter_map(|dimension| breakdown(*dimension, report, query, names, locale))
            .collect_view()
            .into_any()
    };
    view! { {attempts}{times(report, query, locale)} }.into_any()
}
