//! Why somebody gets no page or no data.

use super::{Goto, SessionError, WebContext};
use axum::http::StatusCode;
use caas::accounts::{AccountError, Role};
use caas::expediente::model::{Actor, EntryKind, SubjectKind};
use caas::expediente::{Entry, record};
use caas::kernel::error::Failure;

/// Why a request is not answered with what it asked for. Its text is a code.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing.
    #[error("not_found")]
    NotFound,
    /// There is, but not for them; they are told there is none, and the try is noted with what it was aimed at.
    #[error("not_found")]
    Hidden(&'static str),
    /// Nobody is signed in.
    #[error("sign_in")]
    SignIn,
    /// Elsewhere.
    #[error("elsewhere")]
    Goto(Goto),
    /// Our own side failed.
    #[error("failed")]
    Failure(#[from] Failure),
}

impl From<Goto> for Refusal {
    fn from(goto: Goto) -> Refusal {
        Refusal::Goto(goto)
    }
}

/// For use cases of one's own account, where nothing but our own side can fail.
impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Refusal {
        match error {
            AccountError::Failure(failure) => Refusal::Failure(failure),
            _ => Refusal::NotFound,
        }
    }
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Refusal {
        Refusal::Failure(error.0)
    }
}

impl Refusal {
    /// The status it is told with.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::NotFound | Refusal::Hidden(_) => StatusCode::NOT_FOUND,
            Refusal::SignIn => StatusCode::UNAUTHORIZED,
            Refusal::Goto(_) => StatusCode::SEE_OTHER,
            Refusal::Failure(Failure::Conflict(_)) => StatusCode::CONFLICT,
            Refusal::Failure(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether somebody else was quicker: nothing was done, and what is shown again is how it stands now.
    pub(super) fn is_overtaken(&self) -> bool {
        matches!(self, Refusal::Failure(Failure::Conflict(_)))
    }

    /// The way to the sign-in page and back to a path of ours.
    pub(super) fn sign_in(back: Option<&str>) -> Goto {
        match back.and_then(super::local_path) {
            Some(back) if back != "/" => {
                let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
                Goto::to(format!("/entrar?siguiente={back}"))
            }
            _ => Goto::to("/entrar"),
        }
    }

    /// Writes down what operators and auditors want to know of it.
    pub(super) async fn note(&self, web: &WebContext) {
        match self {
            Refusal::Hidden(what) => {
                tracing::warn!(what, "access_refused");
                if let Err(error) = audit(web, what).await {
                    tracing::error!(%error, "access_refusal_not_audited");
                }
            }
            Refusal::Failure(Failure::Conflict(what)) => tracing::info!(what, "request_overtaken"),
            Refusal::Failure(error) => tracing::error!(%error, "request_failed"),
            Refusal::NotFound | Refusal::SignIn | Refusal::Goto(_) => {}
        }
    }
}

/// Enters in the audit log that somebody asked for what is not theirs.
async fn audit(web: &WebContext, what: &str) -> Result<(), Failure> {
    let Some(user) = &web.user else { return Ok(()) };
    let actor = if user.role == Role::Customer { Actor::customer(user.id.0) } else { Actor::staff(user.id.0) };
    let entry = Entry {
        data: serde_json::json!({ "what": what, "path": web.path }),
        ..Entry::new(None, actor, EntryKind::AccessRefused, SubjectKind::Access, user.id.0)
    };
    let mut tx = web.caas.db.begin().await?;
    record(&web.caas, &mut tx, entry).await?;
    tx.commit().await
}
