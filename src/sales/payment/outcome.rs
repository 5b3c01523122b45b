//! What follows from the gateway's answer, in one transaction each.

use super::{CarPayment, OVERDUE, due, is_overdue, lock};
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::failpoint;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{JobError, Outcome};
use crate::kernel::money::{Cents, Money};
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::payments::model::{DeclineReason, PaymentEvent, PaymentState, PaymentType, Settlement};
use crate::payments::port::GatewayPayment;
use crate::payments::repository::{self as payments, Operation, Payment};
use crate::payments::service::{apply as apply_payment, request_refund};
use crate::sales::model::{OrderEvent, OrderStatus};
use crate::sales::notices::{Say, tell};
use crate::sales::orders::{Cause, Order, apply, save};
use crate::sales::{factory, registration, stock};

/// What the gateway's answer means.
#[derive(Debug)]
pub(super) enum Answer {
    /// The money was taken.
    Taken(GatewayPayment),
    /// The bank said no; the gateway's id of the refused payment.
    Declined(DeclineReason, Option<String>),
    /// The bank wants the customer to confirm there.
    AuthenticationNeeded(String),
    /// No payment was made, and none will be: nothing has happened.
    NeverMade,
}

/// Writes an answer down with everything that follows from it.
pub(super) async fn record(
    caas: &Caas,
    id: PaymentId,
    operation: Option<Operation>,
    answer: Answer,
) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    let order = payments::load(&mut tx, id).await?.car_order()?;
    let mut order = lock(&mut tx, order).await?;
    let mut payment = payments::load(&mut tx, id).await?;
    let expected = match operation {
        Some(_) => matches!(payment.state, PaymentState::Pending | PaymentState::Unknown),
        None => payment.state == PaymentState::Initiated,
    };
    if !expected {
        return Ok(Outcome::Done);
    }
    if let Some(operation) = &operation {
        let (succeeded, code) = match &answer {
            Answer::Taken(_) => (true, "CAPTURED"),
            Answer::Declined(reason, _) => (false, reason.as_str()),
            Answer::AuthenticationNeeded(_) => (false, DeclineReason::AuthenticationRequired.as_str()),
            Answer::NeverMade => (false, "NEVER_MADE"),
        };
        payments::close_operation(caas, &mut tx, operation.id, succeeded, code).await?;
    }
    match answer {
        Answer::Taken(known) => taken(caas, &mut tx, &mut order, &mut payment, known).await?,
        Answer::Declined(reason, gateway_id) => {
            payment.decline_reason = Some(reason.to_string());
            payment.gateway_payment_id = gateway_id.or(payment.gateway_payment_id);
            apply_payment(caas, &mut tx, &mut payment, PaymentEvent::Declined).await?;
            declined(caas, &mut tx, &mut order, &payment, reason).await?;
        }
        Answer::AuthenticationNeeded(url) => {
            payment.authentication_url = Some(url);
            payment.decline_reason = Some(DeclineReason::AuthenticationRequired.to_string());
            apply_payment(caas, &mut tx, &mut payment, PaymentEvent::AuthenticationNeeded).await?;
            authentication_needed(caas, &mut tx, &order, &payment).await?;
        }
        Answer::NeverMade => {
            payment.authentication_url = None;
            apply_payment(caas, &mut tx, &mut payment, PaymentEvent::NeverMade).await?;
            // While it was open whether it was made, the date may have passed.
            lose_if_overdue(caas, &mut tx, &mut order).await?;
        }
    }
    failpoint::hit("car.payment.recorded");
    Ok(Outcome::DoneIn(tx))
}

/// The money was taken: the order goes on. Money for what the customer can't have any more goes back at once.
async fn taken(
    caas: &Caas,
    tx: &mut Tx,
    order: &mut Order,
    payment: &mut Payment,
    known: GatewayPayment,
) -> Result<()> {
    payment.gateway_payment_id = Some(known.payment_id);
    payment.authentication_url = None;
    payment.decline_reason = None;
    payment.captured_cents = if known.captured == Cents::ZERO { payment.amount_cents } else { known.captured };
    payment.captured_at = Some(caas.now());
    payment.settlement = Settlement::Pending;
    apply_payment(caas, tx, payment, PaymentEvent::Taken).await?;
    let cause = Cause { actor: Actor::GATEWAY, data: serde_json::json!({ "amount": payment.amount() }) };
    match (payment.payment_type, order.status) {
        (PaymentType::Reservation, OrderStatus::AwaitingReservation) => {
            apply(caas, tx, order, OrderEvent::ReservationPaid, cause).await?;
            if order.from_stock {
                apply(caas, tx, order, OrderEvent::Arrived, Cause::by(Actor::SYSTEM)).await?;
                due::request_final(caas, tx, order).await
            } else {
                factory::enqueue(caas, tx, order).await
            }
        }
        (PaymentType::Final, OrderStatus::AwaitingFinalPayment) => {
            apply(caas, tx, order, OrderEvent::FinalPaymentReceived, cause).await?;
            registration::begin(caas, tx, order).await
        }
        // Nobody both loses the car and pays for it.
        (_, status) => {
            tracing::warn!(payment = %payment.id, %status, "car_payment_taken_too_late");
            request_refund(caas, tx, payment, "TOO_LATE").await
        }
    }
}

