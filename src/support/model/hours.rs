//! When a queue is worked on, as administrators write it.

use serde::{Deserialize, Serialize};

codes! {
    /// What is wrong with a calendar as an administrator wants it.
    pub enum CalendarProblem {
        /// No such time zone.
        Zone = "ZONE",
        /// Not written as a time of day.
        NotATime = "NOT_A_TIME",
        /// Opens and never closes, or the other way round.
        HalfADay = "HALF_A_DAY",
        /// Closes before it opens.
        ClosesFirst = "CLOSES_FIRST",
        /// No day of the week is worked on.
        NeverOpen = "NEVER_OPEN",
        /// No day of a calendar.
        NotADay = "NOT_A_DAY",
        /// Over already: it changes nothing any more.
        Past = "PAST",
        /// Not named, or too long.
        Name = "NAME",
        /// A holiday already.
        Known = "KNOWN",
    }
}

/// When a queue is worked on, on one day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Minutes after midnight.
    pub opens: i64,
    /// Minutes after midnight; 1440 is the next midnight.
    pub closes: i64,
}

impl Hours {
    /// Reads two times of day as people write them, up to `24:00`. Both empty: closed.
    pub fn parse(opens: &str, closes: &str) -> Result<Option<Hours>, CalendarProblem> {
        let (opens, closes) = match (opens.trim(), closes.trim()) {
            ("", "") => return Ok(None),
            ("", _) | (_, "") => return Err(CalendarProblem::HalfADay),
            (opens, closes) => (minute(opens)?, minute(closes)?),
        };
        if closes <= opens {
            return Err(CalendarProblem::ClosesFirst);
        }
        Ok(Some(Hours { opens, closes }))
    }

    /// A minute of the day as people write it.
    pub fn text(minute: i64) -> String {
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }
}

fn minute(text: &str) -> Result<i64, CalendarProblem> {
    let number = |digits: &str| match digits.len() {
        1 | 2 if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<i64>().ok(),
        _ => None,
    };
    let parts = text.split_once(':').and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
    match parts {
        Some((hour @ 0..24, minute @ 0..60)) => Ok(hour * 60 + minute),
        Some((24, 0)) => Ok(1440),
        _ => Err(CalendarProblem::NotATime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_hours_are_read_as_people_write_them() {
        use CalendarProblem as P;
        let hours = |opens, closes| Ok(Some(Hours { opens, closes }));
        assert_eq!(Hours::parse("", " "), Ok(None));
        assert_eq!(Hours::parse("09:00", "18:30"), hours(540, 1110));
        assert_eq!(Hours::parse(" 9:05 ", "24:00"), hours(545, 1440));
        assert_eq!(Hours::parse("09:00", ""), Err(P::HalfADay));
        assert_eq!(Hours::parse("18:00", "09:00"), Err(P::ClosesFirst));
        assert_eq!(Hours::parse("09:00", "09:00"), Err(P::ClosesFirst));
        for nonsense in ["9", "9h", "25:00", "24:01", "-1:00", "+9:00", "09:60", "009:00", "09:00:00", "٩:00"] {
            assert_eq!(Hours::parse(nonsense, "24:00"), Err(P::NotATime), "{nonsense}");
        }
        assert_eq!((Hours::text(545), Hours::text(1440)), ("09:05".to_owned(), "24:00".to_owned()));
    }
}
