//! The hand-over: what is looked at together, who takes the car, and the moment the key changes hands.
//!
//! It is blocked until final payment, plate, checklist and identity are in order, and says which is missing. At the door
//! the driver sees who takes the car; the dealership ticks the list off before the lorry leaves.

use super::included;
use super::link_codes;
use super::model::{Blocker, ChecklistItem, DeliveryState, HandOverPlace, IdentityPaper, last_four};
use super::transport;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{OrderId, UserId};
use crate::kernel::locale::Bilingual;
use crate::monitoring::failures;
use crate::monitoring::model::{FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::sales::model::{InventoryStatus, OrderEvent, OrderStatus};
use crate::sales::notices::{self, Say};
use crate::sales::orders::{self, Cause, Order};
use crate::sales::stock;
use crate::sales::who::{self, Who};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::BTreeMap;

/// Somebody ticked something off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Who takes the car has proved to be who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// By which paper.
    pub document: IdentityPaper,
    /// The last four signs of its number, never more; none where the driver looked at it.
    pub last_four: Option<String>,
    /// Who looked; none: the driver.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

#[derive(FromRow, Default)]
struct Row {
    checklist: Json<BTreeMap<String, Tick>>,
    identity: Option<Json<Identity>>,
    handed_over_at: Option<Timestamp>,
    place: Option<String>,
}

/// How a hand-over stands.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// Everything that is looked at, and who ticked it off.
    pub checklist: Vec<(ChecklistItem, Option<Tick>)>,
    /// Who takes the car.
    pub identity: Option<Identity>,
    /// What keeps the car from being handed over; nothing: it may be.
    pub missing: Vec<Blocker>,
    /// The company has the car or is to have it: it is handed over at the door.
    pub at_the_door: bool,
    /// The driver says that the customer has the car, and the list was never ticked off.
    pub with_customer_already: bool,
    /// When the key changed hands.
    pub handed_over_at: Option<Timestamp>,
    /// Where.
    pub place: Option<HandOverPlace>,
}

/// How the hand-over of an order stands.
pub async fn state(tx: &mut Tx, order: &Order) -> Result<HandOver> {
    let row = sql!(tx, optional Row,
        "SELECT checklist, identity, handed_over_at, place FROM hand_overs WHERE order_id = $1", order.id)?
    .unwrap_or_default();
    let checklist: Vec<_> =
        ChecklistItem::ALL.iter().map(|item| (*item, row.checklist.get(item.as_str()).cloned())).collect();
    let identity = row.identity.map(|identity| identity.0);
    let plate = match order.vehicle_id {
        Some(vehicle) => {
            let (plate, _) =
                sql!(tx, one(Option<String>, String), "SELECT plate, vin FROM vehicles WHERE id = $1", vehicle)?;
            plate
        }
        None => None,
    };
    let unticked = checklist.iter().filter(|(_, tick)| tick.is_none()).map(|(item, _)| Blocker::Item(*item));
    let missing = (!is_paid(order.status))
        .then_some(Blocker::FinalPayment)
        .into_iter()
        .chain(plate.is_none().then_some(Blocker::Plate))
        .chain(unticked)
        .chain(identity.is_none().then_some(Blocker::Identity))
        .collect();
    let delivery = transport::find(tx, order.id).await?.map(|delivery| delivery.state);
    Ok(HandOver {
        checklist,
        identity,
        missing,
        at_the_door: delivery.is_some_and(DeliveryState::is_under_way),
        with_customer_already: delivery == Some(DeliveryState::Delivered) && row.handed_over_at.is_none(),
        handed_over_at: row.handed_over_at,
        place: row.place.as_deref().map(str::parse).transpose()?,
    })
}

/// Whether the whole price was taken: nothing else leads to these states.
fn is_paid(status: OrderStatus) -> bool {
    use OrderStatus as S;
    matches!(status, S::FinalPaymentReceived | S::Registration | S::Delivered) || is_close(status)
}

/// Whether the car is ready for its customer: then the list is ticked off.
fn is_close(status: OrderStatus) -> bool {
    use OrderStatus as S;
    matches!(status, S::ReadyForDelivery | S::DeliveryScheduled | S::ReturnedToDealership)
}

