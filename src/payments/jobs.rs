//! The requests that end a hold or give money back. Each is written down with its key before it is sent; a repeated run
//! asks the gateway first what has already happened.

use super::model::{OperationKind, PaymentEvent, PaymentState, Settlement};
use super::port::{GatewayError, GatewayPayment, GatewayStatus};
use super::refunds::{self, WITHDRAWAL};
use super::repository::{self, Operation, Payment, Waiting};
use super::service::{GiveBack, announce, apply, tell_refunded};
use crate::Caas;
use crate::breaker::{self, BreakerState, Permission, System};
use crate::kernel::database::Tx;
use crate::kernel::error::Failure;
use crate::kernel::failpoint;
use crate::kernel::ids::{OperationId, PaymentId};
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

/// The same for who has read before the call whether its success is nothing to note. Failures counted during the call are
/// left to the next success: which of the two came first nobody can tell.
pub(crate) async fn note_call_unless_quiet(caas: &Caas, is_quiet: bool, outage: bool) -> Result<()> {
    if is_quiet && !outage { Ok(()) } else { note_call(caas, outage).await }
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
        let Waiting { mut payment, operation, breaker, is_quiet } =
            pending(caas, self.payment, OperationKind::Capture).await?;
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
        note_call_unless_quiet(caas, is_quiet, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
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
        let Waiting { payment, operation, breaker, is_quiet } =
            pending(caas, self.payment, OperationKind::Cancel).await?;
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
        note_call_unless_quiet(caas, is_quiet, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
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

/// Gives captured money back: one request, all of it or a part.
#[derive(Serialize, Deserialize)]
pub struct RefundPayment {
    pub(super) payment: PaymentId,
    /// The request. Jobs written before there could be several name none: the oldest.
    #[serde(default)]
    pub(super) operation: Option<OperationId>,
}

/// Whether money can be given back.
enum Taken {
    /// It was taken.
    Yes,
    /// The capture, or the bank's word on it, is still on its way.
    NotYet(TimeDelta),
    /// There is nothing to give back, and why.
    Nothing(&'static str),
}

impl Taken {
    fn of(payment: &Payment, operation: &Operation) -> Taken {
        match (payment.state, payment.settlement) {
            (PaymentState::Charged, _) if operation.reason != WITHDRAWAL => Taken::Yes,
            // The bank has not moved the money: there is nothing of the customer's to give back, unless it does so yet.
            (PaymentState::Charged, Settlement::Failed) => Taken::NotYet(TimeDelta::hours(6)),
            (PaymentState::Charged, Settlement::Absorbed) => Taken::Nothing("NEVER_MOVED"),
            (PaymentState::Charged, Settlement::ChargedBack) => Taken::Nothing("CHARGED_BACK"),
            (PaymentState::Charged, _) => Taken::Yes,
            (
                PaymentState::Initiated
                | PaymentState::Pending
                | PaymentState::Unknown
                | PaymentState::HeldForActivation,
                _,
            ) => Taken::NotYet(TimeDelta::seconds(60)),
            (PaymentState::Refunded, _) => Taken::Nothing("REFUNDED_BEFORE"),
            (PaymentState::Cancelled | PaymentState::FailedNoCharge | PaymentState::Rejected, _) => {
                Taken::Nothing("NEVER_CAPTURED")
            }
        }
    }
}

impl RefundPayment {
    async fn read(&self, tx: &mut Tx) -> Result<(Payment, Option<Operation>)> {
        let payment = repository::load(tx, self.payment).await?;
        let operation = match self.operation {
            Some(id) => repository::requested(tx, id).await?,
            None => repository::open_operation_of(tx, self.payment, OperationKind::Refund).await?,
        };
        Ok((payment, operation))
    }
}

impl Job for RefundPayment {
    const KIND: &'static str = "payments.refund";
    const MAX_ATTEMPTS: i64 = PATIENCE;

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let (payment, operation) = self.read(&mut tx).await?;
        drop(tx);
        let Some(operation) = operation else { return Ok(Outcome::Done) };
        match Taken::of(&payment, &operation) {
            Taken::Yes => {}
            Taken::NotYet(wait) => return Ok(Outcome::Again(caas.now() + wait)),
            Taken::Nothing(code) => {
                let mut tx = caas.db.begin().await?;
                repository::close_operation(caas, &mut tx, operation.id, false, code).await?;
                refunds::settled(caas, &mut tx, operation.id).await?;
                announce(&mut tx, &payment);
                return Ok(Outcome::DoneIn(tx));
            }
        }
        if let Some(at) = may_call(caas).await? {
            return Ok(Outcome::Again(at));
        }
        let id = gateway_id(&payment)?;
        let known = already(caas, run, id).await?;
        let back = payment.refunded_cents + operation.amount_cents;
        if known.is_none_or(|known| known.refunded < back) {
            let amount = Money::new(operation.amount_cents, payment.currency);
            failpoint::hit("payment.refund.written");
            let result = caas.gateway.refund(id, amount, &operation.reason, &operation.idempotency_key).await;
            failpoint::hit("payment.refund.answered");
            note_call(caas, result.as_ref().is_err_and(GatewayError::is_outage)).await?;
            result.map_err(|error| JobError::Outside(error.to_string()))?;
        }
        let mut tx = caas.db.begin().await?;
        let (mut payment, Some(operation)) = self.read(&mut tx).await? else { return Ok(Outcome::Done) };
        if payment.state != PaymentState::Charged {
            return Ok(Outcome::Done);
        }
        repository::close_operation(caas, &mut tx, operation.id, true, "REFUNDED").await?;
        payment.refunded_cents = payment.refunded_cents + operation.amount_cents;
        let whole = payment.refunded_cents >= payment.captured_cents;
        let event = if whole { PaymentEvent::Refunded } else { PaymentEvent::PartlyRefunded };
        apply(caas, &mut tx, &mut payment, event).await?;
        refunds::settled(caas, &mut tx, operation.id).await?;
        tell_refunded(caas, &mut tx, &payment, &operation).await?;
        failpoint::hit("payment.refund.recorded");
        Ok(Outcome::DoneIn(tx))
    }
}
