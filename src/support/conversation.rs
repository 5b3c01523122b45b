//! What is said on a case: the customer's words, ours, our notes among ourselves, and what the platform did.
//!
//! Cases that were merged have one conversation, which is read from each of them.

use super::model::{
    AfterReply, AttachmentKind, LONGEST_TEXT, MessageKind, NewAttachment, NotNow, Solution, SupportError, Variables,
    written,
};
use super::tickets::{self, Agent, Answer, Ticket, Told, lock, step};
use super::together;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::{Cents, Money};
use crate::notifications::model::{Channel, NoticeEvent};
use crate::notifications::service::reason_in_words;
use crate::notifications::{Notice, notify};
use crate::support::tickets::ticket_columns;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// A line of a conversation.
#[derive(Debug, Clone, FromRow)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// The case it was said on.
    pub ticket_id: TicketId,
    /// Whose words they are.
    #[sqlx(try_from = "String")]
    pub kind: MessageKind,
    /// Who wrote it; nobody: the platform.
    pub author_id: Option<UserId>,
    /// By name.
    pub author_name: Option<String>,
    /// What the platform did.
    pub code: String,
    /// The words. Amounts are left out: agents see none.
    pub text: String,
    /// Of a reply: codes, with commas between.
    channels: String,
    /// Facts.
    pub data: Json<serde_json::Value>,
    /// When.
    pub created_at: Timestamp,
}

impl Message {
    /// The channels that a reply took.
    pub fn channels(&self) -> Vec<Channel> {
        self.channels.split(',').filter_map(|code| code.parse().ok()).collect()
    }

    /// The words as the customer reads them, with the amount.
    fn for_customer(mut self) -> Message {
        let amount = self.data.0.get("amount").and_then(|amount| amount.as_str()).map(str::to_owned);
        self.text = Variables { amount, ..Variables::default() }.fill(&self.text);
        self
    }
}

/// The conversation of a case and of those it was merged with, oldest first: the last `limit` lines.
pub async fn messages(tx: &mut Tx, ticket: &Ticket, limit: i64) -> Result<Vec<Message>> {
    let mut messages = sql!(tx, all Message,
        "SELECT n.id, n.ticket_id, n.kind, n.author_id, u.name AS author_name, n.code, n.text, n.channels, n.data, n.created_at
         FROM ticket_messages n LEFT JOIN users u ON u.id = n.author_id
         WHERE n.ticket_id = $1 OR n.ticket_id IN (SELECT id FROM tickets WHERE merged_into = $1)
         ORDER BY n.created_at DESC, n.seq DESC, n.id DESC LIMIT $2", ticket.root(), limit)?;
    messages.reverse();
    Ok(messages)
}

/// A line to be written.
pub(super) struct NewMessage<'a> {
    pub kind: MessageKind,
    pub author: Option<UserId>,
    pub code: &'a str,
    pub text: &'a str,
    pub channels: &'a [Channel],
    pub data: serde_json::Value,
}

pub(super) async fn insert(caas: &Caas, tx: &mut Tx, ticket: TicketId, new: NewMessage<'_>) -> Result<Uuid> {
    let id = caas.new_uuid();
    let channels: Vec<_> = new.channels.iter().map(|channel| channel.as_str()).collect();
    sql!(tx, execute
        "INSERT INTO ticket_messages (id, ticket_id, author_id, kind, code, text, channels, data, created_at, seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,
                 (SELECT COALESCE(MAX(seq), 0) + 1 FROM ticket_messages WHERE ticket_id = $2))",
        id, ticket, new.author, new.kind.as_str(), new.code, new.text, channels.join(","), Json(&new.data), caas.now())?;
    tx.announce(format!("ticket:{ticket}"));
    Ok(id)
}

