//! Who is there?

use super::super::limits::{self, Whose};
use super::super::model::SessionUser;
use super::super::password::Password;
use super::super::{repository, rules};
use super::sign_up::send_confirmation;
use super::{AccountError, audit, oneself};
use crate::Caas;
use crate::expediente::model::EntryKind;
use std::net::IpAddr;

/// Says whose address and password these are.
///
/// Unknown address, wrong password, closed account: the same answer after the same work. The try is counted before the
/// password is looked at, so that many at the same moment can't slip through.
pub async fn sign_in(
    caas: &Caas,
    email: &str,
    password: &str,
    from: Option<IpAddr>,
) -> Result<SessionUser, AccountError> {
    let email_key: String = email.trim().to_ascii_lowercase().chars().take(254).collect();

    let mut tx = caas.db.begin().await?;
    let mut verdict = limits::count_try(caas, &mut tx, &rules::SIGN_IN_PER_ADDRESS, Whose::Network(from)).await?;
    if verdict.is_ok() {
        verdict = limits::count_try(caas, &mut tx, &rules::SIGN_IN_PER_ACCOUNT, Whose::Account(&email_key)).await?;
    }
    let seen = repository::by_email_key(&mut tx, &email_key).await?.filter(|account| !account.disabled);
    tx.commit().await?;
    verdict.map_err(|possible_at| AccountError::TooManyAttempts { possible_at })?;

    let hash = seen.and_then(|account| account.hash);
    if !Password::typed(password).matches(hash.clone()).await? {
        metrics::counter!("caas_sign_ins_total", "result" => "wrong").increment(1);
        return Err(AccountError::WrongCredentials);
    }

    let mut tx = caas.db.begin().await?;
    let account = repository::by_email_key(&mut tx, &email_key).await?.filter(|account| !account.disabled);
    // The password may have been changed while this one was being checked.
    let account = account.filter(|account| account.hash.as_ref().map(|h| &h.0) == hash.as_ref().map(|h| &h.0));
    let Some(account) = account else { return Err(AccountError::WrongCredentials) };
    limits::take_back(&mut tx, &rules::SIGN_IN_PER_ADDRESS, Whose::Network(from)).await?;
    limits::forget(&mut tx, &rules::SIGN_IN_PER_ACCOUNT, Whose::Account(&email_key)).await?;
    if !account.email_confirmed {
        if limits::count_try(caas, &mut tx, &rules::MAIL_PER_ACCOUNT, Whose::Account(&email_key)).await?.is_ok() {
            send_confirmation(caas, &mut tx, &account.user, None).await?;
        }
        tx.commit().await?;
        return Err(AccountError::EmailNotConfirmed);
    }
    audit(caas, &mut tx, oneself(&account.user), &account.user, EntryKind::SignedIn).await?;
    tx.commit().await?;
    metrics::counter!("caas_sign_ins_total", "result" => "right").increment(1);
    Ok(account.user)
}
