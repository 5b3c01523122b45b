//! The requests that end a hold or give money back. Each is written down with its key before it is sent; a repeated run
//! asks the gateway first what has already happened.

use super::model::{OperationKind, PaymentEvent, PaymentState, Settlement};
use super::port::{GatewayError, GatewayPayment, GatewayStatus};
use super::repository::{self, Operation, Payment, Waiting};
use super::service::{GiveBack, apply, tell_refunded};
use crate::Caas;
use crate::breaker::{self, BreakerState, Permission, System};
use crate::kernel::error::Failure;
use crate::kernel::failpoint;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{Job, JobError, Outcome, Run};
use crate::kernel::money::{Cents, Money};
use crate::kernel::{Timestamp, error::Result};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long money may wait for a gateway that does not answer before a person is needed: weeks, not hours.
const PATIENCE: i64 = 2_000;

/// Whether the gateway may be called now; else when.
pub(crate) async fn may_call(caas: &Caas) -> Result<Option<Timestamp>> {
    let mut look = caas.db.read().await?;
    let (state, _) = breaker::state(&mut look, System::Payments).await?;
    drop(look);
    may_call_at(caas, state).await
}

/// The same for who has just read the breaker's state.
pub(crate) async fn may_call_at(caas: &Caas, state: BreakerState) -> Result<Option<Timestamp>> {
    if state == BreakerState::Closed {
        return Ok(None);
    }
    let mut tx = caas.db.begin().await?;
    let permission = breaker::ask(caas, &mut tx, System::Payments).await?;
    tx.commit().await?;
    Ok(match permission {
        Permission::Granted | Permission::Probe => None,
        Permission::Denied(at) => Some(at),
    })
}

/// Notes an answer or an outage for the gateway's breaker.
pub(crate) async fn note_call(caas: &Caas, outage: bool) -> Result<()> {
    if !outage {
        let mut look = caas.db.read().await?;
        let quiet = breaker::is_quiet(&mut look, System::Payments).await?;
        if quiet {
            return Ok(());
        }
    }
    let mut tx = caas.db.begin().await?;
    if outage {
        breaker::failed(caas, &mut tx, System::Payments).await?;
    } else {
        breaker::succeeded(caas, &mut tx, System::Payments).await?;
    }
    tx.commit().await
}

/// A payment with the open request of one kind, when there is still something to do.
async fn pending(caas: &Caas, id: PaymentId, kind: OperationKind) -> Result<Waiting> {
    repository::waiting(&mut caas.db.read().await?, id, kind).await
}

fn gateway_id(payment: &Payment) -> Result<&str> {
    payment.gateway_payment_id.as_deref().ok_or_else(|| Failure::Stored("a held payment has a gateway id".to_owned()))
}

/// Takes held money after the vehicle's confirmation.
#[derive(Serialize, Deserialize)]
pub struct CapturePayment {
    pub(super) payment: PaymentId,
}

