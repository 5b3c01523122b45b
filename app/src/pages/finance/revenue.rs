//! `/operaciones/finanzas/ingresos`: what was sold, by month or day, kind, service and country. Read from the books, and
//! held against the trial balance of the same days before anybody's eyes.

use super::{finance, finance_crumbs};
use crate::pages::expediente::{day, day_words};
use crate::ui::{
    Bar, BarChart, Chip, Choice, DataTable, EmptyState, Field, FilterBar, IconName, LinkButton, PageHeader,
    SelectField, Status, StatusPill,
};
use crate::web::{Csv, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::accounts::Country;
use caas::finance::revenue::{RevenueKind, RevenueSum, Stretch, in_the_books, revenue, service_names};
use caas::finance::risk::month_of;
use caas::kernel::ids::ServiceId;
use caas::kernel::locale::{Bilingual, Locale};
use caas::kernel::money::{Cents, Currency, Money};
use chrono::{Days, Months, NaiveDate};
use leptos::prelude::*;
use std::collections::HashMap;

const HERE: &str = "/operaciones/finanzas/ingresos";

/// Days that are looked at one by one, at most; months otherwise.
const MOST_DAYS: i64 = 92;
/// Months that are looked at together, at most.
const MOST_MONTHS: u32 = 60;

/// What is asked for.
#[derive(Clone)]
struct Query {
    from: NaiveDate,
    until: NaiveDate,
    stretch: Stretch,
    kind: Option<RevenueKind>,
    service: Option<ServiceId>,
    country: Option<String>,
}

impl Query {
    /// The last twelve months when nothing is said; never what is to come.
    fn of(web: &WebContext) -> Query {
        let value = |name| web.query(name).unwrap_or_default();
        let today = web.caas.now().date_naive();
        let until = day(&value("hasta")).unwrap_or(today).min(today);
        let asked = day(&value("desde")).unwrap_or_else(|| month_of(until) - Months::new(11));
        let from = asked.clamp((until - Months::new(MOST_MONTHS)).min(until), until);
        let by_day = value("por") == "dia" && (until - from).num_days() < MOST_DAYS;
        Query {
            from,
            until,
            stretch: if by_day { Stretch::Day } else { Stretch::Month },
            kind: value("clase").parse().ok(),
            service: value("servicio").parse().ok(),
            country: Some(value("pais")).filter(|code| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase())),
        }
    }

    fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("desde", &self.from.to_string());
        pairs.append_pair("hasta", &self.until.to_string());
        pairs.append_pair("por", if self.stretch == Stretch::Day { "dia" } else { "mes" });
        if let Some(kind) = self.kind {
            pairs.append_pair("clase", kind.as_str());
        }
        if let Some(service) = self.service {
            pairs.append_pair("servicio", &service.to_string());
        }
        if let Some(country) = &self.country {
            pairs.append_pair("pais", country);
        }
        format!("{path}?{}", pairs.finish())
    }

    fn takes(&self, sum: &RevenueSum) -> bool {
        self.kind.is_none_or(|kind| kind == sum.kind)
            && self.service.is_none_or(|service| Some(service) == sum.service)
            && self.country.as_ref().is_none_or(|country| sum.country.as_ref() == Some(country))
    }

    fn is_whole(&self) -> bool {
        self.kind.is_none() && self.service.is_none() && self.country.is_none()
    }

    /// The stretches of the range, in order, as they are cut off by it: first and last day.
    fn stretches(&self) -> Vec<(NaiveDate, NaiveDate)> {
        let mut begins = self.stretch.of(self.from);
        let mut all = Vec::new();
        while begins <= self.until {
            let next = match self.stretch {
                Stretch::Day => begins + Days::new(1),
                Stretch::Month => begins + Months::new(1),
            };
            all.push((begins, next - Days::new(1)));
            begins = next;
        }
        all
    }
}

/// What a kind is called.
fn kind_name(kind: RevenueKind, locale: Locale) -> &'static str {
    match kind {
        RevenueKind::Service => locale.t("Servicio de un solo pago", "Service bought once"),
        RevenueKind::Subscription => locale.t("Facturas de suscripción", "Subscription invoices"),
        RevenueKind::Reservation => locale.t("Señal de un coche", "Reservation of a car"),
        RevenueKind::Final => locale.t("Pago final de un coche", "Final payment of a car"),
    }
}

/// The sums of some rows.
#[derive(Clone, Copy, Default)]
struct Total {
    sold: Cents,
    back: Cents,
    charged_back: Cents,
}

impl Total {
    fn of<'a>(sums: impl Iterator<Item = &'a RevenueSum>) -> Total {
        sums.fold(Total::default(), |total, sum| Total {
            sold: total.sold + sum.sold,
            back: total.back + sum.back,
            charged_back: total.charged_back + sum.charged_back,
        })
    }

    fn revenue(self) -> Cents {
        self.sold - self.back
    }
}

