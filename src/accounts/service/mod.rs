//! Use cases of accounts.

mod administration;
mod erasure;
mod password_change;
mod profile;
mod recovery;
mod sessions;
mod sign_in;
mod sign_up;

pub use administration::{Invitation, change_role, close_account, count_by_role, invite, reopen_account};
pub use erasure::{confirm_password, forget_person};
pub use password_change::change_password;
pub use profile::{Profile, change_language, change_profile, session_user};
pub use recovery::{SendResetLink, link_works, request_password_reset, reset_password};
pub use sessions::{end_session, list_sessions, session_handle, sign_out, sign_out_everywhere, signed_in};
pub use sign_in::sign_in;
pub use sign_up::{SignUp, confirm_email, sign_up};

use super::model::{Field, FieldProblem, Problem, Role, SessionUser};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{self, Entry};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};

/// Why a use case of accounts ended otherwise than hoped. The text is the code.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// What was typed can't be used.
    #[error("INVALID_INPUT")]
    Invalid(Vec<FieldProblem>),
    /// Too many tries for now.
    #[error("TOO_MANY_ATTEMPTS")]
    TooManyAttempts {
        /// From when on one more is possible.
        possible_at: Timestamp,
    },
    /// No account with this address and password; it is not said which is wrong.
    #[error("WRONG_CREDENTIALS")]
    WrongCredentials,
    /// The password was right, but the address waits for confirmation; a new link has been sent.
    #[error("EMAIL_NOT_CONFIRMED")]
    EmailNotConfirmed,
    /// The link was used, is too old, or never was.
    #[error("LINK_UNUSABLE")]
    LinkUnusable,
    /// No such thing, or not theirs.
    #[error("NOT_FOUND")]
    NotFound,
    /// Our own side failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        AccountError::Failure(error.into())
    }
}

/// Gathers what is wrong with the fields of a form, so that all of it is said at once.
#[derive(Default)]
struct Fields(Vec<FieldProblem>);

impl Fields {
    fn check<T>(&mut self, field: Field, parsed: Result<T, Problem>) -> Option<T> {
        parsed.map_err(|problem| self.0.push(FieldProblem { field, problem })).ok()
    }

    fn into_error(self) -> AccountError {
        AccountError::Invalid(self.0)
    }
}

/// Writes what happened to an account, in the transaction of the change.
async fn audit(caas: &Caas, tx: &mut Tx, actor: Actor, whose: &SessionUser, kind: EntryKind) -> Result<()> {
    audit_change(caas, tx, actor, whose, kind, None, None).await
}

/// The same for a change of state, such as a role.
async fn audit_change(
    caas: &Caas,
    tx: &mut Tx,
    actor: Actor,
    whose: &SessionUser,
    kind: EntryKind,
    before: Option<&'static str>,
    after: Option<&'static str>,
) -> Result<()> {
    let customer = (whose.role == Role::Customer).then_some(whose.id);
    let entry = Entry { before, after, ..Entry::new(customer, actor, kind, SubjectKind::Account, whose.id.into()) };
    expediente::record(caas, tx, entry).await
}

/// The account's owner, as the actor of an entry.
fn oneself(user: &SessionUser) -> Actor {
    match user.role {
        Role::Customer => Actor::customer(user.id),
        _ => Actor::staff(user.id),
    }
}
