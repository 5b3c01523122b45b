//! The factory: takes orders, builds cars over some weeks, tells how far each is.

pub mod model;
mod vins;

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Surroundings;
use super::agenda::Agenda;
use super::call::{Answer, Call, Operation, Problem, System};
use super::fields::Fields;
use super::gateway::idempotency::{Memory, key_of};
use super::iot::model::VehicleSpec;
use crate::faults::{CallbackManner, Effects, ProductionFate};
use model::{BuildStatus, FactoryOrder};

/// Settings of the played factory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FactorySettings {
    /// Firmware of the cars it builds.
    pub firmware: String,
    /// Who brings them.
    pub carrier: String,
}

impl Default for FactorySettings {
    fn default() -> Self {
        Self { firmware: "4.10.2".to_owned(), carrier: "Transportes Ebro".to_owned() }
    }
}

/// The factory's books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FactoryWorld {
    settings: FactorySettings,
    /// In the order they were made, which is the order of their ids.
    orders: Vec<FactoryOrder>,
    /// Cars begun so far: never one number twice, also not after a reset.
    serial: u32,
    memory: Memory,
    agenda: Agenda<String>,
}

/// From the order to the dealership when all goes well.
const BUILD_DAYS: u64 = 24;
/// How much longer a car takes that quality control sends back.
const REWORK: TimeDelta = TimeDelta::days(3);
/// How long an inspection takes.
const INSPECTION: TimeDelta = TimeDelta::days(2);