/// Notes what the platform, or a person through it, did.
pub async fn system(
    caas: &Caas,
    tx: &mut Tx,
    ticket: TicketId,
    by: Option<UserId>,
    code: &str,
    data: serde_json::Value,
) -> Result<()> {
    let new = NewMessage { kind: MessageKind::System, author: by, code, text: "", channels: &[], data };
    insert(caas, tx, ticket, new).await?;
    Ok(())
}

/// Writes a note for other agents.
pub async fn note(caas: &Caas, agent: &Agent, ticket: TicketId, text: &str) -> Answer<Uuid> {
    let Some(text) = written(text, LONGEST_TEXT) else { return Ok(Err(SupportError::not_now(NotNow::Invalid))) };
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = insert(
        caas,
        &mut tx,
        ticket.id,
        NewMessage {
            kind: MessageKind::Note,
            author: Some(agent.id),
            code: "",
            text: &text,
            channels: &[],
            data: serde_json::json!({}),
        },
    )
    .await?;
    let data = serde_json::json!({ "message": id });
    let told = Told { actor: agent.actor(), kind: EntryKind::TicketNoted, visible: false, data };
    tickets::log(caas, &mut tx, &ticket, None, told).await?;
    tickets::changed(&mut tx, &ticket);
    tx.commit().await?;
    Ok(Ok(id))
}

/// An answer to a customer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The words; variables are filled in.
    pub text: String,
    /// How the customer is told. At least one.
    pub channels: Vec<Channel>,
    /// What happens to the case with it.
    pub then: AfterReply,
    /// The last line that the agent saw; `None` when there was none.
    pub seen_message: Option<Uuid>,
}

/// Answers the customer. When somebody wrote since the agent last looked, nothing is written: the page shows the newcomer
/// and keeps the text.
pub async fn reply(caas: &Caas, agent: &Agent, ticket: TicketId, reply: &Reply) -> Answer<Uuid> {
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if has_news(&mut tx, &ticket, reply.seen_message, agent.id).await? {
        return Ok(Err(SupportError::Stale { version: ticket.version - 1 }));
    }
    let answer = say(caas, &mut tx, agent, ticket, reply).await?;
    if answer.is_ok() {
        tx.commit().await?;
    }
    Ok(answer)
}

/// Whether somebody else wrote after the line that was last seen.
async fn has_news(tx: &mut Tx, ticket: &Ticket, seen: Option<Uuid>, agent: UserId) -> Result<bool> {
    let news = sql!(
        tx,
        optional(Uuid, Timestamp),
        "SELECT n.id, n.created_at FROM ticket_messages n
         WHERE (n.ticket_id = $1 OR n.ticket_id IN (SELECT id FROM tickets WHERE merged_into = $1))
           AND (n.author_id IS NULL OR n.author_id <> $2)
           AND NOT EXISTS (SELECT 1 FROM ticket_messages s
                           WHERE s.id = $3 AND (s.created_at > n.created_at
                                                OR (s.created_at = n.created_at AND (s.seq > n.seq OR s.id = n.id))))
         LIMIT 1",
        ticket.root(),
        agent,
        seen
    )?;
    Ok(news.is_some())
}

