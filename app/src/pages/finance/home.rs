//! `/operaciones/finanzas`: where the money stands today, each figure leading to what it is made of.

use super::book_words::{account_meaning, account_name};
use super::{BALANCE, DEBTS, RECONCILIATION, SUBSCRIPTIONS, TASKS, amounts, crumbs, finance};
use crate::ui::{LinkButton, PageHeader};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::finance::books::{Balance, trial_balance};
use caas::finance::chargebacks::desk as chargebacks;
use caas::finance::reconciliation::desk::{open_counts, runs};
use caas::finance::reconciliation::model::RunState;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::ledger::Account;
use caas::payments::refunds;
use caas::subscriptions::desk::{self, DebtSum};
use leptos::prelude::*;

/// The accounts that say where money stands, with what their figure means. The rest is in the trial balance.
const SHOWN: [Account; 6] = [
    Account::Holds,
    Account::GatewayReceivable,
    Account::Bank,
    Account::CustomersReceivable,
    Account::AbsorbedCost,
    Account::WrittenOff,
];

/// The page.
pub(super) async fn home_page(web: WebContext) -> PageResult {
    finance(&web)?;
    let locale = web.locale;
    let now = web.caas.now();
    let mut tx = web.caas.db.read().await?;
    let sums = trial_balance(&mut tx, now.date_naive()).await?;
    let debts = desk::debt_sums(&mut tx).await?;
    let (refunding, alarming) = refunds::counts(&mut tx, now).await?;
    let open: i64 = open_counts(&mut tx).await?.into_iter().map(|(_, count)| count).sum();
    let (tasks, urgent) = chargebacks::counts(&mut tx, now).await?;
    let failed = runs(&mut tx, 31).await?.iter().filter(|run| run.state == RunState::Failed).count();
    drop(tx);
    let title = locale.t("Finanzas", "Finance");
    let lead = locale.t(
        "Dónde está el dinero ahora mismo. Cada cifra lleva a los apuntes que la forman.",
        "Where the money stands right now. Each figure leads to the entries it is made of.",
    );
    let actions = view! {
        <LinkButton href=BALANCE>{locale.t("Balance de sumas y saldos", "Trial balance")}</LinkButton>
        <LinkButton href=RECONCILIATION>{locale.t("Conciliación", "Reconciliation")}</LinkButton>
        <LinkButton href="/operaciones/finanzas/ingresos">{locale.t("Ingresos", "Revenue")}</LinkButton>
        <LinkButton href="/operaciones/finanzas/embudo">{locale.t("De la factura al cobro", "From invoice to payment")}</LinkButton>
        <LinkButton href="/operaciones/finanzas/riesgo">{locale.t("Informe de riesgo", "Risk report")}</LinkButton>
        <LinkButton href=SUBSCRIPTIONS>{locale.t("Suscripciones", "Subscriptions")}</LinkButton>
    };
    let accounts = SHOWN.iter().map(|account| account_tile(*account, &sums, locale)).collect_view();
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        <section class="section" aria-labelledby="dinero">
            <h2 id="dinero">{locale.t("El dinero", "The money")}</h2>
            <div class="dashboard">{accounts}</div>
        </section>
        <section class="section" aria-labelledby="pendiente">
            <h2 id="pendiente">{locale.t("Lo que espera", "What is waiting")}</h2>
            <div class="dashboard">
                {reconciliation_tile(open, failed, locale)}
                {debts_tile(&debts, locale)}
                {refunds_tile(refunding, alarming, locale)}
                {tasks_tile(tasks, urgent, locale)}
            </div>
        </section>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

/// A figure with what it means, leading to what it is made of.
pub(super) fn tile(class: &'static str, label: String, href: String, value: String, text: String) -> AnyView {
    view! {
        <div class=class>
            <p class="tile__label"><a href=href>{label}</a></p>
            <p class="tile__value">{value}</p>
            <p class="tile__promise">{text}</p>
        </div>
    }
    .into_any()
}

fn account_tile(account: Account, sums: &[Balance], locale: Locale) -> AnyView {
    let own: Vec<Money> = sums.iter().filter(|sum| sum.account == account).map(Balance::balance).collect();
    let currency = own.first().map_or(Currency::Eur, |first| first.currency);
    let value = if own.is_empty() {
        Money::new(Cents::ZERO, Currency::Eur).display(locale)
    } else {
        amounts(own.into_iter(), locale)
    };
    let href = format!("/operaciones/finanzas/cuentas/{account}?moneda={currency}");
    tile("tile", account_name(account, locale).to_owned(), href, value, account_meaning(account, locale).to_owned())
}

fn reconciliation_tile(open: i64, failed: usize, locale: Locale) -> AnyView {
    let (class, text) = match (failed, locale) {
        (0, _) => {
            let text =
                locale.t("Discrepancias abiertas entre pasarela y libros.", "Open discrepancies of gateway and books.");
            (if open > 0 { "tile tone-waiting" } else { "tile" }, text.to_owned())
        }
        (_, Locale::Es) => ("tile tone-problem", format!("Informes que no llegaron este mes: {failed}.")),
        (_, Locale::En) => ("tile tone-problem", format!("Reports that did not come this month: {failed}.")),
    };
    let label = locale.t("Sin conciliar", "Not reconciled").to_owned();
    tile(class, label, RECONCILIATION.to_owned(), open.to_string(), text)
}

fn debts_tile(sums: &[DebtSum], locale: Locale) -> AnyView {
    let unpaid = || sums.iter().filter(|sum| sum.state.is_unpaid());
    let count: i64 = unpaid().map(|sum| sum.count).sum();
    let mut by_currency: Vec<Money> = Vec::new();
    for sum in unpaid() {
        match by_currency.iter_mut().find(|money| money.currency == sum.currency) {
            Some(money) => money.cents = money.cents + sum.cents,
            None => by_currency.push(sum.amount()),
        }
    }
    let text = match (count, locale) {
        (1, Locale::Es) => "1 deuda de suscripción sin pagar.".to_owned(),
        (1, Locale::En) => "1 unpaid debt of a subscription.".to_owned(),
        (_, Locale::Es) => format!("{count} deudas de suscripciones sin pagar."),
        (_, Locale::En) => format!("{count} unpaid debts of subscriptions."),
    };
    let class = if count > 0 { "tile tone-waiting" } else { "tile" };
    let value = amounts(by_currency.into_iter(), locale);
    tile(class, locale.t("Deudas", "Debts").to_owned(), DEBTS.to_owned(), value, text)
}

fn tasks_tile(open: i64, urgent: i64, locale: Locale) -> AnyView {
    let class = match (open, urgent) {
        (0, _) => "tile",
        (_, 0) => "tile tone-waiting",
        _ => "tile tone-problem",
    };
    let text = match locale {
        Locale::Es => format!("{urgent} por contestar al banco en dos días, o fuera de plazo."),
        Locale::En => format!("{urgent} to be answered to the bank within two days, or overdue."),
    };
    tile(class, locale.t("Contracargos", "Chargebacks").to_owned(), TASKS.to_owned(), open.to_string(), text)
}

fn refunds_tile(refunding: i64, alarming: i64, locale: Locale) -> AnyView {
    let class = if alarming > 0 { "tile tone-problem" } else { "tile" };
    let text = match locale {
        Locale::Es => format!("{alarming} cerca de su plazo legal o fuera de él."),
        Locale::En => format!("{alarming} near their legal deadline, or past it."),
    };
    let label = locale.t("Reembolsos en marcha", "Refunds under way").to_owned();
    tile(class, label, "/operaciones/reembolsos".to_owned(), refunding.to_string(), text)
}
