//! Charging what is billed, and what happens when that fails: the dunning calendar (rulebook §7).
//!
//! Invoices are charged one at a time, the oldest first. The calendar's dates are known from the first failure on: a try
//! every interval, and the end. What failed on our side or the gateway's is no failure of the customer's and moves it.

use super::charge::Charge;
use super::invoices::{self, Invoice};
use super::model::{
    DunningStep, InvoiceId, PayRefusal, SubscriptionEvent, SubscriptionId, SubscriptionStatus, TryNewMethod,
};
use super::repository::{self as store, Subscription};
use super::rules::{calendar_if_failed, dunning_calendar};
use super::{debts, told};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{PaymentId, PaymentMethodId, UserId};
use crate::kernel::jobs::{self, Job, JobError, Outcome, Run};
use crate::payments::methods;
use crate::payments::model::{DeclineReason, PaymentEvent, PaymentState};
use crate::payments::repository::{self as payments, Payment};
use crate::payments::service::{NewPayment, PaymentFor, apply as apply_payment, open};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// When a charge that was never made is made out anew, and how often a payment under way is looked after.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// The next step of a subscription's dunning calendar is due, or a charge is to be made out anew.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Collect {
    subscription: SubscriptionId,
}

impl Collect {
    async fn enqueue(caas: &Caas, tx: &mut Tx, subscription: SubscriptionId, at: Timestamp) -> Result<()> {
        jobs::enqueue_or_move(caas, tx, &Collect { subscription }, &format!("collect:{subscription}"), at).await
    }
}

impl Job for Collect {
    const KIND: &'static str = "subscriptions.collect";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        let mut s = store::lock(&mut tx, self.subscription).await?;
        let Some(invoice) = invoices::unpaid(&mut tx, s.id).await?.into_iter().next() else {
            return Ok(Outcome::Done);
        };
        let (Some(due), Some(ends_at)) = (s.next_charge_at, s.dunning_ends_at) else {
            charge_oldest(caas, &mut tx, &mut s).await?;
            // Without any way to pay that has begun the calendar, which this job goes on with.
            return Ok(match s.next_charge_at {
                Some(at) => Outcome::AgainIn(at, tx),
                None => Outcome::DoneIn(tx),
            });
        };
        if due > now {
            return Ok(Outcome::Again(due));
        }
        if under_way(&mut tx, invoice.id).await?.is_some_and(|payment| payment.authentication_url.is_none()) {
            return Ok(Outcome::Again(now + LOOK_AGAIN));
        }
        // After a downtime the rest of the calendar keeps its distances.
        let is_last = due >= ends_at;
        let ends_at = ends_at + (now - due);
        s.dunning_ends_at = Some(ends_at);
        s.next_charge_at = Some(if is_last { now } else { (now + caas.policies.dunning.interval).min(ends_at) });
        match usable_method(&mut tx, &s).await? {
            Some(method) => {
                store::save(caas, &mut tx, &mut s).await?;
                begin(caas, &mut tx, &invoice, method, None).await?;
            }
            None if is_last => debts::give_up(caas, &mut tx, &mut s).await?,
            None => store::save(caas, &mut tx, &mut s).await?,
        }
        match s.next_charge_at {
            // The last try is under way, and its failure ends the calendar; should it never be made, it is looked after.
            Some(at) => Ok(Outcome::AgainIn(if at > now { at } else { now + LOOK_AGAIN }, tx)),
            None => Ok(Outcome::DoneIn(tx)),
        }
    }
}

impl Job for TryNewMethod {
    const KIND: &'static str = "subscriptions.try_new_method";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let dunned = sql!(
            &mut tx,
            all(SubscriptionId, i64),
            "SELECT id, version FROM subscriptions WHERE customer_id = $1 AND next_charge_at IS NOT NULL ORDER BY id",
            self.customer
        )?;
        for (id, _) in dunned {
            let s = store::lock(&mut tx, id).await?;
            let Some(invoice) = invoices::unpaid(&mut tx, s.id).await?.into_iter().next() else { continue };
            let Some(method) = usable_method(&mut tx, &s).await? else { continue };
            // What is being asked of the bank is waited for.
            if under_way(&mut tx, invoice.id).await?.is_none_or(|payment| payment.authentication_url.is_some()) {
                begin(caas, &mut tx, &invoice, method, None).await?;
            }
        }
        Ok(Outcome::DoneIn(tx))
    }
}

/// The steps of the calendar still to come; none when nothing has failed.
pub async fn calendar(caas: &Caas, tx: &mut Tx, s: &Subscription) -> Result<Vec<DunningStep>> {
    let (Some(next), Some(ends_at)) = (s.next_charge_at, s.dunning_ends_at) else { return Ok(Vec::new()) };
    let no_method = usable_method(tx, s).await?.is_none();
    Ok(dunning_calendar(caas.policies.dunning, next, ends_at, no_method))
}

