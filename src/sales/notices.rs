//! What the customer is told of an order.
//!
//! A caller says what happened; what the customer has to know with it whatever the reason (until when to pay and what is
//! lost otherwise) is added here, so that no path can forget it.

use super::model::OrderStatus;
use super::orders::Order;
use super::payment::SalePolicy;
use super::who;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::Money;
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};

/// Facts of one message beside the order's own.
#[derive(Debug, Clone, Default)]
pub struct Say {
    /// Tells apart what is said several times about one order: the same is said once.
    pub what: String,
    /// The step it has reached, in words as they stand in a sentence.
    pub step: Bilingual,
    /// The amount at stake; the one that the order's state asks for when there is none.
    pub amount: Option<Money>,
    /// Code of the reason.
    pub reason: Option<String>,
    /// A date, an address, an explanation, in the customer's language.
    pub text: Option<String>,
}

/// Tells the customer, in the caller's transaction. Each `what` is told once per order.
pub async fn tell(caas: &Caas, tx: &mut Tx, order: &Order, event: NoticeEvent, say: Say) -> Result<()> {
    let Some(customer) = order.customer_id else { return Ok(()) };
    let model = sql!(
        tx,
        optional(String, String),
        "SELECT name, code FROM vehicle_models WHERE code = $1",
        order.model_code.as_deref()
    )?;
    let step = if say.step == Bilingual::default() { part_of_price(order.status) } else { say.step };
    let notice = Notice {
        service: step,
        vehicle: model.map(|(name, _)| name).unwrap_or_default(),
        amount: say.amount.or_else(|| at_stake(order, event)),
        reason: say.reason,
        text: say.text,
        more: more(caas, tx, order, event).await?,
        of_car: true,
        ..Notice::about(customer, event, format!("{}:{}", order.id, say.what), link(order, event))
    };
    notify(caas, tx, &notice).await
}

/// The page where the customer goes on.
fn link(order: &Order, event: NoticeEvent) -> String {
    let page = match (event, order.status) {
        (
            NoticeEvent::Arrived | NoticeEvent::FinalPaymentReminder | NoticeEvent::AuthenticationNeeded,
            OrderStatus::AwaitingFinalPayment,
        ) => "/pago-final",
        (NoticeEvent::AuthenticationNeeded, OrderStatus::AwaitingReservation) => "/senal",
        (NoticeEvent::DeliveryFailed, _) => "/recogida",
        _ => "",
    };
    format!("/expediente/pedidos/{}{page}", order.id)
}

/// The part of the price that is being paid, as it stands in a sentence.
fn part_of_price(status: OrderStatus) -> Bilingual {
    match status {
        OrderStatus::AwaitingReservation | OrderStatus::CancelledReservationFailed => {
            both("la señal", "the reservation")
        }
        OrderStatus::AwaitingFinalPayment | OrderStatus::CancelledPaymentFailure => {
            both("el pago final", "the final payment")
        }
        _ => Bilingual::default(),
    }
}

/// What a message about money is about when its caller names no amount.
fn at_stake(order: &Order, event: NoticeEvent) -> Option<Money> {
    match (event, order.status) {
        (NoticeEvent::Arrived | NoticeEvent::FinalPaymentReminder | NoticeEvent::FinalPaymentFailed, _)
        | (NoticeEvent::AuthenticationNeeded, OrderStatus::AwaitingFinalPayment) => order.remainder(),
        (NoticeEvent::PaymentDeclined | NoticeEvent::AuthenticationNeeded, _) => order.reservation(),
        _ => None,
    }
}

/// What has to be known with it whatever the reason.
async fn more(caas: &Caas, tx: &mut Tx, order: &Order, event: NoticeEvent) -> Result<Vec<Bilingual>> {
    Ok(match event {
        NoticeEvent::Arrived | NoticeEvent::FinalPaymentReminder => {
            before_final_payment(order, caas.policies.sale, &zone(tx, order).await?)
        }
        NoticeEvent::FinalPaymentFailed if order.status == OrderStatus::CancelledPaymentFailure => lost(order),
        NoticeEvent::FinalPaymentFailed => declined_once(order, caas.policies.sale, &zone(tx, order).await?),
        _ => Vec::new(),
    })
}

