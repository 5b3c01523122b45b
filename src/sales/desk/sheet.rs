//! One order as a whole, as the dealership that sells it reads it.

use super::Scope;
use crate::expediente::repository::{StoryLine, lines_about_order};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, OrderId, UserId};
use crate::sales::model::OrderStatus;
use crate::sales::orders::{Order, of_dealership};
use sqlx::FromRow;
use sqlx::types::Json;

/// A dealership and where it stands.
#[derive(Debug, Clone, FromRow)]
pub struct Dealership {
    /// Its id.
    pub id: DealershipId,
    /// As customers read it.
    pub name: String,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Whom one calls.
    pub phone: Option<String>,
    /// In which its appointments are counted.
    pub time_zone: String,
}

/// A dealership.
pub async fn dealership(tx: &mut Tx, id: DealershipId) -> Result<Option<Dealership>> {
    Ok(sql!(tx, optional Dealership,
        "SELECT id, name, street, postal_code, city, country, phone, time_zone FROM dealerships WHERE id = $1", id)?)
}

/// The buyer.
#[derive(Debug, Clone, FromRow)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// How they are called.
    pub name: String,
    /// Where mails go.
    pub email: String,
    /// Whom one calls.
    pub phone: Option<String>,
    /// When they confirmed their address; not yet while an invitation waits.
    pub email_confirmed_at: Option<Timestamp>,
}

/// How the order at the factory stands.
#[derive(Debug, Clone, FromRow)]
pub struct FactoryState {
    /// QUEUED, PLACED, MANUAL, REJECTED, CANCELLED.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// The factory's id of it, once known.
    pub factory_order_id: Option<String>,
    /// {carrier, trackingNumber, expectedArrival}.
    pub tracking: Option<Json<crate::sales::factory::port::Shipment>>,
}

/// An estimated date and why it changed.
#[derive(Debug, Clone, FromRow)]
pub struct Estimate {
    /// YYYY-MM-DD.
    pub estimated: String,
    /// Code or the factory's own words.
    pub reason: String,
    /// FACTORY, STAFF.
    pub told_by: String,
    /// When it was told.
    pub at: Timestamp,
}

/// How the transport to the customer's door stands.
#[derive(Debug, Clone, FromRow)]
pub struct Transport {
    /// REQUESTED, SCHEDULED, PICKED_UP, …
    pub state: String,
    /// Tries to schedule it so far.
    pub attempts: i64,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it comes.
    pub scheduled_for: Option<Timestamp>,
    /// The driver's last words.
    pub note: Option<String>,
}

/// A payment of the car, as far as the dealership sees it: its state, no amount of it and no card.
#[derive(Debug, Clone, FromRow)]
pub struct Charge {
    /// RESERVATION, FINAL.
    pub payment_type: String,
    /// See `payments::model::PaymentState`.
    pub state: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was taken.
    pub captured_at: Option<Timestamp>,
}

/// One order as a whole.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The order.
    pub order: Order,
    /// Who sells it.
    pub dealership: Dealership,
    /// The buyer.
    pub customer: Option<Person>,
    /// The salesperson's name.
    pub seller: Option<String>,
    /// The model's name, and which drawing shows it.
    pub model: Option<(String, String)>,
    /// VIN and plate, once it has them.
    pub car: Option<(String, Option<String>)>,
    /// The order at the factory.
    pub factory: Option<FactoryState>,
    /// Every estimated date, the oldest first.
    pub estimates: Vec<Estimate>,
    /// The payments, the oldest first.
    pub charges: Vec<Charge>,
    /// The transport.
    pub transport: Option<Transport>,
    /// The appointment to pick it up.
    pub pick_up: Option<Timestamp>,
    /// The whole story, the latest first.
    pub story: Vec<StoryLine>,
}

/// An order past its draft with all that is known of it; `None` when it does not exist or another dealership sells it.
pub async fn sheet(tx: &mut Tx, scope: Scope, id: OrderId) -> Result<Option<Sheet>> {
    let order = of_dealership(tx, scope, id).await?.filter(|order| order.status != OrderStatus::Draft);
    let Some(order) = order else { return Ok(None) };
    let Some(dealership) = dealership(tx, order.dealership_id).await? else { return Ok(None) };
    let customer = match order.customer_id {
        Some(customer) => sql!(tx, optional Person,
            "SELECT id, name, email, phone, email_confirmed_at FROM users WHERE id = $1", customer)?,
        None => None,
    };
    let seller = match order.created_by {
        Some(seller) => sql!(tx, optional(String, String), "SELECT name, name FROM users WHERE id = $1", seller)?,
        None => None,
    };
    let model = match order.model_code.as_deref() {
        Some(code) => {
            sql!(tx, optional(String, String), "SELECT name, body FROM vehicle_models WHERE code = $1", code)?
        }
        None => None,
    };
    let car = match order.vehicle_id {
        Some(car) => sql!(tx, optional(String, Option<String>), "SELECT vin, plate FROM vehicles WHERE id = $1", car)?,
        None => None,
    };
    let factory = sql!(tx, optional FactoryState,
        "SELECT state, attempts, last_error, factory_order_id, tracking FROM factory_orders WHERE order_id = $1", id)?;
    let estimates = sql!(tx, all Estimate,
        "SELECT estimated, reason, told_by, at FROM order_estimates WHERE order_id = $1 ORDER BY at, id LIMIT 100", id)?;
    let charges = sql!(tx, all Charge,
        "SELECT payment_type, state, created_at, captured_at FROM payments WHERE order_id = $1 ORDER BY created_at, id", id)?;
    let transport = sql!(tx, optional Transport,
        "SELECT state, attempts, last_error, scheduled_for, note FROM deliveries WHERE order_id = $1", id)?;
    let pick_up = sql!(
        tx,
        optional(Timestamp, String),
        "SELECT starts_at, state FROM pick_ups WHERE order_id = $1 AND state = 'BOOKED'",
        id
    )?;
    Ok(Some(Sheet {
        story: lines_about_order(tx, id).await?,
        seller: seller.map(|(name, _)| name),
        pick_up: pick_up.map(|(at, _)| at),
        order,
        dealership,
        customer,
        model,
        car,
        factory,
        estimates,
        charges,
        transport,
    }))
}

/// All dealerships by name, for administrators.
pub async fn dealerships(tx: &mut Tx) -> Result<Vec<Dealership>> {
    Ok(sql!(tx, all Dealership,
        "SELECT id, name, street, postal_code, city, country, phone, time_zone FROM dealerships ORDER BY name, id LIMIT 500")?)
}