/// What would follow if the charge at the end of the period failed. None once the subscription has ended.
pub fn calendar_in_advance(caas: &Caas, s: &Subscription) -> Vec<DunningStep> {
    s.next_billing_at.map(|at| calendar_if_failed(caas.policies.dunning, at)).unwrap_or_default()
}

/// The way to pay that is charged by itself: the preferred one, unless the bank refused it for good.
async fn usable_method(tx: &mut Tx, s: &Subscription) -> Result<Option<PaymentMethodId>> {
    let preferred = methods::list(tx, s.customer_id).await?.into_iter().next().map(|method| method.id);
    Ok(preferred.filter(|id| Some(*id) != s.refused_method_id))
}

/// The payment of an invoice that is not over.
pub(super) async fn under_way(tx: &mut Tx, invoice: InvoiceId) -> Result<Option<Payment>> {
    let all = payments::of_invoice_or_debt(tx, Some(invoice), None).await?;
    Ok(all.into_iter().find(|payment| !payment.state.is_over()))
}

/// Makes out a payment for an invoice and has it charged. One that waits for the customer's confirmation is dropped: nothing
/// was taken by it, and nothing can be.
async fn begin(
    caas: &Caas,
    tx: &mut Tx,
    invoice: &Invoice,
    method: PaymentMethodId,
    form_key: Option<String>,
) -> Result<PaymentId> {
    let payment = make_out(caas, tx, invoice, method, form_key).await?;
    Charge::enqueue(caas, tx, payment, caas.now()).await?;
    Ok(payment)
}

async fn make_out(
    caas: &Caas,
    tx: &mut Tx,
    invoice: &Invoice,
    method: PaymentMethodId,
    form_key: Option<String>,
) -> Result<PaymentId> {
    drop_unconfirmed(caas, tx, invoice.id).await?;
    let new = NewPayment {
        purpose: PaymentFor::Invoice { invoice: invoice.id, form_key },
        customer: invoice.customer_id,
        method,
        amount: invoice.gross(),
        vat_rate_basis_points: invoice.vat_rate_basis_points,
    };
    open(caas, tx, &new).await
}

/// Ends a payment that waits for the customer's confirmation.
pub(super) async fn drop_unconfirmed(caas: &Caas, tx: &mut Tx, invoice: InvoiceId) -> Result<()> {
    if let Some(mut payment) = under_way(tx, invoice).await?.filter(|payment| payment.authentication_url.is_some()) {
        payment.authentication_url = None;
        apply_payment(caas, tx, &mut payment, PaymentEvent::Abandoned).await?;
    }
    Ok(())
}

