//! The cars' maintenance: work falls due, is booked late, is done or never done; and the workshops' books, which VSS reads.

use super::{Deed, People};
use crate::outside::Outside;
use caas::Caas;
use caas::kernel::Timestamp;
use caas::kernel::error::Result;
use caas::kernel::when::day_there;
use caas::maintenance::Upkeep;
use caas::maintenance::model::Warranty;
use caas::maintenance::warranty;
use caas_sandbox::{Block, BlockName, Vin};
use chrono::TimeDelta;

/// Where everybody lives.
const ZONE: &str = "Europe/Madrid";
/// From one block that falls due to the next, on average.
const FALLS_DUE: TimeDelta = TimeDelta::days(120);
/// Until its owner takes the car to the workshop, on average; a good half go before the grace period ends.
const GOES: TimeDelta = TimeDelta::days(30);

/// A car's warranty, as its page tells it in the end.
#[derive(Clone, Debug)]
pub struct CarPage {
    /// The car.
    pub vin: Vin,
    /// Where its messages lead to.
    pub path: String,
    /// Whether the warranty is lost.
    pub lost: bool,
    /// Its changes, oldest first: when, and whether it was lost then.
    pub changes: Vec<(Timestamp, bool)>,
}

impl People {
    /// Cars have a past: of some, work is overdue from the first day on.
    pub(super) fn begin_maintenance(&mut self, outside: &Outside, now: Timestamp) {
        for car in 0..self.cars.len() {
            if self.dice.says(0.2) {
                let days = 5 + self.days(60);
                self.overdue(outside, now, car, days);
            }
            self.falls_due_later(now, car);
        }
    }

    fn days(&self, below: usize) -> i64 {
        i64::try_from(self.dice.below(below)).unwrap_or_default()
    }

    fn falls_due_later(&mut self, now: Timestamp, car: usize) {
        let at = now + self.dice.wait(FALLS_DUE);
        self.later(at, Deed::FallsDue { car });
    }

    /// Work on a car falls due today.
    pub(super) fn falls_due(&mut self, outside: &Outside, now: Timestamp, car: usize) {
        self.overdue(outside, now, car, 0);
        self.falls_due_later(now, car);
    }

    /// The workshop finds work that was due long ago: what VSS said a moment before is no longer true.
    pub(super) fn booked_late(&mut self, outside: &Outside, now: Timestamp, car: usize) {
        let days = 31 + self.days(30);
        self.overdue(outside, now, car, days);
    }

    /// A block of a car is overdue for so many days already. Mostly too little of it was done; sometimes enough for every
    /// service, and only the warranty suffers.
    fn overdue(&mut self, outside: &Outside, now: Timestamp, car: usize, days: i64) {
        let Some(&name) = self.dice.pick(&BlockName::ALL) else { return };
        let compliance = if self.dice.says(0.85) { 20 + self.dice.below(55) } else { 95 };
        let compliance = f64::from(u8::try_from(compliance).unwrap_or_default());
        let since = day_there(now, ZONE) - TimeDelta::days(days);
        let vin = &self.cars[car].vin;
        let mut seen = outside.seen();
        seen.world.vss_mut().set_block(vin, Block::overdue(name, compliance, since));
        seen.story.tell(now, format_args!("{name:?} of {vin}: {compliance} %, overdue since {since}"));
        drop(seen);
        if self.dice.says(0.8) {
            let at = now + self.dice.wait(GOES);
            self.later(at, Deed::Workshop { car });
        }
    }

    /// Everything is done and written down.
    pub(super) fn workshop(&self, outside: &Outside, now: Timestamp, car: usize) {
        let vin = &self.cars[car].vin;
        let mut seen = outside.seen();
        seen.world.vss_mut().set_history(vin, Some(BlockName::ALL.into_iter().map(Block::current).collect()));
        seen.story.tell(now, format_args!("{vin} was at the workshop"));
    }

    /// What the cars' pages say of their warranties.
    pub async fn car_pages(&self, caas: &Caas) -> Result<Vec<CarPage>> {
        let mut tx = caas.db.read().await?;
        let mut pages = Vec::with_capacity(self.cars.len());
        for car in &self.cars {
            let upkeep = Upkeep::of(caas, &mut tx, car.id, ZONE).await?;
            let history = warranty::history(&mut tx, car.id, Timestamp::UNIX_EPOCH, 1_000).await?;
            pages.push(CarPage {
                vin: car.vin.clone(),
                path: format!("/expediente/coches/{}/mantenimiento", car.id),
                lost: upkeep.warranty == Warranty::Lost,
                changes: history.iter().rev().map(|change| (change.at, change.warranty == Warranty::Lost)).collect(),
            });
        }
        Ok(pages)
    }
}
