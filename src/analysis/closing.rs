//! Closing days: each day that is over, and of which every attempt has its verdict, is added up once.
//!
//! A day is read without holding anybody up, and written in a short transaction of its own. A day with an attempt under way
//! stays open, and is looked at again the next night.

use super::count::{cells, ended, first_day};
use super::kept::{self, DaySums};
use super::model::DaySpan;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use crate::kernel::when::next_at;
use chrono::{Days, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// When, in UTC: every transaction of the day before has ended long since.
const AT: NaiveTime = NaiveTime::from_hms_opt(1, 0, 0).expect("one o'clock is a time of day");

/// There is one such job.
const KEY: &str = "analysis.close_days";

/// Days without much in them that are closed in one run.
const AT_ONCE: usize = 60;

/// Rows after which a run ends: on SQLite nobody else writes meanwhile.
const ROWS: usize = 5_000;

/// Adds up the days that are over, every night.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CloseDays {}

impl CloseDays {
    /// Makes sure that it is planned; called at every start.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &CloseDays {}, Enqueue::at(next_at(AT, caas.now())).keyed(KEY)).await?;
        tx.commit().await
    }
}

/// The last day that has been over for long enough.
fn last_over(now: Timestamp) -> NaiveDate {
    (next_at(AT, now) - Days::new(2)).date_naive()
}

/// Days that are over, not closed, and have anything after them or in them that could be counted; in order.
async fn waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<NaiveDate>> {
    let Some(first) = first_day(tx).await? else { return Ok(Vec::new()) };
    let span = DaySpan { first, last: last_over(now) };
    let closed = kept::closed(tx, span).await?;
    Ok(span.days().filter(|day| !closed.contains(day)).collect())
}

/// A day added up from its rows; `None` while one of its attempts has no verdict.
pub(super) async fn added_up(tx: &mut Tx, day: NaiveDate) -> Result<Option<DaySums>> {
    let cells = cells(tx, DaySpan::of(day)).await?;
    if cells.iter().any(|cell| cell.counts.under_way > 0) {
        return Ok(None);
    }
    Ok(Some(DaySums::of(&cells, &ended(tx, DaySpan::of(day)).await?)))
}

impl Job for CloseDays {
    const KIND: &'static str = KEY;
    // What is done again and again is never given up: nobody would plan it anew before the next start.
    const MAX_ATTEMPTS: i64 = 1_000_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.snapshot().await?;
        let (mut ready, mut rows, mut is_last) = (Vec::new(), 0, true);
        for day in waiting(&mut tx, now).await? {
            if ready.len() >= AT_ONCE || rows >= ROWS {
                is_last = false;
                break;
            }
            if let Some(sums) = added_up(&mut tx, day).await? {
                rows += sums.rows();
                ready.push((day, sums));
            }
        }
        drop(tx);
        let mut tx = caas.db.begin().await?;
        for (day, sums) in &ready {
            kept::write(&mut tx, *day, sums, now).await?;
        }
        Ok(Outcome::AgainIn(if is_last { next_at(AT, now) } else { now }, tx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_closed_an_hour_after_it_is_over() {
        for (now, next, last) in [
            ("2026-11-23T00:59:59Z", "2026-11-23T01:00:00Z", "2026-11-21"),
            ("2026-11-23T01:00:00Z", "2026-11-24T01:00:00Z", "2026-11-22"),
            ("2026-12-31T23:00:00Z", "2027-01-01T01:00:00Z", "2026-12-30"),
        ] {
            let now = now.parse().unwrap();
            assert_eq!(next_at(AT, now), next.parse::<Timestamp>().unwrap(), "{now}");
            assert_eq!(last_over(now), last.parse::<NaiveDate>().unwrap(), "{now}");
        }
    }
}
