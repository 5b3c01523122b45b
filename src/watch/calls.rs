//! Counts of calls to outside systems, by minute.
//!
//! A call costs no statement: each process counts in its memory, and adds what it counted to the rows of the database every
//! few seconds and when it is shut down. Several processes add to the same rows. A process that dies takes a few seconds of
//! counts with it, and a commit whose answer is lost may be counted twice: these are numbers to watch by, no books.

use super::model::{CallEnd, Calls, Outside};
use crate::kernel::Timestamp;
use crate::kernel::database::{Database, Tx};
use crate::kernel::error::Result;
use chrono::{DurationRound as _, TimeDelta};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How long the counts are kept.
pub const KEPT: TimeDelta = TimeDelta::days(35);

/// The counts of this process that are not in the database yet. Cheap to clone: all clones count together.
#[derive(Clone, Default)]
pub struct CallTally(Arc<Mutex<BTreeMap<(Outside, Timestamp), Calls>>>);

impl CallTally {
    fn counts(&self) -> MutexGuard<'_, BTreeMap<(Outside, Timestamp), Calls>> {
        self.0.lock().expect("no panic under this lock")
    }

    /// Counts a call that ended just now and took this long.
    pub fn note(&self, system: Outside, now: Timestamp, took: Duration, end: CallEnd) {
        let one = Calls {
            calls: 1,
            failures: i64::from(end != CallEnd::Answered),
            timeouts: i64::from(end == CallEnd::TimedOut),
            millis: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
        };
        self.add(system, minute(now), one);
    }

    fn add(&self, system: Outside, minute: Timestamp, calls: Calls) {
        self.counts().entry((system, minute)).or_default().add(calls);
    }

    /// Adds what was counted to the database. What can't be added now stays counted.
    pub async fn flush(&self, db: &Database) -> Result<()> {
        let counted = std::mem::take(&mut *self.counts());
        if counted.is_empty() {
            return Ok(());
        }
        let written = write(db, &counted).await;
        if written.is_err() {
            for ((system, minute), calls) in counted {
                self.add(system, minute, calls);
            }
        }
        written
    }
}

/// The minute's beginning.
fn minute(at: Timestamp) -> Timestamp {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)
}

/// One order for all processes, so that none waits for another in a circle.
async fn write(db: &Database, counted: &BTreeMap<(Outside, Timestamp), Calls>) -> Result<()> {
    let mut tx = db.begin().await?;
    for ((system, minute), calls) in counted {
        sql!(&mut tx, execute
            "INSERT INTO outside_minutes (system, minute, calls, failures, timeouts, millis) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (system, minute) DO UPDATE SET
                calls = outside_minutes.calls + excluded.calls, failures = outside_minutes.failures + excluded.failures,
                timeouts = outside_minutes.timeouts + excluded.timeouts, millis = outside_minutes.millis + excluded.millis",
            system.as_str(), *minute, calls.calls, calls.failures, calls.timeouts, calls.millis)?;
    }
    tx.commit().await
}

/// What the calls of the last while came to: of whole minutes, and of the one that is running.
pub async fn since(tx: &mut Tx, system: Outside, from: Timestamp) -> Result<Calls> {
    let (calls, failures, timeouts, millis) = sql!(
        tx,
        one(i64, i64, i64, i64),
        "SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT), CAST(COALESCE(SUM(failures), 0) AS BIGINT),
                CAST(COALESCE(SUM(timeouts), 0) AS BIGINT), CAST(COALESCE(SUM(millis), 0) AS BIGINT)
         FROM outside_minutes WHERE system = $1 AND minute > $2",
        system.as_str(),
        from
    )?;
    Ok(Calls { calls, failures, timeouts, millis })
}

/// Throws away what is too old.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sql!(tx, execute "DELETE FROM outside_minutes WHERE minute < $1", now - KEPT)?;
    Ok(())
}
