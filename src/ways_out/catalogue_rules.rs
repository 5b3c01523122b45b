//! What a case has shown about a service: an agent proposes to change what it fits, an administrator decides.

use super::not_now;
use crate::Caas;
use crate::catalogue::repository as catalogue;
use crate::catalogue::rules::compare_firmware;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ServiceId, TicketId, UserId};
use crate::kernel::locale::Bilingual;
use crate::support::conversation::system;
use crate::support::model::{NotNow, RuleChange, RuleStatus, SupportError};
use crate::support::tickets::{self, Agent, Answer, lock};
use sqlx::FromRow;
use sqlx::types::Json;
use std::cmp::Ordering;
use uuid::Uuid;

/// A change of what a service fits, as an administrator decides on it.
#[derive(Debug, Clone, FromRow)]
pub struct RuleProposal {
    /// Its id.
    pub id: Uuid,
    /// The case that showed it.
    pub number: String,
    /// The service.
    pub service_id: ServiceId,
    /// By name.
    pub service_names: Json<Bilingual>,
    /// What is to change.
    pub change: Json<RuleChange>,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub status: RuleStatus,
    /// Who proposes it.
    pub proposed_by_name: String,
    /// When.
    pub proposed_at: Timestamp,
}

/// Proposes to change what the service of a case fits.
pub async fn propose_catalogue_rule(caas: &Caas, agent: &Agent, ticket: TicketId, change: RuleChange) -> Answer<Uuid> {
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(service) = ticket.service_id else { return not_now(NotNow::Invalid) };
    if let Err(why) = check_change(&mut tx, service, &change).await? {
        return not_now(why);
    }
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO catalogue_rule_changes (id, ticket_id, service_id, change, status, proposed_by, proposed_at)
         VALUES ($1, $2, $3, $4, 'PROPOSED', $5, $6)", id, ticket.id, service, Json(&change), agent.id, caas.now())?;
    let entry = Entry {
        after: Some(RuleStatus::Proposed.as_str()),
        data: serde_json::json!({ "ticket": ticket.number, "service": service, "change": change }),
        ..Entry::new(None, agent.actor(), EntryKind::CatalogueRuleProposed, SubjectKind::CatalogueRule, id)
    };
    record(caas, &mut tx, entry).await?;
    let data = serde_json::json!({ "change": change });
    system(caas, &mut tx, ticket.id, Some(agent.id), "RULE_PROPOSED", data).await?;
    tickets::changed(&mut tx, &ticket);
    tx.commit().await?;
    Ok(Ok(id))
}

/// Whether a change makes sense as the catalogue stands.
async fn check_change(tx: &mut Tx, service: ServiceId, change: &RuleChange) -> Result<std::result::Result<(), NotNow>> {
    let Some(found) = catalogue::service(tx, service).await? else { return Ok(Err(NotNow::Invalid)) };
    Ok(match change {
        RuleChange::NotForModel { model } if !found.models.contains(model) => Err(NotNow::Invalid),
        RuleChange::NotForModel { .. } if found.models.len() == 1 => Err(NotNow::LastModel),
        RuleChange::NotForModel { .. } => Ok(()),
        RuleChange::FirmwareFrom { version } => {
            let sound = (1..=20).contains(&version.len()) && version.chars().all(|c| c.is_ascii_digit() || c == '.');
            let higher = compare_firmware(version, &found.min_firmware) == Ordering::Greater;
            if sound && higher { Ok(()) } else { Err(NotNow::Invalid) }
        }
        RuleChange::ConflictsWith { service: other } => {
            let known = catalogue::service(tx, *other).await?.is_some();
            let new = *other != service && !found.conflicts.iter().any(|conflict| conflict.id == *other);
            if known && new { Ok(()) } else { Err(NotNow::Invalid) }
        }
    })
}

/// The changes that wait for a decision, the oldest first.
pub async fn rule_proposals(tx: &mut Tx, limit: i64) -> Result<Vec<RuleProposal>> {
    Ok(sql!(tx, all RuleProposal,
        "SELECT r.id, t.number, r.service_id, s.names AS service_names, r.change, r.status, u.name AS proposed_by_name, r.proposed_at
         FROM catalogue_rule_changes r JOIN tickets t ON t.id = r.ticket_id JOIN services s ON s.id = r.service_id
         JOIN users u ON u.id = r.proposed_by
         WHERE r.status = 'PROPOSED' ORDER BY r.proposed_at, r.id LIMIT $1", limit)?)
}

#[derive(FromRow)]
struct Proposed {
    ticket_id: TicketId,
    service_id: ServiceId,
    change: Json<RuleChange>,
    status: String,
}

/// An administrator approves a change, which is then in the catalogue, or refuses it.
pub async fn decide_catalogue_rule(caas: &Caas, admin: UserId, id: Uuid, approve: bool) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    // The row first, so that two administrators can't both decide.
    sql!(&mut tx, execute "UPDATE catalogue_rule_changes SET decided_by = decided_by WHERE id = $1", id)?;
    let proposed = sql!(&mut tx, optional Proposed,
        "SELECT ticket_id, service_id, change, status FROM catalogue_rule_changes WHERE id = $1", id)?;
    let Some(proposed) = proposed else { return Ok(Err(SupportError::NotFound)) };
    if proposed.status != RuleStatus::Proposed.as_str() {
        return not_now(NotNow::Decided);
    }
    let status = if approve { RuleStatus::Approved } else { RuleStatus::Refused };
    if approve {
        if let Err(why) = check_change(&mut tx, proposed.service_id, &proposed.change.0).await? {
            return not_now(why);
        }
        change_catalogue(&mut tx, proposed.service_id, &proposed.change.0).await?;
    }
    sql!(&mut tx, execute
        "UPDATE catalogue_rule_changes SET status = $1, decided_by = $2, decided_at = $3 WHERE id = $4",
        status.as_str(), admin, caas.now(), id)?;
    let entry = Entry {
        before: Some(RuleStatus::Proposed.as_str()),
        after: Some(status.as_str()),
        data: serde_json::json!({ "service": proposed.service_id, "change": proposed.change.0 }),
        ..Entry::new(None, Actor::staff(admin), EntryKind::CatalogueRuleDecided, SubjectKind::CatalogueRule, id)
    };
    record(caas, &mut tx, entry).await?;
    let code = if approve { "RULE_APPROVED" } else { "RULE_REFUSED" };
    let data = serde_json::json!({ "change": proposed.change.0 });
    system(caas, &mut tx, proposed.ticket_id, Some(admin), code, data).await?;
    tx.announce("tickets");
    tx.commit().await?;
    Ok(Ok(()))
}

async fn change_catalogue(tx: &mut Tx, id: ServiceId, change: &RuleChange) -> Result<()> {
    let Some(service) = catalogue::service(tx, id).await? else { return Ok(()) };
    match change {
        RuleChange::NotForModel { model } => {
            let models: Vec<_> = service.models.iter().filter(|known| *known != model).cloned().collect();
            catalogue::set_fit(tx, id, &models, &service.min_firmware).await?;
        }
        RuleChange::FirmwareFrom { version } => catalogue::set_fit(tx, id, &service.models, version).await?,
        RuleChange::ConflictsWith { service: other } => catalogue::add_conflict(tx, id, *other).await?,
    }
    catalogue::changed(tx).await
}
