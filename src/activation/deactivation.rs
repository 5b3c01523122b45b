//! Switching services off: at the end of their time, after a withdrawal, when a subscription ends or is not paid, or to
//! undo a confirmation that came too late.
//!
//! Promise 8: the base platform, the vehicle's circulation and a paid one-time service are never switched off by CaaS; the
//! latter only because its customer has declared the withdrawal.
//! [`may_switch_off`] is the one gate through which every deactivation goes.

use super::callbacks::Told;
use super::engine::{Said, failure_of, iot_answered, iot_rests, note_answer};
use super::escalation;
use super::failures::{self, Failed};
use super::model::{ActivationEvent, ActivationState, AttemptCommand, AttemptResult, ErrorCode};
use super::port::{CommandAnswer, IotError, VehicleStatus};
use super::repository::{self as store, Activation, Attempt, Cause, NewAttempt, apply};
use super::restore;
use super::rules::{AttemptFailure, Readiness, readiness};
use super::verdict;
use crate::Caas;
use crate::breaker::{self, System};
use crate::catalogue::OfferKind;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::ActivationId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::spans;
use crate::monitoring::failures as audit;
use crate::monitoring::model::{FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::vehicles;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

codes! {
    /// Why a service is switched off.
    pub enum Reason {
        /// The days bought are over.
        TimeOver = "TIME_OVER",
        /// The vehicle confirmed after the final failure: never paid for.
        Compensation = "COMPENSATION",
        /// The customer withdrew from the contract: the declaration stands with the activation.
        Withdrawal = "WITHDRAWAL",
        /// A subscription was not paid, to the last try.
        Suspension = "SUSPENSION",
        /// A subscription has ended: the customer cancelled it.
        SubscriptionOver = "SUBSCRIPTION_OVER",
    }
}

codes! {
    /// How far switching off is.
    pub enum DeactivationState {
        /// To be done.
        Queued = "QUEUED",
        /// A person has been told; it goes on being tried.
        Escalated = "ESCALATED",
        /// The vehicle confirmed.
        Done = "DONE",
        /// Not to be done any more: the service belongs to somebody who has it by right.
        Dropped = "DROPPED",
    }
}

impl DeactivationState {
    /// Whether nothing more is to be done.
    pub fn is_over(self) -> bool {
        matches!(self, DeactivationState::Done | DeactivationState::Dropped)
    }
}

/// How long a compensation waits for a newer order of the same service that is on its way into the vehicle.
const NEWER_ORDER_UNDER_WAY: TimeDelta = TimeDelta::seconds(60);

/// Whether this service may be switched off for this reason now.
pub fn may_switch_off(activation: &Activation, reason: Reason, now: Timestamp) -> bool {
    match reason {
        Reason::TimeOver => {
            activation.state == ActivationState::Active
                && activation.offer_kind == OfferKind::Temporary
                && activation.expires_at.is_some_and(|end| end <= now)
        }
        Reason::Compensation => {
            activation.activated_at.is_none() && (activation.state.is_over() || activation.state.is_with_support())
        }
        // The customer's own declaration, which the database keeps, is the proof.
        Reason::Withdrawal => activation.state == ActivationState::Active && activation.withdrawal_id.is_some(),
        Reason::Suspension | Reason::SubscriptionOver => {
            activation.state == ActivationState::Active && activation.offer_kind == OfferKind::Subscription
        }
    }
}

#[derive(Debug, Clone, FromRow)]
struct Deactivation {
    id: Uuid,
    #[sqlx(rename = "service_activation_id")]
    activation: ActivationId,
    #[sqlx(try_from = "String")]
    reason: Reason,
    #[sqlx(try_from = "String")]
    state: DeactivationState,
    attempts: i64,
    version: i64,
}

async fn load(tx: &mut Tx, id: Uuid) -> Result<Deactivation> {
    Ok(sql!(tx, one Deactivation,
        "SELECT id, service_activation_id, reason, state, attempts, version FROM deactivations WHERE id = $1", id)?)
}

async fn save(caas: &Caas, tx: &mut Tx, d: &mut Deactivation) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE deactivations SET state = $1, attempts = $2, updated_at = $3, version = version + 1 WHERE id = $4 AND version = $5",
        d.state.as_str(), d.attempts, caas.now(), d.id, d.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("deactivation"));
    }
    d.version += 1;
    tx.announce(format!("activation:{}", d.activation));
    Ok(())
}