impl FactoryWorld {
    /// Answers a call of the contract.
    pub(crate) fn answer(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Answer {
        let answer = match call.operation {
            Operation::PlaceOrder => self.place_once(around, call, effects),
            _ => self
                .order(&call.subject)
                .map(|order| Answer::ok(order.to_wire()))
                .ok_or_else(|| Problem::unknown("order")),
        };
        answer.unwrap_or_else(|problem| problem.to_answer())
    }

    /// Takes an order, unless the same request was executed before; what was rejected stays rejected.
    fn place_once(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Result<Answer, Problem> {
        let key = key_of(call)?;
        let path = call.operation.path(&call.subject);
        if let Some(first) = self.memory.recall(around.now, key, &path, call.body.as_ref())? {
            return Ok(first);
        }
        let order = read(call, key, around.now)?;
        let answer = match &effects.reject_order {
            Some(reason) => {
                Problem::new(422, "order_rejected", reason.clone()).with("reason", json!(reason)).to_answer()
            }
            None => self.take(around, order, effects),
        };
        self.memory.keep(around.now, key, path, call.body.clone(), answer.clone());
        Ok(answer)
    }

    fn take(&mut self, around: &mut Surroundings<'_>, mut order: FactoryOrder, effects: &Effects) -> Answer {
        order.order_id = around.ids.mint("fac");
        order.fate = effects.production;
        order.manner = effects.callback;
        let (id, early) = (order.order_id.clone(), order.manner.early);
        let answer = Answer::new(
            201,
            json!({"orderId": id, "status": BuildStatus::OrderPlaced, "estimatedDate": order.estimated_date}),
        );
        self.orders.push(order);
        if early {
            // Told before the answer of this very call.
            self.step(around, &id);
        } else if let Some((_, after)) = BuildStatus::OrderPlaced.next() {
            self.agenda.add(around.now + after, id);
        }
        answer
    }

    /// Lets the earliest thing due at `around.now` happen. A car that arrives comes back, to be reached over the air.
    pub(crate) fn happen(&mut self, around: &mut Surroundings<'_>) -> Option<VehicleSpec> {
        let (_, id) = self.agenda.pop_due(around.now)?;
        self.step(around, &id)
    }

    /// Does the next step of an order now, whatever its time; what was planned for it follows from here.
    pub(crate) fn hurry(&mut self, around: &mut Surroundings<'_>, id: &str) -> Option<VehicleSpec> {
        self.agenda.forget(|planned| planned == id);
        self.step(around, id)
    }

    fn step(&mut self, around: &mut Surroundings<'_>, id: &str) -> Option<VehicleSpec> {
        let serial = &mut self.serial;
        let order = self.orders.iter_mut().find(|order| order.order_id == id)?;
        let (planned, _) = order.status.next()?;
        let mut words = planned.words().to_owned();
        order.status = match planned {
            BuildStatus::ProductionInProgress if order.fate.cancels => {
                "The factory no longer builds this configuration".clone_into(&mut words);
                BuildStatus::Cancelled
            }
            BuildStatus::ReadyForShipment if order.fate.quality_failure => {
                order.fate.quality_failure = false;
                order.estimated_date = order.estimated_date + REWORK + INSPECTION;
                "Quality control found a fault: back to assembly".clone_into(&mut words);
                BuildStatus::ProductionInProgress
            }
            status => status,
        };
        if planned == BuildStatus::ProductionInProgress && order.fate.late_days > 0 {
            order.estimated_date = order.estimated_date + Days::new(u64::from(order.fate.late_days));
            "Late: a supplier delivers parts later than agreed".clone_into(&mut words);
        }
        let status = order.status;
        if status.has_vin() && order.vin.is_none() {
            *serial += 1;
            order.vin = Some(vins::vin(&order.model, *serial, around.now));
        }
        order.since = around.now;
        self.tell(around, id, &words);
        let order = self.order(id)?;
        let mut after = order.status.next().map(|(_, after)| after);
        match status {
            // A car sent back needs no more than its fault.
            BuildStatus::ProductionInProgress if planned == BuildStatus::ReadyForShipment => after = Some(REWORK),
            BuildStatus::ProductionInProgress => {
                after = after.map(|after| after + TimeDelta::days(i64::from(order.fate.late_days)));
            }
            _ => {}
        }
        if let Some(after) = after {
            self.agenda.add(around.now + after, id.to_owned());
        }
        let order = self.order(id)?;
        let arrived = (status == BuildStatus::ArrivedAtDealership).then(|| order.vin.clone()).flatten()?;
        Some(VehicleSpec::new(arrived, order.model.clone(), self.settings.firmware.clone()))
    }

    /// Tells CaaS how far an order is; where its messages are mixed, every second one overtakes the one before.
    fn tell(&mut self, around: &mut Surroundings<'_>, id: &str, words: &str) {
        let carrier = self.settings.carrier.clone();
        let Some(order) = self.orders.iter_mut().find(|order| order.order_id == id) else { return };
        let mut body = json!({
            "orderId": order.order_id,
            "status": order.status,
            "description": words,
            "timestamp": around.now,
            "estimatedCompletionDate": order.estimated_date,
        });
        if let Some(vin) = &order.vin {
            body["vin"] = json!(vin);
        }
        if order.status == BuildStatus::InTransit {
            body["shipment"] = json!({
                "carrier": carrier,
                "trackingNumber": format!("TE-{}", order.order_id.trim_start_matches("fac_")),
                "expectedArrival": order.estimated_date,
            });
        }
        order.told += 1;
        let more = order.status.next().is_some();
        if order.fate.mixed && order.told % 2 == 1 && more {
            order.held_back = Some(body);
            return;
        }
        let manner = order.manner;
        let held_back = order.held_back.take();
        for body in std::iter::once(body).chain(held_back) {
            around.outbox.tell(around.ids, System::Factory, &body, around.now, manner);
        }
    }

    /// Changes what will still happen to an order; `false` when there is none of this id.
    pub(crate) fn change_fate(&mut self, id: &str, change: impl FnOnce(&mut ProductionFate)) -> bool {
        let order = self.orders.iter_mut().find(|order| order.order_id == id);
        order.map(|order| change(&mut order.fate)).is_some()
    }

    /// When something happens next by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.agenda.next_due()
    }

    /// Empties the books; settings and serial numbers stay.
    pub(crate) fn reset(&mut self) {
        *self = Self { settings: self.settings.clone(), serial: self.serial, ..Self::default() };
    }

    /// Orders, oldest first.
    #[must_use]
    pub fn orders(&self) -> &[FactoryOrder] {
        &self.orders
    }

    /// One order.
    #[must_use]
    pub fn order(&self, id: &str) -> Option<&FactoryOrder> {
        self.orders.iter().find(|order| order.order_id == id)
    }

    /// Settings.
    #[must_use]
    pub fn settings(&self) -> &FactorySettings {
        &self.settings
    }

    /// Changes the settings.
    pub fn set_settings(&mut self, settings: FactorySettings) {
        self.settings = settings;
    }
}

/// The request, read strictly; the id comes when it is taken.
fn read(call: &Call, key: &str, now: DateTime<Utc>) -> Result<FactoryOrder, Problem> {
    let fields = Fields::of(call.body.as_ref())?;
    let customer = fields.object("customer")?;
    customer.string("id")?;
    customer.string("name")?;
    customer.country("country")?;
    Ok(FactoryOrder {
        order_id: String::new(),
        order_reference: fields.string("orderReference")?.to_owned(),
        idempotency_key: key.to_owned(),
        model: fields.string("model")?.to_owned(),
        options: fields.list_of_strings("options")?,
        colour: fields.optional_string("colour")?.map(str::to_owned),
        dealership_id: fields.string("dealershipId")?.to_owned(),
        status: BuildStatus::OrderPlaced,
        vin: None,
        estimated_date: (now + Days::new(BUILD_DAYS)).date_naive(),
        created: now,
        since: now,
        fate: ProductionFate::default(),
        manner: CallbackManner::default(),
        held_back: None,
        told: 0,
    })
}
