//! Headers that tell the browser what this site never does.

use super::Http;
use super::context::PageNonce;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use caas::kernel::rng::Rng;
use std::sync::Arc;

/// What is the same in every answer.
#[derive(Clone)]
pub(super) struct Policy {
    rng: Arc<dyn Rng>,
    csp_end: Arc<str>,
    is_production: bool,
}

impl Policy {
    pub(super) fn new(http: &Http) -> Policy {
        let mut form_action = String::from("'self'");
        for origin in &http.form_origins {
            form_action.push(' ');
            form_action.push_str(origin);
        }
        let csp_end = format!(
            "' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action {form_action}; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        Policy { rng: http.caas.rng.clone(), csp_end: csp_end.into(), is_production: http.config.is_production() }
    }
}

const FIXED: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
         midi=(), payment=(), usb=(), xr-spatial-tracking=()",
    ),
];

/// The middleware.
pub(super) async fn set(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0u8; 18];
    policy.rng.fill(&mut bytes);
    let nonce = STANDARD_NO_PAD.encode(bytes);
    let csp = format!("default-src 'none'; script-src 'nonce-{nonce}{}", policy.csp_end);
    request.extensions_mut().insert(PageNonce(nonce));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(csp) = HeaderValue::try_from(csp) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(csp);
    }
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if policy.is_production {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    response
}
