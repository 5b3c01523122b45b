//! Appointments to pick a car up: free times, booking, moving, missing, and the reminder of the day before.

use super::model::DeliveryState;
use super::place::dealership;
use super::slots::{Hours, PickUpRefusal, default_hours};
use super::transport;
use crate::Caas;
use crate::expediente::model::{EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{DealershipId, OrderId, UserId};
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use crate::kernel::locale::Bilingual;
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::sales::model::{DeliveryMode, OrderEvent, OrderStatus};
use crate::sales::notices::{self, Say};
use crate::sales::orders::{self, Cause, Order};
use crate::sales::who::{self, Who};
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many days ahead a pick-up can be booked.
pub const DAYS_AHEAD: u64 = 28;

/// A time at which a dealership hands cars over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// When it begins.
    pub starts_at: Timestamp,
    /// How long it takes.
    pub minutes: i64,
    /// Cars that can be handed over then.
    pub capacity: i64,
    /// How many of them are booked.
    pub booked: i64,
}

impl Slot {
    /// Cars that still can be.
    pub fn free(&self) -> i64 {
        (self.capacity - self.booked).max(0)
    }
}

codes! {
    /// How an appointment stands.
    pub enum PickUpState {
        /// It is to be.
        Booked = "BOOKED",
        /// Another one took its place.
        Moved = "MOVED",
        /// Nobody came.
        Missed = "MISSED",
        /// The car was handed over.
        Done = "DONE",
    }
}

/// The columns of a [`PickUp`], each behind `$of`.
macro_rules! pick_up_columns {
    ($of:literal) => {
        columns!($of; id, order_id, dealership_id, starts_at, place, state, reminded_at, made_by, created_at)
    };
}

/// An appointment.
#[derive(Debug, Clone, FromRow)]
pub struct PickUp {
    /// Its id.
    pub id: Uuid,
    /// The order.
    pub order_id: OrderId,
    /// Where.
    pub dealership_id: DealershipId,
    /// When.
    pub starts_at: Timestamp,
    /// Which of the slot's places, from 1 on.
    pub place: i64,
    /// How it stands.
    #[sqlx(try_from = "String")]
    pub state: PickUpState,
    /// When the customer was reminded.
    pub reminded_at: Option<Timestamp>,
    /// Who booked it.
    pub made_by: Option<UserId>,
    /// When it was booked.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct HoursRow {
    weekday: i64,
    opens: String,
    closes: String,
    slot_minutes: i64,
    capacity: i64,
}

/// When a dealership hands cars over; the usual hours where it has set none.
pub async fn hours(tx: &mut Tx, dealership: DealershipId) -> Result<Vec<Hours>> {
    let rows = sql!(tx, all HoursRow,
        "SELECT weekday, opens, closes, slot_minutes, capacity FROM pick_up_hours
         WHERE dealership_id = $1 ORDER BY weekday, opens", dealership)?;
    if rows.is_empty() {
        return Ok(default_hours());
    }
    let time = |text: &str| {
        NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| Failure::Stored(format!("`{text}` is no time of day")))
    };
    rows.into_iter()
        .map(|row| {
            let (opens, closes) = (time(&row.opens)?, time(&row.closes)?);
            let HoursRow { weekday, slot_minutes, capacity, .. } = row;
            Ok(Hours { weekday, opens, closes, slot_minutes, capacity })
        })
        .collect()
}

/// The slots of one day, as the clocks of the dealership show them: a time that does not exist that day, because the
/// clocks leap over it, is no slot, and one that comes twice is the first of them.
fn slots_of(day: NaiveDate, hours: &[Hours], zone: Tz) -> Vec<Slot> {
    let weekday = i64::from(day.weekday().number_from_monday());
    let mut slots: Vec<Slot> = hours
        .iter()
        .filter(|hours| hours.weekday == weekday && hours.capacity > 0)
        .flat_map(|hours| hours.starts().into_iter().map(move |start| (start, hours)))
        .filter_map(|(start, hours)| {
            let starts_at = zone.from_local_datetime(&day.and_time(start)).earliest()?.to_utc();
            Some(Slot { starts_at, minutes: hours.slot_minutes, capacity: hours.capacity, booked: 0 })
        })
        .collect();
    slots.sort_by_key(|slot| slot.starts_at);
    slots.dedup_by_key(|slot| slot.starts_at);
    slots
}

