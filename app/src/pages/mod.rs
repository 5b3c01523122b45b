//! Every address and the page that stands there. One room, one line.

use crate::web::{Page, PageResult, Route, WebContext, get};
use leptos::prelude::*;

/// All pages.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![get("/", home)];
    routes.extend([]);
    routes
}

/// The start page, until the catalogue takes its place.
async fn home(web: WebContext) -> PageResult {
    let title = web.t("Tu coche puede más", "Your car can do more").to_owned();
    Ok(Page::new(title.clone(), view! { <h1>{title}</h1> }))
}