/// The bank said no.
async fn declined(caas: &Caas, tx: &mut Tx, order: &mut Order, payment: &Payment, reason: DeclineReason) -> Result<()> {
    match (payment.payment_type, order.status) {
        (PaymentType::Reservation, OrderStatus::AwaitingReservation) => {
            // A car from stock is free again before its order ends.
            stock::release(caas, tx, Actor::GATEWAY, order).await?;
            order.cancel_reason = Some(reason.to_string());
            let data = serde_json::json!({ "reason": reason });
            apply(caas, tx, order, OrderEvent::ReservationFailed, Cause { actor: Actor::GATEWAY, data }).await?;
            let say = Say {
                what: "reservation-failed".to_owned(),
                amount: Some(payment.amount()),
                reason: Some(reason.to_string()),
                ..Say::default()
            };
            tell(caas, tx, order, NoticeEvent::PaymentDeclined, say).await
        }
        (PaymentType::Final, OrderStatus::AwaitingFinalPayment) => {
            order.declines += 1;
            if order.declines >= caas.policies.sale.final_declines_allowed || is_overdue(caas, order) {
                return lose(caas, tx, order, Actor::GATEWAY, reason.as_str()).await;
            }
            save(caas, tx, order).await?;
            let say = Say {
                what: format!("final-declined:{}", payment.id),
                amount: Some(payment.amount()),
                reason: Some(reason.to_string()),
                ..Say::default()
            };
            tell(caas, tx, order, NoticeEvent::FinalPaymentFailed, say).await
        }
        _ => Ok(()),
    }
}

async fn authentication_needed(caas: &Caas, tx: &mut Tx, order: &Order, payment: &Payment) -> Result<()> {
    let say = Say {
        what: format!("authenticate:{}:{}", payment.id, payment.version),
        amount: Some(payment.amount()),
        ..Say::default()
    };
    tell(caas, tx, order, NoticeEvent::AuthenticationNeeded, say).await
}

/// The date by which the rest was due has passed, and nothing is under way any more: the car is lost.
pub(super) async fn lose_if_overdue(caas: &Caas, tx: &mut Tx, order: &mut Order) -> Result<()> {
    if order.status == OrderStatus::AwaitingFinalPayment
        && is_overdue(caas, order)
        && super::begin::under_way(tx, order, CarPayment::Final).await?.is_none()
    {
        lose(caas, tx, order, Actor::SYSTEM, OVERDUE).await?;
    }
    Ok(())
}

/// The customer loses the car: every row of the state table in "Payment Failure Scenarios", in one transaction. The señal
/// is kept, the account and the story stay.
async fn lose(caas: &Caas, tx: &mut Tx, order: &mut Order, by: Actor, reason: &str) -> Result<()> {
    let amount = order.remainder();
    // Its entry still names the car that was lost.
    stock::release(caas, tx, by, order).await?;
    order.cancel_reason = Some(reason.to_owned());
    let data = serde_json::json!({ "reason": reason, "declines": order.declines, "kept": order.reservation() });
    apply(caas, tx, order, OrderEvent::FinalPaymentFailed, Cause { actor: by, data }).await?;
    let customer = order.customer()?;
    let say = Say { what: "final-failed".to_owned(), amount, reason: Some(reason.to_owned()), ..Say::default() };
    tell(caas, tx, order, NoticeEvent::FinalPaymentFailed, say).await?;
    metrics::counter!("caas_cars_lost_total", "reason" => reason.to_owned()).increment(1);
    let failure = NewFailure {
        kind: FailureType::FinalPayment,
        subject: order.id.0,
        category: FailureCategory::of_decline(Some(reason)),
        component: Component::Payments,
        customer: Some(customer),
        code: Some(reason),
        attempts: order.declines,
        resolution: Resolution::OrderEnded,
        communication: Some(NoticeEvent::FinalPaymentFailed.as_str()),
        // The car is stock at its full value, and the señal stays: nothing is lost to us.
        impact: amount.map(|amount| Money::new(Cents::ZERO, amount.currency)),
    };
    failures::detected(caas, tx, &failure).await
}
