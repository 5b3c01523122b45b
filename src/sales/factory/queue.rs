//! Orders on their way to the factory, in the database.

use super::port::{FactoryRequest, Shipment};
use crate::Caas;
use crate::breaker::{self, BreakerState, System};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{DealershipId, OrderId, UserId};
use sqlx::FromRow;
use sqlx::types::Json;

codes! {
    /// How far the order at the factory is.
    pub enum PlacingState {
        /// It is being placed by itself.
        Queued = "QUEUED",
        /// The factory has it.
        Placed = "PLACED",
        /// It waits for people.
        Manual = "MANUAL",
        /// The factory did not take it.
        Rejected = "REJECTED",
        /// The factory, or operations, ended it later.
        Cancelled = "CANCELLED",
    }
}

/// The columns of a [`FactoryPlacing`], each behind `$of`.
macro_rules! placing_columns {
    ($of:literal) => {
        columns!($of; order_id, idempotency_key, state, attempts, last_error, factory_order_id, last_status,
            last_status_at, tracking, by_phone, queued_at, request, unanswered_since, next_attempt_at, manual_since,
            estimate_at, tracking_at, version)
    };
}

/// One order at the factory.
#[derive(Debug, Clone, FromRow)]
pub struct FactoryPlacing {
    /// Whose.
    pub order_id: OrderId,
    /// Written before the first request, the same for every try.
    pub idempotency_key: String,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: PlacingState,
    /// Requests sent since it was queued, or since people let it begin anew.
    pub attempts: i64,
    /// Why the last one brought nothing.
    pub last_error: Option<String>,
    /// Once known.
    pub factory_order_id: Option<String>,
    /// The state that the factory's newest word about the present one said.
    pub last_status: Option<String>,
    /// When it said so, by its own clock.
    pub last_status_at: Option<Timestamp>,
    /// How the car travels.
    pub tracking: Option<Json<Shipment>>,
    /// Who marked it as ordered by phone.
    pub by_phone: Option<UserId>,
    /// When it joined the queue.
    pub queued_at: Timestamp,
    /// As it was first sent: the same key goes with the same body, whatever people change about themselves meanwhile.
    pub request: Json<FactoryRequest>,
    /// The first request with this key that may have been carried out.
    pub unanswered_since: Option<Timestamp>,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// Since when people have to order by phone.
    pub manual_since: Option<Timestamp>,
    /// When the factory told the estimate that is kept, by its clock.
    pub estimate_at: Option<Timestamp>,
    /// The same for the shipment.
    pub tracking_at: Option<Timestamp>,
    /// Against lost updates.
    pub version: i64,
}

/// The order at the factory of a sale; `None` for a car from stock or before its reservation was paid.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Option<FactoryPlacing>> {
    Ok(sql!(tx, optional FactoryPlacing,
        concat!("SELECT ", placing_columns!(""), " FROM factory_orders WHERE order_id = $1"), order)?)
}

/// The order that the factory knows by this id.
pub(super) async fn by_factory_id(tx: &mut Tx, id: &str) -> Result<Option<FactoryPlacing>> {
    Ok(sql!(tx, optional FactoryPlacing,
        concat!("SELECT ", placing_columns!(""), " FROM factory_orders WHERE factory_order_id = $1"), id)?)
}

/// Writes one that was read before. Fails with a conflict when somebody else wrote it meanwhile.
pub(super) async fn save(caas: &Caas, tx: &mut Tx, placing: &mut FactoryPlacing) -> Result<()> {
    let p = &*placing;
    let changed = sql!(tx, execute
        "UPDATE factory_orders
         SET idempotency_key = $1, state = $2, attempts = $3, last_error = $4, factory_order_id = $5, last_status = $6,
             last_status_at = $7, tracking = $8, by_phone = $9, unanswered_since = $10, next_attempt_at = $11,
             manual_since = $12, estimate_at = $13, tracking_at = $14, updated_at = $15, version = version + 1
         WHERE order_id = $16 AND version = $17",
        p.idempotency_key.as_str(), p.state.as_str(), p.attempts, p.last_error.as_deref(), p.factory_order_id.as_deref(),
        p.last_status.as_deref(), p.last_status_at, &p.tracking, p.by_phone, p.unanswered_since, p.next_attempt_at,
        p.manual_since, p.estimate_at, p.tracking_at, caas.now(), p.order_id, p.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("factory order"));
    }
    placing.version += 1;
    Ok(())
}

/// Whether calls to the factory are being given a rest: sales go on and wait.
pub async fn is_down(tx: &mut Tx) -> Result<bool> {
    Ok(breaker::state(tx, System::Factory).await?.0 != BreakerState::Closed)
}

/// How many paid orders wait for the factory by themselves: of one dealership, or of all.
pub async fn queued(tx: &mut Tx, dealership: Option<DealershipId>) -> Result<i64> {
    let (count,) = match dealership {
        Some(dealership) => sql!(
            tx,
            one(i64,),
            "SELECT COUNT(*) FROM factory_orders f JOIN customer_orders o ON o.id = f.order_id
             WHERE f.state = 'QUEUED' AND o.dealership_id = $1",
            dealership
        )?,
        None => sql!(tx, one(i64,), "SELECT COUNT(*) FROM factory_orders WHERE state = 'QUEUED'")?,
    };
    Ok(count)
}
