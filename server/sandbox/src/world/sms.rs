//! The provider of text messages, and the telephones they arrive at.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Surroundings;
use super::call::{Answer, Call, Problem};
use super::fields::Fields;
use super::gateway::idempotency::{Memory, key_of};

/// Messages kept; the oldest go first.
const KEPT: usize = 2_000;

/// The longest text of the contract, in characters.
const LONGEST: usize = 480;

/// A text message as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextMessage {
    /// The provider's number of it.
    pub message_id: String,
    /// The telephone.
    pub to: String,
    /// The text.
    pub body: String,
    /// Header `Idempotency-Key` of the request.
    pub idempotency_key: String,
    /// When it was taken over.
    pub at: DateTime<Utc>,
}

/// The provider's books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SmsWorld {
    messages: Vec<TextMessage>,
    memory: Memory,
}

impl SmsWorld {
    /// Answers `POST /messages`: one message for one key.
    pub(crate) fn answer(&mut self, around: &mut Surroundings<'_>, call: &Call) -> Answer {
        self.send(around, call).unwrap_or_else(|problem| problem.to_answer())
    }

    fn send(&mut self, around: &mut Surroundings<'_>, call: &Call) -> Result<Answer, Problem> {
        let key = key_of(call)?;
        let path = call.operation.path(&call.subject);
        if let Some(first) = self.memory.recall(around.now, key, &path, call.body.as_ref())? {
            return Ok(first);
        }
        let fields = Fields::of(call.body.as_ref())?;
        let (to, body) = (fields.string("to")?, fields.string("body")?);
        if !is_number(to) {
            return Err(Problem::does_not_fit("to", "must be a number in international form"));
        }
        if body.chars().count() > LONGEST {
            return Err(Problem::does_not_fit("body", "longer than 480 characters"));
        }
        let message = TextMessage {
            message_id: around.ids.mint("sms"),
            to: to.to_owned(),
            body: body.to_owned(),
            idempotency_key: key.to_owned(),
            at: around.now,
        };
        let answer = Answer::new(201, json!({ "messageId": message.message_id, "status": "ACCEPTED" }));
        self.memory.keep(around.now, key, path, call.body.clone(), answer.clone());
        self.messages.push(message);
        if self.messages.len() > KEPT {
            self.messages.remove(0);
        }
        Ok(answer)
    }

    /// Messages, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &TextMessage> {
        self.messages.iter().rev()
    }
}

/// `^\+[1-9]\d{6,14}$`
fn is_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}
