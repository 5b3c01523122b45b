//! One address and the page that stands there.

use super::kept::Kept;
use super::{PageResult, WebContext};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A page being made.
pub type PageFuture = Pin<Box<dyn Future<Output = PageResult> + Send>>;

/// One address and the page that stands there.
#[derive(Clone)]
pub struct Route {
    /// The path, with placeholders like `/catalogo/{slug}`.
    pub path: &'static str,
    /// Makes the page.
    pub show: Arc<dyn Fn(WebContext) -> PageFuture + Send + Sync>,
    /// Where its pages for visitors are kept, if they are.
    pub kept: Option<Arc<Kept>>,
}

impl Route {
    /// What visitors see here follows from the catalogue, the address, language, colours and scripts alone: it is made once
    /// and kept until the catalogue changes.
    #[must_use]
    pub fn same_for_visitors(self) -> Route {
        Route { kept: Some(Arc::default()), ..self }
    }
}

/// The page that stands at a path.
pub fn get<S, F>(path: &'static str, show: S) -> Route
where
    S: Fn(WebContext) -> F + Send + Sync + 'static,
    F: Future<Output = PageResult> + Send + 'static,
{
    Route { path, show: Arc::new(move |web| Box::pin(show(web))), kept: None }
}
