//! Activations and attempts in the database.

use super::failures;
use super::model::{ActivationEvent, ActivationState, AttemptCommand, AttemptResult, FinalResult};
use super::port::VehicleStatus;
use crate::Caas;
use crate::breaker::{BreakerState, System};
use crate::catalogue::OfferKind;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, AttemptId, OfferId, PaymentId, ServiceId, TicketId, UserId, VehicleId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::spans;
use crate::vehicles::Vehicle;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// What is switched on, as it was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// The service's code at API IoT.
    pub service_code: String,
    /// Feature flags to set.
    pub feature_flags: Vec<String>,
    /// Parameters to set.
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

/// The columns of an [`Activation`], each behind `$of`.
macro_rules! activation_columns {
    ($of:literal) => {
        columns!($of; service_activation_id, customer_id, vehicle_id, service_id, offer_id, payment_id, current_state,
            offer_kind, days, amount_cents, currency, configuration, service_names, activation_queued_at, deadline_at,
            next_attempt_at, delayed_since, total_attempts, last_failure, activated_at, expires_at, ended_at,
            tech_support_ticket_id, final_result, withdrawal_id, cancel_wanted_at, handed_over_at, version, created_at)
    };
}
pub(crate) use activation_columns;

/// One service on its way to, in, or out of one vehicle.
#[derive(Debug, Clone, FromRow)]
pub struct Activation {
    /// Its id.
    #[sqlx(rename = "service_activation_id")]
    pub id: ActivationId,
    /// Who ordered it.
    pub customer_id: UserId,
    /// The vehicle.
    pub vehicle_id: VehicleId,
    /// The service.
    pub service_id: ServiceId,
    /// The offer it was bought by.
    pub offer_id: OfferId,
    /// The money side; none for what is billed later, or came with the car.
    pub payment_id: Option<PaymentId>,
    /// Where it is.
    #[sqlx(rename = "current_state", try_from = "String")]
    pub state: ActivationState,
    /// For some days, for ever, or by subscription.
    #[sqlx(try_from = "String")]
    pub offer_kind: OfferKind,
    /// Of a temporary offer.
    pub days: Option<i64>,
    /// The price agreed.
    pub amount_cents: Cents,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// What is switched on.
    pub configuration: Json<Configuration>,
    /// The service's name as ordered.
    pub service_names: Json<Bilingual>,
    /// When it joined the queue.
    pub activation_queued_at: Option<Timestamp>,
    /// The engine gives up after this.
    pub deadline_at: Option<Timestamp>,
    /// While a retry is scheduled.
    pub next_attempt_at: Option<Timestamp>,
    /// While API IoT's breaker is open.
    pub delayed_since: Option<Timestamp>,
    /// Attempts made.
    pub total_attempts: i64,
    /// Code of why the last attempt failed.
    pub last_failure: Option<String>,
    /// When the vehicle confirmed.
    pub activated_at: Option<Timestamp>,
    /// End of a temporary service.
    pub expires_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// The ticket, when it was escalated.
    #[sqlx(rename = "tech_support_ticket_id")]
    pub ticket_id: Option<TicketId>,
    /// How it came out.
    pub final_result: Option<String>,
    /// The customer's declaration of withdrawal, once there is one.
    pub withdrawal_id: Option<Uuid>,
    /// Since when the customer wants it cancelled, while bank or car had not answered.
    pub cancel_wanted_at: Option<Timestamp>,
    /// When the car went to another owner with it: who ordered it hears no more of it.
    pub handed_over_at: Option<Timestamp>,
    /// Against lost updates.
    pub version: i64,
    /// When it was ordered.
    pub created_at: Timestamp,
}

impl Activation {
    /// The price with its currency.
    pub fn price(&self) -> Money {
        Money::new(self.amount_cents, self.currency)
    }

    /// What is at stake: the price, which is nothing for what came with the car. None for what is billed later.
    pub fn amount(&self) -> Option<Money> {
        (self.payment_id.is_some() || self.is_included()).then(|| self.price())
    }

    /// Whether it came with the car: nothing is held, charged or billed for it, ever.
    pub fn is_included(&self) -> bool {
        self.payment_id.is_none() && self.offer_kind != OfferKind::Subscription
    }

