//! Refusals, as problem documents (RFC 9457) with the contracts' extra member `code`.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a message was not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Larger than 64 KiB.
    TooLarge,
    /// The body broke off.
    Unreadable,
    /// The signature is missing or wrong, or the time is too far off.
    NotAuthentic(&'static str),
    /// Not JSON.
    NotJson,
    /// JSON that does not fit.
    DoesNotFit {
        /// The member.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It could not be stored: to be sent again.
    NotStored,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, title) = match &self {
            Refusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large"),
            Refusal::Unreadable => (StatusCode::BAD_REQUEST, "unreadable", "Unreadable"),
            Refusal::NotAuthentic(_) => (StatusCode::UNAUTHORIZED, "not_authentic", "Not authentic"),
            Refusal::NotJson => (StatusCode::BAD_REQUEST, "not_json", "Not JSON"),
            Refusal::DoesNotFit { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "does_not_fit", "Does not fit"),
            Refusal::NotStored => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Unavailable"),
        };
        let mut body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "code": code});
        match self {
            Refusal::TooLarge => body["detail"] = json!("the body is larger than 64 KiB"),
            Refusal::NotAuthentic(why) => body["detail"] = json!(why),
            Refusal::DoesNotFit { field, problem } => {
                body["detail"] = json!(format!("{field} {problem}"));
                body["field"] = json!(field);
            }
            Refusal::Unreadable | Refusal::NotJson | Refusal::NotStored => {}
        }
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}
