//! Putting back what a stale command took away.
//!
//! A car may carry a command to switch off out hours after we stopped waiting for it. By then the same service may have
//! been ordered and paid for again, and promise 8 says that it stays. So the vehicle is asked, and told to switch it on
//! again: for the same activation, with the same end. No money moves.

use super::callbacks::Told;
use super::engine::{Said, command, failure_of, iot_answered, iot_rests, note_answer, still_pending};
use super::escalation;
use super::failures::{self, Failed};
use super::model::{ActivationState, AttemptCommand, AttemptResult, ErrorCode};
use super::port::{CommandAnswer, IotError, VehicleStatus};
use super::repository::{self as store, Activation, Attempt, NewAttempt};
use super::rules::{AttemptFailure, Readiness, readiness};
use crate::Caas;
use crate::activation::repository::attempt_columns;
use crate::breaker::{self, System};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::ActivationId;
use crate::kernel::jobs::{self, Job, JobError, Outcome, Run};
use crate::kernel::spans;
use crate::monitoring::failures as audit;
use crate::monitoring::model::{FailureType, Resolution};
use crate::vehicles;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long to wait for a vehicle that another command occupies.
const VEHICLE_BUSY: TimeDelta = TimeDelta::seconds(5);
/// How long to wait for an order that is on its way into the vehicle, and for a vehicle that can't be asked.
const LATER: TimeDelta = TimeDelta::seconds(60);

/// Sees to it that an active service is on in its vehicle.
#[derive(Serialize, Deserialize)]
pub struct Restore {
    activation: ActivationId,
    /// When it was taken away: the attempts since then are about this.
    since: Timestamp,
}

impl Restore {
    fn key(activation: ActivationId) -> String {
        format!("restore:{activation}")
    }
}

/// A vehicle has switched a service off for `of`. Should somebody have it by right by now, it is put back.
pub(super) async fn after_switching_off(caas: &Caas, tx: &mut Tx, of: &Activation) -> Result<()> {
    let Some(mut open) = store::open_one(tx, of.vehicle_id, of.service_id).await? else { return Ok(()) };
    if open.state == ActivationState::Active {
        // Its version tells a job that is asking the vehicle just now that the answer may be older than this.
        store::save(caas, tx, &mut open).await?;
    } else if !open.state.is_under_way() {
        return Ok(());
    }
    let job = Restore { activation: open.id, since: caas.now() };
    jobs::enqueue_or_move(caas, tx, &job, &Restore::key(open.id), caas.now()).await
}

/// A callback about a command to switch on again. The vehicle's status is the last word, so it is asked at once.
pub(super) async fn on_callback(caas: &Caas, tx: &mut Tx, attempt: &Attempt, told: &Told) -> Result<()> {
    if attempt.attempt_result.is_some() {
        return Ok(());
    }
    let job = Restore { activation: attempt.activation, since: attempt.attempt_timestamp };
    let at = match told {
        Told::Activated => {
            succeeded(caas, tx, attempt).await?;
            caas.now()
        }
        Told::Failed(code) => {
            let code = code.as_deref().and_then(|code| code.parse().ok()).unwrap_or(ErrorCode::Timeout);
            let activation = store::load(tx, attempt.activation).await?;
            failed(caas, tx, &activation, attempt, AttemptFailure::Vehicle(code), "FAILED").await?
        }
        Told::Deactivated => return Ok(()),
    };
    jobs::enqueue_or_move(caas, tx, &job, &Restore::key(attempt.activation), at).await
}

