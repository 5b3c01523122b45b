//! Asking the gateway for the money of an invoice or a debt: at once, without a hold.
//!
//! [`Charge`] takes one payment and never loses sight of it. [`ChargeMany`] is the quick way for a night's many: it writes
//! the requests of some dozen payments down in one transaction, sends them, and writes the answers down in another; whatever
//! does not go smoothly there becomes a [`Charge`].

use super::outcome::{self, Answer};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::payments::jobs::{may_call, note_call};
use crate::payments::methods;
use crate::payments::model::{DeclineReason, OperationKind, PaymentEvent, PaymentState};
use crate::payments::port::{GatewayError, GatewayPayment, GatewayStatus, PaymentRequest};
use crate::payments::repository::{self as payments, Operation, Payment};
use crate::payments::service::apply as apply_payment;
use chrono::TimeDelta;
use futures::StreamExt as _;
use futures::stream;
use serde::{Deserialize, Serialize};

/// How long after it was written down a request may still be sent with the same key. The gateway knows keys for a day; a
/// customer at the page is not to be surprised later.
const SEND_WITHIN: (TimeDelta, TimeDelta) = (TimeDelta::hours(12), TimeDelta::minutes(10));
/// This much later the gateway's "no payment with this key" is final: whatever was sent has long arrived.
const CERTAIN_AFTER: TimeDelta = TimeDelta::minutes(10);
/// How long to wait before a gateway that has not decided is asked again: at first, and at most. A transfer takes days.
const ASK_AGAIN: (TimeDelta, TimeDelta) = (TimeDelta::seconds(5), TimeDelta::hours(1));
/// How many requests of one batch are under way at the same time.
const AT_A_TIME: usize = 8;

/// Takes one payment.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Charge {
    payment: PaymentId,
}

impl Charge {
    /// Adds the job in the caller's transaction.
    pub(super) async fn enqueue(caas: &Caas, tx: &mut Tx, payment: PaymentId, at: Timestamp) -> Result<()> {
        jobs::enqueue_or_move(caas, tx, &Charge { payment }, &format!("charge:{payment}"), at).await
    }
}

impl Job for Charge {
    const KIND: &'static str = "subscriptions.charge";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let payment = payments::load(&mut tx, self.payment).await?;
        let operation = payments::open_operation_of(&mut tx, payment.id, OperationKind::Charge).await?;
        drop(tx);
        match (payment.state, operation) {
            // It goes on when the customer is back from the bank's page.
            (PaymentState::Initiated, _) if payment.authentication_url.is_some() => Ok(Outcome::Done),
            (PaymentState::Initiated, None) => {
                if let Some(at) = may_call(caas).await? {
                    // Somebody who waits at the page is told, and tries again; by ourselves we wait.
                    if payment.form_key.is_some() {
                        return record(caas, payment.id, None, Answer::NeverMade).await;
                    }
                    return Ok(Outcome::Again(at));
                }
                let mut tx = caas.db.begin().await?;
                let Some((payment, operation)) = write_down(caas, &mut tx, payment.id).await? else {
                    return Ok(Outcome::Done);
                };
                tx.commit().await?;
                failpoint::hit("subscription.charge.written");
                let result = send(caas, &payment, &operation).await?;
                failpoint::hit("subscription.charge.answered");
                note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
                settle(caas, payment, operation, result, true).await
            }
            (PaymentState::Pending | PaymentState::Unknown, Some(operation)) => match may_call(caas).await? {
                Some(at) => Ok(Outcome::Again(at)),
                None => ask_then_send(caas, payment, operation).await,
            },
            _ => Ok(Outcome::Done),
        }
    }
}

/// Takes a night's payments, some dozen at a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChargeMany {
    payments: Vec<PaymentId>,
}

impl ChargeMany {
    /// Adds the job in the caller's transaction.
    pub(super) async fn enqueue(caas: &Caas, tx: &mut Tx, payments: Vec<PaymentId>) -> Result<()> {
        if payments.is_empty() {
            return Ok(());
        }
        jobs::enqueue(caas, tx, &ChargeMany { payments }, Enqueue::now()).await
    }
}

