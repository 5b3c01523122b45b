//! A car goes from one customer to another: offered by its owner, or by support or its dealership, and accepted by the new
//! owner with a one-time code that whoever passes it on tells them.
//!
//! What is switched on for good or for some days stays with the car; subscriptions of the old owner end as if cancelled
//! now. What was bought, paid and written stays with the old owner: activations keep their buyer and are marked as handed
//! over, so that from then on nobody but the car's present owner learns anything new of it.

use super::erasure::{Open, services_in_the_way};
use super::model::{Obstacle, OwnerChangeRefusal, OwnerChangeState};
use crate::Caas;
use crate::accounts::{self, AccountError, Email, Invitation, PersonName, Role};
use crate::activation::repository as activations;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::{Tx, is_duplicate};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, DealershipId, UserId, VehicleId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::{Bilingual, Locale};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::sales::delivery::link_codes::{hashed, new_code};
use crate::sales::model::AssignmentStatus;
use crate::sales::stock;
use crate::subscriptions::begin::begun;
use crate::subscriptions::end::end_now;
use crate::subscriptions::model::{EndReason, SubscriptionStatus};
use crate::subscriptions::repository as subscriptions;
use crate::vehicles::{self, Vehicle};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// How long the new owner has.
pub const LASTS: TimeDelta = TimeDelta::days(7);
/// Wrong codes after which the offer is over.
const TRIES: i64 = 5;
/// Offers that an owner makes in a day at most: each one may write to a stranger.
const OFFERS_A_DAY: i64 = 5;

/// Who passes a car on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starter {
    /// Its owner.
    Owner(UserId),
    /// Support, for any car.
    Support(UserId),
    /// Staff of the dealership that sold it.
    Dealer(UserId, DealershipId),
}

impl Starter {
    fn id(self) -> UserId {
        match self {
            Starter::Owner(id) | Starter::Support(id) | Starter::Dealer(id, _) => id,
        }
    }

    fn actor(self) -> Actor {
        match self {
            Starter::Owner(id) => Actor::customer(id),
            Starter::Support(id) | Starter::Dealer(id, _) => Actor::staff(id),
        }
    }
}

/// Whom a car goes to.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// How they are called, for the invitation; an account that is there keeps its own.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The language of an invitation.
    pub locale: Locale,
}

/// A change of owner.
#[derive(Debug, Clone, FromRow)]
pub struct OwnerChange {
    /// Its id.
    pub id: Uuid,
    /// The car.
    pub vehicle_id: VehicleId,
    /// The owner so far.
    pub from_customer: Option<UserId>,
    /// The new one.
    pub to_customer: UserId,
    /// Who began it.
    pub started_by: UserId,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: OwnerChangeState,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// Wrong codes so far.
    pub tries: i64,
}

/// The outcome of a use case here.
pub type Answer<T> = Result<Result<T, OwnerChangeRefusal>>;

fn refuse<T>(refusal: OwnerChangeRefusal) -> Answer<T> {
    Ok(Err(refusal))
}

/// The car that somebody may pass on; one that is delivered.
pub async fn car_of(tx: &mut Tx, who: Starter, vehicle: VehicleId) -> Result<Option<Vehicle>> {
    if let Starter::Owner(owner) = who {
        return vehicles::vehicle_of(tx, owner, vehicle).await;
    }
    let (of, any) = match who {
        Starter::Dealer(_, dealership) => (Some(dealership), false),
        _ => (None, true),
    };
    let known = sql!(
        tx,
        optional(VehicleId, String),
        "SELECT id, vin FROM vehicles WHERE id = $1 AND inventory_status = 'DELIVERED' AND ($2 OR dealership_id = $3)",
        vehicle,
        any,
        of
    )?;
    match known {
        Some((id, _)) => vehicles::find(tx, id).await,
        None => Ok(None),
    }
}

/// What of the owner's has to be over before the car can go: services on their way. Subscriptions end by themselves with
/// the change, and are listed so that they can be told before.
pub async fn about_car(tx: &mut Tx, owner: UserId, vehicle: VehicleId) -> Result<Vec<Open>> {
    services_in_the_way(tx, owner, Some(vehicle)).await
}

