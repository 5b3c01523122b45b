//! Cases in the database: opening one, taking one step, and reading one.

use super::business::calendar;
use super::clock::{self, Clock};
use super::model::{NotNow, Priority, Queue, Solution, SupportError, Team, TicketEvent, TicketStatus};
use super::words;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, StoredEntry, SubjectKind};
use crate::expediente::{Entry, record, repository as expediente};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, ServiceId, TicketId, UserId, VehicleId};
use crate::kernel::locale::{Bilingual, Locale};
use sqlx::FromRow;
use sqlx::types::Json;

/// What a use case of the console answers: done, or refused with nothing written.
pub type Answer<T> = Result<std::result::Result<T, SupportError>>;

/// A person who works on cases. The pages have checked the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub id: UserId,
}

impl Agent {
    pub(crate) fn actor(self) -> Actor {
        Actor::staff(self.id)
    }
}

/// The columns of a [`Ticket`], each behind `$of`.
macro_rules! ticket_columns {
    ($of:literal) => {
        columns!($of; id, number, queue, status, priority, team, service_activation_id, customer_id, vehicle_id,
            service_id, model_code, reason, subject, solution, assigned_to, first_answer_due_at, answer_due_at,
            answer_left_seconds, first_answered_at, breached_at, solved_at, merged_into, merged_at, merged_from,
            version, created_at, updated_at)
    };
}
pub(crate) use ticket_columns;

/// A case.
#[derive(Debug, Clone, FromRow)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// For people: OTA-000001.
    pub number: String,
    /// Where it waits.
    #[sqlx(try_from = "String")]
    pub queue: Queue,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub status: TicketStatus,
    /// How pressing it is.
    #[sqlx(try_from = "String")]
    pub priority: Priority,
    /// Who works on it.
    #[sqlx(try_from = "String")]
    pub team: Team,
    /// What it is about.
    #[sqlx(rename = "service_activation_id")]
    pub activation: Option<ActivationId>,
    /// Whose it is.
    pub customer_id: UserId,
    /// Which car.
    pub vehicle_id: Option<VehicleId>,
    /// Which service.
    pub service_id: Option<ServiceId>,
    /// The car's model.
    pub model_code: Option<String>,
    /// Code of why it was opened.
    pub reason: String,
    /// Of a customer's question, in the customer's words.
    pub subject: Option<String>,
    /// Code of how it was solved.
    pub solution: Option<String>,
    /// The agent who has it.
    pub assigned_to: Option<UserId>,
    /// By when the customer was to get a first answer, as promised when it was opened.
    pub first_answer_due_at: Timestamp,
    /// While the clock runs: by when the customer gets an answer.
    pub answer_due_at: Option<Timestamp>,
    /// While the clock stands still: open time that was left, in seconds.
    pub answer_left_seconds: Option<i64>,
    /// When the customer got the first answer.
    pub first_answered_at: Option<Timestamp>,
    /// When the answer that is owed became overdue.
    pub breached_at: Option<Timestamp>,
    /// When it was solved.
    pub solved_at: Option<Timestamp>,
    /// Where it goes on.
    pub merged_into: Option<TicketId>,
    /// Since when.
    pub merged_at: Option<Timestamp>,
    /// The status before the merge.
    pub merged_from: Option<String>,
    /// Against lost updates.
    pub version: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When anything last happened on it.
    pub updated_at: Timestamp,
}

impl Ticket {
    /// How it was solved.
    pub fn solution(&self) -> Option<Solution> {
        self.solution.as_deref().and_then(|code| code.parse().ok())
    }

    /// The case that the conversation goes on in.
    pub fn root(&self) -> TicketId {
        self.merged_into.unwrap_or(self.id)
    }
}

