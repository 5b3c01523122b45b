//! `/operaciones/finanzas/riesgo`: what CaaS bore, by month, reason, service and model, and what each figure is made of.

use super::months::LastMonths;
use super::{finance, finance_crumbs};
use crate::pages::audit::key;
use crate::pages::expediente::day;
use crate::ui::{Bar, BarChart, Crumb, DataTable, EmptyState, IconName, LinkButton, PageHeader, Pager};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::finance::risk::{RiskFilter, RiskLine, RiskReason, RiskSum, lines, month_of, risk};
use caas::kernel::ids::ServiceId;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas::kernel::when;
use chrono::{Months, NaiveDate};
use leptos::prelude::*;

const HERE: &str = "/operaciones/finanzas/riesgo";
const LIST: &str = "/operaciones/finanzas/riesgo/apuntes";

/// Lines on one page of what a figure is made of.
const PAGE: i64 = 50;
/// Lines of its file read at a time.
const BATCH: i64 = 500;

/// A year when nothing is chosen.
const MONTHS: LastMonths = LastMonths { spans: [3, 12, 36], default: 12 };

/// The first and the last month that are looked at.
fn span(web: &WebContext) -> (NaiveDate, NaiveDate) {
    let last = month_of(web.caas.now().date_naive());
    MONTHS.ending(web, last)
}

fn reason_name(reason: RiskReason, locale: Locale) -> &'static str {
    match reason {
        RiskReason::HoldLapsed => locale.t("Retención caducada tras entregar", "Hold lapsed after delivery"),
        RiskReason::NotSettled => locale.t("El banco no movió el dinero", "The bank did not move the money"),
        RiskReason::Chargeback => locale.t("Contracargo", "Chargeback"),
        RiskReason::Recovered => locale.t("Recuperado después", "Recovered afterwards"),
        RiskReason::WrittenOff => locale.t("Deuda condonada", "Debt written off"),
    }
}

/// "nov 2026".
pub(super) fn month_name(month: NaiveDate, locale: Locale) -> String {
    let words = when::short_day(caas::finance::begins(month), "UTC", locale);
    words.split_once(' ').map_or(words.clone(), |(_, month)| month.to_owned())
}

/// What of the report a figure leads to.
#[derive(Clone, Default)]
struct Part {
    reason: Option<RiskReason>,
    service: Option<ServiceId>,
    model: Option<String>,
}

fn list_href(from: NaiveDate, until: NaiveDate, currency: Currency, part: &Part) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("desde", &from.to_string());
    pairs.append_pair("hasta", &until.to_string());
    pairs.append_pair("moneda", currency.as_str());
    if let Some(reason) = part.reason {
        pairs.append_pair("motivo", reason.as_str());
    }
    if let Some(service) = part.service {
        pairs.append_pair("servicio", &service.to_string());
    }
    if let Some(model) = &part.model {
        pairs.append_pair("modelo", model);
    }
    format!("{LIST}?{}", pairs.finish())
}

