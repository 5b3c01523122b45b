//! The factory's nouns: orders for cars, how far each is, how it will go on.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::{CallbackManner, ProductionFate};
use crate::world::values::Vin;

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BuildStatus {
    /// Accepted.
    OrderPlaced,
    /// It has its place in production.
    ProductionScheduled,
    /// It is being built.
    ProductionInProgress,
    /// It is being checked.
    QualityControl,
    /// Built.
    ReadyForShipment,
    /// On its way to the dealership.
    InTransit,
    /// At the dealership.
    ArrivedAtDealership,
    /// Not built after all.
    Cancelled,
}

impl BuildStatus {
    /// What follows by itself and after how long; a car with its fate still open may take another way.
    pub(super) fn next(self) -> Option<(BuildStatus, TimeDelta)> {
        let (next, days) = match self {
            BuildStatus::OrderPlaced => (BuildStatus::ProductionScheduled, 1),
            BuildStatus::ProductionScheduled => (BuildStatus::ProductionInProgress, 4),
            BuildStatus::ProductionInProgress => (BuildStatus::QualityControl, 10),
            BuildStatus::QualityControl => (BuildStatus::ReadyForShipment, 2),
            BuildStatus::ReadyForShipment => (BuildStatus::InTransit, 2),
            BuildStatus::InTransit => (BuildStatus::ArrivedAtDealership, 5),
            BuildStatus::ArrivedAtDealership | BuildStatus::Cancelled => return None,
        };
        Some((next, TimeDelta::days(days)))
    }

    /// In the factory's words.
    pub(super) fn words(self) -> &'static str {
        match self {
            BuildStatus::OrderPlaced => "Order accepted",
            BuildStatus::ProductionScheduled => "Place in production assigned",
            BuildStatus::ProductionInProgress => "Assembly under way",
            BuildStatus::QualityControl => "Final inspection",
            BuildStatus::ReadyForShipment => "Inspection passed, ready for shipment",
            BuildStatus::InTransit => "On its way to the dealership",
            BuildStatus::ArrivedAtDealership => "Unloaded at the dealership",
            BuildStatus::Cancelled => "Production stopped",
        }
    }

    /// Whether the car exists, so that it has its number.
    pub(super) fn has_vin(self) -> bool {
        !matches!(self, BuildStatus::OrderPlaced | BuildStatus::ProductionScheduled | BuildStatus::Cancelled)
    }
}

/// An order as the factory keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FactoryOrder {
    /// The factory's id.
    pub order_id: String,
    /// CaaS's reference.
    pub order_reference: String,
    /// Header `Idempotency-Key` of the request.
    pub idempotency_key: String,
    /// Model code.
    pub model: String,
    /// Option codes.
    pub options: Vec<String>,
    /// Colour, when one was named.
    pub colour: Option<String>,
    /// Where it goes.
    pub dealership_id: String,
    /// How far it is.
    pub status: BuildStatus,
    /// Once it is being built.
    pub vin: Option<Vin>,
    /// When it arrives, as last told.
    pub estimated_date: NaiveDate,
    /// When it was ordered.
    pub created: DateTime<Utc>,
    /// Since when it has its status.
    pub since: DateTime<Utc>,
    /// What will still happen to it.
    pub(crate) fate: ProductionFate,
    /// How its messages leave.
    pub(crate) manner: CallbackManner,
    /// A message held back so that the next one overtakes it.
    pub(crate) held_back: Option<Value>,
    /// Messages so far.
    pub(crate) told: u32,
}

impl FactoryOrder {
    /// What `GET /orders/{orderId}` says.
    pub(super) fn to_wire(&self) -> Value {
        let mut wire = json!({
            "orderId": self.order_id,
            "orderReference": self.order_reference,
            "status": self.status,
            "estimatedDate": self.estimated_date,
        });
        if let Some(vin) = &self.vin {
            wire["vin"] = json!(vin);
        }
        wire
    }
}
