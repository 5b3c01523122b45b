//! Cars that stand at a dealership for sale, and whose a car is.

use super::factory::rules::FIRMWARE;
use super::model::AssignmentStatus;
use super::orders::Order;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
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

/// The factory has given a car its VIN: it is the buyer's, and nobody else's, from now on. The order's link to it is saved
/// by the caller.
pub async fn being_built(caas: &Caas, tx: &mut Tx, order: &Order, vin: &str) -> Result<VehicleId> {
    let (id, now): (VehicleId, _) = (caas.new_id(), caas.now());
    let customer = order.customer()?;
    sql!(tx, execute
        "INSERT INTO vehicles (id, vin, model_code, colour, firmware, customer_id, dealership_id, assignment_status,
                               inventory_status, configuration, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'ASSIGNED_TO_CUSTOMER', 'IN_MANUFACTURING', $8, $9, $9)",
        id, vin, order.model_code.as_deref(), order.colour.as_deref(), FIRMWARE, customer, order.dealership_id,
        &order.options, now)?;
    let entry = Entry {
        vehicle: Some(id),
        after: Some(AssignmentStatus::AssignedToCustomer.as_str()),
        data: serde_json::json!({ "order": order.number }),
        ..Entry::new(Some(customer), Actor::FACTORY, EntryKind::VehicleAssigned, SubjectKind::Vehicle, id.0)
    };
    record(caas, tx, entry).await?;
    Ok(id)
}

/// The order's car has come from the factory and stands at the dealership for its buyer.
pub async fn arrived(caas: &Caas, tx: &mut Tx, order: &Order) -> Result<()> {
    sql!(tx, execute
        "UPDATE vehicles SET inventory_status = 'AWAITING_DELIVERY', updated_at = $1, version = version + 1
         WHERE id = $2 AND inventory_status = 'IN_MANUFACTURING'", caas.now(), order.vehicle_id)?;
    Ok(())
}

/// The factory stopped: the order loses its car, which is nobody's and will never be stock.
pub async fn not_built(caas: &Caas, tx: &mut Tx, by: Actor, order: &mut Order) -> Result<()> {
    let Some(vehicle) = order.vehicle_id.take() else { return Ok(()) };
    sql!(tx, execute
        "UPDATE vehicles SET assignment_status = 'SIN_ASIGNAR', customer_id = NULL, updated_at = $1, version = version + 1
         WHERE id = $2", caas.now(), vehicle)?;
    note(caas, tx, by, order.customer_id, vehicle, "ASSIGNED_TO_CUSTOMER", "SIN_ASIGNAR").await
}

/// Whole days that a car has stood in stock.
pub fn days_in_stock(stocked_at: Timestamp, now: Timestamp) -> i64 {
    (now - stocked_at).num_days().max(0)
}

/// Writes down whose a car became. The story of the former customer keeps it; the car's next one never sees it.
pub async fn note(
    caas: &Caas,
    tx: &mut Tx,
    by: Actor,
    customer: Option<UserId>,
    vehicle: VehicleId,
    before: &'static str,
    after: &'static str,
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
