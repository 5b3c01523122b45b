//! From a page to HTML.
//!
//! The whole page is rendered before anything is sent, so that status, redirects and cookies decided on the way still
//! count, and so that the islands' program is loaded only where an island stands.

use super::route::PageFuture;
use super::{Refusal, Route, WebContext};
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

/// Makes the page of a route and answers with it.
pub fn render(web: WebContext, route: &Route) -> ResponseFuture {
    let page = (route.show)(web.clone());
    Box::pin(render_page(web, page))
}

/// Answers with the page for a refusal.
pub fn render_refusal(web: WebContext, refusal: Refusal) -> ResponseFuture {
    let page: PageFuture = Box::pin(ready(Err(refusal)));
    Box::pin(render_page(web, page))
}

async fn render_page(web: WebContext, page: PageFuture) -> Response<Body> {
    // Outside of islands nothing is serialised for the browser.
    let shared = Arc::new(SsrSharedContext::new_islands());
    let owner = Owner::new_root(Some(shared.clone() as Arc<dyn SharedContext + Send + Sync>));
    let rendering = owner.with(|| {
        provide_context(web.clone());
        provide_context(Nonce::from_value(web.nonce.as_str()));
        Sandboxed::new(ScopedFuture::new(to_response(web, page, shared)))
    });
    let response = rendering.await;
    owner.unset_with_forced_cleanup();
    response
}

async fn to_response(
    web: WebContext,
    page: PageFuture,
    shared: Arc<SsrSharedContext>,
) -> Response<Body> {
    let page = match page.await {
        Ok(page) => page,
        Err(refusal) => {
            refusal.note(&web).await;
            match refusal {
                Refusal::Goto(goto) => {
                    web.send_to(goto);
                    return empty(StatusCode::SEE_OTHER);
                }
                Refusal::SignIn => {
                    web.send_to(Refusal::sign_in(Some(&web.here())));
                    return empty(StatusCode::SEE_OTHER);
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
    let html = shell::document(&web, &head, &body, data.as_deref());
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    if let Some(seconds) = refresh {
        response.headers_mut().insert(header::REFRESH, header::HeaderValue::from(seconds));
    }
    response
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
