//! What staff do with other people's accounts. May-you is asked by the caller.

use super::super::mails::{self, Letter};
use super::super::model::{Country, Email, Field, FieldProblem, PersonName, Phone, Problem, Role, TokenPurpose};
use super::super::{repository, rules};
use super::{AccountError, Fields, audit, audit_change, sessions};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::database::Tx;
use crate::kernel::error::Failure;
use crate::kernel::ids::{DealershipId, UserId};
use crate::kernel::locale::Locale;

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// How they want to be called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their phone number, or nothing.
    pub phone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The language to write in.
    pub locale: Locale,
    /// What they will be.
    pub role: Role,
    /// For dealership staff, where they work.
    pub dealership: Option<DealershipId>,
}

/// Makes an account without a password, in the caller's transaction, and mails a link to choose one. An address that has
/// an account keeps it as it is: then that account's id is returned and nobody is invited.
pub async fn invite(caas: &Caas, tx: &mut Tx, by: Actor, form: &Invitation) -> Result<UserId, AccountError> {
    let mut fields = Fields::default();
    let name = fields.check(Field::Name, PersonName::parse(&form.name));
    let email = fields.check(Field::Email, Email::parse(&form.email));
    let phone = fields.check(Field::Phone, Phone::parse(&form.phone));
    let country = fields.check(Field::Country, Country::by_code(&form.country).ok_or(Problem::UnknownChoice));
    let (Some(name), Some(email), Some(phone), Some(country)) = (name, email, phone, country) else {
        return Err(fields.into_error());
    };
    let new = repository::New {
        id: caas.new_id(),
        email: email.as_str(),
        email_key: &email.key(),
        name: name.as_str(),
        role: form.role,
        dealership_id: form.dealership,
        locale: form.locale,
        country: country.code,
        time_zone: country.time_zone,
        phone: phone.as_ref().map(Phone::as_str),
        hash: None,
        email_confirmed_at: None,
    };
    let made = repository::insert(tx, new, caas.now()).await?;
    let account = repository::by_email_key(tx, &email.key()).await?.ok_or(AccountError::NotFound)?;
    let user = &account.user;
    if made {
        let secret =
            repository::issue_token(caas, tx, user.id, TokenPurpose::Invitation, rules::INVITATION_LASTS, None).await?;
        audit(caas, tx, by, user, EntryKind::AccountCreated).await?;
        mails::mail(caas, tx, user, Letter::Invitation { secret: &secret }).await?;
    }
    Ok(user.id)
}

/// Gives somebody another role. Dealership staff need a dealership, others have none. Ends their sessions.
pub async fn change_role(
    caas: &Caas,
    by: UserId,
    user: UserId,
    role: Role,
    dealership: Option<DealershipId>,
) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let account = repository::by_id(&mut tx, user).await?.ok_or(AccountError::NotFound)?;
    let dealership = match (role, dealership) {
        (Role::Dealer, Some(id)) if repository::dealership_exists(&mut tx, id).await? => Some(id),
        (Role::Dealer, _) => {
            let problem = FieldProblem { field: Field::Dealership, problem: Problem::UnknownChoice };
            return Err(AccountError::Invalid(vec![problem]));
        }
        _ => None,
    };
    repository::set_role(&mut tx, user, role, dealership, caas.now()).await?;
    sessions::end_all(&mut tx, user).await?;
    let (before, after) = (account.user.role.as_str(), role.as_str());
    audit_change(caas, &mut tx, Actor::staff(by), &account.user, EntryKind::RoleChanged, Some(before), Some(after))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Closes an account: nobody signs in to it any more, its sessions end, its links are void.
pub async fn close_account(caas: &Caas, by: UserId, user: UserId) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let account = repository::by_id(&mut tx, user).await?.ok_or(AccountError::NotFound)?;
    let now = caas.now();
    repository::set_disabled(&mut tx, user, Some(now), now).await?;
    repository::void_tokens(&mut tx, user, now).await?;
    sessions::end_all(&mut tx, user).await?;
    audit_change(caas, &mut tx, Actor::staff(by), &account.user, EntryKind::RoleChanged, Some("OPEN"), Some("CLOSED"))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Opens a closed account again.
pub async fn reopen_account(caas: &Caas, by: UserId, user: UserId) -> Result<(), AccountError> {
    let mut tx = caas.db.begin().await?;
    let account = repository::by_id(&mut tx, user).await?.ok_or(AccountError::NotFound)?;
    repository::set_disabled(&mut tx, user, None, caas.now()).await?;
    audit_change(caas, &mut tx, Actor::staff(by), &account.user, EntryKind::RoleChanged, Some("CLOSED"), Some("OPEN"))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// How many accounts each role has, closed ones not counted.
pub async fn count_by_role(tx: &mut Tx) -> Result<Vec<(Role, i64)>, Failure> {
    let rows = sql!(
        tx,
        all(String, i64),
        "SELECT role, COUNT(*) FROM users WHERE disabled_at IS NULL GROUP BY role ORDER BY role"
    )?;
    rows.into_iter().map(|(role, count)| Ok((role.parse()?, count))).collect()
}
