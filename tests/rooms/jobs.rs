//! The job runner: what it costs, and that it stops.

use crate::support::for_each_engine;
use caas::Caas;
use caas::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Registry, Run, Runner};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// Makes the next one necessary, until it is the last: then nobody is needed any more.
#[derive(Serialize, Deserialize)]
struct Step {
    left: u32,
}

/// Waits for an outside system that never answers.
#[derive(Serialize, Deserialize)]
struct Stuck;

static ANSWER: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(0);

impl Job for Stuck {
    const KIND: &'static str = "test.stuck";

    async fn run(self, _caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        ANSWER.acquire().await.expect("never closed").forget();
        Ok(Outcome::Done)
    }
}

/// Waits for nobody.
#[derive(Serialize, Deserialize)]
struct Quick;

static QUICK: tokio::sync::Notify = tokio::sync::Notify::const_new();

impl Job for Quick {
    const KIND: &'static str = "test.quick";

    async fn run(self, _caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        QUICK.notify_one();
        Ok(Outcome::Done)
    }
}

static LAST: tokio::sync::Notify = tokio::sync::Notify::const_new();

impl Job for Step {
    const KIND: &'static str = "test.step";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let Some(left) = self.left.checked_sub(1) else {
            LAST.notify_one();
            return Ok(Outcome::Done);
        };
        let mut tx = caas.db.begin().await?;
        jobs::enqueue(caas, &mut tx, &Step { left }, Enqueue::now()).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

#[tokio::test]
async fn a_job_that_follows_another_costs_one_commit() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let mut tx = caas.db.begin().await.expect("a transaction");
        jobs::enqueue(caas, &mut tx, &Step { left: 3 }, Enqueue::now()).await.expect("a job");
        tx.commit().await.expect("a commit");
        let before = caas.db.commits();
        let stop = CancellationToken::new();
        let runner = tokio::spawn(Runner::new(caas.clone(), Registry::default().with::<Step>(), 4).run(stop.clone()));
        LAST.notified().await;
        stop.cancel();
        runner.await.expect("the runner ends");
        // The leases of an earlier life, on SQLite; the first claim; four jobs settled.
        let at_start = u64::from(!caas.db.is_shared());
        assert_eq!(caas.db.commits() - before, at_start + 1 + 4);
        assert_eq!(jobs::run_due_jobs(caas, &Registry::default()).await.expect("jobs run"), 0, "none is left");
    })
    .await;
}

#[tokio::test]
async fn jobs_that_hang_leave_room_for_others() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let mut tx = caas.db.begin().await.expect("a transaction");
        for _ in 0..20 {
            jobs::enqueue(caas, &mut tx, &Stuck, Enqueue::now()).await.expect("a job");
        }
        jobs::enqueue(caas, &mut tx, &Quick, Enqueue::now()).await.expect("a job");
        tx.commit().await.expect("a commit");
        let stop = CancellationToken::new();
        let registry = Registry::default().with::<Quick>().with::<Stuck>();
        let runner = tokio::spawn(Runner::new(caas.clone(), registry.clone(), 4).run(stop.clone()));
        QUICK.notified().await;
        ANSWER.add_permits(20);
        stop.cancel();
        runner.await.expect("the runner ends");
        jobs::run_due_jobs(caas, &registry).await.expect("jobs run");
        assert_eq!(ANSWER.available_permits(), 0, "each that hung has run to its end, once");
    })
    .await;
}