/// A case to be opened in the OTA queue.
#[derive(Debug)]
pub struct NewTicket<'a> {
    /// What it is about; `None` when whose it is did not order it.
    pub activation: Option<ActivationId>,
    /// What to call it, where no order of theirs does.
    pub subject: Option<&'a str>,
    /// Whose.
    pub customer: UserId,
    /// Which car.
    pub vehicle: VehicleId,
    /// Code of why.
    pub reason: &'a str,
    /// The whole package. No secrets, no card data.
    pub diagnostics: serde_json::Value,
}

/// Opens a case in the OTA queue.
pub async fn open_ota_ticket(caas: &Caas, tx: &mut Tx, new: &NewTicket<'_>) -> Result<Ticket> {
    let ticket = insert(
        caas,
        tx,
        &NewCase {
            queue: Queue::Ota,
            actor: Actor::SYSTEM,
            activation: new.activation,
            customer: new.customer,
            vehicle: Some(new.vehicle),
            reason: new.reason,
            subject: new.subject,
        },
    )
    .await?;
    sql!(tx, execute "INSERT INTO ticket_packages (ticket_id, diagnostics) VALUES ($1, $2)", ticket.id, Json(&new.diagnostics))?;
    Ok(ticket)
}

/// A case to be opened.
pub(super) struct NewCase<'a> {
    pub queue: Queue,
    pub actor: Actor,
    pub activation: Option<ActivationId>,
    pub customer: UserId,
    pub vehicle: Option<VehicleId>,
    pub reason: &'a str,
    pub subject: Option<&'a str>,
}

/// Opens a case: its number, its clock, and the words it is found by.
pub(super) async fn insert(caas: &Caas, tx: &mut Tx, new: &NewCase<'_>) -> Result<Ticket> {
    let (id, now) = (caas.new_id::<TicketId>(), caas.now());
    let (value,) = sql!(
        tx,
        one(i64,),
        "INSERT INTO sequences (name, value) VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET value = sequences.value + 1 RETURNING value",
        format!("ticket:{}", new.queue)
    )?;
    let number = format!("{}-{value:06}", new.queue.prefix());
    let calendar = calendar(tx, new.queue).await?;
    let due = calendar.due(now, calendar.first_answer);
    sql!(tx, execute
        "INSERT INTO tickets (id, number, queue, status, priority, service_activation_id, customer_id, vehicle_id, service_id,
                              model_code, reason, subject, first_answer_due_at, answer_due_at, created_at, updated_at)
         VALUES ($1, $2, $3, 'OPEN', 'NORMAL', $4, $5, $6,
                 (SELECT service_id FROM service_activations WHERE service_activation_id = $4),
                 (SELECT model_code FROM vehicles WHERE id = $6), $7, $8, $9, $9, $10, $10)",
        id, &number, new.queue.as_str(), new.activation, new.customer, new.vehicle, new.reason, new.subject, due, now)?;
    let ticket = load(tx, id).await?;
    words::keep(tx, &ticket).await?;
    clock::watch(caas, tx, &ticket).await?;
    let entry = Entry {
        vehicle: new.vehicle,
        after: Some(TicketStatus::Open.as_str()),
        data: serde_json::json!({ "ticket": number, "activation": new.activation, "code": new.reason }),
        visible: true,
        ..Entry::new(Some(new.customer), new.actor, EntryKind::TicketOpened, SubjectKind::Ticket, id.0)
    };
    record(caas, tx, entry).await?;
    tx.announce("tickets");
    metrics::counter!("caas_tickets_total", "queue" => new.queue.as_str()).increment(1);
    Ok(ticket)
}

/// Reads a case.
pub(crate) async fn load(tx: &mut Tx, id: TicketId) -> Result<Ticket> {
    Ok(sql!(tx, one Ticket, concat!("SELECT ", ticket_columns!(""), " FROM tickets WHERE id = $1"), id)?)
}