impl Job for Restore {
    const KIND: &'static str = "activation.restore";
    const MAX_ATTEMPTS: i64 = 10_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.activation);
        let now = caas.now();
        let mut tx = caas.db.read().await?;
        let activation = store::load(&mut tx, self.activation).await?;
        let vehicle = vehicles::find(&mut tx, activation.vehicle_id)
            .await?
            .ok_or_else(|| Failure::Stored("an activation has a vehicle".to_owned()))?;
        let under_way = under_way(&mut tx, self.activation).await?;
        let wanted = is_wanted(&mut tx, &activation, now).await?;
        let (breaker, _) = breaker::state(&mut tx, System::Iot).await?;
        drop(tx);
        match &under_way {
            Some(attempt) if attempt.request_id.is_some() && attempt.answer_due_at.is_some_and(|due| due > now) => {
                return Ok(Outcome::Again(attempt.answer_due_at.unwrap_or(now)));
            }
            None if activation.state.is_under_way() => return Ok(Outcome::Again(now + LATER)),
            None if !wanted => return ended(caas, caas.db.begin().await?, self.activation).await,
            _ => {}
        }
        if let Some(until) = iot_rests(caas, breaker).await? {
            return Ok(Outcome::Again(until));
        }
        let status = caas.iot.vehicle_status(&vehicle.vin).await;
        let mut tx = caas.db.begin().await?;
        let version = activation.version;
        let activation = store::load(&mut tx, self.activation).await?;
        let attempt = self::under_way(&mut tx, self.activation).await?;
        if activation.version != version || attempt.as_ref().map(|a| a.id) != under_way.map(|a| a.id) {
            return Ok(Outcome::Again(now));
        }
        let status = match status {
            Ok(status) => status,
            Err(error) => {
                if error.is_outage() {
                    breaker::failed(caas, &mut tx, System::Iot).await?;
                }
                let at = match attempt {
                    Some(attempt) => {
                        let message = error.to_string();
                        failed(caas, &mut tx, &activation, &attempt, failure_of(&error), &message).await?
                    }
                    None => now + LATER,
                };
                return Ok(Outcome::AgainIn(at, tx));
            }
        };
        iot_answered(caas, &mut tx).await?;
        let ready = readiness(&status, &activation.configuration.service_code, true);
        if ready == Readiness::CommandUnderWay {
            let began = attempt.as_ref().map_or(now, |attempt| attempt.attempt_timestamp);
            if now - began < caas.policies.retry.deadline {
                return Ok(Outcome::AgainIn(now + still_pending(now - began), tx));
            }
        }
        let wanted = is_wanted(&mut tx, &activation, caas.now()).await?;
        match (ready, attempt) {
            (Readiness::AlreadyActive, attempt) => {
                if let Some(attempt) = attempt {
                    succeeded(caas, &mut tx, &attempt).await?;
                }
                // Told only if it had been missing: a callback that comes twice tells nothing new.
                if !self.tries(&mut tx).await?.is_empty() {
                    log(caas, &mut tx, &activation, EntryKind::ServiceRestored).await?;
                    solved(caas, &mut tx, self.activation, Resolution::DoneAfterAll).await?;
                }
                Ok(Outcome::DoneIn(tx))
            }
            (_, Some(attempt)) => {
                let failure = AttemptFailure::Vehicle(ErrorCode::Timeout);
                let message = "no confirmation in time";
                let at = failed(caas, &mut tx, &activation, &attempt, failure, message).await?;
                Ok(Outcome::AgainIn(at, tx))
            }
            // Its time may have ended while the vehicle was asked.
            _ if !wanted => ended(caas, tx, self.activation).await,
            (Readiness::NotReady(code), None) => {
                let attempt = self.new_attempt(caas, &mut tx, &activation, &status, None).await?;
                let failure = AttemptFailure::Vehicle(code);
                let at = failed(caas, &mut tx, &activation, &attempt, failure, "not ready").await?;
                Ok(Outcome::AgainIn(at, tx))
            }
            (Readiness::Ready | Readiness::CommandUnderWay, None) => {
                let due = caas.now() + caas.policies.retry.command_timeout;
                let attempt = self.new_attempt(caas, &mut tx, &activation, &status, Some(due)).await?;
                if !store::book_vehicle(caas, &mut tx, vehicle.id, attempt.id).await? {
                    return Ok(Outcome::Again(now + VEHICLE_BUSY));
                }
                tx.commit().await?;
                failpoint::hit("activation.attempt.written");
                let answer = caas.iot.activate(&command(&vehicle, &activation, activation.expires_at)).await;
                failpoint::hit("activation.command.answered");
                record_answer(caas, &attempt, answer).await
            }
        }
    }
}

impl Restore {
    /// The attempts about this, oldest first.
    async fn tries(&self, tx: &mut Tx) -> Result<Vec<Attempt>> {
        let mut tries = tries(tx, self.activation).await?;
        tries.retain(|attempt| attempt.attempt_timestamp >= self.since);
        Ok(tries)
    }

    /// Writes an attempt down. The first one is made when the vehicle itself has said that the service is missing.
    async fn new_attempt(
        &self,
        caas: &Caas,
        tx: &mut Tx,
        activation: &Activation,
        status: &VehicleStatus,
        due: Option<Timestamp>,
    ) -> Result<Attempt> {
        let earlier = self.tries(tx).await?;
        if earlier.is_empty() {
            log(caas, tx, activation, EntryKind::ServiceInterrupted).await?;
        }
        let new = NewAttempt {
            activation: self.activation,
            command: AttemptCommand::Restore,
            deactivation: None,
            number: earlier.last().map_or(1, |attempt| attempt.attempt_number + 1),
            status: Some(status),
            command_sent: due.is_some(),
            answer_due_at: due,
            service_expires_at: due.and(activation.expires_at),
            manual: false,
        };
        store::insert_attempt(caas, tx, &new).await
    }
}

/// What has ended, or is being switched off because it has, is not switched on again.
async fn is_wanted(tx: &mut Tx, activation: &Activation, now: Timestamp) -> Result<bool> {
    let runs = activation.state == ActivationState::Active && activation.withdrawal_id.is_none();
    if !runs || activation.expires_at.is_some_and(|end| end <= now) {
        return Ok(false);
    }
    let (ending,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM deactivations
         WHERE service_activation_id = $1 AND state IN ('QUEUED', 'ESCALATED') AND reason <> 'COMPENSATION'",
        activation.id
    )?;
    Ok(ending == 0)
}

