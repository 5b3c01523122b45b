//! What is kept of VSS's answers.

use super::model::{BlockState, Gate, Standing, Warranty};
use super::rules;
use crate::Caas;
use crate::catalogue::Service;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{UserId, VehicleId};
use crate::kernel::when;
use chrono::NaiveDate;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// The row of a car.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Kept {
    pub answered_at: Option<Timestamp>,
    pub as_of: Option<Timestamp>,
    pub blocks: Json<Vec<BlockState>>,
    pub tries: i64,
    pub silent_at: Option<Timestamp>,
    pub silence_id: Option<Uuid>,
    #[sqlx(try_from = "String")]
    pub warranty: Warranty,
    pub warranty_since: Option<Timestamp>,
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            answered_at: None,
            as_of: None,
            blocks: Json(Vec::new()),
            tries: 0,
            silent_at: None,
            silence_id: None,
            warranty: Warranty::Valid,
            warranty_since: None,
        }
    }
}

/// The row of one of several cars.
#[derive(FromRow)]
struct OfCar {
    vehicle_id: VehicleId,
    #[sqlx(flatten)]
    kept: Kept,
}

/// A car's row, and where its customer lives.
#[derive(FromRow)]
struct There {
    time_zone: String,
    #[sqlx(flatten)]
    kept: Kept,
}

/// Locks a car's row, which is made when there is none.
pub(super) async fn lock(tx: &mut Tx, vehicle: VehicleId) -> Result<Kept> {
    Ok(sql!(
        tx,
        one Kept,
        "INSERT INTO vehicle_maintenance (vehicle_id, blocks) VALUES ($1, $2)
         ON CONFLICT (vehicle_id) DO UPDATE SET version = vehicle_maintenance.version + 1
         RETURNING answered_at, as_of, blocks, tries, silent_at, silence_id, warranty, warranty_since",
        vehicle,
        Json(Vec::<BlockState>::new())
    )?)
}

/// Writes a row that was locked before, and tells who watches the car.
pub(super) async fn save(tx: &mut Tx, vehicle: VehicleId, kept: &Kept) -> Result<()> {
    sql!(tx, execute
        "UPDATE vehicle_maintenance SET answered_at = $1, as_of = $2, blocks = $3, tries = $4, silent_at = $5,
                silence_id = $6, warranty = $7, warranty_since = $8 WHERE vehicle_id = $9",
        kept.answered_at, kept.as_of, &kept.blocks, kept.tries, kept.silent_at, kept.silence_id, kept.warranty.as_str(),
        kept.warranty_since, vehicle)?;
    tx.announce(topic(vehicle));
    Ok(())
}

/// What is announced when something new is known of a car's maintenance.
pub fn topic(vehicle: VehicleId) -> String {
    format!("maintenance:{vehicle}")
}

/// A car's maintenance as far as it is known at this moment.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// The car.
    pub vehicle: VehicleId,
    /// What counts for orders.
    pub standing: Standing,
    /// The last answer, however old: the blocks it named.
    pub blocks: Vec<BlockState>,
    /// When VSS gave it.
    pub answered_at: Option<Timestamp>,
    /// Of when it is; absent for a car without history.
    pub as_of: Option<Timestamp>,
    /// Since when VSS is silent, if it is.
    pub silent_at: Option<Timestamp>,
    /// The warranty.
    pub warranty: Warranty,
    /// Since when it stands like this; absent when it never changed.
    pub warranty_since: Option<Timestamp>,
    /// The day it is where the customer lives.
    pub today: NaiveDate,
    policy: rules::MaintenancePolicy,
}

