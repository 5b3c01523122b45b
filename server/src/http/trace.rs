//! One span, one log line and three measurements a request. No query strings: they can hold tokens and names.

use super::Http;
use crate::config::{Config, LogFormat};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use caas::kernel::spans::{self, SpanKind, Work};
use std::sync::Arc;
use tracing::Instrument as _;
use tracing_subscriber::EnvFilter;

/// Starts logging as the configuration says. A second call changes nothing.
pub fn init_logging(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| format!("CAAS_LOG: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    let _ = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// The middleware.
pub(super) async fn observe(State(http): State<Http>, request: Request, next: Next) -> Response {
    #[expect(clippy::disallowed_methods, reason = "measures how long the answer takes; nothing is decided by it")]
    let started = std::time::Instant::now();
    let id = http.caas.new_uuid();
    let method = known_method(request.method());
    // The template, not the path: paths hold ids and would make endless series.
    let route: Arc<str> = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().into(),
        None => "(file or nothing)".into(),
    };
    let is_noise =
        matches!(&*route, "/healthz" | "/readyz" | "/metrics" | "(file or nothing)") || route.starts_with("/pkg");
    let span = tracing::info_span!("request", %id, method, %route);
    let work = if is_noise { None } else { spans::begin(&http.caas, SpanKind::Server, || format!("{method} {route}")) };
    let mut response = spans::within(work.as_ref(), next.run(request)).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    if let Some(work) = work {
        tell(work, (method, &route), status, id);
    }
    span.in_scope(|| {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if is_noise { tracing::debug!(status, micros, "answered") } else { tracing::info!(status, micros, "answered") }
    });
    metrics::counter!("caas_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("caas_http_request_duration_seconds", "method" => method, "route" => route)
        .record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Tells of a request that was answered.
fn tell(work: Work, (method, route): (&str, &str), status: u16, id: uuid::Uuid) {
    work.note("http.request.method", method);
    work.note("http.route", route);
    work.note("http.response.status_code", i64::from(status));
    work.note("caas.request.id", id);
    work.end((status >= 500).then_some("server_error"));
}

/// Methods we know; made-up ones would make endless series.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
