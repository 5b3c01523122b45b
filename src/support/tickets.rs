//! Tickets and the notes on them.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, TicketId, UserId, VehicleId};
use crate::kernel::locale::Bilingual;
use chrono::TimeDelta;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// A case.
#[derive(Debug, Clone, FromRow)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// For people: OTA-000001.
    pub number: String,
    /// OPEN or SOLVED.
    pub status: String,
    /// Code of why it was opened.
    pub reason: String,
    /// The whole package.
    pub diagnostics: Json<serde_json::Value>,
    /// By when the customer gets a first answer.
    pub first_answer_due_at: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// A case to be opened in the OTA queue.
#[derive(Debug)]
pub struct NewTicket<'a> {
    /// What it is about.
    pub activation: ActivationId,
    /// Whose.
    pub customer: UserId,
    /// Which car.
    pub vehicle: VehicleId,
    /// Code of why.
    pub reason: &'a str,
    /// The whole package. No secrets, no card data.
    pub diagnostics: serde_json::Value,
    /// How long the customer waits at most for a first answer.
    pub first_answer_within: TimeDelta,
}

/// Opens a case in the OTA queue.
pub async fn open_ota_ticket(caas: &Caas, tx: &mut Tx, new: &NewTicket<'_>) -> Result<Ticket> {
    let (id, now) = (caas.new_id::<TicketId>(), caas.now());
    let (value,) = sql!(
        tx,
        one(i64,),
        "INSERT INTO sequences (name, value) VALUES ('ticket:OTA', 1)
         ON CONFLICT (name) DO UPDATE SET value = sequences.value + 1 RETURNING value"
    )?;
    let number = format!("OTA-{value:06}");
    sql!(tx, execute
        "INSERT INTO tickets (id, number, queue, status, priority, service_activation_id, customer_id, vehicle_id, reason,
                              diagnostics, first_answer_due_at, created_at, updated_at)
         VALUES ($1, $2, 'OTA', 'OPEN', 'NORMAL', $3, $4, $5, $6, $7, $8, $9, $9)",
        id, &number, new.activation, new.customer, new.vehicle, new.reason, Json(&new.diagnostics),
        now + new.first_answer_within, now)?;
    let entry = Entry {
        vehicle: Some(new.vehicle),
        after: Some("OPEN"),
        data: serde_json::json!({ "ticket": number, "activation": new.activation, "code": new.reason }),
        ..Entry::new(Some(new.customer), Actor::SYSTEM, EntryKind::TicketOpened, SubjectKind::Ticket, id.0)
    };
    record(caas, tx, entry).await?;
    metrics::counter!("caas_tickets_total", "queue" => "OTA").increment(1);
    Ok(
        sql!(tx, one Ticket, "SELECT id, number, status, reason, diagnostics, first_answer_due_at, created_at FROM tickets WHERE id = $1", id)?,
    )
}

/// Adds a note, by a person or by the system.
pub async fn note(
    caas: &Caas,
    tx: &mut Tx,
    ticket: TicketId,
    author: Option<UserId>,
    code: &str,
    data: serde_json::Value,
) -> Result<()> {
    let id: Uuid = caas.new_uuid();
    sql!(tx, execute
        "INSERT INTO ticket_notes (id, ticket_id, author_id, code, data, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id, ticket, author, code, Json(&data), caas.now())?;
    Ok(())
}

/// A ticket's number for people.
pub async fn number_of(tx: &mut Tx, ticket: TicketId) -> Result<Option<String>> {
    Ok(sql!(tx, optional(String,), "SELECT number FROM tickets WHERE id = $1", ticket)?.map(|(number,)| number))
}

/// The tickets about an activation, oldest first.
pub async fn of_activation(tx: &mut Tx, activation: ActivationId) -> Result<Vec<Ticket>> {
    Ok(sql!(tx, all Ticket,
        "SELECT id, number, status, reason, diagnostics, first_answer_due_at, created_at FROM tickets
         WHERE service_activation_id = $1 ORDER BY created_at, id", activation)?)
}

/// An open case as a list shows it.
#[derive(Debug, Clone, FromRow)]
pub struct TicketLine {
    /// Its id: the key for the next page.
    pub id: TicketId,
    /// For people.
    pub number: String,
    /// Code of why it was opened.
    pub reason: String,
    /// By when the customer gets a first answer.
    pub first_answer_due_at: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Whose.
    pub customer_name: String,
    /// The car's model.
    pub model_name: Option<String>,
    /// The car's plate.
    pub plate: Option<String>,
    /// What it is about.
    pub service_names: Option<Json<Bilingual>>,
}

/// The open cases of a queue, the oldest first, opened after `after` when given.
pub async fn open_tickets(tx: &mut Tx, queue: &str, after: Option<TicketId>, limit: i64) -> Result<Vec<TicketLine>> {
    // The key of the page before: from its time on the index is read.
    let from = match after {
        Some(id) => sql!(tx, optional(Timestamp,), "SELECT created_at FROM tickets WHERE id = $1", id)?,
        None => None,
    };
    let from = from.map_or(Timestamp::UNIX_EPOCH, |(at,)| at);
    Ok(sql!(tx, all TicketLine,
        "SELECT t.id, t.number, t.reason, t.first_answer_due_at, t.created_at, u.name AS customer_name,
                m.name AS model_name, v.plate, a.service_names
         FROM tickets t JOIN users u ON u.id = t.customer_id
         LEFT JOIN vehicles v ON v.id = t.vehicle_id LEFT JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         WHERE t.queue = $1 AND t.status = 'OPEN' AND t.created_at >= $2 AND t.id > $3
         ORDER BY t.created_at, t.id LIMIT $4",
        queue, from, after.unwrap_or(TicketId(Uuid::nil())), limit)?)
}

/// A case with the activation it is about.
#[derive(Debug, Clone, FromRow)]
pub struct TicketCase {
    /// The case.
    #[sqlx(flatten)]
    pub ticket: Ticket,
    /// What it is about.
    #[sqlx(rename = "service_activation_id")]
    pub activation: Option<ActivationId>,
}

/// A case by its number.
pub async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<TicketCase>> {
    Ok(sql!(
        tx,
        optional TicketCase,
        "SELECT id, number, status, reason, diagnostics, first_answer_due_at, created_at, service_activation_id
         FROM tickets WHERE number = $1",
        number
    )?)
}

/// A note on a case.
#[derive(Debug, Clone, FromRow)]
pub struct TicketNote {
    /// Who wrote it; nobody: the system.
    pub author_name: Option<String>,
    /// What it is about.
    pub code: String,
    /// Facts.
    pub data: Json<serde_json::Value>,
    /// When.
    pub created_at: Timestamp,
}

/// The notes on a case, oldest first.
pub async fn notes_of(tx: &mut Tx, ticket: TicketId, limit: i64) -> Result<Vec<TicketNote>> {
    Ok(sql!(tx, all TicketNote,
        "SELECT u.name AS author_name, n.code, n.data, n.created_at
         FROM ticket_notes n LEFT JOIN users u ON u.id = n.author_id
         WHERE n.ticket_id = $1 ORDER BY n.created_at, n.id LIMIT $2", ticket, limit)?)
}
