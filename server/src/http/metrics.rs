//! `/metrics` in Prometheus form.

use super::Http;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use caas::watch::gauges;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::sync::OnceLock;

/// Renders what was measured.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

/// From milliseconds that a page takes to the minutes of an activation command.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

/// Makes this process measure. All parts of one process share the numbers.
pub fn install_metrics() -> Metrics {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
            .expect("the list of buckets is not empty")
            .build_recorder();
        let handle = recorder.handle();
        // Another recorder can be there only in a test, which then measures nothing here.
        let _ = metrics::set_global_recorder(recorder);
        handle
    });
    Metrics(handle.clone())
}

/// Shows the numbers: in production only to this machine, unless a proxy passed the request on.
pub(super) async fn show(State(http): State<Http>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let is_local = peer.is_some_and(|peer| peer.is_loopback()) && !request.headers().contains_key("x-forwarded-for");
    if http.config.is_production() && !is_local {
        return StatusCode::NOT_FOUND.into_response();
    }
    // What is counted in memory is told all the same while the database is away.
    if let Err(error) = gauges::set(&http.caas).await {
        tracing::warn!(%error, "gauges_not_set");
    }
    http.metrics.0.run_upkeep();
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], http.metrics.0.render()).into_response()
}
