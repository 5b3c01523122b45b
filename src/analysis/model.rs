//! What is counted, by what, and how times are put into classes. No I/O.

use crate::kernel::Timestamp;
use crate::kernel::ids::ServiceId;
use chrono::{Days, NaiveDate, NaiveTime};
use std::ops::AddAssign;

codes! {
    /// By what attempts are told apart.
    pub enum Dimension {
        /// Why it failed: the response code. `ACTIVATED` for one that did not, `UNDER_WAY` while nobody knows.
        Reason = "REASON",
        /// The car's model.
        Model = "MODEL",
        /// The service.
        Service = "SERVICE",
        /// The hour of the UTC day in which it began: `00` to `23`.
        Hour = "HOUR",
        /// Which attempt of its order it was: `1`, `2` …; `HAND` when a person made it.
        Attempt = "ATTEMPT",
    }
}

impl Dimension {
    /// Its place in [`Dimension::ALL`].
    pub(super) const fn place(self) -> usize {
        self as usize
    }
}

/// The reason that stands for an attempt that succeeded.
pub const ACTIVATED: &str = "ACTIVATED";

/// The reason that stands for an attempt without a verdict.
pub const UNDER_WAY: &str = "UNDER_WAY";

/// The attempt that a person made.
pub const BY_HAND: &str = "HAND";

/// One value of one dimension: what the analysis is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The dimension.
    pub dimension: Dimension,
    /// The value, as it is kept.
    pub key: String,
}

impl Chosen {
    /// A value as an address has it; `None` when there can be no such value.
    pub fn parse(dimension: Dimension, text: &str) -> Option<Chosen> {
        let is_code =
            || text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let key = match dimension {
            Dimension::Reason | Dimension::Model => (!text.is_empty() && is_code()).then(|| text.to_owned())?,
            Dimension::Service => text.parse::<ServiceId>().ok()?.to_string(),
            Dimension::Hour => text.parse::<u8>().ok().filter(|hour| *hour < 24).map(|hour| format!("{hour:02}"))?,
            Dimension::Attempt if text == BY_HAND => text.to_owned(),
            Dimension::Attempt => text.parse::<u32>().ok().map(|number| number.to_string())?,
        };
        Some(Chosen { dimension, key })
    }
}

/// UTC days, from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    /// The first.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
}

impl DaySpan {
    /// One day.
    pub fn of(day: NaiveDate) -> DaySpan {
        DaySpan { first: day, last: day }
    }

    /// So many days that end with this one; at least that one.
    pub fn ending(last: NaiveDate, days: u64) -> DaySpan {
        DaySpan { first: last - Days::new(days.saturating_sub(1)), last }
    }

    /// The moment the first day begins.
    pub fn begins(self) -> Timestamp {
        self.first.and_time(NaiveTime::MIN).and_utc()
    }

    /// The moment the last day is over.
    pub fn ends(self) -> Timestamp {
        (self.last + Days::new(1)).and_time(NaiveTime::MIN).and_utc()
    }

    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.first.iter_days().take_while(move |day| *day <= self.last)
    }
}

/// How many attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub attempts: i64,
    /// Ended without the vehicle's confirmation.
    pub failures: i64,
    /// Without a verdict yet.
    pub under_way: i64,
}

impl Counts {
    /// Those that have ended.
    pub fn ended(self) -> i64 {
        self.attempts - self.under_way
    }

    /// Those that the vehicle confirmed.
    pub fn successes(self) -> i64 {
        self.ended() - self.failures
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.attempts += other.attempts;
        self.failures += other.failures;
        self.under_way += other.under_way;
    }
}

codes! {
    /// What is timed.
    pub enum Measure {
        /// From the order to the vehicle's confirmation.
        Activation = "ACTIVATION",
        /// From the opening of a case of the OTA queue to its solution.
        OtaCase = "OTA_CASE",
        /// From the opening of a case of the general queue to its solution.
        GeneralCase = "GENERAL_CASE",
    }
}

/// Upper bounds of the classes that times are counted in, in seconds. The last one also takes what took longer.
pub const BOUNDS: [i64; 22] = [
    15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800, 259_200, 432_000,
    604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
];

