//! What finance does about disagreements: reads what they are made of, deals with them, and takes over the report's word.

use super::model::{Class, Deed, Discrepancy, DiscrepancyState, FinanceRefusal, Resolution, RunLine, Way};
use super::run::note;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::finance::ends;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{PaymentId, UserId};
use crate::kernel::money::{Cents, Currency, Money};
use crate::payments::model::{OperationKind, OperationState, ReportKind, ReportStatus};
use crate::payments::repository as payments;
use crate::payments::settlement::{self, Verdict};
use crate::subscriptions::model::Day;
use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

/// The columns of a [`Discrepancy`], each behind `$of`.
macro_rules! discrepancy_columns {
    ($of:literal) => {
        columns!($of; id, day, gateway_payment_id, kind, class, payment_id, here_cents, there_cents, currency,
            here_state, there_state, state, resolution, agent_id, found_at, seen_at, resolved_at)
    };
}

/// The longest comment that is kept.
pub const LONGEST_TEXT: usize = 2000;

/// Which disagreements are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiscrepancyFilter {
    /// Of this day alone.
    pub day: Option<NaiveDate>,
    /// Of this class alone.
    pub class: Option<Class>,
    /// In this state alone.
    pub state: Option<DiscrepancyState>,
    /// After this one in the list.
    pub before: Option<(NaiveDate, Uuid)>,
}

