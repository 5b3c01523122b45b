//! What a person tells of themselves.

use super::super::model::{Field, PersonName, Phone, Problem, SessionUser, time_zones};
use super::super::repository;
use super::{AccountError, Fields, audit, oneself};
use crate::Caas;
use crate::expediente::model::EntryKind;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;

/// Who somebody with an account is; nobody when it was closed meanwhile.
pub async fn session_user(caas: &Caas, id: UserId) -> Result<Option<SessionUser>> {
    let mut tx = caas.db.read().await?;
    let account = repository::by_id(&mut tx, id).await?;
    Ok(account.filter(|account| !account.disabled && account.email_confirmed).map(|account| account.user))
}

/// What somebody typed about themselves.
#[derive(Clone, Debug)]
pub struct Profile {
    /// How they want to be called.
    pub name: String,
    /// For SMS; empty for none.
    pub phone: String,
    /// IANA name.
    pub time_zone: String,
}

/// Changes name, phone and time zone.
pub async fn change_profile(caas: &Caas, user: UserId, form: &Profile) -> Result<(), AccountError> {
    let mut fields = Fields::default();
    let name = fields.check(Field::Name, PersonName::parse(&form.name));
    let phone = fields.check(Field::Phone, Phone::parse(&form.phone));
    let zone = time_zones().into_iter().find(|zone| *zone == form.time_zone).ok_or(Problem::UnknownChoice);
    let zone = fields.check(Field::TimeZone, zone);
    let (Some(name), Some(phone), Some(zone)) = (name, phone, zone) else { return Err(fields.into_error()) };

    let mut tx = caas.db.begin().await?;
    let account = repository::by_id(&mut tx, user).await?.ok_or(AccountError::NotFound)?;
    repository::set_profile(&mut tx, user, name.as_str(), phone.as_ref().map(Phone::as_str), zone, caas.now()).await?;
    audit(caas, &mut tx, oneself(&account.user), &account.user, EntryKind::ProfileChanged).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes the language of pages and messages.
pub async fn change_language(caas: &Caas, user: UserId, locale: Locale) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let account = repository::by_id(&mut tx, user).await?.ok_or(AccountError::NotFound)?;
    if account.user.locale != locale {
        repository::set_locale(&mut tx, user, locale, caas.now()).await?;
        audit(caas, &mut tx, oneself(&account.user), &account.user, EntryKind::ProfileChanged).await?;
    }
    tx.commit().await?;
    Ok(())
}
