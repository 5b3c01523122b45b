//! How long it takes until a service is active, and until a case is solved.

use super::FILE;
use super::query::Query;
use super::words::{measure, time};
use crate::ui::{DataTable, IconName, LinkButton};
use caas::analysis::model::{Chosen, Dimension, Measure};
use caas::analysis::report::Report;
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// Whether activations and cases are told apart by what is chosen.
pub(super) fn are_told(chosen: Option<&Chosen>) -> bool {
    chosen.is_none_or(|chosen| matches!(chosen.dimension, Dimension::Model | Dimension::Service))
}

/// The table with its heading.
pub(super) fn times(report: &Report, query: &Query, locale: Locale) -> AnyView {
    let title = locale.t("Cuánto se tarda", "How long it takes");
    let inner = if are_told(query.chosen.as_ref()) { table(report, query, locale) } else { not_told(query, locale) };
    view! {
        <section class="section dense" aria-labelledby="tiempos">
            <h2 id="tiempos">{title}</h2>
            {inner}
        </section>
    }
    .into_any()
}

fn not_told(query: &Query, locale: Locale) -> AnyView {
    let text = locale.t(
        "Un servicio puede activarse tras varios intentos, con varios motivos y a varias horas: los tiempos se ven enteros, por modelo o por servicio.",
        "A service may become active after several attempts, with several reasons and at several hours: times are shown as a whole, by model or by service.",
    );
    view! { <p>{text}" "<a href=query.whole().page()>{locale.t("Ver todo", "Show everything")}</a></p> }.into_any()
}

fn table(report: &Report, query: &Query, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Qué", "What"),
        locale.t("Cuántos", "How many"),
        locale.t("De media", "On average"),
        locale.t("La mitad, como mucho", "Half of them, at most"),
        locale.t("El 90 %, como mucho", "90% of them, at most"),
    ];
    let [what, cases, mean, half, most] = heads;
    let words = |seconds: Option<i64>| seconds.map_or_else(|| "–".to_owned(), |seconds| time(seconds, locale));
    let rows = Measure::ALL
        .iter()
        .map(|kind| {
            let took = report.took(*kind);
            view! {
                <tr>
                    <td data-label=what>{measure(*kind, locale)}</td>
                    <td data-label=cases class="num">{locale.count(took.total().cases)}</td>
                    <td data-label=mean class="num">{words(took.mean())}</td>
                    <td data-label=half class="num">{words(took.at_most(50))}</td>
                    <td data-label=most class="num">{words(took.at_most(90))}</td>
                </tr>
            }
        })
        .collect_view();
    let heads: Vec<String> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| if at == 0 { (*head).to_owned() } else { format!("#{head}") })
        .collect();
    let csv = query.href(FILE, &[("tabla", "tiempos")]);
    view! {
        <DataTable caption=locale.t("Cuánto se tarda", "How long it takes") caption_hidden=true heads=heads>{rows}</DataTable>
        <p class="muted small">{locale.t(
            "Cuentan el día en que terminan. Un caso que se vuelve a abrir cuenta cada vez que se resuelve.",
            "They count on the day they end. A case that is opened again counts each time it is solved.",
        )}</p>
        <p class="actions"><LinkButton href=csv icon=IconName::Download>
            {locale.t("Descargar en CSV", "Download as CSV")}
            <span class="sr-only">": "{locale.t("Cuánto se tarda", "How long it takes")}</span>
        </LinkButton></p>
    }
    .into_any()
}
