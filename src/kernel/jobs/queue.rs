//! The table of jobs.

use super::Job;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::{Deferred, Tx};
use crate::kernel::error::Result;
use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqlx::FromRow;
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// One row of the queue.
pub type JobId = Uuid;

/// How long a claimed job belongs to its runner before another may take it. Renewed while the job runs.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(30);

/// How long a runner sleeps at most: the net under the wake-up calls.
pub(super) const POLL: Duration = Duration::from_millis(500);

/// Jobs written by one statement.
const MOST_ROWS: usize = 500;

/// When and under which name a job is to run.
#[derive(Debug, Clone, Default)]
pub struct Enqueue {
    /// Not before this time; at once when absent.
    pub at: Option<Timestamp>,
    /// At most one job with this key waits or runs; a second one is dropped.
    pub key: Option<String>,
}

impl Enqueue {
    /// At once.
    pub fn now() -> Enqueue {
        Enqueue::default()
    }

    /// At this time.
    pub fn at(at: Timestamp) -> Enqueue {
        Enqueue { at: Some(at), key: None }
    }

    /// Under a key.
    pub fn keyed(self, key: impl Into<String>) -> Enqueue {
        Enqueue { key: Some(key.into()), ..self }
    }
}

/// Adds a job to the caller's transaction. It is written together with the transaction's other jobs, before one is claimed
/// and at the latest before the commit.
pub async fn enqueue<J: Job>(caas: &Caas, tx: &mut Tx, job: &J, when: Enqueue) -> Result<()> {
    let now = caas.now();
    let job = NewJob {
        id: caas.new_uuid(),
        kind: J::KIND,
        payload: Json(serde_json::to_value(job)?),
        unique_key: when.key,
        due_at: when.at.unwrap_or(now),
        max_attempts: J::MAX_ATTEMPTS,
        created_at: now,
    };
    tx.deferred::<Collected>().0.push(job);
    Ok(())
}

struct NewJob {
    id: Uuid,
    kind: &'static str,
    payload: Json<serde_json::Value>,
    unique_key: Option<String>,
    due_at: Timestamp,
    max_attempts: i64,
    created_at: Timestamp,
}

/// The jobs that a transaction adds.
#[derive(Default)]
struct Collected(Vec<NewJob>);

impl Collected {
    /// Takes them out of the transaction. Whatever goes by what stands in the table under a key has them written first.
    fn of(tx: &mut Tx) -> Collected {
        std::mem::take(tx.deferred())
    }

    /// Writes them. Returns those that a runner has to be told of.
    async fn insert(self, tx: &mut Tx) -> Result<Vec<Uuid>> {
        for jobs in self.0.chunks(MOST_ROWS) {
            sql!(tx, insert "INSERT INTO jobs (id, kind, payload, unique_key, due_at, max_attempts, created_at)",
                jobs, |job| [
                    job.id, job.kind, &job.payload, job.unique_key.as_deref(), job.due_at, job.max_attempts, job.created_at,
                ], "ON CONFLICT (unique_key) DO NOTHING")?;
        }
        Ok(self.0.iter().filter(|job| is_soon(job.due_at, job.created_at)).map(|job| job.id).collect())
    }

    /// Writes them and tells the runners.
    async fn insert_and_tell(self, tx: &mut Tx) -> Result<()> {
        if !self.insert(tx).await?.is_empty() {
            tx.announce_job();
        }
        Ok(())
    }
}

impl Deferred for Collected {
    fn write<'a>(self: Box<Self>, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>> {
        self.insert_and_tell(tx).boxed()
    }
}

/// Whether a runner that has just looked would not look again in time by itself.
fn is_soon(due: Timestamp, now: Timestamp) -> bool {
    (due - now).to_std().map_or(true, |wait| wait <= POLL)
}

