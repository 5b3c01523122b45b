//! Public holidays: on which days no period ends.
//!
//! No maintained Rust library covers Spain, France, Germany, the United Kingdom and the United States, so the days stand
//! here, each with the law it comes from. Where regions have days of their own, only those that hold in the whole country
//! count: we know a customer's country and not the region. An administrator adds what is missing (`calendar`): one-off days
//! and changes of the law take no release.
//!
//! | country | source |
//! |---|---|
//! | ES | Estatuto de los Trabajadores, art. 37.2; Real Decreto 2001/1983, art. 45; the year's resolution in the BOE |
//! | FR | Code du travail, art. L3133-1 |
//! | DE | the nine days that all sixteen laws of the Länder name (3 October: Einigungsvertrag, art. 2(2)) |
//! | GB | Banking and Financial Dealings Act 1971, sched. 1, and proclamations: gov.uk/bank-holidays, England and Wales, where nine in ten people live; Scotland and Northern Ireland keep other days |
//! | US | 5 U.S.C. 6103; Executive Order 11582 for those that fall on a weekend |

use crate::kernel::locale::Bilingual;
use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use std::collections::BTreeMap;

/// Years before this one are not looked after: no contract of ours is older.
const FIRST_YEAR: i32 = 2024;

/// The public holidays of one country: those of the law and those that were added.
#[derive(Debug, Clone, Default)]
pub struct Holidays {
    country: String,
    added: BTreeMap<NaiveDate, String>,
}

impl Holidays {
    /// Those of the law, for a country by its two letters. One that we don't know has none.
    pub fn of(country: &str) -> Holidays {
        Holidays { country: country.to_owned(), added: BTreeMap::new() }
    }

    /// With the days that an administrator has added.
    pub fn with(mut self, added: impl IntoIterator<Item = (NaiveDate, String)>) -> Holidays {
        self.added.extend(added);
        self
    }

    /// The name of the holiday on this day, if it is one.
    pub fn on(&self, day: NaiveDate) -> Option<Bilingual> {
        if let Some(name) = self.added.get(&day) {
            return Some(Bilingual { es: name.clone(), en: name.clone() });
        }
        of_law(&self.country, day.year()).into_iter().find(|(on, _)| *on == day).map(|(_, name)| name)
    }
}

/// The holidays of a country's law in a year, in the order of the days.
pub fn of_law(country: &str, year: i32) -> Vec<(NaiveDate, Bilingual)> {
    if year < FIRST_YEAR {
        return Vec::new();
    }
    let mut days = match country {
        "ES" => spain(year),
        "FR" => france(year),
        "DE" => germany(year),
        "GB" => england_and_wales(year),
        "US" => united_states(year),
        _ => Vec::new(),
    };
    days.sort_by_key(|(day, _)| *day);
    days
}

type Day = (NaiveDate, Bilingual);

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn fixed(year: i32, month: u32, day: u32, es: &str, en: &str) -> Day {
    (date(year, month, day), Bilingual { es: es.to_owned(), en: en.to_owned() })
}

/// So many days after Easter Sunday.
fn after_easter(year: i32, days: i64, es: &str, en: &str) -> Day {
    (easter(year) + chrono::TimeDelta::days(days), Bilingual { es: es.to_owned(), en: en.to_owned() })
}

