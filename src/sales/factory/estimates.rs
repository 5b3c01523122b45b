//! Estimated dates: each change is kept with its reason.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::sales::orders::Order;

/// The first date.
pub const FIRST: &str = "FIRST";
/// The date changed and the factory did not say why.
pub const UNSAID: &str = "FACTORY";
/// Quality control sent the car back.
pub const REWORK: &str = "QUALITY_REWORK";

/// Who told a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldBy {
    /// The factory.
    Factory,
    /// People of ours, who had it by phone.
    Staff(crate::kernel::ids::UserId),
}

/// Notes a new estimated date (`YYYY-MM-DD`) on the order, which the caller then saves. `false` when it is the date that
/// is known already.
pub async fn note(caas: &Caas, tx: &mut Tx, order: &mut Order, date: &str, reason: &str, by: ToldBy) -> Result<bool> {
    if order.estimated_date.as_deref() == Some(date) {
        return Ok(false);
    }
    let before = order.estimated_date.replace(date.to_owned());
    let (told_by, actor) = match by {
        ToldBy::Factory => ("FACTORY", Actor::FACTORY),
        ToldBy::Staff(id) => ("STAFF", Actor::staff(id)),
    };
    sql!(tx, execute
        "INSERT INTO order_estimates (id, order_id, estimated, reason, told_by, at) VALUES ($1, $2, $3, $4, $5, $6)",
        caas.new_uuid(), order.id, date, reason, told_by, caas.now())?;
    let entry = Entry {
        vehicle: order.vehicle_id,
        data: serde_json::json!({ "order": order.number, "estimated": date, "before": before, "reason": reason }),
        visible: true,
        ..Entry::new(order.customer_id, actor, EntryKind::EstimateChanged, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    Ok(true)
}