/// Writes the answer, takes the case on, and tells the customer.
async fn say(caas: &Caas, tx: &mut Tx, agent: &Agent, mut ticket: Ticket, reply: &Reply) -> Answer<Uuid> {
    let invalid = Ok(Err(SupportError::not_now(NotNow::Invalid)));
    let Some(text) = written(&reply.text, LONGEST_TEXT) else { return invalid };
    if reply.channels.is_empty() {
        return invalid;
    }
    let locale = locale_of(tx, ticket.customer_id).await?;
    let variables = variables(tx, &ticket, locale).await?;
    let amount = variables.amount.clone();
    let text = Variables { amount: None, ..variables }.fill(&text);
    let id = insert(
        caas,
        tx,
        ticket.id,
        NewMessage {
            kind: MessageKind::Reply,
            author: Some(agent.id),
            code: "",
            text: &text,
            channels: &reply.channels,
            data: serde_json::json!({ "amount": amount }),
        },
    )
    .await?;
    let kind = match reply.then {
        AfterReply::KeepOpen => EntryKind::TicketAnswered,
        AfterReply::WaitForCustomer => EntryKind::TicketWaiting,
        AfterReply::Solve(_) => EntryKind::TicketSolved,
    };
    let solution = match reply.then {
        AfterReply::Solve(solution) => Some(solution),
        AfterReply::KeepOpen | AfterReply::WaitForCustomer => None,
    };
    let data = serde_json::json!({ "message": id, "solution": solution });
    let told = Told { actor: agent.actor(), kind, visible: true, data };
    if let Err(refusal) = step(caas, tx, &mut ticket, reply.then.event(), told).await? {
        return Ok(Err(refusal));
    }
    if let Some(solution) = solution {
        ticket.solution = Some(solution.to_string());
        tickets::save(caas, tx, &ticket).await?;
    }
    let notice = Notice {
        text: Some(Variables { amount, ..Variables::default() }.fill(&text)),
        channels: Some(reply.channels.clone()),
        ..notice_about(tx, &ticket, NoticeEvent::TicketAnswered, id.to_string()).await?
    };
    notify(caas, tx, &notice).await?;
    together::drop_draft(tx, ticket.id, agent.id).await?;
    metrics::counter!("caas_ticket_replies_total").increment(1);
    Ok(Ok(id))
}

/// Answers many cases with the same text, each with its own variables. Tells for each how it went.
pub async fn reply_to_group(
    caas: &Caas,
    agent: &Agent,
    numbers: &[String],
    reply: &Reply,
) -> Result<Vec<(String, std::result::Result<(), SupportError>)>> {
    let mut results = Vec::new();
    // One transaction each: a case that can't take the answer keeps none of the others from it.
    for number in numbers.iter().take(200) {
        let mut tx = caas.db.begin().await?;
        let result = match tickets::id_of(&mut tx, number).await? {
            None => Err(SupportError::NotFound),
            Some(id) => match lock(caas, &mut tx, id, None).await? {
                Err(refusal) => Err(refusal),
                Ok(ticket) => say(caas, &mut tx, agent, ticket, reply).await?.map(|_| ()),
            },
        };
        if result.is_ok() {
            tx.commit().await?;
        }
        results.push((number.clone(), result));
    }
    Ok(results)
}

pub(crate) async fn locale_of(tx: &mut Tx, user: UserId) -> Result<Locale> {
    let (locale,) = sql!(tx, one(String,), "SELECT locale FROM users WHERE id = $1", user)?;
    Ok(locale.parse()?)
}

#[derive(FromRow)]
struct About {
    customer_name: String,
    service_names: Option<Json<Bilingual>>,
    model_name: Option<String>,
    plate: Option<String>,
    payment_id: Option<Uuid>,
    amount_cents: Option<Cents>,
    currency: Option<String>,
}

