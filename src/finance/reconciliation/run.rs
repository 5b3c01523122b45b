//! The night's work: asking for the reports that are missing, keeping them, comparing, and writing down what disagrees.
//!
//! Run again it finds the same and adds nothing; what is found no more is resolved by itself, and says so. It never writes
//! to the books.

use super::compare::{CAPTURE_GRACE_DAYS, Scope, compare};
use super::model::{Deed, Resolution, RunState};
use super::rules::Finding;
use crate::Caas;
use crate::breaker::{self, BreakerState, System};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::finance::books::yesterday;
use crate::finance::reconciliation::model::FinanceRefusal;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue, enqueue_or_move};
use crate::kernel::when::next_at;
use crate::payments::model::{ReportKind, ReportStatus, Settlement};
use crate::payments::port::ReportLine;
use crate::subscriptions::model::Day;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// When, in UTC: by then the messages about the day have come, and the gateway has its report.
const AT: NaiveTime = NaiveTime::from_hms_opt(4, 0, 0).expect("four o'clock is a time of day");

/// There is one such job.
const KEY: &str = "finance.reconcile";

/// How long after a try that brought no report the next one comes.
const RETRY: TimeDelta = TimeDelta::minutes(30);

/// Tries of one night; then the run has failed, and the next night or a person asks again.
const TRIES: i64 = 6;

/// A failed run is asked for again when its last try is this old: the next night.
const NEXT_NIGHT: TimeDelta = TimeDelta::hours(20);

/// Days back that can be asked for, and that are made up for after a pause.
pub const DAYS_BACK: u64 = 400;
const MADE_UP_FOR: u64 = 31;

/// Lines written by one statement.
const MOST_ROWS: usize = 500;

/// Reconciles what is due, every night and whenever somebody asks for a day.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Reconcile {}

impl Reconcile {
    /// Makes sure that it is planned; called at every start.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &Reconcile {}, Enqueue::at(next_at(AT, caas.now())).keyed(KEY)).await?;
        tx.commit().await
    }
}

/// Has a day reconciled now, whether it was before or not. The try stands in the audit log.
pub async fn ask_for(caas: &Caas, by: UserId, day: NaiveDate) -> Result<std::result::Result<(), FinanceRefusal>> {
    let last = yesterday(caas.now());
    if day > last || day < last - Days::new(DAYS_BACK) {
        return Ok(Err(FinanceRefusal::Day));
    }
    let mut tx = caas.db.begin().await?;
    sql!(&mut tx, execute
        "INSERT INTO reconciliation_runs (day, state, tries, lines, asked_by) VALUES ($1, 'WAITING', 0, 0, $2)
         ON CONFLICT (day) DO UPDATE SET state = 'WAITING', tries = 0, asked_by = excluded.asked_by",
        day.to_string(), by)?;
    let entry = Entry {
        data: serde_json::json!({ "day": day }),
        ..Entry::new(None, Actor::staff(by), EntryKind::ReconciliationAsked, SubjectKind::Reconciliation, Uuid::nil())
    };
    record(caas, &mut tx, entry).await?;
    enqueue_or_move(caas, &mut tx, &Reconcile {}, KEY, caas.now()).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

impl Job for Reconcile {
    const KIND: &'static str = KEY;
    // What is done again and again is never given up: nobody would plan it anew before the next start.
    const MAX_ATTEMPTS: i64 = 1_000_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut waits = false;
        let mut compared = BTreeSet::new();
        for day in wanted(caas, now).await? {
            match fetch(caas, day).await? {
                Ok(lines) => {
                    store(caas, day, &lines).await?;
                    write(caas, day, Scope::Whole).await?;
                    compared.insert(day);
                }
                Err(why) => waits |= note_failure(caas, day, &why).await?,
            }
        }
        for day in to_look_at_again(caas, &compared).await? {
            write(caas, day, Scope::Open).await?;
        }
        // A person may have asked for a day meanwhile.
        let night = next_at(AT, now);
        Ok(Outcome::Again(if waits { night.min(now + RETRY) } else { night }))
    }
}

/// The days whose report is to be asked for, oldest first: those that nobody asked for since the last one, those that wait,
/// and those that failed in an earlier night.
async fn wanted(caas: &Caas, now: Timestamp) -> Result<BTreeSet<NaiveDate>> {
    let last = yesterday(now);
    let mut tx = caas.db.read().await?;
    let known =
        sql!(&mut tx, optional(String, i64), "SELECT day, lines FROM reconciliation_runs ORDER BY day DESC LIMIT 1")?;
    let mut days = BTreeSet::new();
    // Whose report is not there at four is asked for at five, but not before the night of its day.
    if now >= last.and_time(AT).and_utc() + Days::new(1) {
        let first = match known {
            Some((day, _)) => (Day::try_from(day)?.0 + Days::new(1)).max(last - Days::new(MADE_UP_FOR)),
            None => last,
        };
        days.extend(first.iter_days().take_while(|day| *day <= last));
    }
    let again = sql!(
        &mut tx,
        all(String, i64),
        "SELECT day, tries FROM reconciliation_runs
         WHERE state = 'WAITING' OR (state = 'FAILED' AND asked_at <= $1 AND day >= $2) ORDER BY day",
        now - NEXT_NIGHT,
        (last - Days::new(MADE_UP_FOR)).to_string()
    )?;
    for (day, _) in again {
        days.insert(Day::try_from(day)?.0);
    }
    Ok(days)
}

