//! The daily check of all cars, each at a minute of its own, so that VSS is asked evenly over the day.
//!
//! Every hour the cars whose minute comes next have their question planned, and their next day written down, in one
//! transaction: on several processes and after any downtime each car is asked once.

use super::ask::AskVss;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::error::Result;
use crate::kernel::ids::VehicleId;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use chrono::{Days, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

/// There is one such job.
const KEY: &str = "maintenance.fleet";

/// How far ahead questions are planned.
const AHEAD: TimeDelta = TimeDelta::hours(1);

/// Cars planned by one transaction.
const BATCH: i64 = 500;

const MINUTES_OF_A_DAY: u128 = 24 * 60;

/// Plans the questions of the next hour, again and again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CheckFleet {}

impl CheckFleet {
    /// Makes sure that it is planned; called at every start.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &CheckFleet {}, Enqueue::at(caas.now() + AHEAD).keyed(KEY)).await?;
        tx.commit().await
    }
}

impl Job for CheckFleet {
    const KIND: &'static str = KEY;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let (now, until) = (caas.now(), caas.now() + AHEAD);
        while plan_next(caas, now, until).await? == BATCH {}
        Ok(Outcome::Again(until))
    }
}

/// Plans up to [`BATCH`] cars; returns how many there were.
async fn plan_next(caas: &Caas, now: Timestamp, until: Timestamp) -> Result<i64> {
    let mut tx = caas.db.begin().await?;
    let due = sql!(
        &mut tx,
        all(VehicleId, Timestamp),
        "SELECT id, maintenance_check_at FROM vehicles
         WHERE inventory_status = 'DELIVERED' AND maintenance_check_at < $1 ORDER BY maintenance_check_at, id LIMIT $2",
        until,
        BATCH
    )?;
    for (vehicle, at) in &due {
        // A car that is new here has its first turn at its minute.
        if *at > Timestamp::UNIX_EPOCH {
            AskVss::enqueue(caas, &mut tx, *vehicle, turn(*vehicle, *at, now)).await?;
        }
        let next = next_minute(*vehicle, now + AHEAD);
        sql!(&mut tx, execute "UPDATE vehicles SET maintenance_check_at = $1 WHERE id = $2", next, *vehicle)?;
    }
    tx.commit().await?;
    Ok(i64::try_from(due.len()).unwrap_or(BATCH))
}

/// When a car is asked about: at its time, or, when that has passed unused, somewhere in the next hour.
fn turn(vehicle: VehicleId, at: Timestamp, now: Timestamp) -> Timestamp {
    if at >= now {
        return at;
    }
    let seconds = vehicle.0.as_u128() % u128::from(AHEAD.num_seconds().unsigned_abs());
    now + TimeDelta::seconds(i64::try_from(seconds).unwrap_or_default())
}

/// The next time a car's own minute of the day comes.
fn next_minute(vehicle: VehicleId, after: Timestamp) -> Timestamp {
    let minute = u32::try_from(vehicle.0.as_u128() % MINUTES_OF_A_DAY).unwrap_or_default();
    let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default();
    let today = after.date_naive().and_time(time).and_utc();
    if today >= after { today } else { today + Days::new(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_car_has_its_minute_and_all_of_them_are_used() {
        let now: Timestamp = "2026-11-23T09:00:30Z".parse().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..MINUTES_OF_A_DAY {
            let car = VehicleId(Uuid::from_u128(number));
            let next = next_minute(car, now);
            assert!(next >= now && next < now + TimeDelta::days(1));
            assert_eq!(next_minute(car, next), next);
            assert_eq!(next_minute(car, next + TimeDelta::seconds(1)), next + TimeDelta::days(1));
            seen.insert(next);
        }
        assert_eq!(seen.len(), 1440);
    }

    #[test]
    fn what_downtime_left_behind_is_spread_anew() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        for number in [0u128, 1, 3_599, 3_600, 12_345] {
            let car = VehicleId(Uuid::from_u128(number));
            let turn = turn(car, now - TimeDelta::days(7), now);
            assert!(turn >= now && turn < now + AHEAD);
            assert_eq!(super::turn(car, now + TimeDelta::minutes(3), now), now + TimeDelta::minutes(3));
        }
    }
}
