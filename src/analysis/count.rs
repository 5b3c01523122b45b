//! Counting from the rows themselves: a piece of a table's key at a time.

use super::model::{ACTIVATED, Counts, DaySpan, Dimension, Measure, UNDER_WAY};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::ServiceId;
use chrono::{NaiveDate, TimeDelta};
use sqlx::FromRow;
use uuid::Uuid;

/// How far a row's id and its time may lie apart: both are made in one go, one after the other.
const APART: TimeDelta = TimeDelta::minutes(1);

/// Why an attempt ended as it did.
macro_rules! reason {
    () => {
        "CASE WHEN t.attempt_result IS NULL THEN 'UNDER_WAY' WHEN t.attempt_result = 'SUCCESS' THEN 'ACTIVATED'
              ELSE COALESCE(t.ota_response_code, 'UNKNOWN') END"
    };
}

/// Which attempt it was.
macro_rules! number {
    () => {
        "CASE WHEN t.manual THEN 'HAND' ELSE CAST(t.attempt_number AS TEXT) END"
    };
}

pub(super) use {number, reason};

/// Attempts of one hour that are alike in every dimension.
#[derive(Debug)]
pub(super) struct Cell {
    /// Their day.
    pub day: NaiveDate,
    /// Their values, in the order of [`Dimension::ALL`].
    pub keys: [String; Dimension::ALL.len()],
    /// How many.
    pub counts: Counts,
}

/// How many so many attempts with this reason are.
pub(super) fn counted(reason: &str, attempts: i64) -> Counts {
    match reason {
        ACTIVATED => Counts { attempts, ..Counts::default() },
        UNDER_WAY => Counts { attempts, under_way: attempts, ..Counts::default() },
        _ => Counts { attempts, failures: attempts, ..Counts::default() },
    }
}

/// Ids of rows that may have been written between two moments.
pub(super) fn ids(from: Timestamp, until: Timestamp) -> (Uuid, Uuid) {
    let first_of = |at: Timestamp| {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        let mut id = [0u8; 16];
        id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        Uuid::from_bytes(id)
    };
    (first_of(from - APART), first_of(until + APART))
}

#[derive(FromRow)]
struct CellRow {
    hour: String,
    reason: String,
    model: String,
    service: ServiceId,
    number: String,
    attempts: i64,
}

macro_rules! cells {
    ($hour:literal) => {
        concat!(
            "SELECT ",
            $hour,
            " AS hour, ",
            reason!(),
            " AS reason, v.model_code AS model, a.service_id AS service, ",
            number!(),
            " AS number, COUNT(*) AS attempts
             FROM activation_attempts t
             JOIN service_activations a ON a.service_activation_id = t.service_activation_id
             JOIN vehicles v ON v.id = a.vehicle_id
             WHERE t.attempt_id >= $1 AND t.attempt_id < $2 AND t.attempt_timestamp >= $3 AND t.attempt_timestamp < $4
               AND t.command = 'ACTIVATE'
             GROUP BY 1, 2, 3, 4, 5"
        )
    };
}

/// The attempts of some days.
pub(super) async fn cells(tx: &mut Tx, span: DaySpan) -> Result<Vec<Cell>> {
    let (first_id, last_id) = ids(span.begins(), span.ends());
    // The engines have no common word for the hour of a moment.
    let query = if tx.is_postgres() {
        cells!("to_char(t.attempt_timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')")
    } else {
        cells!("substr(t.attempt_timestamp, 1, 13)")
    };
    let rows = sql!(tx, all CellRow, query, first_id, last_id, span.begins(), span.ends())?;
    rows.into_iter()
        .map(|row| {
            let (day, hour) = row.hour.split_once('T').ok_or_else(|| strange(&row.hour))?;
            Ok(Cell {
                day: day.parse().map_err(|_| strange(&row.hour))?,
                counts: counted(&row.reason, row.attempts),
                keys: [row.reason, row.model, row.service.to_string(), hour.to_owned(), row.number],
            })
        })
        .collect()
}

fn strange(hour: &str) -> Failure {
    Failure::Stored(format!("`{hour}` is no hour of a day"))
}

