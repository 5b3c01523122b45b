//! The price as agreed, and what was paid of it.

use super::words;
use crate::pages::expediente::states::Reader;
use crate::pages::price::agreed_price;
use crate::ui::{DataTable, StatusPill};
use crate::web::dates::day_tag;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::payments::model::PaymentType;
use caas::payments::repository::Payment;
use caas::sales::journey::Journey;
use caas::sales::model::OrderStatus as S;
use caas::sales::pricing::Quote;
use leptos::prelude::*;

/// The price line by line.
pub(super) fn price(quote: &Quote, locale: Locale) -> AnyView {
    view! {
        <section class="section" aria-labelledby="precio">
            <h2 id="precio">{locale.t("El precio", "The price")}</h2>
            {agreed_price(quote, [None, None], locale)}
        </section>
    }
    .into_any()
}

/// Whether the señal stays with the dealership: the customer did not make the final payment.
fn is_kept(journey: &Journey, payment: &Payment) -> bool {
    journey.order.status == S::CancelledPaymentFailure && payment.payment_type == PaymentType::Reservation
}

/// What was paid or tried; nothing before the first try.
pub(super) fn payments(journey: &Journey, reader: Reader<'_>) -> Option<AnyView> {
    let locale = reader.locale;
    if journey.payments.is_empty() {
        return None;
    }
    let [date, what, amount, state] = [
        locale.t("Fecha", "Date"),
        locale.t("Qué", "What"),
        locale.t("Cobrado", "Charged"),
        locale.t("Estado", "State"),
    ];
    let heads = vec![date.to_owned(), what.to_owned(), format!("#{amount}"), state.to_owned()];
    let rows = journey
        .payments
        .iter()
        .map(|payment| {
            let (status, word, text) = words::payment(payment, is_kept(journey, payment), locale);
            let part = words::part(payment.payment_type, locale);
            let charged = Money::new(payment.net_cents(), payment.currency);
            let asked = (charged != payment.amount()).then(|| {
                let amount = payment.amount().display(locale);
                let words = match locale {
                    Locale::Es => format!("de {amount}"),
                    Locale::En => format!("of {amount}"),
                };
                view! { <span class="muted small payment__note">{words}</span> }
            });
            let text = (!text.is_empty()).then(|| view! { <span class="muted small payment__note">{text}</span> });
            view! {
                <tr>
                    <td data-label=date>{day_tag(payment.created_at, reader.zone, locale)}</td>
                    <td data-label=what>{part}</td>
                    <td data-label=amount class="num money"><span>{charged.display(locale)}{asked}</span></td>
                    <td data-label=state><span class="payment__state"><StatusPill kind=status word=word/>{text}</span></td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Pagos de este pedido", "Payments of this order");
    Some(
        view! {
            <section class="section" aria-labelledby="pagos">
                <h2 id="pagos">{locale.t("Pagos", "Payments")}</h2>
                <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable>
            </section>
        }
        .into_any(),
    )
}

/// What became of the money of a cancelled order: only what its payments prove.
pub(super) fn in_the_end(journey: &Journey, locale: Locale) -> String {
    let sum = |of: fn(&Payment) -> Cents| journey.payments.iter().map(of).fold(Cents::ZERO, |sum, one| sum + one);
    let Some(currency) = journey.order.total().map(|total| total.currency) else { return String::new() };
    let words = |cents: Cents| Money::new(cents, currency).display(locale);
    let (captured, net) = (sum(|payment| payment.captured_cents), sum(Payment::net_cents));
    match (journey.order.status, locale) {
        _ if captured == Cents::ZERO => match locale {
            Locale::Es => "No se te ha cobrado nada y no se ha encargado ningún coche.".to_owned(),
            Locale::En => "You have not been charged and no car was ordered.".to_owned(),
        },
        (S::CancelledPaymentFailure, Locale::Es) => format!(
            "El coche ya no está a tu nombre y la señal de {} no se devuelve. Del pago final no se te ha cobrado nada.",
            words(net)
        ),
        (S::CancelledPaymentFailure, Locale::En) => format!(
            "The car is no longer in your name and the reservation of {} is not returned. Nothing was charged for the final payment.",
            words(net)
        ),
        (_, Locale::Es) if net == Cents::ZERO => {
            format!("Te hemos devuelto todo: {}, al método con el que pagaste.", words(captured))
        }
        (_, Locale::En) if net == Cents::ZERO => {
            format!("We refunded everything: {}, to the method you paid with.", words(captured))
        }
        (_, Locale::Es) => format!("Te estamos devolviendo {}, al método con el que pagaste.", words(net)),
        (_, Locale::En) => format!("We are refunding {} to the method you paid with.", words(net)),
    }
}
