//! The post that a mail program makes by itself when its user wants no more mails like one (RFC 8058), or the button of the
//! page at the same address. Nobody signs in for it: whoever has the mail may do it.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use caas::notifications::preferences;
use caas_app::web::{Refusal, WebContext, render_refusal};

/// What a mail program's body holds.
const ONE_CLICK: &[u8] = b"List-Unsubscribe=One-Click";

pub(super) async fn unsubscribe(web: WebContext, Path(token): Path<String>, body: Bytes) -> Response {
    match preferences::unsubscribe(&web.caas, &token).await {
        // Mail programs follow no redirects.
        Ok(Some(_)) if body.as_ref() == ONE_CLICK => (StatusCode::OK, "ok").into_response(),
        Ok(Some(_)) => Redirect::to(&web.here()).into_response(),
        Ok(None) => render_refusal(web, Refusal::NotFound).await,
        Err(failure) => render_refusal(web, failure.into()).await,
    }
}
