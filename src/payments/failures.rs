//! What steps of a payment mean to the failure audit.

use super::model::{OperationKind, PaymentEvent, Settlement};
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
    let (attempts,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM payment_operations WHERE payment_id = $1 AND kind = $2",
        payment.id,
        OperationKind::Authorise.as_str()
    )?;
    let failure = NewFailure {
        kind,
        subject: payment.id.0,
        category,
        component: Component::Payments,
        customer: Some(payment.customer_id),
        code,
        attempts,
        resolution,
        communication: told.map(NoticeEvent::as_str),
        impact: Some(impact),
    };
    failures::detected(caas, tx, &failure).await
}

/// The bank said something else of captured money.
pub(super) async fn on_settlement(caas: &Caas, tx: &mut Tx, payment: &Payment, before: Settlement) -> Result<()> {
    let (kind, category, resolution, told) = match (before, payment.settlement) {
        (_, Settlement::Failed) => (
            FailureType::Settlement,
            FailureCategory::ExternalSystem,
            Resolution::Open,
            Some(NoticeEvent::SettlementFailed),
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
