//! One breakdown: bars of the failures, and the table beside them. Each name narrows, each figure leads to its attempts.

use super::FILE;
use super::query::{Query, name};
use super::words::{by, head, percent, value};
use crate::ui::{Bar, BarChart, DataTable, IconName, LinkButton};
use caas::analysis::model::{Counts, Dimension};
use caas::analysis::report::{Names, Report};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// Bars that are drawn where they are ordered by height; the table has all.
const BARS: usize = 12;

/// A breakdown with its heading; nothing of the dimension that is chosen.
pub(super) fn breakdown(
    dimension: Dimension,
    report: &Report,
    query: &Query,
    names: &Names,
    locale: Locale,
) -> Option<AnyView> {
    report.breakdowns.get(&dimension)?;
    let lines = ordered(dimension, report);
    let id = format!("por-{}", name(dimension));
    let label_id = id.clone();
    let csv = query.href(FILE, &[("tabla", name(dimension))]);
    let chart = chart(dimension, &lines, query, names, locale);
    let table = table(dimension, &lines, report.total, query, names, locale, chart.is_some());
    let figures = match chart {
        Some(chart) => {
            view! { <div class="columns columns--table"><div>{chart}</div><div>{table}</div></div> }.into_any()
        }
        None => table,
    };
    Some(
        view! {
            <section class="section dense stack" aria-labelledby=label_id>
                <h2 id=id>{by(dimension, locale)}</h2>
                {figures}
                <p class="actions"><LinkButton href=csv icon=IconName::Download>
                    {locale.t("Descargar en CSV", "Download as CSV")}
                    <span class="sr-only">": "{by(dimension, locale)}</span>
                </LinkButton></p>
            </section>
        }
        .into_any(),
    )
}

/// Worst first; hours and attempts in their own order. Reasons are reasons of failing.
fn ordered(dimension: Dimension, report: &Report) -> Vec<(String, Counts)> {
    let mut lines: Vec<(String, Counts)> = report
        .by(dimension)
        .filter(|(_, counts)| dimension != Dimension::Reason || counts.failures > 0)
        .map(|(key, counts)| (key.clone(), counts))
        .collect();
    match dimension {
        Dimension::Hour => {}
        // Whoever tried by hand came after all numbers.
        Dimension::Attempt => lines.sort_by_key(|(key, _)| key.parse::<u32>().unwrap_or(u32::MAX)),
        _ => lines.sort_by_key(|(_, counts)| (-counts.failures, -counts.attempts)),
    }
    lines
}

/// The failures as bars; nothing where there is none.
fn chart(
    dimension: Dimension,
    lines: &[(String, Counts)],
    query: &Query,
    names: &Names,
    locale: Locale,
) -> Option<AnyView> {
    let highest = lines.iter().map(|(_, counts)| counts.failures).max().filter(|highest| *highest > 0)?;
    let failures = |number: i64| match (number, locale) {
        (1, Locale::Es) => "1 fallo".to_owned(),
        (1, Locale::En) => "1 failure".to_owned(),
        (number, Locale::Es) => format!("{} fallos", locale.count(number)),
        (number, Locale::En) => format!("{} failures", locale.count(number)),
    };
    let in_order = matches!(dimension, Dimension::Hour | Dimension::Attempt);
    let shown = if in_order { lines.len() } else { BARS };
    let bars = lines
        .iter()
        .take(shown)
        .enumerate()
        .map(|(at, (key, counts))| {
            let words = value(dimension, key, names, locale);
            // Names are too long to stand under a bar: the table has them by their numbers.
            let (label, text) = match (dimension, key.parse::<u32>()) {
                (Dimension::Hour | Dimension::Attempt, Ok(number)) => (number.to_string(), failures(counts.failures)),
                (Dimension::Attempt, Err(_)) => (words, failures(counts.failures)),
                _ => ((at + 1).to_string(), format!("{words}, {}", failures(counts.failures))),
            };
            Bar { label, text, value: counts.failures, href: query.only(dimension, key).page() }
        })
        .collect::<Vec<_>>();
    let label = match locale {
        Locale::Es => format!("Fallos, {}; las cifras están en la tabla", by(dimension, locale).to_lowercase()),
        Locale::En => format!("Failures, {}; the figures stand in the table", by(dimension, locale).to_lowercase()),
    };
    Some(view! { <BarChart label=label top=failures(highest) bars=bars/> }.into_any())
}

fn table(
    dimension: Dimension,
    lines: &[(String, Counts)],
    total: Counts,
    query: &Query,
    names: &Names,
    locale: Locale,
    with_chart: bool,
) -> AnyView {
    let is_reason = dimension == Dimension::Reason;
    let (what, attempts, failures) =
        (head(dimension, locale), locale.t("Intentos", "Attempts"), locale.t("Fallos", "Failures"));
    let share = match dimension {
        Dimension::Reason => locale.t("De los fallos", "Of the failures"),
        Dimension::Attempt => locale.t("Con éxito", "Successful"),
        _ => locale.t("Fallan", "Fail"),
    };
    let share_of = move |counts: Counts| match dimension {
        Dimension::Reason => percent(counts.failures, total.failures, locale),
        Dimension::Attempt => percent(counts.successes(), counts.ended(), locale),
        _ => percent(counts.failures, counts.ended(), locale),
    };
    // Every attempt with a reason of failing has failed: their number is told once.
    let figures = move |query: Query, counts: Counts| {
        let of_failures = Query { failed: true, ..query.clone() }.list();
        let tried = (!is_reason).then(|| {
            view! { <td data-label=attempts class="num"><a href=query.list()>{locale.count(counts.attempts)}</a></td> }
        });
        view! {
            {tried}
            <td data-label=failures class="num"><a href=of_failures>{locale.count(counts.failures)}</a></td>
            <td data-label=share class="num">{share_of(counts)}</td>
        }
    };
    // By their numbers they are found under the bars.
    let numbered = with_chart && !matches!(dimension, Dimension::Hour | Dimension::Attempt);
    let rows = lines
        .iter()
        .enumerate()
        .map(|(at, (key, counts))| {
            let number = numbered.then(|| format!("{}. ", at + 1));
            let only = query.only(dimension, key);
            view! {
                <tr>
                    <td data-label=what><span>{number}<a href=only.page()>{value(dimension, key, names, locale)}</a></span></td>
                    {figures(only, *counts)}
                </tr>
            }
        })
        .collect_view();
    let sum = view! {
        <tr>
            <td data-label=what><strong>{locale.t("Total", "Total")}</strong></td>
            {figures(query.clone(), total)}
        </tr>
    };
    let mut heads = vec![what.to_owned()];
    if !is_reason {
        heads.push(format!("#{attempts}"));
    }
    heads.extend([format!("#{failures}"), format!("#{share}")]);
    view! {
        <DataTable caption=by(dimension, locale) caption_hidden=true heads=heads>
            {rows}
            {sum}
        </DataTable>
    }
    .into_any()
}