async fn about(tx: &mut Tx, ticket: &Ticket) -> Result<About> {
    Ok(sql!(tx, one About,
        "SELECT u.name AS customer_name, a.service_names, m.name AS model_name, v.plate, a.payment_id, a.amount_cents, a.currency
         FROM tickets t JOIN users u ON u.id = t.customer_id
         LEFT JOIN vehicles v ON v.id = t.vehicle_id LEFT JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         WHERE t.id = $1", ticket.id)?)
}

impl About {
    fn amount(&self) -> Result<Option<Money>> {
        Ok(match (self.payment_id, self.amount_cents, &self.currency) {
            (Some(_), Some(cents), Some(currency)) => Some(Money::new(cents, currency.parse()?)),
            _ => None,
        })
    }

    fn vehicle(&self) -> Option<String> {
        let model = self.model_name.as_ref()?;
        Some(self.plate.as_ref().map_or_else(|| model.clone(), |plate| format!("{model} · {plate}")))
    }
}

/// What the variables of a text stand for on this case.
pub(super) async fn variables(tx: &mut Tx, ticket: &Ticket, locale: Locale) -> Result<Variables> {
    let about = about(tx, ticket).await?;
    let code = ["DEACTIVATION_", "RESTORE_"].iter().find_map(|kind| ticket.reason.strip_prefix(kind));
    let code = code.unwrap_or(&ticket.reason);
    Ok(Variables {
        vehicle: about.vehicle(),
        amount: about.amount()?.map(|amount| amount.display(locale)),
        service: about.service_names.map(|names| names.0.get(locale).to_owned()),
        customer: Some(about.customer_name),
        ticket: Some(ticket.number.clone()),
        reason: Some(match &ticket.subject {
            Some(subject) => subject.clone(),
            None => reason_in_words(code, locale),
        }),
    })
}

/// A message to the customer about a case.
pub(crate) async fn notice_about(tx: &mut Tx, ticket: &Ticket, event: NoticeEvent, key: String) -> Result<Notice> {
    let about = about(tx, ticket).await?;
    let amount = about.amount()?;
    Ok(Notice {
        service: about.service_names.map(|names| names.0).unwrap_or_default(),
        vehicle: about.model_name.unwrap_or_default(),
        amount,
        ticket: Some(ticket.number.clone()),
        ..Notice::about(ticket.customer_id, event, key, format!("/cuenta/ayuda/{}", ticket.number))
    })
}

/// Closes a case without a further word of ours; the customer is told.
pub async fn close(caas: &Caas, agent: &Agent, ticket: TicketId, solution: Solution, version: i64) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = match lock(caas, &mut tx, ticket, Some(version)).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Err(refusal) = solve(caas, &mut tx, &mut ticket, agent, solution).await? {
        return Ok(Err(refusal));
    }
    let key = format!("{}:{}", ticket.id, ticket.version);
    let notice = notice_about(&mut tx, &ticket, NoticeEvent::TicketSolved, key).await?;
    notify(caas, &mut tx, &Notice { reason: Some(solution.to_string()), ..notice }).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Closes every case of a customer whose account is erased. Nobody is told: there is nobody left to be told.
pub async fn close_all_of(caas: &Caas, tx: &mut Tx, customer: UserId) -> Result<()> {
    let open = sql!(
        tx,
        all(TicketId, i64),
        "SELECT id, version FROM tickets WHERE customer_id = $1 AND is_open ORDER BY id",
        customer
    )?;
    for (id, _) in open {
        let Ok(mut ticket) = tickets::lock(caas, tx, id, None).await? else { continue };
        let told = Told {
            actor: Actor::SYSTEM,
            kind: EntryKind::TicketSolved,
            visible: false,
            data: serde_json::json!({ "erased": true }),
        };
        if step(caas, tx, &mut ticket, super::model::TicketEvent::Solved, told).await?.is_ok() {
            tickets::save(caas, tx, &ticket).await?;
        }
    }
    Ok(())
}

/// Solves a case; the caller tells the customer.
pub(crate) async fn solve(
    caas: &Caas,
    tx: &mut Tx,
    ticket: &mut Ticket,
    agent: &Agent,
    solution: Solution,
) -> Answer<()> {
    let data = serde_json::json!({ "solution": solution });
    let told = Told { actor: agent.actor(), kind: EntryKind::TicketSolved, visible: true, data };
    if let Err(refusal) = step(caas, tx, ticket, super::model::TicketEvent::Solved, told).await? {
        return Ok(Err(refusal));
    }
    ticket.solution = Some(solution.to_string());
    tickets::save(caas, tx, ticket).await?;
    Ok(Ok(()))
}

/// A file that came with a message.
#[derive(Debug, Clone, FromRow)]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// The case.
    pub ticket_id: TicketId,
    /// The message it came with.
    pub message_id: Uuid,
    /// Safe to be given to a browser.
    pub name: String,
    /// By its first bytes.
    #[sqlx(try_from = "String")]
    pub kind: AttachmentKind,
    /// Bytes.
    pub size: i64,
    /// When it came.
    pub created_at: Timestamp,
}

/// The files of a case and of those it was merged with, those of one message by name.
pub async fn attachments(tx: &mut Tx, ticket: &Ticket) -> Result<Vec<Attachment>> {
    Ok(sql!(tx, all Attachment,
        "SELECT id, ticket_id, message_id, name, kind, size, created_at FROM ticket_attachments
         WHERE ticket_id = $1 OR ticket_id IN (SELECT id FROM tickets WHERE merged_into = $1)
         ORDER BY created_at, name, id LIMIT 300", ticket.root())?)
}

#[derive(FromRow)]
struct File {
    #[sqlx(flatten)]
    attachment: Attachment,
    content: Vec<u8>,
}

/// One file of a case with its content.
pub async fn attachment(tx: &mut Tx, ticket: &Ticket, id: Uuid) -> Result<Option<(Attachment, Vec<u8>)>> {
    let file = sql!(tx, optional File,
        "SELECT id, ticket_id, message_id, name, kind, size, created_at, content FROM ticket_attachments
         WHERE id = $2 AND (ticket_id = $1 OR ticket_id IN (SELECT id FROM tickets WHERE merged_into = $1))",
        ticket.root(), id)?;
    Ok(file.map(|file| (file.attachment, file.content)))
}

/// Keeps the files of a message; they have been checked.
pub(super) async fn keep_attachments(
    caas: &Caas,
    tx: &mut Tx,
    ticket: TicketId,
    message: Uuid,
    files: &[NewAttachment],
) -> Result<()> {
    for file in files {
        let Some(kind) = AttachmentKind::of(&file.bytes) else { continue };
        let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
        sql!(tx, execute
            "INSERT INTO ticket_attachments (id, ticket_id, message_id, name, kind, size, content, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            caas.new_uuid(), ticket, message, file.safe_name(kind), kind.as_str(), size, file.bytes.as_slice(), caas.now())?;
    }
    Ok(())
}

/// A case as its customer follows it: no notes, no technical lines.
#[derive(Debug, Clone)]
pub struct OwnCase {
    /// The case.
    pub ticket: Ticket,
    /// The customer's words and ours, oldest first.
    pub messages: Vec<Message>,
    /// Their files.
    pub attachments: Vec<Attachment>,
}

/// Lines of a conversation that a customer reads at most.
const LONGEST_CONVERSATION: i64 = 500;

/// A case of this customer; `None` when it does not exist or is somebody else's.
pub async fn own_case(tx: &mut Tx, customer: UserId, number: &str) -> Result<Option<OwnCase>> {
    let ticket = sql!(tx, optional Ticket, concat!("SELECT ", ticket_columns!(""),
         " FROM tickets WHERE number = $1 AND customer_id = $2"), number, customer)?;
    let Some(ticket) = ticket else { return Ok(None) };
    let messages = messages(tx, &ticket, LONGEST_CONVERSATION).await?;
    let messages: Vec<_> = messages
        .into_iter()
        .filter(|message| matches!(message.kind, MessageKind::Customer | MessageKind::Reply))
        .map(Message::for_customer)
        .collect();
    let attachments = attachments(tx, &ticket).await?;
    Ok(Some(OwnCase { ticket, messages, attachments }))
}

/// A file of a case of this customer.
pub async fn own_attachment(
    tx: &mut Tx,
    customer: UserId,
    number: &str,
    id: Uuid,
) -> Result<Option<(Attachment, Vec<u8>)>> {
    let ticket = sql!(tx, optional Ticket, concat!("SELECT ", ticket_columns!(""),
         " FROM tickets WHERE number = $1 AND customer_id = $2"), number, customer)?;
    match ticket {
        Some(ticket) => attachment(tx, &ticket, id).await,
        None => Ok(None),
    }
}
