//! The tasks as finance works on them: take one, say something of it, answer the bank, write down what it decided.
//!
//! Nothing is booked by a click: the loss is in the books since the bank took the money, and what it gives back comes by its
//! own statement.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::finance::reconciliation::desk::LONGEST_TEXT;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{PaymentId, UserId};
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::{FAR_FUTURE, Timestamp};
use crate::payments::chargebacks::{TaskEvent, TaskState};
use chrono::TimeDelta;
use sqlx::FromRow;
use uuid::Uuid;

/// So long before its day a task is told as urgent.
const SOON: TimeDelta = TimeDelta::days(2);

codes! {
    /// What was done about a task.
    pub enum Deed {
        /// Somebody took it.
        Taken = "TAKEN",
        /// Somebody said something of it.
        Commented = "COMMENTED",
        /// The evidence went to the bank.
        Answered = "ANSWERED",
        /// The bank decided for us.
        Won = "WON",
        /// It did not, or we let it be.
        Lost = "LOST",
    }
}

codes! {
    /// Why something can't be done with a task.
    pub enum TaskRefusal {
        /// There is no such task.
        NotFound = "not_found",
        /// Nothing was written where words are needed, or more than is kept.
        NoWords = "no_words",
        /// No such step can be chosen.
        NoChoice = "no_choice",
        /// It is not in a state for that any more, or somebody was quicker.
        NotThen = "not_then",
    }
}

/// The columns of a [`Task`], each behind `$of`.
macro_rules! task_columns {
    ($of:literal) => {
        columns!($of; id, payment_id, amount_cents, currency, reason, state, owner_id, due_at, opened_at, answered_at,
            closed_at, version)
    };
}

/// A task.
#[derive(Debug, Clone, FromRow)]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// The charge that was taken back.
    pub payment_id: PaymentId,
    /// How much.
    pub amount_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The bank's code of why, if it gave one.
    pub reason: Option<String>,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: TaskState,
    /// Who deals with it.
    pub owner_id: Option<UserId>,
    /// Their name.
    pub owner_name: Option<String>,
    /// Until when the bank wants our answer.
    pub due_at: Timestamp,
    /// When the bank took the money.
    pub opened_at: Timestamp,
    /// When the evidence went to the bank.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// Against lost updates.
    pub version: i64,
    /// Whose charge it was.
    pub customer_id: UserId,
    /// Their name.
    pub customer_name: String,
}

impl Task {
    /// How much was taken back.
    pub fn amount(&self) -> Money {
        Money::new(self.amount_cents, self.currency)
    }

    /// Whether the bank has waited in vain.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.waits_for_us() && now >= self.due_at
    }

    /// Whether its day is near or past.
    pub fn is_urgent(&self, now: Timestamp) -> bool {
        self.state.waits_for_us() && now + SOON >= self.due_at
    }
}

/// Which tasks are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFilter {
    /// In this state alone.
    pub state: Option<TaskState>,
    /// Only those that are not over.
    pub open: bool,
    /// Of this person alone.
    pub owner: Option<UserId>,
    /// After this one in the list.
    pub after: Option<(Timestamp, Uuid)>,
}

