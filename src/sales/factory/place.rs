//! Placing orders at the factory: written down first, then sent by a job, always with the same key.

use super::estimates::{self, ToldBy};
use super::port::{FactoryError, FactoryOrder, FactoryRequest};
use super::queue::{self, FactoryPlacing, PlacingState};
use super::told::{self, End};
use crate::Caas;
use crate::breaker::{self, Permission, System};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::OrderId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::money::{Cents, Money};
use crate::kernel::spans;
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::sales::model::OrderEvent;
use crate::sales::orders::{self, Cause, Order, apply};
use crate::sales::{payment, stock};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

/// Orders that waited start this far apart once the factory is back.
const DRAIN_INTERVAL: TimeDelta = TimeDelta::milliseconds(200);

/// Why an order waits for people: the factory may have it, and asking with the same key is no longer safe.
pub const KEY_EXPIRED: &str = "KEY_EXPIRED";
/// Why an order waits for people: the factory's id for it is another order's.
pub const ID_TAKEN: &str = "ID_TAKEN";

/// Puts a paid order into the queue for the factory, in the caller's transaction. Doing it again changes nothing.
pub async fn enqueue(caas: &Caas, tx: &mut Tx, order: &Order) -> Result<()> {
    let request = request(tx, order).await?;
    let now = caas.now();
    let written = sql!(tx, execute
        "INSERT INTO factory_orders (order_id, idempotency_key, state, queued_at, updated_at, request)
         VALUES ($1, $2, $3, $4, $4, $5) ON CONFLICT (order_id) DO NOTHING",
        order.id, caas.new_uuid().to_string(), PlacingState::Queued.as_str(), now, Json(request))?;
    if written == 1 {
        run_at(caas, tx, order.id, now).await?;
    }
    Ok(())
}

/// What is ordered, as it was sold.
async fn request(tx: &mut Tx, order: &Order) -> Result<FactoryRequest> {
    let missing = |what: &str| Failure::Stored(format!("a paid order without {what}"));
    let customer = order.customer()?;
    let (name, _) = sql!(tx, one(String, String), "SELECT name, locale FROM users WHERE id = $1", customer)?;
    Ok(FactoryRequest {
        order: order.id,
        model: order.model_code.clone().ok_or_else(|| missing("its model"))?,
        options: order.options.as_ref().map(|options| options.0.clone()).unwrap_or_default(),
        colour: order.colour.clone().ok_or_else(|| missing("its colour"))?,
        customer,
        customer_name: name,
        country: order.country.clone().ok_or_else(|| missing("its country"))?,
        dealership: order.dealership_id,
    })
}

/// Has the order placed at this time.
pub(super) async fn run_at(caas: &Caas, tx: &mut Tx, order: OrderId, at: Timestamp) -> Result<()> {
    let job = PlaceFactoryOrder { order };
    jobs::enqueue(caas, tx, &job, Enqueue::at(at).keyed(PlaceFactoryOrder::key(order))).await
}

/// Places an order at the factory. One job follows it until the factory has it or people take over.
#[derive(Serialize, Deserialize)]
pub struct PlaceFactoryOrder {
    /// Which.
    pub order: OrderId,
}

impl PlaceFactoryOrder {
    /// There is one such job for an order.
    pub fn key(order: OrderId) -> String {
        format!("factory:{order}")
    }
}

