//! What API IoT tells later: twice, late, or before the answer of the call. The first verdict counts.

use super::deactivation;
use super::model::{ActivationState, AttemptCommand, ErrorCode};
use super::repository::{self as store, Attempt};
use super::restore;
use super::rules::AttemptFailure;
use super::verdict::{self, Source};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::planted::{self, Bug};
use crate::notifications::model::NoticeEvent;
use crate::sales::vehicles;

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
    let Some(attempt) = attempt_of(tx, vin, request_id, received_at).await? else { return Ok(false) };
    match attempt.command {
        AttemptCommand::Activate => on_activation(caas, tx, &attempt, told).await?,
        AttemptCommand::Deactivate => deactivation::on_callback(caas, tx, &attempt, told).await?,
        AttemptCommand::Restore => restore::on_callback(caas, tx, &attempt, told).await?,
    }
    Ok(true)
}

/// The command a callback is about: by its id, else the one under way in that vehicle whose id we never learnt.
///
/// What was received before a command was written down can't be about it, however long it has waited for its match.
async fn attempt_of(tx: &mut Tx, vin: &str, request_id: &str, received_at: Timestamp) -> Result<Option<Attempt>> {
    if let Some(attempt) = store::attempt_by_request(tx, request_id).await? {
        return Ok(Some(attempt));
    }
    let Some(vehicle) = vehicles::find_by_vin(tx, vin).await? else { return Ok(None) };
    let Some(id) = store::command_under_way(tx, vehicle).await? else { return Ok(None) };
    let attempt = store::load_attempt(tx, id).await?;
    if attempt.request_id.is_some() || received_at < attempt.attempt_timestamp {
        return Ok(None);
    }
    store::note_request(tx, id, request_id).await?;
    Ok(Some(attempt))
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
