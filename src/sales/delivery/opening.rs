//! A dealership sets when it hands cars over, how long one takes, and how many it hands over at the same time.

use super::slots::Hours;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, UserId};
use crate::kernel::locale::Locale;
use chrono::NaiveTime;
use std::ops::RangeInclusive;

/// Minutes that one hand-over may take.
const MINUTES: RangeInclusive<i64> = 15..=240;
/// Cars that may be handed over at the same time.
const CAPACITY: RangeInclusive<i64> = 1..=20;

codes! {
    /// What is wrong with typed hours.
    pub enum HoursProblem {
        /// One of the two times is missing.
        HalfADay = "HOURS_HALF_A_DAY",
        /// No time of the day.
        NotATime = "HOURS_NOT_A_TIME",
        /// It closes before one hand-over would be over.
        TooShort = "HOURS_TOO_SHORT",
        /// Not a length between 15 minutes and four hours.
        Minutes = "HOURS_MINUTES",
        /// Not between 1 and 20 cars.
        Capacity = "HOURS_CAPACITY",
        /// No day is left on which a car could be handed over.
        NeverOpen = "HOURS_NEVER_OPEN",
    }
}

impl HoursProblem {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            HoursProblem::HalfADay => locale
                .t("Pon las dos horas, o ninguna si ese día está cerrado.", "Give both times, or none to be closed."),
            HoursProblem::NotATime => locale.t("Escribe una hora como 09:00.", "Write a time like 09:00."),
            HoursProblem::TooShort => locale.t(
                "Entre abrir y cerrar tiene que caber al menos una entrega.",
                "At least one hand-over must fit between opening and closing.",
            ),
            HoursProblem::Minutes => {
                locale.t("Una entrega dura entre 15 y 240 minutos.", "A hand-over takes between 15 and 240 minutes.")
            }
            HoursProblem::Capacity => {
                locale.t("Entre 1 y 20 coches a la vez.", "Between 1 and 20 cars at the same time.")
            }
            HoursProblem::NeverOpen => locale.t(
                "Deja al menos un día: sin ninguno nadie podría recoger su coche.",
                "Leave at least one day: without any nobody could pick a car up.",
            ),
        }
    }
}

/// One day as it was typed: both times empty means closed.
#[derive(Clone, Debug, Default)]
pub struct TypedDay {
    /// HH:MM.
    pub opens: String,
    /// HH:MM.
    pub closes: String,
    /// Cars at the same time.
    pub capacity: String,
}

/// The hours as they were typed.
#[derive(Clone, Debug, Default)]
pub struct TypedHours {
    /// How long one hand-over takes.
    pub minutes: String,
    /// Monday to Sunday.
    pub days: [TypedDay; 7],
}

/// What is wrong with which field: `minutes`, or `opens-1` … `capacity-7`.
pub type HoursProblems = Vec<(String, HoursProblem)>;

impl TypedHours {
    /// The form as hours stand.
    pub fn of(hours: &[Hours]) -> TypedHours {
        let minutes = hours.first().map_or(60, |one| one.slot_minutes).to_string();
        let days = std::array::from_fn(|index| {
            let weekday = i64::try_from(index).map_or(0, |index| index + 1);
            hours.iter().find(|one| one.weekday == weekday).map_or_else(TypedDay::default, |one| TypedDay {
                opens: one.opens.format("%H:%M").to_string(),
                closes: one.closes.format("%H:%M").to_string(),
                capacity: one.capacity.to_string(),
            })
        });
        TypedHours { minutes, days }
    }

    /// Understands them.
    pub fn read(&self) -> std::result::Result<Vec<Hours>, HoursProblems> {
        let mut wrong = Vec::new();
        let mut hours = Vec::new();
        let minutes = self.minutes.trim().parse::<i64>().ok().filter(|minutes| MINUTES.contains(minutes));
        if minutes.is_none() {
            wrong.push(("minutes".to_owned(), HoursProblem::Minutes));
        }
        for (weekday, day) in (1..).zip(&self.days) {
            let slot_minutes = minutes.unwrap_or(*MINUTES.start());
            match day.read(weekday, slot_minutes) {
                Ok(open) => hours.extend(open),
                Err((field, problem)) => wrong.push((format!("{field}-{weekday}"), problem)),
            }
        }
        if wrong.is_empty() && hours.is_empty() {
            wrong.push(("opens-1".to_owned(), HoursProblem::NeverOpen));
        }
        if wrong.is_empty() { Ok(hours) } else { Err(wrong) }
    }
}

