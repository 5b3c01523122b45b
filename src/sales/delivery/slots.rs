//! When a dealership hands cars over: its hours, cut into slots, in its own time zone. Pure.

use crate::kernel::locale::Locale;
use chrono::{NaiveTime, TimeDelta};

/// One stretch of a weekday in which cars are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// 1 Monday … 7 Sunday.
    pub weekday: i64,
    /// From when on, local.
    pub opens: NaiveTime,
    /// Until when: a slot is over by then.
    pub closes: NaiveTime,
    /// How long one hand-over takes.
    pub slot_minutes: i64,
    /// Cars in one slot.
    pub capacity: i64,
}

/// What holds for a dealership that has set no hours: Monday to Friday 09:00–18:00, Saturday 10:00–13:00, an hour a car, two
/// cars at a time.
pub fn default_hours() -> Vec<Hours> {
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    let day =
        |weekday, opens, closes| Hours { weekday, opens: at(opens), closes: at(closes), slot_minutes: 60, capacity: 2 };
    let mut hours: Vec<Hours> = (1..=5).map(|weekday| day(weekday, 9, 18)).collect();
    hours.push(day(6, 10, 13));
    hours
}

impl Hours {
    /// When the slots of such a day begin and how long each is, by the clock on the wall.
    pub fn starts(&self) -> Vec<NaiveTime> {
        let length = TimeDelta::minutes(self.slot_minutes.max(5));
        let open = self.closes - self.opens;
        let mut starts = Vec::new();
        let mut after = TimeDelta::zero();
        while after + length <= open {
            starts.push(self.opens + after);
            after += length;
        }
        starts
    }
}

codes! {
    /// Why a pick-up was not booked.
    pub enum PickUpRefusal {
        /// No such order for this person.
        NotFound = "NOT_FOUND",
        /// The car is not there to be picked up, or somebody brings it.
        NotNow = "NOT_NOW",
        /// There is one already: it can be moved.
        Booked = "BOOKED",
        /// There is none that could be moved or missed.
        NotBooked = "NOT_BOOKED",
        /// No slot begins then.
        NoSlot = "NO_SLOT",
        /// Somebody was quicker.
        Full = "FULL",
    }
}

impl PickUpRefusal {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            PickUpRefusal::NotFound => locale.t("No lo encontramos.", "We can't find it."),
            PickUpRefusal::NotNow => locale.t(
                "Ahora no se puede reservar una recogida para este coche.",
                "A pick-up can't be booked for this car at the moment.",
            ),
            PickUpRefusal::Booked => {
                locale.t("Ya hay una cita. Puedes cambiarla.", "There is an appointment already. You can move it.")
            }
            PickUpRefusal::NotBooked => locale.t("No hay ninguna cita.", "There is no appointment."),
            PickUpRefusal::NoSlot => locale.t("Elige una de las horas libres.", "Choose one of the free times."),
            PickUpRefusal::Full => locale
                .t("Esa hora acaba de ocuparse. Elige otra.", "That time has just been taken. Choose another one."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_cut_into_whole_slots() {
        let at = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        let hours = Hours { weekday: 1, opens: at("09:00"), closes: at("11:30"), slot_minutes: 60, capacity: 1 };
        assert_eq!(hours.starts(), [at("09:00"), at("10:00")]);
        assert!(Hours { closes: at("09:30"), ..hours }.starts().is_empty());
        assert!(Hours { closes: at("08:00"), ..hours }.starts().is_empty());
        // The last hour of the day ends with it.
        let late = Hours { opens: at("22:00"), closes: at("23:59"), ..hours };
        assert_eq!(late.starts(), [at("22:00")]);
    }

    #[test]
    fn without_hours_of_its_own_a_dealership_has_the_usual_ones() {
        let slots: usize = default_hours().iter().map(|hours| hours.starts().len()).sum();
        assert_eq!(slots, 5 * 9 + 3);
        assert!(default_hours().iter().all(|hours| hours.weekday <= 6 && hours.capacity == 2));
    }
}
