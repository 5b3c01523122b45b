//! Webhooks on their way to CaaS: delivered at least once, repeated with growing delays for three days.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::System;
use super::ids::IdMint;
use crate::faults::CallbackManner;

/// Seconds before each repetition; the last one is used again until the three days are over.
const DELAYS: [i64; 7] = [5, 30, 120, 600, 1_800, 3_600, 7_200];
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// While a delivery is under way nobody else starts it.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// One message to be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingWebhook {
    /// Number of the row; two rows may carry the same `webhook_id`.
    pub row: u64,
    /// `webhook-id`: the same at every repetition.
    pub webhook_id: String,
    /// Who sends it, and so whose secret signs it.
    pub system: System,
    /// Path at CaaS.
    pub path: String,
    /// The JSON body.
    pub body: Value,
    /// When it happened.
    pub created: DateTime<Utc>,
    /// When it is to be sent (again).
    pub due: DateTime<Utc>,
    /// Failed deliveries so far.
    pub attempts: u32,
}

/// Messages not delivered yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outbox {
    next_row: u64,
    rows: Vec<OutgoingWebhook>,
    given_up: u64,
}

impl Outbox {
    /// Writes a message down in the manner the faults ask for.
    pub(crate) fn tell(
        &mut self,
        ids: &mut IdMint,
        system: System,
        body: &Value,
        happened: DateTime<Utc>,
        manner: CallbackManner,
    ) {
        if manner.never {
            return;
        }
        let due = happened + TimeDelta::seconds(i64::from(manner.late_seconds));
        let first = ids.mint("msg");
        let second = manner.duplicate.map(|same_id| if same_id { first.clone() } else { ids.mint("msg") });
        for webhook_id in std::iter::once(first).chain(second) {
            self.next_row += 1;
            self.rows.push(OutgoingWebhook {
                row: self.next_row,
                webhook_id,
                system,
                path: system.webhook_path().to_owned(),
                body: body.clone(),
                created: happened,
                due,
                attempts: 0,
            });
        }
    }

    /// Messages due, earliest first; they stay until [`Outbox::delivered`].
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Vec<OutgoingWebhook> {
        let mut due: Vec<_> = self.rows.iter().filter(|row| row.due <= now).cloned().collect();
        due.sort_by_key(|row| (row.due, row.row));
        due
    }

    /// Messages due, put aside for a minute so that no second sender takes them.
    pub(crate) fn lease(&mut self, now: DateTime<Utc>, can_send: impl Fn(System) -> bool) -> Vec<OutgoingWebhook> {
        let mut due = self.due(now);
        due.retain(|row| can_send(row.system));
        for row in &mut self.rows {
            if row.due <= now && can_send(row.system) {
                row.due = now + LEASE;
            }
        }
        due
    }

    /// Forgets a message that was answered 2xx.
    pub fn delivered(&mut self, row: u64) {
        self.rows.retain(|kept| kept.row != row);
    }

    /// Plans the next try of a message, or gives it up three days after the event.
    pub fn failed(&mut self, row: u64, now: DateTime<Utc>) {
        let Some(kept) = self.rows.iter_mut().find(|kept| kept.row == row) else {
            return;
        };
        let step = usize::try_from(kept.attempts).unwrap_or(usize::MAX);
        let delay = DELAYS[step.min(DELAYS.len() - 1)];
        kept.attempts += 1;
        kept.due = now + TimeDelta::seconds(delay);
        if now - kept.created > PATIENCE {
            self.given_up += 1;
            self.delivered(row);
        }
    }

    /// Forgets everything; row numbers run on, since a delivery may be under way.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.given_up = 0;
    }

    /// Everything not delivered yet, in the order it was written.
    #[must_use]
    pub fn waiting(&self) -> &[OutgoingWebhook] {
        &self.rows
    }

    /// Messages given up after three days.
    #[must_use]
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Earliest due time.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.rows.iter().map(|row| row.due).min()
    }
}
