//! `/operaciones/finanzas/balance`: what every account comes to at the end of a UTC day, and that the sums are equal.

use super::book_words::{account_meaning, account_name};
use super::{BALANCE, finance, finance_crumbs};
use crate::pages::expediente::{day, day_words};
use crate::ui::{DataTable, EmptyState, Field, FilterBar, IconName, LinkButton, PageHeader, Status, StatusPill};
use crate::web::{Csv, Page, PageResult, Rows, Section, WebContext, csv_file};
use caas::finance::books::{Balance, trial_balance};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use chrono::NaiveDate;
use leptos::prelude::*;

/// The day asked for: today when none is, and never one that is to come.
fn asked_day(web: &WebContext) -> NaiveDate {
    let today = web.caas.now().date_naive();
    web.query("dia").and_then(|text| day(&text)).unwrap_or(today).min(today)
}

/// The page.
pub(super) async fn balance_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, day) = (web.locale, asked_day(&web));
    let sums = trial_balance(&mut web.caas.db.read().await?, day).await?;
    let title = locale.t("Balance de sumas y saldos", "Trial balance");
    let lead = match locale {
        Locale::Es => format!("Cada cuenta al final del {}, en hora UTC.", day_words(day, locale)),
        Locale::En => format!("Every account at the end of {}, by UTC.", day_words(day, locale)),
    };
    let csv = format!("/operaciones/finanzas/balance.csv?dia={day}");
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let tables = if sums.is_empty() {
        view! {
            <EmptyState title=locale.t("Nada anotado hasta ese día", "Nothing booked until that day")>
                <p>{locale.t("Con la primera retención empiezan los libros.", "The books begin with the first hold.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let own = |currency: Currency| sums.iter().copied().filter(move |sum| sum.currency == currency);
        Currency::ALL
            .iter()
            .filter_map(|currency| table(*currency, &own(*currency).collect::<Vec<_>>(), day, locale))
            .collect_view()
            .into_any()
    };
    let chosen = day.to_string();
    let latest = web.caas.now().date_naive().to_string();
    let body = view! {
        <PageHeader title=title lead=lead crumbs=finance_crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        <FilterBar action=BALANCE label=locale.t("Elegir el día", "Choose the day") submit=locale.t("Ver", "Show")>
            <Field label=locale.t("Al final del día", "At the end of") name="dia" kind="date" value=chosen max=latest/>
        </FilterBar>
        {tables}
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn totals(sums: &[Balance]) -> (Cents, Cents) {
    sums.iter().fold((Cents::ZERO, Cents::ZERO), |(debit, credit), sum| (debit + sum.debit, credit + sum.credit))
}

/// One currency's accounts; nothing where nothing was booked.
fn table(currency: Currency, sums: &[Balance], day: NaiveDate, locale: Locale) -> Option<AnyView> {
    if sums.is_empty() {
        return None;
    }
    let [account, debit, credit, balance] = [
        locale.t("Cuenta", "Account"),
        locale.t("Debe", "Debits"),
        locale.t("Haber", "Credits"),
        locale.t("Saldo", "Balance"),
    ];
    let money = move |cents: Cents| Money::new(cents, currency).display(locale);
    let rows = sums
        .iter()
        .map(|sum| {
            let href = format!("/operaciones/finanzas/cuentas/{}?moneda={currency}&hasta={day}", sum.account);
            view! {
                <tr>
                    <td data-label=account><span><a href=href>{account_name(sum.account, locale)}</a>" "<span class="muted small">{account_meaning(sum.account, locale)}</span></span></td>
                    <td data-label=debit class="num money">{money(sum.debit)}</td>
                    <td data-label=credit class="num money">{money(sum.credit)}</td>
                    <td data-label=balance class="num money">{sum.balance().display(locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let (debits, credits) = totals(sums);
    let (kind, verdict) = if debits == credits {
        (Status::Done, locale.t("Debe y haber son iguales", "Debits and credits are equal"))
    } else {
        (Status::Failed, locale.t("Debe y haber no son iguales", "Debits and credits are not equal"))
    };
    let heads = vec![account.to_owned(), format!("#{debit}"), format!("#{credit}"), format!("#{balance}")];
    let caption = match locale {
        Locale::Es => format!("Cuentas en {currency}"),
        Locale::En => format!("Accounts in {currency}"),
    };
    let id = format!("moneda-{currency}");
    let (label_id, sum_debits, sum_credits, difference) =
        (id.clone(), money(debits), money(credits), money(debits - credits));
    Some(
        view! {
            <section class="section dense" aria-labelledby=label_id>
                <h2 id=id>{currency.as_str()}</h2>
                <DataTable caption=caption caption_hidden=true heads=heads>
                    {rows}
                    <tr>
                        <td data-label=account><strong>{locale.t("Suma", "Total")}</strong></td>
                        <td data-label=debit class="num money"><strong>{sum_debits}</strong></td>
                        <td data-label=credit class="num money"><strong>{sum_credits}</strong></td>
                        <td data-label=balance class="num money"><strong>{difference}</strong></td>
                    </tr>
                </DataTable>
                <p><StatusPill kind=kind word=verdict/></p>
            </section>
        }
        .into_any(),
    )
}

/// The same as a file.
pub(super) async fn balance_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv, day) = (web.locale, Csv::new(web.locale), asked_day(&web));
    let heads = [
        locale.t("Día (UTC)", "Day (UTC)"),
        locale.t("Moneda", "Currency"),
        locale.t("Cuenta", "Account"),
        locale.t("Nombre", "Name"),
        locale.t("Debe", "Debits"),
        locale.t("Haber", "Credits"),
        locale.t("Saldo", "Balance"),
    ];
    let caas = web.caas.clone();
    let name = format!("{}-{day}.csv", locale.t("balance", "trial-balance"));
    Ok(csv_file(name, csv.row(heads), (), move |()| {
        let caas = caas.clone();
        async move {
            let sums = trial_balance(&mut caas.db.read().await?, day).await?;
            let row = |sum: &Balance| {
                let money = |cents| Money::new(cents, sum.currency).decimal();
                csv.row([
                    day.to_string().as_str(),
                    sum.currency.as_str(),
                    sum.account.as_str(),
                    account_name(sum.account, locale),
                    &money(sum.debit),
                    &money(sum.credit),
                    &sum.balance().decimal(),
                ])
            };
            Ok(Rows { text: sums.iter().map(row).collect(), next: None })
        }
    }))
}