/// Offers a car. Returns the code that the new owner needs, which is shown once.
pub async fn offer(caas: &Caas, who: Starter, vehicle: VehicleId, to: &NewOwner) -> Answer<(Uuid, String)> {
    let Ok(email) = Email::parse(&to.email) else { return refuse(OwnerChangeRefusal::Email) };
    if PersonName::parse(&to.name).is_err() {
        return refuse(OwnerChangeRefusal::Name);
    }
    let mut tx = caas.db.begin().await?;
    let Some(car) = car_of(&mut tx, who, vehicle).await? else { return refuse(OwnerChangeRefusal::NotFound) };
    if offers_of_the_day(&mut tx, who, caas.now()).await? >= OFFERS_A_DAY {
        return refuse(OwnerChangeRefusal::TooMany);
    }
    let country = match car.customer_id {
        Some(owner) => {
            let (country, own) =
                sql!(&mut tx, one(String, String), "SELECT country, email_key FROM users WHERE id = $1", owner)?;
            if own == email.key() {
                return refuse(OwnerChangeRefusal::Same);
            }
            if about_car(&mut tx, owner, vehicle).await?.iter().any(|open| open.what == Obstacle::OpenPurchase) {
                return refuse(OwnerChangeRefusal::InTheWay);
            }
            country
        }
        None => "ES".to_owned(),
    };
    let invitation = Invitation {
        name: to.name.clone(),
        email: to.email.clone(),
        phone: String::new(),
        country,
        locale: to.locale,
        role: Role::Customer,
        dealership: None,
    };
    let new_owner = match accounts::invite(caas, &mut tx, who.actor(), &invitation).await {
        Ok(id) => id,
        Err(AccountError::Failure(failure)) => return Err(failure),
        Err(_) => return refuse(OwnerChangeRefusal::Email),
    };
    let (role, closed) =
        sql!(&mut tx, one(String, Option<Timestamp>), "SELECT role, disabled_at FROM users WHERE id = $1", new_owner)?;
    if role != Role::Customer.as_str() || closed.is_some() {
        return refuse(OwnerChangeRefusal::NoCustomer);
    }
    let (id, now, code) = (caas.new_uuid(), caas.now(), new_code(&*caas.rng));
    let made = sql!(&mut tx, execute
        "INSERT INTO owner_changes (id, vehicle_id, from_customer, to_customer, started_by, state, code_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, 'OFFERED', $6, $7, $8)",
        id, vehicle, car.customer_id, new_owner, who.id(), hashed(&code), now, now + LASTS);
    match made {
        Err(error) if is_duplicate(&error) => return refuse(OwnerChangeRefusal::AlreadyOffered),
        made => made?,
    };
    let change = load(&mut tx, id).await?.ok_or(Failure::Conflict("owner change"))?;
    log(caas, &mut tx, &change, who.actor(), None, OwnerChangeState::Offered).await?;
    let offered = Notice {
        vehicle: car.model_name.clone(),
        ..Notice::about(new_owner, NoticeEvent::CarOffered, id.to_string(), format!("/expediente/traspasos/{id}"))
    };
    notify(caas, &mut tx, &offered).await?;
    if let Some(owner) = car.customer_id.filter(|owner| *owner != who.id()) {
        let text = Bilingual {
            es: "Nos han pedido pasar tu coche a otra persona. Cuando lo acepte con su código dejará de estar en tu cuenta. Si no es cosa tuya, páralo ahora en la página del coche.".to_owned(),
            en: "We were asked to pass your car on to somebody. Once they accept it with their code it will leave your account. If this is not your doing, stop it now on the car's page.".to_owned(),
        };
        tell(caas, &mut tx, owner, &car, &format!("{id}:offered"), &hand_over_path(vehicle), text).await?;
    }
    jobs::enqueue(caas, &mut tx, &ExpireOwnerChange { change: id }, Enqueue::at(now + LASTS)).await?;
    tx.commit().await?;
    Ok(Ok((id, code)))
}

/// How many cars an owner has offered within a day, the ones taken back counted too. Ours may offer as many as they have to.
async fn offers_of_the_day(tx: &mut Tx, who: Starter, now: Timestamp) -> Result<i64> {
    let Starter::Owner(owner) = who else { return Ok(0) };
    let (count,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM owner_changes WHERE from_customer = $1 AND started_by = $1 AND created_at > $2",
        owner,
        now - TimeDelta::days(1)
    )?;
    Ok(count)
}

