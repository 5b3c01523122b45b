//! The attempts. Ask the vehicle, write down what is about to be sent, send it, write down what came back.
//!
//! One job follows an activation from the queue to its end; it sleeps by being due later. A crash at any instant makes it
//! run again: then the vehicle is asked what really happened before anything is sent.

use super::manual;
use super::model::{ActivationEvent, ActivationState, AttemptCommand, ErrorCode};
use super::port::{ActivateCommand, CommandAnswer, CommandDuration, CommandStatus, IotError, VehicleStatus};
use super::repository::{self as store, Activation, Attempt, Cause, NewAttempt, apply, save};
use super::rules::{AttemptFailure, Readiness, readiness};
use super::upkeep;
use super::verdict::{self, Source};
use crate::Caas;
use crate::breaker::{self, BreakerState, Permission, System};
use crate::catalogue::OfferKind;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::failpoint;
use crate::kernel::ids::ActivationId;
use crate::kernel::jobs::{Job, JobError, Outcome, Run};
use crate::kernel::planted::{self, Bug};
use crate::kernel::spans;
use crate::vehicles::Vehicle;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long to wait for a vehicle that another command occupies.
const VEHICLE_BUSY: TimeDelta = TimeDelta::seconds(5);
/// How long to wait for a command that the vehicle says it is still working on: at first, and at most.
const STILL_PENDING: (TimeDelta, TimeDelta) = (TimeDelta::seconds(30), TimeDelta::minutes(10));
/// Delayed activations start this far apart once API IoT is back.
const DRAIN_INTERVAL: TimeDelta = TimeDelta::milliseconds(200);

/// Takes an activation as far as it gets.
#[derive(Serialize, Deserialize)]
pub struct AttemptActivation {
    /// Which.
    pub activation: ActivationId,
}

impl AttemptActivation {
    /// There is one such job for an activation.
    pub fn key(activation: ActivationId) -> String {
        format!("attempt:{activation}")
    }
}

impl Job for AttemptActivation {
    const KIND: &'static str = "activation.attempt";
    const MAX_ATTEMPTS: i64 = 1_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.activation);
        let mut tx = caas.db.read().await?;
        let activation = store::load(&mut tx, self.activation).await?;
        let (vehicle, breaker) = store::vehicle_and_breaker(&mut tx, activation.vehicle_id).await?;
        // The number is written together with each attempt.
        let attempts = match activation.total_attempts {
            0 => Vec::new(),
            _ => store::attempts_of(&mut tx, activation.id).await?,
        };
        drop(tx);
        let under_way = attempts.iter().rev().find(|a| a.attempt_result.is_none()).cloned();
        match (activation.state, under_way) {
            (ActivationState::ActivationQueued | ActivationState::RetryScheduled, _) => {
                begin(caas, activation, &vehicle, &attempts, breaker).await
            }
            (ActivationState::AttemptInProgress | ActivationState::ManualActivationAttempt, Some(attempt)) => {
                follow_up(caas, activation, attempt, &vehicle, breaker).await
            }
            (ActivationState::ManualActivationAttempt, None) => {
                begin_by_hand(caas, activation, &vehicle, &attempts, breaker).await
            }
            _ => Ok(Outcome::Done),
        }
    }
}

/// Begins an attempt that a person asked for. It keeps no plan of its own, and does not wait for API IoT to come back: the
/// person decides what happens next.
async fn begin_by_hand(
    caas: &Caas,
    mut activation: Activation,
    vehicle: &Vehicle,
    attempts: &[Attempt],
    breaker: BreakerState,
) -> Result<Outcome, JobError> {
    if let Some(at) = manual::not_yet(caas, &activation).await? {
        return Ok(Outcome::Again(at));
    }
    if breaker != BreakerState::Closed {
        let mut tx = caas.db.begin().await?;
        if let Permission::Denied(_) = breaker::ask(caas, &mut tx, System::Iot).await? {
            activation.total_attempts += 1;
            save(caas, &mut tx, &mut activation).await?;
            let attempt = new_attempt(caas, &mut tx, &mut activation, None, None).await?;
            let failure = AttemptFailure::IotUnavailable;
            let why = "API IoT is being given a rest";
            let next = verdict::failed(caas, &mut tx, &mut activation, &attempt, failure, why).await?;
            return Ok(settled(next, tx));
        }
        tx.commit().await?;
    }
    match caas.iot.vehicle_status(&vehicle.vin).await {
        Ok(status) => with_status(caas, activation, vehicle, attempts, &status).await,
        Err(error) => not_asked(caas, activation, &error).await,
    }
}

