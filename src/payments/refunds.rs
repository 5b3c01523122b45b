//! Refunds and their deadline: within 14 days at the latest, people are told at day 10 (rulebook §12).

use super::model::{OperationState, Settlement};
use super::repository;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, OperationId, OrderId, PaymentId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::monitoring::failures::{NewFailure, detected, resolved};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::HashMap;
use uuid::Uuid;

/// Why a refund is asked for when its customer has withdrawn from the contract.
pub const WITHDRAWAL: &str = "WITHDRAWAL";

/// Within which a refund has to go through (Directive 2011/83/EU, art. 13(1)).
pub const DEADLINE: TimeDelta = TimeDelta::days(14);

/// When people are told that it has not.
pub const ALARM: TimeDelta = TimeDelta::days(10);

/// Has a request for a refund watched.
pub(super) async fn watch(caas: &Caas, tx: &mut Tx, operation: OperationId) -> Result<()> {
    let when = Enqueue::at(caas.now() + ALARM).keyed(format!("watch-refund:{operation}"));
    jobs::enqueue(caas, tx, &WatchRefund { operation }, when).await
}

/// A request for a refund has come to its end: nothing is late any more.
pub(super) async fn settled(caas: &Caas, tx: &mut Tx, operation: OperationId) -> Result<()> {
    resolved(caas, tx, FailureType::RefundLate, operation.0, Resolution::DoneAfterAll, Some(Cents::ZERO)).await
}

/// Looks whether a refund has gone through: at day 10, and once more when its time is over.
#[derive(Serialize, Deserialize)]
pub struct WatchRefund {
    operation: OperationId,
}

#[derive(FromRow)]
struct Watched {
    payment_id: PaymentId,
    amount_cents: Cents,
    #[sqlx(try_from = "String")]
    state: OperationState,
    requested_at: Timestamp,
    alarmed_at: Option<Timestamp>,
}

impl Job for WatchRefund {
    const KIND: &'static str = "payments.watch_refund";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        let refund = sql!(&mut tx, one Watched,
            "SELECT payment_id, amount_cents, state, requested_at, alarmed_at FROM payment_operations WHERE id = $1",
            self.operation)?;
        if refund.state != OperationState::Requested {
            return Ok(Outcome::Done);
        }
        let payment = repository::load(&mut tx, refund.payment_id).await?;
        if payment.settlement == Settlement::Failed {
            // The bank has not moved the money: nobody waits for it to come back.
            return Ok(Outcome::Again(now + TimeDelta::days(1)));
        }
        let deadline = refund.requested_at + DEADLINE;
        let overdue = now >= deadline;
        let amount = Money::new(refund.amount_cents, payment.currency);
        tracing::error!(payment = %payment.id, overdue, "refund_delayed");
        metrics::counter!("caas_refunds_delayed_total").increment(1);
        let failure = NewFailure {
            kind: FailureType::RefundLate,
            subject: self.operation.0,
            category: FailureCategory::ExternalSystem,
            component: Component::Payments,
            customer: Some(payment.customer_id),
            code: None,
            attempts: 1,
            resolution: Resolution::Open,
            communication: None,
            impact: Some(amount),
        };
        detected(caas, &mut tx, &failure).await?;
        let entry = Entry {
            data: serde_json::json!({ "amount": amount, "until": deadline, "overdue": overdue }),
            ..Entry::new(
                Some(payment.customer_id),
                Actor::SYSTEM,
                EntryKind::RefundDelayed,
                SubjectKind::Payment,
                payment.id.0,
            )
        };
        record(caas, &mut tx, entry).await?;
        if refund.alarmed_at.is_none() {
            sql!(&mut tx, execute "UPDATE payment_operations SET alarmed_at = $1 WHERE id = $2", now, self.operation)?;
        }
        if overdue { Ok(Outcome::DoneIn(tx)) } else { Ok(Outcome::AgainIn(deadline, tx)) }
    }
}

