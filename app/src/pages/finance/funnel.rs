//! `/operaciones/finanzas/embudo`: what becomes of the invoices of subscriptions, from the first try to a debt and its end.

use super::months::LastMonths;
use super::risk::month_name;
use super::{DEBTS, finance, finance_crumbs};
use crate::ui::{Bar, BarChart, DataTable, EmptyState, IconName, LinkButton, PageHeader};
use crate::web::{Csv, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::finance::funnel::{Stage, StageSum, funnel};
use caas::finance::risk::month_of;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas::kernel::when::day_there;
use chrono::{Months, NaiveDate};
use leptos::prelude::*;

const HERE: &str = "/operaciones/finanzas/embudo";

/// Half a year when nothing is chosen.
const MONTHS: LastMonths = LastMonths { spans: [3, 6, 12], default: 6 };

/// The first and the last month that are looked at. An invoice has its seller's date, so it is the reader's month that runs.
fn span(web: &WebContext) -> (NaiveDate, NaiveDate) {
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let last = month_of(day_there(web.caas.now(), zone));
    MONTHS.ending(web, last)
}

/// Where an invoice stands, in words.
fn stage_name(stage: Stage, locale: Locale) -> &'static str {
    match stage {
        Stage::FirstTry => locale.t("Cobrada al primer intento", "Charged at the first try"),
        Stage::Retry1 => locale.t("Cobrada tras un reintento", "Charged after one retry"),
        Stage::Retry2 => locale.t("Cobrada tras dos reintentos", "Charged after two retries"),
        Stage::Retry3 => locale.t("Cobrada tras tres o más", "Charged after three or more"),
        Stage::BeingTried => locale.t("Todavía se intenta cobrar", "Still being tried"),
        Stage::Debt => locale.t("Deuda abierta", "Open debt"),
        Stage::InCollection => locale.t("Deuda en cobro externo", "Debt in collection"),
        Stage::DebtPaid => locale.t("Deuda pagada", "Debt paid"),
        Stage::WrittenOff => locale.t("Deuda condonada", "Debt written off"),
        Stage::Credited => locale.t("Anulada con una factura rectificativa", "Undone by a credit note"),
    }
}

/// How many and how much, of the stages that are meant.
fn of(sums: &[&StageSum], meant: impl Fn(Stage) -> bool) -> (i64, Cents) {
    sums.iter()
        .filter(|sum| meant(sum.stage))
        .fold((0, Cents::ZERO), |(count, cents), sum| (count + sum.invoices, cents + sum.cents))
}

