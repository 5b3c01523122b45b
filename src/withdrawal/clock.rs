//! The legal clock: until when a customer may withdraw, and why (rulebook §8).
//!
//! Fourteen calendar days from the later of contract and activation (Directive 2011/83/EU, art. 9; in Spain RDL 1/2007,
//! art. 104). How days are counted is Regulation (EEC, Euratom) 1182/71, art. 3: the day itself is not counted, the period
//! ends with the last hour of its last day, and when that is a Saturday, a Sunday or a public holiday, with the last hour of
//! the next working day. The law of the United States gives no such period; we give the same one there.

use super::holidays::Holidays;
use crate::kernel::Timestamp;
use crate::kernel::locale::Bilingual;
use crate::kernel::when::start_of_day;
use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use chrono_tz::Tz;

/// The length of the period in days.
pub const PERIOD: u64 = 14;

/// No country has so many days off in a row; it bounds the search.
const LONGEST_PAUSE: u64 = 60;

/// What the period is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedFrom {
    /// The order.
    Contract,
    /// The vehicle's confirmation.
    Activation,
}

/// Why the period does not end on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayOff {
    /// A Saturday.
    Saturday,
    /// A Sunday.
    Sunday,
    /// A public holiday, with its name.
    Holiday(Bilingual),
}

/// The period within which a customer may withdraw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Whose midnight ends it.
    pub zone: Tz,
    /// What it is counted from.
    pub from: CountedFrom,
    /// The day on which that happened; it is not counted.
    pub day_zero: NaiveDate,
    /// The days after the fourteenth and it, as far as the period does not end on them, each with its reason.
    pub moved_over: Vec<(NaiveDate, DayOff)>,
    /// The last day.
    pub last_day: NaiveDate,
    /// The end: midnight after the last day.
    pub ends_at: Timestamp,
}

impl Window {
    /// The period of a contract, and of its activation as far as there is one.
    pub fn of(contract: Timestamp, activation: Option<Timestamp>, zone: Tz, holidays: &Holidays) -> Window {
        let (start, from) = match activation {
            Some(activation) if activation >= contract => (activation, CountedFrom::Activation),
            _ => (contract, CountedFrom::Contract),
        };
        let day_zero = start.with_timezone(&zone).date_naive();
        let mut last_day = day_zero + Days::new(PERIOD);
        let mut moved_over = Vec::new();
        for _ in 0..LONGEST_PAUSE {
            let Some(why) = day_off(last_day, holidays) else { break };
            moved_over.push((last_day, why));
            last_day = last_day + Days::new(1);
        }
        let ends_at = start_of_day(last_day + Days::new(1), zone.name());
        Window { zone, from, day_zero, moved_over, last_day, ends_at }
    }

    /// Whether a declaration at this moment is in time.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// The fourteen days that count, in order.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let day_zero = self.day_zero;
        (1..=PERIOD).map(move |day| day_zero + Days::new(day))
    }
}

/// Why no period ends on this day, if none does.
fn day_off(day: NaiveDate, holidays: &Holidays) -> Option<DayOff> {
    // A holiday's name says more than that it is a Sunday.
    if let Some(name) = holidays.on(day) {
        return Some(DayOff::Holiday(name));
    }
    match day.weekday() {
        Weekday::Sat => Some(DayOff::Saturday),
        Weekday::Sun => Some(DayOff::Sunday),
        _ => None,
    }
}

/// The time zones of a country, the one of most of its people first.
fn zones_of(country: &str) -> &'static [Tz] {
    match country {
        "ES" => &[Tz::Europe__Madrid, Tz::Atlantic__Canary],
        "FR" => &[Tz::Europe__Paris],
        "DE" => &[Tz::Europe__Berlin],
        "GB" => &[Tz::Europe__London],
        "US" => &[
            Tz::America__New_York,
            Tz::America__Detroit,
            Tz::America__Chicago,
            Tz::America__Denver,
            Tz::America__Phoenix,
            Tz::America__Los_Angeles,
            Tz::America__Anchorage,
            Tz::Pacific__Honolulu,
        ],
        _ => &[],
    }
}

