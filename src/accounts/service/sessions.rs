//! The sessions of a person. The rows are written by the web's session store; here they are listed and ended, and with
//! them what their browsers were shown.

use super::super::model::OwnSession;
use super::super::repository::{self, SignedIn};
use super::{AccountError, audit, oneself};
use crate::Caas;
use crate::expediente::model::EntryKind;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::notifications::devices::{self, Ended};
use sha2::{Digest as _, Sha256};

/// What stands in the table for a session's secret: names the session without opening it.
pub fn session_handle(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Who a session belongs to, by its handle; nobody when there is none, or the account was closed meanwhile.
pub async fn signed_in(caas: &Caas, handle: &str) -> Result<Option<SignedIn>> {
    repository::signed_in(&mut caas.db.read().await?, handle).await
}

/// One's own sessions, the last used first. `current` is the handle of the one that asks.
pub async fn list_sessions(caas: &Caas, user: UserId, current: &str) -> Result<Vec<OwnSession>> {
    let mut tx = caas.db.read().await?;
    let rows = sql!(
        tx,
        all(String, String, String, Timestamp, Timestamp),
        "SELECT id_hash, user_agent, address, created_at, last_seen_at
         FROM web_sessions WHERE user_id = $1 AND expires_at > $2
         ORDER BY last_seen_at DESC, id_hash LIMIT 100",
        user,
        caas.now()
    )?;
    Ok(rows
        .into_iter()
        .map(|(handle, user_agent, address, created_at, last_seen_at)| OwnSession {
            current: handle == current,
            handle,
            user_agent,
            address,
            created_at,
            last_seen_at,
        })
        .collect())
}

/// Ends one of one's own sessions; somebody else's does not exist.
pub async fn end_session(caas: &Caas, user: UserId, handle: &str) -> Result<(), AccountError> {
    end(caas, user, handle, EntryKind::SessionsEnded).await
}

/// Ends the session in use.
pub async fn sign_out(caas: &Caas, user: UserId, current: &str) -> Result<(), AccountError> {
    end(caas, user, current, EntryKind::SignedOut).await
}

async fn end(caas: &Caas, user: UserId, handle: &str, kind: EntryKind) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let ended = sql!(tx, execute "DELETE FROM web_sessions WHERE user_id = $1 AND id_hash = $2", user, handle)?;
    devices::forget_of(&mut tx, user, Ended::One(handle)).await?;
    let account = repository::by_id(&mut tx, user).await?;
    let (Some(account), 1) = (account, ended) else { return Err(AccountError::NotFound) };
    audit(caas, &mut tx, oneself(&account.user), &account.user, kind).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends every session, the one in use too.
pub async fn sign_out_everywhere(caas: &Caas, user: UserId) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let account = repository::by_id(&mut tx, user).await?.ok_or(AccountError::NotFound)?;
    end_all(&mut tx, user).await?;
    audit(caas, &mut tx, oneself(&account.user), &account.user, EntryKind::SessionsEnded).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends every session of a person, in the caller's transaction.
pub(super) async fn end_all(tx: &mut Tx, user: UserId) -> Result<()> {
    sql!(tx, execute "DELETE FROM web_sessions WHERE user_id = $1", user)?;
    devices::forget_of(tx, user, Ended::All).await
}

/// Ends every session but one.
pub(super) async fn end_others(tx: &mut Tx, user: UserId, kept: &str) -> Result<()> {
    sql!(tx, execute "DELETE FROM web_sessions WHERE user_id = $1 AND id_hash <> $2", user, kept)?;
    devices::forget_of(tx, user, Ended::AllBut(kept)).await
}
