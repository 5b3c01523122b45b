//! Another password, by somebody who is signed in.

use super::super::limits::{self, Whose};
use super::super::mails::{self, Letter};
use super::super::model::{Field, FieldProblem, Problem};
use super::super::password::Password;
use super::super::{repository, rules};
use super::recovery::personal;
use super::{AccountError, Fields, audit, oneself, sessions};
use crate::Caas;
use crate::expediente::model::EntryKind;
use crate::kernel::ids::UserId;

/// Changes the password of somebody who knows the one in use. Ends all other sessions and tells by mail.
///
/// `session` is the handle of the session that stays.
pub async fn change_password(
    caas: &Caas,
    user: UserId,
    session: &str,
    current: &str,
    new: &str,
) -> Result<(), AccountError> {
    let limit_key = user.to_string();
    let mut tx = caas.db.begin().await?;
    let verdict =
        limits::count_try(caas, &mut tx, &rules::OLD_PASSWORD_PER_ACCOUNT, Whose::Account(&limit_key)).await?;
    let account = repository::by_id(&mut tx, user).await?.filter(|account| !account.disabled);
    tx.commit().await?;
    verdict.map_err(|possible_at| AccountError::TooManyAttempts { possible_at })?;
    let account = account.ok_or(AccountError::NotFound)?;
    let user = &account.user;

    let mut fields = Fields::default();
    let chosen = fields.check(Field::Password, Password::choose(new, &personal(&user.name, &user.email)));
    if !Password::typed(current).matches(account.hash.clone()).await? {
        fields.0.insert(0, FieldProblem { field: Field::CurrentPassword, problem: Problem::PasswordWrong });
    }
    let (Some(chosen), Some(old), true) = (chosen, account.hash.as_ref(), fields.0.is_empty()) else {
        return Err(fields.into_error());
    };
    let hash = chosen.hash(caas).await?;

    let mut tx = caas.db.begin().await?;
    let now = caas.now();
    if !repository::replace_password(&mut tx, user.id, old, &hash, now).await? {
        return Err(AccountError::Failure(crate::kernel::error::Failure::Conflict("the password")));
    }
    repository::void_tokens(&mut tx, user.id, now).await?;
    sessions::end_others(&mut tx, user.id, session).await?;
    limits::forget(&mut tx, &rules::OLD_PASSWORD_PER_ACCOUNT, Whose::Account(&limit_key)).await?;
    audit(caas, &mut tx, oneself(user), user, EntryKind::PasswordChanged).await?;
    mails::mail(caas, &mut tx, user, Letter::PasswordChanged).await?;
    tx.commit().await?;
    Ok(())
}
