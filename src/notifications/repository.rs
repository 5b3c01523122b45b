//! What the bell shows, and what operations see of messages that are late.

use super::model::InAppNotice;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{NotificationId, UserId};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    id: NotificationId,
    subject: String,
    body_text: String,
    link: Option<String>,
    created_at: Timestamp,
    read_at: Option<Timestamp>,
}

/// A person's in-app messages, newest first, older than `before` when given.
pub async fn in_app(tx: &mut Tx, user: UserId, before: Option<NotificationId>, limit: i64) -> Result<Vec<InAppNotice>> {
    // Ids are UUID v7: they sort by time of writing.
    let rows = sql!(tx, all Row,
        "SELECT id, subject, body_text, link, created_at, read_at FROM notifications
         WHERE user_id = $1 AND channel = 'IN_APP' AND status = 'SENT' AND id < $2
         ORDER BY created_at DESC, id DESC LIMIT $3",
        user, before.unwrap_or(NotificationId(uuid::Uuid::max())), limit)?;
    Ok(rows
        .into_iter()
        .map(|row| InAppNotice {
            id: row.id.to_string(),
            subject: row.subject,
            body: row.body_text,
            link: row.link,
            created_at: row.created_at,
            read: row.read_at.is_some(),
        })
        .collect())
}

/// How many a person has not seen.
pub async fn unread(tx: &mut Tx, user: UserId) -> Result<i64> {
    let (count,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM notifications WHERE user_id = $1 AND channel = 'IN_APP' AND status = 'SENT' AND read_at IS NULL",
        user
    )?;
    Ok(count)
}

/// Marks all of a person's messages as seen.
pub async fn mark_all_read(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    sql!(tx, execute
        "UPDATE notifications SET read_at = $1 WHERE user_id = $2 AND channel = 'IN_APP' AND status = 'SENT' AND read_at IS NULL", now, user)?;
    tx.announce(format!("bell:{user}"));
    Ok(())
}

/// What of the messages to people needs a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct Overdue {
    /// Still to be sent after their deadline.
    pub late: i64,
    /// Of these, kept back because what they promise is not true.
    pub held_back: i64,
}

/// The messages whose deadline has passed unsent.
pub async fn overdue(tx: &mut Tx, now: Timestamp) -> Result<Overdue> {
    Ok(sql!(tx, one Overdue,
        "SELECT COUNT(*) AS late, COUNT(held_back_at) AS held_back FROM notifications
         WHERE status = 'WAITING' AND deadline_at < $1", now)?)
}
