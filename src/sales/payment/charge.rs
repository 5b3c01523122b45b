//! Asking the gateway for the money of a car.

use super::outcome::{self, Answer};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::failpoint;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{self, Job, JobError, Outcome, Run};
use crate::kernel::{Timestamp, error::Failure};
use crate::payments::jobs::{may_call, note_call};
use crate::payments::methods;
use crate::payments::model::{DeclineReason, OperationKind, PaymentEvent, PaymentState};
use crate::payments::port::{GatewayError, GatewayPayment, GatewayStatus, PaymentRequest};
use crate::payments::repository::{self as payments, Operation, Payment, car_payment_names};
use crate::payments::service::apply as apply_payment;
use crate::sales::orders;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long after it was written down a request may still be sent, with the same key. Later the customer is no longer
/// there, and is not to be surprised by a charge.
const SEND_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// After this the gateway's "no payment with this key" is final: whatever was sent within [`SEND_WITHIN`] has long arrived.
const CERTAIN_AFTER: TimeDelta = TimeDelta::minutes(20);
/// How long to wait before a gateway that has not decided is asked again: at first, and at most. A transfer takes days.
const ASK_AGAIN: (TimeDelta, TimeDelta) = (TimeDelta::seconds(5), TimeDelta::minutes(10));

/// Takes one payment of a car.
#[derive(Serialize, Deserialize)]
pub struct PayForCar {
    payment: PaymentId,
}

impl PayForCar {
    /// Adds the job in the caller's transaction.
    pub(super) async fn enqueue(caas: &Caas, tx: &mut Tx, payment: PaymentId) -> Result<()> {
        jobs::enqueue_or_move(caas, tx, &PayForCar { payment }, &format!("car-payment:{payment}"), caas.now()).await
    }
}

impl Job for PayForCar {
    const KIND: &'static str = "sales.pay";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let payment = payments::load(&mut tx, self.payment).await?;
        payment.is_worked_on();
        let operation = payments::open_operation_of(&mut tx, payment.id, OperationKind::Charge).await?;
        drop(tx);
        match (payment.state, operation) {
            // It goes on when the customer is back from the bank's page.
            (PaymentState::Initiated, _) if payment.authentication_url.is_some() => Ok(Outcome::Done),
            (PaymentState::Initiated, None) => {
                // Nothing has been sent, and nothing will be: the customer tries again when the gateway is back.
                if may_call(caas).await?.is_some() {
                    return outcome::record(caas, payment.id, None, Answer::NeverMade).await;
                }
                let Some((payment, operation)) = write_down(caas, payment.id).await? else { return Ok(Outcome::Done) };
                failpoint::hit("car.payment.written");
                send(caas, payment, operation, Sending::First).await
            }
            (PaymentState::Pending | PaymentState::Unknown, Some(operation)) => match may_call(caas).await? {
                Some(at) => Ok(Outcome::Again(at)),
                None => ask_then_send(caas, payment, operation).await,
            },
            _ => Ok(Outcome::Done),
        }
    }
}

/// Whether the request goes out for the first time. Only then "not executed" means that no payment was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    First,
    Again,
}

/// Writes the request and its key down; only then is it sent. `None` when the payment was dropped meanwhile.
async fn write_down(caas: &Caas, id: PaymentId) -> Result<Option<(Payment, Operation)>> {
    let mut tx = caas.db.begin().await?;
    let mut payment = payments::load(&mut tx, id).await?;
    if payment.state != PaymentState::Initiated || payment.authentication_url.is_some() {
        return Ok(None);
    }
    let kind = OperationKind::Charge;
    let operation =
        payments::open_operation(caas, &mut tx, id, kind, payment.amount_cents, payment.payment_type.as_str()).await?;
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::Sent).await?;
    tx.commit().await?;
    Ok(Some((payment, operation)))
}

/// A request was written down, and its answer is not known: the gateway is asked by the key before anything is sent.
async fn ask_then_send(caas: &Caas, payment: Payment, operation: Operation) -> Result<Outcome, JobError> {
    let found = caas.gateway.find_by_key(&operation.idempotency_key).await;
    note_call(caas, found.as_ref().is_err_and(GatewayError::is_outage)).await?;
    let age = caas.now() - requested_at(caas, &operation).await?;
    match found {
        Ok(Some(known)) => understood(caas, payment, operation, Ok(known), Sending::Again).await,
        Ok(None) if age >= CERTAIN_AFTER => outcome::record(caas, payment.id, Some(operation), Answer::NeverMade).await,
        Ok(None) if age >= SEND_WITHIN => Ok(Outcome::Again(later(caas, &payment))),
        Ok(None) => send(caas, payment, operation, Sending::Again).await,
        Err(error) => Err(JobError::Outside(error.to_string())),
    }
}