    /// Whether the law's period of withdrawal runs for it once it is delivered: for what lasts longer than the period itself
    /// and has a price of its own. What came with the car belongs to the contract about the car.
    pub fn has_withdrawal_period(&self) -> bool {
        !self.is_included() && (self.offer_kind != OfferKind::Temporary || self.days.is_none_or(|days| days > 14))
    }

    /// How it came out.
    pub fn result(&self) -> Option<FinalResult> {
        self.final_result.as_deref().and_then(|code| code.parse().ok())
    }
}

/// Reads an activation.
pub async fn load(tx: &mut Tx, id: ActivationId) -> Result<Activation> {
    Ok(sql!(tx, one Activation,
        concat!("SELECT ", activation_columns!(""), " FROM service_activations WHERE service_activation_id = $1"), id)?)
}

/// An activation of this customer; `None` when it does not exist or is somebody else's.
pub async fn of_customer(tx: &mut Tx, customer: UserId, id: ActivationId) -> Result<Option<Activation>> {
    Ok(sql!(tx, optional Activation,
        concat!("SELECT ", activation_columns!(""),
                " FROM service_activations WHERE service_activation_id = $1 AND customer_id = $2"), id, customer)?)
}

/// A customer's activations, newest first, older than `before` when given.
pub async fn list_of_customer(
    tx: &mut Tx,
    customer: UserId,
    before: Option<ActivationId>,
    limit: i64,
) -> Result<Vec<Activation>> {
    Ok(sql!(tx, all Activation,
        concat!("SELECT ", activation_columns!(""),
                " FROM service_activations WHERE customer_id = $1 AND service_activation_id < $2
         ORDER BY created_at DESC, service_activation_id DESC LIMIT $3"),
        customer, before.unwrap_or(ActivationId(Uuid::max())), limit)?)
}

/// The activation of a vehicle and service that is not over.
pub async fn open_one(tx: &mut Tx, vehicle: VehicleId, service: ServiceId) -> Result<Option<Activation>> {
    Ok(sql!(tx, optional Activation,
        concat!("SELECT ", activation_columns!(""),
                " FROM service_activations WHERE vehicle_id = $1 AND service_id = $2 AND NOT is_over"), vehicle, service)?)
}

/// Every activation of a vehicle that is not over, in no order.
pub async fn running_services(tx: &mut Tx, vehicle: VehicleId) -> Result<Vec<Activation>> {
    Ok(sql!(tx, all Activation,
        concat!("SELECT ", activation_columns!(""),
                " FROM service_activations WHERE vehicle_id = $1 AND NOT is_over"), vehicle)?)
}

/// What is told about a step beside the states.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Who brought it about.
    pub actor: Actor,
    /// Facts for the reader.
    pub data: serde_json::Value,
}

impl Cause {
    /// The platform by itself, with facts.
    pub fn system(data: serde_json::Value) -> Cause {
        Cause { actor: Actor::SYSTEM, data }
    }
}

/// Takes an activation one step on: state and entry, in the caller's transaction.
///
/// Fields that come with the step are set on `activation` by the caller before.
pub async fn apply(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    event: ActivationEvent,
    cause: Cause,
) -> Result<()> {
    let before = activation.state;
    let after = before.on(event).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    activation.state = after;
    if after.is_over() {
        activation.ended_at = Some(caas.now());
    }
    save(caas, tx, activation).await?;
    tell(caas, tx, activation, before, event, cause).await
}

/// Tells of the step that a new order's row was written with: state and entry are in the caller's transaction.
pub async fn begun(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    event: ActivationEvent,
    cause: Cause,
) -> Result<()> {
    tx.announce(format!("activation:{}", activation.id));
    tell(caas, tx, activation, ActivationState::PurchaseInitiated, event, cause).await
}

