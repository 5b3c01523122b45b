//! The transport to the customer's door: asked for once, followed by the company's messages, and never tried twice.

use super::hand_over;
use super::model::{DeliveryEvent, DeliveryState};
use super::place::dealership;
use super::port::{ScheduledTransport, TransportError, TransportEvent, TransportNotice, TransportRequest};
use crate::Caas;
use crate::breaker::{self, Permission, System};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::OrderId;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use crate::kernel::locale::Bilingual;
use crate::kernel::spans;
use crate::kernel::when;
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::sales::model::{DeliveryMode, OrderEvent, OrderStatus};
use crate::sales::notices::{self, Say};
use crate::sales::orders::{self, Cause, Order};
use crate::sales::who;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// How long the company may be away before the customer is offered a pick-up instead (rulebook §13).
const PATIENCE: TimeDelta = TimeDelta::days(1);
/// How long to wait before another try: at first, and at most.
const WAIT: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));

/// The columns of a [`Delivery`], each behind `$of`.
macro_rules! delivery_columns {
    ($of:literal) => {
        columns!($of; id, order_id, idempotency_key, state, attempts, last_error, delivery_id, scheduled_for, note,
            last_event_at, request, created_at, updated_at, version)
    };
}

/// The transport of one order's car.
#[derive(Debug, Clone, FromRow)]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// The order: it has one transport at most.
    pub order_id: OrderId,
    /// Written before the first request, the same for every try.
    pub idempotency_key: String,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub state: DeliveryState,
    /// Requests that brought nothing.
    pub attempts: i64,
    /// Why the last one brought nothing, for people of ours.
    pub last_error: Option<String>,
    /// The company's id of it.
    pub delivery_id: Option<String>,
    /// When it comes.
    pub scheduled_for: Option<Timestamp>,
    /// The driver's last words.
    pub note: Option<String>,
    /// By the company's clock.
    pub last_event_at: Option<Timestamp>,
    /// What every try sends.
    pub request: Option<Json<TransportRequest>>,
    /// When it was first wanted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Against lost updates.
    pub version: i64,
}

/// The transport of an order, when there is or was one.
pub async fn find(tx: &mut Tx, order: OrderId) -> Result<Option<Delivery>> {
    Ok(sql!(tx, optional Delivery,
        concat!("SELECT ", delivery_columns!(""), " FROM deliveries WHERE order_id = $1"), order)?)
}

/// The car has its plate: transport is asked for, or the customer chooses when to come.
pub async fn begin(caas: &Caas, tx: &mut Tx, order: &mut Order) -> Result<()> {
    if order.delivery() == DeliveryMode::PickUp {
        return choose_pick_up(caas, tx, order, "pick-up:choose", None).await;
    }
    let now = caas.now();
    let request = request(tx, order).await?;
    let first = DeliveryState::Requested;
    sql!(tx, execute
        "INSERT INTO deliveries (id, order_id, idempotency_key, state, request, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        caas.new_uuid(), order.id, caas.new_uuid().to_string(), first.as_str(), Json(&request), now)?;
    write(caas, tx, order, Some((None, first)), Actor::SYSTEM, serde_json::json!({})).await?;
    let job = ScheduleTransport { order: order.id };
    enqueue(caas, tx, &job, Enqueue::now().keyed(format!("transport:{}", order.id))).await
}

/// What the company is told.
async fn request(tx: &mut Tx, order: &Order) -> Result<TransportRequest> {
    let vehicle = order.vehicle_id.ok_or_else(|| Failure::Stored("a registered order without a car".to_owned()))?;
    let (vin, _) = sql!(tx, one(String, String), "SELECT vin, model_code FROM vehicles WHERE id = $1", vehicle)?;
    let (name, phone) =
        sql!(tx, one(String, Option<String>), "SELECT name, phone FROM users WHERE id = $1", order.customer()?)?;
    // Without a number of the customer's the driver calls the dealership, which knows whom to reach.
    let phone = match phone {
        Some(phone) => phone,
        None => dealership(tx, order.dealership_id).await?.phone.unwrap_or_default(),
    };
    let address = order.address.as_ref().map(|address| address.0.clone()).unwrap_or_default();
    Ok(TransportRequest { reference: order.number.clone(), vin, dealership: order.dealership_id, name, phone, address })
}

/// Asks the company for a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ScheduleTransport {
    /// The order.
    pub order: OrderId,
}

