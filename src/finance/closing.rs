//! Closing the days of the books: each day that is over is added up once, account by account, and its revenue by what it
//! is for.
//!
//! Entries are never changed, and none is written with a time of a day that has been over for an hour, so a closed day
//! stays what it is; the nightly proof adds up both and compares.

use super::books::{between, last_closed, yesterday};
use super::{begins, ends, revenue};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::error::Result;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use crate::kernel::when::next_at;
use chrono::{Days, NaiveTime};
use serde::{Deserialize, Serialize};

/// When, in UTC: every transaction of the day before has ended long since.
const AT: NaiveTime = NaiveTime::from_hms_opt(1, 0, 0).expect("one o'clock is a time of day");

/// There is one such job.
const KEY: &str = "finance.close_days";

/// Days that are closed in one run; the first run of an old database takes several.
const AT_ONCE: usize = 60;

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

impl Job for CloseDays {
    const KIND: &'static str = KEY;
    // What is done again and again is never given up: nobody would plan it anew before the next start.
    const MAX_ATTEMPTS: i64 = 1_000_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        let next = match last_closed(&mut tx, None).await? {
            Some(last) => Some(last + Days::new(1)),
            None => sql!(&mut tx, one(Option<Timestamp>, i64), "SELECT MIN(at), COUNT(*) FROM ledger_entries")?
                .0
                .map(|first| first.date_naive()),
        };
        let Some(mut day) = next else { return Ok(Outcome::Again(next_at(AT, now))) };
        let last = yesterday(now);
        for _ in 0..AT_ONCE {
            if day > last {
                let more = revenue::fold(caas, &mut tx, AT_ONCE).await?;
                return Ok(Outcome::AgainIn(if more { now } else { next_at(AT, now) }, tx));
            }
            let text = day.to_string();
            sql!(&mut tx, execute "INSERT INTO ledger_closings (day, closed_at) VALUES ($1, $2)", &text, now)?;
            for sum in between(&mut tx, begins(day), ends(day)).await? {
                sql!(&mut tx, execute
                    "INSERT INTO ledger_days (day, currency, account, debit_cents, credit_cents, entries)
                     VALUES ($1, $2, $3, $4, $5, $6)",
                    &text, sum.currency.as_str(), sum.account.as_str(), sum.debit, sum.credit, sum.entries)?;
            }
            day = day + Days::new(1);
        }
        Ok(Outcome::AgainIn(now, tx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_closed_an_hour_after_it_is_over() {
        for (now, next) in [
            ("2026-11-23T00:59:59Z", "2026-11-23T01:00:00Z"),
            ("2026-11-23T01:00:00Z", "2026-11-24T01:00:00Z"),
            ("2026-12-31T23:00:00Z", "2027-01-01T01:00:00Z"),
        ] {
            assert_eq!(next_at(AT, now.parse().unwrap()), next.parse::<Timestamp>().unwrap(), "{now}");
        }
    }
}
