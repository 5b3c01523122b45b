//! The account's own part of an erasure: the password once more, and what names the person.

use super::super::limits::{self, Whose};
use super::super::model::{Field, FieldProblem, Problem};
use super::super::password::Password;
use super::super::{repository, rules};
use super::{AccountError, sessions};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;

/// Checks that whoever is signed in knows the account's password: before what can't be undone.
pub async fn confirm_password(caas: &Caas, user: UserId, typed: &str) -> Result<(), AccountError> {
    let limit_key = user.to_string();
    let mut tx = caas.db.begin().await?;
    let verdict =
        limits::count_try(caas, &mut tx, &rules::OLD_PASSWORD_PER_ACCOUNT, Whose::Account(&limit_key)).await?;
    let account = repository::by_id(&mut tx, user).await?.filter(|account| !account.disabled);
    tx.commit().await?;
    verdict.map_err(|possible_at| AccountError::TooManyAttempts { possible_at })?;
    let account = account.ok_or(AccountError::NotFound)?;
    if !Password::typed(typed).matches(account.hash.clone()).await? {
        let wrong = FieldProblem { field: Field::CurrentPassword, problem: Problem::PasswordWrong };
        return Err(AccountError::Invalid(vec![wrong]));
    }
    let mut tx = caas.db.begin().await?;
    limits::forget(&mut tx, &rules::OLD_PASSWORD_PER_ACCOUNT, Whose::Account(&limit_key)).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes everything from an account that names its person, ends its sessions and closes it for good. The address is free
/// for a new account.
pub async fn forget_person(caas: &Caas, tx: &mut Tx, user: UserId) -> Result<()> {
    let now = caas.now();
    sessions::end_all(tx, user).await?;
    // RFC 2606: nobody has an address there.
    let address = format!("{user}@erased.invalid");
    sql!(tx, execute
        "UPDATE users SET email = $1, email_key = $1, name = $2, phone = NULL, password_hash = NULL,
                email_confirmed_at = NULL, disabled_at = $3, updated_at = $3, version = version + 1
         WHERE id = $4",
        address, "Cuenta borrada", now, user)?;
    Ok(())
}