impl Job for ScheduleTransport {
    const KIND: &'static str = "sales.schedule_transport";
    const MAX_ATTEMPTS: i64 = 200;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.order);
        let mut tx = caas.db.read().await?;
        let Some(delivery) = wanted(&mut tx, self.order).await? else { return Ok(Outcome::Done) };
        drop(tx);
        let Some(request) = &delivery.request else { return Ok(Outcome::Done) };
        let mut tx = caas.db.begin().await?;
        let permission = breaker::ask(caas, &mut tx, System::Transport).await?;
        tx.commit().await?;
        // Whoever has waited for a day learns how it ends, whether anybody may call or not.
        let tired_at = delivery.created_at + PATIENCE;
        let result = match permission {
            Permission::Denied(until) if caas.now() < tired_at => return Ok(Outcome::Again(until.min(tired_at))),
            Permission::Denied(_) => Err(TransportError::Unavailable("it is being given a rest".to_owned())),
            Permission::Granted | Permission::Probe => {
                caas.transport.schedule(request, &delivery.idempotency_key).await
            }
        };
        failpoint::hit("transport.request.answered");
        let mut tx = caas.db.begin().await?;
        match &result {
            _ if matches!(permission, Permission::Denied(_)) => {}
            Err(error) if error.is_outage() => {
                breaker::failed(caas, &mut tx, System::Transport).await?;
            }
            _ => {
                breaker::succeeded(caas, &mut tx, System::Transport).await?;
            }
        }
        who::lock(&mut tx, self.order).await?;
        let mut order = orders::load(&mut tx, self.order).await?;
        let Some(mut delivery) = find(&mut tx, self.order).await? else { return Ok(Outcome::Done) };
        match result {
            Ok(scheduled) if delivery.state == DeliveryState::CalledOff => {
                taken_on_too_late(caas, &mut tx, &order, &mut delivery, scheduled).await?;
                Ok(Outcome::DoneIn(tx))
            }
            _ if delivery.state != DeliveryState::Requested => Ok(Outcome::Done),
            Ok(scheduled) => {
                scheduled_for(caas, &mut tx, &mut order, &mut delivery, scheduled).await?;
                failpoint::hit("transport.request.recorded");
                Ok(Outcome::DoneIn(tx))
            }
            Err(error) => not_scheduled(caas, tx, &order, delivery, &error).await,
        }
    }
}

async fn wanted(tx: &mut Tx, order: OrderId) -> Result<Option<Delivery>> {
    Ok(find(tx, order).await?.filter(|delivery| delivery.state == DeliveryState::Requested))
}

/// The transport has its time.
async fn scheduled_for(
    caas: &Caas,
    tx: &mut Tx,
    order: &mut Order,
    delivery: &mut Delivery,
    scheduled: ScheduledTransport,
) -> Result<()> {
    delivery.delivery_id = Some(scheduled.delivery_id);
    delivery.scheduled_for = Some(scheduled.scheduled_for);
    delivery.last_error = None;
    apply(caas, tx, order, delivery, DeliveryEvent::Scheduled, Actor::TRANSPORT).await?;
    let data = serde_json::json!({ "scheduledFor": scheduled.scheduled_for, "mode": DeliveryMode::Home });
    orders::apply(caas, tx, order, OrderEvent::DeliveryScheduled, Cause { actor: Actor::TRANSPORT, data }).await?;
    let reader = who::reader(tx, order).await?;
    let moment = when::moment(scheduled.scheduled_for, &reader.zone, reader.locale);
    let text = reader.locale.t("Te lo llevamos a casa: ", "We bring it to your door: ").to_owned() + &moment + ".";
    let step = Bilingual { es: "la entrega tiene fecha".to_owned(), en: "the delivery has its date".to_owned() };
    tell(caas, tx, order, "transport:scheduled", step, Some(text)).await
}

