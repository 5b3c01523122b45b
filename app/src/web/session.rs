//! Sessions, as pages need them. The server keeps them in its database.

use caas::accounts::SessionUser;
use caas::kernel::error::Failure;
use caas::kernel::ids::UserId;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

/// The session table could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("session: {0}")]
pub struct SessionError(#[from] pub Failure);

/// A boxed future, so that [`Sessions`] can be a trait object.
pub type SessionFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionError>> + Send + 'a>>;

/// Where sessions are kept. Secrets go in and out; only their hashes are stored.
pub trait Sessions: Send + Sync + 'static {
    /// Begins a session and returns its secret.
    fn begin<'a>(
        &'a self,
        user: UserId,
        address: Option<IpAddr>,
        user_agent: Option<&'a str>,
    ) -> SessionFuture<'a, String>;

    /// Whose session this is, when it is known and has not run out, and how many notices they have not seen. Notes that it
    /// was used.
    fn signed_in<'a>(&'a self, secret: &'a str) -> SessionFuture<'a, Option<(SessionUser, i64)>>;

    /// Ends a session.
    fn end<'a>(&'a self, secret: &'a str) -> SessionFuture<'a, ()>;

    /// How long a session lives at most.
    fn max_age(&self) -> Duration;
}
