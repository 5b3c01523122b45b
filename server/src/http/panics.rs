//! A panic while answering is our fault, told with a page and not with a broken connection.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;

/// Needs nothing that could have failed: no session, no language, no style sheet by name.
const PAGE: &str = "<!DOCTYPE html><html lang=\"es\"><head><meta charset=\"utf-8\"><title>Algo ha fallado · CaaS</title>\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
</head><body><main><h1>Algo ha fallado por nuestra parte</h1>\
<p>No se te ha cobrado nada por esto. Vuelve a intentarlo en un momento.</p>\
<p lang=\"en\">Something failed on our side. You have not been charged for this. Try again in a moment.</p>\
<p><a href=\"/\">CaaS</a></p></main></body></html>";

/// The middleware.
pub(super) async fn catch(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or_default();
            tracing::error!(what, "request_panicked");
            let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
            (StatusCode::INTERNAL_SERVER_ERROR, headers, PAGE).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_panic_is_a_page_in_both_languages() {
        let broken = get(|| async {
            if true {
                panic!("on purpose")
            }
        });
        let router: Router = Router::new().route("/", broken).layer(from_fn(catch));
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(page.contains("No se te ha cobrado") && page.contains("have not been charged"));
    }
}
