//! Makes the [`WebContext`] of a request, and carries out what the page or server function wanted of the answer.
//!
//! A visitor without a session cookie costs no query.

use super::{Http, address};
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use caas::kernel::locale::Locale;
use caas_app::web::{
    DEVICE_COOKIE, FLASH_COOKIE, Flash, LANGUAGE_COOKIE, Refusal, Reply, RequestFacts, SCRIPT_COOKIE, SESSION_COOKIE,
    SessionError, THEME_COOKIE, Theme, WebContext, local_path, render_refusal,
};
use std::sync::Mutex;
use url::Url;

/// The nonce that the security headers of this answer allow.
#[derive(Clone)]
pub(super) struct PageNonce(pub String);

/// The middleware.
pub(super) async fn provide(State(http): State<Http>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (web, failure) = read(&http, &mut parts).await;
    let accepts_html = accepts_html(&parts.headers);
    let had_flash = !web.flash.is_empty();
    parts.extensions.insert(web.clone());
    let response = match failure {
        None => next.run(Request::from_parts(parts, body)).await,
        Some(failure) => render_refusal(web.clone(), failure).await,
    };
    finish(web, response, accepts_html, had_flash).await
}

async fn read(http: &Http, parts: &mut Parts) -> (WebContext, Option<Refusal>) {
    let params = match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => Vec::new(),
    };
    let cookies = Cookies::of(&parts.headers);
    let session = cookies.get(SESSION_COOKIE).filter(|secret| secret.len() == 43).map(str::to_owned);
    let (person, failure) = match &session {
        None => (None, None),
        Some(secret) => match http.sessions.signed_in(secret).await {
            Ok(person) => (person, None),
            Err(SessionError(failure)) => (None, Some(Refusal::Failure(failure))),
        },
    };
    let (user, unread) = person.map_or((None, 0), |(user, unread)| (Some(user), unread));
    let locale = match &user {
        Some(user) => user.locale,
        None => visitor_locale(&cookies, parts.uri.query().unwrap_or_default(), &parts.headers),
    };
    let theme = cookies.get(THEME_COOKIE).and_then(|theme| theme.parse().ok()).unwrap_or(Theme::Auto);
    let flash = cookies.get(FLASH_COOKIE).map(Flash::from_cookie).unwrap_or_default();
    let nonce = parts.extensions.get::<PageNonce>().map(|nonce| nonce.0.clone()).unwrap_or_default();
    let web = WebContext::new(RequestFacts {
        caas: http.caas.clone(),
        site: http.site.clone(),
        sessions: http.sessions.clone(),
        locale,
        theme,
        user,
        unread,
        session,
        device: cookies.get(DEVICE_COOKIE).and_then(|id| id.parse().ok()),
        has_script: cookies.get(SCRIPT_COOKIE).is_some(),
        nonce,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        params,
        flash,
        address: address::client(&parts.extensions, &parts.headers, &http.config.trusted_proxies),
        user_agent: text(&parts.headers, &header::USER_AGENT).map(str::to_owned),
        came_from: came_from(&parts.headers),
        reply: Mutex::new(Reply::default()),
    });
    (web, failure)
}

/// What the visitor chose; else what a search engine's link names (`?lang=en`); else what the browser prefers.
fn visitor_locale(cookies: &Cookies<'_>, query: &str, headers: &HeaderMap) -> Locale {
    let linked = || url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == LANGUAGE_COOKIE);
    cookies
        .get(LANGUAGE_COOKIE)
        .and_then(|code| code.parse().ok())
        .or_else(|| linked().and_then(|(_, code)| code.parse().ok()))
        .unwrap_or_else(|| Locale::from_accept_language(text(headers, &header::ACCEPT_LANGUAGE).unwrap_or_default()))
}

/// The path of ours the form was on. Whether it is ours is no matter: only the path is used.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let url = Url::parse(text(headers, &header::REFERER)?).ok()?;
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    local_path(&path).map(str::to_owned)
}

async fn finish(web: WebContext, mut response: Response, accepts_html: bool, had_flash: bool) -> Response {
    if let Some(refusal) = web.with_reply(|reply| reply.refusal.take()) {
        response = render_refusal(web.clone(), refusal).await;
    }
    let reply = web.with_reply(std::mem::take);
    if let Some(location) = reply.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
        if accepts_html || response.status().is_redirection() {
            *response.status_mut() = StatusCode::SEE_OTHER;
        } else {
            // A server function called by an island: the program in the browser goes there.
            response.headers_mut().insert(HeaderName::from_static("serverfnredirect"), HeaderValue::from_static(""));
        }
    } else if let Some(status) = reply.status {
        *response.status_mut() = status;
    }
    let is_page = is_html(response.headers()) && !response.status().is_redirection();
    let is_private = web.user.is_some() || had_flash || !reply.cookies.is_empty();
    let headers = response.headers_mut();
    for cookie in reply.cookies.iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    if had_flash && is_page {
        headers.append(header::SET_COOKIE, HeaderValue::try_from(Flash::forget()).expect("a constant of ASCII"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        let policy = if is_page && !is_private { "private, no-cache" } else { "no-store" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    }
    headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    response
}

fn is_html(headers: &HeaderMap) -> bool {
    text(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"))
}

fn accepts_html(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The request's cookies, read without copying.
struct Cookies<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Cookies<'a> {
    fn of(headers: &'a HeaderMap) -> Cookies<'a> {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .collect();
        Cookies(pairs)
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}