/// Why something about a hand-over was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandOverRefusal {
    /// No such order for this person.
    NotFound,
    /// The car is not ready yet, is at its customer's door, or was handed over.
    NotNow,
    /// The number's last four letters or digits are needed.
    LastFour,
    /// This is still missing.
    Missing(Vec<Blocker>),
}

/// Ticks something off, or takes the tick back. When the driver has said that the customer has the car, the last tick
/// completes the hand-over.
pub async fn check(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
    item: ChecklistItem,
    done: bool,
) -> Result<std::result::Result<(), HandOverRefusal>> {
    let mut order = match ready(tx, staff, order).await? {
        Ok(order) => order,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (checklist, _) = sql!(
        tx,
        one(Json<BTreeMap<String, Tick>>, i64),
        "SELECT checklist, version FROM hand_overs WHERE order_id = $1",
        order.id
    )?;
    let mut checklist = checklist.0;
    if checklist.contains_key(item.as_str()) == done {
        return Ok(Ok(()));
    }
    if done {
        checklist.insert(item.as_str().to_owned(), Tick { by: staff.user(), at: caas.now() });
    } else {
        checklist.remove(item.as_str());
    }
    sql!(tx, execute
        "UPDATE hand_overs SET checklist = $1, updated_at = $2, version = version + 1 WHERE order_id = $3",
        Json(&checklist), caas.now(), order.id)?;
    write(caas, tx, &order, staff.actor(), serde_json::json!({ "item": item, "done": done })).await?;
    let now = state(tx, &order).await?;
    if now.with_customer_already && now.missing.is_empty() {
        finish(caas, tx, &mut order, HandOverPlace::Home, None, staff.actor()).await?;
    }
    Ok(Ok(()))
}

/// Notes by which paper who takes the car proved who they are: its kind and the last four signs of its number.
pub async fn identify(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
    document: IdentityPaper,
    number: &str,
) -> Result<std::result::Result<(), HandOverRefusal>> {
    let order = match ready(tx, staff, order).await? {
        Ok(order) => order,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let four = last_four(number).filter(|_| document != IdentityPaper::SeenByDriver);
    let Some(last_four) = four else { return Ok(Err(HandOverRefusal::LastFour)) };
    let identity = Identity { document, last_four: Some(last_four), by: Some(staff.user()), at: caas.now() };
    note_identity(caas, tx, &order, staff.actor(), &identity).await?;
    Ok(Ok(()))
}

async fn note_identity(caas: &Caas, tx: &mut Tx, order: &Order, by: Actor, identity: &Identity) -> Result<()> {
    sql!(tx, execute
        "UPDATE hand_overs SET identity = $1, updated_at = $2, version = version + 1 WHERE order_id = $3",
        Json(identity), caas.now(), order.id)?;
    // Not even the four signs: entries outlive an erasure.
    write(caas, tx, order, by, serde_json::json!({ "identity": identity.document })).await
}

/// An order whose car is ready for its customer, with its row.
async fn ready(tx: &mut Tx, staff: &Who, order: OrderId) -> Result<std::result::Result<Order, HandOverRefusal>> {
    if !staff.is_staff() {
        return Ok(Err(HandOverRefusal::NotFound));
    }
    let Some(order) = staff.order_to_change(tx, order).await? else { return Ok(Err(HandOverRefusal::NotFound)) };
    if !is_close(order.status) {
        return Ok(Err(HandOverRefusal::NotNow));
    }
    begin(tx, &order).await?;
    Ok(Ok(order))
}

async fn begin(tx: &mut Tx, order: &Order) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO hand_overs (order_id, checklist, updated_at) VALUES ($1, $2, $3) ON CONFLICT (order_id) DO NOTHING",
        order.id, Json(BTreeMap::<String, Tick>::new()), order.status_at)?;
    Ok(())
}

