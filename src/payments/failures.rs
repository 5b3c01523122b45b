//! What steps of a payment mean to the failure audit.

use super::model::{PaymentEvent, PaymentType, Settlement};
use super::repository::Payment;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::money::{Cents, Money};
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;

/// A payment took a step.
pub(super) async fn on_step(caas: &Caas, tx: &mut Tx, payment: &Payment, event: PaymentEvent) -> Result<()> {
    let nothing = Money::new(Cents::ZERO, payment.currency);
    let code = payment.decline_reason.as_deref();
    if payment.order.is_some() {
        return on_step_of_car(caas, tx, payment, event).await;
    }
    if payment.is_for_invoices() {
        return on_step_of_invoice(caas, tx, payment, event).await;
    }
    let (kind, category, code, resolution, told, impact) = match event {
        PaymentEvent::Declined => (
            FailureType::PaymentDeclined,
            FailureCategory::of_decline(code),
            code,
            Resolution::OrderEnded,
            Some(NoticeEvent::PaymentDeclined),
            nothing,
        ),
        PaymentEvent::NeverMade => (
            FailureType::PaymentNeverMade,
            FailureCategory::ExternalSystem,
            None,
            Resolution::OrderEnded,
            Some(NoticeEvent::PaymentDeclined),
            nothing,
        ),
        // The service stays, and CaaS bears its price.
        PaymentEvent::LapsedAfterDelivery => (
            FailureType::HoldLapsed,
            FailureCategory::ExternalSystem,
            None,
            Resolution::Absorbed,
            None,
            payment.amount(),
        ),
        _ => return Ok(()),
    };
    let failure = NewFailure {
        kind,
        subject: payment.id.0,
        category,
        component: Component::Payments,
        customer: Some(payment.customer_id),
        code,
        attempts: attempts(tx, payment).await?,
        resolution,
        communication: told.map(NoticeEvent::as_str),
        impact: Some(impact),
    };
    failures::detected(caas, tx, &failure).await
}

/// The same for a part of a car's price. That the car itself is lost by it is a failure of the order, see
/// `sales::payment`.
async fn on_step_of_car(caas: &Caas, tx: &mut Tx, payment: &Payment, event: PaymentEvent) -> Result<()> {
    let code = payment.decline_reason.as_deref();
    let (kind, category, code, resolution, told) = match (event, payment.payment_type) {
        (PaymentEvent::Declined, PaymentType::Reservation) => (
            FailureType::ReservationDeclined,
            FailureCategory::of_decline(code),
            code,
            Resolution::OrderEnded,
            Some(NoticeEvent::PaymentDeclined),
        ),
        (PaymentEvent::Declined, _) => {
            let told = Some(NoticeEvent::FinalPaymentFailed);
            (
                FailureType::PaymentDeclined,
                FailureCategory::of_decline(code),
                code,
                Resolution::ClosedWithoutCharge,
                told,
            )
        }
        // Nothing is lost, and the page says so: the customer tries again.
        (PaymentEvent::NeverMade, _) => (
            FailureType::PaymentNeverMade,
            FailureCategory::ExternalSystem,
            None,
            Resolution::ClosedWithoutCharge,
            None,
        ),
        _ => return Ok(()),
    };
    let failure = NewFailure {
        kind,
        subject: payment.id.0,
        category,
        component: Component::Payments,
        customer: Some(payment.customer_id),
        code,
        attempts: attempts(tx, payment).await?,
        resolution,
        communication: told.map(NoticeEvent::as_str),
        impact: Some(Money::new(Cents::ZERO, payment.currency)),
    };
    failures::detected(caas, tx, &failure).await
}

/// The same for a subscription. What is left unpaid in the end is a failure of the subscription, see `subscriptions`.
async fn on_step_of_invoice(caas: &Caas, tx: &mut Tx, payment: &Payment, event: PaymentEvent) -> Result<()> {
    let code = payment.decline_reason.as_deref();
    let (kind, category, code) = match event {
        PaymentEvent::Declined => (FailureType::PaymentDeclined, FailureCategory::of_decline(code), code),
        PaymentEvent::NeverMade => (FailureType::PaymentNeverMade, FailureCategory::ExternalSystem, None),
        _ => return Ok(()),
    };
    let told = event == PaymentEvent::Declined && payment.invoice.is_some();
    let failure = NewFailure {
        kind,
        subject: payment.id.0,
        category,
        component: Component::Payments,
        customer: Some(payment.customer_id),
        code,
        attempts: attempts(tx, payment).await?,
        resolution: Resolution::TriedAgain,
        communication: told.then_some(NoticeEvent::SubscriptionChargeFailed.as_str()),
        impact: Some(Money::new(Cents::ZERO, payment.currency)),
    };
    failures::detected(caas, tx, &failure).await
}

/// How often the gateway was asked for the money.
async fn attempts(tx: &mut Tx, payment: &Payment) -> Result<i64> {
    let (attempts,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM payment_operations WHERE payment_id = $1 AND kind IN ('AUTHORISE', 'CHARGE')",
        payment.id
    )?;
    Ok(attempts)
}

/// The bank said something else of captured money.
pub(super) async fn on_settlement(caas: &Caas, tx: &mut Tx, payment: &Payment, before: Settlement) -> Result<()> {
    let (kind, category, resolution, told) = match (before, payment.settlement) {
        (_, Settlement::Failed) => (
            FailureType::Settlement,
            FailureCategory::ExternalSystem,
            Resolution::Open,
            payment.order.is_none().then_some(NoticeEvent::SettlementFailed),
        ),
        (_, Settlement::ChargedBack) => {
            (FailureType::Chargeback, FailureCategory::Business, Resolution::Absorbed, None)
        }
        (Settlement::Failed, Settlement::Settled) => {
            let nothing = Some(Cents::ZERO);
            return failures::resolved(
                caas,
                tx,
                FailureType::Settlement,
                payment.id.0,
                Resolution::PaidAfterAll,
                nothing,
            )
            .await;
        }
        (Settlement::Failed, Settlement::Absorbed) => {
            return failures::resolved(caas, tx, FailureType::Settlement, payment.id.0, Resolution::Absorbed, None)
                .await;
        }
        _ => return Ok(()),
    };
    let failure = NewFailure {
        kind,
        subject: payment.id.0,
        category,
        component: Component::Settlement,
        customer: Some(payment.customer_id),
        code: None,
        attempts: 1,
        resolution,
        communication: told.map(NoticeEvent::as_str),
        impact: Some(payment.amount()),
    };
    failures::detected(caas, tx, &failure).await
}
