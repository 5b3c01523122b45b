//! The factory as the business sees it (contract `factory`).

use crate::kernel::Timestamp;
use crate::kernel::ids::{DealershipId, OrderId, UserId};
use async_trait::async_trait;

/// Orders for cars. Synchronous, at most 30 s; the status comes by webhook.
#[async_trait]
pub trait Factory: Send + Sync + 'static {
    /// Orders a car. The same key is the same order.
    async fn place(&self, order: &FactoryRequest, key: &str) -> Result<FactoryOrder, FactoryError>;

    /// What the factory knows of an order; `None` when it knows none.
    async fn order(&self, factory_order_id: &str) -> Result<Option<FactoryOrder>, FactoryError>;
}

/// A car to be built. Kept as it was first sent, see [`super::queue::FactoryPlacing`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FactoryRequest {
    /// Our reference.
    pub order: OrderId,
    /// The model's code.
    pub model: String,
    /// Codes of factory options.
    pub options: Vec<String>,
    /// The colour.
    pub colour: String,
    /// The buyer.
    pub customer: UserId,
    /// The buyer's name.
    pub customer_name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Where it is delivered to.
    pub dealership: DealershipId,
}

codes! {
    /// What the factory says of an order.
    pub enum FactoryStatus {
        /// Accepted.
        OrderPlaced = "ORDER_PLACED",
        /// It has its place in production.
        ProductionScheduled = "PRODUCTION_SCHEDULED",
        /// It is being built.
        ProductionInProgress = "PRODUCTION_IN_PROGRESS",
        /// It is being checked.
        QualityControl = "QUALITY_CONTROL",
        /// Built.
        ReadyForShipment = "READY_FOR_SHIPMENT",
        /// On its way.
        InTransit = "IN_TRANSIT",
        /// At the dealership.
        ArrivedAtDealership = "ARRIVED_AT_DEALERSHIP",
        /// Not built after all.
        Cancelled = "CANCELLED",
    }
}

/// An order as the factory tells it.
#[derive(Debug, Clone)]
pub struct FactoryOrder {
    /// The factory's id of it.
    pub factory_order_id: String,
    /// How far it is.
    pub status: FactoryStatus,
    /// YYYY-MM-DD.
    pub estimated_date: Option<String>,
    /// Once it is being built.
    pub vin: Option<String>,
}

/// A status message of the factory (contract `caas-webhooks`). They come late, twice and in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactoryNotice {
    /// The factory's id of the order.
    pub factory_order_id: String,
    /// How far it is.
    pub status: FactoryStatus,
    /// In the factory's words.
    pub description: Option<String>,
    /// When, by the factory's clock.
    pub at: Timestamp,
    /// From `PRODUCTION_IN_PROGRESS` on.
    pub vin: Option<String>,
    /// YYYY-MM-DD.
    pub estimated_date: Option<String>,
    /// Once it is on the road.
    pub shipment: Option<Shipment>,
}

/// How a built car travels to its dealership.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    /// Who brings it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// YYYY-MM-DD.
    pub expected_arrival: Option<String>,
}

/// Why a request to the factory brought no result.
#[derive(Debug, thiserror::Error)]
pub enum FactoryError {
    /// The factory does not build it (422 `order_rejected`).
    #[error("rejected: {reason}")]
    Rejected {
        /// In the factory's words.
        reason: String,
    },
    /// The factory understood and refuses for another reason (404, 409, 422).
    #[error("refused: {code}")]
    Refused {
        /// The `code` of its problem document.
        code: String,
    },
    /// Not executed for certain: 503, no connection, a token it does not accept.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No answer, or one that can't be read: it may have been executed. The same key is asked again.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

impl FactoryError {
    /// Whether the factory's system itself failed, which is what its breaker counts.
    pub fn is_outage(&self) -> bool {
        matches!(self, FactoryError::Unavailable(_) | FactoryError::NoAnswer(_))
    }
}