/// Adds a job under a key, or moves the one that waits under this key to the new time.
///
/// A runner that is at work on it settles the job afterwards and has the last word on its time.
pub async fn enqueue_or_move<J: Job>(caas: &Caas, tx: &mut Tx, job: &J, key: &str, at: Timestamp) -> Result<()> {
    Collected::of(tx).insert_and_tell(tx).await?;
    let now = caas.now();
    sql!(tx, execute
        "INSERT INTO jobs (id, kind, payload, unique_key, due_at, max_attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (unique_key) DO UPDATE SET due_at = excluded.due_at, attempts = 0",
        caas.new_uuid(), J::KIND, Json(serde_json::to_value(job)?), key, at, J::MAX_ATTEMPTS, now)?;
    if is_soon(at, now) {
        tx.announce_job();
    }
    Ok(())
}

#[derive(FromRow, Clone)]
pub(super) struct Claimed {
    pub id: Uuid,
    pub kind: String,
    pub payload: Json<serde_json::Value>,
    pub due_at: Timestamp,
    pub attempts: i64,
    pub max_attempts: i64,
}

/// Kinds of jobs that a runner takes no more of for now, in the form the statements below look them up in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Crowded(String);

impl Crowded {
    pub(super) fn new<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Crowded {
        Crowded(kinds.into_iter().map(|kind| format!(",{kind},")).collect())
    }
}

/// How PostgreSQL claims: the ids that are claimed are the set's, or the one's.
macro_rules! claimed_by_postgres {
    ($is:literal) => {
        concat!(
            "WITH done AS (DELETE FROM jobs WHERE id = $5)
             UPDATE jobs SET leased_until = $1, attempts = attempts + 1
             WHERE id ",
            $is,
            " (SELECT id FROM jobs
                WHERE died_at IS NULL AND due_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
                  AND $4 NOT LIKE '%,' || kind || ',%' AND id IS DISTINCT FROM $5
                ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
             RETURNING id, kind, payload, due_at, attempts, max_attempts"
        )
    };
}

/// Takes up to `limit` due jobs for this runner, and deletes the one that it is done with. Another runner can't get them
/// until the lease ends. Runners are told of those that this transaction adds and leaves to them.
pub(super) async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
    crowded: &Crowded,
    done: Option<Uuid>,
) -> Result<Vec<Claimed>> {
    let added = Collected::of(tx).insert(tx).await?;
    let leased_until = now + LEASE;
    // On PostgreSQL rows that another runner is claiming are passed over, and it is one way to the server.
    let mut jobs = if tx.is_postgres() {
        // A set of one is looked up without being sorted and grouped first.
        let text = if limit == 1 { claimed_by_postgres!("=") } else { claimed_by_postgres!("IN") };
        sql!(tx, all Claimed, text, leased_until, now, limit, crowded.0.as_str(), done)?
    } else {
        if let Some(done) = done {
            delete(tx, done).await?;
        }
        sql!(tx, all Claimed,
            "UPDATE jobs SET leased_until = $1, attempts = attempts + 1
             WHERE id IN (SELECT id FROM jobs
                          WHERE died_at IS NULL AND due_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
                            AND $4 NOT LIKE '%,' || kind || ',%'
                          ORDER BY due_at, id LIMIT $3)
             RETURNING id, kind, payload, due_at, attempts, max_attempts",
            leased_until, now, limit, crowded.0.as_str())?
    };
    jobs.sort_by_key(|job| (job.due_at, job.id));
    if added.iter().any(|id| jobs.iter().all(|job| job.id != *id)) {
        tx.announce_job();
    }
    Ok(jobs)
}

/// When the next job that nobody holds is due. One whose lease has ended without a word is found by looking regularly.
pub(super) async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>> {
    // The first in the index: a full database holds a job for the end of every running service.
    let next = sql!(
        tx,
        optional(Timestamp,),
        "SELECT due_at FROM jobs WHERE died_at IS NULL AND leased_until IS NULL ORDER BY due_at, id LIMIT 1"
    )?;
    Ok(next.map(|(at,)| at))
}

