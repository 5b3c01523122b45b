//! From a page to HTML.
//!
//! The whole page is rendered before anything is sent, so that status, redirects and cookies decided on the way still
//! count, and so that the islands' program is loaded only where an island stands.

use super::kept::{Kept, Key};
use super::route::PageFuture;
use super::{Page, Refusal, Route, WebContext};
use crate::shell;
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use futures::StreamExt as _;
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::reactive::owner::Sandboxed;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

/// An answer being made. Boxed, so that the deep types of views end in this crate and others need not compile them again.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// A page as HTML, without the document around it.
pub(super) struct Rendered {
    status: StatusCode,
    refresh: Option<u32>,
    head: shell::Head,
    body: String,
    data: Option<String>,
}

/// Makes the page of a route and answers with it.
pub fn render(web: WebContext, route: &Route) -> ResponseFuture {
    let page = (route.show)(web.clone());
    match (&route.kept, Key::of(&web)) {
        (Some(kept), Some(key)) => Box::pin(render_for_all(web, page, kept.clone(), key)),
        _ => Box::pin(render_page(web, page)),
    }
}

/// Answers with the page for a refusal.
pub fn render_refusal(web: WebContext, refusal: Refusal) -> ResponseFuture {
    let page: PageFuture = Box::pin(ready(Err(refusal)));
    Box::pin(render_page(web, page))
}

/// Answers with the page that was made for another visitor, if the catalogue is still the same; else makes and keeps it.
async fn render_for_all(web: WebContext, page: PageFuture, kept: Arc<Kept>, key: Key) -> Response<Body> {
    // Without a catalogue the page itself says what is wrong.
    let Ok(catalogue) = web.caas.catalogue().await else { return render_page(web, page).await };
    if let Some(rendered) = kept.get(&key, &catalogue) {
        return rendered.answer(&web);
    }
    let rendered = match to_html(web.clone(), page).await {
        Ok(rendered) => Arc::new(rendered),
        Err(response) => return response,
    };
    let is_plain = web.with_reply(|reply| {
        reply.location.is_none() && reply.cookies.is_empty() && reply.status.is_none() && reply.refusal.is_none()
    });
    if is_plain && rendered.status == StatusCode::OK && !rendered.body.contains(&web.nonce) {
        kept.put(key, &catalogue, rendered.clone());
    }
    rendered.answer(&web)
}

async fn render_page(web: WebContext, page: PageFuture) -> Response<Body> {
    match to_html(web.clone(), page).await {
        Ok(rendered) => rendered.answer(&web),
        Err(response) => response,
    }
}

/// `Err` is an answer without a page.
async fn to_html(web: WebContext, page: PageFuture) -> Result<Rendered, Response<Body>> {
    // Outside of islands nothing is serialised for the browser.
    let shared = Arc::new(SsrSharedContext::new_islands());
    let owner = Owner::new_root(Some(shared.clone() as Arc<dyn SharedContext + Send + Sync>));
    let rendering = owner.with(|| {
        provide_context(web.clone());
        provide_context(Nonce::from_value(web.nonce.as_str()));
        Sandboxed::new(ScopedFuture::new(rendered(web, page, shared)))
    });
    let outcome = rendering.await;
    owner.unset_with_forced_cleanup();
    outcome
}

async fn rendered(
    web: WebContext,
    page: PageFuture,
    shared: Arc<SsrSharedContext>,
) -> Result<Rendered, Response<Body>> {
    let page = match page.await {
        Ok(Page { file: Some(file), .. }) => return Err(file.answer()),
        Ok(page) => page,
        Err(refusal) => {
            refusal.note(&web).await;
            match refusal {
                Refusal::Goto(goto) => {
                    web.send_to(goto);
                    return Err(empty(StatusCode::SEE_OTHER));
                }
                Refusal::SignIn => {
                    web.send_to(Refusal::sign_in(Some(&web.here())));
                    return Err(empty(StatusCode::SEE_OTHER));
                }
                refusal => shell::refusal_page(&web, &refusal),
            }
        }
    };
    let (status, refresh) = (page.status, page.refresh);
    let head = shell::Head::of(&web, &page);
    let body: String = shell::frame(&web, page).to_html_stream_in_order().collect().await;
    // The mark between two texts, which browsers read as an empty comment, written as HTML has it. No text holds it: a
    // `<` in a text is escaped.
    let body = body.replace("<!>", "<!---->");
    let data = if body.contains("<leptos-island") { Some(island_data(&shared).await) } else { None };
    Ok(Rendered { status, refresh, head, body, data })
}

impl Rendered {
    /// The whole document, with the nonce of this answer.
    fn answer(&self, web: &WebContext) -> Response<Body> {
        let html = shell::document(web, &self.head, &self.body, self.data.as_deref());
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = self.status;
        let html = header::HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        // With its address said: a browser that stands at a fragment of the page would only go there again, and load nothing.
        let refresh = self.refresh.map(|seconds| format!("{seconds}; url={}", web.here()));
        if let Some(Ok(refresh)) = refresh.map(header::HeaderValue::try_from) {
            response.headers_mut().insert(header::REFRESH, refresh);
        }
        response
    }
}

/// What resources inside islands hand to the browser, as a script.
async fn island_data(shared: &SsrSharedContext) -> String {
    while let Some(pending) = shared.await_deferred() {
        pending.await;
    }
    match shared.pending_data() {
        Some(chunks) => chunks.collect().await,
        None => String::new(),
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
