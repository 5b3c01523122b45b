//! The calendars of the queues, as administrators keep them: time zone, hours of each day of the week, holidays.
//!
//! A change counts from its commit. In the same transaction, what is due in the queue is worked out anew, so that no clock
//! goes by hours that are no longer so (a case that takes a step at that very moment may still be answered by the hours it
//! has read); and it is on the record, with before and after.

use super::business::{self, BusinessCalendar};
use super::clock;
use super::model::{CalendarProblem, Hours, Queue, written};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The longest name of a holiday.
pub const LONGEST_HOLIDAY: usize = 60;

/// A day on which a queue is not worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// The day, in the calendar's zone.
    pub day: NaiveDate,
    /// As it is called there.
    pub name: String,
}

/// The holidays of a queue from a day on, the next one first.
pub async fn holidays(tx: &mut Tx, queue: Queue, from: NaiveDate) -> Result<Vec<Holiday>> {
    let rows = sql!(
        tx,
        all(String, String),
        "SELECT day, name FROM support_holidays WHERE queue = $1 AND day >= $2 ORDER BY day LIMIT 200",
        queue.as_str(),
        from.to_string()
    )?;
    Ok(rows.into_iter().filter_map(|(day, name)| Some(Holiday { day: day.parse().ok()?, name })).collect())
}

/// Gives a queue a time zone and opening hours; a day of the week without hours is closed.
pub async fn set_hours(
    caas: &Caas,
    admin: UserId,
    queue: Queue,
    zone: &str,
    hours: &BTreeMap<u32, Hours>,
) -> Result<std::result::Result<(), CalendarProblem>> {
    let Ok(zone) = zone.parse::<Tz>() else { return Ok(Err(CalendarProblem::Zone)) };
    if hours.is_empty() {
        return Ok(Err(CalendarProblem::NeverOpen));
    }
    let mut change = Change::begin(caas, admin, queue).await?;
    sql!(&mut change.tx, execute "UPDATE support_calendars SET zone = $1 WHERE queue = $2", zone.name(), queue.as_str())?;
    sql!(&mut change.tx, execute "DELETE FROM support_hours WHERE queue = $1", queue.as_str())?;
    for (weekday, hours) in hours {
        sql!(&mut change.tx, execute
            "INSERT INTO support_hours (queue, weekday, opens_minute, closes_minute) VALUES ($1, $2, $3, $4)",
            queue.as_str(), i64::from(*weekday), hours.opens, hours.closes)?;
    }
    change.keep("HOURS").await?;
    Ok(Ok(()))
}

/// Adds a holiday, today at the earliest.
pub async fn add_holiday(
    caas: &Caas,
    admin: UserId,
    queue: Queue,
    day: NaiveDate,
    name: &str,
) -> Result<std::result::Result<(), CalendarProblem>> {
    let Some(name) = written(name, LONGEST_HOLIDAY) else { return Ok(Err(CalendarProblem::Name)) };
    let mut change = Change::begin(caas, admin, queue).await?;
    let today = change.before.day_of(caas.now());
    if day < today {
        return Ok(Err(CalendarProblem::Past));
    }
    // Further away nobody knows, and calendars are searched day by day.
    if day > today + TimeDelta::days(366 * 5) {
        return Ok(Err(CalendarProblem::NotADay));
    }
    let added = sql!(&mut change.tx, execute
        "INSERT INTO support_holidays (queue, day, name) VALUES ($1, $2, $3) ON CONFLICT (queue, day) DO NOTHING",
        queue.as_str(), day.to_string(), &name)?;
    if added == 0 {
        return Ok(Err(CalendarProblem::Known));
    }
    change.keep("HOLIDAY_ADDED").await?;
    Ok(Ok(()))
}

/// Takes a holiday away. `false` when there is none on that day.
pub async fn remove_holiday(caas: &Caas, admin: UserId, queue: Queue, day: NaiveDate) -> Result<bool> {
    let mut change = Change::begin(caas, admin, queue).await?;
    let gone = sql!(&mut change.tx, execute
        "DELETE FROM support_holidays WHERE queue = $1 AND day = $2", queue.as_str(), day.to_string())?;
    if gone == 0 {
        return Ok(false);
    }
    change.keep("HOLIDAY_REMOVED").await?;
    Ok(true)
}

/// A change of a calendar under way.
struct Change<'a> {
    caas: &'a Caas,
    tx: Tx,
    admin: UserId,
    queue: Queue,
    before: BusinessCalendar,
}

impl<'a> Change<'a> {
    async fn begin(caas: &'a Caas, admin: UserId, queue: Queue) -> Result<Change<'a>> {
        let mut tx = caas.db.begin().await?;
        // The row first: two administrators change a calendar one after the other.
        sql!(&mut tx, execute "UPDATE support_calendars SET zone = zone WHERE queue = $1", queue.as_str())?;
        let before = business::calendar(&mut tx, queue).await?;
        Ok(Change { caas, tx, admin, queue, before })
    }

    /// Works out anew what is due, writes down who changed what, and commits.
    async fn keep(mut self, what: &str) -> Result<()> {
        let after = business::calendar(&mut self.tx, self.queue).await?;
        let moved = clock::reckon_anew(self.caas, &mut self.tx, self.queue, &self.before, &after).await?;
        let entry = Entry {
            data: serde_json::json!({
                "queue": self.queue, "what": what, "answersMoved": moved,
                "before": told(&self.before, &after), "after": told(&after, &self.before),
            }),
            ..Entry::new(
                None,
                Actor::staff(self.admin),
                EntryKind::CalendarChanged,
                SubjectKind::Calendar,
                // There is one for each queue, which has no id.
                Uuid::nil(),
            )
        };
        record(self.caas, &mut self.tx, entry).await?;
        self.tx.commit().await
    }
}

/// A calendar for the record; of its holidays those that the other one has not.
fn told(calendar: &BusinessCalendar, other: &BusinessCalendar) -> serde_json::Value {
    let hours: BTreeMap<_, _> = calendar
        .hours
        .iter()
        .map(|(day, hours)| (day.to_string(), format!("{}-{}", Hours::text(hours.opens), Hours::text(hours.closes))))
        .collect();
    let holidays: Vec<_> = calendar.holidays.difference(&other.holidays).map(NaiveDate::to_string).collect();
    serde_json::json!({ "zone": calendar.zone.name(), "hours": hours, "holidays": holidays })
}
