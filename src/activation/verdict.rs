//! How an attempt ended, written down with everything that follows from it, in one transaction.

use super::aftermath;
use super::deactivation::{self, Reason};
use super::engine::AttemptActivation;
use super::escalation::OpenTicket;
use super::manual;
use super::model::{ActivationEvent, ActivationState, AttemptResult, FinalResult};
use super::repository::{Activation, Attempt, Cause, apply, end_attempt, end_overtaken_attempts};
use super::rules::{AttemptFailure, NextStep, after_failed_attempt};
use crate::Caas;
use crate::catalogue::OfferKind;
use crate::expediente::model::Actor;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::jobs::{self, Enqueue};
use crate::kernel::planted::{self, Bug};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::service::{GiveBack, give_back, request_capture};
use crate::subscriptions::model::Begin;
use chrono::TimeDelta;
use sqlx::types::Json;

/// Where the vehicle's word came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The answer to the command.
    Answer,
    /// A callback.
    Callback,
    /// The vehicle's status.
    Status,
}

impl Source {
    fn code(self) -> &'static str {
        match self {
            Source::Answer => "ANSWER",
            Source::Callback => "CALLBACK",
            Source::Status => "STATUS",
        }
    }
}

/// The vehicle has confirmed: the service is active, and only now the held money is to be taken.
pub(super) async fn confirmed(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    attempt: &Attempt,
    source: Source,
    evidence: serde_json::Value,
) -> Result<()> {
    let (now, confirmation) = (caas.now(), caas.new_uuid());
    end_attempt(caas, tx, attempt.id, AttemptResult::Success.as_str(), "ACTIVATED", source.code()).await?;
    end_overtaken_attempts(caas, tx, activation).await?;
    sql!(tx, execute
        "INSERT INTO delivery_confirmations (id, service_activation_id, attempt_id, source, confirmed_at, evidence)
         VALUES ($1, $2, $3, $4, $5, $6)",
        confirmation, activation.id, attempt.id, source.code(), now, Json(&evidence))?;
    activation.activated_at = Some(now);
    activation.next_attempt_at = None;
    activation.delayed_since = None;
    // A car that took its time gets all of it: what was bought counts from its word, not from the end of our patience.
    activation.expires_at = activation.days.map(|days| now + TimeDelta::days(days)).max(attempt.service_expires_at);
    if planted::is_in(Bug::EndsADayEarly) {
        activation.expires_at = activation.expires_at.map(|end| end - TimeDelta::days(1));
    }
    // By hand it is paid with the new hold that the customer accepted, or not at all.
    let by_hand = match activation.state {
        ActivationState::ManualActivationAttempt => manual::open_of(tx, activation.id).await?,
        _ => None,
    };
    let payment = match &by_hand {
        Some(manual) => manual.payment_id,
        None => activation.payment_id,
    };
    let result = if by_hand.is_some() { FinalResult::ManualActivation } else { FinalResult::Active };
    activation.final_result = Some(result.to_string());
    let cause = Cause {
        actor: Actor::VEHICLE,
        data: serde_json::json!({
            "attempt": attempt.attempt_number, "source": source.code(), "confirmation": confirmation,
            "until": activation.expires_at, "amount": payment.and(activation.amount()),
        }),
    };
    apply(caas, tx, activation, ActivationEvent::VehicleConfirmed, cause).await?;
    if let Some(payment) = payment {
        request_capture(caas, tx, payment, confirmation).await?;
    }
    if let (OfferKind::Temporary, Some(end)) = (activation.offer_kind, activation.expires_at) {
        let job = deactivation::EndTemporary { activation: activation.id };
        jobs::enqueue(caas, tx, &job, Enqueue::at(end).keyed(format!("end:{}", activation.id))).await?;
    }
    // One whose first activation failed is never billed (rulebook §7): what a person then switches on by hand is free.
    if activation.offer_kind == OfferKind::Subscription && by_hand.is_none() {
        let job = Begin { activation: activation.id };
        jobs::enqueue(caas, tx, &job, Enqueue::now().keyed(format!("begin:{}", activation.id))).await?;
    }
    metrics::histogram!("caas_activation_seconds").record((now - activation.created_at).as_seconds_f64());
    match by_hand {
        Some(manual) => manual::succeeded(caas, tx, activation, manual).await,
        None => tell(caas, tx, activation, NoticeEvent::ServiceActive, None, None).await,
    }
}