/// Easter Sunday of the western churches (the anonymous Gregorian computus, as in Meeus, Astronomical Algorithms, ch. 8).
pub fn easter(year: i32) -> NaiveDate {
    let a = year % 19;
    let (b, c) = (year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    date(year, month.unsigned_abs(), day.unsigned_abs())
}

/// National days. The Epiphany may be exchanged by an autonomous community (RD 2001/1983, art. 45.3) and is kept by all; the
/// days that communities and towns have of their own are left out.
fn spain(year: i32) -> Vec<Day> {
    vec![
        fixed(year, 1, 1, "Año Nuevo", "New Year's Day"),
        fixed(year, 1, 6, "Epifanía del Señor", "Epiphany"),
        after_easter(year, -2, "Viernes Santo", "Good Friday"),
        fixed(year, 5, 1, "Fiesta del Trabajo", "Labour Day"),
        fixed(year, 8, 15, "Asunción de la Virgen", "Assumption"),
        fixed(year, 10, 12, "Fiesta Nacional de España", "National Day of Spain"),
        fixed(year, 11, 1, "Todos los Santos", "All Saints' Day"),
        fixed(year, 12, 6, "Día de la Constitución", "Constitution Day"),
        fixed(year, 12, 8, "Inmaculada Concepción", "Immaculate Conception"),
        fixed(year, 12, 25, "Navidad", "Christmas Day"),
    ]
}

/// Art. L3133-1. The two further days of Alsace and Moselle (art. L3134-13) are left out.
fn france(year: i32) -> Vec<Day> {
    vec![
        fixed(year, 1, 1, "Año Nuevo", "New Year's Day"),
        after_easter(year, 1, "Lunes de Pascua", "Easter Monday"),
        fixed(year, 5, 1, "Fiesta del Trabajo", "Labour Day"),
        fixed(year, 5, 8, "Victoria de 1945", "Victory in Europe Day"),
        after_easter(year, 39, "Ascensión", "Ascension Day"),
        after_easter(year, 50, "Lunes de Pentecostés", "Whit Monday"),
        fixed(year, 7, 14, "Fiesta Nacional de Francia", "Bastille Day"),
        fixed(year, 8, 15, "Asunción de la Virgen", "Assumption"),
        fixed(year, 11, 1, "Todos los Santos", "All Saints' Day"),
        fixed(year, 11, 11, "Armisticio de 1918", "Armistice Day"),
        fixed(year, 12, 25, "Navidad", "Christmas Day"),
    ]
}

/// What is a holiday in some Länder only (Epiphany, Corpus Christi, Reformation Day …) is left out.
fn germany(year: i32) -> Vec<Day> {
    vec![
        fixed(year, 1, 1, "Año Nuevo", "New Year's Day"),
        after_easter(year, -2, "Viernes Santo", "Good Friday"),
        after_easter(year, 1, "Lunes de Pascua", "Easter Monday"),
        fixed(year, 5, 1, "Fiesta del Trabajo", "Labour Day"),
        after_easter(year, 39, "Ascensión", "Ascension Day"),
        after_easter(year, 50, "Lunes de Pentecostés", "Whit Monday"),
        fixed(year, 10, 3, "Día de la Unidad Alemana", "German Unity Day"),
        fixed(year, 12, 25, "Navidad", "Christmas Day"),
        fixed(year, 12, 26, "Segundo día de Navidad", "Second Day of Christmas"),
    ]
}

/// The law's days and those that the Crown proclaims every year: New Year's Day, the early May day, and a substitute day for
/// each that falls on a weekend.
fn england_and_wales(year: i32) -> Vec<Day> {
    let mut days = vec![
        (next_working_day(date(year, 1, 1)), words("Año Nuevo", "New Year's Day")),
        after_easter(year, -2, "Viernes Santo", "Good Friday"),
        after_easter(year, 1, "Lunes de Pascua", "Easter Monday"),
        (nth(year, 5, Weekday::Mon, 1), words("Festivo de principios de mayo", "Early May bank holiday")),
        (last(year, 5, Weekday::Mon), words("Festivo de primavera", "Spring bank holiday")),
        (last(year, 8, Weekday::Mon), words("Festivo de verano", "Summer bank holiday")),
    ];
    let (christmas, boxing) = (date(year, 12, 25), date(year, 12, 26));
    // Two in a row: neither substitute falls on the other holiday.
    let (christmas, boxing) = match christmas.weekday() {
        Weekday::Fri => (christmas, date(year, 12, 28)),
        Weekday::Sat => (date(year, 12, 27), date(year, 12, 28)),
        Weekday::Sun => (date(year, 12, 27), boxing),
        _ => (christmas, boxing),
    };
    days.push((christmas, words("Navidad", "Christmas Day")));
    days.push((boxing, words("San Esteban", "Boxing Day")));
    days
}

/// Days of the federation. One on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
fn united_states(year: i32) -> Vec<Day> {
    let kept = |year: i32, month: u32, day: u32, es: &str, en: &str| {
        let day = date(year, month, day);
        let kept = match day.weekday() {
            Weekday::Sat => day.pred_opt().unwrap_or(day),
            Weekday::Sun => day.succ_opt().unwrap_or(day),
            _ => day,
        };
        (kept, words(es, en))
    };
    let days = vec![
        kept(year, 1, 1, "Año Nuevo", "New Year's Day"),
        // On a Saturday it is kept on the last day of the year before.
        kept(year + 1, 1, 1, "Año Nuevo", "New Year's Day"),
        (nth(year, 1, Weekday::Mon, 3), words("Día de Martin Luther King", "Birthday of Martin Luther King, Jr.")),
        (nth(year, 2, Weekday::Mon, 3), words("Día de Washington", "Washington's Birthday")),
        (last(year, 5, Weekday::Mon), words("Día de los Caídos", "Memorial Day")),
        kept(year, 6, 19, "Juneteenth", "Juneteenth National Independence Day"),
        kept(year, 7, 4, "Día de la Independencia", "Independence Day"),
        (nth(year, 9, Weekday::Mon, 1), words("Día del Trabajo", "Labor Day")),
        (nth(year, 10, Weekday::Mon, 2), words("Día de Colón", "Columbus Day")),
        kept(year, 11, 11, "Día de los Veteranos", "Veterans Day"),
        (nth(year, 11, Weekday::Thu, 4), words("Acción de Gracias", "Thanksgiving Day")),
        kept(year, 12, 25, "Navidad", "Christmas Day"),
    ];
    days.into_iter().filter(|(day, _)| day.year() == year).collect()
}

fn words(es: &str, en: &str) -> Bilingual {
    Bilingual { es: es.to_owned(), en: en.to_owned() }
}

/// The day, or the Monday after it when it falls on a weekend.
fn next_working_day(day: NaiveDate) -> NaiveDate {
    let wait = match day.weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => 0,
    };
    day + Days::new(wait)
}