/// Another try, until a day is over; then the customer picks the car up.
async fn not_scheduled(
    caas: &Caas,
    mut tx: Tx,
    order: &Order,
    mut delivery: Delivery,
    error: &TransportError,
) -> Result<Outcome, JobError> {
    delivery.attempts += 1;
    delivery.last_error = Some(error.to_string());
    let tired = caas.now() >= delivery.created_at + PATIENCE;
    if error.is_outage() && !tired {
        save(caas, &mut tx, &mut delivery).await?;
        let doubled = WAIT.0 * (1 << (delivery.attempts - 1).clamp(0, 10));
        return Ok(Outcome::AgainIn(caas.now() + doubled.min(WAIT.1), tx));
    }
    apply(caas, &mut tx, order, &mut delivery, DeliveryEvent::GivenUp, Actor::SYSTEM).await?;
    let code = match error {
        TransportError::Refused { code } => Some(code.as_str()),
        _ => None,
    };
    let failure = failure(order, &delivery, FailureCategory::ExternalSystem, code, NoticeEvent::DeliveryStep);
    failures::detected(caas, &mut tx, &failure).await?;
    let locale = who::reader(&mut tx, order).await?.locale;
    let why = locale.t(
        "El transportista no puede llevarlo a tu dirección. Recógelo en el concesionario cuando te venga bien.",
        "The transport company can't bring it to your address. Pick it up at the dealership when it suits you.",
    );
    choose_pick_up(caas, &mut tx, order, "transport:unavailable", Some(why)).await?;
    Ok(Outcome::DoneIn(tx))
}

/// The customer prefers to come for the car. Who was asked without an answer may have taken it on all the same: that is
/// for people to find out.
pub(super) async fn call_off(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    mut delivery: Delivery,
    actor: Actor,
) -> Result<()> {
    apply(caas, tx, order, &mut delivery, DeliveryEvent::CalledOff, actor).await?;
    if delivery.attempts > 0 {
        let code = Some("CALLED_OFF_UNANSWERED");
        let failure = failure(order, &delivery, FailureCategory::ExternalSystem, code, NoticeEvent::DeliveryStep);
        failures::detected(caas, tx, &failure).await?;
    }
    choose_pick_up(caas, tx, order, "pick-up:choose", None).await
}

/// The company's yes crossed the customer's no: there is no request to cancel it, people have to call.
async fn taken_on_too_late(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    delivery: &mut Delivery,
    scheduled: ScheduledTransport,
) -> Result<()> {
    delivery.delivery_id = Some(scheduled.delivery_id);
    save(caas, tx, delivery).await?;
    let code = Some("TAKEN_ON_AFTER_CALL_OFF");
    let failure = failure(order, delivery, FailureCategory::ExternalSystem, code, NoticeEvent::DeliveryStep);
    failures::detected(caas, tx, &failure).await?;
    note(caas, tx, order, Actor::TRANSPORT, serde_json::json!({ "takenOnTooLate": true })).await
}

/// Writes down something about the delivery that is no change of a transport's state.
pub(super) async fn note(caas: &Caas, tx: &mut Tx, order: &Order, actor: Actor, data: serde_json::Value) -> Result<()> {
    write(caas, tx, order, None, actor, data).await
}

/// The customer is asked to choose a time and told where.
async fn choose_pick_up(caas: &Caas, tx: &mut Tx, order: &Order, what: &str, why: Option<&str>) -> Result<()> {
    let place = dealership(tx, order.dealership_id).await?.address_line();
    let text = why.into_iter().map(str::to_owned).chain([place]).collect::<Vec<_>>().join("\n");
    let step = Bilingual { es: "elige cuándo recogerlo".to_owned(), en: "choose when to pick it up".to_owned() };
    tell(caas, tx, order, what, step, Some(text)).await
}

/// A message of the company. `false`: its transport is not known (yet). What comes twice, late, or after the car is with
/// its customer changes nothing.
pub async fn on_event(caas: &Caas, tx: &mut Tx, notice: &TransportNotice) -> Result<bool> {
    let known = sql!(
        tx,
        optional(OrderId, String),
        "SELECT order_id, state FROM deliveries WHERE delivery_id = $1",
        notice.delivery_id.as_str()
    )?;
    let Some((order, _)) = known else { return Ok(false) };
    spans::concerns(order);
    who::lock(tx, order).await?;
    let mut order = orders::load(tx, order).await?;
    let Some(mut delivery) = find(tx, order.id).await? else { return Ok(false) };
    let event = match notice.event {
        TransportEvent::PickedUp => DeliveryEvent::PickedUp,
        TransportEvent::CustomerAbsent => DeliveryEvent::CustomerAbsent,
        TransportEvent::CustomerCalled => DeliveryEvent::CustomerCalled,
        TransportEvent::Waiting => DeliveryEvent::Waiting,
        TransportEvent::Delivered => DeliveryEvent::Delivered,
        TransportEvent::ReturnedToDealership => DeliveryEvent::Returned,
    };
    if order.status != OrderStatus::DeliveryScheduled || delivery.state.on(event).is_err() {
        return Ok(true);
    }
    delivery.note = notice.note.as_deref().map(|note| note.chars().take(500).collect()).or(delivery.note);
    delivery.last_event_at = Some(notice.at);
    apply(caas, tx, &order, &mut delivery, event, Actor::TRANSPORT).await?;
    match event {
        DeliveryEvent::PickedUp => {
            let step = Bilingual { es: "tu coche va de camino".to_owned(), en: "your car is on its way".to_owned() };
            tell(caas, tx, &order, "transport:picked-up", step, None).await?;
        }
        DeliveryEvent::CustomerAbsent => {
            let step = Bilingual {
                es: "no había nadie; el transportista te llama".to_owned(),
                en: "nobody was there; the driver is calling you".to_owned(),
            };
            tell(caas, tx, &order, "transport:absent", step, None).await?;
        }
        DeliveryEvent::Returned => returned(caas, tx, &mut order, &delivery).await?,
        DeliveryEvent::Delivered => hand_over::by_driver(caas, tx, &mut order, notice.at).await?,
        _ => {}
    }
    Ok(true)
}

