//! Writing entries.

use super::chain::Sealed;
use super::model::{Actor, EntryKind, SubjectKind};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{UserId, VehicleId};
use uuid::Uuid;

/// What is to be written.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whose expediente; `None` for what concerns no customer.
    pub customer: Option<UserId>,
    /// Who brought it about.
    pub actor: Actor,
    /// What happened.
    pub kind: EntryKind,
    /// To what kind of thing.
    pub subject_kind: SubjectKind,
    /// To which.
    pub subject_id: Uuid,
    /// The car it concerns.
    pub vehicle: Option<VehicleId>,
    /// State before, for a change of state.
    pub before: Option<&'static str>,
    /// State after.
    pub after: Option<&'static str>,
    /// Facts for the reader. No secrets, no personal data: entries outlive an erasure.
    pub data: serde_json::Value,
    /// Whether it is part of the story the customer reads.
    pub visible: bool,
}

impl Entry {
    /// An entry that is no change of state and not part of the customer's story; set the rest with struct update.
    pub fn new(
        customer: Option<UserId>,
        actor: Actor,
        kind: EntryKind,
        subject_kind: SubjectKind,
        subject_id: Uuid,
    ) -> Entry {
        Entry {
            customer,
            actor,
            kind,
            subject_kind,
            subject_id,
            vehicle: None,
            before: None,
            after: None,
            data: serde_json::Value::Object(serde_json::Map::new()),
            visible: false,
        }
    }
}

/// Writes an entry in the caller's transaction.
pub async fn record(caas: &Caas, tx: &mut Tx, entry: Entry) -> Result<()> {
    let chain = entry.customer.map_or(Uuid::nil(), |customer| customer.0);
    // The row of the chain is locked until the commit, so numbers and hashes follow each other.
    let head = sql!(
        tx,
        optional(i64, String),
        "UPDATE expediente_chains SET last_seq = last_seq + 1 WHERE chain_id = $1 RETURNING last_seq, last_hash",
        chain
    )?;
    let (seq, previous) = match head {
        Some(head) => head,
        None => sql!(
            tx,
            one(i64, String),
            "INSERT INTO expediente_chains (chain_id, last_seq, last_hash) VALUES ($1, 1, '')
                 ON CONFLICT (chain_id) DO UPDATE SET last_seq = expediente_chains.last_seq + 1
                 RETURNING last_seq, last_hash",
            chain
        )?,
    };
    let row = Sealed {
        id: caas.new_uuid(),
        chain_id: chain,
        seq,
        at: caas.now(),
        actor_kind: entry.actor.kind.to_string(),
        actor_id: entry.actor.id,
        kind: entry.kind.to_string(),
        subject_kind: entry.subject_kind.to_string(),
        subject_id: entry.subject_id,
        vehicle_id: entry.vehicle.map(|v| v.0),
        before_state: entry.before.map(str::to_owned),
        after_state: entry.after.map(str::to_owned),
        data: entry.data.to_string(),
        visible: entry.visible,
        previous,
        hash: String::new(),
    };
    let hash = row.computed_hash();
    sql!(tx, execute
        "INSERT INTO expediente_entries (id, chain_id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id,
                                         vehicle_id, before_state, after_state, data, visible, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        row.id, row.chain_id, row.seq, row.at, &row.actor_kind, row.actor_id, &row.kind, &row.subject_kind,
        row.subject_id, row.vehicle_id, row.before_state.as_deref(), row.after_state.as_deref(), &row.data, row.visible,
        &row.previous, &hash)?;
    sql!(tx, execute "UPDATE expediente_chains SET last_hash = $1 WHERE chain_id = $2", &hash, chain)?;
    if let Some(customer) = entry.customer {
        tx.announce(format!("user:{customer}"));
    }
    Ok(())
}
