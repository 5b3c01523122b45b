//! Registrations in the database, and their steps.

use super::model::{RegistrationEvent, RegistrationState};
use super::port::{BodyReason, RegistrationRequest};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::OrderId;
use crate::kernel::spans;
use crate::sales::orders::{self, Order};
use sqlx::FromRow;
use sqlx::types::Json;

/// The columns of a [`Registration`], each behind `$of`.
macro_rules! registration_columns {
    ($of:literal) => {
        columns!($of; order_id, country, state, manual, submission, idempotency_key, attempts, registration_id,
            dossier_id, plate, registration_date, reasons, last_error, created_at, updated_at, version)
    };
}

/// The registration of one order's car.
#[derive(Debug, Clone, FromRow)]
pub struct Registration {
    /// The order.
    pub order_id: OrderId,
    /// Where, ISO 3166-1 alpha-2.
    pub country: String,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub state: RegistrationState,
    /// People carry the papers to the body: it has no way in, or does not answer.
    pub manual: bool,
    /// Which submission this is, from 1 on; 0 before the first.
    pub submission: i64,
    /// Of the present submission.
    pub idempotency_key: Option<String>,
    /// Requests of the present submission that brought no answer.
    pub attempts: i64,
    /// The body's id of the present submission.
    pub registration_id: Option<String>,
    /// The number of the dossier (DE).
    pub dossier_id: Option<String>,
    /// Once known.
    pub plate: Option<String>,
    /// YYYY-MM-DD, once known.
    pub registration_date: Option<String>,
    /// Of the last refusal, in the body's words.
    pub reasons: Option<Json<Vec<BodyReason>>>,
    /// Why the last request brought nothing, for people of ours.
    pub last_error: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Against lost updates.
    pub version: i64,
}

impl Registration {
    /// The body's reasons, where it gave some.
    pub fn reasons(&self) -> &[BodyReason] {
        self.reasons.as_ref().map(|reasons| reasons.0.as_slice()).unwrap_or_default()
    }
}

/// A submission as every try sends it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Submission {
    pub idempotency_key: String,
    pub request: Option<Json<RegistrationRequest>>,
    pub registration_id: Option<String>,
    pub asks: i64,
}

/// The registration of an order, once it began.
pub async fn find(tx: &mut Tx, order: OrderId) -> Result<Option<Registration>> {
    Ok(sql!(tx, optional Registration,
        concat!("SELECT ", registration_columns!(""), " FROM registrations WHERE order_id = $1"), order)?)
}

/// Begins it: as far as the registration knows, the car is not paid.
pub(super) async fn insert(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    country: &str,
    manual: bool,
) -> Result<Registration> {
    let first = RegistrationState::PendingPayment;
    sql!(tx, execute
        "INSERT INTO registrations (order_id, country, state, manual, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
        order.id, country, first.as_str(), manual, caas.now())?;
    let begun = find(tx, order.id).await?;
    let begun = begun.ok_or_else(|| Failure::Stored("a registration that was just written".to_owned()))?;
    write(caas, tx, order, &begun, Some((None, first)), Actor::SYSTEM, serde_json::json!({})).await?;
    Ok(begun)
}

/// Writes one that was read before. Fails with a conflict when somebody else wrote it meanwhile.
pub(super) async fn save(caas: &Caas, tx: &mut Tx, r: &mut Registration) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE registrations SET state = $1, manual = $2, submission = $3, idempotency_key = $4, attempts = $5,
                registration_id = $6, dossier_id = $7, plate = $8, registration_date = $9, reasons = $10, last_error = $11,
                updated_at = $12, version = version + 1
         WHERE order_id = $13 AND version = $14",
        r.state.as_str(), r.manual, r.submission, r.idempotency_key.as_deref(), r.attempts, r.registration_id.as_deref(),
        r.dossier_id.as_deref(), r.plate.as_deref(), r.registration_date.as_deref(), &r.reasons, r.last_error.as_deref(),
        caas.now(), r.order_id, r.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("registration"));
    }
    r.version += 1;
    Ok(())
}