async fn log(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    id: Uuid,
    kind: EntryKind,
    step: (Option<DeactivationState>, DeactivationState),
    reason: Reason,
) -> Result<()> {
    let entry = Entry {
        vehicle: Some(activation.vehicle_id),
        before: step.0.map(DeactivationState::as_str),
        after: Some(step.1.as_str()),
        data: serde_json::json!({ "reason": reason.as_str(), "activation": activation.id, "service": activation.service_names.0 }),
        ..Entry::new(Some(activation.customer_id), Actor::SYSTEM, kind, SubjectKind::Deactivation, id)
    };
    record(caas, tx, entry).await
}

/// Asks for a service to be switched off. It is tried until the vehicle confirms: after the planned attempts a person is
/// told, and it goes on being tried. Asking twice for the same reason does it once; a command sent after it was last
/// asked for (`since`: a later try by hand) is a reason of its own.
pub async fn request(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    reason: Reason,
    since: Timestamp,
) -> Result<()> {
    if !may_switch_off(activation, reason, caas.now()) {
        return Err(Failure::Stored(format!("{} may not be switched off for {reason}", activation.id)));
    }
    if is_asked_for(tx, activation.id, reason, since).await? {
        return Ok(());
    }
    let id = caas.new_uuid();
    sql!(tx, execute
        "INSERT INTO deactivations (id, service_activation_id, reason, state, created_at, updated_at)
         VALUES ($1, $2, $3, 'QUEUED', $4, $4)", id, activation.id, reason.as_str(), caas.now())?;
    log(caas, tx, activation, id, EntryKind::DeactivationStarted, (None, DeactivationState::Queued), reason).await?;
    jobs::enqueue(caas, tx, &SwitchOff { deactivation: id }, Enqueue::now().keyed(SwitchOff::key(id))).await
}

/// Whether switching off has been asked for since then, or still is under way.
async fn is_asked_for(tx: &mut Tx, activation: ActivationId, reason: Reason, since: Timestamp) -> Result<bool> {
    let known = sql!(
        tx,
        optional(i64, i64),
        "SELECT attempts, version FROM deactivations
         WHERE service_activation_id = $1 AND reason = $2 AND (created_at >= $3 OR state NOT IN ('DONE', 'DROPPED')) LIMIT 1",
        activation,
        reason.as_str(),
        since
    )?;
    Ok(known.is_some())
}

/// Whether a late confirmation is being undone just now.
pub(super) async fn compensation_under_way(tx: &mut Tx, activation: ActivationId) -> Result<bool> {
    let known = sql!(
        tx,
        optional(i64, i64),
        "SELECT attempts, version FROM deactivations
         WHERE service_activation_id = $1 AND reason = 'COMPENSATION' AND state NOT IN ('DONE', 'DROPPED') LIMIT 1",
        activation
    )?;
    Ok(known.is_some())
}

/// Whether the vehicle confirmed after all was over, so that the service is, or was, switched off again.
pub(super) async fn is_being_undone(tx: &mut Tx, activation: ActivationId) -> Result<bool> {
    let known = sql!(
        tx,
        optional(i64,),
        "SELECT CAST(1 AS BIGINT) FROM deactivations WHERE service_activation_id = $1 AND reason = 'COMPENSATION'",
        activation
    )?;
    Ok(known.is_some())
}

/// Notes on ticket and in the file that the vehicle confirmed too late.
pub(super) async fn compensate(caas: &Caas, tx: &mut Tx, activation: &Activation, attempt: &Attempt) -> Result<()> {
    if is_asked_for(tx, activation.id, Reason::Compensation, attempt.attempt_timestamp).await? {
        return Ok(());
    }
    let data = serde_json::json!({ "attempt": attempt.attempt_number, "service": activation.service_names.0 });
    let entry = Entry {
        vehicle: Some(activation.vehicle_id),
        data: data.clone(),
        visible: true,
        ..Entry::new(
            Some(activation.customer_id),
            Actor::VEHICLE,
            EntryKind::LateConfirmation,
            SubjectKind::Activation,
            activation.id.0,
        )
    };
    record(caas, tx, entry).await?;
    failures::detected(caas, tx, activation, Failed::of(activation, FailureType::LateConfirmation)).await?;
    escalation::note(caas, tx, activation, "LATE_CONFIRMATION", data).await
}

/// The days bought are over.
#[derive(Serialize, Deserialize)]
pub struct EndTemporary {
    pub(super) activation: ActivationId,
}

impl Job for EndTemporary {
    const KIND: &'static str = "activation.end_temporary";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.activation);
        let mut tx = caas.db.begin().await?;
        let activation = store::load(&mut tx, self.activation).await?;
        match activation.expires_at {
            Some(end) if end > caas.now() => Ok(Outcome::Again(end)),
            Some(_) if activation.state == ActivationState::Active && activation.withdrawal_id.is_none() => {
                request(caas, &mut tx, &activation, Reason::TimeOver, Timestamp::UNIX_EPOCH).await?;
                Ok(Outcome::DoneIn(tx))
            }
            _ => Ok(Outcome::Done),
        }
    }
}

