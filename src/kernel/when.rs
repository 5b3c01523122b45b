//! Moments in words, in the time zone of whoever reads them, and times of day that come again.

use super::Timestamp;
use super::locale::Locale;
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

const MONTHS_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The day: "21 de noviembre de 2026", "21 November 2026". An unknown time zone counts as UTC.
pub fn day(at: Timestamp, zone: &str, locale: Locale) -> String {
    let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    let month = local.month0() as usize;
    match locale {
        Locale::Es => format!("{} de {} de {}", local.day(), MONTHS_ES[month], local.year()),
        Locale::En => format!("{} {} {}", local.day(), MONTHS_EN[month], local.year()),
    }
}

/// The day and the time of day: "21 de noviembre de 2026, 14:05".
pub fn moment(at: Timestamp, zone: &str, locale: Locale) -> String {
    let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    format!("{}, {:02}:{:02}", day(at, zone, locale), local.hour(), local.minute())
}

/// The moment to the second, for receipts: "21 de noviembre de 2026, 14:05:09".
pub fn to_the_second(at: Timestamp, zone: &str, locale: Locale) -> String {
    let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    format!("{}:{:02}", moment(at, zone, locale), local.second())
}

/// The day for lists, where space is short: "21 nov 2026", "21 Nov 2026".
pub fn short_day(at: Timestamp, zone: &str, locale: Locale) -> String {
    let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    let months = if locale == Locale::Es { MONTHS_ES } else { MONTHS_EN };
    format!("{} {} {}", local.day(), &months[local.month0() as usize][..3], local.year())
}

/// Day and time of day for lists: "21 nov 2026, 14:05".
pub fn short_moment(at: Timestamp, zone: &str, locale: Locale) -> String {
    let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    format!("{}, {:02}:{:02}", short_day(at, zone, locale), local.hour(), local.minute())
}

const DAYS_ES: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day of the calendar, which is the same in every time zone: "23 de noviembre de 2026", "23 November 2026".
pub fn calendar_day(day: NaiveDate, locale: Locale) -> String {
    let month = day.month0() as usize;
    match locale {
        Locale::Es => format!("{} de {} de {}", day.day(), MONTHS_ES[month], day.year()),
        Locale::En => format!("{} {} {}", day.day(), MONTHS_EN[month], day.year()),
    }
}

/// A day of the calendar with its weekday: "lunes, 23 de noviembre de 2026".
pub fn weekday(day: NaiveDate, locale: Locale) -> String {
    let days = if locale == Locale::Es { DAYS_ES } else { DAYS_EN };
    format!("{}, {}", days[day.weekday().num_days_from_monday() as usize], calendar_day(day, locale))
}

/// The day that it is somewhere.
pub fn day_there(at: Timestamp, zone: &str) -> NaiveDate {
    at.with_timezone(&zone.parse().unwrap_or(Tz::UTC)).date_naive()
}

/// The moment a day begins in a time zone. An unknown one counts as UTC. Where the clocks leap over midnight the day
/// begins with its first hour that there is.
pub fn start_of_day(day: NaiveDate, zone: &str) -> Timestamp {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=3)
        .find_map(|hour| zone.from_local_datetime(&(midnight + TimeDelta::hours(hour))).earliest())
        .map_or_else(|| midnight.and_utc(), |local| local.to_utc())
}

/// The next time it is so late in the day, by UTC; a day later when it is so late right now.
pub fn next_at(time: NaiveTime, now: Timestamp) -> Timestamp {
    let today = now.date_naive().and_time(time).and_utc();
    if today > now { today } else { today + Days::new(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_readers_zone() {
        let at: Timestamp = "2026-12-31T23:30:00Z".parse().unwrap();
        assert_eq!(day(at, "Europe/London", Locale::En), "31 December 2026");
        assert_eq!(moment(at, "Europe/Madrid", Locale::Es), "1 de enero de 2027, 00:30");
        assert_eq!(moment(at, "Nowhere/Land", Locale::Es), "31 de diciembre de 2026, 23:30");
        assert_eq!(short_moment(at, "Europe/Madrid", Locale::Es), "1 ene 2027, 00:30");
        assert_eq!(short_day(at, "Europe/London", Locale::En), "31 Dec 2026");
    }

    #[test]
    fn a_day_of_the_calendar_has_its_weekday() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        assert_eq!(weekday(day, Locale::Es), "lunes, 23 de noviembre de 2026");
        assert_eq!(weekday(day, Locale::En), "Monday, 23 November 2026");
        let late: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!((day_there(late, "Europe/Madrid"), day_there(late, "UTC")), (day, day.pred_opt().unwrap()));
    }

    #[test]
    fn a_day_begins_where_its_reader_is() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(start_of_day(day("2026-11-23"), "Europe/Madrid"), at("2026-11-22T23:00:00Z"));
        assert_eq!(start_of_day(day("2026-07-01"), "Europe/Madrid"), at("2026-06-30T22:00:00Z"));
        assert_eq!(start_of_day(day("2026-07-01"), "Nowhere/Land"), at("2026-07-01T00:00:00Z"));
        // There is no midnight on this day in Beirut: the clocks go from 23:59 to 01:00.
        assert_eq!(start_of_day(day("2026-03-29"), "Asia/Beirut"), at("2026-03-28T22:00:00Z"));
    }
}
