//! What agents keep at hand: texts ready to be sent, work lists of their own, and what they want to come back to.

use super::conversation::{self, locale_of, variables};
use super::model::{LONGEST_SUBJECT, LONGEST_TEXT, Macro, NotNow, SavedView, SupportError, Variables, written};
use super::tickets::{self, Agent, Answer, Told, lock};
use crate::Caas;
use crate::expediente::model::{EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Bilingual;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

const INVALID: SupportError = SupportError::not_now(NotNow::Invalid);
/// The most views that one agent keeps.
const MOST_VIEWS: i64 = 30;

#[derive(FromRow)]
struct MacroRow {
    id: Uuid,
    name: Json<Bilingual>,
    text: Json<Bilingual>,
}

impl From<MacroRow> for Macro {
    fn from(row: MacroRow) -> Macro {
        Macro { id: row.id, name: row.name.0, text: row.text.0 }
    }
}

/// The texts ready to be sent, those made first at the top.
pub async fn macros(tx: &mut Tx) -> Result<Vec<Macro>> {
    let rows = sql!(tx, all MacroRow, "SELECT id, name, text FROM support_macros ORDER BY created_at, id LIMIT 200")?;
    Ok(rows.into_iter().map(Macro::from).collect())
}

/// A text ready to be sent on a case, in the customer's language. The amount stays a variable: agents see none.
pub async fn apply_macro(tx: &mut Tx, id: Uuid, ticket: TicketId) -> Result<Option<String>> {
    let row = sql!(tx, optional MacroRow, "SELECT id, name, text FROM support_macros WHERE id = $1", id)?;
    let Some(row) = row else { return Ok(None) };
    let ticket = tickets::load(tx, ticket).await?;
    let locale = locale_of(tx, ticket.customer_id).await?;
    let variables = Variables { amount: None, ..variables(tx, &ticket, locale).await? };
    Ok(Some(variables.fill(Macro::from(row).text(locale))))
}

/// Makes a text, or changes one.
pub async fn save_macro(
    caas: &Caas,
    agent: &Agent,
    id: Option<Uuid>,
    name: Bilingual,
    text: Bilingual,
) -> Answer<Uuid> {
    let both = |value: &Bilingual, longest| {
        Some(Bilingual { es: written(&value.es, longest)?, en: written(&value.en, longest)? })
    };
    let (Some(name), Some(text)) = (both(&name, LONGEST_SUBJECT), both(&text, LONGEST_TEXT)) else {
        return Ok(Err(INVALID));
    };
    let mut tx = caas.db.begin().await?;
    let id = match id {
        None => {
            let id = caas.new_uuid();
            insert_macro(caas, &mut tx, id, &name, &text).await?;
            id
        }
        Some(id) => {
            let changed = sql!(&mut tx, execute
                "UPDATE support_macros SET name = $1, text = $2, updated_at = $3 WHERE id = $4",
                Json(&name), Json(&text), caas.now(), id)?;
            if changed == 0 {
                return Ok(Err(SupportError::NotFound));
            }
            id
        }
    };
    log_macro(caas, &mut tx, agent, id, "SAVED").await?;
    tx.commit().await?;
    Ok(Ok(id))
}

pub(super) async fn insert_macro(caas: &Caas, tx: &mut Tx, id: Uuid, name: &Bilingual, text: &Bilingual) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO support_macros (id, name, text, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        id, Json(name), Json(text), caas.now())?;
    Ok(())
}

/// Takes a text off the shelf.
pub async fn delete_macro(caas: &Caas, agent: &Agent, id: Uuid) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    if sql!(&mut tx, execute "DELETE FROM support_macros WHERE id = $1", id)? == 0 {
        return Ok(Err(SupportError::NotFound));
    }
    log_macro(caas, &mut tx, agent, id, "DELETED").await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn log_macro(caas: &Caas, tx: &mut Tx, agent: &Agent, id: Uuid, what: &str) -> Result<()> {
    let entry = Entry {
        data: serde_json::json!({ "what": what }),
        ..Entry::new(None, agent.actor(), EntryKind::MacroChanged, SubjectKind::Macro, id)
    };
    record(caas, tx, entry).await
}

#[derive(FromRow)]
struct ViewRow {
    id: Uuid,
    name: String,
    query: String,
}

/// The work lists that an agent keeps.
pub async fn views(tx: &mut Tx, agent: UserId) -> Result<Vec<SavedView>> {
    let rows = sql!(tx, all ViewRow,
        "SELECT id, name, query FROM support_views WHERE agent_id = $1 ORDER BY created_at, id LIMIT $2", agent, MOST_VIEWS)?;
    Ok(rows.into_iter().map(|row| SavedView { id: row.id, name: row.name, query: row.query }).collect())
}

/// Keeps a work list.
pub async fn save_view(caas: &Caas, agent: &Agent, name: &str, query: &str) -> Answer<Uuid> {
    let Some(name) = written(name, 60) else { return Ok(Err(INVALID)) };
    if query.len() > 1000 {
        return Ok(Err(INVALID));
    }
    let mut tx = caas.db.begin().await?;
    if i64::try_from(views(&mut tx, agent.id).await?.len()).unwrap_or(MOST_VIEWS) >= MOST_VIEWS {
        return Ok(Err(SupportError::not_now(NotNow::TooMany)));
    }
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO support_views (id, agent_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)",
        id, agent.id, &name, query, caas.now())?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Forgets a work list of one's own.
