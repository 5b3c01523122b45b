//! What steps of an activation mean to the failure audit.

use super::model::{ActivationEvent, ActivationState};
use super::repository::Activation;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::money::{Cents, Money};
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use uuid::Uuid;

/// A step was taken: the engine's giving up is a failure, and a person's work may end one.
pub(super) async fn on_step(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    before: ActivationState,
    event: ActivationEvent,
) -> Result<()> {
    let end = match event {
        ActivationEvent::Escalated => {
            let told = Some(NoticeEvent::OtaFailed);
            return detected(caas, tx, activation, FailureType::OtaActivation, activation.id.0, told).await;
        }
        ActivationEvent::VehicleConfirmed if before == ActivationState::ManualActivationAttempt => {
            Resolution::ActivatedByHand
        }
        ActivationEvent::DeclaredPermanent => Resolution::PermanentFailure,
        ActivationEvent::ClosedWithoutCharge => Resolution::ClosedWithoutCharge,
        _ => return Ok(()),
    };
    failures::resolved(caas, tx, FailureType::OtaActivation, activation.id.0, end, None).await
}

/// Something failed for good or needs a person. What was not delivered costs nothing: its hold is reversed.
pub(super) async fn detected(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    kind: FailureType,
    subject: Uuid,
    told: Option<NoticeEvent>,
) -> Result<()> {
    let code = activation.last_failure.as_deref();
    let failure = NewFailure {
        kind,
        subject,
        category: FailureCategory::of_attempt(code.unwrap_or_default()),
        component: Component::OtaEngine,
        customer: Some(activation.customer_id),
        code,
        attempts: activation.total_attempts,
        resolution: Resolution::Open,
        communication: told.map(NoticeEvent::as_str),
        impact: Some(Money::new(Cents::ZERO, activation.currency)),
    };
    failures::detected(caas, tx, &failure).await
}