/// Writes down and counts a step that an activation has taken.
async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    before: ActivationState,
    event: ActivationEvent,
    cause: Cause,
) -> Result<()> {
    let after = activation.state;
    let (kind, visible) = match event {
        ActivationEvent::PaymentRequested => (EntryKind::PaymentRequested, false),
        ActivationEvent::NothingToHold | ActivationEvent::PaymentHeld => (EntryKind::ActivationQueued, false),
        ActivationEvent::PaymentDeclined => (EntryKind::OrderRejected, false),
        ActivationEvent::AttemptStarted => (EntryKind::AttemptStarted, false),
        ActivationEvent::AttemptFailed => (EntryKind::AttemptFailed, true),
        ActivationEvent::RetryScheduled => (EntryKind::RetryScheduled, false),
        ActivationEvent::VehicleConfirmed => (EntryKind::ServiceActive, true),
        ActivationEvent::Escalated => (EntryKind::ActivationEscalated, true),
        ActivationEvent::BlockedByMaintenance => (EntryKind::MaintenanceBlocked, true),
        ActivationEvent::TicketOpened => (EntryKind::AwaitingSupport, false),
        ActivationEvent::ManualAttemptStarted | ActivationEvent::ManualAttemptFailed => {
            (EntryKind::ManualAttempt, true)
        }
        ActivationEvent::DeclaredPermanent => (EntryKind::PermanentFailure, true),
        ActivationEvent::ClosedWithoutCharge => (EntryKind::ClosedWithoutCharge, false),
        ActivationEvent::CancelledByCustomer | ActivationEvent::SubscriptionEnded => {
            (EntryKind::ServiceCancelled, true)
        }
        ActivationEvent::TimeOver => (EntryKind::ServiceExpired, true),
        ActivationEvent::Withdrawn => (EntryKind::ServiceWithdrawn, true),
        ActivationEvent::Suspended => (EntryKind::ServiceSuspended, true),
    };
    let mut data = cause.data;
    if let Some(object) = data.as_object_mut() {
        object.insert("service".to_owned(), serde_json::to_value(&activation.service_names.0)?);
    }
    let entry = Entry {
        vehicle: Some(activation.vehicle_id),
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data,
        visible: visible && activation.handed_over_at.is_none(),
        ..Entry::new(Some(activation.customer_id), cause.actor, kind, SubjectKind::Activation, activation.id.0)
    };
    record(caas, tx, entry).await?;
    failures::on_step(caas, tx, activation, before, event).await?;
    metrics::counter!("caas_activation_steps_total", "to" => after.as_str()).increment(1);
    spans::concerns(activation.id);
    // With a payment a purchase that was delivered is over when the money is taken.
    let is_delivered = after == ActivationState::Active && activation.payment_id.is_none();
    let was_delivered = matches!(before, ActivationState::Active | ActivationState::Suspended);
    if is_delivered || (after.is_over() && !was_delivered) {
        spans::is_over(activation.id, "purchase", after.as_str());
    }
    Ok(())
}

/// Writes an activation that was read before. Fails with a conflict when somebody else wrote it meanwhile.
pub(super) async fn save(caas: &Caas, tx: &mut Tx, a: &mut Activation) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE service_activations SET current_state = $1, is_over = $2, activation_queued_at = $3, deadline_at = $4,
                next_attempt_at = $5, delayed_since = $6, total_attempts = $7, last_failure = $8, activated_at = $9,
                expires_at = $10, ended_at = $11, tech_support_ticket_id = $12, final_result = $13, payment_id = $14,
                updated_at = $15, version = version + 1
         WHERE service_activation_id = $16 AND version = $17",
        a.state.as_str(), a.state.is_over(), a.activation_queued_at, a.deadline_at, a.next_attempt_at, a.delayed_since,
        a.total_attempts, a.last_failure.as_deref(), a.activated_at, a.expires_at, a.ended_at, a.ticket_id,
        a.final_result.as_deref(), a.payment_id, caas.now(), a.id, a.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("activation"));
    }
    a.version += 1;
    tx.announce(format!("activation:{}", a.id));
    Ok(())
}

/// Notes that the customer has declared the withdrawal.
pub async fn withdrawn(tx: &mut Tx, a: &mut Activation, withdrawal: Uuid) -> Result<()> {
    a.withdrawal_id = Some(withdrawal);
    note_wish(tx, a).await
}

