//! The failure audit: one row a failure, written in the transaction of the failure itself.
//!
//! The rows outlive the people they are about, so they name nobody: customers and the things that failed stand in them
//! as keyed hashes (HMAC-SHA-256). The key lies in a table of its own; without it the hashes lead nowhere.

use super::model::{Component, FailureCategory, FailureType, Resolution};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::{FAR_FUTURE, Timestamp};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sqlx::FromRow;
use uuid::Uuid;

/// A failure to be written down.
#[derive(Debug, Clone, Copy)]
pub struct NewFailure<'a> {
    /// What failed.
    pub kind: FailureType,
    /// The thing that failed: hashed, never written.
    pub subject: Uuid,
    /// Whose trouble it is.
    pub category: FailureCategory,
    /// Who noticed.
    pub component: Component,
    /// The customer it touches: hashed, never written.
    pub customer: Option<UserId>,
    /// The reason's code.
    pub code: Option<&'a str>,
    /// Tries before it counted as failed.
    pub attempts: i64,
    /// How it stands already.
    pub resolution: Resolution,
    /// The message that was written to the customer, by its code.
    pub communication: Option<&'static str>,
    /// What it costs CaaS as far as known: nothing for a hold that is reversed, the price for what was delivered and is
    /// not paid.
    pub impact: Option<Money>,
}

/// Writes a failure down, once.
pub async fn detected(caas: &Caas, tx: &mut Tx, new: &NewFailure<'_>) -> Result<()> {
    let key = key(caas, tx).await?;
    let now = caas.now();
    let resolved = (new.resolution != Resolution::Open).then_some(now);
    sql!(tx, execute
        "INSERT INTO failure_audit (id, reference, at, customer, failure_type, category, component, code, attempts,
                                    resolution, resolved_at, communication, impact_cents, currency)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (reference) DO NOTHING",
        caas.new_uuid(), reference(&key, new.kind, new.subject), now,
        new.customer.map(|customer| hashed(&key, "customer", customer.0)), new.kind.as_str(), new.category.as_str(),
        new.component.as_str(), new.code, new.attempts, new.resolution.as_str(), resolved, new.communication,
        new.impact.map_or(Cents::ZERO, |impact| impact.cents), new.impact.map(|impact| impact.currency.as_str()))?;
    metrics::counter!("caas_failures_total", "type" => new.kind.as_str(), "category" => new.category.as_str())
        .increment(1);
    Ok(())
}

/// Writes down how a failure ended, if there was one and it was open; what it costs changes with it when given.
pub async fn resolved(
    caas: &Caas,
    tx: &mut Tx,
    kind: FailureType,
    subject: Uuid,
    resolution: Resolution,
    impact: Option<Cents>,
) -> Result<()> {
    let key = key(caas, tx).await?;
    sql!(tx, execute
        "UPDATE failure_audit SET resolution = $1, resolved_at = $2, impact_cents = COALESCE($3, impact_cents)
         WHERE reference = $4 AND resolved_at IS NULL",
        resolution.as_str(), caas.now(), impact, reference(&key, kind, subject))?;
    Ok(())
}

/// The key of the hashes, made when it is first needed.
async fn key(caas: &Caas, tx: &mut Tx) -> Result<Vec<u8>> {
    let known = "SELECT secret, id FROM failure_audit_key WHERE id = 1";
    if let Some((key, _)) = sql!(tx, optional(Vec<u8>, i64), known)? {
        return Ok(key);
    }
    let mut secret = vec![0u8; 32];
    caas.rng.fill(&mut secret);
    sql!(tx, execute
        "INSERT INTO failure_audit_key (id, secret, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
        secret, caas.now())?;
    // Another process may have been a blink quicker.
    Ok(sql!(tx, one(Vec<u8>, i64), known)?.0)
}

fn reference(key: &[u8], kind: FailureType, subject: Uuid) -> String {
    hashed(key, kind.as_str(), subject)
}

/// HMAC-SHA-256 of an id, told apart by what it is the id of.
fn hashed(key: &[u8], what: &str, id: Uuid) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(what.as_bytes());
    mac.update(b":");
    mac.update(id.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// A failure as it is read back.
#[derive(Debug, Clone, FromRow)]
pub struct AuditedFailure {
    /// Its id: the key of its page.
    pub id: Uuid,
    /// When it was noticed.
    pub at: Timestamp,
    /// Keyed hash of the customer's id.
    pub customer: Option<String>,
    /// What failed.
    #[sqlx(try_from = "String")]
    pub failure_type: FailureType,
    /// Whose trouble it is.
    #[sqlx(try_from = "String")]
    pub category: FailureCategory,
    /// Who noticed.
    #[sqlx(try_from = "String")]
    pub component: Component,
    /// The reason's code.
    pub code: Option<String>,
    /// Tries before it counted as failed.
    pub attempts: i64,
    /// How it ended.
    #[sqlx(try_from = "String")]
    pub resolution: Resolution,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// Which message was written to the customer.
    pub communication: Option<String>,
    /// What it costs CaaS.
    pub impact_cents: Cents,
    /// Of what.
    pub currency: Option<String>,
}

impl AuditedFailure {
    /// What it costs CaaS, where money is concerned.
    pub fn impact(&self) -> Result<Option<Money>> {
        let currency = self.currency.as_deref().map(str::parse::<Currency>).transpose()?;
        Ok(currency.map(|currency| Money::new(self.impact_cents, currency)))
    }
}

/// Which failures are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct FailureFilter {
    /// Only of this kind.
    pub kind: Option<FailureType>,
    /// Only of this category.
    pub category: Option<FailureCategory>,
    /// Only those without an end.
    pub open: bool,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Older than this one: the key for the next page.
    pub before: Option<(Timestamp, Uuid)>,
}

/// The columns of an [`AuditedFailure`], and the key that every list is paged by.
macro_rules! newest {
    ($also:literal) => {
        concat!(
            "SELECT id, at, customer, failure_type, category, component, code, attempts, resolution, resolved_at,
                    communication, impact_cents, currency
             FROM failure_audit
             WHERE (at, id) < ($1, $2) AND at >= $3 AND at < $4
               AND ($5 IS NULL OR failure_type = $5) AND ($6 IS NULL OR category = $6) ",
            $also,
            " ORDER BY at DESC, id DESC LIMIT $7"
        )
    };
}

/// Failures, newest first.
pub async fn list(tx: &mut Tx, filter: &FailureFilter, limit: i64) -> Result<Vec<AuditedFailure>> {
    let (at, id) = filter.before.unwrap_or((FAR_FUTURE, Uuid::max()));
    // Two texts, so that each has its index.
    let query = if filter.open { newest!("AND resolved_at IS NULL") } else { newest!("") };
    Ok(sql!(tx, all AuditedFailure, query,
        at, id, filter.from.unwrap_or(Timestamp::UNIX_EPOCH), filter.until.unwrap_or(FAR_FUTURE),
        filter.kind.map(FailureType::as_str), filter.category.map(FailureCategory::as_str), limit)?)
}

/// How many failures have no end yet.
pub async fn open_count(tx: &mut Tx) -> Result<i64> {
    let (count,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM failure_audit WHERE resolved_at IS NULL")?;
    Ok(count)
}
