//! Interpreting a stored message, again and again while nothing known carries its reference.

use super::dispatch::dispatch;
use super::message::Message;
use super::model::{InboxId, Interpretation, Sender, State};
use super::repository::{self, InboxRow};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::error::Failure;
use crate::kernel::failpoint;
use crate::kernel::jobs::{Job, JobError, Outcome, Run};
use crate::kernel::spans;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long a message waits for what it concerns (contract: senders repeat for as long).
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// The longest pause between two tries.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Hands a stored message to the room it concerns.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct InterpretWebhook {
    /// The message.
    pub inbox_id: InboxId,
}

impl Job for InterpretWebhook {
    const KIND: &'static str = "inbox.interpret_webhook";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut look = caas.db.read().await?;
        let row = repository::get(&mut look, self.inbox_id).await?;
        drop(look);
        let Some(row) = row.filter(|row| row.state == State::Received.as_str()) else {
            return Ok(Outcome::Done);
        };
        let interpretation = dispatch(caas, &read(&row)?, row.received_at).await?;
        conclude(caas, &row, interpretation).await
    }
}

/// It was read before it was stored; a version that no longer can leaves it to operators as a dead job.
fn read(row: &InboxRow) -> Result<Message, Failure> {
    let sender: Sender = row.sender.parse()?;
    let body: serde_json::Value = serde_json::from_str(&row.body)?;
    Message::read(sender, &body).map_err(|error| Failure::Stored(error.to_string()))
}

/// Writes down what an interpretation came to, in the transaction that holds its effect.
pub async fn conclude(caas: &Caas, row: &InboxRow, interpretation: Interpretation) -> Result<Outcome, JobError> {
    let now = caas.now();
    match interpretation {
        Interpretation::Applied(tx) => processed(tx, row, None, now).await,
        Interpretation::AlreadyKnown(tx) => processed(tx, row, Some("What it says was known."), now).await,
        Interpretation::Unmatched => {
            let mut tx = caas.db.begin().await?;
            repository::count_attempt(&mut tx, row.id).await?;
            let deadline = row.received_at + PATIENCE;
            if now < deadline {
                return Ok(Outcome::AgainIn((now + pause(row.attempts)).min(deadline), tx));
            }
            let note = "Nothing known carried its reference for three days.";
            repository::finish(&mut tx, row.id, State::Unmatched, Some(note), now).await?;
            metrics::counter!("caas_webhooks_unmatched_total", "sender" => row.sender.clone()).increment(1);
            tracing::warn!(inbox_id = %row.id, sender = %row.sender, "webhook_unmatched");
            Ok(Outcome::DoneIn(tx))
        }
    }
}

async fn processed(
    mut tx: crate::kernel::database::Tx,
    row: &InboxRow,
    note: Option<&str>,
    now: Timestamp,
) -> Result<Outcome, JobError> {
    if repository::finish(&mut tx, row.id, State::Processed, note, now).await? {
        failpoint::hit("inbox.applied");
        let sender = ("caas.sender", row.sender.as_str().into());
        spans::understood("webhook", row.id, row.received_at, vec![sender, ("caas.inbox.id", row.id.0.into())]);
        Ok(Outcome::DoneIn(tx))
    } else {
        // Another run was faster: its effect stands, this one is rolled back.
        Ok(Outcome::Done)
    }
}

/// 1 s, 2 s, 4 s … up to an hour: the answer of the call that caused the message usually comes within a moment.
fn pause(attempts: i64) -> TimeDelta {
    let exponent = u32::try_from(attempts.clamp(0, 12)).unwrap_or(12);
    TimeDelta::seconds(1i64 << exponent).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_within_an_hour() {
        let pauses: Vec<i64> = [0, 1, 2, 5, 11, 12, 1_000].map(|n| pause(n).num_seconds()).to_vec();
        assert_eq!(pauses, [1, 2, 4, 32, 2048, 3600, 3600]);
    }
}