/// Begins the next attempt.
async fn begin(
    caas: &Caas,
    mut activation: Activation,
    vehicle: &Vehicle,
    attempts: &[Attempt],
    breaker: BreakerState,
) -> Result<Outcome, JobError> {
    let now = caas.now();
    if activation.cancel_wanted_at.is_some() {
        // No further attempt: the cancellation is being carried out.
        return Ok(Outcome::Again(now + VEHICLE_BUSY));
    }
    if activation.next_attempt_at.is_some_and(|at| at > now) {
        return Ok(Outcome::Again(activation.next_attempt_at.unwrap_or(now)));
    }
    if activation.deadline_at.is_some_and(|deadline| now > deadline) {
        let mut tx = caas.db.begin().await?;
        verdict::give_up(caas, &mut tx, &mut activation, "DEADLINE").await?;
        return Ok(Outcome::DoneIn(tx));
    }
    if breaker != BreakerState::Closed
        && let Some(outcome) = delay(caas, &mut activation).await?
    {
        return Ok(outcome);
    }
    if let Some(outcome) = upkeep::in_the_way(caas, &mut activation, vehicle, attempts).await? {
        return Ok(outcome);
    }
    match caas.iot.vehicle_status(&vehicle.vin).await {
        Ok(status) => with_status(caas, activation, vehicle, attempts, &status).await,
        // Nobody but the probe was let through, and API IoT is still away: that uses up no attempt either.
        Err(error) if breaker != BreakerState::Closed && error.is_outage() => still_away(caas, activation).await,
        Err(error) => not_asked(caas, activation, &error).await,
    }
}

/// The vehicle has said how it is: the command, or why not.
async fn with_status(
    caas: &Caas,
    mut activation: Activation,
    vehicle: &Vehicle,
    attempts: &[Attempt],
    status: &VehicleStatus,
) -> Result<Outcome, JobError> {
    let now = caas.now();
    let sent_before =
        attempts.iter().any(|attempt| attempt.ota_command_sent) && !planted::is_in(Bug::RetryWithoutAsking);
    match readiness(status, &activation.configuration.service_code, sent_before) {
        Readiness::AlreadyActive => {
            let mut tx = started(caas, &mut activation).await?;
            iot_answered(caas, &mut tx).await?;
            let mut attempt = new_attempt(caas, &mut tx, &mut activation, Some(status), None).await?;
            // The end that was told to the vehicle with the command it has carried out.
            attempt.service_expires_at =
                attempts.iter().rev().find(|a| a.ota_command_sent).and_then(|a| a.service_expires_at);
            verdict::confirmed(caas, &mut tx, &mut activation, &attempt, Source::Status, evidence(status)).await?;
            Ok(Outcome::DoneIn(tx))
        }
        Readiness::CommandUnderWay => {
            let since = attempts.iter().rev().find(|a| a.ota_command_sent).map_or(now, |a| a.attempt_timestamp);
            Ok(Outcome::Again(now + still_pending(now - since)))
        }
        Readiness::NotReady(code) => {
            let mut tx = started(caas, &mut activation).await?;
            iot_answered(caas, &mut tx).await?;
            let attempt = new_attempt(caas, &mut tx, &mut activation, Some(status), None).await?;
            let failure = AttemptFailure::Vehicle(code);
            let next = verdict::failed(caas, &mut tx, &mut activation, &attempt, failure, "not ready").await?;
            Ok(settled(next, tx))
        }
        Readiness::Ready => send(caas, activation, vehicle, status).await,
    }
}

/// With the breaker open nothing is called and no attempt is used up. `None`: this one may try.
async fn delay(caas: &Caas, activation: &mut Activation) -> Result<Option<Outcome>, JobError> {
    let mut tx = caas.db.begin().await?;
    match breaker::ask(caas, &mut tx, System::Iot).await? {
        Permission::Granted => Ok(None),
        Permission::Probe => {
            tx.commit().await?;
            Ok(None)
        }
        Permission::Denied(until) => {
            if activation.delayed_since.is_none() {
                activation.delayed_since = Some(caas.now());
                save(caas, &mut tx, activation).await?;
            }
            Ok(Some(Outcome::AgainIn(until, tx)))
        }
    }
}