/// Makes out the payment for the oldest unpaid invoice, for whoever sends it. Nothing while the calendar of an earlier one
/// runs or a payment is under way; without any way to pay that is a charge that failed.
pub(super) async fn make_out_oldest(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<Option<PaymentId>> {
    if s.is_dunned() {
        return Ok(None);
    }
    let Some(invoice) = invoices::unpaid(tx, s.id).await?.into_iter().next() else { return Ok(None) };
    if under_way(tx, invoice.id).await?.is_some() {
        return Ok(None);
    }
    match usable_method(tx, s).await? {
        Some(method) => make_out(caas, tx, &invoice, method, None).await.map(Some),
        None => {
            failed(caas, tx, s, None, DeclineReason::InvalidMethod).await?;
            Ok(None)
        }
    }
}

/// The same, and has it charged.
pub(super) async fn charge_oldest(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<()> {
    if let Some(payment) = make_out_oldest(caas, tx, s).await? {
        Charge::enqueue(caas, tx, payment, caas.now()).await?;
    }
    Ok(())
}

/// A charge failed: the calendar begins, goes on, or has come to its end.
pub(super) async fn failed(
    caas: &Caas,
    tx: &mut Tx,
    s: &mut Subscription,
    payment: Option<&Payment>,
    reason: DeclineReason,
) -> Result<()> {
    let (now, policy) = (caas.now(), caas.policies.dunning);
    s.failures += 1;
    if let Some(payment) = payment.filter(|_| reason.is_hard()) {
        s.refused_method_id = Some(payment.payment_method_id);
    }
    let ends_at = s.dunning_ends_at.unwrap_or(now + policy.span());
    // What the customer tried beside the calendar does not shorten it.
    let by_itself = payment.is_none_or(|payment| payment.form_key.is_none());
    if by_itself && now >= ends_at {
        return debts::give_up(caas, tx, s).await;
    }
    let next = s.next_charge_at.unwrap_or((now + policy.interval).min(ends_at));
    (s.dunning_ends_at, s.next_charge_at) = (Some(ends_at), Some(next));
    let data = serde_json::json!({ "reason": reason, "failures": s.failures, "next": next, "ends": ends_at });
    if s.status == SubscriptionStatus::Cancelled {
        store::save(caas, tx, s).await?;
        let step = (Some(s.status), s.status);
        store::note(caas, tx, s, EntryKind::SubscriptionPayment, Actor::SYSTEM, step, data, true).await?;
    } else {
        store::apply(caas, tx, s, SubscriptionEvent::ChargeFailed, Actor::SYSTEM, data).await?;
    }
    Collect::enqueue(caas, tx, s.id, next).await?;
    let tried_again = usable_method(tx, s).await?.is_some();
    told::charge_failed(caas, tx, s, reason, tried_again).await
}

/// The gateway never made a payment: no failure of the customer's. It is made out anew before long.
pub(super) async fn not_made(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<()> {
    let again = caas.now() + LOOK_AGAIN;
    if let Some(ends_at) = s.dunning_ends_at {
        s.next_charge_at = Some(again);
        s.dunning_ends_at = Some(ends_at.max(again));
        store::save(caas, tx, s).await?;
    }
    Collect::enqueue(caas, tx, s.id, again).await
}

/// An invoice is paid: the calendar is over, and the next one is charged if there is one.
pub(super) async fn paid(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<()> {
    if s.is_dunned() {
        s.failures = 0;
        s.next_charge_at = None;
        s.dunning_ends_at = None;
        s.refused_method_id = None;
        if s.status == SubscriptionStatus::PastDue {
            let data = serde_json::json!({});
            store::apply(caas, tx, s, SubscriptionEvent::Paid, Actor::GATEWAY, data).await?;
        } else {
            store::save(caas, tx, s).await?;
        }
    }
    charge_oldest(caas, tx, s).await
}

/// Pays what is due of a subscription by the customer's click, with any of their methods. The same form key begins it once.
pub async fn pay_now(
    caas: &Caas,
    customer: UserId,
    id: SubscriptionId,
    method: PaymentMethodId,
    form_key: &str,
) -> Result<std::result::Result<PaymentId, PayRefusal>> {
    let mut tx = caas.db.begin().await?;
    if store::of_customer(&mut tx, customer, id).await?.is_none() {
        return Ok(Err(PayRefusal::NotFound));
    }
    let s = store::lock(&mut tx, id).await?;
    // The key belongs to the subscription: nobody finds or blocks another's payment with it.
    let form_key = format!("{id}:{form_key}");
    if let Some(begun) = begun_with(&mut tx, &form_key).await? {
        return Ok(Ok(begun));
    }
    let Some(invoice) = invoices::unpaid(&mut tx, s.id).await?.into_iter().next() else {
        return Ok(Err(PayRefusal::NothingDue));
    };
    if methods::find(&mut tx, customer, method).await?.is_none() {
        return Ok(Err(PayRefusal::NoMethod));
    }
    if under_way(&mut tx, invoice.id).await?.is_some_and(|payment| payment.authentication_url.is_none()) {
        return Ok(Err(PayRefusal::UnderWay));
    }
    let payment = begin(caas, &mut tx, &invoice, method, Some(form_key)).await?;
    store::announce(&mut tx, &s);
    tx.commit().await?;
    Ok(Ok(payment))
}

/// The payment that was begun with a form.
pub(super) async fn begun_with(tx: &mut Tx, form_key: &str) -> Result<Option<PaymentId>> {
    let row = sql!(tx, optional(PaymentId, i64), "SELECT id, version FROM payments WHERE form_key = $1", form_key)?;
    Ok(row.map(|(id, _)| id))
}

/// The customer has confirmed with the bank: the money is asked for again, with a new key. `false` when there is nothing to
/// confirm.
pub async fn continue_after_authentication(caas: &Caas, customer: UserId, id: PaymentId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let found = sql!(
        &mut tx,
        optional(PaymentId, i64),
        "SELECT id, version FROM payments
         WHERE id = $1 AND customer_id = $2 AND (invoice_id IS NOT NULL OR debt_id IS NOT NULL)",
        id,
        customer
    )?;
    if found.is_none() {
        return Ok(false);
    }
    let payment = payments::load(&mut tx, id).await?;
    if payment.state != PaymentState::Initiated || payment.authentication_url.is_none() {
        return Ok(false);
    }
    // From here on the customer is there, also when we had asked the bank by ourselves.
    let form_key = payment.form_key.unwrap_or_else(|| format!("confirmed:{id}"));
    let changed = sql!(&mut tx, execute
        "UPDATE payments SET authentication_url = NULL, form_key = $1, version = version + 1 WHERE id = $2 AND version = $3",
        form_key, id, payment.version)?;
    if changed != 1 {
        return Ok(false);
    }
    Charge::enqueue(caas, &mut tx, id, caas.now()).await?;
    tx.commit().await?;
    Ok(true)
}
