//! Questions of customers: the form in the account opens a case, which the customer follows and answers there.

use super::conversation::{self, NewMessage, notice_about};
use super::model::{
    LONGEST_SUBJECT, LONGEST_TEXT, MessageKind, NewAttachment, QuestionRefusal, Queue, TicketEvent, check_attachments,
    written,
};
use super::tickets::{self, NewCase, Ticket, Told, lock, step};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId, VehicleId};
use crate::notifications::model::NoticeEvent;
use crate::notifications::notify;
use crate::vehicles;
use chrono::TimeDelta;

/// Cases that one customer opens in a day at most.
const QUESTIONS_A_DAY: i64 = 10;
/// Messages that one customer writes on a case in an hour at most.
const MESSAGES_AN_HOUR: i64 = 20;

/// A question as the form posts it.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The car it is about.
    pub vehicle: Option<VehicleId>,
    /// In a few words.
    pub subject: String,
    /// The question.
    pub text: String,
    /// Files that help to understand it.
    pub attachments: Vec<NewAttachment>,
}

/// Opens a case with a customer's question. Returns its number.
pub async fn open_question(
    caas: &Caas,
    customer: UserId,
    question: &Question,
) -> Result<std::result::Result<String, QuestionRefusal>> {
    let subject = question.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(subject) = written(&subject, LONGEST_SUBJECT) else { return Ok(Err(QuestionRefusal::Subject)) };
    let Some(text) = written(&question.text, LONGEST_TEXT) else { return Ok(Err(QuestionRefusal::Text)) };
    if let Err(problem) = check_attachments(&question.attachments) {
        return Ok(Err(problem.into()));
    }
    let mut tx = caas.db.begin().await?;
    // One question of a customer after the other: two at once can't both be the last that is allowed.
    sql!(&mut tx, execute "UPDATE users SET version = version WHERE id = $1", customer)?;
    if let Some(vehicle) = question.vehicle
        && vehicles::vehicle_of(&mut tx, customer, vehicle).await?.is_none()
    {
        return Ok(Err(QuestionRefusal::NotFound));
    }
    let (asked, _) = sql!(
        &mut tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(0 AS BIGINT) FROM tickets WHERE customer_id = $1 AND queue = 'GENERAL' AND created_at > $2",
        customer,
        caas.now() - TimeDelta::days(1)
    )?;
    if asked >= QUESTIONS_A_DAY {
        return Ok(Err(QuestionRefusal::TooMany));
    }
    let ticket = tickets::insert(
        caas,
        &mut tx,
        &NewCase {
            queue: Queue::General,
            actor: Actor::customer(customer),
            activation: None,
            customer,
            vehicle: question.vehicle,
            reason: "QUESTION",
            subject: Some(&subject),
        },
    )
    .await?;
    let message = put_down(caas, &mut tx, &ticket, &text, &question.attachments).await?;
    let told = Told {
        actor: Actor::customer(customer),
        kind: EntryKind::CustomerWrote,
        visible: true,
        data: serde_json::json!({ "message": message }),
    };
    tickets::log(caas, &mut tx, &ticket, None, told).await?;
    let notice = notice_about(&mut tx, &ticket, NoticeEvent::QuestionReceived, ticket.id.to_string()).await?;
    notify(caas, &mut tx, &crate::notifications::Notice { text: Some(subject), ..notice }).await?;
    tx.commit().await?;
    Ok(Ok(ticket.number))
}

/// Takes a customer's further words. A case that waited for them goes on, a solved one is opened again.
pub async fn customer_writes(
    caas: &Caas,
    customer: UserId,
    number: &str,
    text: &str,
    attachments: Vec<NewAttachment>,
) -> Result<std::result::Result<(), QuestionRefusal>> {
    let Some(text) = written(text, LONGEST_TEXT) else { return Ok(Err(QuestionRefusal::Text)) };
    if let Err(problem) = check_attachments(&attachments) {
        return Ok(Err(problem.into()));
    }
    let mut tx = caas.db.begin().await?;
    let own = sql!(
        &mut tx,
        optional(TicketId, Option<TicketId>),
        "SELECT id, merged_into FROM tickets WHERE number = $1 AND customer_id = $2",
        number,
        customer
    )?;
    let Some((id, merged_into)) = own else { return Ok(Err(QuestionRefusal::NotFound)) };
    let Ok(mut ticket) = lock(caas, &mut tx, merged_into.unwrap_or(id), None).await? else {
        return Ok(Err(QuestionRefusal::NotFound));
    };
    let (written_of_late, _) = sql!(
        &mut tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(0 AS BIGINT) FROM ticket_messages WHERE ticket_id = $1 AND author_id = $2 AND created_at > $3",
        ticket.id,
        customer,
        caas.now() - TimeDelta::hours(1)
    )?;
    if written_of_late >= MESSAGES_AN_HOUR {
        return Ok(Err(QuestionRefusal::TooMany));
    }
    let message = put_down(caas, &mut tx, &ticket, &text, &attachments).await?;
    let told = Told {
        actor: Actor::customer(customer),
        kind: EntryKind::CustomerWrote,
        visible: true,
        data: serde_json::json!({ "message": message }),
    };
    if step(caas, &mut tx, &mut ticket, TicketEvent::CustomerWrote, told).await?.is_err() {
        // Merged between the two readings: the customer tries again and meets the case it goes on in.
        return Ok(Err(QuestionRefusal::NotFound));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes the customer's words and files down.
async fn put_down(
    caas: &Caas,
    tx: &mut Tx,
    ticket: &Ticket,
    text: &str,
    files: &[NewAttachment],
) -> Result<uuid::Uuid> {
    let message = conversation::insert(
        caas,
        tx,
        ticket.id,
        NewMessage {
            kind: MessageKind::Customer,
            author: Some(ticket.customer_id),
            code: "",
            text,
            channels: &[],
            data: serde_json::json!({}),
        },
    )
    .await?;
    conversation::keep_attachments(caas, tx, ticket.id, message, files).await?;
    Ok(message)
}
