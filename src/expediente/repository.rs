//! Reading the story.

use super::model::{Actor, ActorKind, EntryKind, StoredEntry, SubjectKind};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, OrderId, UserId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::Currency;
use crate::kernel::{FAR_FUTURE, Timestamp};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    seq: i64,
    at: Timestamp,
    actor_kind: String,
    actor_id: Option<Uuid>,
    kind: String,
    subject_kind: String,
    subject_id: Uuid,
    vehicle_id: Option<Uuid>,
    before_state: Option<String>,
    after_state: Option<String>,
    data: String,
}

impl TryFrom<Row> for StoredEntry {
    type Error = crate::kernel::error::Failure;
    fn try_from(row: Row) -> Result<StoredEntry> {
        Ok(StoredEntry {
            id: row.id,
            seq: row.seq,
            at: row.at,
            actor: Actor { kind: row.actor_kind.parse()?, id: row.actor_id },
            kind: row.kind.parse()?,
            subject_kind: row.subject_kind.parse()?,
            subject_id: row.subject_id,
            vehicle_id: row.vehicle_id,
            before: row.before_state,
            after: row.after_state,
            data: serde_json::from_str(&row.data)?,
        })
    }
}

/// Everything written about one thing, oldest first.
pub async fn about(tx: &mut Tx, subject_id: Uuid) -> Result<Vec<StoredEntry>> {
    let rows = sql!(tx, all Row,
        "SELECT id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, vehicle_id, before_state, after_state, data
         FROM expediente_entries WHERE subject_id = $1 ORDER BY seq", subject_id)?;
    rows.into_iter().map(StoredEntry::try_from).collect()
}

/// Which part of the story is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct StoryFilter<'a> {
    /// Only what concerns this car.
    pub vehicle: Option<Uuid>,
    /// Only entries about these kinds of things; about all when there are none.
    pub subjects: &'a [SubjectKind],
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Only entries older than this number: the key for the next page.
    pub before_seq: Option<i64>,
    /// Also what is no part of the story that the customer reads.
    pub everything: bool,
}

/// An entry with what it concerns.
#[derive(Debug, Clone)]
pub struct StoryLine {
    /// What happened.
    pub entry: StoredEntry,
    /// Whether the customer reads it.
    pub visible: bool,
    /// The service as it was ordered, and its activation: by itself or through its payment.
    pub service: Option<(ActivationId, Bilingual)>,
    /// The currency it was ordered in.
    pub currency: Option<Currency>,
    /// With a capture and a service that became active: the vehicle's word it stands on.
    pub delivery: Option<Delivery>,
    /// The person of ours who brought it about.
    pub staff: Option<String>,
}

/// The vehicle's word that a service works.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Delivery {
    /// Where it came from: ANSWER, CALLBACK, STATUS.
    pub source: String,
    /// When.
    pub at: Timestamp,
}

#[derive(FromRow)]
struct LineRow {
    #[sqlx(flatten)]
    row: Row,
    visible: bool,
    activation_id: Option<ActivationId>,
    service_names: Option<Json<Bilingual>>,
    currency: Option<String>,
    source: Option<String>,
    confirmed_at: Option<Timestamp>,
    staff: Option<String>,
}

impl TryFrom<LineRow> for StoryLine {
    type Error = crate::kernel::error::Failure;
    fn try_from(line: LineRow) -> Result<StoryLine> {
        Ok(StoryLine {
            entry: line.row.try_into()?,
            visible: line.visible,
            service: line.activation_id.zip(line.service_names).map(|(id, names)| (id, names.0)),
            currency: line.currency.as_deref().map(str::parse).transpose()?,
            delivery: line.source.zip(line.confirmed_at).map(|(source, at)| Delivery { source, at }),
            staff: line.staff,
        })
    }
}

/// Entries with what they concern; the rest of the statement says which.
macro_rules! lines {
    ($which:literal) => {
        concat!(
            "SELECT e.id, e.seq, e.at, e.actor_kind, e.actor_id, e.kind, e.subject_kind, e.subject_id, e.vehicle_id,
                    e.before_state, e.after_state, e.data, e.visible, a.service_activation_id AS activation_id,
                    a.service_names, a.currency, c.source, c.confirmed_at, u.name AS staff
             FROM expediente_entries e
             LEFT JOIN payments p ON e.subject_kind = 'PAYMENT' AND p.id = e.subject_id
             LEFT JOIN tickets t ON e.subject_kind = 'TICKET' AND t.id = e.subject_id
             LEFT JOIN service_activations a
                    ON a.service_activation_id = COALESCE(p.service_activation_id, t.service_activation_id, e.subject_id)
             LEFT JOIN delivery_confirmations c ON c.service_activation_id = a.service_activation_id
                   AND e.kind IN ('PAYMENT_CAPTURED', 'SERVICE_ACTIVE')
             LEFT JOIN users u ON e.actor_kind = 'STAFF' AND u.id = e.actor_id
             WHERE ",
            $which
        )
    };
}

