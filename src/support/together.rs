//! Two agents on one case: each sees that the other is there, and what each is writing is kept.

use super::model::{LONGEST_TEXT, PRESENT_FOR};
use super::tickets::Agent;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId};
use sqlx::FromRow;

/// Somebody who is looking at a case.
#[derive(Debug, Clone, FromRow)]
pub struct Presence {
    /// Who.
    #[sqlx(rename = "agent_id")]
    pub agent: UserId,
    /// By name.
    pub name: String,
    /// The last sign.
    pub seen_at: Timestamp,
}

/// Who is looking at a case.
pub async fn presence(tx: &mut Tx, ticket: TicketId, now: Timestamp) -> Result<Vec<Presence>> {
    Ok(sql!(tx, all Presence,
        "SELECT p.agent_id, u.name, p.seen_at FROM ticket_presence p JOIN users u ON u.id = p.agent_id
         WHERE p.ticket_id = $1 AND p.seen_at > $2 ORDER BY u.name, p.agent_id LIMIT 50", ticket, now - PRESENT_FOR)?)
}

/// Gives a sign that an agent is looking at a case. Others are told when somebody comes, not at every sign.
pub async fn touch_presence(caas: &Caas, agent: &Agent, ticket: TicketId) -> Result<()> {
    let now = caas.now();
    let mut tx = caas.db.begin().await?;
    let before = sql!(
        &mut tx,
        optional(Timestamp, UserId),
        "SELECT seen_at, agent_id FROM ticket_presence WHERE ticket_id = $1 AND agent_id = $2",
        ticket,
        agent.id
    )?;
    sql!(&mut tx, execute
        "INSERT INTO ticket_presence (ticket_id, agent_id, seen_at) SELECT id, $2, $3 FROM tickets WHERE id = $1
         ON CONFLICT (ticket_id, agent_id) DO UPDATE SET seen_at = excluded.seen_at", ticket, agent.id, now)?;
    // Who left long ago is forgotten.
    sql!(&mut tx, execute "DELETE FROM ticket_presence WHERE ticket_id = $1 AND seen_at <= $2", ticket, now - PRESENT_FOR)?;
    if before.is_none_or(|(seen_at, _)| seen_at <= now - PRESENT_FOR) {
        tx.announce(format!("ticket:{ticket}"));
    }
    tx.commit().await
}

/// What an agent was writing on a case.
pub async fn draft(tx: &mut Tx, ticket: TicketId, agent: UserId) -> Result<Option<String>> {
    let row = sql!(
        tx,
        optional(String, UserId),
        "SELECT text, agent_id FROM ticket_drafts WHERE ticket_id = $1 AND agent_id = $2",
        ticket,
        agent
    )?;
    Ok(row.map(|(text, _)| text))
}

/// Keeps what an agent is writing; nothing written keeps nothing.
pub async fn save_draft(caas: &Caas, agent: &Agent, ticket: TicketId, text: &str) -> Result<()> {
    let text: String = text.chars().take(LONGEST_TEXT).collect();
    let mut tx = caas.db.begin().await?;
    if text.trim().is_empty() || is_said_already(&mut tx, ticket, agent.id, text.trim()).await? {
        drop_draft(&mut tx, ticket, agent.id).await?;
    } else {
        sql!(&mut tx, execute
            "INSERT INTO ticket_drafts (ticket_id, agent_id, text, updated_at) SELECT id, $2, $3, $4 FROM tickets WHERE id = $1
             ON CONFLICT (ticket_id, agent_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at",
            ticket, agent.id, &text, caas.now())?;
    }
    tx.commit().await
}

/// Whether the agent's last answer begins like this: the draft was overtaken by the answer it became.
async fn is_said_already(tx: &mut Tx, ticket: TicketId, agent: UserId, text: &str) -> Result<bool> {
    let last = sql!(
        tx,
        optional(String,),
        "SELECT text FROM ticket_messages WHERE ticket_id = $1 AND author_id = $2 AND kind = 'REPLY'
         ORDER BY created_at DESC, id DESC LIMIT 1",
        ticket,
        agent
    )?;
    Ok(last.is_some_and(|(said,)| said.starts_with(text)))
}

pub(super) async fn drop_draft(tx: &mut Tx, ticket: TicketId, agent: UserId) -> Result<()> {
    sql!(tx, execute "DELETE FROM ticket_drafts WHERE ticket_id = $1 AND agent_id = $2", ticket, agent)?;
    Ok(())
}
