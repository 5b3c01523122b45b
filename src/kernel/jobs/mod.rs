//! Work that happens later, or outside a request: rows with a due time.
//!
//! A job is enqueued in the transaction that makes it necessary. A runner claims due jobs under a lease, runs them with no
//! transaction open, and deletes each in the transaction that holds its effect. What fails is tried again with growing
//! delays; what fails for good stays as a dead job that operations see and run again. Jobs are idempotent: after a crash
//! the lease ends and the job runs again.

mod queue;
mod runner;

pub use queue::{DeadJob, Enqueue, JobId, dead_jobs, discard_dead_job, enqueue, enqueue_or_move, revive_dead_job};
pub use runner::{Registry, Runner, next_due, release_leases, renew_leases, run_due_jobs, run_next_job};

use super::Timestamp;
use super::database::Tx;
use super::error::Failure;
use crate::Caas;
use std::future::Future;

/// A kind of work. The value itself is the payload, kept as JSON.
pub trait Job: serde::Serialize + serde::de::DeserializeOwned + Send + 'static {
    /// The name in the database. Never changes once released.
    const KIND: &'static str;

    /// Failures after which the job is dead.
    const MAX_ATTEMPTS: i64 = 20;

    /// Does the work. Called with no transaction open.
    fn run(self, caas: &Caas, run: Run) -> impl Future<Output = Result<Outcome, JobError>> + Send;
}

/// Which run of the job this is.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Earlier runs that failed or were cut off.
    pub earlier_runs: i64,
    /// When the job was due.
    pub due_at: Timestamp,
}

impl Run {
    /// Whether an earlier run may have got half-way: ask the outside before telling it again.
    pub fn is_repeat(&self) -> bool {
        self.earlier_runs > 0
    }
}

/// How a run ended.
pub enum Outcome {
    /// Nothing to write; the job is deleted.
    Done,
    /// The job is deleted in this transaction, which is then committed.
    DoneIn(Tx),
    /// To be run again at this time; that is no failure.
    Again(Timestamp),
    /// The same, with something to write.
    AgainIn(Timestamp, Tx),
}

/// A run that failed and is to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Our own side failed.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// An outside system failed in a way that may pass.
    #[error("outside system: {0}")]
    Outside(String),
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        JobError::Failure(error.into())
    }
}
