//! How an order looks to its customer: everything about it at one moment.

use super::delivery::{self, Dealership, Delivery, dealership, pick_ups};
use super::factory::port::Shipment;
use super::model::OrderStatus;
use super::orders::{self, Order};
use super::pricing::Quote;
use super::registration::{self, model::RegistrationState};
use crate::expediente::model::{EntryKind, StoredEntry};
use crate::expediente::repository::about;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{OrderId, UserId};
use crate::payments::repository::{Payment, of_order};
use crate::sales::orders::order_columns;
use chrono::NaiveDate;
use sqlx::FromRow;
use sqlx::types::Json;

/// An order and what belongs to it.
#[derive(Debug, Clone)]
pub struct Journey {
    /// The order.
    pub order: Order,
    /// What the model is called, and its body as it is drawn.
    pub model: (String, String),
    /// The price line by line as agreed.
    pub quote: Option<Quote>,
    /// The states it has reached, in their order; one may come twice.
    pub reached: Vec<Reached>,
    /// The number of the newest entry about it.
    pub newest_entry: i64,
    /// Every expected date, the oldest first.
    pub estimates: Vec<Estimate>,
    /// The order at the factory; none for a car from stock and before the señal.
    pub factory: Option<AtTheFactory>,
    /// What was paid, or tried, in its order.
    pub payments: Vec<Payment>,
    /// The car, once there is one.
    pub car: Option<Car>,
    /// Who sells it.
    pub dealership: Dealership,
    /// How the registration stands, once it has begun.
    pub registration: Option<RegistrationState>,
    /// The transport to the door.
    pub transport: Option<Delivery>,
    /// When the customer comes for it.
    pub pick_up: Option<Timestamp>,
    /// Whether the customer can choose when to come for it.
    pub can_pick_up: bool,
}

/// A state and when it was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The state.
    pub status: OrderStatus,
    /// When.
    pub at: Timestamp,
}

/// A date that was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// The date.
    pub day: NaiveDate,
    /// Code or the factory's own words.
    pub reason: String,
    /// When it was told.
    pub at: Timestamp,
}

/// How the factory has it.
#[derive(Debug, Clone)]
pub struct AtTheFactory {
    /// QUEUED, PLACED, MANUAL, REJECTED, CANCELLED.
    pub state: String,
    /// How it travels, once it does.
    pub shipment: Option<Shipment>,
}

/// The car of an order.
#[derive(Debug, Clone, FromRow)]
pub struct Car {
    /// Its 17 characters.
    pub vin: String,
    /// Once it has one.
    pub plate: Option<String>,
}

impl Journey {
    /// When a state was reached for the first time.
    pub fn first(&self, status: OrderStatus) -> Option<Timestamp> {
        self.reached.iter().find(|one| one.status == status).map(|one| one.at)
    }

    /// When a state was reached for the last time.
    pub fn last(&self, status: OrderStatus) -> Option<Timestamp> {
        self.reached.iter().rev().find(|one| one.status == status).map(|one| one.at)
    }

    /// Changes with everything that a page shows: what was seen before is compared with it.
    pub fn stamp(&self) -> String {
        let payments: Vec<_> = self.payments.iter().map(|payment| payment.version.to_string()).collect();
        format!("{}.{}.{}", self.order.version, self.newest_entry, payments.join("."))
    }
}

/// An order of this customer with everything about it; `None` when it does not exist or is somebody else's.
pub async fn of_customer(tx: &mut Tx, customer: UserId, id: OrderId) -> Result<Option<Journey>> {
    let Some(order) = orders::of_customer(tx, customer, id).await? else { return Ok(None) };
    Ok(Some(read(tx, order).await?))
}

/// Everything about an order.
pub async fn read(tx: &mut Tx, order: Order) -> Result<Journey> {
    let model = sql!(
        tx,
        optional(String, String),
        "SELECT name, body FROM vehicle_models WHERE code = $1",
        order.model_code.as_deref()
    )?;
    let car = sql!(tx, optional Car, "SELECT vin, plate FROM vehicles WHERE id = $1", order.vehicle_id)?;
    let dealership = dealership(tx, order.dealership_id).await?;
    let transport = delivery::find(tx, order.id).await?;
    let registration = registration::find(tx, order.id).await?.map(|registration| registration.state);
    let pick_up = pick_ups::booked(tx, order.id).await?;
    let can_pick_up = pick_up.is_some() || pick_ups::is_possible(tx, &order).await?;
    let entries = about(tx, order.id.0).await?;
    Ok(Journey {
        model: model.unwrap_or_default(),
        quote: order.agreed(),
        newest_entry: entries.last().map_or(0, |entry| entry.seq),
        reached: reached(&entries),
        estimates: estimates(tx, order.id).await?,
        factory: factory(tx, order.id).await?,
        payments: of_order(tx, order.id).await?,
        car,
        dealership,
        registration,
        transport,
        pick_up: pick_up.map(|pick_up| pick_up.starts_at),
        can_pick_up,
        order,
    })
}

fn reached(entries: &[StoredEntry]) -> Vec<Reached> {
    let steps = entries.iter().filter(|entry| entry.kind == EntryKind::OrderChanged);
    steps.filter_map(|entry| Some(Reached { status: entry.after.as_deref()?.parse().ok()?, at: entry.at })).collect()
}

async fn estimates(tx: &mut Tx, id: OrderId) -> Result<Vec<Estimate>> {
    let rows = sql!(
        tx,
        all(String, String, Timestamp),
        "SELECT estimated, reason, at FROM order_estimates WHERE order_id = $1 ORDER BY at, id",
        id
    )?;
    Ok(rows.into_iter().filter_map(|(day, reason, at)| Some(Estimate { day: day.parse().ok()?, reason, at })).collect())
}

async fn factory(tx: &mut Tx, id: OrderId) -> Result<Option<AtTheFactory>> {
    let row = sql!(
        tx,
        optional(String, Option<Json<Shipment>>),
        "SELECT state, tracking FROM factory_orders WHERE order_id = $1",
        id
    )?;
    Ok(row.map(|(state, tracking)| AtTheFactory { state, shipment: tracking.map(|tracking| tracking.0) }))
}

/// An order in a list.
#[derive(Debug, Clone, FromRow)]
pub struct OrderLine {
    /// The order.
    #[sqlx(flatten)]
    pub order: Order,
    /// What the model is called.
    pub model_name: Option<String>,
    /// Its body as it is drawn.
    pub body: Option<String>,
}

/// A customer's orders, newest first, without drafts.
pub async fn list(tx: &mut Tx, customer: UserId) -> Result<Vec<OrderLine>> {
    Ok(sql!(tx, all OrderLine,
        concat!("SELECT ", order_columns!("o."), ", m.name AS model_name, m.body FROM customer_orders o LEFT JOIN vehicle_models m ON m.code = o.model_code
         WHERE o.customer_id = $1 AND o.status <> 'DRAFT' ORDER BY o.id DESC LIMIT 50"), customer)?)
}