impl Job for PlaceFactoryOrder {
    const KIND: &'static str = "sales.place_factory_order";
    const MAX_ATTEMPTS: i64 = 1_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.order);
        let mut tx = caas.db.begin().await?;
        let Some(mut placing) = waiting(&mut tx, self.order).await? else { return Ok(Outcome::Done) };
        let (now, policy) = (caas.now(), caas.policies.factory);
        if let Some(at) = placing.next_attempt_at.filter(|at| *at > now) {
            return Ok(Outcome::Again(at));
        }
        if placing.attempts >= policy.max_attempts {
            give_to_people(caas, &mut tx, &mut placing, None).await?;
            return Ok(Outcome::DoneIn(tx));
        }
        if !policy.key_is_good(placing.unanswered_since, now) {
            give_to_people(caas, &mut tx, &mut placing, Some(KEY_EXPIRED)).await?;
            return Ok(Outcome::DoneIn(tx));
        }
        if let Permission::Denied(until) = breaker::ask(caas, &mut tx, System::Factory).await? {
            // It waits, and uses up nothing.
            placing.next_attempt_at = Some(until);
            queue::save(caas, &mut tx, &mut placing).await?;
            return Ok(Outcome::AgainIn(until, tx));
        }
        let unanswered_before = placing.unanswered_since;
        placing.attempts += 1;
        placing.next_attempt_at = None;
        placing.unanswered_since = unanswered_before.or(Some(now));
        queue::save(caas, &mut tx, &mut placing).await?;
        tx.commit().await?;
        failpoint::hit("factory.order.written");
        let answer = caas.factory.place(&placing.request, &placing.idempotency_key).await;
        failpoint::hit("factory.order.answered");
        record_answer(caas, self.order, unanswered_before, answer).await
    }
}

/// The order, while it is to be placed by itself.
async fn waiting(tx: &mut Tx, order: OrderId) -> Result<Option<FactoryPlacing>> {
    Ok(queue::of_order(tx, order).await?.filter(|placing| placing.state == PlacingState::Queued))
}

/// Writes down what the factory said to an order.
async fn record_answer(
    caas: &Caas,
    id: OrderId,
    unanswered_before: Option<Timestamp>,
    answer: Result<FactoryOrder, FactoryError>,
) -> Result<Outcome, JobError> {
    let result = match &answer {
        Ok(_) => "ordered",
        Err(FactoryError::Rejected { .. }) => "rejected",
        Err(FactoryError::Refused { .. }) => "refused",
        Err(FactoryError::Unavailable(_)) => "unavailable",
        Err(FactoryError::NoAnswer(_)) => "no_answer",
    };
    metrics::counter!("caas_factory_requests_total", "result" => result).increment(1);
    let mut tx = caas.db.begin().await?;
    let Some(mut placing) = waiting(&mut tx, id).await? else { return Ok(Outcome::Done) };
    match &answer {
        Err(error) if error.is_outage() => {
            breaker::failed(caas, &mut tx, System::Factory).await?;
        }
        _ => factory_answered(caas, &mut tx, id).await?,
    }
    let error = match answer {
        Ok(confirmed) => {
            placing.unanswered_since = None;
            take_confirmation(caas, &mut tx, &mut placing, &confirmed).await?;
            failpoint::hit("factory.order.recorded");
            return Ok(Outcome::DoneIn(tx));
        }
        Err(error) => error,
    };
    match error {
        FactoryError::Rejected { reason } => {
            placing.unanswered_since = None;
            placing.last_error = Some(reason);
            let mut order = orders::load(&mut tx, id).await?;
            cancel(caas, &mut tx, &mut placing, &mut order, Actor::FACTORY, End::Rejected).await?;
            return Ok(Outcome::DoneIn(tx));
        }
        // It never passes by itself, and nothing was ordered with this request.
        FactoryError::Refused { code } => {
            placing.unanswered_since = unanswered_before;
            give_to_people(caas, &mut tx, &mut placing, Some(&code)).await?;
            return Ok(Outcome::DoneIn(tx));
        }
        FactoryError::Unavailable(why) => {
            placing.unanswered_since = unanswered_before;
            placing.last_error = Some(format!("UNAVAILABLE: {why}"));
        }
        FactoryError::NoAnswer(why) => placing.last_error = Some(format!("NO_ANSWER: {why}")),
    }
    if placing.attempts >= caas.policies.factory.max_attempts {
        give_to_people(caas, &mut tx, &mut placing, None).await?;
        return Ok(Outcome::DoneIn(tx));
    }
    let wait = caas.policies.factory.backoff(placing.attempts);
    let at = caas.now() + TimeDelta::milliseconds((wait.num_milliseconds() as f64 * caas.jitter(0.1)) as i64);
    placing.next_attempt_at = Some(at);
    queue::save(caas, &mut tx, &mut placing).await?;
    Ok(Outcome::AgainIn(at, tx))
}

