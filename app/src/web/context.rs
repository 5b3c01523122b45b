//! The request, as pages and server functions see it.

use super::{CurrentUser, Flash, FormState, Goto, Refusal, Role, SessionError, Sessions, Site, Theme};
use axum::http::StatusCode;
use caas::Caas;
use caas::accounts::session_handle;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::notifications::devices;
use leptos::prelude::expect_context;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// One request. Cheap to clone; made by the server's middleware before anything is rendered.
#[derive(Clone)]
pub struct WebContext(Arc<RequestFacts>);

/// What is known of a request.
pub struct RequestFacts {
    /// The platform.
    pub caas: Caas,
    /// What is the same for every request.
    pub site: Arc<Site>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// The language to answer in.
    pub locale: Locale,
    /// The colours chosen.
    pub theme: Theme,
    /// Who is signed in.
    pub user: Option<CurrentUser>,
    /// How many notices they have not read.
    pub unread: i64,
    /// The session's secret, as the cookie carries it.
    pub session: Option<String>,
    /// The device that this browser is for push messages, as its cookie says. The session may have run out since.
    pub device: Option<Uuid>,
    /// Whether scripts run in this browser: an earlier page of ours left a cookie with one.
    pub has_script: bool,
    /// Allows this page's own inline script.
    pub nonce: String,
    /// The path without the query.
    pub path: String,
    /// The query without `?`, still encoded.
    pub query: String,
    /// What the route's placeholders stand for.
    pub params: Vec<(String, String)>,
    /// What the request before wanted to say.
    pub flash: Flash,
    /// Who asks, as far as the network tells.
    pub address: Option<IpAddr>,
    /// Which program asks.
    pub user_agent: Option<String>,
    /// The page of ours that the form was on.
    pub came_from: Option<String>,
    /// What the answer is to carry besides its body.
    pub reply: Mutex<Reply>,
}

/// What a page or server function wants to be true of the answer; the server's middleware carries it out.
#[derive(Debug, Default)]
pub struct Reply {
    /// Where to send the browser.
    pub location: Option<String>,
    /// `Set-Cookie` values.
    pub cookies: Vec<String>,
    /// Another status than the body's own.
    pub status: Option<StatusCode>,
    /// Answer with the page for this refusal.
    pub refusal: Option<Refusal>,
}

/// The request being answered. Only inside pages, components and server functions.
pub fn web() -> WebContext {
    expect_context::<WebContext>()
}

impl WebContext {
    /// Wraps the facts.
    pub fn new(facts: RequestFacts) -> WebContext {
        WebContext(Arc::new(facts))
    }

    /// The text in the request's language.
    pub fn t<'a>(&self, es: &'a str, en: &'a str) -> &'a str {
        self.locale.t(es, en)
    }

    /// What a placeholder of the route stands for, decoded; empty when the route has no such placeholder.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A placeholder as an id or number; what does not parse does not exist.
    pub fn param_as<T: std::str::FromStr>(&self, name: &str) -> Result<T, Refusal> {
        self.param(name).parse().map_err(|_| Refusal::NotFound)
    }

    /// A value of the query, decoded; the first when there are several.
    pub fn query(&self, name: &str) -> Option<String> {
        self.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Every value of the query with this name.
    pub fn query_all(&self, name: &str) -> Vec<String> {
        self.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }

    fn query_pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        url::form_urlencoded::parse(self.query.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned()))
    }

    /// Path and query, for a link that comes back here.
    pub fn here(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// An absolute address of ours, for mails and other systems. `path` begins with `/`.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.site.public_url)
    }

    /// The state of a form that came back: its errors and what was typed. Empty when nothing came back for it.
    pub fn form(&self, name: &str) -> FormState {
        self.flash.form.as_ref().filter(|form| form.name == name).cloned().unwrap_or_else(|| FormState::new(name))
    }

    /// Who is signed in, or the way to the sign-in page.
    pub fn require_user(&self) -> Result<&CurrentUser, Refusal> {
        self.user.as_ref().ok_or(Refusal::SignIn)
    }

    /// Who is signed in, when they have one of these roles. For others the thing does not exist, and the try is noted.
    pub fn require_role(&self, roles: &[Role]) -> Result<&CurrentUser, Refusal> {
        let user = self.require_user()?;
        if roles.contains(&user.role) { Ok(user) } else { Err(Refusal::Hidden("role")) }
    }

    /// Begins a session for this person under a new secret; an earlier session of this browser ends.
    pub async fn sign_in(&self, user: UserId) -> Result<(), SessionError> {
        if let Some(old) = &self.session {
            self.sessions.end(old).await?;
        }
        let secret = self.sessions.begin(user, self.address, self.user_agent.as_deref()).await?;
        if let Some(device) = self.device {
            devices::signed_in(&self.caas, device, user, &session_handle(&secret)).await?;
        }
        let age = self.sessions.max_age().as_secs();
        self.set_cookie(format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=Lax"));
        Ok(())
    }

    /// Ends this browser's session. Nothing that is said to whoever leaves appears here any more.
    pub async fn sign_out(&self) -> Result<(), SessionError> {
        if let Some(secret) = &self.session {
            self.sessions.end(secret).await?;
        }
        if let Some(device) = self.device {
            devices::signed_out(&self.caas, device).await?;
            self.set_cookie(format!("{DEVICE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"));
        }
        self.set_cookie(format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"));
        Ok(())
    }

    /// Remembers which device this browser is, for longer than any session lasts.
    pub fn remember_device(&self, device: Uuid) {
        const AGE: u32 = 400 * 24 * 3600;
        self.set_cookie(format!("{DEVICE_COOKIE}={device}; Path=/; Max-Age={AGE}; HttpOnly; Secure; SameSite=Lax"));
    }

    /// Adds a `Set-Cookie` to the answer.
    pub fn set_cookie(&self, cookie: String) {
        self.with_reply(|reply| reply.cookies.push(cookie));
    }

    /// Carries out a [`Goto`].
    pub(super) fn send_to(&self, goto: Goto) {
        let (location, flash) = goto.into_parts();
        if let Some(cookie) = flash.to_cookie() {
            self.set_cookie(cookie);
        }
        self.with_reply(|reply| reply.location = Some(location));
    }

    /// Changes the answer.
    pub fn with_reply<T>(&self, change: impl FnOnce(&mut Reply) -> T) -> T {
        change(&mut self.reply.lock().expect("no panic under this lock"))
    }
}

/// The session cookie's name. `__Host-`: only over TLS (or on the local machine), for this host alone, on every path.
pub const SESSION_COOKIE: &str = "__Host-caas";

/// The cookie that names the device which this browser is for push messages.
pub const DEVICE_COOKIE: &str = "__Host-device";

/// The cookie that a script of every page leaves, so that pages know whether they must refresh without one.
pub const SCRIPT_COOKIE: &str = "js";

impl Deref for WebContext {
    type Target = RequestFacts;
    fn deref(&self) -> &RequestFacts {
        &self.0
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for WebContext {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<WebContext>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