/// Something that came to its end, and how long it took.
#[derive(Debug)]
pub(super) struct Ended {
    /// The day on which it ended.
    pub day: NaiveDate,
    /// What was timed.
    pub measure: Measure,
    /// The car's model; none for a question about no car.
    pub model: Option<String>,
    /// The service; none for a question about none.
    pub service: Option<ServiceId>,
    /// How long it took.
    pub seconds: i64,
    /// Attempts it took; 0 for a case.
    pub attempts: i64,
}

type Confirmed = (Timestamp, Timestamp, i64, String, ServiceId);
type Solved = (Timestamp, Timestamp, String, Option<String>, Option<ServiceId>);

/// What came to its end on some days: activations, and cases by people of ours.
pub(super) async fn ended(tx: &mut Tx, span: DaySpan) -> Result<Vec<Ended>> {
    let (first_id, last_id) = ids(span.begins(), span.ends());
    let confirmed = sql!(
        tx,
        all Confirmed,
        "SELECT c.confirmed_at, a.created_at, a.total_attempts, v.model_code, a.service_id
         FROM delivery_confirmations c
         JOIN service_activations a ON a.service_activation_id = c.service_activation_id
         JOIN vehicles v ON v.id = a.vehicle_id
         WHERE c.id >= $1 AND c.id < $2 AND c.confirmed_at >= $3 AND c.confirmed_at < $4",
        first_id,
        last_id,
        span.begins(),
        span.ends()
    )?;
    // The list of kinds is the index's; the story keeps every solution, also of a case that was opened again.
    let solved = sql!(
        tx,
        all Solved,
        "SELECT e.at, t.created_at, t.queue, t.model_code, t.service_id
         FROM expediente_entries e JOIN tickets t ON t.id = e.subject_id
         WHERE e.actor_kind IN ('CUSTOMER', 'STAFF', 'ANONYMOUS') AND e.actor_kind = 'STAFF'
           AND e.at >= $1 AND e.at < $2 AND e.kind = 'TICKET_SOLVED'",
        span.begins(),
        span.ends()
    )?;
    let activations = confirmed.into_iter().map(|(at, began, attempts, model, service)| Ended {
        day: at.date_naive(),
        measure: Measure::Activation,
        model: Some(model),
        service: Some(service),
        seconds: (at - began).num_seconds(),
        attempts,
    });
    let cases = solved.into_iter().map(|(at, began, queue, model, service)| Ended {
        day: at.date_naive(),
        measure: if queue == "OTA" { Measure::OtaCase } else { Measure::GeneralCase },
        model,
        service,
        seconds: (at - began).num_seconds(),
        attempts: 0,
    });
    Ok(activations.chain(cases).collect())
}

/// The day of the first row that could be counted.
pub(super) async fn first_day(tx: &mut Tx) -> Result<Option<NaiveDate>> {
    let attempt = sql!(
        tx,
        optional(Timestamp, String),
        "SELECT attempt_timestamp, command FROM activation_attempts ORDER BY attempt_id LIMIT 1"
    )?;
    let confirmation = sql!(
        tx,
        optional(Timestamp, String),
        "SELECT confirmed_at, source FROM delivery_confirmations ORDER BY id LIMIT 1"
    )?;
    let case = sql!(tx, optional(Timestamp, String), "SELECT created_at, queue FROM tickets ORDER BY id LIMIT 1")?;
    let firsts = [attempt, confirmation, case];
    Ok(firsts.into_iter().flatten().map(|(at, _)| at.date_naive()).min())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rng::{Rng, SeededRng};

    #[test]
    fn ids_of_a_span_hold_those_made_in_it() {
        let rng: &dyn Rng = &SeededRng::new(1);
        let span = DaySpan::of("2026-11-23".parse().unwrap());
        let (first, last) = ids(span.begins(), span.ends());
        for at in [span.begins(), span.ends() - TimeDelta::microseconds(1)] {
            let id = rng.uuid(at - TimeDelta::milliseconds(1));
            assert!(first <= id && id < last, "{at}");
        }
        assert!(rng.uuid(span.begins() - TimeDelta::hours(1)) < first);
        assert!(rng.uuid(span.ends() + TimeDelta::hours(1)) >= last);
    }
}