/// A customer's story, newest first, each entry with what it concerns.
pub async fn story_lines(
    tx: &mut Tx,
    customer: UserId,
    filter: &StoryFilter<'_>,
    limit: i64,
) -> Result<Vec<StoryLine>> {
    // Two texts, so that each has its index.
    let query = if filter.everything {
        lines!(
            "e.chain_id = $1 AND e.seq < $2 AND ($3 IS NULL OR e.vehicle_id = $3)
             AND ($4 IS NULL OR $4 LIKE '%,' || e.subject_kind || ',%') AND e.at >= $5 AND e.at < $6
             ORDER BY e.seq DESC LIMIT $7"
        )
    } else {
        lines!(
            "e.chain_id = $1 AND e.visible AND e.seq < $2 AND ($3 IS NULL OR e.vehicle_id = $3)
             AND ($4 IS NULL OR $4 LIKE '%,' || e.subject_kind || ',%') AND e.at >= $5 AND e.at < $6
             ORDER BY e.seq DESC LIMIT $7"
        )
    };
    let subjects: String = filter.subjects.iter().map(|subject| format!(",{subject},")).collect();
    let subjects = (!subjects.is_empty()).then_some(subjects);
    let rows = sql!(tx, all LineRow, query,
        customer.0, filter.before_seq.unwrap_or(i64::MAX), filter.vehicle, subjects.as_deref(),
        filter.from.unwrap_or(Timestamp::UNIX_EPOCH), filter.until.unwrap_or(FAR_FUTURE), limit)?;
    rows.into_iter().map(StoryLine::try_from).collect()
}

/// One entry of a customer's story, with what it concerns; `None` when it does not exist or is somebody else's.
pub async fn line(tx: &mut Tx, customer: UserId, id: Uuid) -> Result<Option<StoryLine>> {
    let row = sql!(tx, optional LineRow, lines!("e.id = $1 AND e.chain_id = $2"), id, customer.0)?;
    row.map(StoryLine::try_from).transpose()
}