/// Asks the gateway for a day's report; in words, why there is none.
async fn fetch(caas: &Caas, day: NaiveDate) -> Result<std::result::Result<Vec<ReportLine>, String>> {
    let (state, _) = breaker::state(&mut caas.db.read().await?, System::Payments).await?;
    if state == BreakerState::Open {
        return Ok(Err("the gateway is given a rest".to_owned()));
    }
    // Its outcome does not move the breaker: reports may fail while payments go through.
    Ok(caas.gateway.settlement_report(day).await.map_err(|error| error.to_string()))
}

/// Keeps a report in the place of what was kept of the day before.
async fn store(caas: &Caas, day: NaiveDate, lines: &[ReportLine]) -> Result<()> {
    let (now, text) = (caas.now(), day.to_string());
    let mut tx = caas.db.begin().await?;
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    // It waits until it is compared as well: whoever is killed in between begins anew.
    sql!(&mut tx, execute
        "INSERT INTO reconciliation_runs (day, state, tries, lines, asked_at, stored_at) VALUES ($1, 'WAITING', 0, $2, $3, $3)
         ON CONFLICT (day) DO UPDATE SET state = 'WAITING', tries = 0, note = NULL, lines = excluded.lines,
                                         asked_at = excluded.asked_at, stored_at = excluded.stored_at",
        &text, count, now)?;
    sql!(&mut tx, execute "DELETE FROM settlement_lines WHERE day = $1", &text)?;
    let numbered: Vec<(i64, &ReportLine)> = (0..).zip(lines).collect();
    for rows in numbered.chunks(MOST_ROWS) {
        sql!(&mut tx, insert
        "INSERT INTO settlement_lines (day, position, gateway_payment_id, kind, status, amount_cents, currency, fees_cents,
                                       bank_reference, failure_reason)",
        rows, |row| [
            text.clone(), row.0, &row.1.gateway_payment_id, row.1.kind.as_str(), row.1.status.as_str(),
            row.1.amount.cents, row.1.amount.currency.as_str(), row.1.fees, row.1.bank_reference.as_deref(),
            row.1.failure_reason.as_deref(),
        ])?;
    }
    tx.commit().await
}

/// Writes down that there was no report; `true` when it is asked for again tonight.
async fn note_failure(caas: &Caas, day: NaiveDate, why: &str) -> Result<bool> {
    let (now, text) = (caas.now(), day.to_string());
    let mut tx = caas.db.begin().await?;
    let (tries, _) = sql!(
        &mut tx,
        one(i64, i64),
        "INSERT INTO reconciliation_runs (day, state, tries, note, lines, asked_at) VALUES ($1, 'WAITING', 1, $2, 0, $3)
         ON CONFLICT (day) DO UPDATE SET tries = reconciliation_runs.tries + 1, note = excluded.note,
                                         asked_at = excluded.asked_at
         RETURNING tries, lines",
        &text,
        why,
        now
    )?;
    let again = tries < TRIES;
    let state = if again { RunState::Waiting } else { RunState::Failed };
    sql!(&mut tx, execute "UPDATE reconciliation_runs SET state = $1 WHERE day = $2", state.as_str(), &text)?;
    if !again {
        tracing::error!(%day, why, "settlement_report_missing");
        metrics::counter!("caas_settlement_reports_missing_total").increment(1);
    }
    tx.commit().await?;
    Ok(again)
}

/// The days on which something may look different by now: a later message or report may have put it right, or its time to
/// be named by a report has passed.
async fn to_look_at_again(caas: &Caas, done: &BTreeSet<NaiveDate>) -> Result<BTreeSet<NaiveDate>> {
    let last = yesterday(caas.now());
    let mut tx = caas.db.read().await?;
    let rows = sql!(
        &mut tx,
        all(String, i64),
        "SELECT day, COUNT(*) FROM reconciliation_discrepancies WHERE state = 'OPEN' GROUP BY day ORDER BY day"
    )?;
    let mut days = rows.into_iter().map(|(day, _)| Ok(Day::try_from(day)?.0)).collect::<Result<BTreeSet<_>>>()?;
    days.extend([last - Days::new(1), last - Days::new(CAPTURE_GRACE_DAYS)]);
    // A report that came late decides about the days around it.
    if let Some(late) = done.first().filter(|day| **day < last) {
        let first = (*late).max(last - Days::new(MADE_UP_FOR)) - Days::new(CAPTURE_GRACE_DAYS);
        days.extend(first.iter_days().take_while(|day| *day <= last));
    }
    Ok(days.difference(done).copied().collect())
}

/// A disagreement by which it is found again.
type Key = (String, ReportKind, super::model::Class);