impl Job for ChargeMany {
    const KIND: &'static str = "subscriptions.charge_many";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        if run.is_repeat() {
            let mut tx = caas.db.begin().await?;
            for payment in self.payments {
                Charge::enqueue(caas, &mut tx, payment, caas.now()).await?;
            }
            return Ok(Outcome::DoneIn(tx));
        }
        if let Some(at) = may_call(caas).await? {
            return Ok(Outcome::Again(at));
        }
        let mut written = Vec::new();
        let mut tx = caas.db.begin().await?;
        for id in self.payments {
            written.extend(write_down(caas, &mut tx, id).await?);
        }
        tx.commit().await?;
        failpoint::hit("subscription.charges.written");
        let answers: Vec<_> = stream::iter(written)
            .map(|(payment, operation)| async move {
                let result = send(caas, &payment, &operation).await;
                (payment, operation, result)
            })
            .buffer_unordered(AT_A_TIME)
            .collect()
            .await;
        failpoint::hit("subscription.charges.answered");
        let mut settled = Vec::new();
        for (payment, operation, result) in answers {
            let result = result?;
            note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
            let meaning = understood(&payment, result, true);
            settled.push((payment, operation, meaning));
        }
        // The same order in every batch, so that two of them never wait for each other.
        settled.sort_by_key(|(payment, ..)| payment.id);
        let mut tx = caas.db.begin().await?;
        for (payment, operation, meaning) in settled {
            match meaning {
                Meaning::Answer(answer) => {
                    outcome::record(caas, &mut tx, payment.id, Some(operation), answer).await?;
                }
                // Asked by its key, with patience.
                Meaning::Undecided(_) | Meaning::Lost | Meaning::NotNow(_) => {
                    Charge::enqueue(caas, &mut tx, payment.id, caas.now() + ASK_AGAIN.0).await?;
                }
            }
        }
        Ok(Outcome::DoneIn(tx))
    }
}

/// Writes the request and its key down; only then is it sent. `None` when the payment was dropped meanwhile.
async fn write_down(caas: &Caas, tx: &mut Tx, id: PaymentId) -> Result<Option<(Payment, Operation)>> {
    let mut payment = payments::load(tx, id).await?;
    if payment.state != PaymentState::Initiated || payment.authentication_url.is_some() {
        return Ok(None);
    }
    let kind = OperationKind::Charge;
    let reason = payment.payment_type.as_str();
    let operation = payments::open_operation(caas, tx, id, kind, payment.amount_cents, reason).await?;
    apply_payment(caas, tx, &mut payment, PaymentEvent::Sent).await?;
    Ok(Some((payment, operation)))
}

/// A request was written down, and its answer is not known: the gateway is asked by the key before anything is sent.
async fn ask_then_send(caas: &Caas, payment: Payment, operation: Operation) -> Result<Outcome, JobError> {
    let found = caas.gateway.find_by_key(&operation.idempotency_key).await;
    note_call(caas, found.as_ref().is_err_and(GatewayError::is_outage)).await?;
    let mut tx = caas.db.read().await?;
    let (requested_at, _) = sql!(
        &mut tx,
        one(Timestamp, String),
        "SELECT requested_at, kind FROM payment_operations WHERE id = $1",
        operation.id
    )?;
    drop(tx);
    let age = caas.now() - requested_at;
    let send_within = if payment.form_key.is_some() { SEND_WITHIN.1 } else { SEND_WITHIN.0 };
    match found {
        Ok(Some(known)) => settle(caas, payment, operation, Ok(known), false).await,
        Ok(None) if age >= send_within + CERTAIN_AFTER => {
            record(caas, payment.id, Some(operation), Answer::NeverMade).await
        }
        Ok(None) if age >= send_within => Ok(Outcome::Again(later(caas, &payment))),
        Ok(None) => {
            let result = send(caas, &payment, &operation).await?;
            note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
            settle(caas, payment, operation, result, false).await
        }
        Err(error) => Err(JobError::Outside(error.to_string())),
    }
}

fn later(caas: &Caas, payment: &Payment) -> Timestamp {
    let now = caas.now();
    now + ((now - payment.created_at) / 10).clamp(ASK_AGAIN.0, ASK_AGAIN.1)
}

