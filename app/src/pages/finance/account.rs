//! `/operaciones/finanzas/cuentas/{account}`: an account's entries, newest first, each leading to its movement.

use super::book_words::{account_meaning, account_name, movement_name};
use super::{BALANCE, finance, finance_crumbs};
use crate::pages::audit::period::Period;
use crate::ui::{
    Chip, Choice, Crumb, DataTable, EmptyState, FilterBar, IconName, LinkButton, PageHeader, Pager, SelectField,
};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::finance::books::{EntryFilter, EntryLine, entries};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::ledger::{Account, Movement};
use leptos::prelude::*;

/// Lines on one page, and read at a time for a file.
const PAGE: i64 = 50;
const BATCH: i64 = 500;

/// What the address asks for.
#[derive(Clone, Copy)]
struct Query {
    account: Account,
    currency: Currency,
    movement: Option<Movement>,
    period: Period,
}

impl Query {
    fn of(web: &WebContext) -> Result<Query, crate::web::Refusal> {
        let value = |name| web.query(name).unwrap_or_default();
        Ok(Query {
            account: web.param_as("account")?,
            currency: value("moneda").parse().unwrap_or(Currency::Eur),
            movement: value("movimiento").parse().ok(),
            period: Period::of(web),
        })
    }

    fn path(&self) -> String {
        format!("/operaciones/finanzas/cuentas/{}", self.account)
    }

    fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("moneda", self.currency.as_str());
        if let Some(movement) = self.movement {
            pairs.append_pair("movimiento", movement.as_str());
        }
        self.period.write(&mut pairs);
        format!("{path}?{}", pairs.finish())
    }

    fn page(&self) -> String {
        self.href(&self.path())
    }

    fn whole(&self) -> Query {
        Query { period: self.period.whole(), ..*self }
    }

    fn filter(&self) -> EntryFilter {
        EntryFilter {
            account: self.account,
            currency: self.currency,
            from: self.period.from,
            until: self.period.until,
            movement: self.movement,
            before: self.period.before,
        }
    }
}

