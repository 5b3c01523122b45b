//! A new account, and the proof that its address is read by whoever made it.

use super::super::limits::{self, Whose};
use super::super::mails::{self, Letter};
use super::super::model::{Country, Email, Field, PersonName, Problem, Role, SessionUser, TokenPurpose};
use super::super::password::{Hash, Password};
use super::super::{repository, rules};
use super::{AccountError, Fields, audit, oneself};
use crate::Caas;
use crate::expediente::model::EntryKind;
use crate::kernel::database::Tx;
use crate::kernel::locale::Locale;
use std::net::IpAddr;

/// What somebody typed to get an account.
#[derive(Clone)]
pub struct SignUp {
    /// How they want to be called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The password they chose.
    pub password: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The language of the page.
    pub locale: Locale,
}

/// Makes an account that waits for confirmation.
///
/// The answer and the work are the same when the address has an account already; its owner is told by mail. Of several
/// sign-ups with an unconfirmed address, the one whose link is followed decides the password: nobody can lay down theirs
/// in advance for somebody else's address.
pub async fn sign_up(caas: &Caas, form: &SignUp, from: Option<IpAddr>) -> Result<(), AccountError> {
    let mut fields = Fields::default();
    let name = fields.check(Field::Name, PersonName::parse(&form.name));
    let email = fields.check(Field::Email, Email::parse(&form.email));
    let country = fields.check(Field::Country, Country::by_code(&form.country).ok_or(Problem::UnknownChoice));
    let personal = [form.name.as_str(), form.email.as_str(), email.as_ref().map_or("", Email::local_part)];
    let password = fields.check(Field::Password, Password::choose(&form.password, &personal));
    let (Some(name), Some(email), Some(country), Some(password)) = (name, email, country, password) else {
        return Err(fields.into_error());
    };

    count_mail(caas, &email.key(), from).await?;
    let hash = password.hash(caas).await?;

    let mut tx = caas.db.begin().await?;
    let id = caas.new_id();
    let new = repository::New {
        id,
        email: email.as_str(),
        email_key: &email.key(),
        name: name.as_str(),
        role: Role::Customer,
        dealership_id: None,
        locale: form.locale,
        country: country.code,
        time_zone: country.time_zone,
        phone: None,
        hash: Some(&hash),
        email_confirmed_at: None,
    };
    let made = repository::insert(&mut tx, new, caas.now()).await?;
    if let Some(account) = repository::by_email_key(&mut tx, &email.key()).await? {
        if made {
            audit(caas, &mut tx, oneself(&account.user), &account.user, EntryKind::AccountCreated).await?;
        }
        match (account.email_confirmed, account.disabled) {
            (false, false) => send_confirmation(caas, &mut tx, &account.user, Some(&hash)).await?,
            (true, false) => mails::mail(caas, &mut tx, &account.user, Letter::AlreadyRegistered).await?,
            (_, true) => {}
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Counts one mail that a stranger causes.
pub(super) async fn count_mail(caas: &Caas, email_key: &str, from: Option<IpAddr>) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    limits::sweep(caas, &mut tx).await?;
    let mut verdict = limits::count_try(caas, &mut tx, &rules::MAIL_PER_ADDRESS, Whose::Network(from)).await?;
    if verdict.is_ok() {
        verdict = limits::count_try(caas, &mut tx, &rules::MAIL_PER_ACCOUNT, Whose::Account(email_key)).await?;
    }
    tx.commit().await?;
    verdict.map_err(|possible_at| AccountError::TooManyAttempts { possible_at })
}

/// Sends the link that confirms the address and, with it, a password.
pub(super) async fn send_confirmation(
    caas: &Caas,
    tx: &mut Tx,
    user: &SessionUser,
    hash: Option<&Hash>,
) -> crate::kernel::error::Result<()> {
    let secret =
        repository::issue_token(caas, tx, user.id, TokenPurpose::ConfirmEmail, rules::CONFIRMATION_LASTS, hash).await?;
    mails::mail(caas, tx, user, Letter::Confirm { secret: &secret }).await
}

/// Confirms an address by the secret of a link. Works once.
pub async fn confirm_email(caas: &Caas, secret: &str, from: Option<IpAddr>) -> Result<(), AccountError> {
    super::recovery::count_link(caas, from).await?;
    let mut tx = caas.db.begin().await?;
    let now = caas.now();
    let token = repository::token(&mut tx, secret, &[TokenPurpose::ConfirmEmail], now).await?;
    let Some(token) = token else { return Err(AccountError::LinkUnusable) };
    let account = repository::by_id(&mut tx, token.user).await?.filter(|account| !account.disabled);
    let Some(account) = account else { return Err(AccountError::LinkUnusable) };
    if !repository::use_token(&mut tx, secret, now).await? {
        return Err(AccountError::LinkUnusable);
    }
    if repository::confirm_email(&mut tx, account.user.id, now).await? {
        if let Some(hash) = &token.hash {
            repository::set_password(&mut tx, account.user.id, hash, now).await?;
        }
        audit(caas, &mut tx, oneself(&account.user), &account.user, EntryKind::EmailConfirmed).await?;
    }
    repository::void_tokens(&mut tx, account.user.id, now).await?;
    tx.commit().await?;
    Ok(())
}