/// Sends a request that has been written down.
async fn send(
    caas: &Caas,
    payment: &Payment,
    operation: &Operation,
) -> Result<std::result::Result<GatewayPayment, GatewayError>> {
    let mut tx = caas.db.read().await?;
    let method = methods::load(&mut tx, payment.payment_method_id).await?;
    let about = sql!(
        &mut tx,
        optional(String, String, String),
        "SELECT i.number, v.vin, s.code FROM invoices i JOIN vehicles v ON v.id = i.vehicle_id
         JOIN subscriptions n ON n.id = i.subscription_id JOIN services s ON s.id = n.service_id
         WHERE i.id = $1 OR i.debt_id = $2 ORDER BY i.period_start LIMIT 1",
        payment.invoice,
        payment.debt
    )?;
    drop(tx);
    let (number, vin, service_code) = about.ok_or_else(|| Failure::Stored("a payment for no invoice".to_owned()))?;
    let reference = match (payment.invoice, payment.debt) {
        (Some(invoice), _) => invoice.to_string(),
        (None, Some(debt)) => debt.to_string(),
        (None, None) => payment.id.to_string(),
    };
    let request = PaymentRequest {
        payment_type: payment.payment_type,
        amount: payment.amount(),
        manual_capture: false,
        customer_initiated: payment.form_key.is_some(),
        method_kind: method.kind,
        method_token: method.token,
        customer: payment.customer_id,
        order_id: reference,
        description: if payment.debt.is_some() {
            "Unpaid subscription".to_owned()
        } else {
            format!("Invoice {number}")
        },
        vin: Some(vin),
        service_code: Some(service_code),
    };
    Ok(caas.gateway.initiate(&request, &operation.idempotency_key).await)
}

/// What the gateway's answer means.
enum Meaning {
    /// It has decided.
    Answer(Answer),
    /// The bank has not decided, and the gateway does not tell: it is asked.
    Undecided(GatewayPayment),
    /// The answer did not come: the payment may have been made.
    Lost,
    /// Not executed for certain: sent again later, with the same key.
    NotNow(String),
}

fn understood(payment: &Payment, result: Result<GatewayPayment, GatewayError>, first: bool) -> Meaning {
    let at_the_page = payment.form_key.is_some();
    Meaning::Answer(match result {
        Ok(known) => match known.status {
            GatewayStatus::Captured | GatewayStatus::PartiallyRefunded => Answer::Taken(known),
            GatewayStatus::Initiated | GatewayStatus::Processing | GatewayStatus::Authorized => {
                return Meaning::Undecided(known);
            }
            GatewayStatus::Declined => match known.decline_reason {
                // Where to confirm is not told a second time: the customer begins anew.
                Some(DeclineReason::AuthenticationRequired) if at_the_page => Answer::NeverMade,
                reason => Answer::Declined(reason.unwrap_or(DeclineReason::DoNotHonor), Some(known.payment_id)),
            },
            // Ended at the gateway without a word of the bank: no money is with us.
            GatewayStatus::Cancelled | GatewayStatus::Expired | GatewayStatus::Refunded => Answer::NeverMade,
        },
        Err(GatewayError::Declined {
            reason: DeclineReason::AuthenticationRequired,
            authentication_url: Some(url),
            ..
        }) => Answer::AuthenticationNeeded(url),
        Err(GatewayError::Declined { reason, payment_id, .. }) => Answer::Declined(reason, payment_id),
        // Our request was not understood, which is no decision of the bank's.
        Err(GatewayError::Refused { code }) => {
            tracing::warn!(payment = %payment.id, %code, "subscription_charge_refused");
            Answer::NeverMade
        }
        Err(GatewayError::Unavailable(_)) if first && at_the_page => Answer::NeverMade,
        Err(error @ GatewayError::Unavailable(_)) => return Meaning::NotNow(error.to_string()),
        Err(GatewayError::NoAnswer(_)) if payment.state == PaymentState::Pending => return Meaning::Lost,
        Err(error @ GatewayError::NoAnswer(_)) => return Meaning::NotNow(error.to_string()),
    })
}

async fn settle(
    caas: &Caas,
    payment: Payment,
    operation: Operation,
    result: Result<GatewayPayment, GatewayError>,
    first: bool,
) -> Result<Outcome, JobError> {
    match understood(&payment, result, first) {
        Meaning::Answer(answer) => record(caas, payment.id, Some(operation), answer).await,
        Meaning::Undecided(known) => undecided(caas, payment, known).await,
        Meaning::Lost => answer_lost(caas, payment.id).await,
        Meaning::NotNow(error) => Err(JobError::Outside(error)),
    }
}

async fn record(caas: &Caas, id: PaymentId, operation: Option<Operation>, answer: Answer) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    outcome::record(caas, &mut tx, id, operation, answer).await?;
    failpoint::hit("subscription.charge.recorded");
    Ok(Outcome::DoneIn(tx))
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
    Ok(Outcome::AgainIn(at, tx))
}

async fn answer_lost(caas: &Caas, id: PaymentId) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    let mut payment = payments::load(&mut tx, id).await?;
    if payment.state != PaymentState::Pending {
        return Err(Failure::Conflict("payment").into());
    }
    apply_payment(caas, &mut tx, &mut payment, PaymentEvent::AnswerLost).await?;
    Ok(Outcome::AgainIn(later(caas, &payment), tx))
}
