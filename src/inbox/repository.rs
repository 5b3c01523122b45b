//! The inbox and the notes about it.

use super::model::{InboxId, Sender, State};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use sqlx::FromRow;

/// The columns of an [`InboxRow`], each behind `$of`.
macro_rules! inbox_columns {
    ($of:literal) => {
        columns!($of; id, sender, webhook_id, body_sha256, body, received_at, state, processed_at, attempts, note)
    };
}

/// A message as it is stored.
#[derive(Clone, Debug, FromRow)]
pub struct InboxRow {
    /// Ours.
    pub id: InboxId,
    /// A [`Sender`].
    pub sender: String,
    /// The sender's id of it.
    pub webhook_id: String,
    /// Of the body, in hexadecimal.
    pub body_sha256: String,
    /// The JSON text as it was signed.
    pub body: String,
    /// When it came the first time.
    pub received_at: Timestamp,
    /// A [`State`].
    pub state: String,
    /// When it left the state `RECEIVED`.
    pub processed_at: Option<Timestamp>,
    /// Interpretations that found nothing it concerns.
    pub attempts: i64,
    /// For operators.
    pub note: Option<String>,
}

/// A message that came again with another body.
#[derive(Clone, Debug, FromRow)]
pub struct WebhookNote {
    /// Ours.
    pub id: uuid::Uuid,
    /// The message that was there first.
    pub inbox_id: InboxId,
    /// A [`Sender`].
    pub sender: String,
    /// The sender's id of it.
    pub webhook_id: String,
    /// The other body.
    pub body: String,
    /// What is strange about it.
    pub note: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// A message to be stored.
pub(super) struct NewMessage<'a> {
    pub id: InboxId,
    pub sender: Sender,
    pub webhook_id: &'a str,
    pub body_sha256: &'a str,
    pub body: &'a str,
    pub at: Timestamp,
}

/// Stores a message; `false` when the sender's id is known already.
pub(super) async fn insert(tx: &mut Tx, new: &NewMessage<'_>) -> Result<bool> {
    let inserted = sql!(tx, execute
        "INSERT INTO webhook_inbox (id, sender, webhook_id, body_sha256, body, received_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, 'RECEIVED')
         ON CONFLICT (sender, webhook_id) DO NOTHING",
        new.id, new.sender.as_str(), new.webhook_id, new.body_sha256, new.body, new.at)?;
    Ok(inserted == 1)
}

/// Notes that a known message came with another body; the same other body is noted once.
pub(super) async fn insert_note(tx: &mut Tx, first: InboxId, new: &NewMessage<'_>, note: &str) -> Result<bool> {
    let inserted = sql!(tx, execute
        "INSERT INTO webhook_notes (id, inbox_id, sender, webhook_id, body_sha256, body, note, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (inbox_id, body_sha256) DO NOTHING",
        new.id, first, new.sender.as_str(), new.webhook_id, new.body_sha256, new.body, note, new.at)?;
    Ok(inserted == 1)
}

/// The message a sender gave this id.
pub async fn find(tx: &mut Tx, sender: Sender, webhook_id: &str) -> Result<Option<InboxRow>> {
    Ok(sql!(tx, optional InboxRow,
        concat!("SELECT ", inbox_columns!(""),
                " FROM webhook_inbox WHERE sender = $1 AND webhook_id = $2"), sender.as_str(), webhook_id)?)
}

/// One message.
pub async fn get(tx: &mut Tx, id: InboxId) -> Result<Option<InboxRow>> {
    Ok(sql!(tx, optional InboxRow, concat!("SELECT ", inbox_columns!(""), " FROM webhook_inbox WHERE id = $1"), id)?)
}

/// Ends the work on a message; `false` when another run has ended it before.
pub(super) async fn finish(tx: &mut Tx, id: InboxId, state: State, note: Option<&str>, now: Timestamp) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE webhook_inbox SET state = $1, processed_at = $2, note = $3 WHERE id = $4 AND state = 'RECEIVED'",
        state.as_str(), now, note, id)?;
    Ok(changed == 1)
}

/// Counts an interpretation that found nothing.
pub(super) async fn count_attempt(tx: &mut Tx, id: InboxId) -> Result<()> {
    sql!(tx, execute "UPDATE webhook_inbox SET attempts = attempts + 1 WHERE id = $1", id)?;
    Ok(())
}

/// Puts an unmatched message back to work; `false` when it is not unmatched.
pub(super) async fn reopen(tx: &mut Tx, id: InboxId) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE webhook_inbox SET state = 'RECEIVED', processed_at = NULL, note = NULL WHERE id = $1 AND state = 'UNMATCHED'", id)?;
    Ok(changed == 1)
}

/// Messages that concerned nothing known, newest first, for operators.
pub async fn unmatched(tx: &mut Tx, limit: i64) -> Result<Vec<InboxRow>> {
    Ok(sql!(tx, all InboxRow,
        concat!("SELECT ", inbox_columns!(""),
                " FROM webhook_inbox WHERE state = 'UNMATCHED' ORDER BY received_at DESC, id DESC LIMIT $1"), limit)?)
}

/// Notes about messages that came with two bodies, newest first, for operators.
pub async fn notes(tx: &mut Tx, limit: i64) -> Result<Vec<WebhookNote>> {
    Ok(sql!(tx, all WebhookNote,
        "SELECT id, inbox_id, sender, webhook_id, body, note, received_at FROM webhook_notes
         ORDER BY received_at DESC, id DESC LIMIT $1", limit)?)
}