/// The page.
pub(super) async fn revenue_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, query) = (web.locale, Query::of(&web));
    // One state for the sums and the books that they are held against.
    let mut tx = web.caas.db.snapshot().await?;
    let all = revenue(&mut tx, query.from, query.until, query.stretch).await?;
    let books = in_the_books(&mut tx, query.from, query.until).await?;
    let names = service_names(&mut tx).await?;
    drop(tx);
    let form = form(&query, &all, &names, locale);
    let sums: Vec<RevenueSum> = all.into_iter().filter(|sum| query.takes(sum)).collect();
    let title = locale.t("Ingresos", "Revenue");
    let lead = locale.t(
        "Lo vendido sin IVA, menos lo devuelto. Sale de los libros, en días UTC. Lo que los bancos se llevaron va aparte: los libros lo tienen como coste.",
        "What was sold without VAT, less what was given back. Read from the books, in UTC days. What banks took back stands apart: the books have it as a cost.",
    );
    let actions = view! {
        <LinkButton href=query.href("/operaciones/finanzas/ingresos.csv") icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let report = if sums.is_empty() {
        view! {
            <EmptyState title=locale.t("Nada vendido en esos días", "Nothing sold in these days")>
                <p>{locale.t("Cambia las fechas o quita algún filtro.", "Change the dates or take a filter away.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        Currency::ALL
            .iter()
            .filter_map(|currency| of_currency(*currency, &query, &sums, &books, &names, locale))
            .collect_view()
            .into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=finance_crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {form}
        {report}
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn country_name(code: &str, locale: Locale) -> String {
    Country::by_code(code).map_or_else(|| code.to_owned(), |country| country.name(locale).to_owned())
}

fn name_of(service: ServiceId, names: &HashMap<ServiceId, Bilingual>, locale: Locale) -> String {
    names.get(&service).map_or_else(|| service.to_string(), |names| names.get(locale).to_owned())
}

fn form(query: &Query, all: &[RevenueSum], names: &HashMap<ServiceId, Bilingual>, locale: Locale) -> AnyView {
    let any = |word: &'static str| std::iter::once(Choice::new("", word));
    let kinds: Vec<_> = any(locale.t("Todas", "All"))
        .chain(RevenueKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_name(*kind, locale))))
        .collect();
    let mut sold: Vec<_> = all.iter().filter_map(|sum| sum.service).chain(query.service).collect();
    sold.sort_unstable();
    sold.dedup();
    let mut services: Vec<_> = sold.into_iter().map(|id| (name_of(id, names, locale), id)).collect();
    services.sort();
    let services: Vec<_> = any(locale.t("Todos", "All"))
        .chain(services.into_iter().map(|(name, id)| Choice::new(id.to_string(), name)))
        .collect();
    let mut countries: Vec<_> = all.iter().filter_map(|sum| sum.country.clone()).chain(query.country.clone()).collect();
    countries.sort();
    countries.dedup();
    let countries: Vec<_> = any(locale.t("Todos", "All"))
        .chain(countries.iter().map(|code| Choice::new(code.clone(), country_name(code, locale))))
        .collect();
    let stretches = vec![
        Choice::new("mes", locale.t("Por mes", "By month")),
        Choice::new("dia", locale.t("Por día (hasta 92)", "By day (up to 92)")),
    ];
    let mut chips = Vec::new();
    if let Some(kind) = query.kind {
        chips.push(Chip::new(kind_name(kind, locale), Query { kind: None, ..query.clone() }.href(HERE)));
    }
    if let Some(service) = query.service {
        let name = name_of(service, names, locale);
        chips.push(Chip::new(name, Query { service: None, ..query.clone() }.href(HERE)));
    }
    if let Some(country) = &query.country {
        chips.push(Chip::new(country_name(country, locale), Query { country: None, ..query.clone() }.href(HERE)));
    }
    let (from, until) = (query.from.to_string(), query.until.to_string());
    let by = if query.stretch == Stretch::Day { "dia" } else { "mes" };
    let kind = query.kind.map(RevenueKind::as_str).unwrap_or_default();
    let service = query.service.map(|service| service.to_string()).unwrap_or_default();
    let country = query.country.clone().unwrap_or_default();
    view! {
        <FilterBar action=HERE label=locale.t("Filtrar los ingresos", "Filter the revenue") submit=locale.t("Ver", "Show")
            chips=chips remove_word=locale.t("Quitar", "Remove")>
            <Field label=locale.t("Desde (UTC)", "From (UTC)") name="desde" kind="date" value=from/>
            <Field label=locale.t("Hasta (UTC)", "Until (UTC)") name="hasta" kind="date" value=until/>
            <SelectField label=locale.t("Sumar", "Add up") name="por" choices=stretches value=by/>
            <SelectField label=locale.t("Clase", "Kind") name="clase" choices=kinds value=kind/>
            <SelectField label=locale.t("Servicio", "Service") name="servicio" choices=services value=service/>
            <SelectField label=locale.t("País", "Country") name="pais" choices=countries value=country/>
        </FilterBar>
    }
    .into_any()
}

/// A row of a table: its name, where it leads, its sums.
type Line = (String, String, Total);

fn of_currency(
    currency: Currency,
    query: &Query,
    sums: &[RevenueSum],
    books: &[Money],
    names: &HashMap<ServiceId, Bilingual>,
    locale: Locale,
) -> Option<AnyView> {
    let own: Vec<&RevenueSum> = sums.iter().filter(|sum| sum.currency == currency).collect();
    if own.is_empty() {
        return None;
    }
    let part = |of: &dyn Fn(&RevenueSum) -> bool| Total::of(own.iter().copied().filter(|sum| of(sum)));
    let by_stretch: Vec<Line> = query
        .stretches()
        .into_iter()
        .map(|(begins, ends)| {
            let name = match query.stretch {
                Stretch::Day => day_words(begins, locale),
                Stretch::Month => super::risk::month_name(begins, locale),
            };
            let inner = Query {
                from: begins.max(query.from),
                until: ends.min(query.until),
                stretch: Stretch::Day,
                ..query.clone()
            };
            let href = match query.stretch {
                Stretch::Month => inner.href(HERE),
                Stretch::Day => {
                    format!("/operaciones/finanzas/cuentas/REVENUE?moneda={currency}&desde={begins}&hasta={begins}")
                }
            };
            (name, href, part(&|sum| sum.begins == begins))
        })
        .collect();
    let by_kind: Vec<Line> = RevenueKind::ALL
        .iter()
        .filter(|kind| own.iter().any(|sum| sum.kind == **kind))
        .map(|kind| {
            let href = Query { kind: Some(*kind), ..query.clone() }.href(HERE);
            (kind_name(*kind, locale).to_owned(), href, part(&|sum| sum.kind == *kind))
        })
        .collect();
    let mut services: Vec<_> = own.iter().filter_map(|sum| sum.service).collect();
    services.sort_unstable();
    services.dedup();
    let mut by_service: Vec<Line> = services
        .into_iter()
        .map(|service| {
            let href = Query { service: Some(service), ..query.clone() }.href(HERE);
            (name_of(service, names, locale), href, part(&|sum| sum.service == Some(service)))
        })
        .collect();
    // What sold best comes first.
    by_service.sort_by_key(|(name, _, total)| (std::cmp::Reverse(total.revenue()), name.clone()));
    let mut countries: Vec<_> = own.iter().filter_map(|sum| sum.country.clone()).collect();
    countries.sort();
    countries.dedup();
    let by_country: Vec<Line> = countries
        .into_iter()
        .map(|code| {
            let href = Query { country: Some(code.clone()), ..query.clone() }.href(HERE);
            let total = part(&|sum| sum.country.as_ref() == Some(&code));
            (country_name(&code, locale), href, total)
        })
        .collect();
    let all = Total::of(own.iter().copied());
    let money = |cents: Cents| Money::new(cents, currency).display(locale);
    let bars: Vec<Bar> = by_stretch
        .iter()
        .map(|(name, href, total)| Bar {
            label: match query.stretch {
                Stretch::Month => name.chars().take(3).collect(),
                Stretch::Day => name.split(' ').next().unwrap_or_default().to_owned(),
            },
            text: money(total.revenue()),
            value: total.revenue().0,
            href: href.clone(),
        })
        .collect();
    let highest = by_stretch.iter().map(|(_, _, total)| total.revenue()).max().unwrap_or_default();
    let label = match locale {
        Locale::Es => format!("Ingresos en {currency} a lo largo del tiempo; las cifras están en la tabla de abajo"),
        Locale::En => format!("Revenue in {currency} over time; the figures stand in the table below"),
    };
    let id = format!("ingresos-{currency}");
    let (label_id, top, sum) = (id.clone(), money(highest), money(all.revenue()));
    let over_time = match query.stretch {
        Stretch::Month => (locale.t("Por mes", "By month"), locale.t("Mes", "Month")),
        Stretch::Day => (locale.t("Por día", "By day"), locale.t("Día", "Day")),
    };
    let tables = [
        (over_time, by_stretch),
        ((locale.t("Por clase", "By kind"), locale.t("Clase", "Kind")), by_kind),
        ((locale.t("Por servicio", "By service"), locale.t("Servicio", "Service")), by_service),
        ((locale.t("Por país", "By country"), locale.t("País", "Country")), by_country),
    ];
    let tables =
        tables.into_iter().map(|((caption, head), lines)| table(caption, head, lines, currency, locale)).collect_view();
    Some(
        view! {
            <section class="section dense" aria-labelledby=label_id>
                <h2 id=id>{currency.as_str()}</h2>
                <p class="summary__total"><span>{locale.t("Ingresos", "Revenue")}</span><strong>{sum}</strong></p>
                {agreement(query, all, currency, books, locale)}
                <BarChart label=label top=top bars=bars/>
                {tables}
            </section>
        }
        .into_any(),
    )
}

/// Whether the report is what the revenue account says; a part of it is held against nothing.
fn agreement(query: &Query, all: Total, currency: Currency, books: &[Money], locale: Locale) -> Option<AnyView> {
    if !query.is_whole() {
        return None;
    }
    let booked = books.iter().find(|money| money.currency == currency).map_or(Cents::ZERO, |money| money.cents);
    let (kind, verdict) = if booked == all.revenue() {
        (Status::Done, locale.t("Coincide con el balance de esos días", "Agrees with the trial balance of these days"))
    } else {
        (
            Status::Failed,
            locale.t("No coincide con el balance de esos días", "Disagrees with the trial balance of these days"),
        )
    };
    Some(view! { <p><StatusPill kind=kind word=verdict/></p> }.into_any())
}

fn table(caption: &'static str, head: &'static str, lines: Vec<Line>, currency: Currency, locale: Locale) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let [sold, back, kept, charged_back, left] = [
        locale.t("Vendido", "Sold"),
        locale.t("Devuelto", "Given back"),
        locale.t("Ingresos", "Revenue"),
        locale.t("Contracargos", "Chargebacks"),
        locale.t("Tras contracargos", "After chargebacks"),
    ];
    let money = move |cents: Cents| Money::new(cents, currency).display(locale);
    let rows = lines
        .into_iter()
        .map(|(name, href, total)| {
            view! {
                <tr>
                    <td data-label=head><a href=href>{name}</a></td>
                    <td data-label=sold class="num money">{money(total.sold)}</td>
                    <td data-label=back class="num money">{money(total.back)}</td>
                    <td data-label=kept class="num money">{money(total.revenue())}</td>
                    <td data-label=charged_back class="num money">{money(total.charged_back)}</td>
                    <td data-label=left class="num money">{money(total.revenue() - total.charged_back)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![
        head.to_owned(),
        format!("#{sold}"),
        format!("#{back}"),
        format!("#{kept}"),
        format!("#{charged_back}"),
        format!("#{left}"),
    ];
    view! { <DataTable caption=caption heads=heads>{rows}</DataTable> }.into_any()
}

/// The report as a file: one row a stretch, currency, kind, service and country.
pub(super) async fn revenue_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv, query) = (web.locale, Csv::new(web.locale), Query::of(&web));
    let heads = [
        match query.stretch {
            Stretch::Month => locale.t("Mes (UTC)", "Month (UTC)"),
            Stretch::Day => locale.t("Día (UTC)", "Day (UTC)"),
        },
        locale.t("Moneda", "Currency"),
        locale.t("Clase", "Kind"),
        locale.t("Servicio", "Service"),
        locale.t("País", "Country"),
        locale.t("Vendido sin IVA", "Sold without VAT"),
        locale.t("Devuelto sin IVA", "Given back without VAT"),
        locale.t("Ingresos", "Revenue"),
        locale.t("Contracargos", "Chargebacks"),
        locale.t("Tras contracargos", "After chargebacks"),
        locale.t("Apuntes", "Entries"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file(locale.t("ingresos.csv", "revenue.csv"), csv.row(heads), (), move |()| {
        let (caas, query) = (caas.clone(), query.clone());
        async move {
            let mut tx = caas.db.read().await?;
            let sums = revenue(&mut tx, query.from, query.until, query.stretch).await?;
            let names = service_names(&mut tx).await?;
            drop(tx);
            let row = |sum: &RevenueSum| {
                let decimal = |cents: Cents| Money::new(cents, sum.currency).decimal();
                let stretch = match query.stretch {
                    Stretch::Month => sum.begins.format("%Y-%m").to_string(),
                    Stretch::Day => sum.begins.to_string(),
                };
                csv.row([
                    stretch.as_str(),
                    sum.currency.as_str(),
                    sum.kind.as_str(),
                    &sum.service.map(|service| name_of(service, &names, locale)).unwrap_or_default(),
                    sum.country.as_deref().unwrap_or_default(),
                    &decimal(sum.sold),
                    &decimal(sum.back),
                    &decimal(sum.revenue()),
                    &decimal(sum.charged_back),
                    &decimal(sum.left()),
                    &sum.entries.to_string(),
                ])
            };
            Ok(Rows { text: sums.iter().filter(|sum| query.takes(sum)).map(row).collect(), next: None })
        }
    }))
}
