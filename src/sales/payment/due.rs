//! The date by which the rest of the price is to be paid.

use super::begin::{ask_again, drop_unconfirmed, under_way};
use super::outcome::lose_if_overdue;
use super::{CarPayment, is_overdue, lock};
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{OrderId, PaymentId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::notifications::model::NoticeEvent;
use crate::sales::model::{OrderEvent, OrderStatus};
use crate::sales::notices::{Say, tell};
use crate::sales::orders::{Cause, Order, apply};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// When to look again at a payment that was under way when the customer was to be reminded.
const REMIND_AGAIN: TimeDelta = TimeDelta::hours(1);
/// When to look again at a payment that was under way at the due date.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// The car is at the dealership: asks the customer for the rest, with its date, and tells.
pub async fn request_final(caas: &Caas, tx: &mut Tx, order: &mut Order) -> Result<()> {
    let due = caas.now() + caas.policies.sale.final_payment_within;
    order.final_payment_due_at = Some(due);
    let data = serde_json::json!({ "amount": order.remainder(), "until": due });
    apply(caas, tx, order, OrderEvent::FinalPaymentRequested, Cause { actor: Actor::SYSTEM, data }).await?;
    let say = Say { what: "final-requested".to_owned(), amount: order.remainder(), ..Say::default() };
    tell(caas, tx, order, NoticeEvent::Arrived, say).await?;
    let (job, key) = (FinalPaymentDue { order: order.id }, format!("final-payment-due:{}", order.id));
    jobs::enqueue(caas, tx, &job, Enqueue::at(due).keyed(key)).await?;
    // With less time than that the request itself is the reminder.
    let remind_at = due - caas.policies.sale.final_payment_reminder;
    if remind_at <= caas.now() || remind_at >= due {
        return Ok(());
    }
    let (job, key) = (RemindFinalPayment { order: order.id }, format!("remind-final-payment:{}", order.id));
    jobs::enqueue(caas, tx, &job, Enqueue::at(remind_at).keyed(key)).await
}

/// Reminds the customer while there is still time. Who has paid hears nothing; whose bank has not answered yet, only if
/// it comes to nothing.
#[derive(Serialize, Deserialize)]
pub struct RemindFinalPayment {
    order: OrderId,
}

impl Job for RemindFinalPayment {
    const KIND: &'static str = "sales.remind_final_payment";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let order = lock(&mut tx, self.order).await?;
        if order.status != OrderStatus::AwaitingFinalPayment || is_overdue(caas, &order) {
            return Ok(Outcome::Done);
        }
        // What waits for the customer's own confirmation is not being paid until they confirm.
        let paying = under_way(&mut tx, &order, CarPayment::Final).await?;
        if paying.is_some_and(|payment| payment.authentication_url.is_none()) {
            return Ok(Outcome::Again(caas.now() + REMIND_AGAIN));
        }
        let say = Say { what: "final-reminder".to_owned(), amount: order.remainder(), ..Say::default() };
        tell(caas, &mut tx, &order, NoticeEvent::FinalPaymentReminder, say).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// The date has come. A payment that the customer began before it counts, and its end is waited for.
#[derive(Serialize, Deserialize)]
pub struct FinalPaymentDue {
    order: OrderId,
}

impl Job for FinalPaymentDue {
    const KIND: &'static str = "sales.final_payment_due";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let mut order = lock(&mut tx, self.order).await?;
        if order.status != OrderStatus::AwaitingFinalPayment {
            return Ok(Outcome::Done);
        }
        if let Some(due) = order.final_payment_due_at.filter(|_| !is_overdue(caas, &order)) {
            return Ok(Outcome::Again(due));
        }
        if let Some(payment) = under_way(&mut tx, &order, CarPayment::Final).await? {
            if payment.authentication_url.is_none() {
                return Ok(Outcome::Again(caas.now() + LOOK_AGAIN));
            }
            // Whether the customer has confirmed with the bank shows when it is asked once more: after that it is over.
            if !asked_since(&mut tx, payment.id, order.final_payment_due_at).await? {
                ask_again(caas, &mut tx, &payment).await?;
                return Ok(Outcome::AgainIn(caas.now() + LOOK_AGAIN, tx));
            }
            drop_unconfirmed(caas, &mut tx, payment).await?;
        }
        lose_if_overdue(caas, &mut tx, &mut order).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// Whether the gateway was asked for this payment since then.
async fn asked_since(tx: &mut Tx, payment: PaymentId, since: Option<Timestamp>) -> Result<bool> {
    let row = sql!(
        tx,
        optional(i64, String),
        "SELECT CAST(1 AS BIGINT), kind FROM payment_operations
         WHERE payment_id = $1 AND kind = 'CHARGE' AND requested_at >= $2 LIMIT 1",
        payment,
        since
    )?;
    Ok(row.is_some())
}