impl Upkeep {
    /// Reads it; days are those of this time zone.
    pub async fn of(caas: &Caas, tx: &mut Tx, vehicle: VehicleId, zone: &str) -> Result<Upkeep> {
        let kept = sql!(tx, optional Kept,
            "SELECT answered_at, as_of, blocks, tries, silent_at, silence_id, warranty, warranty_since
             FROM vehicle_maintenance WHERE vehicle_id = $1", vehicle)?;
        Ok(Upkeep::from(caas, vehicle, kept.unwrap_or_default(), zone))
    }

    /// Reads it; days are those where this customer lives.
    pub(super) async fn where_lives(caas: &Caas, tx: &mut Tx, vehicle: VehicleId, customer: UserId) -> Result<Upkeep> {
        let there = sql!(tx, one There,
            "SELECT u.time_zone, m.answered_at, m.as_of, COALESCE(m.blocks, '[]') AS blocks,
                    COALESCE(m.tries, 0) AS tries, m.silent_at, m.silence_id,
                    COALESCE(m.warranty, 'VALID') AS warranty, m.warranty_since
             FROM users u LEFT JOIN vehicle_maintenance m ON m.vehicle_id = $1 WHERE u.id = $2", vehicle, customer)?;
        Ok(Upkeep::from(caas, vehicle, there.kept, &there.time_zone))
    }

    /// Those of all cars of a customer.
    pub async fn of_customer(caas: &Caas, tx: &mut Tx, customer: UserId, zone: &str) -> Result<Vec<Upkeep>> {
        let rows = sql!(tx, all OfCar,
            "SELECT v.id AS vehicle_id, m.answered_at, m.as_of, COALESCE(m.blocks, '[]') AS blocks,
                    COALESCE(m.tries, 0) AS tries, m.silent_at, m.silence_id,
                    COALESCE(m.warranty, 'VALID') AS warranty, m.warranty_since
             FROM vehicles v LEFT JOIN vehicle_maintenance m ON m.vehicle_id = v.id
             WHERE v.customer_id = $1 AND v.inventory_status = 'DELIVERED' ORDER BY v.id", customer)?;
        Ok(rows.into_iter().map(|row| Upkeep::from(caas, row.vehicle_id, row.kept, zone)).collect())
    }

    pub(super) fn from(caas: &Caas, vehicle: VehicleId, kept: Kept, zone: &str) -> Upkeep {
        let now = caas.now();
        Upkeep {
            vehicle,
            standing: rules::standing(kept.answered_at, &kept.blocks.0, kept.silent_at, now),
            blocks: kept.blocks.0,
            answered_at: kept.answered_at,
            as_of: kept.as_of,
            silent_at: kept.silent_at,
            warranty: kept.warranty,
            warranty_since: kept.warranty_since,
            today: when::day_there(now, zone),
            policy: caas.policies.maintenance,
        }
    }

    /// What it says to a service.
    pub fn gate(&self, service: &Service) -> Gate {
        rules::gate(service, &self.standing, self.today, self.policy)
    }

    /// For how many days a block is overdue, if it is, and whether that is beyond the grace period.
    pub fn overdue(&self, block: &BlockState) -> Option<(i64, bool)> {
        rules::overdue_days(block, self.today).map(|days| (days, days >= self.policy.grace_days))
    }

    /// What tells one state of it from another.
    pub fn stamp(&self) -> String {
        let micros = |at: Option<Timestamp>| at.map_or(0, |at| at.timestamp_micros());
        let word = match self.standing {
            Standing::Known(_) => "known",
            Standing::Silent => "silent",
            Standing::Unknown => "unknown",
        };
        format!("{word}-{}-{}", micros(self.answered_at), micros(self.silent_at))
    }
}

/// Where a car is looked after: the dealership that sold it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Workshop {
    /// Its name.
    pub name: String,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: String,
    /// In international form.
    pub phone: Option<String>,
}

impl Workshop {
    /// The one of a car; `None` when it was sold elsewhere.
    pub async fn of(tx: &mut Tx, vehicle: VehicleId) -> Result<Option<Workshop>> {
        Ok(sql!(tx, optional Workshop,
            "SELECT d.name, d.street, d.postal_code, d.city, d.phone
             FROM vehicles v JOIN dealerships d ON d.id = v.dealership_id WHERE v.id = $1", vehicle)?)
    }

    /// Name and address in one line: "CaaS Madrid Castellana, Paseo de la Castellana 100, 28046 Madrid".
    pub fn address_line(&self) -> String {
        let place = match &self.postal_code {
            Some(code) => format!("{code} {}", self.city),
            None => self.city.clone(),
        };
        let parts = [Some(self.name.clone()), self.street.clone(), Some(place)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