/// Until when the rest is to be paid, and what happens otherwise: what the page says too, before its button.
pub fn before_final_payment(order: &Order, policy: SalePolicy, zone: &str) -> Vec<Bilingual> {
    let mut lines = Vec::new();
    if let (Some(amount), Some(due)) = (order.remainder(), order.final_payment_due_at) {
        lines.push(in_both(|locale| {
            let (amount, due) = (amount.display(locale), when::moment(due, zone, locale));
            match locale {
                Locale::Es => format!("Quedan por pagar {amount}, hasta el {due}."),
                Locale::En => format!("{amount} is left to pay, until {due}."),
            }
        }));
    }
    lines.push(what_a_decline_means(order, policy));
    lines
}

/// What a decline of the final payment, or its date passing, means for the customer.
pub fn what_a_decline_means(order: &Order, policy: SalePolicy) -> Bilingual {
    let left = (policy.final_declines_allowed - order.declines).max(1);
    in_both(|locale| {
        let kept = order.reservation().map(|kept| kept.display(locale)).unwrap_or_default();
        match (locale, left) {
            (Locale::Es, 1) => format!(
                "Si tu banco rechaza el pago o pasa la fecha sin pagar, el pedido se cancela, el coche deja de ser tuyo y la señal de {kept} no se devuelve."
            ),
            (Locale::En, 1) => format!(
                "If your bank declines the payment or the date passes unpaid, the order is cancelled, the car is no longer yours and the reservation of {kept} is not returned."
            ),
            (Locale::Es, _) => format!(
                "Si tu banco rechaza el pago {left} veces o pasa la fecha sin pagar, el pedido se cancela, el coche deja de ser tuyo y la señal de {kept} no se devuelve."
            ),
            (Locale::En, _) => format!(
                "If your bank declines the payment {left} times or the date passes unpaid, the order is cancelled, the car is no longer yours and the reservation of {kept} is not returned."
            ),
        }
    })
}

/// The final payment failed for good.
fn lost(order: &Order) -> Vec<Bilingual> {
    let kept = in_both(|locale| {
        let kept = order.reservation().map(|kept| kept.display(locale)).unwrap_or_default();
        match locale {
            Locale::Es => format!("La señal de {kept} que pagaste no se devuelve."),
            Locale::En => format!("The reservation of {kept} that you paid is not returned."),
        }
    });
    let gone = both(
        "El pedido queda cancelado y el coche ya no está a tu nombre: el concesionario puede venderlo a otra persona. Tu cuenta y tu expediente siguen abiertos.",
        "The order is cancelled and the car is no longer in your name: the dealership may sell it to somebody else. Your account and your file stay open.",
    );
    vec![kept, gone]
}

/// The final payment was declined and can be tried again.
fn declined_once(order: &Order, policy: SalePolicy, zone: &str) -> Vec<Bilingual> {
    let mut lines = vec![both(
        "El coche sigue reservado para ti. Puedes intentarlo de nuevo, con este u otro método de pago.",
        "The car is still kept for you. You can try again, with this or another payment method.",
    )];
    lines.extend(before_final_payment(order, policy, zone));
    lines
}

async fn zone(tx: &mut Tx, order: &Order) -> Result<String> {
    Ok(who::reader(tx, order).await?.zone)
}

fn in_both(words: impl Fn(Locale) -> String) -> Bilingual {
    Bilingual { es: words(Locale::Es), en: words(Locale::En) }
}

fn both(es: &str, en: &str) -> Bilingual {
    Bilingual { es: es.to_owned(), en: en.to_owned() }
}