/// The page.
pub(super) async fn funnel_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let locale = web.locale;
    let (from, until) = span(&web);
    let sums = funnel(&mut web.caas.db.read().await?, from, until).await?;
    let title = locale.t("De la factura al cobro", "From invoice to payment");
    let lead = locale.t(
        "Qué fue de las facturas de suscripción, por el mes en que se emitieron. Cada una está en un solo sitio: las partes suman lo facturado.",
        "What became of the subscriptions' invoices, by the month of their issue. Each stands in one place: the parts add up to what was billed.",
    );
    let csv = format!("/operaciones/finanzas/embudo.csv?meses={}", MONTHS.asked(&web));
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
        <LinkButton href=DEBTS>{locale.t("Deudas", "Debts")}</LinkButton>
    };
    let report = if sums.is_empty() {
        view! {
            <EmptyState title=locale.t("Ninguna factura en estos meses", "No invoice in these months")>
                <p>{locale.t("Las suscripciones se facturan al final de cada periodo.", "Subscriptions are billed at the end of each period.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        Currency::ALL
            .iter()
            .filter_map(|currency| of_currency(*currency, &sums, (from, until), locale))
            .collect_view()
            .into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=finance_crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {MONTHS.filter(&web, HERE)}
        {report}
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn of_currency(
    currency: Currency,
    sums: &[StageSum],
    (from, until): (NaiveDate, NaiveDate),
    locale: Locale,
) -> Option<AnyView> {
    let own: Vec<&StageSum> = sums.iter().filter(|sum| sum.currency == currency).collect();
    if own.is_empty() {
        return None;
    }
    let money = |cents: Cents| Money::new(cents, currency).display(locale);
    let (count, billed) = of(&own, |_| true);
    let words = match (count, locale) {
        (1, Locale::Es) => "1 factura".to_owned(),
        (1, Locale::En) => "1 invoice".to_owned(),
        (_, Locale::Es) => format!("{count} facturas"),
        (_, Locale::En) => format!("{count} invoices"),
    };
    let label = match locale {
        Locale::Es => {
            format!("Lo que quedaba por cobrar tras cada paso, en {currency}; las cifras están en la tabla de abajo")
        }
        Locale::En => {
            format!("What was left to charge after each step, in {currency}; the figures stand in the table below")
        }
    };
    let id = format!("embudo-{currency}");
    let (label_id, stages_href) = (id.clone(), format!("#{id}"));
    let left = steps(&own, locale);
    let bars: Vec<Bar> = left
        .iter()
        .map(|(name, cents)| Bar {
            label: (*name).to_owned(),
            text: money(*cents),
            value: cents.0,
            href: stages_href.clone(),
        })
        .collect();
    let highest = left.iter().map(|(_, cents)| *cents).max().unwrap_or_default();
    let (top, sum) = (money(highest), money(billed));
    Some(
        view! {
            <section class="section dense" aria-labelledby=label_id>
                <h2 id=id>{currency.as_str()}</h2>
                <p class="summary__total"><span>{words}</span><strong>{sum}</strong></p>
                <BarChart label=label top=top bars=bars/>
                {left_table(&left, currency, locale)}
                {by_stage(&own, (count, billed), currency, locale)}
                {by_month(&own, (from, until), currency, locale)}
            </section>
        }
        .into_any(),
    )
}

/// What was left to charge after each step, of what was not undone.
fn steps(own: &[&StageSum], locale: Locale) -> [(&'static str, Cents); 7] {
    use Stage as S;
    let cents = |meant: &dyn Fn(Stage) -> bool| of(own, meant).1;
    let due = cents(&|stage| stage != S::Credited);
    let first = due - cents(&|stage| stage == S::FirstTry);
    let one = first - cents(&|stage| stage == S::Retry1);
    let two = one - cents(&|stage| stage == S::Retry2);
    let three = two - cents(&|stage| stage == S::Retry3);
    let debt = cents(&S::was_debt);
    [
        (locale.t("Emitido", "Billed"), due),
        (locale.t("1.º", "1st"), first),
        (locale.t("2.º", "2nd"), one),
        (locale.t("3.º", "3rd"), two),
        (locale.t("4.º", "4th"), three),
        (locale.t("Deuda", "Debt"), debt),
        (locale.t("Impagado", "Unpaid"), debt - cents(&|stage| stage == S::DebtPaid)),
    ]
}

fn left_table(left: &[(&'static str, Cents); 7], currency: Currency, locale: Locale) -> AnyView {
    let [billed, first, second, third, fourth, debt, unpaid] = left.map(|(_, cents)| cents);
    let lines = [
        (locale.t("Emitido y no anulado", "Billed and not undone"), billed),
        (locale.t("Sin cobrar tras el primer intento", "Not charged after the first try"), first),
        (locale.t("Tras el segundo", "After the second"), second),
        (locale.t("Tras el tercero", "After the third"), third),
        (locale.t("Tras el cuarto", "After the fourth"), fourth),
        (locale.t("Pasó a deuda", "Became a debt"), debt),
        (locale.t("Deuda que no se ha pagado", "Debt that was not paid"), unpaid),
    ];
    let (step, amount) = (locale.t("Paso", "Step"), locale.t("Queda", "Left"));
    let rows = lines
        .into_iter()
        .map(|(name, cents)| {
            view! {
                <tr>
                    <td data-label=step>{name}</td>
                    <td data-label=amount class="num money">{Money::new(cents, currency).display(locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![step.to_owned(), format!("#{amount}")];
    view! { <DataTable caption=locale.t("Lo que quedaba tras cada paso", "What was left after each step") heads=heads>{rows}</DataTable> }
        .into_any()
}

fn by_stage(own: &[&StageSum], (all, billed): (i64, Cents), currency: Currency, locale: Locale) -> AnyView {
    let [stage_word, count, share, amount] = [
        locale.t("Dónde está", "Where it stands"),
        locale.t("Facturas", "Invoices"),
        locale.t("Parte", "Share"),
        locale.t("Importe", "Amount"),
    ];
    let row = |name: &str, invoices: i64, cents: Cents| {
        let part = if all == 0 { 0 } else { (invoices * 1000 + all / 2) / all };
        let part = match locale {
            Locale::Es => format!("{},{} %", part / 10, part % 10),
            Locale::En => format!("{}.{}%", part / 10, part % 10),
        };
        view! {
            <tr>
                <td data-label=stage_word>{name.to_owned()}</td>
                <td data-label=count class="num">{invoices}</td>
                <td data-label=share class="num">{part}</td>
                <td data-label=amount class="num money">{Money::new(cents, currency).display(locale)}</td>
            </tr>
        }
        .into_any()
    };
    let mut rows: Vec<AnyView> = Stage::ALL
        .iter()
        .map(|stage| {
            let (invoices, cents) = of(own, |other| other == *stage);
            row(stage_name(*stage, locale), invoices, cents)
        })
        .collect();
    rows.push(row(locale.t("Todo lo facturado", "All that was billed"), all, billed));
    let heads = vec![stage_word.to_owned(), format!("#{count}"), format!("#{share}"), format!("#{amount}")];
    view! { <DataTable caption=locale.t("Dónde están ahora", "Where they stand now") heads=heads>{rows}</DataTable> }
        .into_any()
}

fn by_month(own: &[&StageSum], (from, until): (NaiveDate, NaiveDate), currency: Currency, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Mes", "Month"),
        locale.t("Facturado", "Billed"),
        locale.t("Primer intento", "First try"),
        locale.t("Con reintentos", "With retries"),
        locale.t("En curso", "Being tried"),
        locale.t("Deuda sin pagar", "Unpaid debt"),
        locale.t("Deuda pagada", "Debt paid"),
        locale.t("Condonado", "Written off"),
        locale.t("Anulado", "Undone"),
    ];
    let mut rows = Vec::new();
    let mut month = from;
    while month <= until {
        let sums: Vec<_> = own.iter().copied().filter(|sum| sum.month == month).collect();
        let parts = [
            of(&sums, |_| true),
            of(&sums, |stage| stage == Stage::FirstTry),
            of(&sums, |stage| matches!(stage, Stage::Retry1 | Stage::Retry2 | Stage::Retry3)),
            of(&sums, |stage| stage == Stage::BeingTried),
            of(&sums, |stage| matches!(stage, Stage::Debt | Stage::InCollection)),
            of(&sums, |stage| stage == Stage::DebtPaid),
            of(&sums, |stage| stage == Stage::WrittenOff),
            of(&sums, |stage| stage == Stage::Credited),
        ];
        let cells = parts
            .into_iter()
            .zip(heads.iter().skip(1))
            .map(|((_, cents), head)| {
                view! { <td data-label=*head class="num money">{Money::new(cents, currency).display(locale)}</td> }
            })
            .collect_view();
        rows.push(view! { <tr><td data-label=heads[0]>{month_name(month, locale)}</td>{cells}</tr> });
        month = month + Months::new(1);
    }
    let heads: Vec<_> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| if at == 0 { (*head).to_owned() } else { format!("#{head}") })
        .collect();
    view! { <DataTable caption=locale.t("Por mes de la factura", "By the invoice's month") heads=heads>{rows}</DataTable> }
        .into_any()
}

/// The same as a file: one row a month, currency and place.
pub(super) async fn funnel_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv, (from, until)) = (web.locale, Csv::new(web.locale), span(&web));
    let heads = [
        locale.t("Mes", "Month"),
        locale.t("Moneda", "Currency"),
        locale.t("Dónde está", "Where it stands"),
        locale.t("Facturas", "Invoices"),
        locale.t("Importe con IVA", "Amount with VAT"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file(locale.t("embudo.csv", "funnel.csv"), csv.row(heads), (), move |()| {
        let caas = caas.clone();
        async move {
            let sums = funnel(&mut caas.db.read().await?, from, until).await?;
            let row = |sum: &StageSum| {
                csv.row([
                    sum.month.format("%Y-%m").to_string().as_str(),
                    sum.currency.as_str(),
                    sum.stage.as_str(),
                    &sum.invoices.to_string(),
                    &sum.amount().decimal(),
                ])
            };
            Ok(Rows { text: sums.iter().map(row).collect(), next: None })
        }
    }))
}
