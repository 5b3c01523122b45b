//! A new password by mail.

use super::super::limits::{self, Whose};
use super::super::mails::{self, Letter};
use super::super::model::{Email, Field, TokenPurpose};
use super::super::password::Password;
use super::super::{repository, rules};
use super::sign_up::count_mail;
use super::{AccountError, Fields, audit, oneself, sessions};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::error::Result;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Links that set a password.
const SETS_PASSWORD: &[TokenPurpose] = &[TokenPurpose::ResetPassword, TokenPurpose::Invitation];

/// Asks for a link that sets a new password. Whether the address has an account is found out later, by a job: the answer
/// and its time tell nothing.
pub async fn request_password_reset(caas: &Caas, email: &str, from: Option<IpAddr>) -> Result<(), AccountError> {
    let mut fields = Fields::default();
    let Some(email) = fields.check(Field::Email, Email::parse(email)) else { return Err(fields.into_error()) };
    count_mail(caas, &email.key(), from).await?;
    let mut tx = caas.db.begin().await?;
    jobs::enqueue(caas, &mut tx, &SendResetLink { email_key: email.key() }, Enqueue::now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends the link, when the address has an account.
#[derive(Serialize, Deserialize)]
pub struct SendResetLink {
    email_key: String,
}

impl Job for SendResetLink {
    const KIND: &'static str = "accounts.send_reset_link";

    async fn run(self, caas: &Caas, _: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let account = repository::by_email_key(&mut tx, &self.email_key).await?.filter(|account| !account.disabled);
        let Some(account) = account else { return Ok(Outcome::Done) };
        let user = &account.user;
        let secret =
            repository::issue_token(caas, &mut tx, user.id, TokenPurpose::ResetPassword, rules::RESET_LASTS, None)
                .await?;
        mails::mail(caas, &mut tx, user, Letter::Reset { secret: &secret }).await?;
        audit(caas, &mut tx, Actor::ANONYMOUS, user, EntryKind::PasswordResetRequested).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// Counts one try of a link.
pub(super) async fn count_link(caas: &Caas, from: Option<IpAddr>) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let verdict = limits::count_try(caas, &mut tx, &rules::LINK_PER_ADDRESS, Whose::Network(from)).await?;
    tx.commit().await?;
    verdict.map_err(|possible_at| AccountError::TooManyAttempts { possible_at })
}

/// Whether a link would still work. Uses nothing up.
pub async fn link_works(caas: &Caas, secret: &str) -> Result<bool> {
    let mut tx = caas.db.read().await?;
    Ok(repository::token(&mut tx, secret, TokenPurpose::ALL, caas.now()).await?.is_some())
}

/// Sets a new password by the secret of a link, and ends every session. Works once.
///
/// Whoever has the link reads the address, so it is confirmed as well.
pub async fn reset_password(caas: &Caas, secret: &str, new: &str, from: Option<IpAddr>) -> Result<(), AccountError> {
    count_link(caas, from).await?;
    let mut tx = caas.db.read().await?;
    let token = repository::token(&mut tx, secret, SETS_PASSWORD, caas.now()).await?;
    let Some(token) = token else { return Err(AccountError::LinkUnusable) };
    let account = repository::by_id(&mut tx, token.user).await?.filter(|account| !account.disabled);
    drop(tx);
    let Some(account) = account else { return Err(AccountError::LinkUnusable) };
    let user = &account.user;

    let mut fields = Fields::default();
    let chosen = fields.check(Field::Password, Password::choose(new, &personal(&user.name, &user.email)));
    let Some(chosen) = chosen else { return Err(fields.into_error()) };
    let hash = chosen.hash(caas).await?;

    let mut tx = caas.db.begin().await?;
    let now = caas.now();
    if !repository::use_token(&mut tx, secret, now).await? {
        return Err(AccountError::LinkUnusable);
    }
    repository::set_password(&mut tx, user.id, &hash, now).await?;
    repository::void_tokens(&mut tx, user.id, now).await?;
    if repository::confirm_email(&mut tx, user.id, now).await? {
        audit(caas, &mut tx, oneself(user), user, EntryKind::EmailConfirmed).await?;
    }
    sessions::end_all(&mut tx, user.id).await?;
    let email_key = user.email.to_ascii_lowercase();
    limits::forget(&mut tx, &rules::SIGN_IN_PER_ACCOUNT, Whose::Account(&email_key)).await?;
    audit(caas, &mut tx, oneself(user), user, EntryKind::PasswordChanged).await?;
    if token.purpose == TokenPurpose::ResetPassword {
        mails::mail(caas, &mut tx, user, Letter::PasswordChanged).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Words of a person that their attackers know.
pub(super) fn personal<'a>(name: &'a str, email: &'a str) -> [&'a str; 3] {
    [name, email, email.rsplit_once('@').map_or("", |(local, _)| local)]
}