/// Compares a day and writes down what disagrees: new ones, and what became of those that are known.
async fn write(caas: &Caas, day: NaiveDate, scope: Scope) -> Result<()> {
    let findings = compare(&mut caas.db.read().await?, day, scope).await?;
    let (now, text) = (caas.now(), day.to_string());
    if findings.is_empty() && scope == Scope::Open && !is_open(caas, &text).await? {
        return Ok(());
    }
    let mut tx = caas.db.begin().await?;
    let known = sql!(
        &mut tx,
        all(Uuid, String, String, String, String, Option<String>),
        "SELECT id, gateway_payment_id, kind, class, state, resolution FROM reconciliation_discrepancies WHERE day = $1",
        &text
    )?;
    let mut before: BTreeMap<Key, (Uuid, bool, bool)> = BTreeMap::new();
    for (id, payment, kind, class, state, resolution) in known {
        let by_a_person = resolution.as_deref().is_some_and(|code| {
            code.parse::<Resolution>().is_ok_and(|resolution| Resolution::BY_HAND.contains(&resolution))
        });
        before.insert((payment, kind.parse()?, class.parse()?), (id, state == "OPEN", by_a_person));
    }
    for finding in findings {
        let key = (finding.gateway_payment_id.clone(), finding.kind, finding.class);
        match before.remove(&key) {
            None => insert(caas, &mut tx, &text, &finding).await?,
            Some((id, open, by_a_person)) => {
                see_again(&mut tx, id, &finding, now).await?;
                // What a person has settled stays settled; what had gone by itself is back.
                if !open && !by_a_person {
                    sql!(&mut tx, execute
                        "UPDATE reconciliation_discrepancies SET state = 'OPEN', resolution = NULL, resolved_at = NULL
                         WHERE id = $1", id)?;
                    note(caas, &mut tx, id, None, Deed::Back, "").await?;
                }
            }
        }
    }
    for (id, open, _) in before.into_values() {
        if open {
            sql!(&mut tx, execute
                "UPDATE reconciliation_discrepancies SET state = 'RESOLVED', resolution = $1, resolved_at = $2 WHERE id = $3",
                Resolution::Gone.as_str(), now, id)?;
            note(caas, &mut tx, id, None, Deed::Gone, "").await?;
        }
    }
    sql!(&mut tx, execute
        "UPDATE reconciliation_runs SET compared_at = $1, state = CASE WHEN $2 THEN 'DONE' ELSE state END
         WHERE day = $3 AND stored_at IS NOT NULL", now, scope == Scope::Whole, &text)?;
    tx.commit().await
}

/// Whether a day has a disagreement that is open.
async fn is_open(caas: &Caas, day: &str) -> Result<bool> {
    let row = sql!(
        caas.db.read().await?,
        optional(Uuid, String),
        "SELECT id, class FROM reconciliation_discrepancies WHERE day = $1 AND state = 'OPEN' LIMIT 1",
        day
    )?;
    Ok(row.is_some())
}

async fn insert(caas: &Caas, tx: &mut Tx, day: &str, finding: &Finding) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO reconciliation_discrepancies (id, day, gateway_payment_id, kind, class, payment_id, here_cents,
                                                   there_cents, currency, here_state, there_state, state, found_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'OPEN', $12, $12)",
        caas.new_uuid(), day, &finding.gateway_payment_id, finding.kind.as_str(), finding.class.as_str(), finding.payment,
        finding.here, finding.there, finding.currency.as_str(), finding.here_state.map(Settlement::as_str),
        finding.there_state.map(ReportStatus::as_str), caas.now())?;
    metrics::counter!("caas_discrepancies_total", "class" => finding.class.as_str()).increment(1);
    Ok(())
}

async fn see_again(tx: &mut Tx, id: Uuid, finding: &Finding, now: Timestamp) -> Result<()> {
    sql!(tx, execute
        "UPDATE reconciliation_discrepancies SET payment_id = $1, here_cents = $2, there_cents = $3, here_state = $4,
                there_state = $5, seen_at = $6 WHERE id = $7",
        finding.payment, finding.here, finding.there, finding.here_state.map(Settlement::as_str),
        finding.there_state.map(ReportStatus::as_str), now, id)?;
    Ok(())
}

/// Adds to what is said of a discrepancy.
pub(super) async fn note(
    caas: &Caas,
    tx: &mut Tx,
    discrepancy: Uuid,
    by: Option<UserId>,
    deed: Deed,
    text: &str,
) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO reconciliation_notes (id, discrepancy_id, at, agent_id, deed, text) VALUES ($1, $2, $3, $4, $5, $6)",
        caas.new_uuid(), discrepancy, caas.now(), by, deed.as_str(), text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_comes_hours_after_midnight() {
        for (now, next) in
            [("2026-11-23T03:59:59Z", "2026-11-23T04:00:00Z"), ("2026-11-23T04:00:00Z", "2026-11-24T04:00:00Z")]
        {
            assert_eq!(next_at(AT, now.parse().unwrap()), next.parse::<Timestamp>().unwrap(), "{now}");
        }
    }
}
