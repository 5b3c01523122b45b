//! Circuit breakers: an outside system that fails again and again is given a rest.
//!
//! The state is in the database, so that all processes and a restarted one agree. Only failures of the system itself
//! count; a vehicle that is offline or a declined card says nothing about the system.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use chrono::TimeDelta;

codes! {
    /// An outside system.
    pub enum System {
        /// API IoT.
        Iot = "IOT",
        /// The payment gateway.
        Payments = "PAYMENTS",
        /// The factory.
        Factory = "FACTORY",
        /// The transport company.
        Transport = "TRANSPORT",
        /// The workshops' maintenance history.
        Vss = "VSS",
    }
}

codes! {
    /// Whether calls go through.
    pub enum BreakerState {
        /// Calls go through.
        Closed = "CLOSED",
        /// No call goes through.
        Open = "OPEN",
        /// One call tries.
        HalfOpen = "HALF_OPEN",
    }
}

/// When a breaker opens and tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures in a row that open it.
    pub threshold: i64,
    /// How long it rests before one call may try.
    pub rest: TimeDelta,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        BreakerPolicy { threshold: 5, rest: TimeDelta::seconds(60) }
    }
}

/// Whether a call may be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Yes.
    Granted,
    /// Yes: this is the one call that tries whether the system is back.
    Probe,
    /// Not before this time.
    Denied(Timestamp),
}

/// Whether a call may be made now. A permission to probe is given to one caller at a time.
pub async fn ask(caas: &Caas, tx: &mut Tx, system: System) -> Result<Permission> {
    let now = caas.now();
    let Some((probe_at, _)) = sql!(
        tx,
        optional(Option<Timestamp>, String),
        "SELECT probe_at, state FROM breakers WHERE system = $1 AND state <> 'CLOSED'",
        system.as_str()
    )?
    else {
        return Ok(Permission::Granted);
    };
    let probe_at = probe_at.unwrap_or(now);
    if probe_at > now {
        return Ok(Permission::Denied(probe_at));
    }
    // Compare and set: of all who ask at this moment one gets the probe. If it dies, the next may try after the rest.
    let next = now + caas.policies.breaker.rest;
    let won = sql!(tx, execute
        "UPDATE breakers SET state = 'HALF_OPEN', probe_at = $1, updated_at = $2 WHERE system = $3 AND probe_at = $4",
        next, now, system.as_str(), probe_at)?;
    Ok(if won == 1 { Permission::Probe } else { Permission::Denied(next) })
}

/// The breaker's state, and when it tries again. Reads only.
pub async fn state(tx: &mut Tx, system: System) -> Result<(BreakerState, Option<Timestamp>)> {
    let row = sql!(
        tx,
        optional(String, Option<Timestamp>),
        "SELECT state, probe_at FROM breakers WHERE system = $1",
        system.as_str()
    )?;
    Ok(match row {
        Some((state, probe_at)) => (state.parse()?, probe_at),
        None => (BreakerState::Closed, None),
    })
}

/// Notes that the system answered. Returns whether the breaker closed by it.
pub async fn succeeded(caas: &Caas, tx: &mut Tx, system: System) -> Result<bool> {
    let Some((before,)) = sql!(
        tx,
        optional(String,),
        "SELECT state FROM breakers WHERE system = $1 AND (failures > 0 OR state <> 'CLOSED')",
        system.as_str()
    )?
    else {
        return Ok(false);
    };
    sql!(tx, execute
        "UPDATE breakers SET state = 'CLOSED', failures = 0, opened_at = NULL, probe_at = NULL, updated_at = $1 WHERE system = $2",
        caas.now(), system.as_str())?;
    let before: BreakerState = before.parse()?;
    if before == BreakerState::Closed {
        return Ok(false);
    }
    changed(caas, tx, system, before, BreakerState::Closed).await?;
    Ok(true)
}

/// Notes that the system failed. Returns whether the breaker is open now.
pub async fn failed(caas: &Caas, tx: &mut Tx, system: System) -> Result<bool> {
    let now = caas.now();
    let (before, failures) = sql!(
        tx,
        one(String, i64),
        "INSERT INTO breakers (system, state, failures, updated_at) VALUES ($1, 'CLOSED', 1, $2)
         ON CONFLICT (system) DO UPDATE SET failures = breakers.failures + 1, updated_at = $2
         RETURNING state, failures",
        system.as_str(),
        now
    )?;
    let before: BreakerState = before.parse()?;
    let opens = before != BreakerState::Closed || failures >= caas.policies.breaker.threshold;
    if opens {
        sql!(tx, execute
            "UPDATE breakers SET state = 'OPEN', opened_at = COALESCE(opened_at, $1), probe_at = $2, updated_at = $1 WHERE system = $3",
            now, now + caas.policies.breaker.rest, system.as_str())?;
        if before != BreakerState::Open {
            changed(caas, tx, system, before, BreakerState::Open).await?;
        }
    }
    Ok(opens)
}

async fn changed(caas: &Caas, tx: &mut Tx, system: System, before: BreakerState, after: BreakerState) -> Result<()> {
    metrics::counter!("caas_breaker_changes_total", "system" => system.as_str(), "to" => after.as_str()).increment(1);
    let entry = Entry {
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data: serde_json::json!({ "system": system.as_str() }),
        ..Entry::new(None, Actor::SYSTEM, EntryKind::BreakerChanged, SubjectKind::Breaker, uuid::Uuid::nil())
    };
    record(caas, tx, entry).await
}

/// Whether there is nothing to note about a success: closed, and no failure counted.
pub async fn is_quiet(tx: &mut Tx, system: System) -> Result<bool> {
    let row = sql!(
        tx,
        optional(i64,),
        "SELECT failures FROM breakers WHERE system = $1 AND (failures > 0 OR state <> 'CLOSED')",
        system.as_str()
    )?;
    Ok(row.is_none())
}