/// Nobody was there: the car waits at the dealership, and the customer is told where and what to do.
async fn returned(caas: &Caas, tx: &mut Tx, order: &mut Order, delivery: &Delivery) -> Result<()> {
    orders::apply(caas, tx, order, OrderEvent::ReturnedToDealership, Cause::by(Actor::TRANSPORT)).await?;
    let failed = NoticeEvent::DeliveryFailed;
    let failure = failure(order, delivery, FailureCategory::Business, Some("CUSTOMER_ABSENT"), failed);
    failures::detected(caas, tx, &failure).await?;
    let place = dealership(tx, order.dealership_id).await?.address_line();
    let say = Say { what: "transport:returned".to_owned(), text: Some(place), ..Say::default() };
    notices::tell(caas, tx, order, failed, say).await
}

fn failure<'a>(
    order: &Order,
    delivery: &Delivery,
    category: FailureCategory,
    code: Option<&'a str>,
    told: NoticeEvent,
) -> NewFailure<'a> {
    NewFailure {
        kind: FailureType::TransportFailed,
        subject: order.id.0,
        category,
        component: Component::Delivery,
        customer: order.customer_id,
        code,
        attempts: delivery.attempts.max(1),
        resolution: Resolution::Open,
        communication: Some(told.as_str()),
        impact: None,
    }
}

async fn save(caas: &Caas, tx: &mut Tx, d: &mut Delivery) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE deliveries SET state = $1, attempts = $2, last_error = $3, delivery_id = $4, scheduled_for = $5, note = $6,
                last_event_at = $7, updated_at = $8, version = version + 1
         WHERE id = $9 AND version = $10",
        d.state.as_str(), d.attempts, d.last_error.as_deref(), d.delivery_id.as_deref(), d.scheduled_for,
        d.note.as_deref(), d.last_event_at, caas.now(), d.id, d.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("delivery"));
    }
    d.version += 1;
    Ok(())
}

/// Takes a transport one step on: state and entry, in the caller's transaction.
async fn apply(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    delivery: &mut Delivery,
    event: DeliveryEvent,
    actor: Actor,
) -> Result<()> {
    let before = delivery.state;
    delivery.state = before.on(event).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    save(caas, tx, delivery).await?;
    let mut data = serde_json::json!({ "event": event });
    if let Some(at) = delivery.scheduled_for.filter(|_| event == DeliveryEvent::Scheduled) {
        data["scheduledFor"] = serde_json::json!(at);
    }
    write(caas, tx, order, Some((Some(before), delivery.state)), actor, data).await
}

async fn write(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    states: Option<(Option<DeliveryState>, DeliveryState)>,
    actor: Actor,
    mut data: serde_json::Value,
) -> Result<()> {
    data["order"] = order.number.clone().into();
    let entry = Entry {
        vehicle: order.vehicle_id,
        before: states.and_then(|(before, _)| before).map(DeliveryState::as_str),
        after: states.map(|(_, after)| after.as_str()),
        data,
        visible: true,
        ..Entry::new(order.customer_id, actor, EntryKind::DeliveryChanged, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    orders::announce(tx, order);
    Ok(())
}

async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    what: &str,
    step: Bilingual,
    text: Option<String>,
) -> Result<()> {
    let say = Say { what: what.to_owned(), step, text, ..Say::default() };
    notices::tell(caas, tx, order, NoticeEvent::DeliveryStep, say).await
}
