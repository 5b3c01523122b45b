//! Orders for vehicles in the database, and their steps.

use super::model::{Address, DeliveryMode, OrderEvent, OrderStatus, Owner};
use super::pricing::Quote;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{DealershipId, OrderId, PlanVersionId, UserId, VehicleId};
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::spans;
use serde::Deserialize as _;
use sqlx::FromRow;
use sqlx::types::Json;

/// The columns of an [`Order`], each behind `$of`.
macro_rules! order_columns {
    ($of:literal) => {
        columns!($of; id, number, dealership_id, created_by, customer_id, status, model_code, colour, options,
            from_stock, vehicle_id, country, delivery_mode, address, owner, plan_version_id, quote, total_cents,
            reservation_cents, currency, estimated_date, final_payment_due_at, declines, cancel_reason, registered_at,
            status_at, version, created_at)
    };
}
pub(crate) use order_columns;

/// The purchase of one vehicle.
#[derive(Debug, Clone, FromRow)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// For people: V-2026-000042.
    pub number: String,
    /// Who sells it: nobody of another dealership sees it.
    pub dealership_id: DealershipId,
    /// The salesperson.
    pub created_by: Option<UserId>,
    /// The buyer; none in a draft without one.
    pub customer_id: Option<UserId>,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub status: OrderStatus,
    /// The model.
    pub model_code: Option<String>,
    /// The drawing's colour.
    pub colour: Option<String>,
    /// Codes of factory options.
    pub options: Option<Json<Vec<String>>>,
    /// A car that stood in stock.
    pub from_stock: bool,
    /// The car, from stock or once built; none when the customer lost it.
    pub vehicle_id: Option<VehicleId>,
    /// Where it will be registered, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// HOME or PICK_UP, see [`Order::delivery`].
    pub delivery_mode: Option<String>,
    /// Where it goes.
    pub address: Option<Json<Address>>,
    /// Whom the registration names.
    pub owner: Option<Json<Owner>>,
    /// The plan it was sold with.
    pub plan_version_id: Option<PlanVersionId>,
    /// The price line by line as agreed.
    pub quote: Option<Json<serde_json::Value>>,
    /// The whole price, VAT included.
    pub total_cents: Option<Cents>,
    /// The señal.
    pub reservation_cents: Option<Cents>,
    /// Of what.
    pub currency: Option<String>,
    /// YYYY-MM-DD, as last told.
    pub estimated_date: Option<String>,
    /// Once the final payment was asked for.
    pub final_payment_due_at: Option<Timestamp>,
    /// Of the final payment so far.
    pub declines: i64,
    /// Code, once cancelled.
    pub cancel_reason: Option<String>,
    /// When the sale was made.
    pub registered_at: Option<Timestamp>,
    /// Since when it has its status.
    pub status_at: Timestamp,
    /// Against lost updates.
    pub version: i64,
    /// When the draft was begun.
    pub created_at: Timestamp,
}

impl Order {
    fn money(&self, cents: Option<Cents>) -> Option<Money> {
        let currency: Currency = self.currency.as_deref()?.parse().ok()?;
        Some(Money::new(cents?, currency))
    }

    /// The whole price, VAT included. None in a draft.
    pub fn total(&self) -> Option<Money> {
        self.money(self.total_cents)
    }

    /// The señal. None in a draft.
    pub fn reservation(&self) -> Option<Money> {
        self.money(self.reservation_cents)
    }

    /// What is left to pay after the señal. None in a draft.
    pub fn remainder(&self) -> Option<Money> {
        self.money(Some(self.total_cents? - self.reservation_cents?))
    }

    /// The price line by line as agreed; none in a draft.
    pub fn agreed(&self) -> Option<Quote> {
        self.quote.as_ref().and_then(|quote| Quote::deserialize(&quote.0).ok())
    }

    /// How the car comes to the customer; to the door when nothing was chosen.
    pub fn delivery(&self) -> DeliveryMode {
        self.delivery_mode.as_deref().and_then(|code| code.parse().ok()).unwrap_or(DeliveryMode::Home)
    }

    /// The buyer of an order that is past its draft.
    pub fn customer(&self) -> Result<UserId> {
        self.customer_id.ok_or_else(|| Failure::Stored("an order without a customer".to_owned()))
    }
}

/// Reads an order.
pub async fn load(tx: &mut Tx, id: OrderId) -> Result<Order> {
    Ok(sql!(tx, one Order, concat!("SELECT ", order_columns!(""), " FROM customer_orders WHERE id = $1"), id)?)
}

