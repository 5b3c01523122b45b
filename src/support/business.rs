//! When a queue is worked on: opening hours in a time zone, with holidays. Clocks count open time only.

use super::model::{Hours, Queue};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// Nobody is closed for longer; it bounds the search in a calendar that never opens.
const LONGEST_CLOSED: u64 = 3660;

/// A queue's calendar.
#[derive(Debug, Clone)]
pub struct BusinessCalendar {
    /// Whose days and hours these are.
    pub zone: Tz,
    /// The days of the week that are worked on, and when: Monday is 1.
    pub hours: BTreeMap<u32, Hours>,
    /// Days that are not worked on.
    pub holidays: BTreeSet<NaiveDate>,
    /// Open time within which a customer gets an answer.
    pub first_answer: TimeDelta,
}

impl BusinessCalendar {
    /// When this much open time will have passed.
    pub fn due(&self, from: Timestamp, worked: TimeDelta) -> Timestamp {
        if worked <= TimeDelta::zero() {
            return from;
        }
        let mut left = worked;
        let mut day = self.day_of(from);
        for _ in 0..LONGEST_CLOSED {
            if let Some((opens, closes)) = self.open(day) {
                let start = opens.max(from);
                let open = closes - start;
                if left <= open {
                    return start + left;
                }
                left -= open.max(TimeDelta::zero());
            }
            let Some(next) = day.checked_add_days(Days::new(1)) else { break };
            day = next;
        }
        from + worked
    }

    /// How much open time lies between two moments; none when the second is the earlier one.
    pub fn worked(&self, from: Timestamp, to: Timestamp) -> TimeDelta {
        let mut sum = TimeDelta::zero();
        let mut day = self.day_of(from);
        let last = self.day_of(to);
        while day <= last {
            if let Some((opens, closes)) = self.open(day) {
                sum += (closes.min(to) - opens.max(from)).max(TimeDelta::zero());
            }
            let Some(next) = day.checked_add_days(Days::new(1)) else { break };
            day = next;
        }
        sum
    }

    /// The day that it is in the calendar's zone.
    pub fn day_of(&self, at: Timestamp) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// From when until when a day is worked on.
    fn open(&self, day: NaiveDate) -> Option<(Timestamp, Timestamp)> {
        if self.holidays.contains(&day) {
            return None;
        }
        let hours = self.hours.get(&day.weekday().number_from_monday())?;
        Some((self.moment(day, hours.opens), self.moment(day, hours.closes)))
    }

    /// A wall-clock minute of a day. One that the change to summer time leaves out counts as the hour before it.
    fn moment(&self, day: NaiveDate, minute: i64) -> Timestamp {
        let (day, minute) = if minute >= 1440 {
            (day.checked_add_days(Days::new(1)).unwrap_or(day), minute - 1440)
        } else {
            (day, minute)
        };
        let time = NaiveTime::MIN + TimeDelta::minutes(minute);
        let wall = day.and_time(time);
        match self.zone.from_local_datetime(&wall).earliest() {
            Some(moment) => moment.with_timezone(&Utc),
            None => self
                .zone
                .from_local_datetime(&(wall - TimeDelta::hours(1)))
                .earliest()
                .map_or_else(|| wall.and_utc(), |moment| moment.with_timezone(&Utc) + TimeDelta::hours(1)),
        }
    }
}

