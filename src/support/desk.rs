//! Who works on a case, how pressing it is, and cases that turn out to be one.

use super::conversation;
use super::model::{NotNow, Priority, SupportError, Team, TicketEvent, TicketStatus, UNMERGE_WITHIN, written};
use super::tickets::{self, Agent, Answer, Ticket, Told, lock, step};
use crate::Caas;
use crate::activation::model::ActivationState;
use crate::expediente::model::EntryKind;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId};
use sqlx::FromRow;

/// Takes a case and leaves the transaction open, or returns from the use case with why not.
macro_rules! taken {
    ($caas:expr, $tx:expr, $id:expr, $version:expr) => {
        match lock($caas, $tx, $id, $version).await? {
            Ok(ticket) => ticket,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}

/// Takes a case over.
pub async fn take(caas: &Caas, agent: &Agent, ticket: TicketId, version: i64) -> Answer<()> {
    assign(caas, agent, ticket, Some(agent.id), version).await
}

/// Gives a case to somebody, or to nobody.
pub async fn assign(caas: &Caas, agent: &Agent, ticket: TicketId, to: Option<UserId>, version: i64) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = taken!(caas, &mut tx, ticket, Some(version));
    if !ticket.status.is_open() {
        return Ok(Err(closed(&ticket)));
    }
    if let Some(user) = to
        && !is_agent(&mut tx, user).await?
    {
        return Ok(Err(SupportError::not_now(NotNow::NotAnAgent)));
    }
    let before = ticket.assigned_to;
    ticket.assigned_to = to;
    let data = serde_json::json!({ "from": before, "to": to });
    work(caas, &mut tx, &ticket, agent, EntryKind::TicketAssigned, data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Gives a case to another team, with a word why. It belongs to nobody until somebody there takes it.
pub async fn hand_over(
    caas: &Caas,
    agent: &Agent,
    ticket: TicketId,
    team: Team,
    text: &str,
    version: i64,
) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = taken!(caas, &mut tx, ticket, Some(version));
    if !ticket.status.is_open() {
        return Ok(Err(closed(&ticket)));
    }
    let before = ticket.team;
    ticket.team = team;
    ticket.assigned_to = None;
    let text = written(text, super::model::LONGEST_TEXT).unwrap_or_default();
    let data = serde_json::json!({ "from": before, "team": team, "text": text });
    conversation::system(caas, &mut tx, ticket.id, Some(agent.id), "HANDED_OVER", data).await?;
    let data = serde_json::json!({ "from": before, "to": team });
    work(caas, &mut tx, &ticket, agent, EntryKind::TicketHandedOver, data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Makes a case more or less pressing.
pub async fn set_priority(
    caas: &Caas,
    agent: &Agent,
    ticket: TicketId,
    priority: Priority,
    version: i64,
) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = taken!(caas, &mut tx, ticket, Some(version));
    if !ticket.status.is_open() {
        return Ok(Err(closed(&ticket)));
    }
    let before = ticket.priority;
    if before != priority {
        ticket.priority = priority;
        let data = serde_json::json!({ "from": before, "to": priority });
        work(caas, &mut tx, &ticket, agent, EntryKind::TicketPriorityChanged, data).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Opens a solved case again.
pub async fn reopen(caas: &Caas, agent: &Agent, ticket: TicketId, version: i64) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = taken!(caas, &mut tx, ticket, Some(version));
    let told = Told {
        actor: agent.actor(),
        kind: EntryKind::TicketReopened,
        visible: true,
        data: serde_json::json!({ "solution": ticket.solution }),
    };
    if let Err(refusal) = step(caas, &mut tx, &mut ticket, TicketEvent::Reopened, told).await? {
        return Ok(Err(refusal));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Lets a case go on in another one of the same customer. For ten minutes it can be undone.
pub async fn merge(caas: &Caas, agent: &Agent, from: TicketId, into_number: &str, version: i64) -> Answer<()> {
    let not_now = |why| Ok(Err(SupportError::not_now(why)));
    let mut tx = caas.db.begin().await?;
    let Some(into) = tickets::id_of(&mut tx, into_number).await? else { return Ok(Err(SupportError::NotFound)) };
    if into == from {
        return not_now(NotNow::Itself);
    }
    // Always in the same order, so that two merges across each other don't wait for each other.
    let (mut from, into) = if from < into {
        let from = taken!(caas, &mut tx, from, Some(version));
        (from, taken!(caas, &mut tx, into, None))
    } else {
        let into = taken!(caas, &mut tx, into, None);
        (taken!(caas, &mut tx, from, Some(version)), into)
    };
    if from.customer_id != into.customer_id {
        return not_now(NotNow::OtherCustomer);
    }
    if into.status == TicketStatus::Merged {
        return not_now(NotNow::Merged);
    }
    let merged = sql!(
        &mut tx,
        optional(TicketId, i64),
        "SELECT id, version FROM tickets WHERE merged_into = $1 LIMIT 1",
        from.id
    )?;
    if merged.is_some() {
        return not_now(NotNow::HasMerged);
    }
    if from.activation != into.activation && activation_is_open(&mut tx, &from).await? {
        return not_now(NotNow::ActivationOpen);
    }
    let before = from.status;
    from.merged_into = Some(into.id);
    from.merged_at = Some(caas.now());
    from.merged_from = Some(before.to_string());
    let data = serde_json::json!({ "into": into.number });
    let told = Told { actor: agent.actor(), kind: EntryKind::TicketMerged, visible: false, data };
    if let Err(refusal) = step(caas, &mut tx, &mut from, TicketEvent::Merged, told).await? {
        return Ok(Err(refusal));
    }
    let data = serde_json::json!({ "from": from.number, "into": into.number });
    conversation::system(caas, &mut tx, into.id, Some(agent.id), "MERGED", data).await?;
    tickets::changed(&mut tx, &into);
    tx.commit().await?;
    Ok(Ok(()))
}

/// Undoes a merge of the last ten minutes.
pub async fn unmerge(caas: &Caas, agent: &Agent, ticket: TicketId, version: i64) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = taken!(caas, &mut tx, ticket, Some(version));
    let (Some(into), Some(at)) = (ticket.merged_into, ticket.merged_at) else {
        return Ok(Err(SupportError::not_now(NotNow::NotMerged)));
    };
    if caas.now() > at + UNMERGE_WITHIN {
        return Ok(Err(SupportError::not_now(NotNow::TooLate)));
    }
    let was_waiting = ticket.merged_from.as_deref() == Some(TicketStatus::WaitingForCustomer.as_str());
    let event = if was_waiting { TicketEvent::UnmergedWaiting } else { TicketEvent::UnmergedOpen };
    ticket.merged_into = None;
    ticket.merged_at = None;
    ticket.merged_from = None;
    let data = serde_json::json!({ "into": into });
    let told = Told { actor: agent.actor(), kind: EntryKind::TicketUnmerged, visible: false, data };
    if let Err(refusal) = step(caas, &mut tx, &mut ticket, event, told).await? {
        return Ok(Err(refusal));
    }
    let data = serde_json::json!({ "from": ticket.number });
    conversation::system(caas, &mut tx, into, Some(agent.id), "UNMERGED", data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes a change of who works on a case, or how.
async fn work(
    caas: &Caas,
    tx: &mut Tx,
    ticket: &Ticket,
    agent: &Agent,
    kind: EntryKind,
    data: serde_json::Value,
) -> Result<()> {
    tickets::save(caas, tx, ticket).await?;
    tickets::log(caas, tx, ticket, None, Told { actor: agent.actor(), kind, visible: false, data }).await
}

fn closed(ticket: &Ticket) -> SupportError {
    SupportError::not_now(if ticket.status == TicketStatus::Merged { NotNow::Merged } else { NotNow::Solved })
}

/// Whether the activation of a case still waits for a person.
async fn activation_is_open(tx: &mut Tx, ticket: &Ticket) -> Result<bool> {
    let Some(id) = ticket.activation else { return Ok(false) };
    let (state, _) = sql!(
        tx,
        one(String, i64),
        "SELECT current_state, version FROM service_activations WHERE service_activation_id = $1",
        id
    )?;
    Ok(state.parse::<ActivationState>()?.is_with_support())
}

async fn is_agent(tx: &mut Tx, user: UserId) -> Result<bool> {
    let row = sql!(
        tx,
        optional(UserId, i64),
        "SELECT id, version FROM users WHERE id = $1 AND role IN ('SUPPORT', 'OPERATIONS', 'ADMINISTRATOR') AND disabled_at IS NULL",
        user
    )?;
    Ok(row.is_some())
}

/// Somebody that a case can be given to.
#[derive(Debug, Clone, FromRow)]
pub struct AgentName {
    /// Who.
    pub id: UserId,
    /// By name.
    pub name: String,
}

/// Everybody that a case can be given to.
pub async fn agents(tx: &mut Tx) -> Result<Vec<AgentName>> {
    Ok(sql!(tx, all AgentName,
        "SELECT id, name FROM users WHERE role = 'SUPPORT' AND disabled_at IS NULL ORDER BY name, id LIMIT 200")?)
}