/// A refund as the people who watch over it read it.
#[derive(Debug, Clone, FromRow)]
pub struct RefundLine {
    /// The request.
    pub id: OperationId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Whose.
    pub customer_id: UserId,
    /// How much is given back.
    pub amount_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Why: `WITHDRAWAL`, `NOT_DELIVERED` …
    pub reason: String,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: OperationState,
    /// What the gateway said, or why there was nothing to give back.
    pub answer: Option<String>,
    /// What the bank says of the money that was taken.
    #[sqlx(try_from = "String")]
    pub settlement: Settlement,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was settled.
    pub answered_at: Option<Timestamp>,
    /// When people were told that the end is near.
    pub alarmed_at: Option<Timestamp>,
    /// The service, of a service's payment.
    #[sqlx(rename = "service_activation_id")]
    pub activation: Option<ActivationId>,
    /// Its name.
    pub service_names: Option<Json<Bilingual>>,
    /// The car's order, of a car's payment.
    pub order_id: Option<OrderId>,
    /// Its number.
    pub order_number: Option<String>,
}

impl RefundLine {
    /// The amount with its currency.
    pub fn amount(&self) -> Money {
        Money::new(self.amount_cents, self.currency)
    }

    /// Until when it has to have gone through.
    pub fn deadline(&self) -> Timestamp {
        self.requested_at + DEADLINE
    }

    /// Whether it has not gone through in time.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == OperationState::Requested && self.settlement != Settlement::Failed && now >= self.deadline()
    }

    /// Whether people have to look at it: it is near its end, or past it.
    pub fn is_alarming(&self, now: Timestamp) -> bool {
        self.state == OperationState::Requested
            && self.settlement != Settlement::Failed
            && now >= self.requested_at + ALARM
    }
}

/// Refunds as [`RefundLine`]s: the literal says which, and in which order.
macro_rules! refunds {
    ($which:literal) => {
        concat!(
            "SELECT r.id, r.payment_id, p.customer_id, r.amount_cents, p.currency, r.reason, r.state, r.answer, p.settlement,
                    r.requested_at, r.answered_at, r.alarmed_at, p.service_activation_id, a.service_names, p.order_id,
                    o.number AS order_number
             FROM payment_operations r JOIN payments p ON p.id = r.payment_id
             LEFT JOIN service_activations a ON a.service_activation_id = p.service_activation_id
             LEFT JOIN customer_orders o ON o.id = p.order_id ",
            $which
        )
    };
}

