//! The proof of every night: its result is kept, and operations see it.

use super::prove;
use crate::Caas;
use crate::analysis;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue, enqueue_or_move};
use crate::kernel::when::next_at;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;

/// When, in UTC: deep in the night wherever we sell.
const AT: NaiveTime = NaiveTime::from_hms_opt(2, 30, 0).expect("half past two is a time of day");

/// There is one such job.
const KEY: &str = "verify.nightly";

/// Broken promises whose words are kept; the log has all.
const KEPT: usize = 100;

/// Proves the ten promises every night, and whenever somebody asks for it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ProveNightly {}

impl ProveNightly {
    /// Makes sure that it is planned; called at every start.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &ProveNightly {}, Enqueue::at(next_at(AT, caas.now())).keyed(KEY)).await?;
        tx.commit().await
    }
}

/// Has the promises proven now instead of tonight.
pub async fn prove_soon(caas: &Caas) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    enqueue_or_move(caas, &mut tx, &ProveNightly {}, KEY, caas.now()).await?;
    tx.commit().await
}

impl Job for ProveNightly {
    const KIND: &'static str = KEY;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let started = caas.now();
        let mut proof = prove(&caas.db).await?;
        // Not a promise, but just as wrong until it was put right.
        proof.broken.extend(analysis::proof::rebuild(&caas.db, started).await?);
        let ended = caas.now();
        for broken in &proof.broken {
            tracing::error!(%broken, "promise_broken");
        }
        let violations = i64::try_from(proof.broken.len()).unwrap_or(i64::MAX);
        let findings: Vec<&String> = proof.broken.iter().take(KEPT).collect();
        let mut tx = caas.db.begin().await?;
        sql!(tx, execute
            "INSERT INTO verification_runs (id, started_at, ended_at, entries, payments, violations, findings)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            caas.new_uuid(), started, ended, proof.extent.story_entries, proof.extent.payments, violations,
            Json(serde_json::json!(findings)))?;
        tx.announce("verification");
        Ok(Outcome::AgainIn(next_at(AT, ended), tx))
    }
}

/// A proof as it was kept.
#[derive(Debug, Clone, FromRow)]
pub struct RunLine {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Entries of the expediente that were read.
    pub entries: i64,
    /// Payments that were read.
    pub payments: i64,
    /// Broken promises found.
    pub violations: i64,
    /// The first of them, in words.
    pub findings: Json<Vec<String>>,
}

/// The last proofs, newest first.
pub async fn latest_runs(tx: &mut Tx, limit: i64) -> Result<Vec<RunLine>> {
    Ok(sql!(tx, all RunLine,
        "SELECT started_at, ended_at, entries, payments, violations, findings FROM verification_runs
         ORDER BY started_at DESC, id DESC LIMIT $1", limit)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_lies_ahead() {
        for (now, next) in [
            ("2026-11-23T02:29:59Z", "2026-11-23T02:30:00Z"),
            ("2026-11-23T02:30:00Z", "2026-11-24T02:30:00Z"),
            ("2026-12-31T23:00:00Z", "2027-01-01T02:30:00Z"),
        ] {
            assert_eq!(next_at(AT, now.parse().unwrap()), next.parse::<Timestamp>().unwrap(), "{now}");
        }
    }
}
