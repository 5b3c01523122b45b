//! The vehicles of the customers.

use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, UserId, VehicleId};
use sqlx::FromRow;

/// A vehicle with what its owner calls it by.
#[derive(Debug, Clone, FromRow)]
pub struct Vehicle {
    /// Its id.
    pub id: VehicleId,
    /// Its 17 characters (ISO 3779).
    pub vin: String,
    /// The model's code.
    pub model_code: String,
    /// The model's name.
    pub model_name: String,
    /// Which drawing shows it: SEDAN, SUV, SPORT.
    pub body: String,
    /// The drawing's colour.
    pub colour: String,
    /// Once registered.
    pub plate: Option<String>,
    /// As last heard of.
    pub firmware: String,
    /// Its owner.
    pub customer_id: Option<UserId>,
    /// When the owner bought it.
    pub purchased_at: Option<Timestamp>,
}

impl Vehicle {
    /// What its owner calls it: "Lince · 1234 LMN".
    pub fn label(&self) -> String {
        match &self.plate {
            Some(plate) => format!("{} · {plate}", self.model_name),
            None => self.model_name.clone(),
        }
    }
}

/// The vehicles that a customer has, in the order they were bought; those bought together by their plates. One that is
/// still being built or waits at the dealership is part of its order, and nothing is bought for it.
pub async fn vehicles_of(tx: &mut Tx, customer: UserId) -> Result<Vec<Vehicle>> {
    Ok(sql!(tx, all Vehicle,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.plate, v.firmware, v.customer_id, v.purchased_at
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.customer_id = $1 AND v.inventory_status = 'DELIVERED' ORDER BY v.purchased_at, v.plate, v.id", customer)?)
}

/// A vehicle that this customer has; `None` when it does not exist, is not delivered yet or is somebody else's.
pub async fn vehicle_of(tx: &mut Tx, customer: UserId, id: VehicleId) -> Result<Option<Vehicle>> {
    Ok(sql!(tx, optional Vehicle,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.plate, v.firmware, v.customer_id, v.purchased_at
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.id = $1 AND v.customer_id = $2 AND v.inventory_status = 'DELIVERED'", id, customer)?)
}

/// A vehicle that something is bought for, and the country of its owner.
#[derive(Debug, Clone, FromRow)]
pub struct BoughtFor {
    /// The vehicle.
    #[sqlx(flatten)]
    pub vehicle: Vehicle,
    /// Where its owner lives.
    pub country: String,
}

/// The statement behind [`lock_for_order`], with how it locks.
macro_rules! bought_for {
    ($lock:literal) => {
        concat!(
            "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.plate, v.firmware, v.customer_id,
                    v.purchased_at, u.country
             FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code JOIN users u ON u.id = v.customer_id
             WHERE v.id = $1 AND v.customer_id = $2 AND v.inventory_status = 'DELIVERED' ",
            $lock
        )
    };
}

/// The same as [`vehicle_of`] for an order: orders for one vehicle come one after the other until the commit.
pub async fn lock_for_order(tx: &mut Tx, customer: UserId, id: VehicleId) -> Result<Option<BoughtFor>> {
    // SQLite has one writer: who is here holds every lock.
    let text = if tx.is_postgres() { bought_for!("FOR NO KEY UPDATE OF v") } else { bought_for!("") };
    Ok(sql!(tx, optional BoughtFor, text, id, customer)?)
}

/// A vehicle by its id, whoever owns it.
pub async fn find(tx: &mut Tx, id: VehicleId) -> Result<Option<Vehicle>> {
    Ok(sql!(tx, optional Vehicle,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.plate, v.firmware, v.customer_id, v.purchased_at
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.id = $1", id)?)
}

/// A vehicle by its VIN.
pub async fn find_by_vin(tx: &mut Tx, vin: &str) -> Result<Option<VehicleId>> {
    Ok(sql!(tx, optional(VehicleId,), "SELECT id FROM vehicles WHERE vin = $1", vin)?.map(|(id,)| id))
}

/// A delivered vehicle to be entered.
#[derive(Debug, Clone)]
pub struct NewVehicle<'a> {
    /// Its 17 characters.
    pub vin: &'a str,
    /// The model's code.
    pub model_code: &'a str,
    /// The drawing's colour.
    pub colour: &'a str,
    /// Its plate.
    pub plate: Option<&'a str>,
    /// Its firmware.
    pub firmware: &'a str,
    /// Its owner.
    pub customer: UserId,
    /// Where it was sold.
    pub dealership: Option<DealershipId>,
}

/// Enters a vehicle that a customer already drives.
pub async fn enter_delivered(caas: &Caas, tx: &mut Tx, vehicle: &NewVehicle<'_>) -> Result<VehicleId> {
    let (id, now) = (caas.new_id::<VehicleId>(), caas.now());
    sql!(tx, execute
        "INSERT INTO vehicles (id, vin, model_code, colour, plate, firmware, customer_id, dealership_id, assignment_status,
                               inventory_status, purchased_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ASSIGNED_TO_CUSTOMER', 'DELIVERED', $9, $9, $9)",
        id, vehicle.vin, vehicle.model_code, vehicle.colour, vehicle.plate, vehicle.firmware, vehicle.customer,
        vehicle.dealership, now)?;
    Ok(id)
}

/// A vehicle as its dealership sees it.
#[derive(Debug, Clone, FromRow)]
pub struct SoldVehicle {
    /// The vehicle.
    #[sqlx(flatten)]
    pub vehicle: Vehicle,
    /// Its owner's name, once it has one.
    pub customer_name: Option<String>,
}

/// The vehicles that a dealership sold or holds, after `after` when given.
pub async fn of_dealership(
    tx: &mut Tx,
    dealership: DealershipId,
    after: Option<VehicleId>,
    limit: i64,
) -> Result<Vec<SoldVehicle>> {
    Ok(sql!(tx, all SoldVehicle,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.plate, v.firmware, v.customer_id, v.purchased_at,
                u.name AS customer_name
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code LEFT JOIN users u ON u.id = v.customer_id
         WHERE v.dealership_id = $1 AND v.id > $2 ORDER BY v.id LIMIT $3",
        dealership, after.unwrap_or(VehicleId(uuid::Uuid::nil())), limit)?)
}

/// Whether a text is a vehicle identification number: 17 capitals and digits without I, O and Q.
pub fn is_vin(text: &str) -> bool {
    let fits = |b| matches!(b, b'A'..=b'H' | b'J'..=b'N' | b'P' | b'R'..=b'Z' | b'0'..=b'9');
    text.len() == 17 && text.bytes().all(fits)
}
