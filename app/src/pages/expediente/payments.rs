//! What was held, charged and given back.

use super::cars::Cars;
use super::evidence::source_words;
use super::needs::payment_href;
use super::query::{Query, list_href};
use super::states::{Reader, of_payment};
use super::words::to_the_second;
use crate::ui::{Crumb, DataTable, EmptyState, LinkButton, PageHeader, Pager, StatusPill};
use crate::web::dates::day_tag;
use crate::web::{Page, PageResult, Section, WebContext};
use caas::kernel::ids::PaymentId;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::payments::model::Settlement;
use caas::payments::repository::{Payment, PaymentLine, list_with_subjects};
use caas::vehicles::vehicles_of;
use leptos::prelude::*;

/// Payments on one page.
const PAGE: i64 = 20;

/// The newest payments, with a link to all.
pub(super) fn newest(cars: &Cars, payments: &[PaymentLine], more: bool, reader: Reader<'_>) -> Option<AnyView> {
    if payments.is_empty() {
        return None;
    }
    let locale = reader.locale;
    let href = list_href("/expediente/pagos", cars.chosen, None);
    let more = more.then(|| view! { <p><a href=href>{locale.t("Ver todos los pagos", "See all payments")}</a></p> });
    let body = view! {
        <section class="section" aria-labelledby="pagos">
            <h2 id="pagos">{locale.t("Pagos", "Payments")}</h2>
            {table(cars, payments, reader)}
            {more}
        </section>
    };
    Some(body.into_any())
}

fn table(cars: &Cars, payments: &[PaymentLine], reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let [date, service, amount, state] = [
        locale.t("Fecha", "Date"),
        locale.t("Servicio", "Service"),
        locale.t("Cobrado", "Charged"),
        locale.t("Estado", "State"),
    ];
    let heads = vec![date.to_owned(), service.to_owned(), format!("#{amount}"), state.to_owned()];
    let rows = payments
        .iter()
        .map(|one| {
            let payment = &one.payment;
            let told = of_payment(payment, reader);
            let (name, car) = (one.names().get(locale).to_owned(), one.vehicle_id.map(|id| cars.label(id)).unwrap_or_default());
            let car = (!car.is_empty()).then(|| view! { <span class="muted small payment__car">{car}</span> });
            let charged = charged(payment);
            // What was asked for stands beside, when it is not what was charged.
            let asked = (charged != payment.amount()).then(|| {
                let amount = payment.amount().display(locale);
                let words = match locale {
                    Locale::Es => format!("de {amount}"),
                    Locale::En => format!("of {amount}"),
                };
                view! { <span class="muted small payment__note">{words}</span> }
            });
            let evidence = one.confirmed_at.filter(|_| payment.captured_at.is_some()).map(|at| {
                let at = to_the_second(at, reader.zone, locale);
                let how = source_words(one.confirmed_by.as_deref().unwrap_or_default(), locale);
                let words = match locale {
                    Locale::Es => format!("El coche lo confirmó el {at}, {how}."),
                    Locale::En => format!("The car confirmed on {at}, {how}."),
                };
                view! { <span class="muted small payment__note">{words}</span> }
            });
            let text = (!told.text.is_empty()).then(|| view! { <span class="muted small payment__note">{told.text}</span> });
            view! {
                <tr>
                    <td data-label=date>{day_tag(payment.created_at, reader.zone, locale)}</td>
                    <td data-label=service><span><a href=payment_href(payment)>{name}</a>{car}</span></td>
                    <td data-label=amount class="num money"><span>{charged.display(locale)}{asked}</span></td>
                    <td data-label=state><span class="payment__state"><StatusPill kind=told.status word=told.word/>{text}{evidence}</span></td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Pagos, los más recientes primero", "Payments, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// What the customer has paid by it: nothing, unless the vehicle confirmed and it was not given back or borne by us.
fn charged(payment: &Payment) -> Money {
    let bears = matches!(payment.settlement, Settlement::Absorbed | Settlement::ChargedBack);
    let cents = if bears { Cents::ZERO } else { payment.captured_cents - payment.refunded_cents };
    Money::new(cents, payment.currency)
}

/// `/expediente/pagos`: all payments, page by page.
pub(super) async fn payments_page(web: WebContext) -> PageResult {
    let user = super::owner(&web)?;
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let locale = web.locale;
    let before: Option<PaymentId> = web.query("antes").and_then(|key| key.parse().ok());
    let mut tx = web.caas.db.read().await?;
    let cars = Cars::new(vehicles_of(&mut tx, user.id).await?, Query::of(&web).car);
    let mut payments = list_with_subjects(&mut tx, user.id, cars.chosen, before, PAGE + 1).await?;
    drop(tx);
    let older = payments.len() > PAGE as usize;
    payments.truncate(PAGE as usize);
    let next = if older {
        payments.last().map(|p| list_href("/expediente/pagos", cars.chosen, Some(p.payment.id.to_string())))
    } else {
        None
    };
    let first = before.map(|_| list_href("/expediente/pagos", cars.chosen, None)).unwrap_or_default();
    let title = locale.t("Tus pagos", "Your payments");
    let lead = locale.t(
        "Retenido no es cobrado: de un servicio se cobra solo lo que tu coche confirma.",
        "Held is not charged: for a service you are charged only for what your car confirms.",
    );
    let crumbs = vec![Crumb::new(
        Query { car: cars.chosen, ..Query::default() }.href("/expediente"),
        locale.t("Expediente", "My cars"),
    )];
    let list = if payments.is_empty() {
        let action =
            view! { <LinkButton href="/catalogo">{locale.t("Ver el catálogo", "See the catalogue")}</LinkButton> };
        view! {
            <EmptyState title=locale.t("Aquí no hay ningún pago", "There is no payment here") action=action.into_any()>
                <p>{locale.t("Aparecerán cuando pidas un servicio.", "They will appear once you order a service.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&cars, &payments, reader).into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {list}
        <Pager label=locale.t("Páginas de pagos", "Pages of payments")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next.unwrap_or_default() next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}