/// Reads a queue's calendar.
pub async fn calendar(tx: &mut Tx, queue: Queue) -> Result<BusinessCalendar> {
    let (zone, minutes) = sql!(
        tx,
        one(String, i64),
        "SELECT zone, first_answer_minutes FROM support_calendars WHERE queue = $1",
        queue.as_str()
    )?;
    let hours = sql!(
        tx,
        all(i64, i64, i64),
        "SELECT weekday, opens_minute, closes_minute FROM support_hours WHERE queue = $1 ORDER BY weekday",
        queue.as_str()
    )?;
    let days = sql!(
        tx,
        all(String, String),
        "SELECT day, name FROM support_holidays WHERE queue = $1 ORDER BY day",
        queue.as_str()
    )?;
    Ok(BusinessCalendar {
        zone: zone.parse().map_err(|_| Failure::Stored(format!("`{zone}` is no time zone")))?,
        hours: hours
            .into_iter()
            .filter_map(|(weekday, opens, closes)| Some((u32::try_from(weekday).ok()?, Hours { opens, closes })))
            .collect(),
        holidays: days.iter().filter_map(|(day, _)| day.parse().ok()).collect(),
        first_answer: TimeDelta::minutes(minutes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn office() -> BusinessCalendar {
        BusinessCalendar {
            zone: Tz::Europe__Madrid,
            hours: (1..=5).map(|day| (day, Hours { opens: 540, closes: 1080 })).collect(),
            holidays: ["2026-12-08", "2026-12-25"].iter().map(|day| day.parse().expect("a day")).collect(),
            first_answer: TimeDelta::hours(8),
        }
    }

    fn always() -> BusinessCalendar {
        BusinessCalendar {
            hours: (1..=7).map(|day| (day, Hours { opens: 0, closes: 1440 })).collect(),
            holidays: BTreeSet::new(),
            first_answer: TimeDelta::hours(24),
            ..office()
        }
    }

    #[test]
    fn eight_hours_from_friday_afternoon_end_on_monday() {
        // Friday 16:00 in Madrid: two hours are left today, six on Monday.
        assert_eq!(office().due(at("2026-11-27T15:00:00Z"), TimeDelta::hours(8)), at("2026-11-30T14:00:00Z"));
        // On a Saturday the clock begins on Monday at nine.
        assert_eq!(office().due(at("2026-11-28T12:00:00Z"), TimeDelta::hours(1)), at("2026-11-30T09:00:00Z"));
    }

    #[test]
    fn each_day_of_the_week_has_its_own_hours() {
        let mut calendar = office();
        calendar.hours.insert(5, Hours { opens: 540, closes: 840 });
        // Friday 13:00 in Madrid: one hour is left today, the others on Monday.
        assert_eq!(calendar.due(at("2026-11-27T12:00:00Z"), TimeDelta::hours(3)), at("2026-11-30T10:00:00Z"));
    }

    #[test]
    fn holidays_do_not_count() {
        // Monday 7 December 17:00; Tuesday is a holiday.
        assert_eq!(office().due(at("2026-12-07T16:00:00Z"), TimeDelta::hours(2)), at("2026-12-09T09:00:00Z"));
        assert_eq!(office().worked(at("2026-12-07T16:00:00Z"), at("2026-12-09T09:00:00Z")), TimeDelta::hours(2));
    }

    #[test]
    fn around_the_clock_a_day_is_a_day_also_when_the_hour_changes() {
        let calendar = always();
        for from in ["2026-10-24T12:00:00Z", "2027-03-27T12:00:00Z", "2026-11-23T09:00:00.123456Z"] {
            assert_eq!(calendar.due(at(from), TimeDelta::hours(24)), at(from) + TimeDelta::hours(24));
        }
    }

    #[test]
    fn a_full_day_ends_at_closing_time_not_on_the_next_morning() {
        assert_eq!(office().due(at("2026-11-23T08:00:00Z"), TimeDelta::hours(9)), at("2026-11-23T17:00:00Z"));
    }

    #[test]
    fn a_calendar_that_never_opens_still_ends() {
        let never = BusinessCalendar { hours: BTreeMap::new(), ..office() };
        let from = at("2026-11-23T08:00:00Z");
        assert_eq!(never.due(from, TimeDelta::hours(1)), from + TimeDelta::hours(1));
        assert_eq!(never.worked(from, from + TimeDelta::days(3)), TimeDelta::zero());
    }

    proptest! {
        #[test]
        fn what_is_due_has_been_worked(start in 0i64..40_000_000, seconds in 0i64..400_000, open: bool) {
            let calendar = if open { always() } else { office() };
            let from = at("2026-01-01T00:00:00Z") + TimeDelta::seconds(start);
            let due = calendar.due(from, TimeDelta::seconds(seconds));
            prop_assert!(due >= from);
            prop_assert_eq!(calendar.worked(from, due), TimeDelta::seconds(seconds));
        }

        #[test]
        fn a_pause_loses_no_time(start in 0i64..40_000_000, total in 1i64..200_000, share in 0i64..100, pause in 0i64..900_000) {
            let calendar = office();
            let from = at("2026-01-01T00:00:00Z") + TimeDelta::seconds(start);
            let total = TimeDelta::seconds(total);
            let asked = calendar.due(from, total * i32::try_from(share).expect("small") / 100);
            let left = total - calendar.worked(from, asked);
            let back = asked + TimeDelta::seconds(pause);
            let due = calendar.due(back, left);
            prop_assert_eq!(calendar.worked(from, asked) + calendar.worked(back, due), total);
        }
    }
}