/// The probe found API IoT still away: the activation keeps its place in the queue and all of its attempts.
async fn still_away(caas: &Caas, mut activation: Activation) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    breaker::failed(caas, &mut tx, System::Iot).await?;
    if activation.delayed_since.is_none() {
        activation.delayed_since = Some(caas.now());
        save(caas, &mut tx, &mut activation).await?;
    }
    Ok(Outcome::AgainIn(caas.now() + caas.policies.breaker.rest, tx))
}

/// Until when API IoT is given a rest, for those who keep no plan of their own; `None`: it may be asked.
pub(super) async fn iot_rests(caas: &Caas, breaker: BreakerState) -> Result<Option<Timestamp>> {
    if breaker == BreakerState::Closed {
        return Ok(None);
    }
    let mut tx = caas.db.begin().await?;
    let permission = breaker::ask(caas, &mut tx, System::Iot).await?;
    tx.commit().await?;
    Ok(match permission {
        Permission::Denied(until) => Some(until),
        Permission::Granted | Permission::Probe => None,
    })
}

/// Notes that API IoT answers. What waited behind an open breaker is let go gently, first come, first served.
pub(super) async fn iot_answered(caas: &Caas, tx: &mut Tx) -> Result<()> {
    if breaker::succeeded(caas, tx, System::Iot).await? { let_go(caas, tx).await } else { Ok(()) }
}

/// API IoT's breaker has closed: what waited behind it goes on, gently, first come, first served.
pub async fn let_go(caas: &Caas, tx: &mut Tx) -> Result<()> {
    let waiting = sql!(
        tx,
        all(ActivationId,),
        "SELECT service_activation_id FROM service_activations WHERE delayed_since IS NOT NULL
         ORDER BY activation_queued_at, service_activation_id"
    )?;
    let mut due = caas.now();
    for (id,) in waiting {
        due += DRAIN_INTERVAL;
        sql!(tx, execute "UPDATE jobs SET due_at = $1 WHERE unique_key = $2 AND leased_until IS NULL", due, AttemptActivation::key(id))?;
    }
    Ok(())
}

/// Opens the transaction that an attempt begins in.
async fn started(caas: &Caas, activation: &mut Activation) -> Result<Tx> {
    let mut tx = caas.db.begin().await?;
    activation.total_attempts += 1;
    activation.delayed_since = None;
    activation.next_attempt_at = None;
    // A person's decision has taken the step already.
    if activation.state == ActivationState::ManualActivationAttempt {
        save(caas, &mut tx, activation).await?;
        return Ok(tx);
    }
    let data = serde_json::json!({ "attempt": activation.total_attempts, "of": caas.policies.retry.max_attempts });
    apply(caas, &mut tx, activation, ActivationEvent::AttemptStarted, Cause::system(data)).await?;
    Ok(tx)
}

async fn new_attempt(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    status: Option<&VehicleStatus>,
    command: Option<(Timestamp, Option<Timestamp>)>,
) -> Result<Attempt> {
    let new = NewAttempt {
        activation: activation.id,
        command: AttemptCommand::Activate,
        deactivation: None,
        number: activation.total_attempts,
        status,
        command_sent: command.is_some(),
        answer_due_at: command.map(|(due, _)| due),
        service_expires_at: command.and_then(|(_, end)| end),
        manual: activation.state == ActivationState::ManualActivationAttempt,
    };
    store::insert_attempt(caas, tx, &new).await
}

/// API IoT could not even say how the vehicle is.
async fn not_asked(caas: &Caas, mut activation: Activation, error: &IotError) -> Result<Outcome, JobError> {
    let mut tx = started(caas, &mut activation).await?;
    if error.is_outage() {
        breaker::failed(caas, &mut tx, System::Iot).await?;
    } else {
        iot_answered(caas, &mut tx).await?;
    }
    let attempt = new_attempt(caas, &mut tx, &mut activation, None, None).await?;
    let next = verdict::failed(caas, &mut tx, &mut activation, &attempt, failure_of(error), &error.to_string()).await?;
    Ok(settled(next, tx))
}

