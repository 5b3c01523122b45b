//! SQL of accounts and their links.

use super::model::{Role, SessionUser, TokenPurpose};
use super::password::Hash;
use super::rules;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, UserId};
use crate::kernel::locale::Locale;
use crate::notifications::repository::count_unread;
use sha2::{Digest as _, Sha256};

/// An account as the use cases see it.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub user: SessionUser,
    pub hash: Option<Hash>,
    pub email_confirmed: bool,
    pub disabled: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: UserId,
    email: String,
    name: String,
    role: String,
    dealership_id: Option<DealershipId>,
    locale: String,
    country: String,
    time_zone: String,
    phone: Option<String>,
    password_hash: Option<String>,
    email_confirmed_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
}

impl Row {
    fn read(self) -> Result<Account> {
        Ok(Account {
            user: SessionUser {
                id: self.id,
                name: self.name,
                role: self.role.parse()?,
                locale: self.locale.parse()?,
                email: self.email,
                dealership_id: self.dealership_id,
                time_zone: self.time_zone,
                country: self.country,
                phone: self.phone,
            },
            hash: self.password_hash.map(Hash),
            email_confirmed: self.email_confirmed_at.is_some(),
            disabled: self.disabled_at.is_some(),
        })
    }
}

pub(super) async fn by_id(tx: &mut Tx, id: UserId) -> Result<Option<Account>> {
    let row = sql!(tx, optional Row,
        "SELECT id, email, name, role, dealership_id, locale, country, time_zone, phone, password_hash,
                email_confirmed_at, disabled_at
         FROM users WHERE id = $1", id)?;
    row.map(Row::read).transpose()
}

/// Somebody who is signed in, as each request asks for them.
pub struct SignedIn {
    /// Who.
    pub user: SessionUser,
    /// Notices they have not seen.
    pub unread: i64,
    /// When they were last here.
    pub last_seen_at: Timestamp,
    /// When the session ends.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct SignedInRow {
    #[sqlx(flatten)]
    account: Row,
    unread: i64,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
}

/// Who a session belongs to; nobody when the account was closed meanwhile. All that a request asks, in one statement.
pub(super) async fn signed_in(tx: &mut Tx, handle: &str) -> Result<Option<SignedIn>> {
    let row = sql!(tx, optional SignedInRow,
        concat!("SELECT u.id, u.email, u.name, u.role, u.dealership_id, u.locale, u.country, u.time_zone, u.phone,
                u.password_hash, u.email_confirmed_at, u.disabled_at, s.last_seen_at, s.expires_at,
                (", count_unread!("u.id"), ") AS unread
         FROM web_sessions s JOIN users u ON u.id = s.user_id WHERE s.id_hash = $1"), handle)?;
    let Some(SignedInRow { account, unread, last_seen_at, expires_at }) = row else { return Ok(None) };
    let account = account.read()?;
    let may_enter = account.email_confirmed && !account.disabled;
    Ok(may_enter.then_some(SignedIn { user: account.user, unread, last_seen_at, expires_at }))
}

pub(super) async fn by_email_key(tx: &mut Tx, email_key: &str) -> Result<Option<Account>> {
    let row = sql!(tx, optional Row,
        "SELECT id, email, name, role, dealership_id, locale, country, time_zone, phone, password_hash,
                email_confirmed_at, disabled_at
         FROM users WHERE email_key = $1", email_key)?;
    row.map(Row::read).transpose()
}

/// An account to be made.
pub(super) struct New<'a> {
    pub id: UserId,
    pub email: &'a str,
    pub email_key: &'a str,
    pub name: &'a str,
    pub role: Role,
    pub dealership_id: Option<DealershipId>,
    pub locale: Locale,
    pub country: &'a str,
    pub time_zone: &'a str,
    pub phone: Option<&'a str>,
    pub hash: Option<&'a Hash>,
    pub email_confirmed_at: Option<Timestamp>,
}

/// Makes the account; `false` when the address has one already.
pub(super) async fn insert(tx: &mut Tx, new: New<'_>, now: Timestamp) -> Result<bool> {
    let made = sql!(tx, execute
        "INSERT INTO users (id, email, email_key, name, role, dealership_id, locale, country, time_zone, phone,
                            password_hash, email_confirmed_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
         ON CONFLICT (email_key) DO NOTHING",
        new.id, new.email, new.email_key, new.name, new.role.as_str(), new.dealership_id, new.locale.as_str(),
        new.country, new.time_zone, new.phone, new.hash.map(|hash| hash.0.as_str()), new.email_confirmed_at, now)?;
    Ok(made == 1)
}

pub(super) async fn set_password(tx: &mut Tx, id: UserId, hash: &Hash, now: Timestamp) -> Result<()> {
    sql!(tx, execute
        "UPDATE users SET password_hash = $1, updated_at = $2, version = version + 1 WHERE id = $3",
        hash.0.as_str(), now, id)?;
    Ok(())
}

/// Replaces the hash that was checked; `false` when another change came first.
pub(super) async fn replace_password(tx: &mut Tx, id: UserId, old: &Hash, new: &Hash, now: Timestamp) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE users SET password_hash = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND password_hash = $4",
        new.0.as_str(), now, id, old.0.as_str())?;
    Ok(changed == 1)
}

/// Notes that the owner reads this address; `false` when that was known.
pub(super) async fn confirm_email(tx: &mut Tx, id: UserId, now: Timestamp) -> Result<bool> {
    let changed = sql!(tx, execute
        "UPDATE users SET email_confirmed_at = $1, updated_at = $1, version = version + 1
         WHERE id = $2 AND email_confirmed_at IS NULL", now, id)?;
    Ok(changed == 1)
}

pub(super) async fn set_profile(
    tx: &mut Tx,
    id: UserId,
    name: &str,
    phone: Option<&str>,
    time_zone: &str,
    now: Timestamp,
) -> Result<()> {
    sql!(tx, execute
        "UPDATE users SET name = $1, phone = $2, time_zone = $3, updated_at = $4, version = version + 1 WHERE id = $5",
        name, phone, time_zone, now, id)?;
    Ok(())
}

pub(super) async fn set_locale(tx: &mut Tx, id: UserId, locale: Locale, now: Timestamp) -> Result<()> {
    sql!(tx, execute
        "UPDATE users SET locale = $1, updated_at = $2, version = version + 1 WHERE id = $3", locale.as_str(), now, id)?;
    Ok(())
}

pub(super) async fn set_role(
    tx: &mut Tx,
    id: UserId,
    role: Role,
    dealership: Option<DealershipId>,
    now: Timestamp,
) -> Result<()> {
    sql!(tx, execute
        "UPDATE users SET role = $1, dealership_id = $2, updated_at = $3, version = version + 1 WHERE id = $4",
        role.as_str(), dealership, now, id)?;
    Ok(())
}

pub(super) async fn set_disabled(
    tx: &mut Tx,
    id: UserId,
    disabled_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    sql!(tx, execute
        "UPDATE users SET disabled_at = $1, updated_at = $2, version = version + 1 WHERE id = $3", disabled_at, now, id)?;
    Ok(())
}

pub(super) async fn insert_dealership(
    tx: &mut Tx,
    id: DealershipId,
    name: &str,
    city: &str,
    country: &str,
    now: Timestamp,
) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO dealerships (id, name, city, country, created_at) VALUES ($1, $2, $3, $4, $5)",
        id, name, city, country, now)?;
    Ok(())
}

