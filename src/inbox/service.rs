//! Storing what came, with one effect however often it comes.

use super::job::InterpretWebhook;
use super::model::{InboxId, Sender};
use super::repository::{self, NewMessage};
use crate::Caas;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::jobs::{self, Enqueue};
use crate::kernel::spans;
use sha2::{Digest as _, Sha256};

/// What storing a message came to. To the sender all of it is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// New: a job will interpret it.
    Stored(InboxId),
    /// The same message again.
    Repeated,
    /// A known id with another body: noted for operators, otherwise ignored.
    Conflicting,
}

/// Stores an authentic message that fits its contract.
pub async fn receive(caas: &Caas, sender: Sender, webhook_id: &str, body: &str) -> Result<Receipt> {
    let hash = hex::encode(Sha256::digest(body.as_bytes()));
    let new = NewMessage { id: caas.new_id(), sender, webhook_id, body_sha256: &hash, body, at: caas.now() };
    let mut tx = caas.db.begin().await?;
    if repository::insert(&mut tx, &new).await? {
        let job = InterpretWebhook { inbox_id: new.id };
        jobs::enqueue(caas, &mut tx, &job, Enqueue::now().keyed(format!("webhook:{}", new.id))).await?;
        tx.commit().await?;
        failpoint::hit("inbox.stored");
        spans::begins(new.id);
        metrics::counter!("caas_webhooks_total", "sender" => sender.as_str(), "result" => "stored").increment(1);
        return Ok(Receipt::Stored(new.id));
    }
    let first = repository::find(&mut tx, sender, webhook_id)
        .await?
        .ok_or_else(|| Failure::Stored("a known webhook is not in the inbox".to_owned()))?;
    if first.body_sha256 == hash || same_json(&first.body, body) {
        metrics::counter!("caas_webhooks_total", "sender" => sender.as_str(), "result" => "repeated").increment(1);
        return Ok(Receipt::Repeated);
    }
    if repository::insert_note(&mut tx, first.id, &new, "Known webhook-id with another body: it had no effect.").await?
    {
        tracing::warn!(sender = %sender, inbox_id = %first.id, "webhook_body_differs");
    }
    tx.commit().await?;
    metrics::counter!("caas_webhooks_total", "sender" => sender.as_str(), "result" => "conflicting").increment(1);
    Ok(Receipt::Conflicting)
}

/// The same value in other words (blanks, order of members) is the same message.
fn same_json(first: &str, second: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    read(first).is_some_and(|first| Some(first) == read(second))
}

/// Interprets an unmatched message once more, on an operator's demand; `false` when it is not unmatched.
pub async fn try_again(caas: &Caas, id: InboxId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    if !repository::reopen(&mut tx, id).await? {
        return Ok(false);
    }
    let job = InterpretWebhook { inbox_id: id };
    jobs::enqueue(caas, &mut tx, &job, Enqueue::now().keyed(format!("webhook:{id}"))).await?;
    tx.commit().await?;
    Ok(true)
}
