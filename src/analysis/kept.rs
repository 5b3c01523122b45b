//! Days as they are kept: made from what was counted, written, read, and read together over many days.

use super::count::{Cell, Ended};
use super::model::{Chosen, Class, Counts, DaySpan, Dimension, Durations, Measure, bound_of};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use chrono::NaiveDate;
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The part that all attempts share.
pub(super) const ALL: &str = "ALL";

/// Every day that there can be.
pub(super) const EVER: DaySpan = DaySpan {
    first: NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day"),
    last: NaiveDate::from_ymd_opt(9998, 12, 31).expect("a day"),
};

/// Rows written by one statement.
const ROWS: usize = 500;

/// Which attempts a sum is of: the value they share by its dimension, and one value of another dimension.
pub(super) type AttemptKey = (&'static str, String, &'static str, String);

/// Which times a class is of: the value they share by its dimension, what was timed, and the class's bound.
pub(super) type DurationKey = (&'static str, String, Measure, i64);

/// What is kept of one day.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DaySums {
    pub attempts: BTreeMap<AttemptKey, Counts>,
    pub durations: BTreeMap<DurationKey, Class>,
}

impl DaySums {
    /// Adds up one day.
    pub(super) fn of(cells: &[Cell], ended: &[Ended]) -> DaySums {
        let mut durations: BTreeMap<DurationKey, Class> = BTreeMap::new();
        for one in ended {
            let class = Class { cases: 1, seconds: one.seconds, attempts: one.attempts };
            let model = one.model.clone().map(|model| (Dimension::Model.as_str(), model));
            let service = one.service.map(|service| (Dimension::Service.as_str(), service.to_string()));
            for (part, key) in [Some((ALL, String::new())), model, service].into_iter().flatten() {
                *durations.entry((part, key, one.measure, bound_of(one.seconds))).or_default() += class;
            }
        }
        DaySums { attempts: splits(cells), durations }
    }

    /// All attempts of the day.
    pub(super) fn total(&self) -> Counts {
        let mut total = Counts::default();
        for ((part, _, split, _), counts) in &self.attempts {
            if (*part, *split) == (ALL, Dimension::Hour.as_str()) {
                total += *counts;
            }
        }
        total
    }

    /// How many rows it takes.
    pub(super) fn rows(&self) -> usize {
        self.attempts.len() + self.durations.len()
    }
}

/// Numbers for texts, so that adding up does not copy them again and again.
#[derive(Default)]
struct Numbers<'a> {
    texts: Vec<&'a str>,
    known: HashMap<&'a str, usize>,
}

impl<'a> Numbers<'a> {
    fn of(&mut self, text: &'a str) -> usize {
        *self.known.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        })
    }
}

/// Every value's attempts, split by each of the other dimensions.
fn splits(cells: &[Cell]) -> BTreeMap<AttemptKey, Counts> {
    const DIMENSIONS: usize = Dimension::ALL.len();
    let mut numbers: [Numbers<'_>; DIMENSIONS] = Default::default();
    let mut sums: HashMap<[usize; 4], Counts> = HashMap::new();
    for cell in cells {
        let keys: [usize; DIMENSIONS] = std::array::from_fn(|place| numbers[place].of(&cell.keys[place]));
        for split in 0..DIMENSIONS {
            *sums.entry([DIMENSIONS, 0, split, keys[split]]).or_default() += cell.counts;
            for part in (0..DIMENSIONS).filter(|part| *part != split) {
                *sums.entry([part, keys[part], split, keys[split]]).or_default() += cell.counts;
            }
        }
    }
    let text = |place: usize, number: usize| numbers[place].texts[number].to_owned();
    let named = |([part, part_key, split, split_key], counts): ([usize; 4], Counts)| {
        let (part, part_key) = match Dimension::ALL.get(part) {
            Some(dimension) => (dimension.as_str(), text(part, part_key)),
            None => (ALL, String::new()),
        };
        ((part, part_key, Dimension::ALL[split].as_str(), text(split, split_key)), counts)
    };
    sums.into_iter().map(named).collect()
}

/// Closes a day with its sums. `false` when somebody else has closed it.
pub(super) async fn write(tx: &mut Tx, day: NaiveDate, sums: &DaySums, now: Timestamp) -> Result<bool> {
    let day = day.to_string();
    let new = sql!(tx, execute
        "INSERT INTO analysis_days (day, closed_at) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING", &day, now)?;
    if new == 0 {
        return Ok(false);
    }
    let attempts: Vec<_> = sums.attempts.iter().collect();
    for rows in attempts.chunks(ROWS) {
        sql!(tx, insert
            "INSERT INTO attempt_days (day, part, part_key, split, split_key, attempts, failures)",
            rows, |row| [&day, row.0.0, &row.0.1, row.0.2, &row.0.3, row.1.attempts, row.1.failures])?;
    }
    let durations: Vec<_> = sums.durations.iter().collect();
    for rows in durations.chunks(ROWS) {
        sql!(tx, insert
            "INSERT INTO duration_days (day, part, part_key, measure, at_most, cases, seconds, attempts)",
            rows, |row| [&day, row.0.0, &row.0.1, row.0.2.as_str(), row.0.3, row.1.cases, row.1.seconds, row.1.attempts])?;
    }
    Ok(true)
}

/// Opens a day again: it is added up from the rows until it is closed anew.
pub(super) async fn reopen(tx: &mut Tx, day: NaiveDate) -> Result<()> {
    let day = day.to_string();
    sql!(tx, execute "DELETE FROM attempt_days WHERE day = $1", &day)?;
    sql!(tx, execute "DELETE FROM duration_days WHERE day = $1", &day)?;
    sql!(tx, execute "DELETE FROM analysis_days WHERE day = $1", &day)?;
    Ok(())
}

/// The days of a span that are closed.
pub(super) async fn closed(tx: &mut Tx, span: DaySpan) -> Result<BTreeSet<NaiveDate>> {
    let days = sql!(
        tx,
        all(String,),
        "SELECT day FROM analysis_days WHERE day >= $1 AND day <= $2",
        span.first.to_string(),
        span.last.to_string()
    )?;
    days.into_iter().map(|(day,)| parsed(&day)).collect()
}

fn parsed(day: &str) -> Result<NaiveDate> {
    day.parse().map_err(|_| Failure::Stored(format!("`{day}` is no day")))
}

fn part_of(code: &str) -> Result<&'static str> {
    Ok(if code == ALL { ALL } else { code.parse::<Dimension>()?.as_str() })
}