impl Job for CapturePayment {
    const KIND: &'static str = "payments.capture";
    const MAX_ATTEMPTS: i64 = PATIENCE;

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        let Waiting { mut payment, operation, breaker } = pending(caas, self.payment, OperationKind::Capture).await?;
        let (PaymentState::HeldForActivation, Some(operation)) = (payment.state, operation) else {
            return Ok(Outcome::Done);
        };
        if let Some(at) = may_call_at(caas, breaker).await? {
            return Ok(Outcome::Again(at));
        }
        failpoint::hit("payment.capture.written");
        let id = gateway_id(&payment)?;
        let result = match already(caas, run, id).await? {
            Some(known) if known.status != GatewayStatus::Authorized => Ok(known),
            _ => caas.gateway.capture(id, payment.amount(), &operation.idempotency_key).await,
        };
        failpoint::hit("payment.capture.answered");
        note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
        let verdict = match result {
            Ok(known) => match known.status {
                GatewayStatus::Captured | GatewayStatus::PartiallyRefunded | GatewayStatus::Refunded => {
                    Verdict::Captured(known.captured)
                }
                GatewayStatus::Cancelled | GatewayStatus::Expired | GatewayStatus::Declined => {
                    Verdict::Lapsed("hold_expired".to_owned())
                }
                GatewayStatus::Initiated | GatewayStatus::Processing | GatewayStatus::Authorized => Verdict::Wait,
            },
            Err(GatewayError::Refused { code }) => match code.as_str() {
                // A repeated run asks first, and is told what was captured.
                "already_captured" => return Err(JobError::Outside(code)),
                "payment_processing" => Verdict::Wait,
                _ => Verdict::Lapsed(code),
            },
            Err(error) => return Err(JobError::Outside(error.to_string())),
        };
        // Not read again: had somebody written the payment meanwhile, it would be a conflict, and the job would run again.
        let mut tx = caas.db.begin().await?;
        match verdict {
            Verdict::Captured(amount) => {
                repository::close_operation(caas, &mut tx, operation.id, true, "CAPTURED").await?;
                payment.captured_cents = if amount == Cents::ZERO { operation.amount_cents } else { amount };
                payment.captured_at = Some(caas.now());
                payment.settlement = Settlement::Pending;
                apply(caas, &mut tx, &mut payment, PaymentEvent::Captured).await?;
                failpoint::hit("payment.capture.recorded");
            }
            Verdict::Lapsed(code) => {
                repository::close_operation(caas, &mut tx, operation.id, false, &code).await?;
                payment.settlement = Settlement::Absorbed;
                apply(caas, &mut tx, &mut payment, PaymentEvent::LapsedAfterDelivery).await?;
            }
            Verdict::Wait => return Ok(Outcome::Again(caas.now() + TimeDelta::seconds(60))),
        }
        Ok(Outcome::DoneIn(tx))
    }
}

enum Verdict {
    Captured(Cents),
    Lapsed(String),
    Wait,
}

/// On a repeated run: what the gateway knows of the payment, so that nothing is asked for twice.
async fn already(caas: &Caas, run: Run, gateway_payment_id: &str) -> Result<Option<GatewayPayment>, JobError> {
    if !run.is_repeat() {
        return Ok(None);
    }
    match caas.gateway.payment(gateway_payment_id).await {
        Ok(payment) => Ok(Some(payment)),
        Err(error) => {
            note_call(caas, error.is_outage()).await?;
            Err(JobError::Outside(error.to_string()))
        }
    }
}

/// Reverses a hold: the service was not delivered, or the customer cancelled before.
#[derive(Serialize, Deserialize)]
pub struct ReverseHold {
    pub(super) payment: PaymentId,
    pub(super) why: GiveBack,
}

