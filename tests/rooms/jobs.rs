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