impl TypedDay {
    fn read(
        &self,
        weekday: i64,
        slot_minutes: i64,
    ) -> std::result::Result<Option<Hours>, (&'static str, HoursProblem)> {
        let (opens, closes) = (self.opens.trim(), self.closes.trim());
        match (opens.is_empty(), closes.is_empty()) {
            (true, true) => return Ok(None),
            (true, false) => return Err(("opens", HoursProblem::HalfADay)),
            (false, true) => return Err(("closes", HoursProblem::HalfADay)),
            (false, false) => {}
        }
        let time = |text| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let opens = time(opens).ok_or(("opens", HoursProblem::NotATime))?;
        let closes = time(closes).ok_or(("closes", HoursProblem::NotATime))?;
        let capacity = self.capacity.trim().parse().ok().filter(|cars| CAPACITY.contains(cars));
        let capacity = capacity.ok_or(("capacity", HoursProblem::Capacity))?;
        let hours = Hours { weekday, opens, closes, slot_minutes, capacity };
        if hours.starts().is_empty() { Err(("closes", HoursProblem::TooShort)) } else { Ok(Some(hours)) }
    }
}

/// Sets a dealership's hours from now on. Appointments that were made before stay as they are.
pub async fn set_hours(
    caas: &Caas,
    by: UserId,
    dealership: DealershipId,
    typed: &TypedHours,
) -> Result<std::result::Result<(), HoursProblems>> {
    let hours = match typed.read() {
        Ok(hours) => hours,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let mut tx = caas.db.begin().await?;
    // Two who set them at once follow each other.
    sql!(&mut tx, execute "UPDATE dealerships SET name = name WHERE id = $1", dealership)?;
    sql!(&mut tx, execute "DELETE FROM pick_up_hours WHERE dealership_id = $1", dealership)?;
    let mut told = Vec::new();
    for one in &hours {
        let (opens, closes) = (one.opens.format("%H:%M").to_string(), one.closes.format("%H:%M").to_string());
        sql!(&mut tx, execute
            "INSERT INTO pick_up_hours (dealership_id, weekday, opens, closes, slot_minutes, capacity)
             VALUES ($1, $2, $3, $4, $5, $6)",
            dealership, one.weekday, opens.as_str(), closes.as_str(), one.slot_minutes, one.capacity)?;
        told.push(serde_json::json!({
            "weekday": one.weekday, "opens": opens, "closes": closes, "minutes": one.slot_minutes, "capacity": one.capacity,
        }));
    }
    let entry = Entry {
        data: serde_json::json!({ "dealership": dealership, "pickUps": told }),
        ..Entry::new(None, Actor::staff(by), EntryKind::CalendarChanged, SubjectKind::Calendar, dealership.0)
    };
    record(caas, &mut tx, entry).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::slots::default_hours;
    use super::*;

    #[test]
    fn hours_read_back_as_they_were_typed() {
        let usual = default_hours();
        assert_eq!(TypedHours::of(&usual).read().unwrap(), usual);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        use HoursProblem as P;
        let wrong = |change: fn(&mut TypedHours)| {
            let mut typed = TypedHours::of(&default_hours());
            change(&mut typed);
            typed.read().unwrap_err()
        };
        let at = |field: &str, problem| vec![(field.to_owned(), problem)];
        assert_eq!(wrong(|typed| typed.minutes = "10".to_owned()), at("minutes", P::Minutes));
        assert_eq!(wrong(|typed| typed.days[0].opens.clear()), at("opens-1", P::HalfADay));
        assert_eq!(wrong(|typed| typed.days[1].closes = "25:00".to_owned()), at("closes-2", P::NotATime));
        assert_eq!(wrong(|typed| typed.days[2].closes = "09:30".to_owned()), at("closes-3", P::TooShort));
        assert_eq!(wrong(|typed| typed.days[3].closes = "08:00".to_owned()), at("closes-4", P::TooShort));
        assert_eq!(wrong(|typed| typed.days[4].capacity = "0".to_owned()), at("capacity-5", P::Capacity));
        assert_eq!(wrong(|typed| typed.days = Default::default()), at("opens-1", P::NeverOpen));
    }
}