/// Switches a service off, with the same care as on: ask first, write down, then tell.
#[derive(Serialize, Deserialize)]
pub struct SwitchOff {
    deactivation: Uuid,
}

impl SwitchOff {
    fn key(id: Uuid) -> String {
        format!("off:{id}")
    }
}

impl Job for SwitchOff {
    const KIND: &'static str = "activation.switch_off";
    const MAX_ATTEMPTS: i64 = 10_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.read().await?;
        let deactivation = load(&mut tx, self.deactivation).await?;
        spans::concerns(deactivation.activation);
        let activation = store::load(&mut tx, deactivation.activation).await?;
        let vehicle = vehicles::find(&mut tx, activation.vehicle_id)
            .await?
            .ok_or_else(|| Failure::Stored("an activation has a vehicle".to_owned()))?;
        let attempts = store::attempts_of_deactivation(&mut tx, deactivation.id).await?;
        let (breaker, _) = breaker::state(&mut tx, System::Iot).await?;
        drop(tx);
        if deactivation.state.is_over() {
            return Ok(Outcome::Done);
        }
        let under_way = attempts.iter().rev().find(|a| a.attempt_result.is_none()).cloned();
        if let Some(attempt) = &under_way
            && attempt.request_id.is_some()
            && let Some(due) = attempt.answer_due_at
            && due > now
        {
            return Ok(Outcome::Again(due));
        }
        if let Some(until) = iot_rests(caas, breaker).await? {
            return Ok(Outcome::Again(until));
        }
        let status = caas.iot.vehicle_status(&vehicle.vin).await;
        let code = activation.configuration.service_code.clone();
        let mut tx = caas.db.begin().await?;
        let mut deactivation = load(&mut tx, self.deactivation).await?;
        let mut activation = store::load(&mut tx, activation.id).await?;
        if deactivation.state.is_over() {
            // The callback was quicker than the answer to our question.
            return Ok(Outcome::Done);
        }
        let status = match status {
            Ok(status) => status,
            Err(error) => {
                if error.is_outage() {
                    breaker::failed(caas, &mut tx, System::Iot).await?;
                }
                let attempt = match under_way {
                    Some(attempt) => attempt,
                    None => new_attempt(caas, &mut tx, &mut deactivation, None, None).await?,
                };
                let at = failed(
                    caas,
                    &mut tx,
                    &mut deactivation,
                    &activation,
                    &attempt,
                    failure_of(&error),
                    &error.to_string(),
                )
                .await?;
                return Ok(Outcome::AgainIn(at, tx));
            }
        };
        iot_answered(caas, &mut tx).await?;
        if !status.services.iter().any(|service| service.service_code == code) {
            let attempt = match under_way {
                Some(attempt) => attempt,
                None => new_attempt(caas, &mut tx, &mut deactivation, Some(&status), None).await?,
            };
            done(caas, &mut tx, &mut deactivation, &mut activation, &attempt).await?;
            return Ok(Outcome::DoneIn(tx));
        }
        if let Some(attempt) = under_way {
            // Told to switch off, and still there after the time-out.
            let failure = AttemptFailure::Vehicle(ErrorCode::Timeout);
            let at = failed(caas, &mut tx, &mut deactivation, &activation, &attempt, failure, "still active").await?;
            return Ok(Outcome::AgainIn(at, tx));
        }
        // Much may have happened since it was asked for: another order of the same service, or a person's success.
        match still_wanted(caas, &mut tx, &deactivation, &activation).await? {
            Wanted::Yes => {}
            Wanted::Later => return Ok(Outcome::AgainIn(now + NEWER_ORDER_UNDER_WAY, tx)),
            Wanted::No => {
                drop_it(caas, &mut tx, &mut deactivation, &activation).await?;
                return Ok(Outcome::DoneIn(tx));
            }
        }
        if let Readiness::NotReady(code) = readiness(&status, &code, false) {
            let attempt = new_attempt(caas, &mut tx, &mut deactivation, Some(&status), None).await?;
            let at = failed(
                caas,
                &mut tx,
                &mut deactivation,
                &activation,
                &attempt,
                AttemptFailure::Vehicle(code),
                "not ready",
            )
            .await?;
            return Ok(Outcome::AgainIn(at, tx));
        }
        let due = now + caas.policies.retry.command_timeout;
        let attempt = new_attempt(caas, &mut tx, &mut deactivation, Some(&status), Some(due)).await?;
        if !store::book_vehicle(caas, &mut tx, vehicle.id, attempt.id).await? {
            return Ok(Outcome::Again(now + TimeDelta::seconds(5)));
        }
        tx.commit().await?;
        failpoint::hit("deactivation.attempt.written");
        let answer = caas.iot.deactivate(&vehicle.vin, &code).await;
        failpoint::hit("deactivation.command.answered");
        record_answer(caas, self.deactivation, &attempt, answer).await
    }
}

