//! What a figure is made of: the attempts one by one, newest first.
//!
//! What is kept of closed days tells in which hours there is any such attempt, so that a rare one is not looked for in
//! everything else: an hour is a short piece of the table's key.

use super::count::{ids, number, reason};
use super::kept;
use super::model::{Chosen, DaySpan, Dimension};
use super::report::{days_with_anything, open};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, AttemptId, ServiceId, UserId};
use crate::kernel::locale::Bilingual;
use crate::kernel::{FAR_FUTURE, Timestamp};
use chrono::{NaiveDate, NaiveTime, TimeDelta, Timelike as _};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Which attempts are asked for.
#[derive(Debug, Clone)]
pub struct CaseFilter {
    /// Of these days.
    pub days: DaySpan,
    /// With this value.
    pub chosen: Option<Chosen>,
    /// Only those that failed.
    pub failed: bool,
    /// Only what is older than this line.
    pub before: Option<(Timestamp, Uuid)>,
}

/// One attempt.
#[derive(Debug, Clone, FromRow)]
pub struct AttemptCase {
    /// Its id.
    #[sqlx(rename = "attempt_id")]
    pub id: AttemptId,
    /// When it began.
    #[sqlx(rename = "attempt_timestamp")]
    pub at: Timestamp,
    /// Which attempt it was, as the analysis counts it.
    pub number: String,
    /// Why it failed, as the analysis counts it.
    pub reason: String,
    /// The order.
    #[sqlx(rename = "service_activation_id")]
    pub activation: ActivationId,
    /// Whose.
    #[sqlx(rename = "customer_id")]
    pub customer: UserId,
    /// The service's name as ordered.
    pub service_names: Json<Bilingual>,
    /// The car's model.
    pub model_name: String,
    /// The case about it, for people: OTA-000001.
    pub ticket: Option<String>,
}

/// The attempts asked for, newest first. Read from a [snapshot](crate::kernel::database::Database::snapshot).
pub async fn cases(tx: &mut Tx, now: Timestamp, filter: &CaseFilter, limit: i64) -> Result<Vec<AttemptCase>> {
    let Some(days) = days_with_anything(tx, now, filter.days).await? else { return Ok(Vec::new()) };
    let (before, before_id) = filter.before.unwrap_or((FAR_FUTURE, Uuid::max()));
    let mut found = Vec::new();
    // Hours that are not over are looked into one by one as well.
    for hour in hours(tx, days, filter, before, limit).await?.into_iter().rev() {
        let wanted = limit - i64::try_from(found.len()).unwrap_or(limit);
        if wanted <= 0 {
            break;
        }
        found.extend(of_hour(tx, hour, filter, (before, before_id), wanted).await?);
    }
    Ok(found)
}

/// The hours in which attempts are looked for, oldest first: enough to find so many.
async fn hours(
    tx: &mut Tx,
    days: DaySpan,
    filter: &CaseFilter,
    before: Timestamp,
    limit: i64,
) -> Result<BTreeSet<Timestamp>> {
    let chosen = filter.chosen.as_ref();
    let last_hour = format!("{:02}", before.hour());
    // One more than the lines: the newest hour may hold only what has been shown already.
    let closed = kept::hours(tx, days, chosen, filter.failed, (before.date_naive(), &last_hour), limit + 1).await?;
    let mut hours = BTreeSet::new();
    for (day, hour) in closed {
        let hour: u32 = hour.parse().map_err(|_| Failure::Stored(format!("`{hour}` is no hour")))?;
        hours.insert(begin(day, hour)?);
    }
    let only = chosen.filter(|chosen| chosen.dimension == Dimension::Hour).map(|chosen| chosen.key.as_str());
    for span in open(tx, days).await? {
        for day in span.days() {
            for hour in (0..24).filter(|hour| only.is_none_or(|only| only.parse() == Ok(*hour))) {
                let begin = begin(day, hour)?;
                if begin <= before {
                    hours.insert(begin);
                }
            }
        }
    }
    Ok(hours)
}

fn begin(day: NaiveDate, hour: u32) -> Result<Timestamp> {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).ok_or_else(|| Failure::Stored(format!("`{hour}` is no hour")))?;
    Ok(day.and_time(time).and_utc())
}

async fn of_hour(
    tx: &mut Tx,
    hour: Timestamp,
    filter: &CaseFilter,
    before: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<AttemptCase>> {
    let end = hour + TimeDelta::hours(1);
    let (first_id, last_id) = ids(hour, end);
    let chosen = |dimension: Dimension| {
        filter.chosen.as_ref().filter(|chosen| chosen.dimension == dimension).map(|chosen| chosen.key.as_str())
    };
    let service = chosen(Dimension::Service).map(str::parse::<ServiceId>).transpose();
    let service = service.map_err(|_| Failure::Stored("a service is chosen by its id".to_owned()))?;
    Ok(sql!(tx, all AttemptCase,
        concat!(
            "SELECT t.attempt_id, t.attempt_timestamp, ", number!(), " AS number, ", reason!(), " AS reason,
                    t.service_activation_id, a.customer_id, a.service_names, m.name AS model_name,
                    (SELECT k.number FROM tickets k WHERE k.id = a.tech_support_ticket_id) AS ticket
             FROM activation_attempts t
             JOIN service_activations a ON a.service_activation_id = t.service_activation_id
             JOIN vehicles v ON v.id = a.vehicle_id
             JOIN vehicle_models m ON m.code = v.model_code
             WHERE t.attempt_id >= $1 AND t.attempt_id < $2 AND t.attempt_timestamp >= $3 AND t.attempt_timestamp < $4
               AND t.command = 'ACTIVATE'
               AND t.attempt_timestamp <= $5 AND (t.attempt_timestamp < $5 OR t.attempt_id < $6)
               AND ($7 OR t.attempt_result IN ('FAILED_RETRY', 'FAILED_ESCALATE'))
               AND ($8 IS NULL OR ", reason!(), " = $8) AND ($9 IS NULL OR v.model_code = $9)
               AND ($10 IS NULL OR a.service_id = $10) AND ($11 IS NULL OR ", number!(), " = $11)
             ORDER BY t.attempt_timestamp DESC, t.attempt_id DESC LIMIT $12"
        ),
        first_id, last_id, hour, end, before.0, before.1, !filter.failed, chosen(Dimension::Reason),
        chosen(Dimension::Model), service, chosen(Dimension::Attempt), limit)?)
}
