//! Cancelling what is not delivered (rulebook §8): at any time; the hold is reversed, the tries stop.
//!
//! While bank or car are being asked nobody knows yet what there is to cancel. Then the wish is kept, the engine begins no
//! further attempt, and it is carried out by itself as soon as they have answered.

use super::service::tell;
use crate::Caas;
use crate::activation::aftermath;
use crate::activation::manual;
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::activation::repository::{self as activations, Activation, Cause, apply};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::notifications::model::NoticeEvent;
use crate::payments::model::PaymentState;
use crate::payments::repository as payments;
use crate::payments::service::{GiveBack, give_back};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How often it is looked whether a wish can be carried out: at first, and at most.
const LOOK_AGAIN: (TimeDelta, TimeDelta) = (TimeDelta::seconds(5), TimeDelta::minutes(5));

/// How a wish to cancel came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// Done; nothing is charged.
    Yes,
    /// The car or the bank is being asked at this moment: it is done by itself as soon as they have answered.
    AsSoonAsKnown,
    /// Too late: it is delivered or over.
    TooLate,
    /// No such order of this customer.
    NotFound,
}

/// Cancels an order that is not delivered yet.
pub async fn cancel(caas: &Caas, customer: UserId, id: ActivationId) -> Result<Cancelled> {
    let mut tx = caas.db.begin().await?;
    let Some(activation) = activations::of_customer(&mut tx, customer, id).await? else {
        return Ok(Cancelled::NotFound);
    };
    let outcome = try_cancel(caas, &mut tx, activation).await?;
    if outcome == Cancelled::AsSoonAsKnown {
        let mut activation = activations::load(&mut tx, id).await?;
        if activation.cancel_wanted_at.is_some() {
            return Ok(outcome);
        }
        wish(caas, &mut tx, &mut activation).await?;
    }
    tx.commit().await?;
    Ok(outcome)
}

/// Cancels it if that can be done now.
pub(super) async fn try_cancel(caas: &Caas, tx: &mut Tx, mut activation: Activation) -> Result<Cancelled> {
    match activation.state {
        ActivationState::ActivationQueued | ActivationState::RetryScheduled => {}
        ActivationState::PaymentPending if !bank_is_asked(tx, &activation).await? => {}
        ActivationState::AwaitingSupportResolution => return close(caas, tx, activation).await,
        ActivationState::EscalatedToSupport | ActivationState::ManualActivationAttempt => {
            return Ok(Cancelled::AsSoonAsKnown);
        }
        state if state.is_under_way() => return Ok(Cancelled::AsSoonAsKnown),
        _ => return Ok(Cancelled::TooLate),
    }
    activation.next_attempt_at = None;
    activation.delayed_since = None;
    let customer = Actor::customer(activation.customer_id);
    let cause = Cause { actor: customer, data: serde_json::json!({ "amount": activation.amount() }) };
    apply(caas, tx, &mut activation, ActivationEvent::CancelledByCustomer, cause).await?;
    aftermath::look_later(caas, tx, &activation).await?;
    if let Some(payment) = activation.payment_id {
        give_back(caas, tx, payment, GiveBack::Cancelled).await?;
    }
    tell(caas, tx, &activation, NoticeEvent::ServiceCancelled, None).await?;
    Ok(Cancelled::Yes)
}

/// Whether the bank has not answered yet.
async fn bank_is_asked(tx: &mut Tx, activation: &Activation) -> Result<bool> {
    let Some(payment) = activation.payment_id else { return Ok(false) };
    let payment = payments::load(tx, payment).await?;
    Ok(matches!(payment.state, PaymentState::Pending | PaymentState::Unknown))
}

/// The engine has given up and the money has gone back: the customer does not wait for support any longer.
async fn close(caas: &Caas, tx: &mut Tx, activation: Activation) -> Result<Cancelled> {
    // Cases are locked before activations everywhere.
    manual::not_wanted(caas, tx, &activation).await?;
    if manual::open_of(tx, activation.id).await?.is_some() {
        return Ok(Cancelled::AsSoonAsKnown);
    }
    let mut activation = activations::load(tx, activation.id).await?;
    if activation.state != ActivationState::AwaitingSupportResolution {
        return Ok(Cancelled::AsSoonAsKnown);
    }
    let customer = Actor::customer(activation.customer_id);
    let cause = Cause { actor: customer, data: serde_json::json!({ "cancelledByCustomer": true }) };
    apply(caas, tx, &mut activation, ActivationEvent::ClosedWithoutCharge, cause).await?;
    tell(caas, tx, &activation, NoticeEvent::ServiceCancelled, None).await?;
    Ok(Cancelled::Yes)
}

/// Keeps the wish.
async fn wish(caas: &Caas, tx: &mut Tx, activation: &mut Activation) -> Result<()> {
    activations::cancel_wanted(tx, activation, caas.now()).await?;
    let entry = Entry {
        vehicle: Some(activation.vehicle_id),
        data: serde_json::json!({ "service": activation.service_names.0 }),
        visible: true,
        ..Entry::new(
            Some(activation.customer_id),
            Actor::customer(activation.customer_id),
            EntryKind::CancellationWished,
            SubjectKind::Activation,
            activation.id.0,
        )
    };
    record(caas, tx, entry).await?;
    let when = Enqueue::at(caas.now() + LOOK_AGAIN.0).keyed(format!("cancel:{}", activation.id));
    jobs::enqueue(caas, tx, &CarryOutCancel { activation: activation.id }, when).await
}

/// Carries a wish to cancel out, as soon as bank and car have answered.
#[derive(Serialize, Deserialize)]
pub struct CarryOutCancel {
    activation: ActivationId,
}

impl Job for CarryOutCancel {
    const KIND: &'static str = "purchases.carry_out_cancel";
    const MAX_ATTEMPTS: i64 = 1_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let activation = activations::load(&mut tx, self.activation).await?;
        let Some(since) = activation.cancel_wanted_at else { return Ok(Outcome::Done) };
        match try_cancel(caas, &mut tx, activation).await? {
            Cancelled::Yes => Ok(Outcome::DoneIn(tx)),
            Cancelled::AsSoonAsKnown => Ok(Outcome::Again(look_again(caas.now(), since))),
            // Delivered meanwhile: its customer hears of that, and may withdraw. Or it has ended by itself.
            Cancelled::TooLate | Cancelled::NotFound => Ok(Outcome::Done),
        }
    }
}

fn look_again(now: Timestamp, since: Timestamp) -> Timestamp {
    now + ((now - since) / 10).clamp(LOOK_AGAIN.0, LOOK_AGAIN.1)
}