/// The page.
pub(super) async fn risk_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let locale = web.locale;
    let (from, until) = span(&web);
    let sums = risk(&mut web.caas.db.read().await?, from, until).await?;
    let title = locale.t("Informe de riesgo", "Risk report");
    let lead = locale.t(
        "Lo que asumió CaaS, por mes, motivo, servicio y modelo. Sale de los libros; cada cifra lleva a sus apuntes.",
        "What CaaS bore, by month, reason, service and model. It is read from the books; each figure leads to its entries.",
    );
    let csv = format!("/operaciones/finanzas/riesgo.csv?meses={}", MONTHS.asked(&web));
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let report = if sums.is_empty() {
        view! {
            <EmptyState title=locale.t("CaaS no asumió nada en estos meses", "CaaS bore nothing in these months")>
                <p>{locale.t("Lo que se entregue y no se llegue a cobrar aparecerá aquí.", "What is delivered and not paid in the end will show here.")}</p>
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

fn total<'a>(sums: impl Iterator<Item = &'a RiskSum>) -> (Cents, i64) {
    sums.fold((Cents::ZERO, 0), |(cents, count), sum| (cents + sum.cents, count + sum.entries))
}

/// A row of a table: name, where it leads, sum, how many entries.
type Line = (String, String, Cents, i64);

fn of_currency(
    currency: Currency,
    sums: &[RiskSum],
    (from, until): (NaiveDate, NaiveDate),
    locale: Locale,
) -> Option<AnyView> {
    let own: Vec<&RiskSum> = sums.iter().filter(|sum| sum.currency == currency).collect();
    if own.is_empty() {
        return None;
    }
    let end = until + Months::new(1) - chrono::Days::new(1);
    let mut by_month: Vec<Line> = Vec::new();
    let mut month = from;
    while month <= until {
        let (cents, count) = total(own.iter().copied().filter(|sum| sum.month == month));
        let last = month + Months::new(1) - chrono::Days::new(1);
        by_month.push((month_name(month, locale), list_href(month, last, currency, &Part::default()), cents, count));
        month = month + Months::new(1);
    }
    let money = |cents: Cents| Money::new(cents, currency).display(locale);
    let bars: Vec<Bar> = by_month
        .iter()
        .map(|(name, href, cents, _)| Bar {
            label: name.chars().take(3).collect(),
            text: money(*cents),
            value: cents.0,
            href: href.clone(),
        })
        .collect();
    let highest = by_month.iter().map(|(_, _, cents, _)| *cents).max().unwrap_or_default();
    let by_reason: Vec<Line> = RiskReason::ALL
        .iter()
        .filter_map(|reason| {
            let (cents, count) = total(own.iter().copied().filter(|sum| sum.reason == *reason));
            let part = Part { reason: Some(*reason), ..Part::default() };
            let href = list_href(from, end, currency, &part);
            (count > 0).then(|| (reason_name(*reason, locale).to_owned(), href, cents, count))
        })
        .collect();
    let mut services: Vec<_> = own.iter().filter_map(|sum| sum.service.clone()).collect();
    services.sort_by_key(|(id, _)| *id);
    services.dedup_by_key(|(id, _)| *id);
    let by_service: Vec<Line> = services
        .into_iter()
        .map(|(id, names)| {
            let of = |sum: &&RiskSum| sum.service.as_ref().is_some_and(|(service, _)| *service == id);
            let (cents, count) = total(own.iter().copied().filter(of));
            let part = Part { service: Some(id), ..Part::default() };
            (names.get(locale).to_owned(), list_href(from, end, currency, &part), cents, count)
        })
        .collect();
    let mut models: Vec<_> = own.iter().filter_map(|sum| sum.model.clone()).collect();
    models.sort();
    models.dedup();
    let by_model: Vec<Line> = models
        .into_iter()
        .map(|(code, name)| {
            let of = |sum: &&RiskSum| sum.model.as_ref().is_some_and(|(model, _)| *model == code);
            let (cents, count) = total(own.iter().copied().filter(of));
            let part = Part { model: Some(code.clone()), ..Part::default() };
            (name, list_href(from, end, currency, &part), cents, count)
        })
        .collect();
    let (all, entries) = total(own.iter().copied());
    let whole = list_href(from, end, currency, &Part::default());
    let label = match locale {
        Locale::Es => format!("Lo asumido cada mes en {currency}; las cifras están en la tabla de abajo"),
        Locale::En => format!("What was borne each month in {currency}; the figures stand in the table below"),
    };
    let sum_words = match (entries, locale) {
        (1, Locale::Es) => "1 apunte".to_owned(),
        (1, Locale::En) => "1 entry".to_owned(),
        (_, Locale::Es) => format!("{entries} apuntes"),
        (_, Locale::En) => format!("{entries} entries"),
    };
    let id = format!("riesgo-{currency}");
    let (label_id, top, sum) = (id.clone(), money(highest), money(all));
    Some(
        view! {
            <section class="section dense" aria-labelledby=label_id>
                <h2 id=id>{currency.as_str()}</h2>
                <p class="summary__total"><span>{sum_words}</span><strong><a href=whole>{sum}</a></strong></p>
                <BarChart label=label top=top bars=bars/>
                {table(locale.t("Por mes", "By month"), locale.t("Mes", "Month"), by_month, currency, locale)}
                {table(locale.t("Por motivo", "By reason"), locale.t("Motivo", "Reason"), by_reason, currency, locale)}
                {table(locale.t("Por servicio", "By service"), locale.t("Servicio", "Service"), by_service, currency, locale)}
                {table(locale.t("Por modelo", "By model"), locale.t("Modelo", "Model"), by_model, currency, locale)}
            </section>
        }
        .into_any(),
    )
}

fn table(caption: &'static str, head: &'static str, lines: Vec<Line>, currency: Currency, locale: Locale) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let (count, amount) = (locale.t("Apuntes", "Entries"), locale.t("Importe", "Amount"));
    let rows = lines
        .into_iter()
        .map(|(name, href, cents, entries)| {
            view! {
                <tr>
                    <td data-label=head>{name}</td>
                    <td data-label=count class="num">{entries}</td>
                    <td data-label=amount class="num money"><a href=href>{Money::new(cents, currency).display(locale)}</a></td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![head.to_owned(), format!("#{count}"), format!("#{amount}")];
    view! { <DataTable caption=caption heads=heads>{rows}</DataTable> }.into_any()
}

/// Which entries an address asks for, and their last day.
fn asked(web: &WebContext) -> (RiskFilter, NaiveDate) {
    let value = |name| web.query(name).unwrap_or_default();
    let today = web.caas.now().date_naive();
    let until = day(&value("hasta")).unwrap_or(today);
    let filter = RiskFilter {
        from: day(&value("desde")).unwrap_or_else(|| month_of(today)),
        before_day: until + chrono::Days::new(1),
        currency: value("moneda").parse().unwrap_or(Currency::Eur),
        reason: value("motivo").parse().ok(),
        service: value("servicio").parse().ok(),
        model: Some(value("modelo")).filter(|model| !model.is_empty()),
        before: key::read(&value("antes")),
    };
    (filter, until)
}

/// `/operaciones/finanzas/riesgo/apuntes`: what a figure is made of.
pub(super) async fn risk_list_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let locale = web.locale;
    let (filter, until) = asked(&web);
    let (from, currency) = (filter.from, filter.currency);
    let part = Part { reason: filter.reason, service: filter.service, model: filter.model.clone() };
    let mut found = lines(&mut web.caas.db.read().await?, &filter, PAGE + 1).await?;
    let earlier = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let whole = list_href(from, until, currency, &part);
    let next = found
        .last()
        .filter(|_| earlier)
        .map(|last| format!("{whole}&antes={}", key::write((last.at, last.id))))
        .unwrap_or_default();
    let csv = whole.replacen(LIST, "/operaciones/finanzas/riesgo/apuntes.csv", 1);
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let first = filter.before.map(|_| whole).unwrap_or_default();
    let title = locale.t("Lo que asumió CaaS", "What CaaS bore");
    let lead = match locale {
        Locale::Es => {
            format!("Del {} al {}, en {currency}.", when::calendar_day(from, locale), when::calendar_day(until, locale))
        }
        Locale::En => format!(
            "From {} to {}, in {currency}.",
            when::calendar_day(from, locale),
            when::calendar_day(until, locale)
        ),
    };
    let mut crumbs = finance_crumbs(&web);
    crumbs.push(Crumb::new(HERE, locale.t("Informe de riesgo", "Risk report")));
    let [at, reason, service, model, amount] = [
        locale.t("Cuándo (UTC)", "When (UTC)"),
        locale.t("Motivo", "Reason"),
        locale.t("Servicio", "Service"),
        locale.t("Modelo", "Model"),
        locale.t("Importe", "Amount"),
    ];
    let rows = found
        .iter()
        .map(|line| {
            let href = format!("/operaciones/finanzas/apuntes/{}", line.id);
            let names = line.service.as_ref().map_or_else(|| "–".to_owned(), |names| names.get(locale).to_owned());
            view! {
                <tr>
                    <td data-label=at><time datetime=exact(line.at)>{moment(line.at, "UTC", locale)}</time></td>
                    <td data-label=reason><a href=href>{reason_name(line.reason, locale)}</a></td>
                    <td data-label=service>{names}</td>
                    <td data-label=model>{line.model.clone().unwrap_or_else(|| "–".to_owned())}</td>
                    <td data-label=amount class="num money">{line.amount.display(locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![at.to_owned(), reason.to_owned(), service.to_owned(), model.to_owned(), format!("#{amount}")];
    let caption = locale.t("Apuntes, los más recientes primero", "Entries, the most recent first");
    let list = if found.is_empty() {
        view! {
            <EmptyState title=locale.t("Ningún apunte", "No entry")>
                <p>{locale.t("En esos días CaaS no asumió nada así.", "In these days CaaS bore nothing of the kind.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        <div class="dense">{list}</div>
        <Pager label=locale.t("Páginas de apuntes", "Pages of entries")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

/// What a figure is made of, as a file.
pub(super) async fn risk_list_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let (filter, _) = asked(&web);
    let heads = [
        locale.t("Apunte", "Entry"),
        locale.t("Cuándo (UTC)", "When (UTC)"),
        locale.t("Motivo", "Reason"),
        locale.t("Servicio", "Service"),
        locale.t("Modelo", "Model"),
        locale.t("Moneda", "Currency"),
        locale.t("Importe", "Amount"),
    ];
    let caas = web.caas.clone();
    let first = RiskFilter { before: None, ..filter };
    let name = locale.t("asumido.csv", "borne.csv");
    Ok(csv_file(name, csv.row(heads), first, move |filter: RiskFilter| {
        let caas = caas.clone();
        async move {
            let found = lines(&mut caas.db.read().await?, &filter, BATCH).await?;
            let last = found.last().filter(|_| found.len() == BATCH as usize);
            let next = last.map(|last| RiskFilter { before: Some((last.at, last.id)), ..filter.clone() });
            let row = |line: &RiskLine| {
                csv.row([
                    line.id.to_string().as_str(),
                    &exact(line.at),
                    line.reason.as_str(),
                    line.service.as_ref().map(|names| names.get(locale)).unwrap_or_default(),
                    line.model.as_deref().unwrap_or_default(),
                    line.amount.currency.as_str(),
                    &line.amount.decimal(),
                ])
            };
            Ok(Rows { text: found.iter().map(row).collect(), next })
        }
    }))
}

/// The report as a file: one row a month, reason, service and model.
pub(super) async fn risk_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let (from, until) = span(&web);
    let heads = [
        locale.t("Mes (UTC)", "Month (UTC)"),
        locale.t("Motivo", "Reason"),
        locale.t("Servicio", "Service"),
        locale.t("Modelo", "Model"),
        locale.t("Moneda", "Currency"),
        locale.t("Importe", "Amount"),
        locale.t("Apuntes", "Entries"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file(locale.t("riesgo.csv", "risk.csv"), csv.row(heads), (), move |()| {
        let caas = caas.clone();
        async move {
            let sums = risk(&mut caas.db.read().await?, from, until).await?;
            let row = |sum: &RiskSum| {
                csv.row([
                    sum.month.format("%Y-%m").to_string().as_str(),
                    sum.reason.as_str(),
                    sum.service.as_ref().map(|(_, names)| names.get(locale)).unwrap_or_default(),
                    sum.model.as_ref().map(|(_, name)| name.as_str()).unwrap_or_default(),
                    sum.currency.as_str(),
                    &sum.amount().decimal(),
                    &sum.entries.to_string(),
                ])
            };
            Ok(Rows { text: sums.iter().map(row).collect(), next: None })
        }
    }))
}
