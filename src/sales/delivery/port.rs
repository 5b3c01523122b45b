//! The transport company as the business sees it (contract `transport`).

use crate::kernel::Timestamp;
use crate::kernel::ids::DealershipId;
use crate::sales::model::Address;
use async_trait::async_trait;

/// Brings cars to doors.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Schedules a transport. The same key is the same transport.
    async fn schedule(&self, request: &TransportRequest, key: &str) -> Result<ScheduledTransport, TransportError>;
}

/// A car to be brought.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct TransportRequest {
    /// Our reference.
    pub reference: String,
    /// The car.
    pub vin: String,
    /// From where.
    pub dealership: DealershipId,
    /// Who receives it.
    pub name: String,
    /// Whom the driver calls.
    pub phone: String,
    /// Where to.
    pub address: Address,
}

/// A transport that has its time.
#[derive(Debug, Clone)]
pub struct ScheduledTransport {
    /// The company's id of it.
    pub delivery_id: String,
    /// When.
    pub scheduled_for: Timestamp,
}

codes! {
    /// What the company tells on the way.
    pub enum TransportEvent {
        /// The car is on the lorry.
        PickedUp = "PICKED_UP",
        /// Nobody opened.
        CustomerAbsent = "CUSTOMER_ABSENT",
        /// The driver called.
        CustomerCalled = "CUSTOMER_CALLED",
        /// The driver waits a little.
        Waiting = "WAITING",
        /// The customer has it.
        Delivered = "DELIVERED",
        /// It is back at the dealership. Never left on the street.
        ReturnedToDealership = "RETURNED_TO_DEALERSHIP",
    }
}

/// A message of the transport company (contract `caas-webhooks`). They come late, twice and in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportNotice {
    /// The company's id of the transport.
    pub delivery_id: String,
    /// What happened.
    pub event: TransportEvent,
    /// In the driver's words.
    pub note: Option<String>,
    /// When, by the company's clock.
    pub at: Timestamp,
}

/// Why a request brought no result.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The company understood and refuses.
    #[error("refused: {code}")]
    Refused {
        /// The `code` of its problem document.
        code: String,
    },
    /// Not executed for certain.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No answer, or one that can't be read: it may have been executed. The same key is asked again.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

impl TransportError {
    /// Whether the company's system itself failed.
    pub fn is_outage(&self) -> bool {
        matches!(self, TransportError::Unavailable(_) | TransportError::NoAnswer(_))
    }
}