impl Job for ReverseHold {
    const KIND: &'static str = "payments.reverse_hold";
    const MAX_ATTEMPTS: i64 = PATIENCE;

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        let Waiting { payment, operation, breaker } = pending(caas, self.payment, OperationKind::Cancel).await?;
        let (PaymentState::HeldForActivation, Some(operation)) = (payment.state, operation) else {
            return Ok(Outcome::Done);
        };
        if let Some(at) = may_call_at(caas, breaker).await? {
            return Ok(Outcome::Again(at));
        }
        failpoint::hit("payment.cancel.written");
        let id = gateway_id(&payment)?;
        let result = match already(caas, run, id).await? {
            Some(known) if known.status != GatewayStatus::Authorized => Ok(known),
            _ => caas.gateway.cancel(id, &operation.idempotency_key).await,
        };
        failpoint::hit("payment.cancel.answered");
        note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
        let answer = match result {
            Ok(known) => match known.status {
                GatewayStatus::Cancelled => "CANCELLED".to_owned(),
                GatewayStatus::Expired => "EXPIRED".to_owned(),
                GatewayStatus::Declined => "DECLINED".to_owned(),
                GatewayStatus::Refunded => "REFUNDED".to_owned(),
                GatewayStatus::Captured | GatewayStatus::PartiallyRefunded => {
                    self.refund_instead(caas, &payment, &operation, &known).await?
                }
                GatewayStatus::Initiated | GatewayStatus::Processing | GatewayStatus::Authorized => {
                    return Ok(Outcome::Again(caas.now() + TimeDelta::seconds(60)));
                }
            },
            Err(GatewayError::Refused { code }) if code == "already_cancelled" || code == "hold_expired" => code,
            // A repeated run asks first, finds it captured and gives it back.
            Err(error) => return Err(JobError::Outside(error.to_string())),
        };
        let mut tx = caas.db.begin().await?;
        let mut payment = repository::load(&mut tx, self.payment).await?;
        if payment.state != PaymentState::HeldForActivation {
            return Ok(Outcome::Done);
        }
        repository::close_operation(caas, &mut tx, operation.id, true, &answer).await?;
        let event = match self.why {
            GiveBack::NotDelivered => PaymentEvent::ReversedNotDelivered,
            GiveBack::Cancelled => PaymentEvent::ReversedByCustomer,
        };
        apply(caas, &mut tx, &mut payment, event).await?;
        failpoint::hit("payment.cancel.recorded");
        Ok(Outcome::DoneIn(tx))
    }
}

impl ReverseHold {
    /// The gateway has captured what was never to be captured: it is given back at once, and the net is zero.
    async fn refund_instead(
        &self,
        caas: &Caas,
        payment: &Payment,
        operation: &Operation,
        known: &GatewayPayment,
    ) -> Result<String, JobError> {
        let left = Money::new(known.captured - known.refunded, payment.currency);
        let key = format!("{}-refund", operation.idempotency_key);
        match caas.gateway.refund(&known.payment_id, left, "NOT_DELIVERED", &key).await {
            Ok(refund) => Ok(format!("REFUNDED {}", refund.refund_id)),
            Err(error) => Err(JobError::Outside(error.to_string())),
        }
    }
}

/// Gives captured money back in full.
#[derive(Serialize, Deserialize)]
pub struct RefundPayment {
    pub(super) payment: PaymentId,
}

impl Job for RefundPayment {
    const KIND: &'static str = "payments.refund";
    const MAX_ATTEMPTS: i64 = PATIENCE;

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        let Waiting { payment, operation, breaker } = pending(caas, self.payment, OperationKind::Refund).await?;
        let (PaymentState::Charged, Some(operation)) = (payment.state, operation) else {
            return Ok(Outcome::Done);
        };
        if let Some(at) = may_call_at(caas, breaker).await? {
            return Ok(Outcome::Again(at));
        }
        let id = gateway_id(&payment)?;
        let known = already(caas, run, id).await?;
        if !known.is_some_and(|known| known.status == GatewayStatus::Refunded) {
            let amount = Money::new(operation.amount_cents, payment.currency);
            failpoint::hit("payment.refund.written");
            let result = caas.gateway.refund(id, amount, &operation.reason, &operation.idempotency_key).await;
            failpoint::hit("payment.refund.answered");
            note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
            result.map_err(|error| JobError::Outside(error.to_string()))?;
        }
        let mut tx = caas.db.begin().await?;
        let mut payment = repository::load(&mut tx, self.payment).await?;
        if payment.state != PaymentState::Charged {
            return Ok(Outcome::Done);
        }
        repository::close_operation(caas, &mut tx, operation.id, true, "REFUNDED").await?;
        payment.refunded_cents = operation.amount_cents;
        apply(caas, &mut tx, &mut payment, PaymentEvent::Refunded).await?;
        tell_refunded(caas, &mut tx, &payment).await?;
        failpoint::hit("payment.refund.recorded");
        Ok(Outcome::DoneIn(tx))
    }
}