pub(super) async fn dealership_exists(tx: &mut Tx, id: DealershipId) -> Result<bool> {
    Ok(sql!(tx, optional(i64,), "SELECT CAST(1 AS BIGINT) FROM dealerships WHERE id = $1", id)?.is_some())
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Makes a link's secret. Earlier links for the same purpose stay good until one is used.
pub(super) async fn issue_token(
    caas: &Caas,
    tx: &mut Tx,
    user: UserId,
    purpose: TokenPurpose,
    lasts: chrono::TimeDelta,
    hash: Option<&Hash>,
) -> Result<String> {
    let now = caas.now();
    sql!(tx, execute "DELETE FROM user_tokens WHERE expires_at < $1", now - rules::COUNTERS_LAST)?;
    let secret = caas.rng.token();
    sql!(tx, execute
        "INSERT INTO user_tokens (hash, user_id, purpose, password_hash, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        digest(&secret), user, purpose.as_str(), hash.map(|hash| hash.0.as_str()), now + lasts, now)?;
    Ok(secret)
}

/// A link that still works.
pub(super) struct Token {
    pub user: UserId,
    pub purpose: TokenPurpose,
    pub hash: Option<Hash>,
}

/// Looks a link up without using it.
pub(super) async fn token(
    tx: &mut Tx,
    secret: &str,
    purposes: &[TokenPurpose],
    now: Timestamp,
) -> Result<Option<Token>> {
    let row = sql!(
        tx,
        optional(UserId, String, Option<String>),
        "SELECT user_id, purpose, password_hash FROM user_tokens
         WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
        digest(secret),
        now
    )?;
    let Some((user, purpose, hash)) = row else { return Ok(None) };
    let purpose = purpose.parse()?;
    Ok(purposes.contains(&purpose).then(|| Token { user, purpose, hash: hash.map(Hash) }))
}

/// Uses a link. Of two who use it at the same moment, one succeeds.
pub(super) async fn use_token(tx: &mut Tx, secret: &str, now: Timestamp) -> Result<bool> {
    let used = sql!(tx, execute
        "UPDATE user_tokens SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1", now, digest(secret))?;
    Ok(used == 1)
}

/// Makes every other link of this person void.
pub(super) async fn void_tokens(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    sql!(tx, execute
        "UPDATE user_tokens SET used_at = $1, password_hash = NULL WHERE user_id = $2 AND used_at IS NULL", now, user)?;
    Ok(())
}