/// The refunds under way, the nearest deadline first, after the given one.
pub async fn under_way(tx: &mut Tx, after: Option<(Timestamp, OperationId)>, limit: i64) -> Result<Vec<RefundLine>> {
    let (at, id) = after.unwrap_or((Timestamp::UNIX_EPOCH, OperationId(Uuid::nil())));
    Ok(sql!(tx, all RefundLine,
        refunds!("WHERE r.kind = 'REFUND' AND r.state = 'REQUESTED' AND (r.requested_at > $1 OR (r.requested_at = $1 AND r.id > $2))
         ORDER BY r.requested_at, r.id LIMIT $3"), at, id, limit)?)
}

/// The refunds that have come to their end, the newest first, before the given one.
pub async fn ended(tx: &mut Tx, before: Option<(Timestamp, OperationId)>, limit: i64) -> Result<Vec<RefundLine>> {
    let (at, id) = before.unwrap_or((crate::kernel::FAR_FUTURE, OperationId(Uuid::max())));
    Ok(sql!(tx, all RefundLine,
        refunds!("WHERE r.kind = 'REFUND' AND r.state <> 'REQUESTED' AND (r.requested_at < $1 OR (r.requested_at = $1 AND r.id < $2))
         ORDER BY r.requested_at DESC, r.id DESC LIMIT $3"), at, id, limit)?)
}

codes! {
    /// How a refund stands to its deadline.
    pub enum RefundStanding {
        /// Under way, whatever its day.
        UnderWay = "UNDER_WAY",
        /// Under way since day 10 or longer: people are told.
        Alarming = "ALARMING",
        /// Its time is over.
        Overdue = "OVERDUE",
        /// The money is on its way to the customer.
        Refunded = "REFUNDED",
        /// There was nothing to give back.
        Nothing = "NOTHING",
    }
}

impl RefundStanding {
    /// Whether it has come to its end.
    pub fn has_ended(self) -> bool {
        matches!(self, RefundStanding::Refunded | RefundStanding::Nothing)
    }
}

/// The refunds that stand so, for one reason when given: the nearest deadline first while they are under way, else the
/// newest first. `after` is the last one of the page before.
pub async fn standing(
    tx: &mut Tx,
    standing: RefundStanding,
    reason: Option<&str>,
    now: Timestamp,
    after: Option<(Timestamp, OperationId)>,
    limit: i64,
) -> Result<Vec<RefundLine>> {
    if standing.has_ended() {
        let state =
            if standing == RefundStanding::Refunded { OperationState::Succeeded } else { OperationState::Refused };
        let (at, id) = after.unwrap_or((crate::kernel::FAR_FUTURE, OperationId(Uuid::max())));
        return Ok(sql!(tx, all RefundLine,
            refunds!("WHERE r.kind = 'REFUND' AND r.state = $1 AND ($2 IS NULL OR r.reason = $2)
               AND r.requested_at <= $3 AND (r.requested_at < $3 OR r.id < $4)
             ORDER BY r.requested_at DESC, r.id DESC LIMIT $5"), state.as_str(), reason, at, id, limit)?);
    }
    // What the bank has not moved is waited for by nobody: it is under way, and never late.
    let (since, every) = match standing {
        RefundStanding::Alarming => (now - ALARM, false),
        RefundStanding::Overdue => (now - DEADLINE, false),
        _ => (crate::kernel::FAR_FUTURE, true),
    };
    let (at, id) = after.unwrap_or((Timestamp::UNIX_EPOCH, OperationId(Uuid::nil())));
    Ok(sql!(tx, all RefundLine,
        refunds!("WHERE r.kind = 'REFUND' AND r.state = 'REQUESTED' AND ($1 IS NULL OR r.reason = $1)
           AND r.requested_at <= $2 AND ($3 OR p.settlement <> 'FAILED')
           AND r.requested_at >= $4 AND (r.requested_at > $4 OR r.id > $5)
         ORDER BY r.requested_at, r.id LIMIT $6"), reason, since, every, at, id, limit)?)
}

/// How many refunds are under way, and how many of them are near their end or past it.
pub async fn counts(tx: &mut Tx, now: Timestamp) -> Result<(i64, i64)> {
    Ok(sql!(
        tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN r.requested_at <= $1 AND p.settlement <> 'FAILED' THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM payment_operations r JOIN payments p ON p.id = r.payment_id WHERE r.kind = 'REFUND' AND r.state = 'REQUESTED'",
        now - ALARM
    )?)
}

/// How a refund's work stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trying {
    /// Failed tries in a row.
    pub tries: i64,
    /// Why the last one failed.
    pub last_error: Option<String>,
    /// When it is tried next; none once it was given up and waits for a person.
    pub next: Option<Timestamp>,
}

/// How the work of the refunds under way stands, by request. There are few at any time.
pub async fn trying(tx: &mut Tx) -> Result<HashMap<OperationId, Trying>> {
    let rows = sql!(
        tx,
        all(Json<serde_json::Value>, i64, Option<String>, Timestamp, Option<Timestamp>),
        "SELECT payload, attempts, last_error, due_at, died_at FROM jobs WHERE kind = 'payments.refund' ORDER BY id LIMIT 1000"
    )?;
    Ok(rows
        .into_iter()
        .filter_map(|(payload, tries, last_error, due, died)| {
            let operation: OperationId = payload.0.get("operation")?.as_str()?.parse().ok()?;
            let next = died.is_none().then_some(due);
            Some((operation, Trying { tries, last_error, next }))
        })
        .collect())
}
