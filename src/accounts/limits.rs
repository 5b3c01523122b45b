//! Counts tries in the database, so that the limits hold over several processes and restarts.

use super::rules::{self, Counter, Limit};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// What a limit counts for: an account (by the address somebody typed, known or not) or a network address.
pub(super) enum Whose<'a> {
    Account(&'a str),
    Network(Option<IpAddr>),
}

/// The key of a counter. Addresses are hashed: they are personal data and only compared.
fn key(limit: &Limit, whose: &Whose<'_>) -> Option<String> {
    let subject = match whose {
        Whose::Account(key) => (*key).to_owned(),
        Whose::Network(address) => rules::network((*address)?),
    };
    Some(format!("{}:{}", limit.name, hex::encode(Sha256::digest(subject.as_bytes()))))
}

#[derive(sqlx::FromRow)]
struct Row {
    window_started_at: Timestamp,
    last_at: Timestamp,
    count: i64,
}

/// Counts one more try, or says from when on one is possible. Two tries at the same moment count as two.
pub(super) async fn count_try(
    caas: &Caas,
    tx: &mut Tx,
    limit: &Limit,
    whose: Whose<'_>,
) -> Result<std::result::Result<(), Timestamp>> {
    let Some(key) = key(limit, &whose) else { return Ok(Ok(())) };
    let now = caas.now();
    // Locks the row, so that nobody else counts from the same number.
    let row = sql!(tx, one Row,
        "INSERT INTO attempt_limits (key, window_started_at, last_at, count)
         VALUES ($1, $2, $2, 0)
         ON CONFLICT (key) DO UPDATE SET count = attempt_limits.count
         RETURNING window_started_at, last_at, count",
        &key, now)?;
    let counter = Counter { window_started_at: row.window_started_at, last_at: row.last_at, count: row.count };
    match rules::count_try(limit, counter, now) {
        Ok(next) => {
            sql!(tx, execute
                "UPDATE attempt_limits SET window_started_at = $1, last_at = $2, count = $3 WHERE key = $4",
                next.window_started_at, next.last_at, next.count, &key)?;
            Ok(Ok(()))
        }
        Err(possible_at) => {
            metrics::counter!("caas_attempts_refused_total", "limit" => limit.name).increment(1);
            Ok(Err(possible_at))
        }
    }
}

/// Takes one try back: it was no guess.
pub(super) async fn take_back(tx: &mut Tx, limit: &Limit, whose: Whose<'_>) -> Result<()> {
    if let Some(key) = key(limit, &whose) {
        sql!(tx, execute "UPDATE attempt_limits SET count = count - 1 WHERE key = $1 AND count > 0", key)?;
    }
    Ok(())
}

/// Forgets all tries: the right person was here.
pub(super) async fn forget(tx: &mut Tx, limit: &Limit, whose: Whose<'_>) -> Result<()> {
    if let Some(key) = key(limit, &whose) {
        sql!(tx, execute "DELETE FROM attempt_limits WHERE key = $1", key)?;
    }
    Ok(())
}

/// Removes counters that can't matter any more.
pub(super) async fn sweep(caas: &Caas, tx: &mut Tx) -> Result<()> {
    sql!(tx, execute "DELETE FROM attempt_limits WHERE last_at < $1", caas.now() - rules::COUNTERS_LAST)?;
    Ok(())
}