/// Takes a registration one step on: state and entry, in the caller's transaction.
pub(super) async fn apply(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    registration: &mut Registration,
    event: RegistrationEvent,
    actor: Actor,
) -> Result<()> {
    let before = registration.state;
    registration.state = before.on(event).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    save(caas, tx, registration).await?;
    spans::concerns(order.id);
    let data = serde_json::json!({ "event": event });
    let after = registration.state;
    let states = (before != after).then_some((Some(before), after));
    write(caas, tx, order, registration, states, actor, data).await
}

/// Writes down something that is no change of state.
pub(super) async fn note(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    registration: &Registration,
    actor: Actor,
    data: serde_json::Value,
) -> Result<()> {
    write(caas, tx, order, registration, None, actor, data).await
}

/// Writes down that owner or address were put right, also before there is a registration. What they say stays out of it.
pub(super) async fn corrected(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    registration: Option<&Registration>,
    actor: Actor,
) -> Result<()> {
    let data = serde_json::json!({ "corrected": true });
    match registration {
        Some(registration) => note(caas, tx, order, registration, actor, data).await,
        None => enter(caas, tx, order, None, actor, data).await,
    }
}

async fn write(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    registration: &Registration,
    states: Option<(Option<RegistrationState>, RegistrationState)>,
    actor: Actor,
    mut data: serde_json::Value,
) -> Result<()> {
    data["country"] = registration.country.clone().into();
    data["submission"] = registration.submission.into();
    // What the body asks for is part of the story; its words may name the owner and stay out of it.
    if !registration.reasons().is_empty() {
        data["codes"] = registration.reasons().iter().map(|reason| reason.code.clone()).collect::<Vec<_>>().into();
    }
    enter(caas, tx, order, states, actor, data).await
}

async fn enter(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    states: Option<(Option<RegistrationState>, RegistrationState)>,
    actor: Actor,
    mut data: serde_json::Value,
) -> Result<()> {
    data["order"] = order.number.clone().into();
    let entry = Entry {
        vehicle: order.vehicle_id,
        before: states.and_then(|(before, _)| before).map(RegistrationState::as_str),
        after: states.map(|(_, after)| after.as_str()),
        data,
        visible: true,
        ..Entry::new(order.customer_id, actor, EntryKind::RegistrationChanged, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    orders::announce(tx, order);
    Ok(())
}

/// Writes a submission down before anything is sent.
pub(super) async fn insert_submission(
    caas: &Caas,
    tx: &mut Tx,
    registration: &Registration,
    key: &str,
    request: Option<&RegistrationRequest>,
) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO registration_submissions (order_id, submission, idempotency_key, request, created_at)
         VALUES ($1, $2, $3, $4, $5)",
        registration.order_id, registration.submission, key, request.map(Json), caas.now())?;
    Ok(())
}

/// A submission.
pub(super) async fn submission(tx: &mut Tx, order: OrderId, number: i64) -> Result<Option<Submission>> {
    Ok(sql!(tx, optional Submission,
        "SELECT idempotency_key, request, registration_id, asks FROM registration_submissions
         WHERE order_id = $1 AND submission = $2", order, number)?)
}

/// Notes what a body said of a submission.
pub(super) async fn answered(
    caas: &Caas,
    tx: &mut Tx,
    order: OrderId,
    number: i64,
    registration_id: Option<&str>,
    verdict: super::port::BodyVerdict,
    reasons: &[BodyReason],
) -> Result<()> {
    sql!(tx, execute
        "UPDATE registration_submissions
         SET registration_id = COALESCE(registration_id, $1), verdict = $2, reasons = $3, answered_at = $4
         WHERE order_id = $5 AND submission = $6",
        registration_id, verdict.as_str(), Json(reasons), caas.now(), order, number)?;
    Ok(())
}
