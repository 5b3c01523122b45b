//! What the bank says of captured money, hours or days later.

use super::chargebacks;
use super::ledger::{self, Account, Movement};
use super::model::Settlement;
use super::repository::{self, Payment};
use super::service::{settle, subject_of, subject_of_invoices};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::money::Cents;
use crate::kernel::planted::{Bug, is_in};
use crate::notifications::model::NoticeEvent;
use crate::notifications::service::OF_SUBSCRIPTION;
use crate::notifications::{Notice, notify};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What a settlement message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The bank moved the money; the gateway kept these fees.
    Settled {
        /// What the gateway keeps.
        fees: Cents,
    },
    /// The bank did not.
    Failed,
    /// The customer's bank took it back.
    Chargeback {
        /// Its code of why, if it gave one.
        reason: Option<String>,
    },
}

/// How long after a failed settlement the customer may pay with another method before we bear the cost (rulebook §5).
const GRACE: TimeDelta = TimeDelta::days(14);

/// Applies a settlement message. `false` when no payment carries the reference. Repeats and late-comers change nothing.
pub async fn on_settlement(caas: &Caas, tx: &mut Tx, gateway_payment_id: &str, verdict: Verdict) -> Result<bool> {
    let Some(mut payment) = repository::find_by_gateway_id(tx, gateway_payment_id).await? else { return Ok(false) };
    match (payment.settlement, verdict) {
        (Settlement::None, _) => return Ok(false), // the answer to the capture is still on its way: tried again later
        (Settlement::Pending, Verdict::Settled { fees }) => {
            ledger::book_settlement(caas, tx, &payment, fees).await?;
            settle(caas, tx, &mut payment, Settlement::Settled).await?;
        }
        (Settlement::Pending, Verdict::Failed) => {
            settle(caas, tx, &mut payment, Settlement::Failed).await?;
            // The rule is about services. What a car's bank did not move stands open in the failure audit: people of
            // finance deal with it, nothing is given up by itself.
            if payment.order.is_none() {
                ask_for_another_method(caas, tx, &payment).await?;
                let job = AbsorbCost { payment: payment.id };
                jobs::enqueue(caas, tx, &job, Enqueue::at(caas.now() + GRACE).keyed(format!("absorb:{}", payment.id)))
                    .await?;
            }
        }
        (Settlement::Failed, Verdict::Settled { fees }) => {
            ledger::book_settlement(caas, tx, &payment, fees).await?;
            settle(caas, tx, &mut payment, Settlement::Settled).await?;
        }
        (Settlement::Settled, Verdict::Chargeback { reason }) => {
            ledger::book_loss(caas, tx, &payment, Movement::Chargeback, Account::Bank).await?;
            chargebacks::open(caas, tx, &payment, reason.as_deref()).await?;
            settle(caas, tx, &mut payment, Settlement::ChargedBack).await?;
        }
        (Settlement::ChargedBack, Verdict::Chargeback { .. }) if is_in(Bug::ChargebackBookedTwice) => {
            ledger::book_loss(caas, tx, &payment, Movement::Chargeback, Account::Bank).await?;
        }
        // A chargeback that overtakes the settlement it follows waits for it.
        (Settlement::Pending, Verdict::Chargeback { .. }) => return Ok(false),
        _ => {}
    }
    Ok(true)
}

/// Books that money came after all whose loss we had borne already. Messages never do that: a person of finance decides
/// it, by what the settlement report says. `false` when the payment is not one of those.
pub(crate) async fn recover(caas: &Caas, tx: &mut Tx, gateway_payment_id: &str, fees: Cents) -> Result<bool> {
    let Some(mut payment) = repository::find_by_gateway_id(tx, gateway_payment_id).await? else { return Ok(false) };
    if payment.settlement != Settlement::Absorbed || payment.captured_cents == Cents::ZERO {
        return Ok(false);
    }
    ledger::book_recovery(caas, tx, &payment, fees).await?;
    settle(caas, tx, &mut payment, Settlement::Settled).await?;
    Ok(true)
}

/// The one friendly request (rulebook §5), of a service's payment and of a subscription's alike.
async fn ask_for_another_method(caas: &Caas, tx: &mut Tx, payment: &Payment) -> Result<()> {
    let (subject, of_subscription) = match payment.activation {
        Some(activation) => (Some(subject_of(tx, activation).await?), false),
        None => (subject_of_invoices(tx, payment).await?, true),
    };
    let Some((names, vehicle)) = subject else { return Ok(()) };
    let notice = Notice {
        service: names,
        vehicle,
        amount: Some(payment.amount()),
        reason: of_subscription.then(|| OF_SUBSCRIPTION.to_owned()),
        ..Notice::about(
            payment.customer_id,
            NoticeEvent::SettlementFailed,
            payment.id.to_string(),
            "/cuenta/metodos-de-pago",
        )
    };
    notify(caas, tx, &notice).await
}

/// The money of a delivered service has not come: we bear the cost. The service stays.
#[derive(Serialize, Deserialize)]
pub struct AbsorbCost {
    payment: PaymentId,
}

impl Job for AbsorbCost {
    const KIND: &'static str = "payments.absorb_cost";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let mut payment = repository::load(&mut tx, self.payment).await?;
        if payment.settlement != Settlement::Failed {
            return Ok(Outcome::Done);
        }
        ledger::book_loss(caas, &mut tx, &payment, Movement::Absorb, Account::GatewayReceivable).await?;
        settle(caas, &mut tx, &mut payment, Settlement::Absorbed).await?;
        Ok(Outcome::DoneIn(tx))
    }
}
