//! Where a story is read, and by whom: the customer's own pages, or a page for people of ours.

use super::facts::Eyes;
use super::query::Query;
use super::states::Reader;
use caas::kernel::ids::UserId;
use uuid::Uuid;

/// Where a story is read, and by whom.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// In which language and time zone.
    pub reader: Reader<'a>,
    /// By whom.
    pub eyes: Eyes,
    /// Whose story it is, where that is not the reader's own.
    pub customer: Option<UserId>,
}

impl Place<'_> {
    /// The page with the story.
    pub(super) fn path(&self) -> String {
        match self.customer {
            None => "/expediente".to_owned(),
            Some(id) => format!("/soporte/clientes/{id}/expediente"),
        }
    }

    /// The story with this query.
    pub(super) fn story(&self, query: &Query) -> String {
        format!("{}#historia", query.href(&self.path()))
    }

    /// The page of one entry.
    pub(super) fn entry(&self, id: Uuid) -> String {
        match self.customer {
            None => format!("/expediente/entradas/{id}"),
            Some(_) => format!("{}/{id}", self.path()),
        }
    }

    /// The story as a file.
    pub(super) fn file(&self, query: &Query) -> String {
        query.whole().href(&format!("{}.csv", self.path()))
    }

    /// The story as a page for paper.
    pub(super) fn paper(&self, query: &Query) -> Option<String> {
        self.customer.is_none().then(|| query.whole().href("/expediente/imprimir"))
    }

    /// Whether the reader is the customer.
    pub(super) fn is_own(&self) -> bool {
        self.customer.is_none()
    }
}