/// Notes that the factory answers. What waited for it is let go gently, first come, first served.
async fn factory_answered(caas: &Caas, tx: &mut Tx, answered: OrderId) -> Result<()> {
    if breaker::succeeded(caas, tx, System::Factory).await? { let_go(caas, tx, Some(answered)).await } else { Ok(()) }
}

/// The factory's breaker has closed: orders that waited behind it go on, gently, first come, first served. One that has
/// just been answered waits for nothing.
pub async fn let_go(caas: &Caas, tx: &mut Tx, answered: Option<OrderId>) -> Result<()> {
    let waiting = sql!(
        tx,
        all(OrderId, Timestamp),
        "SELECT order_id, queued_at FROM factory_orders WHERE state = 'QUEUED' AND order_id <> $1 ORDER BY queued_at, order_id",
        answered.unwrap_or(OrderId(uuid::Uuid::nil()))
    )?;
    let mut due = caas.now();
    for (order, _) in waiting {
        due += DRAIN_INTERVAL;
        let moved = sql!(tx, execute
            "UPDATE jobs SET due_at = $1 WHERE unique_key = $2 AND leased_until IS NULL",
            due, PlaceFactoryOrder::key(order))?;
        // One that is at work just now has its own say about its time.
        if moved == 1 {
            sql!(tx, execute "UPDATE factory_orders SET next_attempt_at = $1, version = version + 1 WHERE order_id = $2", due, order)?;
        }
    }
    tx.announce_job();
    Ok(())
}

/// The factory has the order.
async fn take_confirmation(
    caas: &Caas,
    tx: &mut Tx,
    placing: &mut FactoryPlacing,
    confirmed: &FactoryOrder,
) -> Result<()> {
    let known = queue::by_factory_id(tx, &confirmed.factory_order_id).await?;
    if known.is_some_and(|known| known.order_id != placing.order_id) {
        return give_to_people(caas, tx, placing, Some(ID_TAKEN)).await;
    }
    let date = confirmed.estimated_date.as_deref();
    ordered(caas, tx, placing, &confirmed.factory_order_id, date, Placer::Factory).await
}

/// Who says that the factory has an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placer {
    /// The factory.
    Factory,
    /// Somebody of ours, who ordered by phone.
    Staff(crate::kernel::ids::UserId),
}

/// The factory has the order under this id: the order goes on and the customer is told.
pub(super) async fn ordered(
    caas: &Caas,
    tx: &mut Tx,
    placing: &mut FactoryPlacing,
    factory_order_id: &str,
    date: Option<&str>,
    placer: Placer,
) -> Result<()> {
    let mut order = orders::load(tx, placing.order_id).await?;
    let (actor, told_by) = match placer {
        Placer::Factory => (Actor::FACTORY, ToldBy::Factory),
        Placer::Staff(by) => (Actor::staff(by), ToldBy::Staff(by)),
    };
    placing.state = PlacingState::Placed;
    placing.factory_order_id = Some(factory_order_id.to_owned());
    placing.last_error = None;
    placing.next_attempt_at = None;
    placing.manual_since = None;
    queue::save(caas, tx, placing).await?;
    if let Some(date) = date {
        estimates::note(caas, tx, &mut order, date, estimates::FIRST, told_by).await?;
    }
    let data = serde_json::json!({ "factoryOrder": factory_order_id, "attempts": placing.attempts });
    apply(caas, tx, &mut order, OrderEvent::FactoryConfirmed, Cause { actor, data }).await?;
    failures::resolved(caas, tx, FailureType::FactoryManual, order.id.0, Resolution::Ordered, None).await?;
    told::placed(caas, tx, &order, date).await
}

