//! The gateway's pages for customers: entering a payment method, confirming a payment.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use url::Url;

use super::pages::{self, Language};
use crate::sandbox::Sandbox;
use crate::world::gateway::TestCard;
use crate::world::gateway::model::{SessionStatus, SetupSession};

/// Pages without a token: their addresses are what the customer was given.
pub(super) fn hosted_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/hosted/style.css", get(style))
        .route("/hosted/setup/{id}", get(show_setup).post(answer_setup))
        .route("/hosted/authenticate/{id}", get(show_authentication).post(confirm_authentication))
        .with_state(sandbox)
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], pages::STYLE).into_response()
}

async fn show_setup(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let session = sandbox.look(|world| world.gateway().session(&id).cloned());
    match session {
        Some(session) if session.status == SessionStatus::Open => {
            let language = Language::of(session.locale.as_deref());
            let html = pages::setup(language, &id, None);
            html_page(StatusCode::OK, html, Some(&session.return_url))
        }
        other => closed(other.as_ref()),
    }
}

async fn answer_setup(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let Some(session) = sandbox.look(|world| world.gateway().session(&id).cloned()) else {
        return closed(None);
    };
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("action") == "cancel" {
        let abandoned = sandbox.change(|world, _| world.gateway_mut().abandon_session(&id));
        return match abandoned {
            Ok(()) => see_other(&way_back(&session, None)),
            Err(_) => closed(Some(&session)),
        };
    }
    let typed = field("number").trim();
    let card = if typed.is_empty() { TestCard::from_code(field("card")) } else { TestCard::recognise(typed) };
    let Some(card) = card else {
        let language = Language::of(session.locale.as_deref());
        let html = pages::setup(language, &id, Some(typed));
        return html_page(StatusCode::UNPROCESSABLE_ENTITY, html, Some(&session.return_url));
    };
    match sandbox.change(|world, now| world.complete_session(&id, card, now)) {
        Ok(_) => see_other(&way_back(&session, None)),
        Err(_) => closed(Some(&session)),
    }
}

async fn show_authentication(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let (awaits, session, amount) = sandbox.look(|world| {
        let books = world.gateway();
        (
            books.awaits_authentication(&id),
            books.session_of_payment(&id).cloned(),
            books.payment(&id).map(|payment| payment.amount.to_string()),
        )
    });
    let Some(amount) = amount.filter(|_| awaits) else {
        return closed(session.as_ref());
    };
    let language = Language::of(session.as_ref().and_then(|s| s.locale.as_deref()));
    let back = session.as_ref().map(|s| way_back(s, Some(&id)));
    let html = pages::authenticate(language, &id, &amount, back.as_deref());
    html_page(StatusCode::OK, html, back.as_deref())
}

async fn confirm_authentication(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let session = sandbox.look(|world| world.gateway().session_of_payment(&id).cloned());
    let confirmed = sandbox.change(|world, _| world.gateway_mut().confirm_authentication(&id));
    match (confirmed, session) {
        (Err(_), session) => closed(session.as_ref()),
        (Ok(()), Some(session)) => see_other(&way_back(&session, Some(&id))),
        (Ok(()), None) => html_page(StatusCode::OK, pages::confirmed(Language::Spanish), None),
    }
}

/// `returnUrl` with the session added to whatever query it has.
fn way_back(session: &SetupSession, payment_id: Option<&str>) -> String {
    let Ok(mut url) = Url::parse(&session.return_url) else {
        return session.return_url.clone();
    };
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("session", &session.session_id);
        if let Some(payment_id) = payment_id {
            query.append_pair("payment", payment_id);
        }
    }
    url.into()
}

fn closed(session: Option<&SetupSession>) -> Response {
    let language = Language::of(session.and_then(|session| session.locale.as_deref()));
    let back = session.map(|session| way_back(session, None));
    let status = if session.is_some() { StatusCode::GONE } else { StatusCode::NOT_FOUND };
    html_page(status, pages::over(language, back.as_deref()), None)
}

fn see_other(url: &str) -> Response {
    Redirect::to(url).into_response()
}

/// A page under a strict policy. The form's answer redirects to `returnUrl`, so its origin must stand in `form-action`.
fn html_page(status: StatusCode, html: String, return_url: Option<&str>) -> Response {
    let back = return_url
        .and_then(|url| Url::parse(url).ok())
        .map(|url| format!(" {}", url.origin().ascii_serialization()))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'{back}; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        html,
    )
        .into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
