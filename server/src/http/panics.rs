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
