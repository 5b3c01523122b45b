//! The gateway's memory of executed requests: 24 hours, by key; path and JSON value are compared.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::world::call::{Answer, Call, Problem};

const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// From one look for what is too old to the next: each goes through everything.
const TIDIED_EVERY: TimeDelta = TimeDelta::hours(1);
const LONGEST_KEY: usize = 255;

/// Executed requests and their first answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    by_key: BTreeMap<String, Executed>,
    #[serde(default)]
    tidied_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Executed {
    at: DateTime<Utc>,
    path: String,
    body: Option<Value>,
    answer: Answer,
}

impl Memory {
    /// The first answer again, nothing, or a mismatch.
    pub fn recall(
        &self,
        now: DateTime<Utc>,
        key: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Answer>, Problem> {
        let Some(executed) = self.by_key.get(key).filter(|executed| now - executed.at < REMEMBERED) else {
            return Ok(None);
        };
        if executed.path == path && executed.body.as_ref() == body {
            let mut answer = executed.answer.clone();
            answer.hit = true;
            Ok(Some(answer))
        } else {
            Err(Problem::new(422, "idempotency_mismatch", "this key was used for another request"))
        }
    }

    pub fn keep(&mut self, now: DateTime<Utc>, key: &str, path: String, body: Option<Value>, answer: Answer) {
        if now - self.tidied_at >= TIDIED_EVERY {
            self.tidied_at = now;
            self.by_key.retain(|_, executed| now - executed.at < REMEMBERED);
        }
        self.by_key.insert(key.to_owned(), Executed { at: now, path, body, answer });
    }
}

/// The key of a call that must have one.
pub(crate) fn key_of(call: &Call) -> Result<&str, Problem> {
    match call.idempotency_key.as_deref() {
        None | Some("") => Err(Problem::does_not_fit("Idempotency-Key", "required header is missing")),
        Some(key) if key.chars().count() > LONGEST_KEY => {
            Err(Problem::does_not_fit("Idempotency-Key", "longer than 255 characters"))
        }
        Some(key) => Ok(key),
    }
}
