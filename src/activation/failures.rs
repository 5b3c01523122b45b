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
            let failed =
                Failed { told: Some(NoticeEvent::OtaFailed), ..Failed::of(activation, FailureType::OtaActivation) };
            return detected(caas, tx, activation, failed).await;
        }
        ActivationEvent::BlockedByMaintenance => {
            let told = Some(NoticeEvent::BlockedByMaintenance);
            let failed = Failed { told, ..Failed::of(activation, FailureType::MaintenanceBlocked) };
            detected(caas, tx, activation, failed).await?;
            let (kind, subject) = (FailureType::MaintenanceBlocked, activation.id.0);
            return failures::resolved(caas, tx, kind, subject, Resolution::OrderEnded, None).await;
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

/// What failed about an activation.
pub(super) struct Failed<'a> {
    pub kind: FailureType,
    /// The thing that failed.
    pub subject: Uuid,
    /// The reason's code.
    pub code: Option<&'a str>,
    /// Tries before it counted as failed.
    pub attempts: i64,
    /// What was written to the customer.
    pub told: Option<NoticeEvent>,
}

impl<'a> Failed<'a> {
    /// The activation itself, for its last failure; the customer is not told.
    pub(super) fn of(activation: &'a Activation, kind: FailureType) -> Failed<'a> {
        Failed {
            kind,
            subject: activation.id.0,
            code: activation.last_failure.as_deref(),
            attempts: activation.total_attempts,
            told: None,
        }
    }
}

/// Something failed for good or needs a person. What was not delivered costs nothing: its hold is reversed.
pub(super) async fn detected(caas: &Caas, tx: &mut Tx, activation: &Activation, failed: Failed<'_>) -> Result<()> {
    let failure = NewFailure {
        kind: failed.kind,
        subject: failed.subject,
        category: FailureCategory::of_attempt(failed.code.unwrap_or_default()),
        component: Component::OtaEngine,
        customer: Some(activation.customer_id),
        code: failed.code,
        attempts: failed.attempts,
        resolution: Resolution::Open,
        communication: failed.told.map(NoticeEvent::as_str),
        impact: Some(Money::new(Cents::ZERO, activation.currency)),
    };
    failures::detected(caas, tx, &failure).await
}