pub async fn delete_view(caas: &Caas, agent: &Agent, id: Uuid) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    if sql!(&mut tx, execute "DELETE FROM support_views WHERE id = $1 AND agent_id = $2", id, agent.id)? == 0 {
        return Ok(Err(SupportError::NotFound));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Something to come back to.
#[derive(Debug, Clone, FromRow)]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// On which case.
    pub ticket_id: TicketId,
    /// The case's number.
    pub number: String,
    /// Who wants to come back.
    #[sqlx(rename = "agent_id")]
    pub agent: UserId,
    /// What for.
    pub text: String,
    /// When.
    pub due_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// What an agent has still to come back to, the next first.
pub async fn tasks_of(tx: &mut Tx, agent: UserId, limit: i64) -> Result<Vec<Task>> {
    Ok(sql!(tx, all Task,
        "SELECT k.id, k.ticket_id, t.number, k.agent_id, k.text, k.due_at, k.done_at
         FROM ticket_tasks k JOIN tickets t ON t.id = k.ticket_id
         WHERE k.agent_id = $1 AND k.done_at IS NULL ORDER BY k.due_at, k.id LIMIT $2", agent, limit)?)
}

/// What somebody planned on a case.
pub async fn tasks_on(tx: &mut Tx, ticket: TicketId) -> Result<Vec<Task>> {
    Ok(sql!(tx, all Task,
        "SELECT k.id, k.ticket_id, t.number, k.agent_id, k.text, k.due_at, k.done_at
         FROM ticket_tasks k JOIN tickets t ON t.id = k.ticket_id
         WHERE k.ticket_id = $1 ORDER BY k.due_at, k.id LIMIT 100", ticket)?)
}

/// Plans to come back to a case; the agent is reminded.
pub async fn follow_up(caas: &Caas, agent: &Agent, ticket: TicketId, due: Timestamp, text: &str) -> Answer<Uuid> {
    let Some(text) = written(text, 500) else { return Ok(Err(INVALID)) };
    let now = caas.now();
    if due < now || due > now + chrono::TimeDelta::days(730) {
        return Ok(Err(INVALID));
    }
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO ticket_tasks (id, ticket_id, agent_id, text, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id, ticket.id, agent.id, &text, due, now)?;
    jobs::enqueue(caas, &mut tx, &Remind { task: id }, Enqueue::at(due).keyed(format!("task:{id}"))).await?;
    let data = serde_json::json!({ "task": id, "due": due });
    let told = Told { actor: agent.actor(), kind: EntryKind::TaskPlanned, visible: false, data };
    tickets::log(caas, &mut tx, &ticket, None, told).await?;
    tickets::changed(&mut tx, &ticket);
    tx.commit().await?;
    Ok(Ok(id))
}

/// What was planned is done.
pub async fn finish_task(caas: &Caas, agent: &Agent, id: Uuid) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let done = sql!(
        &mut tx,
        optional(TicketId, UserId),
        "UPDATE ticket_tasks SET done_at = $1 WHERE id = $2 AND done_at IS NULL RETURNING ticket_id, agent_id",
        caas.now(),
        id
    )?;
    let Some((ticket, _)) = done else { return Ok(Err(SupportError::NotFound)) };
    let ticket = tickets::load(&mut tx, ticket).await?;
    let data = serde_json::json!({ "task": id });
    let told = Told { actor: agent.actor(), kind: EntryKind::TaskDone, visible: false, data };
    tickets::log(caas, &mut tx, &ticket, None, told).await?;
    tickets::changed(&mut tx, &ticket);
    tx.commit().await?;
    Ok(Ok(()))
}

/// Reminds an agent of what was planned.
#[derive(Serialize, Deserialize)]
pub struct Remind {
    task: Uuid,
}

impl Job for Remind {
    const KIND: &'static str = "support.remind";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let task = sql!(&mut tx, optional Task,
            "SELECT k.id, k.ticket_id, t.number, k.agent_id, k.text, k.due_at, k.done_at
             FROM ticket_tasks k JOIN tickets t ON t.id = k.ticket_id WHERE k.id = $1 AND k.done_at IS NULL", self.task)?;
        let Some(task) = task else { return Ok(Outcome::Done) };
        conversation::system(
            caas,
            &mut tx,
            task.ticket_id,
            Some(task.agent),
            "TASK_DUE",
            serde_json::json!({ "text": task.text }),
        )
        .await?;
        let notice = Notice {
            ticket: Some(task.number.clone()),
            text: Some(task.text.clone()),
            ..Notice::about(
                task.agent,
                NoticeEvent::AgentTaskDue,
                task.id.to_string(),
                format!("/soporte/{}", task.number),
            )
        };
        notify(caas, &mut tx, &notice).await?;
        tx.announce("tickets");
        Ok(Outcome::DoneIn(tx))
    }
}