/// Every slot of a dealership from a day on, full ones included: its calendar.
pub async fn calendar(tx: &mut Tx, dealership_id: DealershipId, from: NaiveDate, days: u64) -> Result<Vec<Slot>> {
    let zone: Tz = dealership(tx, dealership_id).await?.time_zone.parse().unwrap_or(Tz::UTC);
    let hours = hours(tx, dealership_id).await?;
    let mut slots: Vec<Slot> = (0..days)
        .filter_map(|ahead| from.checked_add_days(Days::new(ahead)))
        .flat_map(|day| slots_of(day, &hours, zone))
        .collect();
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Ok(slots) };
    let booked: BTreeMap<Timestamp, i64> = sql!(
        tx,
        all(Timestamp, i64),
        "SELECT starts_at, COUNT(*) FROM pick_ups
         WHERE dealership_id = $1 AND state = 'BOOKED' AND starts_at >= $2 AND starts_at <= $3 GROUP BY starts_at",
        dealership_id,
        first.starts_at,
        last.starts_at
    )?
    .into_iter()
    .collect();
    for slot in &mut slots {
        slot.booked = booked.get(&slot.starts_at).copied().unwrap_or_default();
    }
    Ok(slots)
}

/// The times that can be booked at a dealership, from now on.
pub async fn free_slots(caas: &Caas, tx: &mut Tx, dealership_id: DealershipId) -> Result<Vec<Slot>> {
    let now = caas.now();
    let zone = dealership(tx, dealership_id).await?.time_zone;
    let slots = calendar(tx, dealership_id, when::day_there(now, &zone), DAYS_AHEAD).await?;
    Ok(slots.into_iter().filter(|slot| slot.starts_at > now && slot.free() > 0).collect())
}

/// An order's open appointment.
pub async fn booked(tx: &mut Tx, order: OrderId) -> Result<Option<PickUp>> {
    Ok(sql!(tx, optional PickUp,
        concat!("SELECT ", pick_up_columns!(""), " FROM pick_ups WHERE order_id = $1 AND state = 'BOOKED'"), order)?)
}

/// All appointments that an order had, the newest first.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<PickUp>> {
    Ok(sql!(tx, all PickUp,
        concat!("SELECT ", pick_up_columns!(""),
                " FROM pick_ups WHERE order_id = $1 ORDER BY created_at DESC, id DESC"), order)?)
}

/// Whether an order's car waits for its customer at the dealership.
pub async fn is_possible(tx: &mut Tx, order: &Order) -> Result<bool> {
    Ok(match order.status {
        OrderStatus::ReturnedToDealership => true,
        OrderStatus::ReadyForDelivery => {
            order.delivery() == DeliveryMode::PickUp
                || transport::find(tx, order.id).await?.is_some_and(|d| d.state == DeliveryState::Unavailable)
        }
        _ => false,
    })
}

