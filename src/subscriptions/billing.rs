//! The billing run: what is due is billed, and its charge is made out, in one transaction.
//!
//! It may run at any time, twice, on several processes, and after years of downtime: a period is billed once because the
//! database knows no second invoice for it, and all that were missed are billed one after the other.

use super::charge::{Charge, ChargeMany};
use super::dunning;
use super::end::close;
use super::invoices;
use super::model::{EndReason, SubscriptionId, SubscriptionStatus};
use super::repository::{self as store, Subscription};
use super::rules::period_from;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::PaymentId;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue, enqueue_or_move};
use crate::kernel::when::start_of_day;
use crate::kernel::{FAR_FUTURE, Timestamp};
use crate::subscriptions::repository::subscription_columns;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// Subscriptions billed in one transaction: enough that the disk is not what is waited for, few enough that pages do not.
const BATCH: i64 = 40;
/// There is one such job.
const KEY: &str = "subscriptions.bill_due";
/// It looks at least this often.
const LOOK: TimeDelta = TimeDelta::days(1);
/// What could not be billed is tried again after this.
const AFTER_TROUBLE: TimeDelta = TimeDelta::hours(1);

/// Bills whatever is due, again and again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BillDue {}

impl BillDue {
    /// Makes sure that it is planned; called at every start.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &BillDue {}, Enqueue::now().keyed(KEY)).await?;
        tx.commit().await
    }

    /// Has it run now instead of when the next period ends.
    pub async fn soon(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue_or_move(caas, &mut tx, &BillDue {}, KEY, caas.now()).await?;
        tx.commit().await
    }
}

