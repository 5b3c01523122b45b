//! The appointments of a dealership.

use super::{Scope, within};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::OrderId;
use crate::sales::model::OrderStatus;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

/// More appointments than a week holds.
const MOST: i64 = 500;

/// An appointment to pick a car up.
#[derive(Debug, Clone, FromRow)]
pub struct Appointment {
    /// Its id.
    pub id: Uuid,
    /// For which order.
    pub order_id: OrderId,
    /// That order's number.
    pub number: String,
    /// Where that order is.
    #[sqlx(try_from = "String")]
    pub status: OrderStatus,
    /// When.
    pub starts_at: Timestamp,
    /// BOOKED, MISSED, DONE.
    pub state: String,
    /// Who comes.
    pub customer_name: String,
    /// Whom one calls.
    pub customer_phone: Option<String>,
    /// The model's name.
    pub model_name: Option<String>,
    /// The car's plate.
    pub plate: Option<String>,
    /// Where.
    pub dealership_name: String,
}

/// The appointments between two moments, in their order. Those that were moved are not among them.
pub async fn appointments(tx: &mut Tx, scope: Scope, from: Timestamp, until: Timestamp) -> Result<Vec<Appointment>> {
    let scoped = within(scope, "p");
    let text = format!(
        "SELECT p.id, p.order_id, o.number, o.status, p.starts_at, p.state, u.name AS customer_name,
                u.phone AS customer_phone, m.name AS model_name, v.plate, d.name AS dealership_name
         FROM pick_ups p
         JOIN customer_orders o ON o.id = p.order_id
         JOIN users u ON u.id = o.customer_id
         JOIN dealerships d ON d.id = p.dealership_id
         LEFT JOIN vehicle_models m ON m.code = o.model_code
         LEFT JOIN vehicles v ON v.id = o.vehicle_id
         WHERE {scoped} AND p.starts_at >= $2 AND p.starts_at < $3 AND p.state <> 'MOVED'
         ORDER BY p.starts_at, p.place, p.id LIMIT {MOST}"
    );
    Ok(sql!(tx, all Appointment, AssertSqlSafe(text.clone()), scope, from, until)?)
}
