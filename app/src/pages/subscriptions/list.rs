//! `/expediente/suscripciones`: what runs by the month, and what the next month will cost.

use super::running::state_line;
use super::words::{end_reason, period_words, status};
use super::{DEBTS, INVOICES, LIST, customer, path_of};
use crate::pages::expediente::{day_words, states::Reader};
use crate::ui::{Crumb, DataTable, EmptyState, LinkButton, PageHeader, Pager, StatusPill};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::kernel::money::{Currency, Money};
use caas::subscriptions::model::SubscriptionId;
use caas::subscriptions::repository::Subscription;
use caas::subscriptions::view::{self, next_bill};
use caas::vehicles::{Vehicle, vehicles_of};
use leptos::prelude::*;

/// Ended subscriptions on one page.
const PAGE: i64 = 20;

/// The page.
pub(super) async fn list_page(web: WebContext) -> PageResult {
    let user = customer(&web)?;
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let locale = web.locale;
    let before: Option<SubscriptionId> = web.query("antes").and_then(|key| key.parse().ok());
    let mut tx = web.caas.db.read().await?;
    let cars = vehicles_of(&mut tx, user.id).await?;
    let running = match before {
        None => view::running(&mut tx, user.id).await?,
        Some(_) => Vec::new(),
    };
    let mut ended = view::ended(&mut tx, user.id, before, PAGE + 1).await?;
    drop(tx);
    let older = ended.len() > PAGE as usize;
    ended.truncate(PAGE as usize);
    let next = ended.last().filter(|_| older).map(|last| format!("{LIST}?antes={}", last.id)).unwrap_or_default();
    let first = before.map(|_| LIST).unwrap_or_default();
    let title = locale.t("Tus suscripciones", "Your subscriptions");
    let lead = locale.t(
        "Cada mes se paga cuando ha terminado, y se puede cancelar en cualquier momento.",
        "Each month is paid when it is over, and you can cancel at any time.",
    );
    let actions = view! {
        <LinkButton href=INVOICES>{locale.t("Facturas", "Invoices")}</LinkButton>
        <LinkButton href=DEBTS>{locale.t("Deudas", "Debts")}</LinkButton>
    };
    let content = if running.is_empty() && ended.is_empty() {
        let action =
            view! { <LinkButton href="/catalogo">{locale.t("Ver el catálogo", "See the catalogue")}</LinkButton> };
        view! {
            <EmptyState title=locale.t("No tienes ninguna suscripción", "You have no subscription") action=action.into_any()>
                <p>{locale.t("Cuando contrates una, aquí verás qué pagas, cuándo y por qué días.", "Once you have one, you will see here what you pay, when and for which days.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            {(!running.is_empty()).then(|| lines(&running, &cars, reader))}
            {next_month(&running, &cars, reader)}
            {(!ended.is_empty()).then(|| over(&ended, &cars, reader))}
        }
        .into_any()
    };
    let crumbs = vec![Crumb::new("/expediente", locale.t("Expediente", "My cars"))];
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {content}
        <Pager label=locale.t("Páginas de suscripciones", "Pages of subscriptions")
            previous_href=first previous_word=locale.t("Las más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}

fn car_of(s: &Subscription, cars: &[Vehicle]) -> String {
    cars.iter().find(|car| car.id == s.vehicle_id).map(Vehicle::label).unwrap_or_default()
}

fn lines(subscriptions: &[Subscription], cars: &[Vehicle], reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let lines = subscriptions
        .iter()
        .map(|s| {
            let (kind, word) = status(s.status, s.cancel_at_period_end, locale);
            let (name, car) = (s.service_names.0.get(locale).to_owned(), car_of(s, cars));
            let price = format!("{} {}", s.price().display(locale), locale.t("al mes", "a month"));
            view! {
                <li class="line">
                    <div class="line__text">
                        <p class="line__title"><a href=path_of(s.id)>{name}</a></p>
                        {(!car.is_empty()).then(|| view! { <p class="muted small">{car}</p> })}
                        <p class="muted">{state_line(s, reader)}</p>
                    </div>
                    <div class="line__end">
                        <StatusPill kind=kind word=word/>
                        <span class="muted small">{price}</span>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="en-marcha">
            <h2 id="en-marcha">{locale.t("En marcha", "Running")}</h2>
            <ul class="lines">{lines}</ul>
        </section>
    }
    .into_any()
}

/// What the next month will be billed: each running subscription once, on its day.
fn next_month(running: &[Subscription], cars: &[Vehicle], reader: Reader<'_>) -> Option<AnyView> {
    let locale = reader.locale;
    let mut bills: Vec<_> = running.iter().filter_map(|s| next_bill(s).map(|bill| (s, bill))).collect();
    if bills.is_empty() {
        return None;
    }
    bills.sort_by_key(|(s, (_, period, _))| (period.end, s.id));
    let [day, service, period_head, amount] = [
        locale.t("Se factura el", "Billed on"),
        locale.t("Suscripción", "Subscription"),
        locale.t("Por los días", "For the days"),
        locale.t("Importe", "Amount"),
    ];
    let rows = bills
        .iter()
        .map(|(s, (_, period, price))| {
            let car = car_of(s, cars);
            let name = s.service_names.0.get(locale).to_owned();
            view! {
                <tr>
                    <td data-label=day><time datetime=period.end.to_string()>{day_words(period.end.0, locale)}</time></td>
                    <td data-label=service><span><a href=path_of(s.id)>{name}</a><span class="muted small payment__car">{car}</span></span></td>
                    <td data-label=period_head>{period_words(*period, locale)}</td>
                    <td data-label=amount class="num money">{price.display(locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let totals = totals(bills.iter().map(|(_, (_, _, price))| *price));
    let totals = totals.iter().map(|money| money.display(locale)).collect::<Vec<_>>().join(" + ");
    let heads = vec![day.to_owned(), service.to_owned(), period_head.to_owned(), format!("#{amount}")];
    let caption = locale.t("Lo que se facturará el próximo mes", "What will be billed in the next month");
    Some(
        view! {
            <section class="section" aria-labelledby="proximo-mes">
                <h2 id="proximo-mes">{locale.t("El próximo mes", "The next month")}</h2>
                <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable>
                <p class="summary__total"><span>{locale.t("En total, IVA incluido", "In all, VAT included")}</span><strong>{totals}</strong></p>
                <p class="muted small">{locale.t(
                    "Si no cambias nada. Se cobra el mismo día en que se factura.",
                    "If you change nothing. It is charged on the day it is billed.",
                )}</p>
            </section>
        }
        .into_any(),
    )
}

/// Sums by currency: nothing is converted.
fn totals(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for amount in amounts {
        match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
            Some(sum) => sum.cents = sum.cents + amount.cents,
            None => sums.push(amount),
        }
    }
    let place = |currency| Currency::ALL.iter().position(|one| *one == currency);
    sums.sort_by_key(|sum| place(sum.currency));
    sums
}

fn over(ended: &[Subscription], cars: &[Vehicle], reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let lines = ended
        .iter()
        .map(|s| {
            let (kind, word) = status(s.status, false, locale);
            let (name, car) = (s.service_names.0.get(locale).to_owned(), car_of(s, cars));
            let why = s.ended_because().map(|why| end_reason(why, locale)).unwrap_or_default();
            view! {
                <li class="line">
                    <div class="line__text">
                        <p class="line__title"><a href=path_of(s.id)>{name}</a></p>
                        {(!car.is_empty()).then(|| view! { <p class="muted small">{car}</p> })}
                        <p class="muted">{state_line(s, reader)}" "{why}</p>
                    </div>
                    <div class="line__end"><StatusPill kind=kind word=word/></div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="terminadas">
            <h2 id="terminadas">{locale.t("Terminadas", "Over")}</h2>
            <ul class="lines">{lines}</ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use caas::kernel::money::Cents;

    #[test]
    fn amounts_of_one_currency_are_added_up() {
        let money = |cents, currency| Money::new(Cents(cents), currency);
        let sums = totals([money(990, Currency::Gbp), money(490, Currency::Eur), money(10, Currency::Gbp)].into_iter());
        assert_eq!(sums, [money(490, Currency::Eur), money(1_000, Currency::Gbp)]);
    }
}