impl Job for BillDue {
    const KIND: &'static str = KEY;
    const MAX_ATTEMPTS: i64 = 1_000_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let run = bill_due(caas).await?;
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        let next = sql!(
            &mut tx,
            optional(Timestamp, i64),
            "SELECT next_billing_at, version FROM subscriptions WHERE next_billing_at > $1
             ORDER BY next_billing_at, id LIMIT 1",
            now
        )?;
        let wait = if run.troubled > 0 { AFTER_TROUBLE } else { LOOK };
        let next = next.map_or(now + wait, |(at, _)| at.min(now + wait));
        Ok(Outcome::AgainIn(next, tx))
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BillingRun {
    /// Subscriptions billed.
    pub subscriptions: i64,
    /// Invoices issued.
    pub invoices: i64,
    /// Subscriptions that could not be billed; the log says why.
    pub troubled: i64,
}

/// Bills everything that is due now. Safe at any time and on several processes at once.
pub async fn bill_due(caas: &Caas) -> Result<BillingRun> {
    let (started_at, mut run) = (caas.now(), BillingRun::default());
    // Onwards only: what can't be billed does not keep the others waiting.
    let mut after = (Timestamp::UNIX_EPOCH, SubscriptionId(Uuid::nil()));
    loop {
        let mut tx = caas.db.begin().await?;
        let due = due(&mut tx, started_at, after, BATCH).await?;
        let Some(last) = due.last() else { break };
        let next = (last.next_billing_at.unwrap_or(FAR_FUTURE), last.id);
        match bill_all(caas, &mut tx, due.clone()).await {
            Ok(invoices) => {
                tx.commit().await?;
                run.invoices += invoices;
                run.subscriptions += i64::try_from(due.len()).unwrap_or(i64::MAX);
            }
            Err(error) => {
                drop(tx);
                tracing::warn!(%error, "billing_batch_failed");
                one_by_one(caas, due, &mut run).await?;
            }
        }
        after = next;
    }
    if run != BillingRun::default() {
        keep(caas, started_at, run).await?;
    }
    Ok(run)
}

async fn one_by_one(caas: &Caas, due: Vec<Subscription>, run: &mut BillingRun) -> Result<()> {
    for s in due {
        let (mut tx, id) = (caas.db.begin().await?, s.id);
        let billed = match store::lock(&mut tx, id).await {
            Ok(s) => bill_all(caas, &mut tx, vec![s]).await,
            Err(error) => Err(error),
        };
        let billed = match billed {
            Ok(invoices) => tx.commit().await.map(|()| invoices),
            Err(error) => Err(error),
        };
        match billed {
            Ok(invoices) => {
                run.invoices += invoices;
                run.subscriptions += 1;
            }
            Err(error) => {
                tracing::error!(subscription = %id, %error, "subscription_not_billed");
                metrics::counter!("caas_subscriptions_not_billed_total").increment(1);
                run.troubled += 1;
            }
        }
    }
    Ok(())
}

/// Due subscriptions, the longest due first. On PostgreSQL those that another process is billing are passed over.
async fn due(tx: &mut Tx, now: Timestamp, after: (Timestamp, SubscriptionId), limit: i64) -> Result<Vec<Subscription>> {
    Ok(if tx.is_postgres() {
        sql!(tx, all Subscription,
            concat!("SELECT ", subscription_columns!(""),
                    " FROM subscriptions WHERE next_billing_at <= $1 AND (next_billing_at, id) > ($2, $3)
             ORDER BY next_billing_at, id LIMIT $4 FOR UPDATE SKIP LOCKED"), now, after.0, after.1, limit)?
    } else {
        sql!(tx, all Subscription,
            concat!("SELECT ", subscription_columns!(""),
                    " FROM subscriptions WHERE next_billing_at <= $1 AND (next_billing_at, id) > ($2, $3)
             ORDER BY next_billing_at, id LIMIT $4"), now, after.0, after.1, limit)?
    })
}

/// Bills each and has all charged together. Returns how many invoices were issued.
async fn bill_all(caas: &Caas, tx: &mut Tx, due: Vec<Subscription>) -> Result<i64> {
    let (mut invoices, mut payments) = (0, Vec::new());
    for mut s in due {
        let (issued, payment) = bill(caas, tx, &mut s).await?;
        invoices += issued;
        payments.extend(payment);
    }
    ChargeMany::enqueue(caas, tx, payments).await?;
    Ok(invoices)
}

/// Bills every period that is over, and makes out the payment for the oldest unpaid invoice. Returns how many invoices were
/// issued, and the payment, which somebody is to send.
async fn bill(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<(i64, Option<PaymentId>)> {
    let issued = catch_up(caas, tx, s).await?;
    let payment = if issued > 0 { dunning::make_out_oldest(caas, tx, s).await? } else { None };
    Ok((issued, payment))
}

/// The same for one whose customer is about to change it: first what is over is billed and charged.
pub(super) async fn bill_first(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<()> {
    if let (_, Some(payment)) = bill(caas, tx, s).await? {
        Charge::enqueue(caas, tx, payment, caas.now()).await?;
    }
    Ok(())
}

/// Issues an invoice for every period that is over. Returns how many.
pub(super) async fn catch_up(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<i64> {
    let mut issued = 0;
    while s.next_billing_at.is_some_and(|at| at <= caas.now()) {
        invoices::issue_period(caas, tx, s).await?;
        issued += 1;
        if s.cancel_at_period_end {
            close(caas, tx, s, EndReason::PeriodEnd, Actor::SYSTEM).await?;
            return Ok(issued);
        }
        let period = period_from(s.period_end, u32::try_from(s.anchor_day).unwrap_or(1));
        (s.period_start, s.period_end) = (period.start, period.end);
        s.next_billing_at = Some(start_of_day(period.end.0, &s.time_zone));
        if let (Some(offer), Some(price), Some(vat)) =
            (s.next_offer_id.take(), s.next_price_cents.take(), s.next_vat_rate_basis_points.take())
        {
            (s.offer_id, s.price_cents, s.vat_rate_basis_points) = (offer, price, vat);
            let data = serde_json::json!({ "change": "OFFER_CHANGED", "price": s.price(), "from": period.start });
            let step: (Option<SubscriptionStatus>, _) = (Some(s.status), s.status);
            store::note(caas, tx, s, EntryKind::SubscriptionChanged, Actor::SYSTEM, step, data, true).await?;
        }
    }
    if issued > 0 {
        store::save(caas, tx, s).await?;
    }
    Ok(issued)
}

async fn keep(caas: &Caas, started_at: Timestamp, run: BillingRun) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    sql!(&mut tx, execute
        "INSERT INTO billing_runs (id, started_at, ended_at, subscriptions, invoices, troubled) VALUES ($1, $2, $3, $4, $5, $6)",
        caas.new_uuid(), started_at, caas.now(), run.subscriptions, run.invoices, run.troubled)?;
    tx.commit().await
}

/// A run as it was kept. Runs that found nothing are not.
#[derive(Debug, Clone, FromRow)]
pub struct RunLine {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Subscriptions billed.
    pub subscriptions: i64,
    /// Invoices issued.
    pub invoices: i64,
    /// Subscriptions that could not be billed.
    pub troubled: i64,
}

/// The last runs, newest first.
pub async fn latest_runs(tx: &mut Tx, limit: i64) -> Result<Vec<RunLine>> {
    Ok(sql!(tx, all RunLine,
        "SELECT started_at, ended_at, subscriptions, invoices, troubled FROM billing_runs
         ORDER BY started_at DESC, id DESC LIMIT $1", limit)?)
}
