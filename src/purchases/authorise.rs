//! Asking the gateway to hold the money, and what follows from its answer.

use super::cancel;
use super::service::tell;
use crate::Caas;
use crate::activation::engine::AttemptActivation;
use crate::activation::manual;
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::activation::repository::{self as activations, Cause, Configuration, apply};
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::failpoint;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Bilingual;
use crate::kernel::planted::{self, Bug};
use crate::notifications::model::NoticeEvent;
use crate::payments::jobs::{may_call_at, note_call, note_call_unless_quiet};
use crate::payments::model::{DeclineReason, MethodKind, OperationKind, PaymentEvent, PaymentState};
use crate::payments::port::{GatewayError, GatewayPayment, GatewayStatus, PaymentRequest, PaymentType};
use crate::payments::repository::{self as payments, Operation, Payment, Waiting};
use crate::payments::service::{announce, apply as apply_payment};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;

/// How long to wait before a gateway that has not decided is asked again: at first, and at most. A transfer takes days.
const ASK_AGAIN: (TimeDelta, TimeDelta) = (TimeDelta::seconds(5), TimeDelta::minutes(10));

/// Holds the money of an order.
#[derive(Serialize, Deserialize)]
pub struct AuthorisePayment {
    payment: PaymentId,
}

impl AuthorisePayment {
    /// Adds the job in the caller's transaction, or wakes the one that waits for the customer's confirmation.
    pub(crate) async fn enqueue(caas: &Caas, tx: &mut Tx, payment: PaymentId) -> Result<()> {
        let key = format!("authorise:{payment}");
        jobs::enqueue_or_move(caas, tx, &AuthorisePayment { payment }, &key, caas.now()).await
    }
}

impl Job for AuthorisePayment {
    const KIND: &'static str = "purchases.authorise";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let Waiting { payment, operation, breaker, is_quiet } =
            payments::waiting(&mut tx, self.payment, OperationKind::Authorise).await?;
        drop(tx);
        match (payment.state, operation) {
            (PaymentState::Initiated, _) if payment.authentication_url.is_some() => {
                expire_authentication(caas, payment).await
            }
            (PaymentState::Initiated, None) => {
                if let Some(at) = may_call_at(caas, breaker).await? {
                    return wait(caas, payment, at).await;
                }
                let (payment, operation) = write_down(caas, payment).await?;
                failpoint::hit("payment.authorise.written");
                send(caas, payment, operation, is_quiet).await
            }
            (PaymentState::Pending | PaymentState::Unknown, Some(operation)) => {
                if let Some(at) = may_call_at(caas, breaker).await? {
                    return wait(caas, payment, at).await;
                }
                ask_then_send(caas, payment, operation).await
            }
            _ => Ok(Outcome::Done),
        }
    }
}

/// Writes the request and its key down; only then is it sent. Had somebody written the payment since it was read, it would
/// be a conflict, and the job would run again.
async fn write_down(caas: &Caas, mut payment: Payment) -> Result<(Payment, Operation)> {
    let mut tx = caas.db.begin().await?;
    let operation =
        payments::open_operation(caas, &mut tx, payment.id, OperationKind::Authorise, payment.amount_cents, "ORDER")
            .await?;
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::Sent).await?;
    tx.commit().await?;
    Ok((payment, operation))
}

/// While the gateway is being given a rest. At the deadline an order that the gateway never saw ends.
async fn wait(caas: &Caas, payment: Payment, until: crate::kernel::Timestamp) -> Result<Outcome, JobError> {
    if payment.state == PaymentState::Initiated && is_too_late(caas, &payment) {
        return never_made(caas, payment.id, None).await;
    }
    Ok(Outcome::Again(until))
}

fn ask_again(caas: &Caas, payment: &Payment) -> crate::kernel::Timestamp {
    let now = caas.now();
    now + ((now - payment.created_at) / 10).clamp(ASK_AGAIN.0, ASK_AGAIN.1)
}

fn is_too_late(caas: &Caas, payment: &Payment) -> bool {
    caas.now() > payment.created_at + caas.policies.retry.deadline
}

/// A request was written down, and its answer is not known: the gateway is asked by the key before anything is sent.
async fn ask_then_send(caas: &Caas, payment: Payment, operation: Operation) -> Result<Outcome, JobError> {
    let found = caas.gateway.find_by_key(&operation.idempotency_key).await;
    note_call(caas, found.as_ref().is_err_and(GatewayError::is_outage)).await?;
    match found {
        Ok(Some(known)) => record(caas, payment, operation, Ok(known)).await,
        Ok(None) if is_too_late(caas, &payment) => never_made(caas, payment.id, Some(operation)).await,
        // An answer was lost before: whatever this one is, it is noted.
        Ok(None) => send(caas, payment, operation, false).await,
        Err(error) => Err(JobError::Outside(error.to_string())),
    }
}

