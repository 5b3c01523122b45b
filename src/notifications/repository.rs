//! What the bell shows, and what operations see of messages that are late.

use super::model::{Channel, InAppNotice, NoticeEvent};
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

/// Counts what a person has not seen, whose id is `$user`.
macro_rules! count_unread {
    ($user:literal) => {
        concat!(
            "SELECT COUNT(*) FROM notifications n WHERE n.user_id = ",
            $user,
            " AND n.channel = 'IN_APP' AND n.status = 'SENT' AND n.read_at IS NULL"
        )
    };
}
pub(crate) use count_unread;

/// How many a person has not seen.
pub async fn unread(tx: &mut Tx, user: UserId) -> Result<i64> {
    let (count,) = sql!(tx, one(i64,), count_unread!("$1"), user)?;
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

/// A message whose deadline has passed unsent. Nothing in it tells to whom it is, or what it says.
#[derive(Debug, Clone, FromRow)]
pub struct LateMessage {
    /// The message.
    pub id: NotificationId,
    /// About what.
    #[sqlx(try_from = "String")]
    pub event: NoticeEvent,
    /// By which way.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// By when it was to be sent.
    pub deadline_at: Timestamp,
    /// Tries so far.
    pub attempts: i64,
    /// What the last try came to, see [`LateMessage::why`].
    last_error: Option<String>,
    /// Since when it is kept back because what it promises is not true.
    pub held_back_at: Option<Timestamp>,
}

impl LateMessage {
    /// What the last try came to; the words in it that may be somebody's address or number are left out.
    pub fn why(&self) -> Option<String> {
        self.last_error.as_deref().map(without_addresses)
    }
}

/// A text without its words that hold an `@` or seven digits.
fn without_addresses(text: &str) -> String {
    let is_one = |word: &str| word.contains('@') || word.chars().filter(char::is_ascii_digit).count() >= 7;
    text.split_whitespace().map(|word| if is_one(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The messages whose deadline has passed unsent, the most overdue first.
pub async fn late_messages(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<LateMessage>> {
    Ok(sql!(tx, all LateMessage,
        "SELECT id, event, channel, deadline_at, attempts, last_error, held_back_at FROM notifications
         WHERE status = 'WAITING' AND deadline_at < $1 ORDER BY deadline_at, id LIMIT $2", now, limit)?)
}

/// The messages whose deadline has passed unsent.
pub async fn overdue(tx: &mut Tx, now: Timestamp) -> Result<Overdue> {
    Ok(sql!(tx, one Overdue,
        "SELECT COUNT(*) AS late, COUNT(held_back_at) AS held_back FROM notifications
         WHERE status = 'WAITING' AND deadline_at < $1", now)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_try_came_to_names_nobody() {
        for (told, shown) in [
            ("time-out", "time-out"),
            ("550 <ana@caas.example>: no such user", "550 … no such user"),
            ("number +34600123456 refused", "number … refused"),
            ("answered with 503", "answered with 503"),
        ] {
            assert_eq!(without_addresses(told), shown);
        }
    }
}
