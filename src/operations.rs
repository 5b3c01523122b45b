//! What operations do by hand with work and messages that were given up; each written to the audit log.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::inbox::{self, InboxId};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::jobs::{DeadJob, JobId, discard_dead_job, revive_dead_job};

/// Runs a dead job again; `false` when it is dead no more.
pub async fn run_again(caas: &Caas, by: UserId, id: JobId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some(job) = find(&mut tx, id).await? else { return Ok(false) };
    revive_dead_job(&mut tx, id, caas.now()).await?;
    note(caas, &mut tx, by, EntryKind::DeadJobRevived, job).await?;
    tx.commit().await?;
    Ok(true)
}

/// Drops a dead job; `false` when it is dead no more.
pub async fn discard(caas: &Caas, by: UserId, id: JobId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some(job) = find(&mut tx, id).await? else { return Ok(false) };
    discard_dead_job(&mut tx, id).await?;
    note(caas, &mut tx, by, EntryKind::DeadJobDiscarded, job).await?;
    tx.commit().await?;
    Ok(true)
}

/// Has an unmatched message interpreted once more; `false` when it is unmatched no more.
pub async fn interpret_again(caas: &Caas, by: UserId, id: InboxId) -> Result<bool> {
    if !inbox::service::try_again(caas, id).await? {
        return Ok(false);
    }
    let mut tx = caas.db.begin().await?;
    let entry = Entry::new(None, Actor::staff(by), EntryKind::WebhookRetried, SubjectKind::Webhook, id.0);
    record(caas, &mut tx, entry).await?;
    tx.commit().await?;
    Ok(true)
}

async fn find(tx: &mut Tx, id: JobId) -> Result<Option<DeadJob>> {
    Ok(
        sql!(tx, optional DeadJob, "SELECT id, kind, last_error, died_at FROM jobs WHERE id = $1 AND died_at IS NOT NULL", id)?,
    )
}

async fn note(caas: &Caas, tx: &mut Tx, by: UserId, kind: EntryKind, job: DeadJob) -> Result<()> {
    let entry = Entry {
        data: serde_json::json!({ "kind": job.kind, "diedAt": job.died_at, "error": job.last_error }),
        ..Entry::new(None, Actor::staff(by), kind, SubjectKind::Job, job.id)
    };
    record(caas, tx, entry).await
}
