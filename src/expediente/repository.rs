//! Reading the story.

use super::model::{Actor, StoredEntry};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, UserId};
use crate::kernel::locale::Bilingual;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    seq: i64,
    at: Timestamp,
    actor_kind: String,
    actor_id: Option<Uuid>,
    kind: String,
    subject_kind: String,
    subject_id: Uuid,
    vehicle_id: Option<Uuid>,
    before_state: Option<String>,
    after_state: Option<String>,
    data: String,
}

impl TryFrom<Row> for StoredEntry {
    type Error = crate::kernel::error::Failure;
    fn try_from(row: Row) -> Result<StoredEntry> {
        Ok(StoredEntry {
            id: row.id,
            seq: row.seq,
            at: row.at,
            actor: Actor { kind: row.actor_kind.parse()?, id: row.actor_id },
            kind: row.kind.parse()?,
            subject_kind: row.subject_kind.parse()?,
            subject_id: row.subject_id,
            vehicle_id: row.vehicle_id,
            before: row.before_state,
            after: row.after_state,
            data: serde_json::from_str(&row.data)?,
        })
    }
}

/// Which part of the story is wanted.
#[derive(Debug, Clone, Default)]
pub struct StoryFilter {
    /// Only what concerns this car.
    pub vehicle: Option<Uuid>,
    /// Only entries about this kind of thing, by its code.
    pub subject_kind: Option<String>,
    /// Only entries older than this number: the key for the next page.
    pub before_seq: Option<i64>,
}

/// The customer's story, newest first.
pub async fn story(tx: &mut Tx, customer: UserId, filter: &StoryFilter, limit: i64) -> Result<Vec<StoredEntry>> {
    let rows = sql!(tx, all Row,
        "SELECT id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, vehicle_id, before_state, after_state, data
         FROM expediente_entries
         WHERE chain_id = $1 AND visible AND seq < $2
           AND ($3 IS NULL OR vehicle_id = $3) AND ($4 IS NULL OR subject_kind = $4)
         ORDER BY seq DESC LIMIT $5",
        customer.0, filter.before_seq.unwrap_or(i64::MAX), filter.vehicle, filter.subject_kind.as_deref(), limit)?;
    rows.into_iter().map(StoredEntry::try_from).collect()
}

/// Everything written about one thing, oldest first.
pub async fn about(tx: &mut Tx, subject_id: Uuid) -> Result<Vec<StoredEntry>> {
    let rows = sql!(tx, all Row,
        "SELECT id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, vehicle_id, before_state, after_state, data
         FROM expediente_entries WHERE subject_id = $1 ORDER BY seq", subject_id)?;
    rows.into_iter().map(StoredEntry::try_from).collect()
}

/// An entry with the service it concerns, by itself or through its payment.
#[derive(Debug, Clone)]
pub struct StoryLine {
    /// What happened.
    pub entry: StoredEntry,
    /// The service as it was ordered, and its activation.
    pub service: Option<(ActivationId, Bilingual)>,
}

#[derive(FromRow)]
struct LineRow {
    #[sqlx(flatten)]
    row: Row,
    activation_id: Option<ActivationId>,
    service_names: Option<Json<Bilingual>>,
}

/// The customer's story, newest first, each entry with its service.
pub async fn story_lines(tx: &mut Tx, customer: UserId, filter: &StoryFilter, limit: i64) -> Result<Vec<StoryLine>> {
    let rows = sql!(tx, all LineRow,
        "SELECT e.id, e.seq, e.at, e.actor_kind, e.actor_id, e.kind, e.subject_kind, e.subject_id, e.vehicle_id,
                e.before_state, e.after_state, e.data, a.service_activation_id AS activation_id, a.service_names
         FROM expediente_entries e
         LEFT JOIN payments p ON e.subject_kind = 'PAYMENT' AND p.id = e.subject_id
         LEFT JOIN service_activations a ON a.service_activation_id = COALESCE(p.service_activation_id, e.subject_id)
         WHERE e.chain_id = $1 AND e.visible AND e.seq < $2
           AND ($3 IS NULL OR e.vehicle_id = $3) AND ($4 IS NULL OR e.subject_kind = $4)
         ORDER BY e.seq DESC LIMIT $5",
        customer.0, filter.before_seq.unwrap_or(i64::MAX), filter.vehicle, filter.subject_kind.as_deref(), limit)?;
    rows.into_iter()
        .map(|line| {
            let service = line.activation_id.zip(line.service_names).map(|(id, names)| (id, names.0));
            Ok(StoryLine { entry: line.row.try_into()?, service })
        })
        .collect()
}