/// Writes the attempt down, then sends the command.
async fn send(
    caas: &Caas,
    mut activation: Activation,
    vehicle: &Vehicle,
    status: &VehicleStatus,
) -> Result<Outcome, JobError> {
    let now = caas.now();
    let answer_due = now + caas.policies.retry.command_timeout;
    // The customer's time begins when the vehicle confirms, which is no later than this.
    let end = activation.days.map(|days| answer_due + TimeDelta::days(days));
    // That API IoT answers is noted with what it says to the command: where only its commands fail, its breaker opens too.
    let mut tx = started(caas, &mut activation).await?;
    let attempt = new_attempt(caas, &mut tx, &mut activation, Some(status), Some((answer_due, end))).await?;
    if !store::book_vehicle(caas, &mut tx, vehicle.id, attempt.id).await? {
        // Another service is being switched in this car: nothing is written, nothing is used up.
        return Ok(Outcome::Again(now + VEHICLE_BUSY));
    }
    tx.commit().await?;
    // Deaths in a try by hand have names of their own: the engine's attempts come first.
    let by_hand = activation.state == ActivationState::ManualActivationAttempt;
    failpoint::hit(if by_hand { "manual.attempt.written" } else { "activation.attempt.written" });
    let answer = caas.iot.activate(&command(vehicle, &activation, end)).await;
    failpoint::hit(if by_hand { "manual.command.answered" } else { "activation.command.answered" });
    record_answer(caas, activation.id, &attempt, answer).await
}

/// What a vehicle is told to switch an activation's service on until its end, if it has one.
pub(super) fn command(vehicle: &Vehicle, activation: &Activation, end: Option<Timestamp>) -> ActivateCommand {
    ActivateCommand {
        vin: vehicle.vin.clone(),
        service_code: activation.configuration.service_code.clone(),
        feature_flags: activation.configuration.feature_flags.clone(),
        parameters: activation.configuration.parameters.clone(),
        duration: match (activation.offer_kind, end) {
            (OfferKind::Temporary, Some(end)) => CommandDuration::Temporary(end),
            (OfferKind::Subscription, _) => CommandDuration::Subscription,
            (OfferKind::Permanent | OfferKind::Temporary, _) => CommandDuration::Permanent,
        },
    }
}

/// Notes how API IoT is doing, and its id of the command. Returns the attempt as it stands now.
pub(super) async fn note_answer(
    caas: &Caas,
    tx: &mut Tx,
    attempt: &Attempt,
    answer: &Result<CommandAnswer, IotError>,
) -> Result<Attempt> {
    match answer {
        Err(error) if error.is_outage() => {
            breaker::failed(caas, tx, System::Iot).await?;
        }
        _ => iot_answered(caas, tx).await?,
    }
    match answer {
        Ok(answer) => store::note_request(tx, attempt.id, &answer.request_id).await,
        Err(_) => store::load_attempt(tx, attempt.id).await,
    }
}

/// What the answer to a command means for its attempt.
pub(super) enum Said {
    /// It is done.
    Done,
    /// The vehicle has it: its callback is waited for.
    Taken,
    /// Nobody knows whether it arrived: the vehicle is asked at once.
    Unknown,
    /// It will not be done; why, and in which words.
    Failed(AttemptFailure, String),
}

impl Said {
    pub(super) fn of(answer: &Result<CommandAnswer, IotError>) -> Said {
        match answer {
            Ok(CommandAnswer { status: CommandStatus::Completed, .. }) => Said::Done,
            Ok(CommandAnswer { status: CommandStatus::Failed, error_code, .. }) => {
                Said::Failed(AttemptFailure::Vehicle(error_code.unwrap_or(ErrorCode::Timeout)), "FAILED".to_owned())
            }
            Ok(_) => Said::Taken,
            Err(IotError::NoAnswer(_)) => Said::Unknown,
            Err(error) => Said::Failed(failure_of(error), error.to_string()),
        }
    }
}

/// Writes down what API IoT said to a command. A callback may have been quicker: then its verdict stands.
async fn record_answer(
    caas: &Caas,
    id: ActivationId,
    attempt: &Attempt,
    answer: Result<CommandAnswer, IotError>,
) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    let attempt = note_answer(caas, &mut tx, attempt, &answer).await?;
    let mut activation = store::load(&mut tx, id).await?;
    if attempt.attempt_result.is_some() {
        return Ok(match (activation.state, activation.next_attempt_at) {
            (ActivationState::RetryScheduled, Some(at)) => Outcome::AgainIn(at, tx),
            _ => Outcome::DoneIn(tx),
        });
    }
    let request = answer.as_ref().ok().map(|answer| answer.request_id.clone());
    let said = match Said::of(&answer) {
        Said::Taken if planted::is_in(Bug::AcceptedIsConfirmed) => Said::Done,
        said => said,
    };
    Ok(match said {
        Said::Done => {
            let evidence = serde_json::json!({ "answer": "COMPLETED", "requestId": request });
            verdict::confirmed(caas, &mut tx, &mut activation, &attempt, Source::Answer, evidence).await?;
            failpoint::hit("activation.command.recorded");
            Outcome::DoneIn(tx)
        }
        Said::Taken => {
            tx.announce(format!("activation:{id}"));
            Outcome::AgainIn(attempt.answer_due_at.unwrap_or_else(|| caas.now()), tx)
        }
        // The command may have been carried out.
        Said::Unknown => Outcome::AgainIn(caas.now(), tx),
        Said::Failed(failure, message) => {
            let next = verdict::failed(caas, &mut tx, &mut activation, &attempt, failure, &message).await?;
            settled(next, tx)
        }
    })
}