/// Takes a case for a change: whoever else wants to change it waits until this is committed, and then sees what is new.
///
/// `version`: as the page showed it; another one means that somebody else was quicker. `None`: any will do.
pub(crate) async fn lock(caas: &Caas, tx: &mut Tx, id: TicketId, version: Option<i64>) -> Answer<Ticket> {
    let ticket = sql!(tx, optional Ticket,
        concat!("UPDATE tickets SET version = version + 1, updated_at = $2 WHERE id = $1 RETURNING ", ticket_columns!("")), id, caas.now())?;
    let Some(ticket) = ticket else { return Ok(Err(SupportError::NotFound)) };
    let before = ticket.version - 1;
    Ok(match version {
        Some(shown) if shown != before => Err(SupportError::Stale { version: before }),
        _ => Ok(ticket),
    })
}

/// Writes a case that was taken with [`lock`], and tells those who look at it or at a list.
pub(crate) async fn save(caas: &Caas, tx: &mut Tx, t: &Ticket) -> Result<()> {
    sql!(tx, execute
        "UPDATE tickets SET status = $1, is_open = $2, priority = $3, urgency = $4, team = $5, assigned_to = $6, solution = $7,
                solved_at = $8, answer_due_at = $9, answer_left_seconds = $10, first_answered_at = $11, breached_at = $12,
                merged_into = $13, merged_at = $14, merged_from = $15
         WHERE id = $16",
        t.status.as_str(), t.status.is_open(), t.priority.as_str(), t.priority.rank(), t.team.as_str(), t.assigned_to,
        t.solution.as_deref(), t.solved_at, t.answer_due_at, t.answer_left_seconds, t.first_answered_at, t.breached_at,
        t.merged_into, t.merged_at, t.merged_from.as_deref(), t.id)?;
    clock::watch(caas, tx, t).await?;
    changed(tx, t);
    Ok(())
}

/// Tells those who look at a case or at a list.
pub(crate) fn changed(tx: &mut Tx, ticket: &Ticket) {
    tx.announce("tickets");
    tx.announce(format!("ticket:{}", ticket.root()));
    if ticket.merged_into.is_some() {
        tx.announce(format!("ticket:{}", ticket.id));
    }
}

/// How a step is told.
pub(crate) struct Told {
    pub actor: Actor,
    pub kind: EntryKind,
    /// Part of the story that the customer reads.
    pub visible: bool,
    pub data: serde_json::Value,
}

/// Takes a case one step on: state, clock and entry, in the caller's transaction.
pub(crate) async fn step(caas: &Caas, tx: &mut Tx, ticket: &mut Ticket, event: TicketEvent, told: Told) -> Answer<()> {
    let before = ticket.status;
    let Ok(after) = before.on(event) else {
        return Ok(Err(SupportError::not_now(match (before, event) {
            (TicketStatus::Merged, _) => NotNow::Merged,
            (TicketStatus::Solved, _) => NotNow::Solved,
            (_, TicketEvent::Reopened) => NotNow::NotSolved,
            _ => NotNow::NotMerged,
        })));
    };
    let now = caas.now();
    let calendar = calendar(tx, ticket.queue).await?;
    Clock::of(ticket).on(event, &calendar, now).apply(ticket);
    if matches!(event, TicketEvent::Answered | TicketEvent::Solved) {
        ticket.first_answered_at.get_or_insert(now);
    }
    ticket.status = after;
    ticket.solved_at = (after == TicketStatus::Solved).then_some(now);
    if after != TicketStatus::Solved {
        ticket.solution = None;
    }
    save(caas, tx, ticket).await?;
    let states = (before != after).then(|| (before.as_str(), after.as_str()));
    log(caas, tx, ticket, states, told).await?;
    Ok(Ok(()))
}