enum Wanted {
    Yes,
    Later,
    No,
}

/// Promise 8, once more before the command: it is about a vehicle and a service, and so would also meet a newer order
/// that has been paid for since.
async fn still_wanted(caas: &Caas, tx: &mut Tx, d: &Deactivation, activation: &Activation) -> Result<Wanted> {
    if !may_switch_off(activation, d.reason, caas.now()) {
        return Ok(Wanted::No);
    }
    // Somebody tries it by hand: should the vehicle confirm, it is there by right.
    if activation.state == ActivationState::ManualActivationAttempt {
        return Ok(Wanted::Later);
    }
    Ok(match store::newer_order(tx, activation).await?.map(|newer| newer.state) {
        Some(ActivationState::Active) => Wanted::No,
        Some(ActivationState::ManualActivationAttempt) => Wanted::Later,
        Some(state) if state.is_under_way() => Wanted::Later,
        _ => Wanted::Yes,
    })
}

/// Switching off is given up because the service is there by right now.
async fn drop_it(caas: &Caas, tx: &mut Tx, d: &mut Deactivation, activation: &Activation) -> Result<()> {
    let before = d.state;
    d.state = DeactivationState::Dropped;
    save(caas, tx, d).await?;
    log(caas, tx, activation, d.id, EntryKind::DeactivationDone, (Some(before), DeactivationState::Dropped), d.reason)
        .await?;
    solved(caas, tx, d, before, Resolution::NoLongerNeeded).await?;
    if d.reason != Reason::Compensation {
        return Ok(());
    }
    escalation::note(caas, tx, activation, "COMPENSATION_DROPPED", serde_json::json!({})).await
}

