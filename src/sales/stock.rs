//! Cars that stand at a dealership for sale, and whose a car is.

use super::orders::Order;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, UserId, VehicleId};

/// Takes a car out of its dealership's stock for a customer. `false` when it is not there any more: of two salespeople who
/// take the same one at the same moment, one gets it.
pub async fn take(
    caas: &Caas,
    tx: &mut Tx,
    by: Actor,
    dealership: DealershipId,
    vehicle: VehicleId,
    customer: UserId,
) -> Result<bool> {
    let taken = sql!(tx, execute
        "UPDATE vehicles SET assignment_status = 'ASSIGNED_TO_CUSTOMER', inventory_status = 'AWAITING_DELIVERY',
                customer_id = $1, stocked_at = NULL, updated_at = $2, version = version + 1
         WHERE id = $3 AND dealership_id = $4 AND inventory_status = 'DEALERSHIP_STOCK'",
        customer, caas.now(), vehicle, dealership)?;
    if taken != 1 {
        return Ok(false);
    }
    note(caas, tx, by, Some(customer), vehicle, "SIN_ASIGNAR", "ASSIGNED_TO_CUSTOMER").await?;
    Ok(true)
}

/// The customer loses the car: it is *sin asignar* and stock at once (seed "Payment Failure Scenarios", state table). The
/// order's link goes with it; the order itself is saved by the step that the caller takes in the same transaction.
pub async fn release(caas: &Caas, tx: &mut Tx, by: Actor, order: &mut Order) -> Result<()> {
    let Some(vehicle) = order.vehicle_id.take() else { return Ok(()) };
    let now = caas.now();
    sql!(tx, execute
        "UPDATE vehicles SET assignment_status = 'SIN_ASIGNAR', inventory_status = 'DEALERSHIP_STOCK', customer_id = NULL,
                purchased_at = NULL, plate = NULL, stocked_at = $1, updated_at = $1, version = version + 1
         WHERE id = $2", now, vehicle)?;
    note(caas, tx, by, order.customer_id, vehicle, "ASSIGNED_TO_CUSTOMER", "SIN_ASIGNAR").await
}

/// Writes down whose a car became. The story of the former customer keeps it; the car's next one never sees it.
pub async fn note(
    caas: &Caas,
    tx: &mut Tx,
    by: Actor,
    customer: Option<UserId>,
    vehicle: VehicleId,
    before: &str,
    after: &str,
) -> Result<()> {
    let entry = Entry {
        vehicle: Some(vehicle),
        before: Some(before),
        after: Some(after),
        ..Entry::new(customer, by, EntryKind::VehicleAssigned, SubjectKind::Vehicle, vehicle.0)
    };
    record(caas, tx, entry).await?;
    Ok(())
}