async fn tries(tx: &mut Tx, activation: ActivationId) -> Result<Vec<Attempt>> {
    Ok(sql!(tx, all Attempt,
        concat!("SELECT ", attempt_columns!(""),
                " FROM activation_attempts WHERE service_activation_id = $1 AND command = 'RESTORE'
         ORDER BY attempt_timestamp, attempt_number"), activation)?)
}

async fn under_way(tx: &mut Tx, activation: ActivationId) -> Result<Option<Attempt>> {
    Ok(tries(tx, activation).await?.into_iter().find(|attempt| attempt.attempt_result.is_none()))
}

async fn record_answer(
    caas: &Caas,
    attempt: &Attempt,
    answer: Result<CommandAnswer, IotError>,
) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    // A callback may have been quicker: then the vehicle is asked whether it is so.
    let attempt = note_answer(caas, &mut tx, attempt, &answer).await?;
    if attempt.attempt_result.is_some() {
        return Ok(Outcome::AgainIn(caas.now(), tx));
    }
    let at = match Said::of(&answer) {
        Said::Done => {
            succeeded(caas, &mut tx, &attempt).await?;
            caas.now()
        }
        Said::Taken => attempt.answer_due_at.unwrap_or_else(|| caas.now()),
        Said::Unknown => caas.now(),
        Said::Failed(failure, message) => {
            let activation = store::load(&mut tx, attempt.activation).await?;
            failed(caas, &mut tx, &activation, &attempt, failure, &message).await?
        }
    };
    Ok(Outcome::AgainIn(at, tx))
}

async fn succeeded(caas: &Caas, tx: &mut Tx, attempt: &Attempt) -> Result<bool> {
    store::end_attempt(caas, tx, attempt.id, AttemptResult::Success.as_str(), "ACTIVATED", "").await
}

/// Not yet on again. After the last of the planned attempts a person is told, once; it goes on being tried, because it
/// has been paid for. Returns when.
async fn failed(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    attempt: &Attempt,
    failure: AttemptFailure,
    message: &str,
) -> Result<Timestamp> {
    let policy = &caas.policies.retry;
    let give_up = !failure.passes() || attempt.attempt_number >= policy.max_attempts;
    let result = if give_up { AttemptResult::FailedEscalate } else { AttemptResult::FailedRetry };
    store::end_attempt(caas, tx, attempt.id, result.as_str(), failure.code(), message).await?;
    if !give_up {
        return Ok(caas.now() + policy.backoff(attempt.attempt_number));
    }
    let tries = tries(tx, activation.id).await?;
    let told = tries.iter().any(|earlier| {
        earlier.attempt_number + 1 == attempt.attempt_number
            && earlier.attempt_result.as_deref() == Some(AttemptResult::FailedEscalate.as_str())
    });
    if !told {
        let failed = Failed {
            subject: first(&tries).unwrap_or(attempt).id.0,
            code: Some(failure.code()),
            attempts: attempt.attempt_number,
            ..Failed::of(activation, FailureType::Restore)
        };
        failures::detected(caas, tx, activation, failed).await?;
        escalation::open_by_itself(caas, tx, activation, &format!("RESTORE_{}", failure.code())).await?;
    }
    Ok(caas.now() + policy.max_backoff)
}

/// The attempt that the newest restoration began with: what the failure audit knows it by.
fn first(tries: &[Attempt]) -> Option<&Attempt> {
    tries.iter().rfind(|attempt| attempt.attempt_number == 1)
}

/// Ends what the failure audit holds open about the newest restoration.
async fn solved(caas: &Caas, tx: &mut Tx, activation: ActivationId, how: Resolution) -> Result<()> {
    match first(&tries(tx, activation).await?) {
        Some(first) => audit::resolved(caas, tx, FailureType::Restore, first.id.0, how, None).await,
        None => Ok(()),
    }
}

/// There is nothing to put back any more.
async fn ended(caas: &Caas, mut tx: Tx, activation: ActivationId) -> Result<Outcome, JobError> {
    solved(caas, &mut tx, activation, Resolution::NoLongerNeeded).await?;
    Ok(Outcome::DoneIn(tx))
}

/// The customer reads that it was gone, and that it is back.
async fn log(caas: &Caas, tx: &mut Tx, activation: &Activation, kind: EntryKind) -> Result<()> {
    let entry = Entry {
        vehicle: Some(activation.vehicle_id),
        data: serde_json::json!({ "service": activation.service_names.0 }),
        visible: true,
        ..Entry::new(Some(activation.customer_id), Actor::VEHICLE, kind, SubjectKind::Activation, activation.id.0)
    };
    record(caas, tx, entry).await
}
