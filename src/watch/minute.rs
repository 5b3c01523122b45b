//! What is done every minute, by one process for all.

use super::{alerts, calls};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::error::Result;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue, enqueue_or_move};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// There is one such job.
const KEY: &str = "watch.minute";

/// Measures the rules of the alerts every minute, and throws away old counts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct WatchMinute {}

impl WatchMinute {
    /// Makes sure that it is planned; called at every start.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &WatchMinute {}, Enqueue::now().keyed(KEY)).await?;
        tx.commit().await
    }

    /// Leaves the time until then unwatched: nobody looks at the alerts of a past that is made up.
    pub async fn not_before(caas: &Caas, until: Timestamp) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue_or_move(caas, &mut tx, &WatchMinute {}, KEY, until).await?;
        tx.commit().await
    }
}

impl Job for WatchMinute {
    const KIND: &'static str = KEY;
    // What is done again and again is never given up: nobody would plan it anew before the next start.
    const MAX_ATTEMPTS: i64 = 1_000_000;

    async fn run(self, caas: &Caas, _run: Run) -> std::result::Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = alerts::evaluate(caas, now).await?;
        calls::forget_old(&mut tx, now).await?;
        Ok(Outcome::AgainIn(now + TimeDelta::minutes(1), tx))
    }
}