/// Writes an entry about a case.
pub(crate) async fn log(
    caas: &Caas,
    tx: &mut Tx,
    ticket: &Ticket,
    states: Option<(&'static str, &'static str)>,
    told: Told,
) -> Result<()> {
    let mut data = told.data;
    if let Some(object) = data.as_object_mut() {
        object.insert("ticket".to_owned(), ticket.number.clone().into());
    }
    let entry = Entry {
        vehicle: ticket.vehicle_id,
        before: states.map(|(before, _)| before),
        after: states.map(|(_, after)| after),
        data,
        visible: told.visible,
        ..Entry::new(Some(ticket.customer_id), told.actor, told.kind, SubjectKind::Ticket, ticket.id.0)
    };
    record(caas, tx, entry).await
}

/// A ticket's number for people.
pub async fn number_of(tx: &mut Tx, ticket: TicketId) -> Result<Option<String>> {
    Ok(sql!(tx, optional(String,), "SELECT number FROM tickets WHERE id = $1", ticket)?.map(|(number,)| number))
}

/// The tickets about an activation, oldest first.
pub async fn of_activation(tx: &mut Tx, activation: ActivationId) -> Result<Vec<Ticket>> {
    Ok(sql!(tx, all Ticket,
        concat!("SELECT ", ticket_columns!(""),
                " FROM tickets WHERE service_activation_id = $1 ORDER BY created_at, id"), activation)?)
}

/// The diagnostic package of a case; none for a question.
pub async fn package_of(tx: &mut Tx, ticket: TicketId) -> Result<Option<serde_json::Value>> {
    let row = sql!(
        tx,
        optional(TicketId, Json<serde_json::Value>),
        "SELECT ticket_id, diagnostics FROM ticket_packages WHERE ticket_id = $1",
        ticket
    )?;
    Ok(row.map(|(_, package)| package.0))
}

/// A case with everything that its page shows of people and car.
#[derive(Debug, Clone, FromRow)]
pub struct TicketCase {
    /// The case.
    #[sqlx(flatten)]
    pub ticket: Ticket,
    /// The diagnostic package; none for a question.
    pub diagnostics: Option<Json<serde_json::Value>>,
    /// Whose it is.
    pub customer_name: String,
    /// Where the customer is written to.
    pub customer_email: String,
    /// And called.
    pub customer_phone: Option<String>,
    /// The customer's language.
    #[sqlx(try_from = "String")]
    pub customer_locale: Locale,
    /// The agent who has it.
    pub assignee_name: Option<String>,
    /// The case that it goes on in.
    pub merged_into_number: Option<String>,
    /// The car's 17 characters.
    pub vin: Option<String>,
    /// The car's plate.
    pub plate: Option<String>,
    /// The car's model.
    pub model_name: Option<String>,
    /// The service, as it was ordered.
    pub service_names: Option<Json<Bilingual>>,
}

/// A case by its number.
pub async fn case(tx: &mut Tx, number: &str) -> Result<Option<TicketCase>> {
    Ok(sql!(tx, optional TicketCase,
        concat!("SELECT ", ticket_columns!("t."), ", p.diagnostics, u.name AS customer_name, u.email AS customer_email, u.phone AS customer_phone,
                u.locale AS customer_locale, g.name AS assignee_name, r.number AS merged_into_number, v.vin, v.plate,
                m.name AS model_name, a.service_names
         FROM tickets t JOIN users u ON u.id = t.customer_id
         LEFT JOIN ticket_packages p ON p.ticket_id = t.id
         LEFT JOIN users g ON g.id = t.assigned_to
         LEFT JOIN tickets r ON r.id = t.merged_into
         LEFT JOIN vehicles v ON v.id = t.vehicle_id LEFT JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         WHERE t.number = $1"), number)?)
}

/// The id of a case by its number.
pub(super) async fn id_of(tx: &mut Tx, number: &str) -> Result<Option<TicketId>> {
    Ok(sql!(tx, optional(TicketId,), "SELECT id FROM tickets WHERE number = $1", number)?.map(|(id,)| id))
}

/// Everything that was written about a case, oldest first.
pub async fn history(tx: &mut Tx, ticket: TicketId) -> Result<Vec<StoredEntry>> {
    expediente::about(tx, ticket.0).await
}
