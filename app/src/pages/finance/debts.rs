//! `/operaciones/deudas`: what is owed, by state.

use super::{DEBTS, amounts, crumbs, finance};
use crate::pages::subscriptions::debt_state;
use crate::ui::{
    Chip, Choice, DataTable, EmptyState, FilterBar, IconName, LinkButton, PageHeader, Pager, SelectField, StatusPill,
};
use crate::web::dates::day_tag;
use crate::web::{Page, PageResult, Section, WebContext};
use caas::kernel::locale::Locale;
use caas::subscriptions::desk::{self, DebtLine, DebtSum};
use caas::subscriptions::model::{DebtId, DebtState};
use leptos::prelude::*;

/// Debts on one page.
const PAGE: i64 = 50;

/// The page.
pub(super) async fn debts_page(web: WebContext) -> PageResult {
    let user = finance(&web)?;
    let locale = web.locale;
    let state: Option<DebtState> = web.query("estado").and_then(|code| code.parse().ok());
    let before: Option<DebtId> = web.query("antes").and_then(|key| key.parse().ok());
    let mut tx = web.caas.db.read().await?;
    let mut lines = desk::debts(&mut tx, state, before, PAGE + 1).await?;
    let sums = desk::debt_sums(&mut tx).await?;
    drop(tx);
    let older = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let list = href(DEBTS, state, None);
    let next = lines.last().filter(|_| older).map(|last| href(DEBTS, state, Some(last.debt.id))).unwrap_or_default();
    let first = before.map(|_| list.clone()).unwrap_or_default();
    let title = locale.t("Deudas", "Debts");
    let lead = locale.t(
        "Lo que quedó por pagar de suscripciones que terminaron sin cobrarse. Pagar en línea, cobro externo o condonar.",
        "What was left to pay of subscriptions that ended without being charged. Paid online, collected, or written off.",
    );
    let csv = href("/operaciones/deudas.csv", state, None);
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let rows = if lines.is_empty() {
        view! {
            <EmptyState title=locale.t("Ninguna deuda con este filtro", "No debt with this filter")>
                <p>{locale.t("Aparecen cuando falla el último intento de cobro.", "They appear when the last try to charge fails.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&lines, &user.time_zone, locale)
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        <div class="dashboard">{DebtState::ALL.iter().map(|state| tile(*state, &sums, locale)).collect_view()}</div>
        {filter(state, locale)}
        <div class="dense">{rows}</div>
        <Pager label=locale.t("Páginas de deudas", "Pages of debts")
            previous_href=first previous_word=locale.t("Las más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn href(path: &str, state: Option<DebtState>, before: Option<DebtId>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if let Some(state) = state {
        pairs.append_pair("estado", state.as_str());
    }
    if let Some(before) = before {
        pairs.append_pair("antes", &before.to_string());
    }
    let query = pairs.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

fn tile(state: DebtState, sums: &[DebtSum], locale: Locale) -> AnyView {
    let own = || sums.iter().filter(move |sum| sum.state == state);
    let count: i64 = own().map(|sum| sum.count).sum();
    let (_, word) = debt_state(state, locale);
    let class = if state.is_unpaid() && count > 0 { "tile tone-waiting" } else { "tile" };
    let many = match (count, locale) {
        (1, Locale::Es) => "1 deuda".to_owned(),
        (1, Locale::En) => "1 debt".to_owned(),
        (_, Locale::Es) => format!("{count} deudas"),
        (_, Locale::En) => format!("{count} debts"),
    };
    view! {
        <div class=class>
            <p class="tile__label">{word}</p>
            <p class="tile__value">{amounts(own().map(|sum| sum.amount()), locale)}</p>
            <p class="tile__promise">{many}</p>
        </div>
    }
    .into_any()
}

fn filter(state: Option<DebtState>, locale: Locale) -> AnyView {
    let choices: Vec<_> = std::iter::once(Choice::new("", locale.t("Todas", "All")))
        .chain(DebtState::ALL.iter().map(|one| Choice::new(one.as_str(), debt_state(*one, locale).1)))
        .collect();
    let chips: Vec<_> = state.iter().map(|one| Chip::new(debt_state(*one, locale).1, DEBTS)).collect();
    let value = state.map(DebtState::as_str).unwrap_or_default();
    view! {
        <FilterBar action=DEBTS label=locale.t("Filtrar las deudas", "Filter the debts") submit=locale.t("Filtrar", "Filter")
            chips=chips remove_word=locale.t("Quitar", "Remove")>
            <SelectField label=locale.t("Estado", "State") name="estado" choices=choices value=value/>
        </FilterBar>
    }
    .into_any()
}

fn table(lines: &[DebtLine], zone: &str, locale: Locale) -> AnyView {
    let [since, customer, service, amount, state] = [
        locale.t("Desde", "Since"),
        locale.t("Cliente", "Customer"),
        locale.t("Suscripción", "Subscription"),
        locale.t("Importe", "Amount"),
        locale.t("Estado", "State"),
    ];
    let rows = lines
        .iter()
        .map(|line| {
            let (kind, word) = debt_state(line.debt.state, locale);
            let path = format!("{DEBTS}/{}", line.debt.id);
            view! {
                <tr>
                    <td data-label=since>{day_tag(line.debt.created_at, zone, locale)}</td>
                    <td data-label=customer><span><a href=path>{line.customer_name.clone()}</a><span class="muted small payment__car">{line.customer_email.clone()}</span></span></td>
                    <td data-label=service>{line.service_names.0.get(locale).to_owned()}</td>
                    <td data-label=amount class="num money">{line.debt.amount().display(locale)}</td>
                    <td data-label=state><StatusPill kind=kind word=word/></td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![since.to_owned(), customer.to_owned(), service.to_owned(), format!("#{amount}"), state.to_owned()];
    let caption = locale.t("Deudas, las más recientes primero", "Debts, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}