async fn requested_at(caas: &Caas, operation: &Operation) -> Result<Timestamp> {
    let mut tx = caas.db.read().await?;
    let (at, _) = sql!(
        &mut tx,
        one(Timestamp, String),
        "SELECT requested_at, kind FROM payment_operations WHERE id = $1",
        operation.id
    )?;
    Ok(at)
}

fn later(caas: &Caas, payment: &Payment) -> Timestamp {
    let now = caas.now();
    now + ((now - payment.created_at) / 10).clamp(ASK_AGAIN.0, ASK_AGAIN.1)
}

async fn send(caas: &Caas, payment: Payment, operation: Operation, sending: Sending) -> Result<Outcome, JobError> {
    let mut tx = caas.db.read().await?;
    let order = orders::load(&mut tx, payment.car_order()?).await?;
    let method = methods::load(&mut tx, payment.payment_method_id).await?;
    drop(tx);
    let request = PaymentRequest {
        payment_type: payment.payment_type,
        amount: payment.amount(),
        manual_capture: false,
        customer_initiated: true,
        method_kind: method.kind,
        method_token: method.token,
        customer: payment.customer_id,
        order_id: order.id.to_string(),
        description: car_payment_names(payment.payment_type, &order.number).en,
        vin: None,
        service_code: None,
    };
    let result = caas.gateway.initiate(&request, &operation.idempotency_key).await;
    failpoint::hit("car.payment.answered");
    note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
    understood(caas, payment, operation, result, sending).await
}

/// What the gateway's answer means.
async fn understood(
    caas: &Caas,
    payment: Payment,
    operation: Operation,
    result: Result<GatewayPayment, GatewayError>,
    sending: Sending,
) -> Result<Outcome, JobError> {
    let answer = match result {
        Ok(known) => match known.status {
            GatewayStatus::Captured | GatewayStatus::PartiallyRefunded => Answer::Taken(known),
            // The bank has not decided, and the gateway does not tell: it is asked. Nothing is ever only held here.
            GatewayStatus::Initiated | GatewayStatus::Processing | GatewayStatus::Authorized => {
                return undecided(caas, payment, known).await;
            }
            GatewayStatus::Declined => match known.decline_reason {
                // Where to confirm is not told a second time: the customer begins anew.
                Some(DeclineReason::AuthenticationRequired) => Answer::NeverMade,
                reason => Answer::Declined(reason.unwrap_or(DeclineReason::DoNotHonor), Some(known.payment_id)),
            },
            // Ended at the gateway without a word of the bank: no money is with us.
            GatewayStatus::Cancelled | GatewayStatus::Expired | GatewayStatus::Refunded => Answer::NeverMade,
        },
        Err(GatewayError::Declined { reason: DeclineReason::AuthenticationRequired, authentication_url, .. }) => {
            authentication_url.map_or(Answer::NeverMade, Answer::AuthenticationNeeded)
        }
        Err(GatewayError::Declined { reason, payment_id, .. }) => Answer::Declined(reason, payment_id),
        // Our request was not understood, which is no decision of the bank's.
        Err(GatewayError::Refused { code }) => {
            tracing::warn!(payment = %payment.id, %code, "car_payment_refused");
            Answer::NeverMade
        }
        Err(GatewayError::Unavailable(_)) if sending == Sending::First => Answer::NeverMade,
        Err(error @ GatewayError::Unavailable(_)) => return Err(JobError::Outside(error.to_string())),
        Err(error @ GatewayError::NoAnswer(_)) => {
            if payment.state == PaymentState::Pending {
                return answer_lost(caas, payment.id).await;
            }
            return Err(JobError::Outside(error.to_string()));
        }
    };
    outcome::record(caas, payment.id, Some(operation), answer).await
}

/// The bank has not decided.
async fn undecided(caas: &Caas, payment: Payment, known: GatewayPayment) -> Result<Outcome, JobError> {
    let at = later(caas, &payment);
    if payment.gateway_payment_id.is_some() {
        return Ok(Outcome::Again(at));
    }
    let mut tx = caas.db.begin().await?;
    sql!(&mut tx, execute
        "UPDATE payments SET gateway_payment_id = $1, version = version + 1 WHERE id = $2", &known.payment_id, payment.id)?;
    crate::payments::service::announce(&mut tx, &payment);
    Ok(Outcome::AgainIn(at, tx))
}

/// The answer did not come: the payment may have been made.
async fn answer_lost(caas: &Caas, id: PaymentId) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    let mut payment = payments::load(&mut tx, id).await?;
    if payment.state != PaymentState::Pending {
        return Err(Failure::Conflict("payment").into());
    }
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::AnswerLost).await?;
    Ok(Outcome::AgainIn(later(caas, &payment), tx))
}