/// Everything written about the purchase of a vehicle and its payments, the latest first.
pub async fn lines_about_order(tx: &mut Tx, order: OrderId) -> Result<Vec<StoryLine>> {
    let rows = sql!(tx, all LineRow, lines!(
        "e.subject_id IN (SELECT s.id FROM customer_orders s WHERE s.id = $1
                          UNION ALL SELECT s.id FROM payments s WHERE s.order_id = $1)
         ORDER BY e.at DESC, e.seq DESC LIMIT 300"), order)?;
    rows.into_iter().map(StoryLine::try_from).collect()
}

/// The number of the newest entry that the customer reads; 0 before there is one.
pub async fn newest_seq(tx: &mut Tx, customer: UserId) -> Result<i64> {
    let newest = sql!(
        tx,
        optional(i64, Uuid),
        "SELECT seq, id FROM expediente_entries WHERE chain_id = $1 AND visible ORDER BY seq DESC LIMIT 1",
        customer.0
    )?;
    Ok(newest.map_or(0, |(seq, _)| seq))
}

/// A customer, as people of ours look at them.
#[derive(Debug, Clone, FromRow)]
pub struct Customer {
    /// The account.
    pub id: UserId,
    /// How they are called.
    pub name: String,
    /// Where mails go.
    pub email: String,
}

/// The customer with this id; nobody for another role's account.
pub async fn customer(tx: &mut Tx, id: UserId) -> Result<Option<Customer>> {
    Ok(sql!(tx, optional Customer, "SELECT id, name, email FROM users WHERE id = $1 AND role = 'CUSTOMER'", id)?)
}

/// The vehicle's word that an ordered service works, if it gave it.
pub async fn delivery_of(tx: &mut Tx, activation: ActivationId) -> Result<Option<Delivery>> {
    Ok(sql!(tx, optional Delivery,
        "SELECT source, confirmed_at AS at FROM delivery_confirmations WHERE service_activation_id = $1", activation)?)
}

/// How many entries a customer's story has that are newer than this number.
pub async fn newer_than(tx: &mut Tx, customer: UserId, seq: i64) -> Result<i64> {
    let (count,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM expediente_entries WHERE chain_id = $1 AND visible AND seq > $2",
        customer.0,
        seq
    )?;
    Ok(count)
}

/// A consent as it was given: the evidence of it.
#[derive(Debug, Clone, FromRow)]
pub struct GivenConsent {
    /// What it is about: `START_NOW`, `WITHDRAWAL`, `MAINTENANCE_RISK`, `NEW_HOLD`.
    pub kind: String,
    /// The version of the texts.
    pub text_version: String,
    /// The language it was read in.
    pub locale: String,
    /// The words that were read.
    pub text: String,
    /// When.
    pub given_at: Timestamp,
}

/// What the customer agreed to for an activation, in the order it was given.
pub async fn consents_of(tx: &mut Tx, activation: Uuid) -> Result<Vec<GivenConsent>> {
    Ok(sql!(tx, all GivenConsent,
        "SELECT kind, text_version, locale, text, given_at FROM consents
         WHERE service_activation_id = $1 ORDER BY given_at, kind", activation)?)
}

/// A message to the customer as it went one way.
#[derive(Debug, Clone, FromRow)]
pub struct ToldBy {
    /// Which way.
    pub channel: String,
    /// How far it is.
    pub status: String,
    /// By when it had to be sent.
    pub deadline_at: Timestamp,
    /// When it was handed over.
    pub sent_at: Option<Timestamp>,
}

/// The ways a message took, and how far each is. `key` is the message's own, without the channel.
pub async fn told(tx: &mut Tx, customer: UserId, key: &str) -> Result<Vec<ToldBy>> {
    Ok(sql!(tx, all ToldBy,
        "SELECT channel, status, deadline_at, sent_at FROM notifications
         WHERE unique_key IN ($1 || ':EMAIL', $1 || ':PUSH', $1 || ':SMS', $1 || ':IN_APP') AND user_id = $2
         ORDER BY channel", key, customer)?)
}

/// What the audit log is asked for.
#[derive(Debug, Clone, Copy)]
pub struct AuditFilter {
    /// What kind of people.
    pub who: ActorKind,
    /// Only this person.
    pub person: Option<Uuid>,
    /// Only this kind of entry.
    pub kind: Option<EntryKind>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Older than this one: the key for the next page.
    pub before: Option<(Timestamp, Uuid)>,
}

/// An entry of the audit log, with the names of the people in it.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// What happened.
    pub entry: StoredEntry,
    /// Who did it.
    pub person: Option<(String, String)>,
    /// Whose expediente it stands in.
    pub customer: Option<(UserId, String)>,
}

#[derive(FromRow)]
struct AuditRow {
    #[sqlx(flatten)]
    row: Row,
    name: Option<String>,
    email: Option<String>,
    chain_id: Uuid,
    customer_name: Option<String>,
}

macro_rules! audited {
    ($who:literal) => {
        concat!(
            "SELECT e.id, e.seq, e.at, e.actor_kind, e.actor_id, e.kind, e.subject_kind, e.subject_id, e.vehicle_id,
                    e.before_state, e.after_state, e.data, e.chain_id, u.name, u.email, k.name AS customer_name
             FROM expediente_entries e
             LEFT JOIN users u ON u.id = e.actor_id LEFT JOIN users k ON k.id = e.chain_id
             WHERE ",
            $who,
            " AND (e.at, e.id) < ($2, $3) AND e.at >= $4 AND e.at < $5 AND ($6 IS NULL OR e.kind = $6)
             ORDER BY e.at DESC, e.id DESC LIMIT $7"
        )
    };
}

/// What people did, newest first.
pub async fn audit_lines(tx: &mut Tx, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditLine>> {
    let (at, id) = filter.before.unwrap_or((FAR_FUTURE, Uuid::max()));
    let (from, until) = (filter.from.unwrap_or(Timestamp::UNIX_EPOCH), filter.until.unwrap_or(FAR_FUTURE));
    let kind = filter.kind.map(EntryKind::as_str);
    let rows = match filter.person {
        Some(person) => sql!(tx, all AuditRow, audited!("e.actor_id = $1"), person, at, id, from, until, kind, limit)?,
        None => sql!(tx, all AuditRow,
            audited!("e.actor_kind IN ('CUSTOMER', 'STAFF', 'ANONYMOUS') AND e.actor_kind = $1"),
            filter.who.as_str(), at, id, from, until, kind, limit)?,
    };
    rows.into_iter()
        .map(|line| {
            let customer = line.customer_name.map(|name| (UserId(line.chain_id), name));
            Ok(AuditLine { entry: line.row.try_into()?, person: line.name.zip(line.email), customer })
        })
        .collect()
}

/// The person with this address, as it is compared.
pub async fn person_by_email(tx: &mut Tx, email_key: &str) -> Result<Option<Uuid>> {
    let row = sql!(tx, optional(Uuid, String), "SELECT id, role FROM users WHERE email_key = $1", email_key)?;
    Ok(row.map(|(id, _)| id))
}

/// Whether this person has looked into this expediente since this moment.
pub async fn has_looked(tx: &mut Tx, customer: UserId, person: UserId, since: Timestamp) -> Result<bool> {
    let known = sql!(
        tx,
        optional(i64, i64),
        "SELECT seq, seq FROM expediente_entries
         WHERE actor_id = $1 AND at >= $2 AND chain_id = $3 AND kind = 'EXPEDIENTE_READ' LIMIT 1",
        person,
        since,
        customer.0
    )?;
    Ok(known.is_some())
}