/// A command went out, or was about to, and no verdict is known: the vehicle is asked, nothing is sent.
async fn follow_up(
    caas: &Caas,
    mut activation: Activation,
    attempt: Attempt,
    vehicle: &Vehicle,
    breaker: BreakerState,
) -> Result<Outcome, JobError> {
    let now = caas.now();
    // The answer said that the vehicle has the command: its callback is waited for until the time-out.
    if attempt.request_id.is_some()
        && let Some(due) = attempt.answer_due_at
        && due > now
    {
        return Ok(Outcome::Again(due));
    }
    if breaker != BreakerState::Closed
        && let Some(outcome) = delay(caas, &mut activation).await?
    {
        return Ok(outcome);
    }
    let status = caas.iot.vehicle_status(&vehicle.vin).await;
    let mut tx = caas.db.begin().await?;
    let mut activation = store::load(&mut tx, activation.id).await?;
    let attempt = store::load_attempt(&mut tx, attempt.id).await?;
    if attempt.attempt_result.is_some() {
        drop(tx);
        return Ok(Outcome::Again(activation.next_attempt_at.unwrap_or(now)));
    }
    let outcome = match status {
        Ok(status) => {
            iot_answered(caas, &mut tx).await?;
            let asked = !planted::is_in(Bug::RetryWithoutAsking);
            match readiness(&status, &activation.configuration.service_code, asked) {
                Readiness::AlreadyActive => {
                    verdict::confirmed(caas, &mut tx, &mut activation, &attempt, Source::Status, evidence(&status))
                        .await?;
                    failpoint::hit("activation.confirmed");
                    Outcome::DoneIn(tx)
                }
                Readiness::CommandUnderWay if activation.deadline_at.is_some_and(|deadline| now < deadline) => {
                    Outcome::AgainIn(now + still_pending(now - attempt.attempt_timestamp), tx)
                }
                Readiness::CommandUnderWay | Readiness::Ready | Readiness::NotReady(_) => {
                    let failure = AttemptFailure::Vehicle(ErrorCode::Timeout);
                    let next =
                        verdict::failed(caas, &mut tx, &mut activation, &attempt, failure, "no confirmation in time")
                            .await?;
                    settled(next, tx)
                }
            }
        }
        Err(error) => {
            if error.is_outage() {
                breaker::failed(caas, &mut tx, System::Iot).await?;
            }
            let next =
                verdict::failed(caas, &mut tx, &mut activation, &attempt, failure_of(&error), &error.to_string())
                    .await?;
            settled(next, tx)
        }
    };
    Ok(outcome)
}

/// A vehicle that has been at it for long is asked less often.
pub(super) fn still_pending(since: TimeDelta) -> TimeDelta {
    (since / 10).clamp(STILL_PENDING.0, STILL_PENDING.1)
}

fn settled(next: Option<Timestamp>, tx: Tx) -> Outcome {
    match next {
        Some(at) => Outcome::AgainIn(at, tx),
        None => {
            failpoint::hit("activation.escalated");
            Outcome::DoneIn(tx)
        }
    }
}

pub(super) fn failure_of(error: &IotError) -> AttemptFailure {
    match error {
        IotError::Nack { code, .. } => AttemptFailure::Vehicle(*code),
        IotError::UnknownVehicle => AttemptFailure::UnknownVehicle,
        IotError::Invalid(_) => AttemptFailure::InvalidRequest,
        IotError::Unavailable(_) | IotError::NoAnswer(_) => AttemptFailure::IotUnavailable,
    }
}

fn evidence(status: &VehicleStatus) -> serde_json::Value {
    serde_json::json!({ "status": status })
}
