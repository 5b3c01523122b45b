//! How far behind the platform is with what it owes, and how large its database is.

use super::age;
use crate::ui::{DataTable, Fact, KeyValueList};
use crate::web::WebContext;
use caas::kernel::locale::Locale;
use caas::watch::sizes::{Lags, Sizes};
use leptos::prelude::*;

/// Both, beside each other.
pub(super) fn sizes_and_lags(lags: Lags, sizes: &Sizes, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let heads = [locale.t("Tabla", "Table").to_owned(), format!("#{}", locale.t("Filas, más o menos", "Rows, about"))];
    let (table, rows_label) = (locale.t("Tabla", "Table"), locale.t("Filas, más o menos", "Rows, about"));
    let rows = sizes
        .tables
        .iter()
        .map(|(name, rows)| {
            let rows = rows.map_or_else(|| locale.t("aún sin contar", "not counted yet").to_owned(), |rows| locale.count(rows));
            view! { <tr><td data-label=table class="code">{*name}</td><td data-label=rows_label class="num">{rows}</td></tr> }
        })
        .collect_view();
    view! {
        <div class="card"><KeyValueList facts=lag_facts(lags, web)/></div>
        <div class="card"><KeyValueList facts=size_facts(sizes, locale)/></div>
        <details>
            <summary>{locale.t("Tablas que crecen", "Tables that grow")}</summary>
            <div class="dense">
                <DataTable caption=locale.t("Filas por tabla", "Rows by table") caption_hidden=true heads=heads.to_vec()>{rows}</DataTable>
            </div>
        </details>
    }
    .into_any()
}

fn lag_facts(lags: Lags, web: &WebContext) -> Vec<Fact> {
    let locale = web.locale;
    let since = |at| match at {
        Some(at) => age(web, at),
        None => locale.t("nada espera", "nothing waits").to_owned(),
    };
    let message = match lags.message_due {
        Some(at) if at > web.caas.now() => locale.t("dentro de plazo", "in time").to_owned(),
        at => since(at),
    };
    vec![
        Fact::text(locale.t("La tarea más antigua venció", "The oldest work fell due"), since(lags.job_due)),
        Fact::text(
            locale.t("El mensaje recibido más antiguo sin interpretar llegó", "The oldest webhook not understood came"),
            since(lags.webhook),
        ),
        Fact::text(
            locale.t("El aviso más urgente sin enviar vencía", "The most urgent message not sent was due"),
            message,
        ),
    ]
}

fn size_facts(sizes: &Sizes, locale: Locale) -> Vec<Fact> {
    let mut facts = vec![Fact::text(locale.t("Base de datos", "Database"), bytes(sizes.bytes, locale))];
    if let Some(log) = sizes.log_bytes {
        facts.push(Fact::text(locale.t("Registro previo (WAL)", "Write-ahead log (WAL)"), bytes(log, locale)));
    }
    match sizes.followers {
        Some((0, _)) => {
            facts.push(Fact::text(locale.t("Réplicas", "Replicas"), locale.t("ninguna", "none")));
        }
        Some((count, behind)) => {
            let text = match locale {
                Locale::Es => format!("{count}, la última a {} de distancia", bytes(behind, locale)),
                Locale::En => format!("{count}, the last {} behind", bytes(behind, locale)),
            };
            facts.push(Fact::text(locale.t("Réplicas", "Replicas"), text));
        }
        None => {}
    }
    facts
}

/// "12,5 MB": a figure or two and the unit of the thousand below it.
fn bytes(count: i64, locale: Locale) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut tenths = count.max(0).saturating_mul(10);
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < units.len() {
        tenths /= 1_000;
        unit += 1;
    }
    let point = if locale == Locale::Es { ',' } else { '.' };
    let (whole, part) = (tenths / 10, tenths % 10);
    match unit {
        0 => format!("{whole}\u{a0}B"),
        _ => format!("{whole}{point}{part}\u{a0}{}", units[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        for (count, es, en) in [
            (0, "0\u{a0}B", "0\u{a0}B"),
            (999, "999\u{a0}B", "999\u{a0}B"),
            (1_000, "1,0\u{a0}kB", "1.0\u{a0}kB"),
            (12_560_000, "12,5\u{a0}MB", "12.5\u{a0}MB"),
            (3_000_000_000_000, "3,0\u{a0}TB", "3.0\u{a0}TB"),
        ] {
            assert_eq!((bytes(count, Locale::Es).as_str(), bytes(count, Locale::En).as_str()), (es, en));
        }
    }
}