/// The page.
pub(super) async fn account_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, query) = (web.locale, Query::of(&web)?);
    let mut lines = entries(&mut web.caas.db.read().await?, &query.filter(), PAGE + 1).await?;
    let earlier = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let next = lines
        .last()
        .filter(|_| earlier)
        .map(|last| Query { period: query.period.after((last.at, last.id)), ..query }.page());
    let first = query.period.before.map(|_| query.whole().page()).unwrap_or_default();
    let title = format!("{} · {}", account_name(query.account, locale), query.currency);
    let mut crumbs = finance_crumbs(&web);
    crumbs.push(Crumb::new(BALANCE, locale.t("Balance", "Trial balance")));
    let csv = query.whole().href(&format!("{}/apuntes.csv", query.path()));
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let rows = if lines.is_empty() {
        view! {
            <EmptyState title=locale.t("Ningún apunte con este filtro", "No entry with this filter")>
                <p>{locale.t("Quita un filtro o elige otros días u otra moneda.", "Remove a filter, or choose other days or another currency.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        entries_table(&lines, locale)
    };
    let body = view! {
        <PageHeader title=title.clone() lead=account_meaning(query.account, locale) crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {form(&query, locale)}
        <div class="dense">{rows}</div>
        <Pager label=locale.t("Páginas de apuntes", "Pages of entries")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next.unwrap_or_default() next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn form(query: &Query, locale: Locale) -> AnyView {
    let movements: Vec<_> = std::iter::once(Choice::new("", locale.t("Todos", "All")))
        .chain(Movement::ALL.iter().map(|one| Choice::new(one.as_str(), movement_name(*one, locale))))
        .collect();
    let currencies: Vec<_> = Currency::ALL.iter().map(|one| Choice::new(one.as_str(), one.as_str())).collect();
    let whole = query.whole();
    let mut chips = Vec::new();
    if let Some(movement) = query.movement {
        chips.push(Chip::new(movement_name(movement, locale), Query { movement: None, ..whole }.page()));
    }
    chips.extend(query.period.chips(|period| Query { period, ..whole }.page(), locale));
    let (movement, currency) = (query.movement.map(Movement::as_str).unwrap_or_default(), query.currency.as_str());
    let days = query.period.fields(locale);
    view! {
        <FilterBar action=query.path() label=locale.t("Filtrar los apuntes", "Filter the entries")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove")>
            <SelectField label=locale.t("Moneda", "Currency") name="moneda" choices=currencies value=currency/>
            <SelectField label=locale.t("Movimiento", "Movement") name="movimiento" choices=movements value=movement/>
            {days}
        </FilterBar>
    }
    .into_any()
}

/// An amount in its column; nothing where there is none.
pub(super) fn side(cents: Cents, currency: Currency, locale: Locale) -> String {
    if cents == Cents::ZERO { String::new() } else { Money::new(cents, currency).display(locale) }
}

fn entries_table(lines: &[EntryLine], locale: Locale) -> AnyView {
    let [when, movement, debit, credit] = [
        locale.t("Cuándo (UTC)", "When (UTC)"),
        locale.t("Movimiento", "Movement"),
        locale.t("Debe", "Debit"),
        locale.t("Haber", "Credit"),
    ];
    let rows = lines
        .iter()
        .map(|line| {
            let href = format!("/operaciones/finanzas/apuntes/{}", line.id);
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(line.at)>{moment(line.at, "UTC", locale)}</time></td>
                    <td data-label=movement><a href=href>{movement_name(line.movement, locale)}</a></td>
                    <td data-label=debit class="num money">{side(line.debit, line.currency, locale)}</td>
                    <td data-label=credit class="num money">{side(line.credit, line.currency, locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![when.to_owned(), movement.to_owned(), format!("#{debit}"), format!("#{credit}")];
    let caption = locale.t("Apuntes, los más recientes primero", "Entries, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// What the columns of a file of entries are called.
pub(super) fn entry_heads(locale: Locale) -> [&'static str; 10] {
    [
        locale.t("Momento (UTC)", "Moment (UTC)"),
        locale.t("Movimiento", "Movement"),
        locale.t("Cuenta", "Account"),
        locale.t("Debe", "Debit"),
        locale.t("Haber", "Credit"),
        locale.t("Moneda", "Currency"),
        locale.t("Pago", "Payment"),
        locale.t("Factura", "Invoice"),
        locale.t("Referencia del movimiento", "Movement's reference"),
        locale.t("Referencia del apunte", "Entry's reference"),
    ]
}

/// An entry as a row of a file.
pub(super) fn entry_row(csv: Csv, line: &EntryLine) -> String {
    let money = |cents: Cents| Money::new(cents, line.currency).decimal();
    csv.row([
        exact(line.at).as_str(),
        line.movement.as_str(),
        line.account.as_str(),
        &money(line.debit),
        &money(line.credit),
        line.currency.as_str(),
        &line.payment_id.map(|id| id.to_string()).unwrap_or_default(),
        &line.invoice_id.map(|id| id.to_string()).unwrap_or_default(),
        &line.movement_id.to_string(),
        &line.id.to_string(),
    ])
}

/// The entries as a file.
pub(super) async fn account_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (csv, query) = (Csv::new(web.locale), Query::of(&web)?.whole());
    let caas = web.caas.clone();
    let name = format!("{}-{}.csv", query.account, query.currency).to_lowercase();
    Ok(csv_file(name, csv.row(entry_heads(web.locale)), None, move |before| {
        let caas = caas.clone();
        async move {
            let filter = EntryFilter { before, ..query.filter() };
            let lines = entries(&mut caas.db.read().await?, &filter, BATCH).await?;
            let next = lines.last().filter(|_| lines.len() == BATCH as usize).map(|last| Some((last.at, last.id)));
            Ok(Rows { text: lines.iter().map(|line| entry_row(csv, line)).collect(), next })
        }
    }))
}