/// The page on which the owner passes a car on.
pub fn hand_over_path(vehicle: VehicleId) -> String {
    format!("/expediente/coches/{vehicle}/traspaso")
}

async fn load(tx: &mut Tx, id: Uuid) -> Result<Option<OwnerChange>> {
    Ok(sql!(tx, optional OwnerChange,
        "SELECT id, vehicle_id, from_customer, to_customer, started_by, state, expires_at, tries FROM owner_changes WHERE id = $1", id)?)
}

/// The offer of a car that waits for its new owner.
pub async fn open_of_car(tx: &mut Tx, vehicle: VehicleId) -> Result<Option<OwnerChange>> {
    Ok(sql!(tx, optional OwnerChange,
        "SELECT id, vehicle_id, from_customer, to_customer, started_by, state, expires_at, tries FROM owner_changes
         WHERE vehicle_id = $1 AND state = 'OFFERED'", vehicle)?)
}

/// What is offered to somebody, the newest first.
pub async fn offered_to(tx: &mut Tx, customer: UserId) -> Result<Vec<OwnerChange>> {
    Ok(sql!(tx, all OwnerChange,
        "SELECT id, vehicle_id, from_customer, to_customer, started_by, state, expires_at, tries FROM owner_changes
         WHERE to_customer = $1 AND state = 'OFFERED' ORDER BY created_at DESC LIMIT 20", customer)?)
}

/// An offer to this person, whatever has become of it.
pub async fn of_new_owner(tx: &mut Tx, customer: UserId, id: Uuid) -> Result<Option<OwnerChange>> {
    Ok(load(tx, id).await?.filter(|change| change.to_customer == customer))
}

/// Takes an offer back: the owner, or whoever of ours may pass this car on.
pub async fn withdraw(caas: &Caas, who: Starter, id: Uuid) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let Some(change) = load(&mut tx, id).await? else { return refuse(OwnerChangeRefusal::NotFound) };
    if car_of(&mut tx, who, change.vehicle_id).await?.is_none() {
        return refuse(OwnerChangeRefusal::NotFound);
    }
    if !end(caas, &mut tx, &change, who.actor(), OwnerChangeState::Withdrawn).await? {
        return refuse(OwnerChangeRefusal::Over);
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes back whatever a customer offers or is offered, because the account is erased.
pub(super) async fn withdraw_all_of(caas: &Caas, tx: &mut Tx, customer: UserId) -> Result<()> {
    let open = sql!(tx, all OwnerChange,
        "SELECT id, vehicle_id, from_customer, to_customer, started_by, state, expires_at, tries FROM owner_changes
         WHERE (from_customer = $1 OR to_customer = $1) AND state = 'OFFERED' ORDER BY id", customer)?;
    for change in open {
        end(caas, tx, &change, Actor::SYSTEM, OwnerChangeState::Withdrawn).await?;
    }
    Ok(())
}

/// Ends an open offer without a change; `false` when it was over already.
async fn end(caas: &Caas, tx: &mut Tx, change: &OwnerChange, actor: Actor, to: OwnerChangeState) -> Result<bool> {
    let ended = sql!(tx, execute
        "UPDATE owner_changes SET state = $1, ended_at = $2 WHERE id = $3 AND state = 'OFFERED'",
        to.as_str(), caas.now(), change.id)?;
    if ended == 1 {
        log(caas, tx, change, actor, Some(OwnerChangeState::Offered), to).await?;
    }
    Ok(ended == 1)
}

/// The new owner accepts with the code. A wrong one is counted; the fifth ends the offer.
pub async fn accept(caas: &Caas, customer: UserId, id: Uuid, code: &str) -> Answer<VehicleId> {
    let mut tx = caas.db.begin().await?;
    // Locks the offer: of two clicks one accepts.
    let known = sql!(
        &mut tx,
        optional(String, i64),
        "UPDATE owner_changes SET tries = tries WHERE id = $1 AND to_customer = $2 RETURNING code_hash, tries",
        id,
        customer
    )?;
    let (Some((hash, tries)), Some(change)) = (known, load(&mut tx, id).await?) else {
        return refuse(OwnerChangeRefusal::NotFound);
    };
    if change.state == OwnerChangeState::Accepted {
        return Ok(Ok(change.vehicle_id));
    }
    if change.state != OwnerChangeState::Offered || change.expires_at <= caas.now() {
        return refuse(OwnerChangeRefusal::Over);
    }
    if hashed(code) != hash {
        sql!(&mut tx, execute "UPDATE owner_changes SET tries = tries + 1 WHERE id = $1", id)?;
        let over = tries + 1 >= TRIES;
        if over {
            end(caas, &mut tx, &change, Actor::customer(customer), OwnerChangeState::Withdrawn).await?;
        }
        tx.commit().await?;
        return refuse(if over { OwnerChangeRefusal::TooManyCodes } else { OwnerChangeRefusal::WrongCode });
    }
    if let Some(owner) = change.from_customer
        && about_car(&mut tx, owner, change.vehicle_id).await?.iter().any(|open| open.what == Obstacle::OpenPurchase)
    {
        return refuse(OwnerChangeRefusal::InTheWay);
    }
    if !hand_over(caas, &mut tx, &change).await? {
        return refuse(OwnerChangeRefusal::Over);
    }
    tx.commit().await?;
    Ok(Ok(change.vehicle_id))
}

/// The car changes hands, all of it or nothing. `false` when it is not the old owner's any more.
async fn hand_over(caas: &Caas, tx: &mut Tx, change: &OwnerChange) -> Result<bool> {
    let (car, now) = (change.vehicle_id, caas.now());
    let assigned = AssignmentStatus::AssignedToCustomer.as_str();
    let moved = sql!(tx, execute
        "UPDATE vehicles SET customer_id = $1, assignment_status = $2, purchased_at = $3, updated_at = $3, version = version + 1
         WHERE id = $4 AND inventory_status = 'DELIVERED'
           AND (customer_id = $5 OR ($5 IS NULL AND customer_id IS NULL))",
        change.to_customer, assigned, now, car, change.from_customer)?;
    if moved != 1 {
        return Ok(false);
    }
    if let Some(owner) = change.from_customer {
        end_subscriptions(caas, tx, owner, car).await?;
    }
    // A subscription is told to whoever pays for it, to the end.
    sql!(tx, execute
        "UPDATE service_activations SET handed_over_at = $1, version = version + 1
         WHERE vehicle_id = $2 AND customer_id <> $3 AND NOT is_over AND handed_over_at IS NULL
           AND offer_kind <> 'SUBSCRIPTION'", now, car, change.to_customer)?;
    sql!(tx, execute "DELETE FROM linked_apps WHERE vehicle_id = $1 AND user_id <> $2", car, change.to_customer)?;
    sql!(tx, execute "UPDATE link_codes SET used_at = $1 WHERE vehicle_id = $2 AND used_at IS NULL", now, car)?;
    sql!(tx, execute
        "UPDATE owner_changes SET state = 'ACCEPTED', ended_at = $1 WHERE id = $2 AND state = 'OFFERED'", now, change.id)?;
    let (offered, accepted) = (Some(OwnerChangeState::Offered), OwnerChangeState::Accepted);
    let by = Actor::customer(change.to_customer);
    log(caas, tx, change, by, offered, accepted).await?;
    let before = match change.from_customer {
        Some(_) => AssignmentStatus::AssignedToCustomer,
        None => AssignmentStatus::OwnerUnknown,
    };
    stock::note(caas, tx, by, Some(change.to_customer), car, before.as_str(), assigned).await?;
    let Some(vehicle) = vehicles::find(tx, car).await? else { return Ok(false) };
    let text = Bilingual {
        es: "El coche ya está en tu cuenta, con los servicios que lleva. Vincula tu móvil en la aplicación.".to_owned(),
        en: "The car is in your account now, with the services in it. Link your phone in the app.".to_owned(),
    };
    let href = format!("/expediente?coche={car}");
    tell(caas, tx, change.to_customer, &vehicle, &format!("{}:new", change.id), &href, text).await?;
    if let Some(owner) = change.from_customer {
        let text = Bilingual {
            es: "El coche ya no está en tu cuenta: es de quien lo ha aceptado. Tus pagos, facturas e historia siguen siendo tuyos. Los móviles que tenías vinculados ya no funcionan con él y tus suscripciones en este coche han terminado.".to_owned(),
            en: "The car is no longer in your account: it belongs to whoever accepted it. Your payments, invoices and story stay yours. The phones you had linked no longer work with it and your subscriptions in this car have ended.".to_owned(),
        };
        tell(caas, tx, owner, &vehicle, &format!("{}:old", change.id), "/expediente", text).await?;
    }
    Ok(true)
}

/// The old owner's subscriptions in the car end as if cancelled now: the days used are billed.
async fn end_subscriptions(caas: &Caas, tx: &mut Tx, owner: UserId, car: VehicleId) -> Result<()> {
    let running = sql!(
        tx,
        all(ActivationId, UserId),
        "SELECT service_activation_id, customer_id FROM service_activations
         WHERE vehicle_id = $1 AND customer_id = $2 AND offer_kind = 'SUBSCRIPTION' AND NOT is_over
         ORDER BY created_at, service_activation_id",
        car,
        owner
    )?;
    for (activation, _) in running {
        // One that the vehicle has just confirmed may not have begun yet.
        let activation = activations::load(tx, activation).await?;
        if let Some(found) = begun(caas, tx, &activation).await? {
            let mut subscription = subscriptions::lock(tx, found.id).await?;
            if subscription.status != SubscriptionStatus::Cancelled {
                end_now(caas, tx, &mut subscription, EndReason::NewOwner, Actor::customer(owner)).await?;
            }
        }
    }
    Ok(())
}

/// Writes down, in the old owner's story, how it went; in that of nobody when there was none.
async fn log(
    caas: &Caas,
    tx: &mut Tx,
    change: &OwnerChange,
    actor: Actor,
    before: Option<OwnerChangeState>,
    after: OwnerChangeState,
) -> Result<()> {
    let entry = Entry {
        vehicle: Some(change.vehicle_id),
        before: before.map(OwnerChangeState::as_str),
        after: Some(after.as_str()),
        data: serde_json::json!({ "change": change.id }),
        visible: true,
        ..Entry::new(change.from_customer, actor, EntryKind::OwnerChanged, SubjectKind::Vehicle, change.vehicle_id.0)
    };
    record(caas, tx, entry).await
}

async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    user: UserId,
    car: &Vehicle,
    key: &str,
    href: &str,
    text: Bilingual,
) -> Result<()> {
    let (locale, _) = sql!(tx, one(String, UserId), "SELECT locale, id FROM users WHERE id = $1", user)?;
    let locale: Locale = locale.parse()?;
    let notice = Notice {
        vehicle: car.model_name.clone(),
        text: Some(text.get(locale).to_owned()),
        ..Notice::about(user, NoticeEvent::CarHandedOver, key, href)
    };
    notify(caas, tx, &notice).await
}

/// A service that is switched on in a car, for whoever has the car: nothing of who bought it, or what it cost.
#[derive(Debug, Clone, FromRow)]
pub struct Inherited {
    /// Its name.
    pub service_names: Json<Bilingual>,
    /// Until when; `None` for good.
    pub expires_at: Option<Timestamp>,
}

/// What is switched on in a car and was not bought by its present owner.
pub async fn inherited(tx: &mut Tx, vehicle: VehicleId, owner: UserId) -> Result<Vec<Inherited>> {
    Ok(sql!(tx, all Inherited,
        "SELECT service_names, expires_at FROM service_activations
         WHERE vehicle_id = $1 AND customer_id <> $2 AND current_state = 'ACTIVE' AND offer_kind <> 'SUBSCRIPTION'
         ORDER BY created_at, service_activation_id", vehicle, owner)?)
}

/// Ends an offer that nobody accepted.
#[derive(Serialize, Deserialize)]
pub struct ExpireOwnerChange {
    change: Uuid,
}

impl Job for ExpireOwnerChange {
    const KIND: &'static str = "rights.expire_owner_change";

    async fn run(self, caas: &Caas, _: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let Some(change) = load(&mut tx, self.change).await? else { return Ok(Outcome::Done) };
        if end(caas, &mut tx, &change, Actor::SYSTEM, OwnerChangeState::Expired).await? {
            return Ok(Outcome::DoneIn(tx));
        }
        Ok(Outcome::Done)
    }
}