async fn record_answer(
    caas: &Caas,
    id: Uuid,
    attempt: &Attempt,
    answer: Result<CommandAnswer, IotError>,
) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    note_answer(caas, &mut tx, attempt, &answer).await?;
    let mut deactivation = load(&mut tx, id).await?;
    let mut activation = store::load(&mut tx, deactivation.activation).await?;
    if deactivation.state.is_over() {
        return Ok(Outcome::DoneIn(tx));
    }
    let at = match Said::of(&answer) {
        Said::Done => {
            done(caas, &mut tx, &mut deactivation, &mut activation, attempt).await?;
            return Ok(Outcome::DoneIn(tx));
        }
        Said::Taken => attempt.answer_due_at.unwrap_or_else(|| caas.now()),
        Said::Unknown => caas.now(),
        Said::Failed(failure, message) => {
            failed(caas, &mut tx, &mut deactivation, &activation, attempt, failure, &message).await?
        }
    };
    Ok(Outcome::AgainIn(at, tx))
}

async fn new_attempt(
    caas: &Caas,
    tx: &mut Tx,
    d: &mut Deactivation,
    status: Option<&VehicleStatus>,
    due: Option<Timestamp>,
) -> Result<Attempt> {
    d.attempts += 1;
    save(caas, tx, d).await?;
    let new = NewAttempt {
        activation: d.activation,
        command: AttemptCommand::Deactivate,
        deactivation: Some(d.id),
        number: d.attempts,
        status,
        command_sent: due.is_some(),
        answer_due_at: due,
        service_expires_at: None,
        manual: false,
    };
    store::insert_attempt(caas, tx, &new).await
}

/// Not yet off. After the last of the planned attempts a person is told, once; it goes on being tried, because nobody may
/// be left with a service that is over. Returns when.
async fn failed(
    caas: &Caas,
    tx: &mut Tx,
    d: &mut Deactivation,
    activation: &Activation,
    attempt: &Attempt,
    failure: AttemptFailure,
    message: &str,
) -> Result<Timestamp> {
    let policy = &caas.policies.retry;
    let give_up = !failure.passes() || d.attempts >= policy.max_attempts;
    let result = if give_up { AttemptResult::FailedEscalate } else { AttemptResult::FailedRetry };
    store::end_attempt(caas, tx, attempt.id, result.as_str(), failure.code(), message).await?;
    if give_up && d.state == DeactivationState::Queued {
        d.state = DeactivationState::Escalated;
        save(caas, tx, d).await?;
        let step = (Some(DeactivationState::Queued), DeactivationState::Escalated);
        log(caas, tx, activation, d.id, EntryKind::DeactivationEscalated, step, d.reason).await?;
        let failed = Failed { subject: d.id, ..Failed::of(activation, FailureType::Deactivation) };
        failures::detected(caas, tx, activation, failed).await?;
        escalation::open_by_itself(caas, tx, activation, &format!("DEACTIVATION_{}", failure.code())).await?;
    }
    let wait = if give_up { policy.max_backoff } else { policy.backoff(d.attempts) };
    Ok(caas.now() + wait)
}

