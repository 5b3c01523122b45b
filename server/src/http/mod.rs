//! The HTTP server: what every request passes, and what stands where.
//!
//! From the outside in: tracing and metrics, panics, security headers, compression, limits, cross-site refusal. Pages and
//! server functions then get their [`context`]; static files, health, metrics and webhooks do without.

mod address;
mod assets;
mod context;
mod cross_site;
mod events;
mod headers;
mod health;
mod limits;
mod metrics;
mod panics;
mod trace;
mod unsubscribe;

pub use assets::load_assets;
pub use health::RunnerHealth;
pub use metrics::{Metrics, install_metrics};
pub use trace::init_logging;

use crate::config::Config;
use crate::sandbox_page;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use caas::Caas;
use caas_app::pages::dealer;
use caas_app::pages::help::{self, MAX_UPLOAD};
use caas_app::pages::order;
use caas_app::web::{Refusal, Sessions, Site, WebContext, render, render_refusal};
use caas_sandbox::Sandbox;
use leptos::prelude::provide_context;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;

/// The largest body a form or webhook may have.
const MAX_BODY: usize = 64 * 1024;

/// What the HTTP layer works with. Cheap to clone.
#[derive(Clone)]
pub struct Http(Arc<HttpParts>);

/// What an [`Http`] is made of.
pub struct HttpParts {
    /// The platform.
    pub caas: Caas,
    /// The configuration.
    pub config: Config,
    /// What is the same for every request.
    pub site: Arc<Site>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// Origins besides our own that a form's redirect may lead to: the gateway's hosted page.
    pub form_origins: Vec<String>,
    /// The played systems, whose pages exist only with them.
    pub sandbox: Option<Sandbox>,
    /// Renders metrics.
    pub metrics: Metrics,
    /// Whether the job runner is alive.
    pub runner: RunnerHealth,
    /// Ends streams at shutdown.
    pub stop: CancellationToken,
}

impl Http {
    /// Puts the HTTP layer together.
    pub fn new(parts: HttpParts) -> Http {
        Http(Arc::new(parts))
    }
}

impl std::ops::Deref for Http {
    type Target = HttpParts;
    fn deref(&self) -> &HttpParts {
        &self.0
    }
}

/// The whole router. `webhooks` are the routes of the outside systems' calls to us.
pub fn router(http: &Http, webhooks: Router) -> Router {
    // The webhooks' intake bounds what it reads by itself: its contract wants to say so in its own words.
    let pages = pages(http).layer(RequestBodyLimitLayer::new(MAX_BODY));
    // Who is not signed in may not send a large body either: it is read only after that is known.
    let uploads = uploads(http).layer(RequestBodyLimitLayer::new(MAX_UPLOAD));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .with_state(http.clone())
        .merge(webhooks)
        .merge(pages)
        .merge(uploads)
        .nest_service("/pkg", assets::built(&http.config.site_root))
        .fallback_service(assets::public(&http.config.site_root, not_found(http)))
        .layer(from_fn_with_state(cross_site::Rule::new(&http.config), cross_site::refuse))
        .layer(from_fn_with_state(limits::Limits::new(http), limits::enforce))
        .layer(compression())
        .layer(from_fn_with_state(headers::Policy::new(http), headers::set))
        .layer(from_fn(panics::catch))
        .layer(from_fn_with_state(http.clone(), trace::observe))
}

fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    // Fonts and WebAssembly are compressed already, or beforehand.
    let worth_it = DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::const_new("application/octet-stream"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}

/// Pages, server functions and the event stream, each with its context.
fn pages(http: &Http) -> Router {
    let mut router = http.sandbox.as_ref().map(sandbox_page::forms).unwrap_or_default();
    let played = http.sandbox.as_ref().map(sandbox_page::routes).unwrap_or_default();
    for route in caas_app::pages::routes().into_iter().chain(played) {
        let path = route.path;
        router = router.route(path, get(move |web: WebContext| async move { render(web, &route).await }));
    }
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        router = router.route(path, any(server_function));
    }
    router
        .route("/eventos", get(events::stream))
        .route("/baja/{token}", post(unsubscribe::unsubscribe))
        .with_state(http.clone())
        .layer(from_fn_with_state(http.clone(), context::provide))
}

/// Forms with files. What is in them is bounded piece by piece where they are read.
fn uploads(http: &Http) -> Router {
    Router::new()
        .route("/api/cuenta/ayuda/preguntar", post(help::ask))
        .route("/api/cuenta/ayuda/escribir", post(help::write))
        .route("/api/concesionario/documento", post(dealer::paper))
        .route("/api/pedidos/documento", post(order::provide_paper))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(http.clone(), context::provide))
}

/// A path at which nothing stands.
fn not_found(http: &Http) -> Router {
    Router::new()
        .fallback(|web: WebContext| async move { render_refusal(web, Refusal::NotFound).await })
        .layer(from_fn_with_state(http.clone(), context::provide))
}

/// Runs a server function. Its own answer to a form is a redirect to where the form stood; ours is in the context.
async fn server_function(State(_): State<Http>, web: WebContext, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let additional_context = {
        let web = web.clone();
        move || provide_context(web.clone())
    };
    let request = Request::from_parts(parts, Body::from(body));
    let response = leptos_axum::handle_server_fns_with_context(additional_context, request).await.into_response();
    let is_answered = web.with_reply(|reply| reply.location.is_some() || reply.refusal.is_some());
    if response.status().is_redirection() && !is_answered {
        // The fields are not those of the form: no browser with our page sends that.
        return (StatusCode::UNPROCESSABLE_ENTITY, "unknown_form").into_response();
    }
    response
}
