//! The proof of the kept days: every closed day is added up anew from the rows and compared; one that differs is made again.
//!
//! Each row is read once, some days at a time, so that memory stays small whatever the database holds.

use super::count::{Cell, Ended, cells, ended};
use super::kept::{self, DaySums};
use super::model::DaySpan;
use crate::kernel::Timestamp;
use crate::kernel::database::{Database, Tx};
use crate::kernel::error::Result;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Days that are read together.
const TOGETHER: usize = 7;

/// Compares every closed day with its rows, and makes those anew that differ. Returns what was wrong in words, one line a
/// day; nothing when every day follows from its rows. The app may go on writing: closed days do not change.
pub async fn rebuild(db: &Database, now: Timestamp) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let closed: Vec<NaiveDate> = kept::closed(&mut db.read().await?, kept::EVER).await?.into_iter().collect();
    for days in closed.chunks(TOGETHER) {
        let (Some(&first), Some(&last)) = (days.first(), days.last()) else { continue };
        let span = DaySpan { first, last };
        let mut tx = db.snapshot().await?;
        let counted = counted(&mut tx, span).await?;
        let kept = kept::read(&mut tx, span).await?;
        drop(tx);
        let nothing = DaySums::default();
        for (day, kept) in kept {
            let counted = counted.get(&day).unwrap_or(&nothing);
            if *counted != kept {
                found.push(mend(db, day, &kept, counted, now).await?);
            }
        }
    }
    Ok(found)
}

/// Some days added up from their rows; those with nothing in them are left out.
async fn counted(tx: &mut Tx, span: DaySpan) -> Result<BTreeMap<NaiveDate, DaySums>> {
    let mut rows: BTreeMap<NaiveDate, (Vec<Cell>, Vec<Ended>)> = BTreeMap::new();
    for cell in cells(tx, span).await? {
        rows.entry(cell.day).or_default().0.push(cell);
    }
    for one in ended(tx, span).await? {
        rows.entry(one.day).or_default().1.push(one);
    }
    Ok(rows.into_iter().map(|(day, (cells, ended))| (day, DaySums::of(&cells, &ended))).collect())
}

/// Puts a day right, and says what was wrong with it.
async fn mend(db: &Database, day: NaiveDate, kept: &DaySums, counted: &DaySums, now: Timestamp) -> Result<String> {
    let (was, is) = (kept.total(), counted.total());
    let mut tx = db.begin().await?;
    kept::reopen(&mut tx, day).await?;
    let done = if is.under_way > 0 {
        format!("{} of its attempts have no verdict: it was opened again", is.under_way)
    } else {
        kept::write(&mut tx, day, counted, now).await?;
        "it was added up anew".to_owned()
    };
    tx.commit().await?;
    tracing::error!(%day, kept_attempts = was.attempts, counted_attempts = is.attempts, "analysis_day_differed");
    Ok(format!(
        "failure analysis: the sums kept of {day} ({} attempts, {} failures) are not those of its rows ({} attempts, {} failures); {done}",
        was.attempts, was.failures, is.attempts, is.failures,
    ))
}