/// Notes that the customer wants it cancelled as soon as that is possible.
pub async fn cancel_wanted(tx: &mut Tx, a: &mut Activation, at: Timestamp) -> Result<()> {
    a.cancel_wanted_at = Some(at);
    note_wish(tx, a).await
}

async fn note_wish(tx: &mut Tx, a: &mut Activation) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE service_activations SET withdrawal_id = $1, cancel_wanted_at = $2, version = version + 1
         WHERE service_activation_id = $3 AND version = $4", a.withdrawal_id, a.cancel_wanted_at, a.id, a.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("activation"));
    }
    a.version += 1;
    tx.announce(format!("activation:{}", a.id));
    Ok(())
}

/// The columns of an [`Attempt`], each behind `$of`.
macro_rules! attempt_columns {
    ($of:literal) => {
        columns!($of; attempt_id, service_activation_id, command, deactivation_id, attempt_number, attempt_timestamp,
            vehicle_status_at_attempt, ota_command_sent, ota_response_code, ota_response_message, request_id,
            answer_due_at, service_expires_at, attempt_result, ended_at, manual)
    };
}
pub(crate) use attempt_columns;

/// One attempt to reach the vehicle.
#[derive(Debug, Clone, FromRow)]
pub struct Attempt {
    /// Its id.
    #[sqlx(rename = "attempt_id")]
    pub id: AttemptId,
    /// What it is for.
    #[sqlx(rename = "service_activation_id")]
    pub activation: ActivationId,
    /// What the vehicle is told.
    #[sqlx(try_from = "String")]
    pub command: AttemptCommand,
    /// Set when the command switches the service off.
    pub deactivation_id: Option<Uuid>,
    /// 1, 2, 3 …
    pub attempt_number: i64,
    /// When it began.
    pub attempt_timestamp: Timestamp,
    /// Snapshot asked for before the command.
    pub vehicle_status_at_attempt: Option<Json<VehicleStatus>>,
    /// Whether a command went out.
    pub ota_command_sent: bool,
    /// Code of the answer.
    pub ota_response_code: Option<String>,
    /// The answer in API IoT's words.
    pub ota_response_message: Option<String>,
    /// API IoT's id of the command.
    pub request_id: Option<String>,
    /// After this the vehicle is asked.
    pub answer_due_at: Option<Timestamp>,
    /// The end told to the vehicle with a temporary service.
    pub service_expires_at: Option<Timestamp>,
    /// How it ended; none while it is under way.
    pub attempt_result: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Made by a person.
    pub manual: bool,
}

/// An attempt to be written down, before anything is sent.
pub(super) struct NewAttempt<'a> {
    pub activation: ActivationId,
    pub command: AttemptCommand,
    pub deactivation: Option<Uuid>,
    pub number: i64,
    pub status: Option<&'a VehicleStatus>,
    pub command_sent: bool,
    pub answer_due_at: Option<Timestamp>,
    pub service_expires_at: Option<Timestamp>,
    pub manual: bool,
}

pub(super) async fn insert_attempt(caas: &Caas, tx: &mut Tx, new: &NewAttempt<'_>) -> Result<Attempt> {
    let id: AttemptId = caas.new_id();
    Ok(sql!(tx, one Attempt,
        concat!("INSERT INTO activation_attempts (attempt_id, service_activation_id, deactivation_id, command, attempt_number,
             attempt_timestamp, vehicle_status_at_attempt, ota_command_sent, answer_due_at, service_expires_at, manual)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ", attempt_columns!("")),
        id, new.activation, new.deactivation, new.command.as_str(), new.number, caas.now(), new.status.map(Json), new.command_sent, new.answer_due_at, new.service_expires_at, new.manual)?)
}

pub(super) async fn load_attempt(tx: &mut Tx, id: AttemptId) -> Result<Attempt> {
    Ok(sql!(tx, one Attempt,
        concat!("SELECT ", attempt_columns!(""), " FROM activation_attempts WHERE attempt_id = $1"), id)?)
}