/// The bound of the class that a time belongs to.
pub fn bound_of(seconds: i64) -> i64 {
    let last = BOUNDS[BOUNDS.len() - 1];
    BOUNDS.into_iter().find(|bound| seconds <= *bound).unwrap_or(last)
}

/// Times of one class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Class {
    /// How many.
    pub cases: i64,
    /// How long they took together, in seconds.
    pub seconds: i64,
    /// Attempts they took together; 0 for support cases.
    pub attempts: i64,
}

impl AddAssign for Class {
    fn add_assign(&mut self, other: Class) {
        self.cases += other.cases;
        self.seconds += other.seconds;
        self.attempts += other.attempts;
    }
}

/// How long things took: classes by their upper bounds, in order, without empty ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durations(pub std::collections::BTreeMap<i64, Class>);

impl Durations {
    /// All classes together.
    pub fn total(&self) -> Class {
        let mut total = Class::default();
        for class in self.0.values() {
            total += *class;
        }
        total
    }

    /// The mean in seconds, rounded down; none when nothing was timed.
    pub fn mean(&self) -> Option<i64> {
        let total = self.total();
        total.seconds.checked_div(total.cases)
    }

    /// The bound in seconds that so many per cent of the times do not exceed; none when nothing was timed. What took longer
    /// than the last bound counts as that.
    pub fn at_most(&self, percent: i64) -> Option<i64> {
        let wanted = (self.total().cases * percent + 99) / 100;
        let mut seen = 0;
        self.0
            .iter()
            .find(|(_, class)| {
                seen += class.cases;
                seen >= wanted
            })
            .map(|(bound, _)| *bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_belongs_to_the_first_class_that_holds_it() {
        for (seconds, bound) in
            [(0, 15), (15, 15), (16, 30), (900, 900), (901, 1_800), (31_536_000, 31_536_000), (i64::MAX, 31_536_000)]
        {
            assert_eq!(bound_of(seconds), bound, "{seconds}");
        }
        assert!(BOUNDS.is_sorted());
    }

    #[test]
    fn percentiles_are_bounds_that_are_not_exceeded() {
        let mut durations = Durations::default();
        assert_eq!((durations.mean(), durations.at_most(50)), (None, None));
        // 1 to 10 seconds of each class: ten in the first, one far away.
        for seconds in [1, 2, 3, 4, 5, 6, 7, 8, 20, 5_000] {
            *durations.0.entry(bound_of(seconds)).or_default() += Class { cases: 1, seconds, attempts: 1 };
        }
        assert_eq!(durations.mean(), Some(505));
        assert_eq!(durations.at_most(50), Some(15));
        assert_eq!(durations.at_most(80), Some(15), "eight of ten");
        assert_eq!(durations.at_most(81), Some(30), "the ninth");
        assert_eq!(durations.at_most(90), Some(30));
        assert_eq!(durations.at_most(91), Some(7_200));
        assert_eq!(durations.at_most(100), Some(7_200));
    }

    #[test]
    fn a_value_is_read_as_it_is_kept() {
        let key = |dimension, text| Chosen::parse(dimension, text).map(|chosen| chosen.key);
        assert_eq!(key(Dimension::Hour, "7"), Some("07".to_owned()));
        assert_eq!(key(Dimension::Hour, "24"), None);
        assert_eq!(key(Dimension::Attempt, "1"), Some("1".to_owned()));
        assert_eq!(key(Dimension::Attempt, "HAND"), Some("HAND".to_owned()));
        assert_eq!(key(Dimension::Attempt, "-1"), None);
        assert_eq!(key(Dimension::Reason, "MODULE_FAULT"), Some("MODULE_FAULT".to_owned()));
        for nonsense in ["", "A B", "<b>", "é"] {
            assert_eq!(key(Dimension::Reason, nonsense), None, "{nonsense}");
            assert_eq!(key(Dimension::Service, nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_span_has_both_of_its_ends() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let span = DaySpan::ending(day("2027-01-02"), 3);
        assert_eq!(span.first, day("2026-12-31"));
        assert_eq!(span.days().count(), 3);
        assert_eq!(span.ends() - span.begins(), chrono::TimeDelta::days(3));
        assert_eq!(DaySpan::ending(day("2027-01-02"), 0), DaySpan::of(day("2027-01-02")));
    }
}