/// An order of this customer, past its draft; `None` when it does not exist or is somebody else's.
pub async fn of_customer(tx: &mut Tx, customer: UserId, id: OrderId) -> Result<Option<Order>> {
    Ok(sql!(tx, optional Order,
        concat!("SELECT ", order_columns!(""),
                " FROM customer_orders WHERE id = $1 AND customer_id = $2 AND status <> 'DRAFT'"), id, customer)?)
}

/// A customer's orders, newest first, without drafts.
pub async fn list_of_customer(tx: &mut Tx, customer: UserId) -> Result<Vec<Order>> {
    Ok(sql!(tx, all Order,
        concat!("SELECT ", order_columns!(""),
                " FROM customer_orders WHERE customer_id = $1 AND status <> 'DRAFT' ORDER BY id DESC LIMIT 50"), customer)?)
}

/// An order of this dealership; of any one when `None` (administrators).
pub async fn of_dealership(tx: &mut Tx, dealership: Option<DealershipId>, id: OrderId) -> Result<Option<Order>> {
    Ok(sql!(tx, optional Order, concat!("SELECT ", order_columns!(""), " FROM customer_orders WHERE id = $1"), id)?
        .filter(|order: &Order| dealership.is_none_or(|mine| mine == order.dealership_id)))
}

/// Writes an order that was read before. Fails with a conflict when somebody else wrote it meanwhile.
pub async fn save(caas: &Caas, tx: &mut Tx, o: &mut Order) -> Result<()> {
    let now = caas.now();
    let changed = sql!(tx, execute
        "UPDATE customer_orders SET status = $1, is_over = $2, customer_id = $3, model_code = $4, colour = $5, options = $6,
                from_stock = $7, vehicle_id = $8, country = $9, delivery_mode = $10, address = $11, owner = $12,
                plan_version_id = $13, quote = $14, total_cents = $15, reservation_cents = $16, currency = $17,
                estimated_date = $18, final_payment_due_at = $19, declines = $20, cancel_reason = $21, registered_at = $22,
                status_at = $23, updated_at = $24, version = version + 1
         WHERE id = $25 AND version = $26",
        o.status.as_str(), o.status.is_over(), o.customer_id, o.model_code.as_deref(), o.colour.as_deref(), &o.options,
        o.from_stock, o.vehicle_id, o.country.as_deref(), o.delivery_mode.as_deref(), &o.address, &o.owner,
        o.plan_version_id, &o.quote, o.total_cents, o.reservation_cents, o.currency.as_deref(),
        o.estimated_date.as_deref(), o.final_payment_due_at, o.declines, o.cancel_reason.as_deref(), o.registered_at,
        o.status_at, now, o.id, o.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("order"));
    }
    o.version += 1;
    Ok(())
}

/// Who brought a step about, and facts for the reader.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// Facts.
    pub data: serde_json::Value,
}

impl Cause {
    /// Somebody, without more to say.
    pub fn by(actor: Actor) -> Cause {
        Cause { actor, data: serde_json::json!({}) }
    }
}

/// Takes an order one step on: state and entry, in the caller's transaction. Fields that come with the step are set on
/// `order` by the caller before. What the customer is told is said by the caller, see [`super::notices`].
pub async fn apply(caas: &Caas, tx: &mut Tx, order: &mut Order, event: OrderEvent, cause: Cause) -> Result<()> {
    let before = order.status;
    let after = before.on(event).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    order.status = after;
    order.status_at = caas.now();
    save(caas, tx, order).await?;
    let mut data = cause.data;
    data["order"] = order.number.clone().into();
    data["event"] = serde_json::json!(event);
    let entry = Entry {
        vehicle: order.vehicle_id,
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data,
        visible: true,
        ..Entry::new(order.customer_id, cause.actor, EntryKind::OrderChanged, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    announce(tx, order);
    spans::concerns(order.id);
    if OrderEvent::ALL.iter().all(|event| after.on(*event).is_err()) {
        spans::is_over(order.id, "sale", after.as_str());
    }
    Ok(())
}

/// Announced with every change of any dealership's orders, for administrators.
pub const ALL_DEALERSHIPS: &str = "dealerships";

/// Tells the open pages that something about this order has changed.
pub fn announce(tx: &mut Tx, order: &Order) {
    tx.announce(format!("order:{}", order.id));
    tx.announce(format!("dealership:{}", order.dealership_id));
    tx.announce(ALL_DEALERSHIPS);
}
