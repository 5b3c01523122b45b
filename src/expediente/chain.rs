//! The hash chains: how an entry is sealed, and the proof that none was changed, moved or removed.

use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;
use std::collections::VecDeque;
use uuid::Uuid;

/// Rows read at a time: each read is one step through an index, whatever the size of the table.
const BATCH: i64 = 5_000;

/// An entry as it stands in its chain.
#[derive(Debug, Clone, FromRow)]
pub struct Sealed {
    /// Its id.
    pub id: Uuid,
    /// The customer, or zero for the platform.
    pub chain_id: Uuid,
    /// 1, 2, 3 … within the chain.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What kind of actor brought it about.
    pub actor_kind: String,
    /// Which person, where there is one.
    pub actor_id: Option<Uuid>,
    /// What happened.
    pub kind: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which.
    pub subject_id: Uuid,
    /// The car it concerns.
    pub vehicle_id: Option<Uuid>,
    /// State before.
    pub before_state: Option<String>,
    /// State after.
    pub after_state: Option<String>,
    /// Facts, as the text that is hashed.
    pub data: String,
    /// Whether the customer reads it.
    pub visible: bool,
    /// The hash of the entry before.
    pub previous: String,
    /// The hash of this one, as it is written.
    pub hash: String,
}

impl Sealed {
    /// The hash that its columns lead to: SHA-256 over every one of them, each with its length before it so that no two
    /// rows read the same.
    pub fn computed_hash(&self) -> String {
        let mut hasher = Sha256::new();
        let optional = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        for part in [
            self.previous.as_str(),
            &self.id.to_string(),
            &self.chain_id.to_string(),
            &self.seq.to_string(),
            &self.at.timestamp_micros().to_string(),
            &self.actor_kind,
            &optional(self.actor_id),
            &self.kind,
            &self.subject_kind,
            &self.subject_id.to_string(),
            &optional(self.vehicle_id),
            self.before_state.as_deref().unwrap_or_default(),
            self.after_state.as_deref().unwrap_or_default(),
            &self.data,
            if self.visible { "1" } else { "0" },
        ] {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part);
        }
        hex::encode(hasher.finalize())
    }

    /// Whether nobody has changed it since it was written.
    pub fn is_intact(&self) -> bool {
        self.hash == self.computed_hash()
    }
}

/// An entry as it stands in its chain.
pub async fn sealed(tx: &mut Tx, id: Uuid) -> Result<Option<Sealed>> {
    Ok(sql!(tx, optional Sealed,
        "SELECT id, chain_id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, vehicle_id, before_state,
                after_state, data, visible, previous, hash
         FROM expediente_entries WHERE id = $1", id)?)
}

/// The newest hash of a customer's chain: whoever has it on paper can tell later whether anything was changed.
pub async fn seal_of(tx: &mut Tx, chain: Uuid) -> Result<Option<(i64, String)>> {
    Ok(sql!(tx, optional(i64, String), "SELECT last_seq, last_hash FROM expediente_chains WHERE chain_id = $1", chain)?)
}

/// What a walk along all chains came to.
#[derive(Debug, Default)]
pub struct Walk {
    /// Entries read.
    pub entries: i64,
    /// Each place at which a chain is broken, with its ids.
    pub broken: Vec<String>,
}

/// Walks along every entry of every chain and recomputes each hash. One pass in the order of the index, whatever the
/// number of chains.
pub async fn walk(tx: &mut Tx) -> Result<Walk> {
    let mut walk = Walk::default();
    let mut heads = Heads::default();
    let mut at = Place { chain: Uuid::nil(), seq: 0, hash: String::new() };
    let mut after = (Uuid::nil(), i64::MIN);
    // What concerns no customer stands in the chain of id zero, which is also where the walk begins.
    let mut begun = false;
    loop {
        let rows = sql!(tx, all Sealed,
            "SELECT id, chain_id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, vehicle_id, before_state,
                    after_state, data, visible, previous, hash
             FROM expediente_entries WHERE (chain_id, seq) > ($1, $2) ORDER BY chain_id, seq LIMIT $3",
            after.0, after.1, BATCH)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            walk.entries += 1;
            if row.chain_id != at.chain {
                if begun {
                    heads.close(tx, &at, &mut walk.broken).await?;
                }
                at = Place { chain: row.chain_id, seq: 0, hash: String::new() };
            }
            begun = true;
            if row.seq != at.seq + 1 || row.previous != at.hash || !row.is_intact() {
                walk.broken.push(format!(
                    "expediente chain {}: entry {} ({}) does not follow from the one before",
                    row.chain_id, row.seq, row.id
                ));
            }
            after = (row.chain_id, row.seq);
            (at.seq, at.hash) = (row.seq, row.hash);
        }
    }
    if begun {
        heads.close(tx, &at, &mut walk.broken).await?;
    }
    heads.rest(tx, &mut walk.broken).await?;
    Ok(walk)
}

/// How far the walk is.
struct Place {
    chain: Uuid,
    seq: i64,
    hash: String,
}

/// What each chain says of its own end, read along with the entries in the same order.
#[derive(Default)]
struct Heads {
    waiting: VecDeque<(Uuid, i64, String)>,
    last: Option<Uuid>,
    is_all: bool,
}

impl Heads {
    async fn next(&mut self, tx: &mut Tx) -> Result<Option<(Uuid, i64, String)>> {
        if self.waiting.is_empty() && !self.is_all {
            let rows = sql!(
                tx,
                all(Uuid, i64, String),
                "SELECT chain_id, last_seq, last_hash FROM expediente_chains
                 WHERE $1 IS NULL OR chain_id > $1 ORDER BY chain_id LIMIT $2",
                self.last,
                BATCH
            )?;
            self.is_all = rows.is_empty();
            self.last = rows.last().map(|(chain, ..)| *chain).or(self.last);
            self.waiting = rows.into();
        }
        Ok(self.waiting.pop_front())
    }

    /// The entries of a chain are over: its own end must be there too.
    async fn close(&mut self, tx: &mut Tx, end: &Place, broken: &mut Vec<String>) -> Result<()> {
        while let Some((chain, seq, hash)) = self.next(tx).await? {
            if chain == end.chain {
                if (seq, &hash) != (end.seq, &end.hash) {
                    broken.push(format!("expediente chain {chain}: entries are missing after {}", end.seq));
                }
                return Ok(());
            }
            if chain > end.chain {
                self.waiting.push_front((chain, seq, hash));
                break;
            }
            broken.push(format!("expediente chain {chain}: all of its {seq} entries are missing"));
        }
        broken.push(format!("expediente chain {}: nobody knows where it ends", end.chain));
        Ok(())
    }

    /// Chains after the last entry have none at all.
    async fn rest(&mut self, tx: &mut Tx, broken: &mut Vec<String>) -> Result<()> {
        while let Some((chain, seq, _)) = self.next(tx).await? {
            broken.push(format!("expediente chain {chain}: all of its {seq} entries are missing"));
        }
        Ok(())
    }
}
