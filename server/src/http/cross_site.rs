//! Refuses requests that change something and were made by another site's page.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`. Programs that send neither carry
//! nobody's cookies by accident and are let through, as are the outside systems' signed webhooks.

use crate::config::Config;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

/// What counts as our own site.
#[derive(Clone)]
pub(super) struct Rule {
    origin: Arc<str>,
}

impl Rule {
    pub(super) fn new(config: &Config) -> Rule {
        Rule { origin: config.public_url.as_str().into() }
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
        if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
            return matches!(site, "same-origin" | "none");
        }
        match text(header::ORIGIN) {
            None => true,
            Some(origin) => {
                let host = origin.split_once("://").map(|(_, host)| host);
                origin == &*self.origin || (host.is_some() && host == text(header::HOST))
            }
        }
    }
}

/// The middleware.
pub(super) async fn refuse(State(rule): State<Rule>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let exempt = request.method().is_safe() || path.starts_with("/webhooks/") || path.starts_with("/caas/webhooks/");
    if exempt || rule.allows(request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(path, "cross_site_request_refused");
    (StatusCode::FORBIDDEN, [(header::CACHE_CONTROL, "no-store")], "cross_site_request").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        Rule { origin: "https://caas.example".into() }.allows(&headers)
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(allowed(&[("origin", "https://caas.example"), ("host", "internal:3000")]));
        assert!(allowed(&[("origin", "http://localhost:3000"), ("host", "localhost:3000")]));
        assert!(allowed(&[("host", "localhost:3000")]));
        assert!(!allowed(&[("sec-fetch-site", "cross-site"), ("origin", "https://caas.example")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site")]));
        assert!(!allowed(&[("origin", "null"), ("host", "null")]));
        assert!(!allowed(&[("origin", "https://evil.example"), ("host", "caas.example")]));
    }
}