/// When the next jobs are due that can be claimed, the first one first: now or before, if it can be claimed at once.
pub(super) async fn next_to_claim(
    tx: &mut Tx,
    now: Timestamp,
    crowded: &Crowded,
    limit: i64,
) -> Result<Vec<Timestamp>> {
    let next = sql!(
        tx,
        all(Timestamp,),
        "SELECT due_at FROM jobs
         WHERE died_at IS NULL AND (leased_until IS NULL OR leased_until <= $1) AND $2 NOT LIKE '%,' || kind || ',%'
         ORDER BY due_at, id LIMIT $3",
        now,
        crowded.0.as_str(),
        limit
    )?;
    Ok(next.into_iter().map(|(at,)| at).collect())
}

/// Keeps jobs that still run from being taken by others.
pub(super) async fn renew(tx: &mut Tx, ids: &[Uuid], until: Timestamp) -> Result<()> {
    for id in ids {
        sql!(tx, execute "UPDATE jobs SET leased_until = $1 WHERE id = $2 AND leased_until IS NOT NULL", until, *id)?;
    }
    Ok(())
}

/// The same for all that is leased.
pub(super) async fn renew_all(tx: &mut Tx, until: Timestamp) -> Result<()> {
    sql!(tx, execute "UPDATE jobs SET leased_until = $1 WHERE leased_until IS NOT NULL", until)?;
    Ok(())
}

/// Frees every lease. Only for a process that has the database to itself and has just started.
pub(super) async fn release_all(tx: &mut Tx) -> Result<()> {
    sql!(tx, execute "UPDATE jobs SET leased_until = NULL WHERE leased_until IS NOT NULL")?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    Collected::of(tx).insert_and_tell(tx).await?;
    sql!(tx, execute "DELETE FROM jobs WHERE id = $1", id)?;
    Ok(())
}

/// To be run again later, which counts as no failure.
pub(super) async fn postpone(tx: &mut Tx, id: Uuid, at: Timestamp, now: Timestamp) -> Result<()> {
    sql!(tx, execute "UPDATE jobs SET due_at = $1, leased_until = NULL, attempts = 0, last_error = NULL WHERE id = $2", at, id)?;
    if is_soon(at, now) {
        tx.announce_job();
    }
    Ok(())
}

/// Notes a failure: another try at `retry_at`, or death.
pub(super) async fn fail(
    tx: &mut Tx,
    id: Uuid,
    error: &str,
    retry_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    match retry_at {
        Some(at) => {
            sql!(tx, execute "UPDATE jobs SET due_at = $1, leased_until = NULL, last_error = $2 WHERE id = $3", at, error, id)?
        }
        None => {
            sql!(tx, execute "UPDATE jobs SET died_at = $1, leased_until = NULL, last_error = $2, unique_key = NULL WHERE id = $3", now, error, id)?
        }
    };
    Ok(())
}

/// A job that failed for good and waits for a person.
#[derive(Debug, FromRow)]
pub struct DeadJob {
    /// The job.
    pub id: Uuid,
    /// What kind of work it is.
    pub kind: String,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// When it was given up.
    pub died_at: Timestamp,
}

/// The dead jobs, newest first.
pub async fn dead_jobs(tx: &mut Tx, limit: i64) -> Result<Vec<DeadJob>> {
    Ok(sql!(tx, all DeadJob,
        "SELECT id, kind, last_error, died_at FROM jobs WHERE died_at IS NOT NULL ORDER BY died_at DESC, id DESC LIMIT $1", limit)?)
}

/// Runs a dead job again.
pub async fn revive_dead_job(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE jobs SET died_at = NULL, attempts = 0, due_at = $1 WHERE id = $2 AND died_at IS NOT NULL", now, id)?;
    tx.announce_job();
    Ok(changed == 1)
}

/// Forgets a dead job.
pub async fn discard_dead_job(tx: &mut Tx, id: JobId) -> Result<bool> {
    Ok(sql!(tx, execute "DELETE FROM jobs WHERE id = $1 AND died_at IS NOT NULL", id)? == 1)
}