/// The attempts of an activation, oldest first; without those that switch it off, or on again.
pub async fn attempts_of(tx: &mut Tx, activation: ActivationId) -> Result<Vec<Attempt>> {
    Ok(sql!(tx, all Attempt,
        concat!("SELECT ", attempt_columns!(""),
                " FROM activation_attempts WHERE service_activation_id = $1 AND command = 'ACTIVATE'
         ORDER BY attempt_timestamp, attempt_number"), activation)?)
}

pub(super) async fn attempts_of_deactivation(tx: &mut Tx, deactivation: Uuid) -> Result<Vec<Attempt>> {
    Ok(sql!(tx, all Attempt,
        concat!("SELECT ", attempt_columns!(""),
                " FROM activation_attempts WHERE deactivation_id = $1 ORDER BY attempt_number"), deactivation)?)
}

pub(super) async fn attempt_by_request(tx: &mut Tx, request_id: &str) -> Result<Option<Attempt>> {
    Ok(sql!(tx, optional Attempt,
        concat!("SELECT ", attempt_columns!(""),
                " FROM activation_attempts WHERE request_id = $1 ORDER BY attempt_timestamp DESC LIMIT 1"), request_id)?)
}

/// Notes API IoT's id of the command, when it is not known yet. Returns the attempt as it stands now.
pub(super) async fn note_request(tx: &mut Tx, id: AttemptId, request_id: &str) -> Result<Attempt> {
    Ok(sql!(tx, one Attempt,
        concat!("UPDATE activation_attempts SET request_id = $1 WHERE attempt_id = $2 RETURNING ", attempt_columns!("")), request_id, id)?)
}

/// Ends an attempt: the first verdict counts. `false` when it had one already.
pub(super) async fn end_attempt(
    caas: &Caas,
    tx: &mut Tx,
    id: AttemptId,
    result: &str,
    code: &str,
    message: &str,
) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE activation_attempts SET attempt_result = $1, ota_response_code = $2, ota_response_message = $3, ended_at = $4
         WHERE attempt_id = $5 AND attempt_result IS NULL",
        result, code, message, caas.now(), id)?;
    sql!(tx, execute
        "DELETE FROM vehicle_commands WHERE attempt_id = $1 AND vehicle_id =
             (SELECT a.vehicle_id FROM activation_attempts t
              JOIN service_activations a ON a.service_activation_id = t.service_activation_id WHERE t.attempt_id = $1)", id)?;
    Ok(changed == 1)
}

/// Ends what else is under way for an activation that the vehicle has just confirmed: an earlier command was carried out
/// late, and nobody waits for the later one any more.
pub(super) async fn end_overtaken_attempts(caas: &Caas, tx: &mut Tx, activation: &Activation) -> Result<()> {
    if activation.total_attempts < 2 {
        return Ok(());
    }
    let overtaken = sql!(
        tx,
        all(AttemptId,),
        "SELECT attempt_id FROM activation_attempts
         WHERE service_activation_id = $1 AND command = 'ACTIVATE' AND attempt_result IS NULL",
        activation.id
    )?;
    for (id,) in overtaken {
        end_attempt(caas, tx, id, AttemptResult::Success.as_str(), "ACTIVATED", "EARLIER_COMMAND").await?;
    }
    Ok(())
}

/// The same for a service that the vehicle has just confirmed to be off: else a later command would keep the vehicle
/// booked for ever.
pub(super) async fn end_overtaken_deactivations(caas: &Caas, tx: &mut Tx, deactivation: Uuid) -> Result<()> {
    let overtaken = sql!(
        tx,
        all(AttemptId,),
        "SELECT attempt_id FROM activation_attempts WHERE deactivation_id = $1 AND attempt_result IS NULL",
        deactivation
    )?;
    for (id,) in overtaken {
        end_attempt(caas, tx, id, AttemptResult::Success.as_str(), "DEACTIVATED", "EARLIER_COMMAND").await?;
    }
    Ok(())
}

/// The newer order of the same service for the same vehicle that is not over.
pub(super) async fn newer_order(tx: &mut Tx, of: &Activation) -> Result<Option<Activation>> {
    Ok(open_one(tx, of.vehicle_id, of.service_id).await?.filter(|open| open.id != of.id))
}

#[derive(FromRow)]
struct VehicleRow {
    #[sqlx(flatten)]
    vehicle: Vehicle,
    breaker: Option<String>,
}

/// The vehicle of an activation, and how API IoT's breaker stands.
pub(super) async fn vehicle_and_breaker(tx: &mut Tx, vehicle: VehicleId) -> Result<(Vehicle, BreakerState)> {
    let row = sql!(tx, optional VehicleRow,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.plate, v.firmware, v.customer_id, v.purchased_at,
                (SELECT b.state FROM breakers b WHERE b.system = $2) AS breaker
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.id = $1", vehicle, System::Iot.as_str())?;
    let row = row.ok_or_else(|| Failure::Stored("an activation has a vehicle".to_owned()))?;
    Ok((row.vehicle, row.breaker.map_or(Ok(BreakerState::Closed), |state| state.parse())?))
}

/// Books the vehicle for one command. `false` when another command is under way there.
pub(super) async fn book_vehicle(caas: &Caas, tx: &mut Tx, vehicle: VehicleId, attempt: AttemptId) -> Result<bool> {
    let booked = sql!(tx, execute
        "INSERT INTO vehicle_commands (vehicle_id, attempt_id, since) VALUES ($1, $2, $3) ON CONFLICT (vehicle_id) DO NOTHING",
        vehicle, attempt, caas.now())?;
    Ok(booked == 1)
}

/// The attempt whose command is under way in a vehicle.
pub(super) async fn command_under_way(tx: &mut Tx, vehicle: VehicleId) -> Result<Option<AttemptId>> {
    Ok(sql!(tx, optional(AttemptId,), "SELECT attempt_id FROM vehicle_commands WHERE vehicle_id = $1", vehicle)?
        .map(|(id,)| id))
}

/// The activations of a vehicle with a command of this kind that went out between two moments, is over, and whose id we
/// never learnt. It may have been carried out all the same, unless the vehicle refused it.
pub(super) async fn with_lost_answer(
    tx: &mut Tx,
    vehicle: VehicleId,
    command: AttemptCommand,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Activation>> {
    Ok(sql!(tx, all Activation,
        concat!("SELECT ", activation_columns!(""), " FROM service_activations a WHERE vehicle_id = $1 AND EXISTS (
             SELECT attempt_id FROM activation_attempts t
             WHERE t.service_activation_id = a.service_activation_id AND t.command = $2 AND t.ota_command_sent
               AND t.request_id IS NULL AND t.attempt_timestamp >= $3 AND t.attempt_timestamp <= $4
               AND t.ota_response_code IN ('TIMEOUT', 'IOT_UNAVAILABLE', 'ACTIVATED', 'DEACTIVATED'))
         ORDER BY created_at, service_activation_id"),
        vehicle, command.as_str(), from, until)?)
}

/// A customer's activations that are not over, newest first; of one vehicle when given.
pub async fn open_of_customer(
    tx: &mut Tx,
    customer: UserId,
    vehicle: Option<VehicleId>,
    limit: i64,
) -> Result<Vec<Activation>> {
    Ok(sql!(tx, all Activation,
        concat!("SELECT ", activation_columns!(""),
                " FROM service_activations WHERE customer_id = $1 AND NOT is_over AND handed_over_at IS NULL AND ($2 IS NULL OR vehicle_id = $2)
         ORDER BY created_at DESC, service_activation_id DESC LIMIT $3"), customer, vehicle, limit)?)
}

/// A customer's activations that are over, or went to another owner with the car, newest first, ordered before `before` when given; of one vehicle when given.
pub async fn ended_of_customer(
    tx: &mut Tx,
    customer: UserId,
    vehicle: Option<VehicleId>,
    before: Option<ActivationId>,
    limit: i64,
) -> Result<Vec<Activation>> {
    Ok(sql!(tx, all Activation,
        concat!("SELECT ", activation_columns!(""),
                " FROM service_activations WHERE customer_id = $1 AND (is_over OR handed_over_at IS NOT NULL) AND ($2 IS NULL OR vehicle_id = $2)
           AND service_activation_id < $3
         ORDER BY created_at DESC, service_activation_id DESC LIMIT $4"),
        customer, vehicle, before.unwrap_or(ActivationId(Uuid::max())), limit)?)
}
