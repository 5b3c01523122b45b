//! The price line by line as agreed, and what was paid of it.

use super::words;
use crate::pages::expediente::states::Reader;
use crate::ui::{DataTable, StatusPill};
use crate::web::dates::day_tag;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::payments::model::PaymentType;
use caas::payments::repository::Payment;
use caas::sales::journey::Journey;
use caas::sales::model::OrderStatus as S;
use caas::sales::pricing::{LineKind, Quote};
use leptos::prelude::*;

/// The price line by line.
pub(super) fn price(quote: &Quote, locale: Locale) -> AnyView {
    let rows = quote
        .lines
        .iter()
        .map(|line| {
            let amount = match (line.kind, line.worth) {
                (LineKind::Included, Some(worth)) => {
                    let worth = quote.money(worth).display(locale);
                    match locale {
                        Locale::Es => format!("incluido (vale {worth})"),
                        Locale::En => format!("included (worth {worth})"),
                    }
                }
                (LineKind::Included, None) => locale.t("incluido", "included").to_owned(),
                _ => quote.money(line.amount).display(locale),
            };
            let name = match line.kind {
                LineKind::Colour => format!("{} {}", locale.t("Color", "Colour"), line.names.get(locale)),
                _ => line.names.get(locale).to_owned(),
            };
            view! { <li><span>{name}</span><span class="money">{amount}</span></li> }
        })
        .collect_view();
    let (net, vat, total) = (quote.money(quote.net), quote.money(quote.vat), quote.money(quote.total));
    let (whole, rest) = (quote.vat_rate_basis_points / 100, quote.vat_rate_basis_points % 100);
    let rate = match (rest, locale) {
        (0, _) => whole.to_string(),
        (rest, Locale::Es) => format!("{whole},{rest:02}"),
        (rest, Locale::En) => format!("{whole}.{rest:02}"),
    };
    let vat_words = match locale {
        Locale::Es => format!("Sin IVA {}, IVA del {rate}\u{a0}% {}.", net.display(locale), vat.display(locale)),
        Locale::En => format!("{} without VAT, {rate}% VAT {}.", net.display(locale), vat.display(locale)),
    };
    let plan = match locale {
        Locale::Es => format!("Plan {}, versión {}: el precio acordado no cambia.", quote.plan_names.es, quote.version),
        Locale::En => {
            format!("Plan {}, version {}: the agreed price does not change.", quote.plan_names.en, quote.version)
        }
    };
    let share = |label: &'static str, amount: Cents| {
        let amount = quote.money(amount).display(locale);
        view! { <li><span>{label}</span><span class="money">{amount}</span></li> }
    };
    view! {
        <section class="section" aria-labelledby="precio">
            <h2 id="precio">{locale.t("El precio", "The price")}</h2>
            <ul class="price-lines">{rows}</ul>
            <p class="summary__total"><span>"Total"</span><strong>{total.display(locale)}</strong></p>
            <ul class="price-lines price-lines--parts">
                {share(locale.t("Señal", "Reservation"), quote.reservation)}
                {share(locale.t("Pago final", "Final payment"), quote.remainder)}
            </ul>
            <p class="muted small">{vat_words}" "{plan}</p>
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