/// An attempt has ended without the vehicle's word. Returns when the next one is due; `None` when a person has the case.
pub(super) async fn failed(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    attempt: &Attempt,
    failure: AttemptFailure,
    message: &str,
) -> Result<Option<Timestamp>> {
    if activation.state == ActivationState::ManualActivationAttempt {
        manual::failed(caas, tx, activation, attempt, failure, message).await?;
        return Ok(None);
    }
    let now = caas.now();
    let deadline = activation.deadline_at.unwrap_or(now);
    let next =
        after_failed_attempt(&caas.policies.retry, failure, attempt.attempt_number, deadline, caas.jitter(0.1), now);
    let result = match next {
        NextStep::Retry(_) => AttemptResult::FailedRetry,
        NextStep::Escalate => AttemptResult::FailedEscalate,
    };
    let message: String = message.chars().take(1000).collect();
    end_attempt(caas, tx, attempt.id, result.as_str(), failure.code(), &message).await?;
    activation.last_failure = Some(failure.code().to_owned());
    activation.delayed_since = None;
    activation.next_attempt_at = match next {
        NextStep::Retry(at) => Some(at),
        NextStep::Escalate => None,
    };
    metrics::counter!("caas_activation_attempts_failed_total", "code" => failure.code()).increment(1);
    let data = serde_json::json!({
        "attempt": attempt.attempt_number, "of": caas.policies.retry.max_attempts,
        "code": failure.code(), "next": activation.next_attempt_at,
    });
    apply(caas, tx, activation, ActivationEvent::AttemptFailed, Cause::system(data.clone())).await?;
    match next {
        NextStep::Retry(at) => {
            apply(caas, tx, activation, ActivationEvent::RetryScheduled, Cause::system(data)).await?;
            jobs::enqueue_or_move(
                caas,
                tx,
                &AttemptActivation { activation: activation.id },
                &AttemptActivation::key(activation.id),
                at,
            )
            .await?;
            Ok(Some(at))
        }
        NextStep::Escalate => {
            give_up(caas, tx, activation, failure.code()).await?;
            Ok(None)
        }
    }
}

/// The engine gives up: money back, customer told, a person gets the case.
pub(super) async fn give_up(caas: &Caas, tx: &mut Tx, activation: &mut Activation, code: &str) -> Result<()> {
    activation.final_result = Some(FinalResult::FailedNoCharge.to_string());
    activation.next_attempt_at = None;
    activation.delayed_since = None;
    activation.last_failure = Some(code.to_owned());
    let data = serde_json::json!({ "code": code, "attempts": activation.total_attempts });
    apply(caas, tx, activation, ActivationEvent::Escalated, Cause::system(data)).await?;
    if let Some(payment) = activation.payment_id
        && !planted::is_in(Bug::HoldNotReversed)
    {
        give_back(caas, tx, payment, GiveBack::NotDelivered).await?;
    }
    aftermath::look_later(caas, tx, activation).await?;
    let job = OpenTicket { activation: activation.id };
    jobs::enqueue(caas, tx, &job, Enqueue::now().keyed(format!("ticket:{}", activation.id))).await?;
    if planted::is_in(Bug::FailureNotTold) {
        return Ok(());
    }
    tell(caas, tx, activation, NoticeEvent::OtaFailed, Some(code), None).await
}

/// The vehicle confirmed after all was over: never paid for, so it is switched off again.
pub(super) async fn late(caas: &Caas, tx: &mut Tx, activation: &Activation, attempt: &Attempt) -> Result<()> {
    if planted::is_in(Bug::CompensationForgotten) {
        return Ok(());
    }
    deactivation::compensate(caas, tx, activation, attempt).await?;
    deactivation::request(caas, tx, activation, Reason::Compensation, attempt.attempt_timestamp).await
}

/// Tells the customer something about an activation.
pub(super) async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    event: NoticeEvent,
    reason: Option<&str>,
    ticket: Option<String>,
) -> Result<()> {
    if activation.handed_over_at.is_some() {
        return Ok(());
    }
    let mut key = activation.id.to_string();
    if planted::is_in(Bug::CallbackCountedTwice) {
        key = caas.new_uuid().to_string();
    }
    let notice = Notice {
        service: activation.service_names.0.clone(),
        car: Some(activation.vehicle_id),
        amount: activation.amount(),
        reason: reason.map(str::to_owned),
        ticket,
        activation: Some(activation.id),
        withdraw: (event == NoticeEvent::ServiceActive && activation.has_withdrawal_period()).then_some(activation.id),
        ..Notice::about(activation.customer_id, event, key, format!("/expediente/activaciones/{}", activation.id))
    };
    notify(caas, tx, &notice).await
}