/// The key changes hands at the dealership. Refused with everything that is missing. Gives the one-time code that links
/// the customer's telephone to the car.
pub async fn complete(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
) -> Result<std::result::Result<String, HandOverRefusal>> {
    if !staff.is_staff() {
        return Ok(Err(HandOverRefusal::NotFound));
    }
    let Some(mut order) = staff.order_to_change(tx, order).await? else {
        return Ok(Err(HandOverRefusal::NotFound));
    };
    if order.status.is_over() {
        return Ok(Err(HandOverRefusal::NotNow));
    }
    let now = state(tx, &order).await?;
    if now.at_the_door {
        return Ok(Err(HandOverRefusal::NotNow));
    }
    if !now.missing.is_empty() {
        return Ok(Err(HandOverRefusal::Missing(now.missing)));
    }
    if !is_close(order.status) {
        return Ok(Err(HandOverRefusal::NotNow));
    }
    let place = if now.with_customer_already { HandOverPlace::Home } else { HandOverPlace::Dealership };
    finish(caas, tx, &mut order, place, Some(staff.user()), staff.actor()).await?;
    let code = link_codes::issue(caas, tx, &order, staff.actor()).await?;
    Ok(Ok(code))
}

/// The driver says that the customer has the car, and saw who took it. Completes the hand-over when the list was ticked
/// off; else the dealership is shown what it forgot.
pub(super) async fn by_driver(caas: &Caas, tx: &mut Tx, order: &mut Order, at: Timestamp) -> Result<()> {
    begin(tx, order).await?;
    let before = state(tx, order).await?;
    if before.identity.is_none() {
        let identity = Identity { document: IdentityPaper::SeenByDriver, last_four: None, by: None, at };
        note_identity(caas, tx, order, Actor::TRANSPORT, &identity).await?;
    }
    if state(tx, order).await?.missing.is_empty() {
        finish(caas, tx, order, HandOverPlace::Home, None, Actor::TRANSPORT).await?;
    }
    Ok(())
}

/// The customer has the car: order, vehicle, appointment and the plan's included services, in one transaction.
async fn finish(
    caas: &Caas,
    tx: &mut Tx,
    order: &mut Order,
    place: HandOverPlace,
    by: Option<UserId>,
    actor: Actor,
) -> Result<()> {
    let now = caas.now();
    let vehicle =
        order.vehicle_id.ok_or_else(|| Failure::Stored("an order to be handed over without a car".to_owned()))?;
    let delivered = InventoryStatus::Delivered;
    let changed = sql!(tx, execute
        "UPDATE vehicles SET inventory_status = $1, purchased_at = $2, delivered_at = $2, updated_at = $2, version = version + 1
         WHERE id = $3 AND customer_id = $4",
        delivered.as_str(), now, vehicle, order.customer()?)?;
    if changed != 1 {
        return Err(Failure::Stored("a car to be handed over that is not its customer's".to_owned()));
    }
    let before = InventoryStatus::AwaitingDelivery;
    stock::note(caas, tx, actor, order.customer_id, vehicle, before.as_str(), delivered.as_str()).await?;
    sql!(tx, execute
        "UPDATE hand_overs SET handed_over_by = $1, handed_over_at = $2, place = $3, updated_at = $2, version = version + 1
         WHERE order_id = $4", by, now, place.as_str(), order.id)?;
    sql!(tx, execute "UPDATE pick_ups SET state = 'DONE' WHERE order_id = $1 AND state = 'BOOKED'", order.id)?;
    let data = serde_json::json!({ "place": place });
    orders::apply(caas, tx, order, OrderEvent::HandedOver, Cause { actor, data }).await?;
    failures::resolved(caas, tx, FailureType::TransportFailed, order.id.0, Resolution::DoneAfterAll, None).await?;
    included::activate(caas, tx, order).await?;
    let locale = who::reader(tx, order).await?.locale;
    let text = locale.t(
        "Enlaza tu teléfono con el coche: el código de un solo uso está en la página del pedido.",
        "Link your telephone to the car: the one-time code is on the order's page.",
    );
    let step = Bilingual { es: "el coche es tuyo".to_owned(), en: "the car is yours".to_owned() };
    let say = Say { what: "handed-over".to_owned(), step, text: Some(text.to_owned()), ..Say::default() };
    notices::tell(caas, tx, order, NoticeEvent::DeliveryStep, say).await
}

async fn write(caas: &Caas, tx: &mut Tx, order: &Order, actor: Actor, mut data: serde_json::Value) -> Result<()> {
    data["order"] = order.number.clone().into();
    let entry = Entry {
        vehicle: order.vehicle_id,
        data,
        ..Entry::new(order.customer_id, actor, EntryKind::HandOverChecked, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    orders::announce(tx, order);
    Ok(())
}
