//! Who is signed in.

pub use caas::accounts::SessionUser as CurrentUser;

/// Who is signed in. Only inside pages, components and server functions.
pub async fn current_user() -> Option<CurrentUser> {
    super::web().user.clone()
}
