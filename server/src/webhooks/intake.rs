//! One message: read, proved, understood as far as needed, stored, answered.

use super::problem::Refusal;
use super::signature::{WebhookSecret, verify};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use caas::Caas;
use caas::inbox::{Message, Sender, service};
use futures::StreamExt as _;
use std::sync::Arc;

/// The largest message that is taken.
const LARGEST: usize = 64 * 1024;
/// How much of a larger one is still read, so that its sender gets to see the answer.
const PATIENCE: usize = 1024 * 1024;

/// A path, who calls there and what proves it.
pub(super) struct Endpoint {
    pub caas: Caas,
    pub sender: Sender,
    pub secrets: Vec<WebhookSecret>,
}

/// Takes a message.
pub(super) async fn receive(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<StatusCode, Refusal> {
    let result = take(&endpoint, request).await;
    if let Err(refusal) = &result {
        metrics::counter!("caas_webhooks_total", "sender" => endpoint.sender.as_str(), "result" => "refused")
            .increment(1);
        tracing::warn!(sender = %endpoint.sender, ?refusal, "webhook_refused");
    }
    result
}

async fn take(endpoint: &Endpoint, request: Request) -> Result<StatusCode, Refusal> {
    let (parts, body) = request.into_parts();
    let body = read(&parts.headers, body).await?;
    let webhook_id =
        verify(&parts.headers, &body, &endpoint.secrets, endpoint.caas.now()).map_err(Refusal::NotAuthentic)?;
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::NotJson)?;
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| Refusal::NotJson)?;
    Message::read(endpoint.sender, &value)
        .map_err(|error| Refusal::DoesNotFit { field: error.field, problem: error.problem })?;
    match service::receive(&endpoint.caas, endpoint.sender, webhook_id, text).await {
        Ok(receipt) => {
            tracing::info!(sender = %endpoint.sender, ?receipt, "webhook_received");
            Ok(StatusCode::OK)
        }
        Err(error) => {
            tracing::error!(sender = %endpoint.sender, %error, "webhook_not_stored");
            Err(Refusal::NotStored)
        }
    }
}

/// Reads the body, but keeps no more of it than a message may have.
async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > PATIENCE) {
        return Err(Refusal::TooLarge);
    }
    let mut kept = Vec::new();
    let mut length = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else {
            return Err(if length > LARGEST { Refusal::TooLarge } else { Refusal::Unreadable });
        };
        length += chunk.len();
        if length <= LARGEST {
            kept.extend_from_slice(&chunk);
        } else if length > PATIENCE {
            break;
        }
    }
    if length > LARGEST { Err(Refusal::TooLarge) } else { Ok(kept) }
}