/// Books a time: by the customer, or by the dealership on the telephone. Of two who take the last place at the same
/// moment, one gets it.
pub async fn book(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: OrderId,
    starts_at: Timestamp,
) -> Result<std::result::Result<PickUp, PickUpRefusal>> {
    let Some(mut order) = who.order_to_change(tx, order).await? else { return Ok(Err(PickUpRefusal::NotFound)) };
    if booked(tx, order.id).await?.is_some() {
        return Ok(Err(PickUpRefusal::Booked));
    }
    if !is_possible(tx, &order).await? {
        return Ok(Err(PickUpRefusal::NotNow));
    }
    let pick_up = match take(caas, tx, who, &order, starts_at).await? {
        Ok(pick_up) => pick_up,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let data = serde_json::json!({ "scheduledFor": starts_at, "mode": DeliveryMode::PickUp });
    let cause = Cause { actor: who.actor(), data };
    orders::apply(caas, tx, &mut order, OrderEvent::DeliveryScheduled, cause).await?;
    confirm(caas, tx, who, &order, &pick_up, "BOOKED").await?;
    Ok(Ok(pick_up))
}

/// Moves an order's appointment to another time.
pub async fn move_to(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: OrderId,
    starts_at: Timestamp,
) -> Result<std::result::Result<PickUp, PickUpRefusal>> {
    let Some(order) = who.order_to_change(tx, order).await? else { return Ok(Err(PickUpRefusal::NotFound)) };
    let Some(old) = booked(tx, order.id).await? else { return Ok(Err(PickUpRefusal::NotBooked)) };
    if old.starts_at == starts_at {
        return Ok(Ok(old));
    }
    // Given free first: an order has one open appointment. When the new time is full, nothing of this is committed by a
    // caller that looks at the answer, and the old one is put back for one that does not.
    set_state(tx, old.id, PickUpState::Moved).await?;
    match take(caas, tx, who, &order, starts_at).await? {
        Ok(pick_up) => {
            confirm(caas, tx, who, &order, &pick_up, "MOVED").await?;
            Ok(Ok(pick_up))
        }
        Err(refusal) => {
            set_state(tx, old.id, PickUpState::Booked).await?;
            Ok(Err(refusal))
        }
    }
}

/// Nobody came: the car waits at the dealership, and another time can be booked.
pub async fn missed(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
) -> Result<std::result::Result<(), PickUpRefusal>> {
    if !staff.is_staff() {
        return Ok(Err(PickUpRefusal::NotFound));
    }
    let Some(mut order) = staff.order_to_change(tx, order).await? else { return Ok(Err(PickUpRefusal::NotFound)) };
    let Some(pick_up) = booked(tx, order.id).await?.filter(|pick_up| pick_up.starts_at <= caas.now()) else {
        return Ok(Err(PickUpRefusal::NotBooked));
    };
    set_state(tx, pick_up.id, PickUpState::Missed).await?;
    write(caas, tx, staff, &order, &pick_up, "MISSED").await?;
    let data = serde_json::json!({ "missed": pick_up.starts_at });
    let cause = Cause { actor: staff.actor(), data };
    orders::apply(caas, tx, &mut order, OrderEvent::ReturnedToDealership, cause).await?;
    let locale = who::reader(tx, &order).await?.locale;
    let place = dealership(tx, order.dealership_id).await?.address_line();
    let text = locale.t(
        "No pudiste venir a tu cita. Tu coche sigue en el concesionario: elige otra hora.",
        "You could not come to your appointment. Your car is still at the dealership: choose another time.",
    );
    let step = Bilingual {
        es: "elige otra hora para recogerlo".to_owned(),
        en: "choose another time to pick it up".to_owned(),
    };
    let say = Say {
        what: format!("pick-up:missed:{}", pick_up.id),
        step,
        text: Some(format!("{text}\n{place}")),
        ..Say::default()
    };
    notices::tell(caas, tx, &order, NoticeEvent::DeliveryStep, say).await?;
    Ok(Ok(()))
}

/// Takes one of a slot's places. The unique index gives each to one order.
async fn take(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: &Order,
    starts_at: Timestamp,
) -> Result<std::result::Result<PickUp, PickUpRefusal>> {
    let now = caas.now();
    let zone = dealership(tx, order.dealership_id).await?.time_zone;
    let today = when::day_there(now, &zone);
    let slots = calendar(tx, order.dealership_id, today, DAYS_AHEAD).await?;
    let Some(slot) = slots.into_iter().find(|slot| slot.starts_at == starts_at && starts_at > now) else {
        return Ok(Err(PickUpRefusal::NoSlot));
    };
    for place in 1..=slot.capacity {
        let id = caas.new_uuid();
        let taken = sql!(tx, execute
            "INSERT INTO pick_ups (id, order_id, dealership_id, starts_at, place, state, made_by, created_at)
             VALUES ($1, $2, $3, $4, $5, 'BOOKED', $6, $7) ON CONFLICT DO NOTHING",
            id, order.id, order.dealership_id, starts_at, place, who.user(), now)?;
        if taken == 1 {
            return Ok(Ok(
                sql!(tx, one PickUp, concat!("SELECT ", pick_up_columns!(""), " FROM pick_ups WHERE id = $1"), id)?,
            ));
        }
    }
    Ok(Err(PickUpRefusal::Full))
}

async fn set_state(tx: &mut Tx, id: Uuid, state: PickUpState) -> Result<()> {
    sql!(tx, execute "UPDATE pick_ups SET state = $1 WHERE id = $2", state.as_str(), id)?;
    Ok(())
}

/// Story, message with time and place, and the reminder.
async fn confirm(caas: &Caas, tx: &mut Tx, who: &Who, order: &Order, pick_up: &PickUp, what: &str) -> Result<()> {
    write(caas, tx, who, order, pick_up, what).await?;
    let step =
        Bilingual { es: "tienes cita para recogerlo".to_owned(), en: "you have a time to pick it up".to_owned() };
    tell_time(caas, tx, order, pick_up, format!("pick-up:{}", pick_up.id), step).await?;
    let zone = dealership(tx, order.dealership_id).await?.time_zone;
    if let Some(at) = reminder(pick_up.starts_at, &zone).filter(|at| *at > caas.now()) {
        let job = RemindPickUp { pick_up: pick_up.id };
        enqueue(caas, tx, &job, Enqueue::at(at).keyed(format!("remind-pick-up:{}", pick_up.id))).await?;
    }
    Ok(())
}

/// Time and place, by the clock of the dealership: that is where the customer goes.
async fn tell_time(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    pick_up: &PickUp,
    what: String,
    step: Bilingual,
) -> Result<()> {
    let place = dealership(tx, order.dealership_id).await?;
    let locale = who::reader(tx, order).await?.locale;
    let moment = when::moment(pick_up.starts_at, &place.time_zone, locale);
    let bring = locale.t(
        "Trae tu documento de identidad; sin él no podemos entregarte el coche.",
        "Bring your identity card or passport: without it we can't hand the car over.",
    );
    let text = format!("{moment}\n{}\n{bring}", place.address_line());
    let say = Say { what, step, text: Some(text), ..Say::default() };
    notices::tell(caas, tx, order, NoticeEvent::DeliveryStep, say).await
}

/// When the customer is reminded: at ten in the morning of the day before, where the dealership is.
fn reminder(starts_at: Timestamp, zone: &str) -> Option<Timestamp> {
    let day = when::day_there(starts_at, zone).pred_opt()?;
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let ten = day.and_time(NaiveTime::from_hms_opt(10, 0, 0)?);
    (0..=3).find_map(|hour| zone.from_local_datetime(&(ten + TimeDelta::hours(hour))).earliest()).map(|at| at.to_utc())
}

/// Reminds a customer of the appointment of the next day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemindPickUp {
    /// Which.
    pub pick_up: Uuid,
}

