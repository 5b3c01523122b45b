//! Writing entries.

use super::chain::Sealed;
use super::model::{Actor, EntryKind, SubjectKind};
use crate::Caas;
use crate::kernel::database::{Deferred, Tx};
use crate::kernel::error::Result;
use crate::kernel::ids::{UserId, VehicleId};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Entries written by one statement.
const MOST_ROWS: usize = 500;

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

/// Adds an entry to the caller's transaction. Its place in the chain is settled right before the commit, together with the
/// transaction's other entries: until then nobody waits for the chain.
pub async fn record(caas: &Caas, tx: &mut Tx, entry: Entry) -> Result<()> {
    if let Some(customer) = entry.customer {
        tx.announce(format!("user:{customer}"));
    }
    let chain_id = entry.customer.map_or(Uuid::nil(), |customer| customer.0);
    let row = Sealed {
        id: caas.new_uuid(),
        chain_id,
        seq: 0,
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
        previous: String::new(),
        hash: String::new(),
    };
    tx.deferred::<Unsealed>().0.entry(chain_id).or_default().push(row);
    Ok(())
}

/// The entries of a transaction, by chain. Transactions that write to several chains lock them in the same order.
#[derive(Default)]
struct Unsealed(BTreeMap<Uuid, Vec<Sealed>>);

impl Deferred for Unsealed {
    fn write<'a>(self: Box<Self>, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>> {
        async move {
            for (chain, entries) in self.0 {
                append(tx, chain, entries).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn is_last(&self) -> bool {
        true
    }
}

/// The statement that writes entries, behind what it is a part of.
macro_rules! written {
    ($before:literal) => {
        concat!(
            $before,
            "INSERT INTO expediente_entries (id, chain_id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id,
                                             vehicle_id, before_state, after_state, data, visible, previous, hash)"
        )
    };
}

/// Ends the chain with the last of the entries that are written.
const END_FROM_WRITTEN: &str = "RETURNING chain_id, seq, hash)
     UPDATE expediente_chains SET last_hash = newest.hash
     FROM (SELECT chain_id, hash FROM written ORDER BY seq DESC LIMIT 1) newest
     WHERE expediente_chains.chain_id = newest.chain_id";

/// Numbers the entries, seals each with the hash of the one before, and writes them at the end of their chain.
async fn append(tx: &mut Tx, chain: Uuid, mut entries: Vec<Sealed>) -> Result<()> {
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    // The row of the chain is locked until the commit, so numbers and hashes follow each other.
    let head = sql!(
        tx,
        optional(i64, String),
        "UPDATE expediente_chains SET last_seq = last_seq + $1 WHERE chain_id = $2 RETURNING last_seq, last_hash",
        count,
        chain
    )?;
    let (last, mut previous) = match head {
        Some(head) => head,
        None => sql!(
            tx,
            one(i64, String),
            "INSERT INTO expediente_chains (chain_id, last_seq, last_hash) VALUES ($1, $2, '')
                 ON CONFLICT (chain_id) DO UPDATE SET last_seq = expediente_chains.last_seq + excluded.last_seq
                 RETURNING last_seq, last_hash",
            chain,
            count
        )?,
    };
    for (row, seq) in entries.iter_mut().zip(last - count + 1..) {
        row.seq = seq;
        row.previous = previous;
        row.hash = row.computed_hash();
        previous = row.hash.clone();
    }
    // On PostgreSQL the chain's new end goes the same way.
    let is_one_way = tx.is_postgres();
    let (head, tail) = if is_one_way { (written!("WITH written AS ("), END_FROM_WRITTEN) } else { (written!(""), "") };
    for rows in entries.chunks(MOST_ROWS) {
        sql!(tx, insert head, rows, |row| [
            row.id, row.chain_id, row.seq, row.at, &row.actor_kind, row.actor_id, &row.kind, &row.subject_kind,
            row.subject_id, row.vehicle_id, row.before_state.as_deref(), row.after_state.as_deref(), &row.data,
            row.visible, &row.previous, &row.hash,
        ], tail)?;
    }
    if !is_one_way {
        sql!(tx, execute "UPDATE expediente_chains SET last_hash = $1 WHERE chain_id = $2", previous, chain)?;
    }
    Ok(())
}
