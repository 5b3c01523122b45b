//! `/operaciones/analisis.csv`: one breakdown, or the times, as a file.

use super::query::{Query, name};
use super::reader;
use super::times::are_told;
use super::words;
use crate::web::{Csv, PageResult, Refusal, Rows, WebContext, csv_file};
use caas::analysis::model::{Dimension, Measure};
use caas::analysis::report::{Names, Report, report};
use caas::kernel::locale::Locale;

/// The file.
pub(super) async fn analysis_file(web: WebContext) -> PageResult {
    reader(&web)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let query = Query::of(&web).map_err(|_| Refusal::NotFound)?;
    let table = web.query("tabla").unwrap_or_default();
    let dimension = Dimension::ALL.iter().copied().find(|dimension| name(*dimension) == table);
    let chosen = query.chosen.as_ref();
    let is_there = match dimension {
        Some(dimension) => chosen.is_none_or(|chosen| chosen.dimension != dimension),
        None => table == "tiempos" && are_told(chosen),
    };
    if !is_there {
        return Err(Refusal::NotFound);
    }
    let heads = match dimension {
        Some(dimension) => breakdown_heads(dimension, csv, locale),
        None => times_heads(csv, locale),
    };
    let file_name = format!("{}-{table}.csv", locale.t("analisis", "analysis"));
    let caas = web.caas.clone();
    Ok(csv_file(file_name, heads, (), move |()| {
        let (caas, query) = (caas.clone(), query.clone());
        async move {
            let mut tx = caas.db.snapshot().await?;
            let report = report(&mut tx, caas.now(), query.days, query.chosen.as_ref()).await?;
            let names = Names::read(&mut tx).await?;
            let text = match dimension {
                Some(dimension) => breakdown(dimension, &report, &names, csv, locale),
                None => times(&report, csv),
            };
            Ok(Rows { text, next: None })
        }
    }))
}

fn breakdown_heads(dimension: Dimension, csv: Csv, locale: Locale) -> String {
    csv.row([
        locale.t("Clave", "Key"),
        words::head(dimension, locale),
        locale.t("Intentos", "Attempts"),
        locale.t("Fallos", "Failures"),
        locale.t("En curso", "Under way"),
    ])
}

/// Every value, also those without a failure: its rows come to the totals of the page.
fn breakdown(dimension: Dimension, report: &Report, names: &Names, csv: Csv, locale: Locale) -> String {
    report
        .by(dimension)
        .map(|(key, counts)| {
            csv.row([
                key.as_str(),
                &words::value(dimension, key, names, locale),
                &counts.attempts.to_string(),
                &counts.failures.to_string(),
                &counts.under_way.to_string(),
            ])
        })
        .collect()
}

fn times_heads(csv: Csv, locale: Locale) -> String {
    csv.row([
        locale.t("Qué", "What"),
        locale.t("Como mucho (s)", "At most (s)"),
        locale.t("Cuántos", "How many"),
        locale.t("Segundos en total", "Seconds in all"),
        locale.t("Intentos en total", "Attempts in all"),
    ])
}

/// The classes of each measure, shortest first.
fn times(report: &Report, csv: Csv) -> String {
    let mut text = String::new();
    for measure in Measure::ALL {
        for (bound, class) in &report.took(*measure).0 {
            text += &csv.row([
                measure.as_str(),
                &bound.to_string(),
                &class.cases.to_string(),
                &class.seconds.to_string(),
                &class.attempts.to_string(),
            ]);
        }
    }
    text
}