/// The vehicle confirmed that the service is off.
async fn done(
    caas: &Caas,
    tx: &mut Tx,
    d: &mut Deactivation,
    activation: &mut Activation,
    attempt: &Attempt,
) -> Result<()> {
    store::end_attempt(caas, tx, attempt.id, AttemptResult::Success.as_str(), "DEACTIVATED", "").await?;
    store::end_overtaken_deactivations(caas, tx, d.id).await?;
    let before = d.state;
    d.state = DeactivationState::Done;
    save(caas, tx, d).await?;
    log(caas, tx, activation, d.id, EntryKind::DeactivationDone, (Some(before), DeactivationState::Done), d.reason)
        .await?;
    solved(caas, tx, d, before, Resolution::SwitchedOff).await?;
    match d.reason {
        Reason::Compensation => escalation::note(caas, tx, activation, "COMPENSATED", serde_json::json!({})).await?,
        reason => over(caas, tx, activation, reason).await?,
    }
    restore::after_switching_off(caas, tx, activation).await?;
    failpoint::hit("deactivation.done");
    Ok(())
}

/// What ran is over. Two reasons may have met in one activation (cancelled, then withdrawn from): the first answer of the
/// vehicle ends it, and a declared withdrawal is what it ends by.
async fn over(caas: &Caas, tx: &mut Tx, activation: &mut Activation, reason: Reason) -> Result<()> {
    if activation.state != ActivationState::Active {
        return Ok(());
    }
    let by_vehicle = || Cause { actor: Actor::VEHICLE, data: serde_json::json!({}) };
    if activation.withdrawal_id.is_some() {
        // Its receipt has told the customer.
        return apply(caas, tx, activation, ActivationEvent::Withdrawn, by_vehicle()).await;
    }
    match reason {
        Reason::TimeOver => {
            apply(caas, tx, activation, ActivationEvent::TimeOver, by_vehicle()).await?;
            verdict::tell(caas, tx, activation, NoticeEvent::ServiceEnded, None, None).await
        }
        Reason::Suspension => {
            apply(caas, tx, activation, ActivationEvent::Suspended, by_vehicle()).await?;
            apply(caas, tx, activation, ActivationEvent::SubscriptionEnded, by_vehicle()).await
        }
        Reason::SubscriptionOver => {
            apply(caas, tx, activation, ActivationEvent::SubscriptionEnded, by_vehicle()).await?;
            verdict::tell(caas, tx, activation, NoticeEvent::ServiceEnded, None, None).await
        }
        Reason::Withdrawal | Reason::Compensation => Ok(()),
    }
}

/// Ends what the failure audit holds open about a deactivation.
async fn solved(caas: &Caas, tx: &mut Tx, d: &Deactivation, before: DeactivationState, how: Resolution) -> Result<()> {
    if d.reason == Reason::Compensation {
        audit::resolved(caas, tx, FailureType::LateConfirmation, d.activation.0, how, None).await?;
    }
    if before == DeactivationState::Escalated {
        audit::resolved(caas, tx, FailureType::Deactivation, d.id, how, None).await?;
    }
    Ok(())
}

/// A callback about a command to switch off.
pub(super) async fn on_callback(caas: &Caas, tx: &mut Tx, attempt: &Attempt, told: &Told) -> Result<()> {
    let Some(id) = attempt.deactivation_id else { return Ok(()) };
    let mut deactivation = load(tx, id).await?;
    let mut activation = store::load(tx, deactivation.activation).await?;
    if deactivation.state.is_over() {
        return match told {
            Told::Deactivated => restore::after_switching_off(caas, tx, &activation).await,
            Told::Activated | Told::Failed(_) => Ok(()),
        };
    }
    match told {
        Told::Deactivated => done(caas, tx, &mut deactivation, &mut activation, attempt).await,
        Told::Failed(code) if attempt.attempt_result.is_none() => {
            let code = code.as_deref().and_then(|code| code.parse().ok()).unwrap_or(ErrorCode::Timeout);
            let at = failed(caas, tx, &mut deactivation, &activation, attempt, AttemptFailure::Vehicle(code), "FAILED")
                .await?;
            jobs::enqueue_or_move(caas, tx, &SwitchOff { deactivation: id }, &SwitchOff::key(id), at).await
        }
        Told::Failed(_) | Told::Activated => Ok(()),
    }
}
