//! Pages that are the same for all visitors, kept as HTML until the catalogue changes.
//!
//! A visitor's page depends on the address, the language, the colours and whether scripts run; nothing else of the request
//! goes into it. The nonce of an answer stands in the document around the page and is never kept.

use super::WebContext;
use super::preferences::Theme;
use super::render::Rendered;
use caas::catalogue::Snapshot;
use caas::kernel::locale::Locale;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

/// Pages kept of one route. Addresses are anybody's to make up: when they are too many, all are forgotten.
const MOST_PAGES: usize = 64;

/// Longer addresses are not worth keeping.
const LONGEST_ADDRESS: usize = 200;

/// What decides how a visitor's page looks.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    address: String,
    locale: Locale,
    theme: Theme,
    has_script: bool,
}

impl Key {
    /// `None` when the page is not one for all.
    pub(super) fn of(web: &WebContext) -> Option<Key> {
        let address = web.here();
        let is_for_all = web.user.is_none() && web.flash.is_empty() && address.len() <= LONGEST_ADDRESS;
        is_for_all.then(|| Key { address, locale: web.locale, theme: web.theme, has_script: web.has_script })
    }
}

/// A page and the catalogue it was made from.
type KeptPage = (Weak<Snapshot>, Arc<Rendered>);

/// The kept pages of one route.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<Key, KeptPage>>);

impl Kept {
    /// The page, when it was made from this very catalogue.
    pub(super) fn get(&self, key: &Key, catalogue: &Arc<Snapshot>) -> Option<Arc<Rendered>> {
        let pages = self.0.lock().expect("nobody panics while holding the pages");
        let (made_from, page) = pages.get(key)?;
        std::ptr::eq(made_from.as_ptr(), Arc::as_ptr(catalogue)).then(|| page.clone())
    }

    /// Keeps a page that was asked for when this was the catalogue.
    pub(super) fn put(&self, key: Key, catalogue: &Arc<Snapshot>, page: Arc<Rendered>) {
        let mut pages = self.0.lock().expect("nobody panics while holding the pages");
        if pages.len() >= MOST_PAGES {
            pages.clear();
        }
        pages.insert(key, (Arc::downgrade(catalogue), page));
    }
}