impl Job for RemindPickUp {
    const KIND: &'static str = "sales.remind_pick_up";

    async fn run(self, caas: &Caas, _run: Run) -> std::result::Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let open = sql!(tx, optional PickUp,
            concat!("SELECT ", pick_up_columns!(""),
                    " FROM pick_ups WHERE id = $1 AND state = 'BOOKED' AND reminded_at IS NULL"), self.pick_up)?;
        let Some(pick_up) = open else { return Ok(Outcome::Done) };
        sql!(tx, execute "UPDATE pick_ups SET reminded_at = $1 WHERE id = $2", caas.now(), pick_up.id)?;
        let order = orders::load(&mut tx, pick_up.order_id).await?;
        let step =
            Bilingual { es: "mañana recoges tu coche".to_owned(), en: "you pick your car up tomorrow".to_owned() };
        tell_time(caas, &mut tx, &order, &pick_up, format!("pick-up:reminder:{}", pick_up.id), step).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

async fn write(caas: &Caas, tx: &mut Tx, who: &Who, order: &Order, pick_up: &PickUp, what: &str) -> Result<()> {
    let entry = Entry {
        vehicle: order.vehicle_id,
        data: serde_json::json!({ "order": order.number, "pickUp": what, "startsAt": pick_up.starts_at }),
        visible: true,
        ..Entry::new(order.customer_id, who.actor(), EntryKind::PickUpChanged, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    orders::announce(tx, order);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn slots_follow_the_clock_on_the_wall() {
        let zone = Tz::Europe__Madrid;
        let first = |text: &str| slots_of(day(text), &default_hours(), zone).first().map(|slot| slot.starts_at);
        // The Friday before and the Monday after the clocks change: nine in the morning both times.
        assert_eq!(first("2026-03-27"), Some(at("2026-03-27T08:00:00Z")));
        assert_eq!(first("2026-03-30"), Some(at("2026-03-30T07:00:00Z")));
        assert_eq!(slots_of(day("2026-03-27"), &default_hours(), zone).len(), 9);
        assert_eq!(slots_of(day("2026-03-28"), &default_hours(), zone).len(), 3);
        assert_eq!(first("2026-03-29"), None, "nobody works on Sunday");
    }

    #[test]
    fn a_time_that_the_clocks_leap_over_is_no_slot() {
        let night = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
        let hours = [Hours { weekday: 7, opens: night(1), closes: night(5), slot_minutes: 60, capacity: 1 }];
        let spring = slots_of(day("2026-03-29"), &hours, Tz::Europe__Madrid);
        assert_eq!(
            spring.iter().map(|slot| slot.starts_at).collect::<Vec<_>>(),
            [at("2026-03-29T00:00:00Z"), at("2026-03-29T01:00:00Z"), at("2026-03-29T02:00:00Z")]
        );
        // 02:00 comes twice in autumn and is one slot.
        let autumn = slots_of(day("2026-10-25"), &hours, Tz::Europe__Madrid);
        assert_eq!(autumn.len(), 4);
    }

    #[test]
    fn the_reminder_comes_at_ten_the_day_before() {
        assert_eq!(reminder(at("2026-12-01T08:00:00Z"), "Europe/Madrid"), Some(at("2026-11-30T09:00:00Z")));
        assert_eq!(reminder(at("2026-03-30T07:00:00Z"), "Europe/Madrid"), Some(at("2026-03-29T08:00:00Z")));
    }
}
