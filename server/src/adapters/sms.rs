//! Text messages over HTTP (contract `sms`).

use super::http::{CallError, Client, OutsideSystem, Request, SetupError};
use super::wire::shortened;
use async_trait::async_trait;
use caas::notifications::forms::LONGEST_SMS;
use caas::notifications::port::{DeliveryError, SmsSender, TextMessage};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long the provider may take for an answer when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The provider of text messages, or the sandbox's.
pub struct HttpSmsSender {
    client: Client,
    timeout: Duration,
}

impl HttpSmsSender {
    /// The provider at this address; every call ends after `timeout`.
    ///
    /// # Errors
    /// When the address or the token can't be used.
    pub fn new(system: &OutsideSystem, timeout: Duration) -> Result<HttpSmsSender, SetupError> {
        Ok(HttpSmsSender { client: Client::new(system)?, timeout })
    }
}

#[derive(Serialize)]
struct Message<'a> {
    to: &'a str,
    body: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    message_id: String,
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Accepted,
    Delivered,
}

#[async_trait]
impl SmsSender for HttpSmsSender {
    async fn send(&self, message: &TextMessage) -> Result<(), DeliveryError> {
        if !is_number(&message.to) {
            return Err(DeliveryError::Permanent("the number can't be used".to_owned()));
        }
        if message.body.chars().count() > LONGEST_SMS {
            return Err(DeliveryError::Permanent("the text is too long".to_owned()));
        }
        let answer = self
            .client
            .call(Request {
                operation: "sms.send",
                method: Method::POST,
                path: &["messages"],
                query: None,
                idempotency_key: Some(&message.idempotency_key),
                body: Some(&Message { to: &message.to, body: &message.body }),
                timeout: self.timeout,
            })
            .await
            // Executed or not: the same key asks for the same message.
            .map_err(|(CallError::NotSent(why) | CallError::NoAnswer(why))| DeliveryError::Transient(why))?;
        match answer.status.as_u16() {
            201 => {
                let Accepted { message_id, status } = answer.read().map_err(DeliveryError::Transient)?;
                match status {
                    Status::Accepted | Status::Delivered if !message_id.is_empty() => Ok(()),
                    _ => Err(DeliveryError::Transient("the message has no number".to_owned())),
                }
            }
            422 => {
                let code = answer.problem().and_then(|problem| problem.code).unwrap_or_default();
                Err(DeliveryError::Permanent(format!("refused with 422 {}", shortened(&code)).trim().to_owned()))
            }
            401 | 403 => Err(DeliveryError::Transient("the token is not accepted".to_owned())),
            status => Err(DeliveryError::Transient(format!("answered with {status}"))),
        }
    }
}

/// The contract's pattern for numbers: `^\+[1-9]\d{6,14}$`.
fn is_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_international() {
        for good in ["+34600000000", "+1234567", "+123456789012345"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["34600000000", "+034600000000", "+123456", "+1234567890123456", "+34 600 000 000", "", "+"] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
