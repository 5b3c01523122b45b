//! Why somebody gets no page or no data.

use super::{Goto, SessionError, WebContext};
use axum::http::StatusCode;
use caas::accounts::AccountError;
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
            Refusal::Failure(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
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
    pub(super) fn note(&self, web: &WebContext) {
        match self {
            Refusal::Hidden(what) => {
                let user = web.user.as_ref().map(|user| user.id.to_string()).unwrap_or_default();
                tracing::warn!(user, what, path = %web.path, "access_refused");
            }
            Refusal::Failure(error) => tracing::error!(%error, path = %web.path, "request_failed"),
            Refusal::NotFound | Refusal::SignIn | Refusal::Goto(_) => {}
        }
    }
}