async fn send(caas: &Caas, payment: Payment, operation: Operation, is_quiet: bool) -> Result<Outcome, JobError> {
    let ordered = ordered(caas, &payment).await?;
    let request = PaymentRequest {
        payment_type: PaymentType::Service,
        amount: payment.amount(),
        manual_capture: true,
        customer_initiated: true,
        method_kind: ordered.method_kind,
        method_token: ordered.method_token,
        customer: payment.customer_id,
        order_id: payment.service()?.to_string(),
        description: ordered.service_names.0.en,
        vin: ordered.vin,
        service_code: Some(ordered.configuration.0.service_code),
    };
    let mut key = operation.idempotency_key.clone();
    if planted::is_in(Bug::NewKeyPerTry) {
        key = caas.new_uuid().to_string();
    }
    let result = caas.gateway.initiate(&request, &key).await;
    failpoint::hit("payment.authorise.answered");
    note_call_unless_quiet(caas, is_quiet, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
    record(caas, payment, operation, result).await
}

/// What the gateway is told of an order.
#[derive(FromRow)]
struct Ordered {
    service_names: Json<Bilingual>,
    configuration: Json<Configuration>,
    vin: Option<String>,
    #[sqlx(try_from = "String")]
    method_kind: MethodKind,
    method_token: String,
}

async fn ordered(caas: &Caas, payment: &Payment) -> Result<Ordered> {
    let mut tx = caas.db.read().await?;
    // Also with a method that was removed meanwhile.
    Ok(sql!(&mut tx, one Ordered,
        "SELECT a.service_names, a.configuration, v.vin, m.kind AS method_kind, m.token AS method_token
         FROM service_activations a JOIN payment_methods m ON m.id = $2 LEFT JOIN vehicles v ON v.id = a.vehicle_id
         WHERE a.service_activation_id = $1", payment.service()?, payment.payment_method_id)?)
}

/// Writes the gateway's answer down with everything that follows from it. Nobody else writes a payment while the gateway is
/// asked; should it happen all the same, it is a conflict, and the job runs again.
async fn record(
    caas: &Caas,
    payment: Payment,
    operation: Operation,
    result: Result<GatewayPayment, GatewayError>,
) -> Result<Outcome, JobError> {
    let (id, mut tx) = (payment.id, caas.db.begin().await?);
    match result {
        Ok(known) => match known.status {
            GatewayStatus::Authorized | GatewayStatus::Captured | GatewayStatus::PartiallyRefunded => {
                held(caas, tx, payment, &operation, known).await
            }
            GatewayStatus::Initiated | GatewayStatus::Processing => {
                // The gateway does not tell when the bank has decided: it is asked.
                if payment.gateway_payment_id.is_none() {
                    sql!(&mut tx, execute "UPDATE payments SET gateway_payment_id = $1, version = version + 1 WHERE id = $2", &known.payment_id, id)?;
                    announce(&mut tx, &payment);
                    return Ok(Outcome::AgainIn(ask_again(caas, &payment), tx));
                }
                Ok(Outcome::Again(ask_again(caas, &payment)))
            }
            GatewayStatus::Declined | GatewayStatus::Cancelled | GatewayStatus::Expired | GatewayStatus::Refunded => {
                let reason = known.decline_reason.unwrap_or(DeclineReason::TryAgainLater);
                declined(caas, tx, payment, &operation, reason, Some(known.payment_id), None).await
            }
        },
        Err(GatewayError::Declined { payment_id, reason, authentication_url }) => {
            declined(caas, tx, payment, &operation, reason, payment_id, authentication_url).await
        }
        // The gateway does not take this method any more, or not like this: another one may do.
        Err(GatewayError::Refused { code }) => {
            tracing::warn!(payment = %id, %code, "hold_refused");
            declined(caas, tx, payment, &operation, DeclineReason::InvalidMethod, None, None).await
        }
        Err(GatewayError::NoAnswer(_)) if planted::is_in(Bug::LostAnswerIsDecline) => {
            declined(caas, tx, payment, &operation, DeclineReason::TryAgainLater, None, None).await
        }
        Err(error) => {
            if payment.state == PaymentState::Pending && matches!(error, GatewayError::NoAnswer(_)) {
                let mut payment = payment;
                apply_payment(caas, &mut tx, &mut payment, PaymentEvent::AnswerLost).await?;
                return Ok(Outcome::AgainIn(ask_again(caas, &payment), tx));
            }
            Err(JobError::Outside(error.to_string()))
        }
    }
}

/// The money is held: the activation joins the queue at once, without waiting for the bank's settlement.
async fn held(
    caas: &Caas,
    mut tx: Tx,
    mut payment: Payment,
    operation: &Operation,
    known: GatewayPayment,
) -> Result<Outcome, JobError> {
    payments::close_operation(caas, &mut tx, operation.id, true, "AUTHORIZED").await?;
    payment.gateway_payment_id = Some(known.payment_id);
    payment.capture_before = known.capture_before;
    payment.authentication_url = None;
    payment.decline_reason = None;
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::Held).await?;
    let mut activation = activations::load(&mut tx, payment.service()?).await?;
    // A try by hand is made for an activation that waits for support.
    if activation.state != ActivationState::PaymentPending
        && let Some(by_hand) = manual::of_payment(&mut tx, payment.id).await?
    {
        manual::held(caas, &mut tx, by_hand, &payment).await?;
        failpoint::hit("payment.authorise.recorded");
        return Ok(Outcome::DoneIn(tx));
    }
    activation.activation_queued_at = Some(caas.now());
    // Nothing is tried after the hold has lapsed: it could not be paid for.
    if let (Some(deadline), Some(lapses)) = (activation.deadline_at, payment.capture_before) {
        activation.deadline_at = Some(deadline.min(lapses));
    }
    apply(
        caas,
        &mut tx,
        &mut activation,
        ActivationEvent::PaymentHeld,
        Cause { actor: Actor::GATEWAY, data: serde_json::json!({}) },
    )
    .await?;
    // The customer has cancelled while the bank was asked: now it is known what there is to cancel.
    if activation.cancel_wanted_at.is_some() {
        cancel::try_cancel(caas, &mut tx, activation).await?;
        failpoint::hit("payment.authorise.recorded");
        return Ok(Outcome::DoneIn(tx));
    }
    let job = AttemptActivation { activation: activation.id };
    jobs::enqueue(caas, &mut tx, &job, Enqueue::now().keyed(AttemptActivation::key(activation.id))).await?;
    failpoint::hit("payment.authorise.recorded");
    Ok(Outcome::DoneIn(tx))
}

async fn declined(
    caas: &Caas,
    mut tx: Tx,
    mut payment: Payment,
    operation: &Operation,
    reason: DeclineReason,
    gateway_payment_id: Option<String>,
    authentication_url: Option<String>,
) -> Result<Outcome, JobError> {
    payments::close_operation(caas, &mut tx, operation.id, false, reason.as_str()).await?;
    payment.decline_reason = Some(reason.to_string());
    let by_hand = manual::of_payment(&mut tx, payment.id).await?;
    let mut activation = activations::load(&mut tx, payment.service()?).await?;
    if let (DeclineReason::AuthenticationRequired, Some(url)) = (reason, authentication_url) {
        payment.authentication_url = Some(url);
        apply_payment(caas, &mut tx, &mut payment, PaymentEvent::AuthenticationNeeded).await?;
        match &by_hand {
            Some(by_hand) => manual::authentication_needed(caas, &mut tx, by_hand).await?,
            None => tell(caas, &mut tx, &activation, NoticeEvent::AuthenticationNeeded, None).await?,
        }
        let end = payment.created_at + caas.policies.retry.deadline;
        return Ok(Outcome::AgainIn(end, tx));
    }
    payment.gateway_payment_id = gateway_payment_id;
    payment.authentication_url = None;
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::Declined).await?;
    if let Some(by_hand) = by_hand {
        manual::declined(caas, &mut tx, by_hand, reason.as_str()).await?;
        return Ok(Outcome::DoneIn(tx));
    }
    let cause = Cause { actor: Actor::GATEWAY, data: serde_json::json!({ "reason": reason.as_str() }) };
    apply(caas, &mut tx, &mut activation, ActivationEvent::PaymentDeclined, cause).await?;
    tell(caas, &mut tx, &activation, NoticeEvent::PaymentDeclined, Some(reason.to_string())).await?;
    Ok(Outcome::DoneIn(tx))
}

/// Nobody confirmed with the bank in time: the order ends, nothing was held.
async fn expire_authentication(caas: &Caas, payment: Payment) -> Result<Outcome, JobError> {
    let end = payment.created_at + caas.policies.retry.deadline;
    if caas.now() < end {
        return Ok(Outcome::Again(end));
    }
    never_made(caas, payment.id, None).await
}

/// The order ends without a payment having been made.
async fn never_made(caas: &Caas, id: PaymentId, operation: Option<Operation>) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    let mut payment = payments::load(&mut tx, id).await?;
    let mut activation = activations::load(&mut tx, payment.service()?).await?;
    let by_hand = manual::of_payment(&mut tx, payment.id).await?;
    if payment.state.is_over() || (by_hand.is_none() && activation.state != ActivationState::PaymentPending) {
        return Ok(Outcome::Done);
    }
    if let Some(operation) = operation {
        payments::close_operation(caas, &mut tx, operation.id, false, "NEVER_MADE").await?;
    }
    payment.authentication_url = None;
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::NeverMade).await?;
    if let Some(by_hand) = by_hand {
        manual::declined(caas, &mut tx, by_hand, DeclineReason::TryAgainLater.as_str()).await?;
        return Ok(Outcome::DoneIn(tx));
    }
    apply(
        caas,
        &mut tx,
        &mut activation,
        ActivationEvent::PaymentDeclined,
        Cause::system(serde_json::json!({ "reason": "NEVER_MADE" })),
    )
    .await?;
    tell(caas, &mut tx, &activation, NoticeEvent::PaymentDeclined, Some(DeclineReason::TryAgainLater.to_string()))
        .await?;
    Ok(Outcome::DoneIn(tx))
}