/// Whose midnight counts for somebody of this country: the zone they have chosen, when it is one of the country's. A country
/// that we don't know has the chosen one, whatever it is.
pub fn zone_in(country: &str, chosen: &str) -> Tz {
    let chosen: Tz = chosen.parse().unwrap_or(Tz::UTC);
    let zones = zones_of(country);
    if zones.contains(&chosen) { chosen } else { zones.first().copied().unwrap_or(chosen) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn of(country: &str, start: &str) -> Window {
        let zone = zone_in(country, "");
        Window::of(at(start), Some(at(start)), zone, &Holidays::of(country))
    }

    /// Start, last day, end, and how many days it moved over.
    #[test]
    fn a_table_of_periods() {
        for (country, start, last, ends, moved) in [
            // A Monday in November: ends on a Monday.
            ("ES", "2026-11-23T09:00:00Z", "2026-12-07", "2026-12-07T23:00:00Z", 0),
            // The day after: the fourteenth is the Immaculate Conception, a Tuesday.
            ("ES", "2026-11-24T09:00:00Z", "2026-12-09", "2026-12-09T23:00:00Z", 1),
            // The fourteenth is a Saturday; the Sunday is Constitution Day, Monday is open.
            ("ES", "2026-11-21T09:00:00Z", "2026-12-07", "2026-12-07T23:00:00Z", 2),
            // Easter: Good Friday to Sunday in Spain, Monday too in France, Germany and England.
            ("ES", "2026-03-20T10:00:00Z", "2026-04-06", "2026-04-06T22:00:00Z", 3),
            ("DE", "2026-03-20T10:00:00Z", "2026-04-07", "2026-04-07T22:00:00Z", 4),
            ("GB", "2026-03-20T10:00:00Z", "2026-04-07", "2026-04-07T23:00:00Z", 4),
            ("FR", "2026-03-20T10:00:00Z", "2026-04-03", "2026-04-03T22:00:00Z", 0),
            ("FR", "2026-03-22T10:00:00Z", "2026-04-07", "2026-04-07T22:00:00Z", 2),
            // Ascension Day is a Thursday.
            ("FR", "2026-04-30T10:00:00Z", "2026-05-15", "2026-05-15T22:00:00Z", 1),
            ("DE", "2026-04-30T10:00:00Z", "2026-05-15", "2026-05-15T22:00:00Z", 1),
            ("ES", "2026-04-30T10:00:00Z", "2026-05-14", "2026-05-14T22:00:00Z", 0),
            // German Unity Day on a Saturday moves nothing more than the weekend.
            ("DE", "2026-09-19T10:00:00Z", "2026-10-05", "2026-10-05T22:00:00Z", 2),
            // Christmas in England, 2026: Friday, weekend, and Boxing Day's substitute on Monday.
            ("GB", "2026-12-11T10:00:00Z", "2026-12-29", "2026-12-30T00:00:00Z", 4),
            ("DE", "2026-12-11T10:00:00Z", "2026-12-28", "2026-12-28T23:00:00Z", 3),
            // Over the end of the year, and New Year's Day.
            ("ES", "2026-12-18T10:00:00Z", "2027-01-04", "2027-01-04T23:00:00Z", 3),
            // Leap years: with and without a 29 February.
            ("ES", "2028-02-15T10:00:00Z", "2028-02-29", "2028-02-29T23:00:00Z", 0),
            ("ES", "2027-02-15T10:00:00Z", "2027-03-01", "2027-03-01T23:00:00Z", 0),
            ("GB", "2028-02-14T10:00:00Z", "2028-02-28", "2028-02-29T00:00:00Z", 0),
            // Both changes of the clocks lie within: midnight is midnight there.
            ("ES", "2026-03-23T10:00:00Z", "2026-04-06", "2026-04-06T22:00:00Z", 0),
            ("DE", "2026-10-14T10:00:00Z", "2026-10-28", "2026-10-28T23:00:00Z", 0),
            ("GB", "2026-10-19T10:00:00Z", "2026-11-02", "2026-11-03T00:00:00Z", 0),
            // Ends on the very day of the change.
            ("US", "2026-10-18T15:00:00Z", "2026-11-02", "2026-11-03T05:00:00Z", 1),
            // Thanksgiving.
            ("US", "2026-11-12T15:00:00Z", "2026-11-27", "2026-11-28T05:00:00Z", 1),
        ] {
            let window = of(country, start);
            assert_eq!(window.last_day.to_string(), last, "{country} {start}");
            assert_eq!(window.ends_at, at(ends), "{country} {start}");
            assert_eq!(window.moved_over.len(), moved, "{country} {start}: {:?}", window.moved_over);
        }
    }

    #[test]
    fn the_day_itself_is_the_customers_own() {
        // Half an hour before midnight in Madrid, and after: one day later.
        let before = of("ES", "2026-11-23T22:30:00Z");
        let after = of("ES", "2026-11-23T23:30:00Z");
        assert_eq!(
            (before.day_zero.to_string(), after.day_zero.to_string()),
            ("2026-11-23".into(), "2026-11-24".into())
        );
        // The same moment is still the day before in London and New York.
        assert_eq!(of("GB", "2026-11-23T23:30:00Z").day_zero.to_string(), "2026-11-23");
        assert_eq!(of("US", "2026-11-24T04:30:00Z").day_zero.to_string(), "2026-11-23");
    }

    #[test]
    fn it_is_open_to_the_last_second() {
        for country in ["ES", "FR", "DE", "GB", "US"] {
            let window = of(country, "2026-11-23T12:00:00Z");
            assert!(window.is_open(window.ends_at - chrono::TimeDelta::milliseconds(1)), "{country}");
            assert!(!window.is_open(window.ends_at), "{country}");
            let local = window.ends_at.with_timezone(&window.zone);
            assert_eq!(local.format("%H:%M").to_string(), "00:00", "{country}");
        }
    }

    #[test]
    fn it_counts_from_the_later_of_contract_and_activation() {
        let (contract, activation) = (at("2026-11-20T10:00:00Z"), at("2026-11-23T10:00:00Z"));
        let spain = Holidays::of("ES");
        let window = Window::of(contract, Some(activation), Tz::Europe__Madrid, &spain);
        assert_eq!((window.from, window.day_zero.to_string()), (CountedFrom::Activation, "2026-11-23".to_owned()));
        let window = Window::of(contract, None, Tz::Europe__Madrid, &spain);
        assert_eq!((window.from, window.day_zero.to_string()), (CountedFrom::Contract, "2026-11-20".to_owned()));
        let window = Window::of(activation, Some(contract), Tz::Europe__Madrid, &spain);
        assert_eq!(window.from, CountedFrom::Contract);
        assert_eq!(window.days().count(), 14);
        assert_eq!(window.days().next().map(|day| day.to_string()).as_deref(), Some("2026-11-24"));
    }

    #[test]
    fn the_zone_is_one_of_the_country() {
        assert_eq!(zone_in("ES", "Atlantic/Canary"), Tz::Atlantic__Canary);
        assert_eq!(zone_in("ES", "Asia/Tokyo"), Tz::Europe__Madrid);
        assert_eq!(zone_in("US", "America/Los_Angeles"), Tz::America__Los_Angeles);
        assert_eq!(zone_in("US", ""), Tz::America__New_York);
        assert_eq!(zone_in("PT", "Europe/Lisbon"), Tz::Europe__Lisbon);
    }

    mod properties {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            /// Never shorter than fourteen whole days, and never ends on a day off.
            #[test]
            fn at_least_fourteen_days(hours in 0i64..24 * 365 * 6, country in 0usize..5) {
                let country = ["ES", "FR", "DE", "GB", "US"][country];
                let start = at("2026-01-01T00:00:00Z") + chrono::TimeDelta::hours(hours);
                let window = of(country, &start.to_rfc3339());
                // An hour less when the clocks went forward within it.
                prop_assert!(window.ends_at - start >= chrono::TimeDelta::hours(14 * 24 - 1));
                prop_assert!(window.ends_at - start <= chrono::TimeDelta::days(22));
                prop_assert!(day_off(window.last_day, &Holidays::of(country)).is_none());
                prop_assert_eq!(window.day_zero + Days::new(PERIOD + window.moved_over.len() as u64), window.last_day);
            }
        }
    }
}
