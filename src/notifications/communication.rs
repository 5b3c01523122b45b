//! What was said to one person, where, when, and whether it got there: for the people who help them.

use super::model::{Channel, DeliveryStatus, NoticeEvent};
use super::service;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::service::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{NotificationId, UserId};
use crate::kernel::{FAR_FUTURE, Timestamp};
use sqlx::FromRow;
use uuid::Uuid;

/// A message on one channel.
#[derive(Debug, Clone)]
pub struct SaidLine {
    /// Its id.
    pub id: NotificationId,
    /// Which message.
    pub event: NoticeEvent,
    /// Where.
    pub channel: Channel,
    /// How far it is.
    pub status: DeliveryStatus,
    /// One line.
    pub subject: String,
    /// As it was written; empty when it held a secret.
    pub text: String,
    /// Where it goes: an address or a number.
    pub address: Option<String>,
    /// By when it had to be sent.
    pub deadline_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was handed over.
    pub sent_at: Option<Timestamp>,
    /// In the app: when it was seen.
    pub read_at: Option<Timestamp>,
    /// Tries so far.
    pub attempts: i64,
    /// Why it is not there yet, or never will be.
    pub trouble: Option<String>,
    /// Whether its time was over before it was handed over.
    pub late: bool,
    /// The message it is a copy of.
    pub resent_from: Option<NotificationId>,
    /// Whether it can be sent again.
    pub can_resend: bool,
}

#[derive(FromRow)]
struct Row {
    id: NotificationId,
    event: String,
    channel: String,
    status: String,
    subject: String,
    body_text: String,
    secret: bool,
    address: Option<String>,
    deadline_at: Timestamp,
    created_at: Timestamp,
    sent_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
    attempts: i64,
    last_error: Option<String>,
    resent_from: Option<NotificationId>,
}

/// What was said to a person, newest first, older than `before` when given.
pub async fn said_to(
    tx: &mut Tx,
    user: UserId,
    before: Option<(Timestamp, NotificationId)>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SaidLine>> {
    let (at, id) = before.unwrap_or((FAR_FUTURE, NotificationId(Uuid::max())));
    let rows = sql!(tx, all Row,
        "SELECT id, event, channel, status, subject, body_text, secret, address, deadline_at, created_at, sent_at, read_at,
                attempts, last_error, resent_from
         FROM notifications WHERE user_id = $1 AND (created_at < $2 OR created_at = $2 AND id < $3)
         ORDER BY created_at DESC, id DESC LIMIT $4", user, at, id, limit)?;
    rows.into_iter().map(|row| row.line(now)).collect()
}

impl Row {
    fn line(self, now: Timestamp) -> Result<SaidLine> {
        let (channel, status): (Channel, DeliveryStatus) = (self.channel.parse()?, self.status.parse()?);
        let late = match status {
            DeliveryStatus::Sent => self.sent_at.is_some_and(|at| at > self.deadline_at),
            DeliveryStatus::Waiting => now > self.deadline_at,
            DeliveryStatus::Failed => true,
            DeliveryStatus::Merged | DeliveryStatus::Skipped => false,
        };
        let is_over = matches!(status, DeliveryStatus::Sent | DeliveryStatus::Failed | DeliveryStatus::Skipped);
        Ok(SaidLine {
            id: self.id,
            event: self.event.parse()?,
            channel,
            status,
            subject: self.subject,
            // A link that signs in is for its owner only, also while it waits.
            text: if self.secret { String::new() } else { self.body_text },
            address: self.address,
            deadline_at: self.deadline_at,
            created_at: self.created_at,
            sent_at: self.sent_at,
            read_at: self.read_at,
            attempts: self.attempts,
            trouble: self.last_error,
            late,
            resent_from: self.resent_from,
            can_resend: is_over && !self.secret && channel != Channel::InApp,
        })
    }
}

/// Sends a message once more, to where the person is reached now. `request` names the wish, so that a form sent twice is
/// one message. `false` when there is nothing that can be sent again.
pub async fn send_again(
    caas: &Caas,
    agent: UserId,
    customer: UserId,
    notification: NotificationId,
    request: Uuid,
) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let theirs = sql!(
        &mut tx,
        optional(String, String),
        "SELECT event, channel FROM notifications WHERE id = $1 AND user_id = $2",
        notification,
        customer
    )?;
    let Some((event, channel)) = theirs else { return Ok(false) };
    match service::copy(caas, &mut tx, notification, request).await? {
        service::Copied::Nothing => Ok(false),
        service::Copied::Already => Ok(true),
        service::Copied::Written(copy) => {
            let entry = Entry {
                data: serde_json::json!({ "event": event, "channel": channel, "again": notification }),
                ..Entry::new(
                    Some(customer),
                    Actor::staff(agent),
                    EntryKind::CustomerTold,
                    SubjectKind::Notification,
                    copy.0,
                )
            };
            record(caas, &mut tx, entry).await?;
            tx.commit().await?;
            Ok(true)
        }
    }
}
