//! The workshops' system: the maintenance history of each car, by functional block.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Surroundings;
use super::call::{Answer, Call, Operation, Problem};
use super::values::Vin;

/// A functional block of a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BlockName {
    /// Motors, battery, transmission.
    Powertrain,
    /// Suspension and steering.
    SuspensionSteering,
    /// Brakes.
    Brakes,
    /// Control units and sensors.
    Electronics,
    /// Air conditioning.
    ClimateControl,
    /// Differentials and all-wheel drive.
    Drivetrain,
}

impl BlockName {
    /// All of them.
    pub const ALL: [BlockName; 6] = [
        BlockName::Powertrain,
        BlockName::SuspensionSteering,
        BlockName::Brakes,
        BlockName::Electronics,
        BlockName::ClimateControl,
        BlockName::Drivetrain,
    ];

    fn work(self) -> (&'static str, &'static str) {
        match self {
            BlockName::Powertrain => ("PWR-10", "Drive unit oil and cooling circuit"),
            BlockName::SuspensionSteering => ("SUS-20", "Wheel alignment and dampers"),
            BlockName::Brakes => ("BRK-30", "Brake pads and brake fluid"),
            BlockName::Electronics => ("ELE-40", "Control unit diagnosis and sensor calibration"),
            BlockName::ClimateControl => ("CLI-50", "Refrigerant and cabin filter"),
            BlockName::Drivetrain => ("DRV-60", "Differential oil"),
        }
    }
}

/// Work that is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Work {
    /// The workshops' code.
    pub code: String,
    /// What it is.
    pub description: String,
    /// When it is due.
    pub due_date: NaiveDate,
}

/// How a block stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// Which.
    pub name: BlockName,
    /// How much of its plan was kept, in percent.
    pub compliance: f64,
    /// Since when something is overdue.
    #[serde(default)]
    pub overdue_since: Option<NaiveDate>,
    /// What is to be done.
    #[serde(default)]
    pub outstanding: Vec<Work>,
}

impl Block {
    /// Everything done in time.
    #[must_use]
    pub fn current(name: BlockName) -> Self {
        Self { name, compliance: 96.0, overdue_since: None, outstanding: Vec::new() }
    }

    /// Some work of it overdue since a day.
    #[must_use]
    pub fn overdue(name: BlockName, compliance: f64, since: NaiveDate) -> Self {
        let (code, description) = name.work();
        let work = Work { code: code.to_owned(), description: description.to_owned(), due_date: since };
        Self { name, compliance, overdue_since: Some(since), outstanding: vec![work] }
    }

    /// The same by the days it has been overdue today.
    #[must_use]
    pub fn overdue_by(name: BlockName, compliance: f64, days: i64, today: NaiveDate) -> Self {
        Self::overdue(name, compliance, today - TimeDelta::days(days))
    }
}

/// The histories.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VssWorld {
    cars: BTreeMap<Vin, Vec<Block>>,
}

impl VssWorld {
    /// Answers `GET /vehicles/{vin}/maintenance-status`.
    pub(crate) fn answer(&self, around: &Surroundings<'_>, call: &Call) -> Answer {
        self.status(around, call).unwrap_or_else(|problem| problem.to_answer())
    }

    fn status(&self, around: &Surroundings<'_>, call: &Call) -> Result<Answer, Problem> {
        if call.operation != Operation::MaintenanceStatus {
            return Err(Problem::unknown("operation"));
        }
        let vin = Vin::parse(&call.subject)
            .map_err(|_| Problem::does_not_fit("vin", "must be a vehicle identification number"))?;
        let blocks = self.cars.get(&vin).ok_or_else(|| Problem::unknown("history"))?;
        Ok(Answer::ok(json!({ "vin": vin, "asOf": around.now, "blocks": blocks })))
    }

    /// The history of a car; none for one that has never been at a workshop.
    #[must_use]
    pub fn history(&self, vin: &Vin) -> Option<&[Block]> {
        self.cars.get(vin).map(Vec::as_slice)
    }

    /// Sets a car's whole history; `None` makes it a new car.
    pub fn set_history(&mut self, vin: &Vin, blocks: Option<Vec<Block>>) {
        match blocks {
            Some(blocks) => self.cars.insert(vin.clone(), blocks),
            None => self.cars.remove(vin),
        };
    }

    /// Sets one block of a car, whose other blocks are current when it had no history.
    pub fn set_block(&mut self, vin: &Vin, block: Block) {
        let blocks =
            self.cars.entry(vin.clone()).or_insert_with(|| BlockName::ALL.into_iter().map(Block::current).collect());
        blocks.retain(|known| known.name != block.name);
        blocks.push(block);
        blocks.sort_by_key(|block| block.name);
    }
}
