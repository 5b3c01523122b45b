//! What API IoT tells later: twice, late, or before the answer of the call. The first verdict counts.

use super::aftermath;
use super::deactivation;
use super::model::{ActivationState, AttemptCommand, ErrorCode};
use super::repository::{self as store, Activation, Attempt};
use super::restore;
use super::rules::AttemptFailure;
use super::verdict::{self, Source};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::VehicleId;
use crate::kernel::planted::{self, Bug};
use crate::kernel::spans;
use crate::notifications::model::NoticeEvent;
use crate::vehicles;
use chrono::TimeDelta;

/// How long a command whose answer was lost may still be what a callback is about: as long as callbacks are kept.
const LOST_ANSWER: TimeDelta = TimeDelta::days(3);

/// What a callback says of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The vehicle switched the service on.
    Activated,
    /// The vehicle switched the service off.
    Deactivated,
    /// The vehicle could not; API IoT's code.
    Failed(Option<String>),
}

/// Applies a callback. `false` when no command of ours carries the reference (yet): it is kept and tried again.
pub async fn on_ota_status(
    caas: &Caas,
    tx: &mut Tx,
    vin: &str,
    request_id: &str,
    told: &Told,
    received_at: Timestamp,
) -> Result<bool> {
    if let Some(attempt) = store::attempt_by_request(tx, request_id).await? {
        apply(caas, tx, &attempt, told).await?;
        return Ok(true);
    }
    let Some(vehicle) = vehicles::find_by_vin(tx, vin).await? else { return Ok(false) };
    let lost = lost_answers(tx, vehicle, told, received_at).await?;
    if let Some(attempt) = waiting_for_its_id(tx, vehicle, told, received_at).await? {
        // The message names the car and not the service. Should it be about another one, nothing may be paid for it: it
        // is kept until the answer has brought the id, or the vehicle has been asked.
        let service = store::load(tx, attempt.activation).await?.service_id;
        if lost.iter().any(|other| other.service_id != service) {
            return Ok(false);
        }
        store::note_request(tx, attempt.id, request_id).await?;
        apply(caas, tx, &attempt, told).await?;
        return Ok(true);
    }
    // Nobody waits for it any more. Which service it is about, and how that stands, the vehicle knows.
    for activation in &lost {
        match told {
            Told::Activated => aftermath::look_now(caas, tx, activation).await?,
            Told::Deactivated => restore::after_switching_off(caas, tx, activation).await?,
            Told::Failed(_) => {}
        }
    }
    Ok(!lost.is_empty())
}

async fn apply(caas: &Caas, tx: &mut Tx, attempt: &Attempt, told: &Told) -> Result<()> {
    spans::concerns(attempt.activation);
    match attempt.command {
        AttemptCommand::Activate => on_activation(caas, tx, attempt, told).await,
        AttemptCommand::Deactivate => deactivation::on_callback(caas, tx, attempt, told).await,
        AttemptCommand::Restore => restore::on_callback(caas, tx, attempt, told).await,
    }
}

/// The command under way in a vehicle, should its id be unknown and the message fit it.
///
/// What was received before a command was written down can't be about it, however long it has waited for its match.
async fn waiting_for_its_id(
    tx: &mut Tx,
    vehicle: VehicleId,
    told: &Told,
    received_at: Timestamp,
) -> Result<Option<Attempt>> {
    let Some(id) = store::command_under_way(tx, vehicle).await? else { return Ok(None) };
    let attempt = store::load_attempt(tx, id).await?;
    let fits = match told {
        Told::Activated => attempt.command != AttemptCommand::Deactivate,
        Told::Deactivated => attempt.command == AttemptCommand::Deactivate,
        Told::Failed(_) => true,
    };
    Ok((fits && attempt.request_id.is_none() && attempt.attempt_timestamp <= received_at).then_some(attempt))
}

/// What a message may be about whose command is over for us: its answer, and with it the id, was lost.
async fn lost_answers(tx: &mut Tx, vehicle: VehicleId, told: &Told, received_at: Timestamp) -> Result<Vec<Activation>> {
    let command = match told {
        Told::Activated => AttemptCommand::Activate,
        Told::Deactivated => AttemptCommand::Deactivate,
        Told::Failed(_) => return Ok(Vec::new()),
    };
    store::with_lost_answer(tx, vehicle, command, received_at - LOST_ANSWER, received_at).await
}

async fn on_activation(caas: &Caas, tx: &mut Tx, attempt: &Attempt, told: &Told) -> Result<()> {
    let mut activation = store::load(tx, attempt.activation).await?;
    match told {
        Told::Activated => match activation.state {
            ActivationState::AttemptInProgress
            | ActivationState::RetryScheduled
            | ActivationState::ManualActivationAttempt => {
                let evidence = serde_json::json!({ "callback": "ACTIVATED", "requestId": attempt.request_id });
                verdict::confirmed(caas, tx, &mut activation, attempt, Source::Callback, evidence).await
            }
            state if activation.activated_at.is_none() && (state.is_over() || state.is_with_support()) => {
                verdict::late(caas, tx, &activation, attempt).await
            }
            _ if planted::is_in(Bug::CallbackCountedTwice) => {
                verdict::tell(caas, tx, &activation, NoticeEvent::ServiceActive, None, None).await
            }
            _ => Ok(()),
        },
        Told::Failed(code)
            if attempt.attempt_result.is_none()
                && matches!(
                    activation.state,
                    ActivationState::AttemptInProgress | ActivationState::ManualActivationAttempt
                ) =>
        {
            let code = code.as_deref().and_then(|code| code.parse().ok());
            let failure = AttemptFailure::Vehicle(code.unwrap_or(ErrorCode::Timeout));
            verdict::failed(caas, tx, &mut activation, attempt, failure, "FAILED").await?;
            Ok(())
        }
        Told::Failed(_) | Told::Deactivated => Ok(()),
    }
}