#[derive(FromRow)]
struct AttemptRow {
    day: String,
    part: String,
    part_key: String,
    split: String,
    split_key: String,
    attempts: i64,
    failures: i64,
}

#[derive(FromRow)]
struct DurationRow {
    day: String,
    part: String,
    part_key: String,
    #[sqlx(try_from = "String")]
    measure: Measure,
    at_most: i64,
    cases: i64,
    seconds: i64,
    attempts: i64,
}

/// The closed days of a span as they are kept.
pub(super) async fn read(tx: &mut Tx, span: DaySpan) -> Result<BTreeMap<NaiveDate, DaySums>> {
    let mut days: BTreeMap<_, _> = closed(tx, span).await?.into_iter().map(|day| (day, DaySums::default())).collect();
    let (first, last) = (span.first.to_string(), span.last.to_string());
    let rows = sql!(tx, all AttemptRow,
        "SELECT day, part, part_key, split, split_key, attempts, failures FROM attempt_days WHERE day >= $1 AND day <= $2",
        &first, &last)?;
    for row in rows {
        let key = (part_of(&row.part)?, row.part_key, row.split.parse::<Dimension>()?.as_str(), row.split_key);
        let counts = Counts { attempts: row.attempts, failures: row.failures, under_way: 0 };
        days.entry(parsed(&row.day)?).or_default().attempts.insert(key, counts);
    }
    let rows = sql!(tx, all DurationRow,
        "SELECT day, part, part_key, measure, at_most, cases, seconds, attempts FROM duration_days
         WHERE day >= $1 AND day <= $2", &first, &last)?;
    for row in rows {
        let key = (part_of(&row.part)?, row.part_key, row.measure, row.at_most);
        let class = Class { cases: row.cases, seconds: row.seconds, attempts: row.attempts };
        days.entry(parsed(&row.day)?).or_default().durations.insert(key, class);
    }
    Ok(days)
}

/// What is chosen, as it is kept.
pub(super) fn part(chosen: Option<&Chosen>) -> (&'static str, &str) {
    chosen.map_or((ALL, ""), |chosen| (chosen.dimension.as_str(), chosen.key.as_str()))
}

#[derive(FromRow)]
struct SumRow {
    #[sqlx(try_from = "String")]
    split: Dimension,
    split_key: String,
    attempts: i64,
    failures: i64,
}

/// The attempts of the closed days of a span by each dimension but the chosen one.
///
/// One short look into the table's key a day: whatever else is kept of a day is not read.
pub(super) async fn attempts(
    tx: &mut Tx,
    span: DaySpan,
    chosen: Option<&Chosen>,
) -> Result<BTreeMap<(Dimension, String), Counts>> {
    let (part, key) = part(chosen);
    let rows = sql!(tx, all SumRow,
        "SELECT s.split, s.split_key, CAST(SUM(s.attempts) AS BIGINT) AS attempts, CAST(SUM(s.failures) AS BIGINT) AS failures
         FROM analysis_days d CROSS JOIN attempt_days s
         WHERE s.day = d.day AND d.day >= $1 AND d.day <= $2 AND s.part = $3 AND s.part_key = $4
         GROUP BY s.split, s.split_key",
        span.first.to_string(), span.last.to_string(), part, key)?;
    let sum = |row: SumRow| {
        ((row.split, row.split_key), Counts { attempts: row.attempts, failures: row.failures, under_way: 0 })
    };
    Ok(rows.into_iter().map(sum).collect())
}

/// How long things took on the closed days of a span, of all or of one model or service.
pub(super) async fn durations(
    tx: &mut Tx,
    span: DaySpan,
    chosen: Option<&Chosen>,
) -> Result<BTreeMap<Measure, Durations>> {
    let (part, key) = part(chosen);
    let rows = sql!(
        tx,
        all(String, i64, i64, i64, i64),
        "SELECT s.measure, s.at_most, CAST(SUM(s.cases) AS BIGINT), CAST(SUM(s.seconds) AS BIGINT),
                CAST(SUM(s.attempts) AS BIGINT)
         FROM analysis_days d CROSS JOIN duration_days s
         WHERE s.day = d.day AND d.day >= $1 AND d.day <= $2 AND s.part = $3 AND s.part_key = $4
         GROUP BY s.measure, s.at_most",
        span.first.to_string(),
        span.last.to_string(),
        part,
        key
    )?;
    let mut measures: BTreeMap<Measure, Durations> = BTreeMap::new();
    for (measure, bound, cases, seconds, attempts) in rows {
        measures.entry(measure.parse()?).or_default().0.insert(bound, Class { cases, seconds, attempts });
    }
    Ok(measures)
}

/// The last hours of the closed days of a span in which something chosen happened, newest first; `failed`: in which such an
/// attempt failed. Hours after the `until` one are left out.
pub(super) async fn hours(
    tx: &mut Tx,
    span: DaySpan,
    chosen: Option<&Chosen>,
    failed: bool,
    until: (NaiveDate, &str),
    limit: i64,
) -> Result<Vec<(NaiveDate, String)>> {
    // An hour that is chosen is one of all hours.
    let (hour, chosen) = match chosen {
        Some(Chosen { dimension: Dimension::Hour, key }) => (Some(key.as_str()), None),
        other => (None, other),
    };
    let (part, key) = part(chosen);
    let least = i64::from(failed);
    let rows = sql!(
        tx,
        all(String, String),
        "SELECT s.day, s.split_key FROM analysis_days d CROSS JOIN attempt_days s
         WHERE s.day = d.day AND d.day >= $1 AND d.day <= $2 AND s.part = $3 AND s.part_key = $4 AND s.split = 'HOUR'
           AND s.failures >= $5 AND ($6 IS NULL OR s.split_key = $6) AND (d.day < $7 OR s.split_key <= $8)
         ORDER BY d.day DESC, s.split_key DESC LIMIT $9",
        span.first.to_string(),
        // Days after that one are left out as a whole.
        span.last.min(until.0).to_string(),
        part,
        key,
        least,
        hour,
        until.0.to_string(),
        until.1,
        limit
    )?;
    rows.into_iter().map(|(day, hour)| Ok((parsed(&day)?, hour))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::count::counted;

    fn cell(reason: &str, model: &str, hour: &str, attempts: i64) -> Cell {
        let text = str::to_owned;
        Cell {
            day: "2026-11-23".parse().unwrap(),
            keys: [text(reason), text(model), text("S"), text(hour), text("1")],
            counts: counted(reason, attempts),
        }
    }

    #[test]
    fn every_split_of_a_value_comes_to_the_same() {
        let cells = [
            cell("ACTIVATED", "A", "01", 5),
            cell("ACTIVATED", "B", "02", 7),
            cell("TIMEOUT", "A", "02", 3),
            cell("MODULE_FAULT", "B", "23", 1),
        ];
        let sums = DaySums::of(&cells, &[]);
        let mut of: BTreeMap<(&str, &str, &str), (i64, i64)> = BTreeMap::new();
        for ((part, key, split, _), counts) in &sums.attempts {
            let sum = of.entry((part, key, split)).or_default();
            *sum = (sum.0 + counts.attempts, sum.1 + counts.failures);
        }
        for split in Dimension::ALL {
            assert_eq!(of[&(ALL, "", split.as_str())], (16, 4), "{split}");
            assert_eq!(
                of.get(&("MODEL", "A", split.as_str())).copied(),
                (*split != Dimension::Model).then_some((8, 3))
            );
            assert_eq!(
                of.get(&("HOUR", "02", split.as_str())).copied(),
                (*split != Dimension::Hour).then_some((10, 3))
            );
        }
        assert_eq!(sums.total(), Counts { attempts: 16, failures: 4, under_way: 0 });
    }
}