/// The factory could not be brought to take it: it waits for people, who see why.
pub(super) async fn give_to_people(
    caas: &Caas,
    tx: &mut Tx,
    placing: &mut FactoryPlacing,
    why: Option<&str>,
) -> Result<()> {
    let order = orders::load(tx, placing.order_id).await?;
    placing.state = PlacingState::Manual;
    placing.manual_since = Some(caas.now());
    placing.next_attempt_at = None;
    if let Some(why) = why {
        placing.last_error = Some(why.to_owned());
    }
    queue::save(caas, tx, placing).await?;
    // The error's first word is its code; what follows may be long.
    let code = placing.last_error.as_deref().and_then(|error| error.split(':').next()).unwrap_or("NO_ANSWER");
    let entry = Entry {
        data: serde_json::json!({ "order": order.number, "attempts": placing.attempts, "error": code }),
        visible: true,
        ..Entry::new(order.customer_id, Actor::SYSTEM, EntryKind::FactoryManual, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    let failure = NewFailure {
        kind: FailureType::FactoryManual,
        subject: order.id.0,
        category: FailureCategory::ExternalSystem,
        component: Component::Factory,
        customer: order.customer_id,
        code: Some(code),
        attempts: placing.attempts,
        resolution: Resolution::Open,
        communication: None,
        impact: nothing(&order),
    };
    failures::detected(caas, tx, &failure).await?;
    tracing::warn!(order = %order.id, attempts = placing.attempts, code, "factory_order_needs_people");
    orders::announce(tx, &order);
    Ok(())
}

/// The order ends: the customer loses the car if there is one already, and everything paid goes back.
pub(super) async fn cancel(
    caas: &Caas,
    tx: &mut Tx,
    placing: &mut FactoryPlacing,
    order: &mut Order,
    actor: Actor,
    end: End,
) -> Result<()> {
    let (state, reason) = match end {
        End::Rejected => (PlacingState::Rejected, "FACTORY_REJECTED"),
        End::Stopped => (PlacingState::Cancelled, "FACTORY_STOPPED"),
        End::NotOrdered => (PlacingState::Cancelled, "NOT_ORDERED"),
    };
    placing.state = state;
    placing.next_attempt_at = None;
    placing.manual_since = None;
    queue::save(caas, tx, placing).await?;
    stock::not_built(caas, tx, actor, order).await?;
    order.cancel_reason = Some(reason.to_owned());
    let data = serde_json::json!({ "reason": reason, "said": placing.last_error });
    apply(caas, tx, order, OrderEvent::FactoryRejected, Cause { actor, data }).await?;
    payment::refund_all(caas, tx, order, reason).await?;
    told::cancelled(caas, tx, order, end).await?;
    if end == End::NotOrdered {
        return failures::resolved(caas, tx, FailureType::FactoryManual, order.id.0, Resolution::OrderEnded, None)
            .await;
    }
    let failure = NewFailure {
        kind: FailureType::FactoryRejected,
        subject: order.id.0,
        category: FailureCategory::Business,
        component: Component::Factory,
        customer: order.customer_id,
        code: Some(reason),
        attempts: placing.attempts,
        resolution: Resolution::OrderEnded,
        communication: Some(NoticeEvent::OrderCancelled.as_str()),
        impact: nothing(order),
    };
    failures::detected(caas, tx, &failure).await?;
    failures::resolved(caas, tx, FailureType::FactoryManual, order.id.0, Resolution::OrderEnded, None).await
}

/// No money of ours is lost by it.
fn nothing(order: &Order) -> Option<Money> {
    order.total().map(|total| Money::new(Cents::ZERO, total.currency))
}
