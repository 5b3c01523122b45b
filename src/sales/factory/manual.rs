//! Orders that the factory could not be brought to take: people order by phone, try again, or give up.

use super::place::{self, Placer, cancel as end_order, ordered};
use super::queue::{self, FactoryPlacing, PlacingState};
use super::told::End;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{OrderId, UserId};
use crate::sales::orders::{self, Order};
use chrono::NaiveDate;
use sqlx::FromRow;

codes! {
    /// Why an order in the manual queue is left as it is.
    pub enum ManualRefusal {
        /// No such order.
        NotFound = "NOT_FOUND",
        /// It does not wait for people any more.
        NotWaiting = "NOT_WAITING",
        /// The factory's id is missing.
        IdMissing = "ID_MISSING",
        /// The factory's id is longer than any or has signs that none has.
        IdUnreadable = "ID_UNREADABLE",
        /// Another order has this id at the factory.
        IdTaken = "ID_TAKEN",
        /// The date can't be read, or lies behind.
        DateWrong = "DATE_WRONG",
        /// The factory may have it: somebody has to say that it has not.
        TickNeeded = "TICK_NEEDED",
    }
}

/// The longest id of the factory that is taken from a form, in characters.
pub const LONGEST_ID: usize = 100;

/// An order that waits for people, as the list shows it.
#[derive(Debug, Clone, FromRow)]
pub struct Waiting {
    /// The order: our reference at the factory.
    pub order_id: OrderId,
    /// For people.
    pub number: String,
    /// The model's name.
    pub model: String,
    /// Where it was sold.
    pub dealership: String,
    /// Requests sent.
    pub attempts: i64,
    /// Why the last one brought nothing: a code, a colon, and more for engineers.
    pub last_error: Option<String>,
    /// When it was paid and queued.
    pub queued_at: Timestamp,
    /// Since when it waits for people.
    pub manual_since: Option<Timestamp>,
}

/// What waits for people, longest first.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<Waiting>> {
    Ok(sql!(tx, all Waiting,
        "SELECT f.order_id, o.number, m.name AS model, d.name AS dealership, f.attempts, f.last_error, f.queued_at, f.manual_since
         FROM factory_orders f JOIN customer_orders o ON o.id = f.order_id
         JOIN vehicle_models m ON m.code = o.model_code JOIN dealerships d ON d.id = o.dealership_id
         WHERE f.state = 'MANUAL' ORDER BY f.queued_at, f.order_id LIMIT $1", limit)?)
}

/// How many wait for people.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    let (count,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM factory_orders WHERE state = 'MANUAL'")?;
    Ok(count)
}

/// One order with what is known of it at the factory; `None` when it never was for the factory.
pub async fn case(tx: &mut Tx, order: OrderId) -> Result<Option<(Order, FactoryPlacing)>> {
    let Some(placing) = queue::of_order(tx, order).await? else { return Ok(None) };
    Ok(Some((orders::load(tx, order).await?, placing)))
}

impl FactoryPlacing {
    /// Whether the factory may have carried out a request that we had no answer to.
    pub fn may_be_ordered(&self) -> bool {
        self.unanswered_since.is_some()
    }

    /// Whether trying again needs somebody to say first that the factory has no such order: its key is too old to be sent
    /// again, and a new one would be a new order.
    pub fn needs_new_key(&self, caas: &Caas) -> bool {
        !caas.policies.factory.key_is_good(self.unanswered_since, caas.now())
    }
}

/// The order, when it waits for people.
async fn waiting(tx: &mut Tx, order: OrderId) -> Result<std::result::Result<FactoryPlacing, ManualRefusal>> {
    Ok(match queue::of_order(tx, order).await? {
        None => Err(ManualRefusal::NotFound),
        Some(placing) if placing.state == PlacingState::Manual => Ok(placing),
        Some(_) => Err(ManualRefusal::NotWaiting),
    })
}

/// Somebody of ours has ordered by phone: the factory's id of it, and the date it named (`YYYY-MM-DD`, may be empty).
pub async fn mark_ordered(
    caas: &Caas,
    by: UserId,
    order: OrderId,
    factory_order_id: &str,
    date: &str,
) -> Result<std::result::Result<(), ManualRefusal>> {
    let id = factory_order_id.trim();
    if id.is_empty() {
        return Ok(Err(ManualRefusal::IdMissing));
    }
    if id.len() > LONGEST_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Err(ManualRefusal::IdUnreadable));
    }
    let date = match date.trim() {
        "" => None,
        typed => match typed.parse::<NaiveDate>() {
            Ok(day) if day >= caas.now().date_naive() => Some(day.to_string()),
            _ => return Ok(Err(ManualRefusal::DateWrong)),
        },
    };
    let mut tx = caas.db.begin().await?;
    let mut placing = match waiting(&mut tx, order).await? {
        Ok(placing) => placing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if queue::by_factory_id(&mut tx, id).await?.is_some() {
        return Ok(Err(ManualRefusal::IdTaken));
    }
    placing.by_phone = Some(by);
    resolved(caas, &mut tx, by, order, "ORDERED_BY_PHONE").await?;
    ordered(caas, &mut tx, &mut placing, id, date.as_deref(), Placer::Staff(by)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Lets the tries begin anew. The key stays as long as the factory remembers it; after that, `none_there` says that
/// somebody has asked the factory and it has no such order, and a new key is made.
pub async fn retry(
    caas: &Caas,
    by: UserId,
    order: OrderId,
    none_there: bool,
) -> Result<std::result::Result<(), ManualRefusal>> {
    let mut tx = caas.db.begin().await?;
    let mut placing = match waiting(&mut tx, order).await? {
        Ok(placing) => placing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if placing.needs_new_key(caas) {
        if !none_there {
            return Ok(Err(ManualRefusal::TickNeeded));
        }
        placing.idempotency_key = caas.new_uuid().to_string();
        placing.unanswered_since = None;
    }
    placing.state = PlacingState::Queued;
    placing.attempts = 0;
    placing.last_error = None;
    placing.manual_since = None;
    placing.next_attempt_at = None;
    queue::save(caas, &mut tx, &mut placing).await?;
    resolved(caas, &mut tx, by, order, "RETRIED").await?;
    place::run_at(caas, &mut tx, order, caas.now()).await?;
    let order = orders::load(&mut tx, order).await?;
    orders::announce(&mut tx, &order);
    tx.commit().await?;
    Ok(Ok(()))
}

/// Gives the order up: it is cancelled, everything paid goes back, and the customer is told.
pub async fn cancel(caas: &Caas, by: UserId, order: OrderId) -> Result<std::result::Result<(), ManualRefusal>> {
    let mut tx = caas.db.begin().await?;
    let mut placing = match waiting(&mut tx, order).await? {
        Ok(placing) => placing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    resolved(caas, &mut tx, by, order, "CANCELLED").await?;
    let mut order = orders::load(&mut tx, order).await?;
    end_order(caas, &mut tx, &mut placing, &mut order, Actor::staff(by), End::NotOrdered).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// On the record: who dealt with it, and how.
async fn resolved(caas: &Caas, tx: &mut Tx, by: UserId, order: OrderId, action: &str) -> Result<()> {
    let order = orders::load(tx, order).await?;
    let entry = Entry {
        data: serde_json::json!({ "order": order.number, "action": action }),
        visible: true,
        ..Entry::new(order.customer_id, Actor::staff(by), EntryKind::FactoryResolved, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await
}