/// Disagreements, the newest day first.
pub async fn list(tx: &mut Tx, filter: &DiscrepancyFilter, limit: i64) -> Result<Vec<Discrepancy>> {
    let day = filter.day.map(|day| day.to_string());
    let (class, state) = (filter.class.map(Class::as_str), filter.state.map(DiscrepancyState::as_str));
    let (before, before_id) = match filter.before {
        Some((day, id)) => (day.to_string(), id),
        None => ("9999-12-31".to_owned(), Uuid::max()),
    };
    Ok(sql!(tx, all Discrepancy,
        concat!("SELECT ", discrepancy_columns!("d."), ", u.name AS agent_name FROM reconciliation_discrepancies d LEFT JOIN users u ON u.id = d.agent_id
         WHERE ($1 IS NULL OR d.day = $1) AND ($2 IS NULL OR d.class = $2) AND ($3 IS NULL OR d.state = $3)
           AND d.day <= $4 AND (d.day < $4 OR d.id < $5)
         ORDER BY d.day DESC, d.id DESC LIMIT $6"), day, class, state, before, before_id, limit)?)
}

/// How many are open, by class.
pub async fn open_counts(tx: &mut Tx) -> Result<Vec<(Class, i64)>> {
    let rows = sql!(
        tx,
        all(String, i64),
        "SELECT class, COUNT(*) FROM reconciliation_discrepancies WHERE state = 'OPEN' GROUP BY class ORDER BY class"
    )?;
    rows.into_iter().map(|(class, count)| Ok((class.parse()?, count))).collect()
}

/// The last days with their reports, the newest first.
pub async fn runs(tx: &mut Tx, limit: i64) -> Result<Vec<RunLine>> {
    Ok(sql!(tx, all RunLine,
        "SELECT r.day, r.state, r.tries, r.note, r.lines, r.asked_at, r.compared_at,
                (SELECT COUNT(*) FROM reconciliation_discrepancies d WHERE d.day = r.day AND d.state = 'OPEN') AS open
         FROM reconciliation_runs r ORDER BY r.day DESC LIMIT $1", limit)?)
}

/// One disagreement; `None` when there is none of this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Discrepancy>> {
    Ok(sql!(tx, optional Discrepancy,
        concat!("SELECT ", discrepancy_columns!("d."), ", u.name AS agent_name FROM reconciliation_discrepancies d LEFT JOIN users u ON u.id = d.agent_id
         WHERE d.id = $1"), id)?)
}

/// Who can be given one.
pub async fn agents(tx: &mut Tx) -> Result<Vec<(UserId, String)>> {
    Ok(sql!(
        tx,
        all(UserId, String),
        "SELECT id, name FROM users WHERE role = 'OPERATIONS' AND disabled_at IS NULL ORDER BY name, id LIMIT 200"
    )?)
}

/// What was done about a disagreement, or said of it.
#[derive(Debug, Clone, FromRow)]
pub struct NoteLine {
    /// When.
    pub at: Timestamp,
    /// Who; none: by itself.
    pub agent_name: Option<String>,
    /// What.
    #[sqlx(try_from = "String")]
    pub deed: Deed,
    /// In their words.
    pub text: String,
}

/// What was done and said, oldest first.
pub async fn notes(tx: &mut Tx, id: Uuid) -> Result<Vec<NoteLine>> {
    Ok(sql!(tx, all NoteLine,
        "SELECT n.at, u.name AS agent_name, n.deed, n.text FROM reconciliation_notes n
         LEFT JOIN users u ON u.id = n.agent_id WHERE n.discrepancy_id = $1 ORDER BY n.at, n.id", id)?)
}

/// Something that happened to the payment: what the explanation is built from.
#[derive(Debug, Clone)]
pub enum Event {
    /// We asked the gateway for something.
    Asked {
        /// For what.
        kind: OperationKind,
        /// How much.
        amount: Money,
        /// With which key.
        key: String,
    },
    /// It answered.
    Answered {
        /// To what.
        kind: OperationKind,
        /// Whether it did it.
        done: bool,
        /// Its code.
        answer: String,
    },
    /// What the bank says changed in our books: a message came, or finance took over the report's word.
    Settlement {
        /// The settlement before.
        before: String,
        /// And after.
        after: String,
    },
    /// A message about it came that fitted nothing.
    Unmatched {
        /// What it said: `SETTLED`, `FAILED`, `CHARGEBACK`.
        status: String,
    },
    /// A report named it.
    Reported {
        /// The report's day.
        day: NaiveDate,
        /// What moved.
        kind: ReportKind,
        /// How it ended.
        status: ReportStatus,
        /// How much.
        amount: Money,
        /// What the gateway keeps.
        fees: Option<Money>,
        /// The bank's id.
        bank_reference: Option<String>,
        /// Why it failed.
        failure_reason: Option<String>,
    },
}

#[derive(FromRow)]
struct OperationRow {
    #[sqlx(try_from = "String")]
    kind: OperationKind,
    amount_cents: Cents,
    idempotency_key: String,
    #[sqlx(try_from = "String")]
    state: OperationState,
    answer: Option<String>,
    requested_at: Timestamp,
    answered_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct ReportRow {
    #[sqlx(try_from = "String")]
    day: Day,
    #[sqlx(try_from = "String")]
    kind: ReportKind,
    #[sqlx(try_from = "String")]
    status: ReportStatus,
    amount_cents: Cents,
    #[sqlx(try_from = "String")]
    currency: Currency,
    fees_cents: Option<Cents>,
    bank_reference: Option<String>,
    failure_reason: Option<String>,
}

/// What happened to the payment, oldest first. A report's line stands at the end of its day.
pub async fn events(tx: &mut Tx, discrepancy: &Discrepancy) -> Result<Vec<(Timestamp, Event)>> {
    let mut events = Vec::new();
    if let Some(payment) = discrepancy.payment_id {
        of_payment(tx, payment, discrepancy.currency, &mut events).await?;
    }
    let id = discrepancy.gateway_payment_id.as_str();
    let reported = sql!(tx, all ReportRow,
        "SELECT day, kind, status, amount_cents, currency, fees_cents, bank_reference, failure_reason FROM settlement_lines
         WHERE gateway_payment_id = $1 ORDER BY day, position LIMIT 200", id)?;
    for line in reported {
        let event = Event::Reported {
            day: line.day.0,
            kind: line.kind,
            status: line.status,
            amount: Money::new(line.amount_cents, line.currency),
            fees: line.fees_cents.map(|fees| Money::new(fees, line.currency)),
            bank_reference: line.bank_reference,
            failure_reason: line.failure_reason,
        };
        events.push((ends(line.day.0), event));
    }
    let unmatched = sql!(
        tx,
        all(String, Timestamp),
        "SELECT body, received_at FROM webhook_inbox
         WHERE state = 'UNMATCHED' AND sender = 'PAYMENTS' ORDER BY received_at DESC LIMIT 1000"
    )?;
    for (body, at) in unmatched {
        let Ok(body) = serde_json::from_str::<serde_json::Value>(&body) else { continue };
        if body["paymentId"] == id {
            let status = body["status"].as_str().unwrap_or_default().to_owned();
            events.push((at, Event::Unmatched { status }));
        }
    }
    events.sort_by_key(|(at, _)| *at);
    Ok(events)
}

async fn of_payment(
    tx: &mut Tx,
    payment: PaymentId,
    currency: Currency,
    events: &mut Vec<(Timestamp, Event)>,
) -> Result<()> {
    let operations = sql!(tx, all OperationRow,
        "SELECT kind, amount_cents, idempotency_key, state, answer, requested_at, answered_at FROM payment_operations
         WHERE payment_id = $1 ORDER BY requested_at, id LIMIT 200", payment)?;
    for row in operations {
        let amount = Money::new(row.amount_cents, currency);
        events.push((row.requested_at, Event::Asked { kind: row.kind, amount, key: row.idempotency_key }));
        if let Some(at) = row.answered_at {
            let done = row.state == OperationState::Succeeded;
            events.push((at, Event::Answered { kind: row.kind, done, answer: row.answer.unwrap_or_default() }));
        }
    }
    let steps = sql!(
        tx,
        all(Timestamp, Option<String>, Option<String>),
        "SELECT at, before_state, after_state FROM expediente_entries
         WHERE subject_id = $1 AND kind = 'SETTLEMENT_CHANGED' ORDER BY seq LIMIT 200",
        payment
    )?;
    for (at, before, after) in steps {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        events.push((at, Event::Settlement { before, after }));
    }
    Ok(())
}

/// Gives one to somebody of finance, or to nobody.
pub async fn assign(
    caas: &Caas,
    by: UserId,
    id: Uuid,
    to: Option<UserId>,
) -> Result<std::result::Result<(), FinanceRefusal>> {
    let mut tx = caas.db.begin().await?;
    let Some(discrepancy) = find(&mut tx, id).await? else { return Ok(Err(FinanceRefusal::NotFound)) };
    let named = match to {
        None => None,
        Some(to) => match agents(&mut tx).await?.into_iter().find(|(agent, _)| *agent == to) {
            Some((_, name)) => Some(name),
            None => return Ok(Err(FinanceRefusal::NoChoice)),
        },
    };
    sql!(&mut tx, execute "UPDATE reconciliation_discrepancies SET agent_id = $1 WHERE id = $2", to, id)?;
    note(caas, &mut tx, id, Some(by), Deed::Assigned, &named.unwrap_or_default()).await?;
    enter(caas, &mut tx, by, &discrepancy, discrepancy.state, serde_json::json!({ "deed": Deed::Assigned, "to": to }))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Says something of one.
pub async fn comment(caas: &Caas, by: UserId, id: Uuid, text: &str) -> Result<std::result::Result<(), FinanceRefusal>> {
    let Some(text) = written(text) else { return Ok(Err(FinanceRefusal::NoWords)) };
    let mut tx = caas.db.begin().await?;
    let Some(discrepancy) = find(&mut tx, id).await? else { return Ok(Err(FinanceRefusal::NotFound)) };
    note(caas, &mut tx, id, Some(by), Deed::Commented, &text).await?;
    enter(caas, &mut tx, by, &discrepancy, discrepancy.state, serde_json::json!({ "deed": Deed::Commented })).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Resolves one by hand, with words. The books stay as they are.
pub async fn resolve(
    caas: &Caas,
    by: UserId,
    id: Uuid,
    resolution: Resolution,
    text: &str,
) -> Result<std::result::Result<(), FinanceRefusal>> {
    if !Resolution::BY_HAND.contains(&resolution) {
        return Ok(Err(FinanceRefusal::NoChoice));
    }
    let Some(text) = written(text) else { return Ok(Err(FinanceRefusal::NoWords)) };
    let mut tx = caas.db.begin().await?;
    let Some(discrepancy) = find(&mut tx, id).await? else { return Ok(Err(FinanceRefusal::NotFound)) };
    if !close(caas, &mut tx, id, resolution).await? {
        return Ok(Err(FinanceRefusal::NotThen));
    }
    note(caas, &mut tx, id, Some(by), Deed::Resolved, &text).await?;
    let data = serde_json::json!({ "deed": Deed::Resolved, "resolution": resolution });
    enter(caas, &mut tx, by, &discrepancy, DiscrepancyState::Resolved, data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Opens a resolved one again, with words.
pub async fn reopen(caas: &Caas, by: UserId, id: Uuid, text: &str) -> Result<std::result::Result<(), FinanceRefusal>> {
    let Some(text) = written(text) else { return Ok(Err(FinanceRefusal::NoWords)) };
    let mut tx = caas.db.begin().await?;
    let Some(discrepancy) = find(&mut tx, id).await? else { return Ok(Err(FinanceRefusal::NotFound)) };
    let changed = sql!(&mut tx, execute
        "UPDATE reconciliation_discrepancies SET state = 'OPEN', resolution = NULL, resolved_at = NULL
         WHERE id = $1 AND state = 'RESOLVED'", id)?;
    if changed != 1 {
        return Ok(Err(FinanceRefusal::NotThen));
    }
    note(caas, &mut tx, id, Some(by), Deed::Reopened, &text).await?;
    let data = serde_json::json!({ "deed": Deed::Reopened });
    enter(caas, &mut tx, by, &discrepancy, DiscrepancyState::Open, data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// What finance can take over of the report's word now.
pub async fn way(tx: &mut Tx, discrepancy: &Discrepancy) -> Result<Option<Way>> {
    let Some(payment) = discrepancy.payment_id else { return Ok(None) };
    Ok(Way::of(discrepancy, payments::load(tx, payment).await?.settlement))
}

/// Takes over the report's word: the one click by which a disagreement moves the books, along the way that the gateway's
/// own message would have taken.
pub async fn apply(caas: &Caas, by: UserId, id: Uuid) -> Result<std::result::Result<Way, FinanceRefusal>> {
    let mut tx = caas.db.begin().await?;
    let Some(discrepancy) = find(&mut tx, id).await? else { return Ok(Err(FinanceRefusal::NotFound)) };
    let Some(way) = way(&mut tx, &discrepancy).await? else { return Ok(Err(FinanceRefusal::NotThen)) };
    if !close(caas, &mut tx, id, Resolution::Applied).await? {
        return Ok(Err(FinanceRefusal::NotThen));
    }
    let gateway_id = discrepancy.gateway_payment_id.as_str();
    let told = sql!(
        &mut tx,
        optional(Option<Cents>, Option<String>),
        "SELECT fees_cents, failure_reason FROM settlement_lines WHERE gateway_payment_id = $1 AND kind = $2 AND day = $3
         ORDER BY position DESC LIMIT 1",
        gateway_id,
        discrepancy.kind.as_str(),
        discrepancy.day.to_string()
    )?;
    let (fees, reason) = told.unwrap_or((None, None));
    let fees = fees.unwrap_or(Cents::ZERO);
    let taken = match way {
        Way::Settled => settlement::on_settlement(caas, &mut tx, gateway_id, Verdict::Settled { fees }).await?,
        Way::Failed => settlement::on_settlement(caas, &mut tx, gateway_id, Verdict::Failed).await?,
        Way::Chargeback => settlement::on_settlement(caas, &mut tx, gateway_id, Verdict::Chargeback { reason }).await?,
        Way::Recover => settlement::recover(caas, &mut tx, gateway_id, fees).await?,
    };
    if !taken {
        return Ok(Err(FinanceRefusal::NotThen));
    }
    note(caas, &mut tx, id, Some(by), Deed::Applied, "").await?;
    let data = serde_json::json!({ "deed": Deed::Applied, "there": discrepancy.there_state });
    enter(caas, &mut tx, by, &discrepancy, DiscrepancyState::Resolved, data).await?;
    tx.commit().await?;
    Ok(Ok(way))
}

/// `false` when it is resolved already.
async fn close(caas: &Caas, tx: &mut Tx, id: Uuid, resolution: Resolution) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE reconciliation_discrepancies SET state = 'RESOLVED', resolution = $1, resolved_at = $2
         WHERE id = $3 AND state = 'OPEN'", resolution.as_str(), caas.now(), id)?;
    Ok(changed == 1)
}

/// The entry of the audit log. What was written in words stands with the disagreement, not in the log.
async fn enter(
    caas: &Caas,
    tx: &mut Tx,
    by: UserId,
    discrepancy: &Discrepancy,
    after: DiscrepancyState,
    mut data: serde_json::Value,
) -> Result<()> {
    data["day"] = serde_json::json!(discrepancy.day.to_string());
    data["class"] = serde_json::json!(discrepancy.class);
    data["payment"] = serde_json::json!(discrepancy.gateway_payment_id);
    let entry = Entry {
        before: Some(discrepancy.state.as_str()),
        after: Some(after.as_str()),
        data,
        ..Entry::new(None, Actor::staff(by), EntryKind::DiscrepancyChanged, SubjectKind::Reconciliation, discrepancy.id)
    };
    record(caas, tx, entry).await
}

/// What was written, without empty space around it; nothing when nothing is left, or it is too long to be kept.
fn written(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= LONGEST_TEXT).then(|| text.to_owned())
}
