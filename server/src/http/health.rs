//! Whether the process lives, and whether it can do its work.

use super::Http;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use caas::kernel::database::Schema;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the job runner is alive.
#[derive(Clone, Default)]
pub struct RunnerHealth(Arc<AtomicBool>);

/// The runner is alive as long as this lives.
pub struct RunnerPulse(RunnerHealth);

impl RunnerHealth {
    /// From now on the runner is alive, until the pulse is dropped, by a panic too.
    pub fn begin(&self) -> RunnerPulse {
        self.0.store(true, Ordering::SeqCst);
        RunnerPulse(self.clone())
    }

    fn is_alive(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for RunnerPulse {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::SeqCst);
    }
}

/// `/healthz`: the process answers.
pub(super) async fn alive() -> Response {
    plain(StatusCode::OK, "ok")
}

/// `/readyz`: database, schema and job runner are there, and the process is not ending.
pub(super) async fn ready(State(http): State<Http>) -> Response {
    if http.stop.is_cancelled() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match http.caas.db.schema().await {
        Ok(Schema::Fits) => {}
        Ok(Schema::Behind) => return plain(StatusCode::SERVICE_UNAVAILABLE, "migrations pending"),
        Ok(Schema::Beyond) => return plain(StatusCode::SERVICE_UNAVAILABLE, "schema too new"),
        Err(error) => {
            tracing::error!(%error, "not_ready");
            return plain(StatusCode::SERVICE_UNAVAILABLE, "database unavailable");
        }
    }
    if !http.runner.is_alive() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "job runner stopped");
    }
    plain(StatusCode::OK, "ready")
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}