/// Tasks, by the day of their answer: the nearest first while they wait, the newest first when all are asked for.
pub async fn list(tx: &mut Tx, filter: &TaskFilter, limit: i64) -> Result<Vec<Task>> {
    let state = filter.state.map(TaskState::as_str);
    if filter.open {
        let (at, id) = filter.after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
        return Ok(sql!(tx, all Task,
            concat!("SELECT ", task_columns!("t."), ", o.name AS owner_name, u.id AS customer_id, u.name AS customer_name
             FROM finance_tasks t
             JOIN payments p ON p.id = t.payment_id JOIN users u ON u.id = p.customer_id
             LEFT JOIN users o ON o.id = t.owner_id
             WHERE t.closed_at IS NULL AND ($1 IS NULL OR t.state = $1) AND ($2 IS NULL OR t.owner_id = $2)
               AND t.due_at >= $3 AND (t.due_at > $3 OR t.id > $4)
             ORDER BY t.due_at, t.id LIMIT $5"), state, filter.owner, at, id, limit)?);
    }
    let (at, id) = filter.after.unwrap_or((FAR_FUTURE, Uuid::max()));
    Ok(sql!(tx, all Task,
        concat!("SELECT ", task_columns!("t."), ", o.name AS owner_name, u.id AS customer_id, u.name AS customer_name
             FROM finance_tasks t
         JOIN payments p ON p.id = t.payment_id JOIN users u ON u.id = p.customer_id
         LEFT JOIN users o ON o.id = t.owner_id
         WHERE ($1 IS NULL OR t.state = $1) AND ($2 IS NULL OR t.owner_id = $2)
           AND t.opened_at <= $3 AND (t.opened_at < $3 OR t.id < $4)
         ORDER BY t.opened_at DESC, t.id DESC LIMIT $5"), state, filter.owner, at, id, limit)?)
}

impl TaskFilter {
    /// Where a task stands in the list, for the page after it.
    pub fn place(&self, task: &Task) -> (Timestamp, Uuid) {
        (if self.open { task.due_at } else { task.opened_at }, task.id)
    }
}

/// How many tasks are not over, and of how many of them the answer is due soon or overdue.
pub async fn counts(tx: &mut Tx, now: Timestamp) -> Result<(i64, i64)> {
    Ok(sql!(
        tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN due_at <= $1 AND answered_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM finance_tasks WHERE closed_at IS NULL",
        now + SOON
    )?)
}

/// One task; `None` when there is none of this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Task>> {
    Ok(sql!(tx, optional Task,
        concat!("SELECT ", task_columns!("t."), ", o.name AS owner_name, u.id AS customer_id, u.name AS customer_name
             FROM finance_tasks t
         JOIN payments p ON p.id = t.payment_id JOIN users u ON u.id = p.customer_id
         LEFT JOIN users o ON o.id = t.owner_id WHERE t.id = $1"), id)?)
}

/// What was done about a task, or said of it.
#[derive(Debug, Clone, FromRow)]
pub struct TaskNote {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub agent_name: String,
    /// What.
    #[sqlx(try_from = "String")]
    pub deed: Deed,
    /// In their words.
    pub text: String,
}

/// What was done and said, oldest first.
pub async fn notes(tx: &mut Tx, id: Uuid) -> Result<Vec<TaskNote>> {
    Ok(sql!(tx, all TaskNote,
        "SELECT n.at, u.name AS agent_name, n.deed, n.text FROM finance_task_notes n JOIN users u ON u.id = n.agent_id
         WHERE n.task_id = $1 ORDER BY n.at, n.id", id)?)
}

/// What came of something that was to be done.
pub type Done = Result<std::result::Result<(), TaskRefusal>>;

/// Takes a task, or takes it over from somebody. `seen` is the version its page was made from.
pub async fn take(caas: &Caas, by: UserId, id: Uuid, seen: i64) -> Done {
    step(caas, by, id, seen, TaskEvent::Taken, "").await
}

/// Says something of a task.
pub async fn comment(caas: &Caas, by: UserId, id: Uuid, text: &str) -> Done {
    let Some(text) = written(text) else { return Ok(Err(TaskRefusal::NoWords)) };
    let mut tx = caas.db.begin().await?;
    let Some(task) = find(&mut tx, id).await? else { return Ok(Err(TaskRefusal::NotFound)) };
    note(caas, &mut tx, id, by, Deed::Commented, &text).await?;
    enter(caas, &mut tx, by, &task, task.state, Deed::Commented).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes down that the evidence went to the bank, or what it decided, with words.
pub async fn advance(caas: &Caas, by: UserId, id: Uuid, seen: i64, event: TaskEvent, text: &str) -> Done {
    if event == TaskEvent::Taken {
        return Ok(Err(TaskRefusal::NoChoice));
    }
    let Some(text) = written(text) else { return Ok(Err(TaskRefusal::NoWords)) };
    step(caas, by, id, seen, event, &text).await
}

async fn step(caas: &Caas, by: UserId, id: Uuid, seen: i64, event: TaskEvent, text: &str) -> Done {
    let now = caas.now();
    let mut tx = caas.db.begin().await?;
    let Some(task) = find(&mut tx, id).await? else { return Ok(Err(TaskRefusal::NotFound)) };
    let Some(next) = task.state.on(event) else { return Ok(Err(TaskRefusal::NotThen)) };
    let owner = if event == TaskEvent::Taken { Some(by) } else { task.owner_id };
    let answered_at = task.answered_at.or((next == TaskState::Answered).then_some(now));
    let closed_at = next.is_over().then_some(now);
    let changed = sql!(&mut tx, execute
        "UPDATE finance_tasks SET state = $1, owner_id = $2, answered_at = $3, closed_at = $4, version = version + 1
         WHERE id = $5 AND version = $6", next.as_str(), owner, answered_at, closed_at, id, seen)?;
    if changed != 1 {
        return Ok(Err(TaskRefusal::NotThen));
    }
    let deed = match event {
        TaskEvent::Taken => Deed::Taken,
        TaskEvent::Answered => Deed::Answered,
        TaskEvent::Won => Deed::Won,
        TaskEvent::Lost => Deed::Lost,
    };
    note(caas, &mut tx, id, by, deed, text).await?;
    enter(caas, &mut tx, by, &task, next, deed).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn note(caas: &Caas, tx: &mut Tx, id: Uuid, by: UserId, deed: Deed, text: &str) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO finance_task_notes (id, task_id, at, agent_id, deed, text) VALUES ($1, $2, $3, $4, $5, $6)",
        caas.new_uuid(), id, caas.now(), by, deed.as_str(), text)?;
    Ok(())
}

/// The entry of the audit log. What was written in words stands with the task, not in the log.
async fn enter(caas: &Caas, tx: &mut Tx, by: UserId, task: &Task, after: TaskState, deed: Deed) -> Result<()> {
    let entry = Entry {
        before: Some(task.state.as_str()),
        after: Some(after.as_str()),
        data: serde_json::json!({ "deed": deed, "payment": task.payment_id }),
        ..Entry::new(None, Actor::staff(by), EntryKind::FinanceTaskChanged, SubjectKind::FinanceTask, task.id)
    };
    record(caas, tx, entry).await
}

/// What was written, without empty space around it; nothing when nothing is left, or it is too long to be kept.
fn written(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= LONGEST_TEXT).then(|| text.to_owned())
}
