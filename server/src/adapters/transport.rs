//! The transport company over HTTP (contract `transport`).

use super::http::{Answer, CallError, Client, OutsideSystem, Request, SetupError};
use super::wire::{PostalAddress, Time, shortened};
use async_trait::async_trait;
use caas::sales::delivery::port::{ScheduledTransport, Transport, TransportError, TransportRequest};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long the company may take for an answer when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// The transport company, or the sandbox's.
pub struct HttpTransport {
    client: Client,
    timeout: Duration,
}

impl HttpTransport {
    /// The company at this address; every call ends after `timeout`.
    ///
    /// # Errors
    /// When the address or the token can't be used.
    pub fn new(system: &OutsideSystem, timeout: Duration) -> Result<HttpTransport, SetupError> {
        Ok(HttpTransport { client: Client::new(system)?, timeout })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery<'a> {
    reference: &'a str,
    vin: &'a str,
    dealership_id: String,
    recipient: Recipient<'a>,
}

#[derive(Serialize)]
struct Recipient<'a> {
    name: &'a str,
    phone: &'a str,
    address: PostalAddress<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scheduled {
    delivery_id: String,
    scheduled_for: Time,
}

#[async_trait]
impl Transport for HttpTransport {
    async fn schedule(&self, request: &TransportRequest, key: &str) -> Result<ScheduledTransport, TransportError> {
        let body = Delivery {
            reference: &request.reference,
            vin: &request.vin,
            dealership_id: request.dealership.to_string(),
            recipient: Recipient {
                name: &request.name,
                phone: &request.phone,
                address: PostalAddress::from(&request.address),
            },
        };
        let answer = self
            .client
            .call(Request {
                operation: "transport.schedule",
                method: Method::POST,
                path: &["deliveries"],
                query: None,
                idempotency_key: Some(key),
                body: Some(&body),
                timeout: self.timeout,
            })
            .await?;
        if !matches!(answer.status.as_u16(), 200 | 201) {
            return Err(refusal(&answer));
        }
        let Scheduled { delivery_id, scheduled_for } = answer.read().map_err(TransportError::NoAnswer)?;
        if delivery_id.is_empty() {
            return Err(TransportError::NoAnswer("the delivery has no id".to_owned()));
        }
        Ok(ScheduledTransport { delivery_id, scheduled_for: scheduled_for.0 })
    }
}

/// What an answer other than success says.
fn refusal(answer: &Answer) -> TransportError {
    let status = answer.status;
    let code = answer.problem().and_then(|problem| problem.code).map(|code| shortened(&code));
    match status.as_u16() {
        401 | 403 => TransportError::Unavailable("the token is not accepted".to_owned()),
        429 | 503 => TransportError::Unavailable(format!("answered {status}")),
        404 => TransportError::Refused { code: code.unwrap_or_else(|| "not_found".to_owned()) },
        400..=499 => TransportError::Refused { code: code.unwrap_or_else(|| "invalid_request".to_owned()) },
        _ => TransportError::NoAnswer(format!("answered {status}")),
    }
}

impl From<CallError> for TransportError {
    fn from(error: CallError) -> TransportError {
        match error {
            CallError::NotSent(why) => TransportError::Unavailable(why),
            CallError::NoAnswer(why) => TransportError::NoAnswer(why),
        }
    }
}