/// The nth such day of a month.
fn nth(year: i32, month: u32, weekday: Weekday, nth: u8) -> NaiveDate {
    NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth).unwrap_or_default()
}

/// The last such day of a month.
fn last(year: i32, month: u32, weekday: Weekday) -> NaiveDate {
    NaiveDate::from_weekday_of_month_opt(year, month, weekday, 5).unwrap_or_else(|| nth(year, month, weekday, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(country: &str, year: i32) -> Vec<String> {
        of_law(country, year).into_iter().map(|(day, _)| day.format("%m-%d").to_string()).collect()
    }

    #[test]
    fn easter_as_the_almanacs_have_it() {
        for (year, day) in [
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2027, "2027-03-28"),
            (2028, "2028-04-16"),
            (2038, "2038-04-25"),
            (2049, "2049-04-18"),
            (2076, "2076-04-19"),
        ] {
            assert_eq!(easter(year).to_string(), day);
        }
    }

    #[test]
    fn the_years_of_each_country() {
        // BOE, resolution of October 2025 for 2026; without the days of the communities.
        assert_eq!(
            days("ES", 2026),
            ["01-01", "01-06", "04-03", "05-01", "08-15", "10-12", "11-01", "12-06", "12-08", "12-25"]
        );
        // service-public.gouv.fr, jours fériés 2026.
        assert_eq!(
            days("FR", 2026),
            ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"]
        );
        assert_eq!(days("DE", 2026), ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"]);
        // gov.uk/bank-holidays, England and Wales.
        for (year, expected) in [
            (2024, ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"]),
            (2025, ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"]),
            (2026, ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]),
            (2027, ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]),
            (2028, ["01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"]),
            (2033, ["01-03", "04-15", "04-18", "05-02", "05-30", "08-29", "12-26", "12-27"]),
        ] {
            assert_eq!(days("GB", year), expected, "{year}");
        }
        // opm.gov, federal holidays. The New Year of 2028 is kept on the last day of 2027.
        assert_eq!(
            days("US", 2026),
            ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"]
        );
        assert_eq!(days("US", 2027).last().map(String::as_str), Some("12-31"));
        assert_eq!(days("US", 2028).first().map(String::as_str), Some("01-17"));
        assert!(days("PT", 2026).is_empty() && days("ES", 1999).is_empty());
    }

    #[test]
    fn a_day_that_was_added_counts_like_one_of_the_law() {
        let day = date(2026, 11, 9);
        assert_eq!(Holidays::of("ES").on(day), None);
        let added = Holidays::of("ES").with([(day, "La Almudena".to_owned())]);
        assert_eq!(added.on(day).map(|name| name.es), Some("La Almudena".to_owned()));
        assert_eq!(added.on(date(2026, 12, 8)).map(|name| name.en), Some("Immaculate Conception".to_owned()));
    }
}
