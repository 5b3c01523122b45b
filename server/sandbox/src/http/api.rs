//! The contracts' paths. Whatever a call means is decided in the world; here it is only read, delayed or lost.

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::hosted;
use crate::faults::Loss;
use crate::sandbox::Sandbox;
use crate::world::call::{Answer, Call, Operation, Problem, System};
use crate::world::country::Country;

/// The payment gateway: its contract behind the bearer token, and its hosted pages open to browsers.
pub fn gateway_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/setup-sessions", post(|s, h, b| command(s, Operation::CreateSetupSession, String::new(), h, b)))
        .route("/setup-sessions/{id}", get(|s, p: Path<String>| question(s, Operation::GetSetupSession, p.0)))
        .route("/payments/initiate", post(|s, h, b| command(s, Operation::InitiatePayment, String::new(), h, b)))
        .route("/payments", get(find_payment))
        .route("/payments/{id}", get(|s, p: Path<String>| question(s, Operation::GetPayment, p.0)))
        .route(
            "/payments/{id}/capture",
            post(|s, p: Path<String>, h, b| command(s, Operation::CapturePayment, p.0, h, b)),
        )
        .route(
            "/payments/{id}/cancel",
            post(|s, p: Path<String>, h, b| command(s, Operation::CancelPayment, p.0, h, b)),
        )
        .route(
            "/payments/{id}/refund",
            post(|s, p: Path<String>, h, b| command(s, Operation::RefundPayment, p.0, h, b)),
        )
        .route("/settlements/{date}", get(|s, p: Path<String>| question(s, Operation::GetSettlements, p.0)))
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::Gateway), check_token))
        .with_state(sandbox.clone())
        .merge(hosted::hosted_router(sandbox))
}

/// API IoT, behind the bearer token.
pub fn iot_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/ota/activate", post(|s, h, b| command(s, Operation::Activate, String::new(), h, b)))
        .route("/ota/deactivate", post(|s, h, b| command(s, Operation::Deactivate, String::new(), h, b)))
        .route("/vehicles/{vin}/status", get(|s, p: Path<String>| question(s, Operation::VehicleStatus, p.0)))
        .route("/vehicles/{vin}/diagnostics", get(|s, p: Path<String>| question(s, Operation::Diagnostics, p.0)))
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::Iot), check_token))
        .with_state(sandbox)
}

/// The provider of text messages, behind the bearer token.
pub fn sms_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/messages", post(|s, h, b| command(s, Operation::SendMessage, String::new(), h, b)))
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::Sms), check_token))
        .with_state(sandbox)
}

/// The factory, behind the bearer token.
pub fn factory_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/orders", post(|s, h, b| command(s, Operation::PlaceOrder, String::new(), h, b)))
        .route("/orders/{id}", get(|s, p: Path<String>| question(s, Operation::GetOrder, p.0)))
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::Factory), check_token))
        .with_state(sandbox)
}

/// A country's registration body, behind its bearer token.
pub fn registration_router(sandbox: Sandbox, country: Country) -> Router {
    let (submit, ask, dossier) =
        (Operation::SubmitRegistration(country), Operation::GetRegistration(country), Operation::OpenDossier(country));
    Router::new()
        .route("/registrations", post(move |s, h, b| command(s, submit, String::new(), h, b)))
        .route("/registrations/{id}", get(move |s, p: Path<String>| question(s, ask, p.0)))
        .route("/dossiers", post(move |s, h, b| command(s, dossier, String::new(), h, b)))
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::registration(country)), check_token))
        .with_state(sandbox)
}

/// The transport company, behind the bearer token.
pub fn transport_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/deliveries", post(|s, h, b| command(s, Operation::ScheduleDelivery, String::new(), h, b)))
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::Transport), check_token))
        .with_state(sandbox)
}

/// The workshops' maintenance history, behind the bearer token.
pub fn vss_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route(
            "/vehicles/{vin}/maintenance-status",
            get(|s, p: Path<String>| question(s, Operation::MaintenanceStatus, p.0)),
        )
        .fallback(|| async { respond(Problem::unknown("path").to_answer(), "") })
        .layer(middleware::from_fn_with_state((sandbox.clone(), System::Vss), check_token))
        .with_state(sandbox)
}

async fn check_token(State((sandbox, system)): State<(Sandbox, System)>, request: Request, next: Next) -> Response {
    let expected = sandbox.wiring().tokens.of(system);
    let shown = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, token)| token.trim());
    let welcome = !expected.is_empty() && bool::from(shown.as_bytes().ct_eq(expected.as_bytes()));
    if welcome {
        return next.run(request).await;
    }
    let problem = Problem::new(401, "unauthorized", "the bearer token is missing or wrong");
    let mut response = respond(problem.to_answer(), "");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

async fn find_payment(state: State<Sandbox>, Query(query): Query<HashMap<String, String>>) -> Response {
    match query.get("idempotencyKey") {
        Some(key) => question(state, Operation::FindPayment, key.clone()).await,
        None => {
            let problem = Problem::does_not_fit("idempotencyKey", "required parameter is missing");
            respond(problem.to_answer(), "")
        }
    }
}

async fn question(State(sandbox): State<Sandbox>, operation: Operation, subject: String) -> Response {
    answer(&sandbox, &Call::new(operation, subject)).await
}

async fn command(
    State(sandbox): State<Sandbox>,
    operation: Operation,
    subject: String,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut call = Call::new(operation, subject);
    call.idempotency_key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    call.body = serde_json::from_slice(&body).ok();
    answer(&sandbox, &call).await
}

/// Executes at once, then delays, tells or loses the answer as the faults have it.
async fn answer(sandbox: &Sandbox, call: &Call) -> Response {
    let outcome = sandbox.call(call);
    if outcome.webhooks_first {
        sandbox.deliver_due(sandbox.now()).await;
    }
    if outcome.latency_ms > 0 {
        be_slow(outcome.latency_ms).await;
    }
    match (outcome.answer, outcome.lost) {
        (None, _) | (_, Some(Loss::Hanging)) => std::future::pending().await,
        (Some(_), Some(Loss::Dropped)) => dropped_connection(),
        (Some(answer), None) => respond(answer, &sandbox.wiring().public_base_url),
    }
}

#[expect(clippy::disallowed_methods, reason = "the fault asked for is a slow answer in real time")]
async fn be_slow(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// A body that breaks before its first byte: the server closes the connection without having sent anything.
fn dropped_connection() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("answer lost on purpose")) });
    Body::from_stream(broken).into_response()
}

/// Writes an answer out; URLs that begin with a slash get the public address before them.
fn respond(mut answer: Answer, public_base_url: &str) -> Response {
    for member in ["url", "authenticationUrl"] {
        let absolute = answer.body[member]
            .as_str()
            .filter(|url| url.starts_with('/'))
            .map(|path| Value::String(format!("{public_base_url}{path}")));
        if let Some(absolute) = absolute {
            answer.body[member] = absolute;
        }
    }
    let kind = if answer.status >= 400 { "application/problem+json" } else { "application/json" };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, kind)], answer.body.to_string()).into_response();
    if answer.hit {
        response.headers_mut().insert("idempotency-hit", HeaderValue::from_static("true"));
    }
    response
}
