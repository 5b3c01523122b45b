//! Circuit breakers: an outside system that fails again and again is given a rest.
//!
//! The state is in the database, so that all processes and a restarted one agree. Only failures of the system itself
//! count; a vehicle that is offline or a declined card says nothing about the system.
//!
//! People can keep a breaker open, with a reason. It then stays open until somebody closes it: no probe is let through,
//! and no answer of a call that was under way closes it.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use chrono::TimeDelta;
use sqlx::FromRow;
use uuid::Uuid;

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
    let Some((probe_at, held_since)) = sql!(
        tx,
        optional(Option<Timestamp>, Option<Timestamp>),
        "SELECT probe_at, held_since FROM breakers WHERE system = $1 AND state <> 'CLOSED'",
        system.as_str()
    )?
    else {
        return Ok(Permission::Granted);
    };
    if held_since.is_some() {
        // Whoever asks again after a rest learns soon that it was closed.
        return Ok(Permission::Denied(now + caas.policies.breaker.rest));
    }
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
        "SELECT state FROM breakers
         WHERE system = $1 AND (failures > 0 OR state <> 'CLOSED') AND held_since IS NULL",
        system.as_str()
    )?
    else {
        return Ok(false);
    };
    let changed = sql!(tx, execute
        "UPDATE breakers SET state = 'CLOSED', failures = 0, opened_at = NULL, probe_at = NULL, updated_at = $1
         WHERE system = $2 AND held_since IS NULL",
        caas.now(), system.as_str())?;
    // Somebody may just have opened it by hand.
    if changed == 0 {
        return Ok(false);
    }
    let before: BreakerState = before.parse()?;
    if before == BreakerState::Closed {
        return Ok(false);
    }
    note(caas, tx, system, (before, BreakerState::Closed), None).await?;
    Ok(true)
}

/// Notes that the system failed. Returns whether the breaker is open now.
pub async fn failed(caas: &Caas, tx: &mut Tx, system: System) -> Result<bool> {
    let now = caas.now();
    let (before, failures, held_since) = sql!(
        tx,
        one(String, i64, Option<Timestamp>),
        "INSERT INTO breakers (system, state, failures, updated_at) VALUES ($1, 'CLOSED', 1, $2)
         ON CONFLICT (system) DO UPDATE SET failures = breakers.failures + 1, updated_at = $2
         RETURNING state, failures, held_since",
        system.as_str(),
        now
    )?;
    if held_since.is_some() {
        return Ok(true);
    }
    let before: BreakerState = before.parse()?;
    let opens = before != BreakerState::Closed || failures >= caas.policies.breaker.threshold;
    if opens {
        sql!(tx, execute
            "UPDATE breakers SET state = 'OPEN', opened_at = COALESCE(opened_at, $1), probe_at = $2, updated_at = $1 WHERE system = $3",
            now, now + caas.policies.breaker.rest, system.as_str())?;
        if before != BreakerState::Open {
            note(caas, tx, system, (before, BreakerState::Open), None).await?;
        }
    }
    Ok(opens)
}

/// A person's decision about a breaker.
#[derive(Debug, Clone, Copy)]
struct Decision<'a> {
    by: UserId,
    reason: &'a str,
}

/// Writes a change down: in the breaker's history, with what the person wrote, and in the audit log.
async fn note(
    caas: &Caas,
    tx: &mut Tx,
    system: System,
    (before, after): (BreakerState, BreakerState),
    decision: Option<Decision<'_>>,
) -> Result<()> {
    metrics::counter!("caas_breaker_changes_total", "system" => system.as_str(), "to" => after.as_str()).increment(1);
    let change = caas.new_uuid();
    sql!(tx, execute
        "INSERT INTO breaker_changes (id, system, at, before_state, after_state, decided_by, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        change, system.as_str(), caas.now(), before.as_str(), after.as_str(), decision.map(|decision| decision.by),
        decision.map(|decision| decision.reason))?;
    let actor = decision.map_or(Actor::SYSTEM, |decision| Actor::staff(decision.by));
    let entry = Entry {
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data: serde_json::json!({ "system": system.as_str(), "change": change, "byHand": decision.is_some() }),
        ..Entry::new(None, actor, EntryKind::BreakerChanged, SubjectKind::Breaker, Uuid::nil())
    };
    record(caas, tx, entry).await
}

/// How a breaker stands before a person changes it; its row is locked until the commit. And whether it is kept open.
async fn lock(caas: &Caas, tx: &mut Tx, system: System) -> Result<(BreakerState, bool)> {
    let (state, held_since) = sql!(
        tx,
        one(String, Option<Timestamp>),
        "INSERT INTO breakers (system, state, failures, updated_at) VALUES ($1, 'CLOSED', 0, $2)
         ON CONFLICT (system) DO UPDATE SET updated_at = $2
         RETURNING state, held_since",
        system.as_str(),
        caas.now()
    )?;
    Ok((state.parse()?, held_since.is_some()))
}

/// Opens a breaker by hand: nothing is called until somebody closes it. `false` when it is kept open already.
pub async fn open_by_hand(caas: &Caas, tx: &mut Tx, system: System, by: UserId, reason: &str) -> Result<bool> {
    let (before, held) = lock(caas, tx, system).await?;
    if held {
        return Ok(false);
    }
    sql!(tx, execute
        "UPDATE breakers SET state = 'OPEN', opened_at = COALESCE(opened_at, $1), probe_at = NULL, held_since = $1
         WHERE system = $2",
        caas.now(), system.as_str())?;
    note(caas, tx, system, (before, BreakerState::Open), Some(Decision { by, reason })).await?;
    Ok(true)
}

/// Closes a breaker by hand, whoever opened it: calls go through at once. `false` when it is closed already.
pub async fn close_by_hand(caas: &Caas, tx: &mut Tx, system: System, by: UserId, reason: &str) -> Result<bool> {
    let (before, _) = lock(caas, tx, system).await?;
    if before == BreakerState::Closed {
        return Ok(false);
    }
    sql!(tx, execute
        "UPDATE breakers SET state = 'CLOSED', failures = 0, opened_at = NULL, probe_at = NULL, held_since = NULL
         WHERE system = $1",
        system.as_str())?;
    note(caas, tx, system, (before, BreakerState::Closed), Some(Decision { by, reason })).await?;
    Ok(true)
}

/// A breaker as its page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether calls go through.
    pub state: BreakerState,
    /// Failures in a row.
    pub failures: i64,
    /// Since when no call goes through.
    pub opened_at: Option<Timestamp>,
    /// When one call may try; never while a person keeps it open.
    pub probe_at: Option<Timestamp>,
    /// Since when a person keeps it open.
    pub held_since: Option<Timestamp>,
}

/// How a breaker stands.
pub async fn standing(tx: &mut Tx, system: System) -> Result<Standing> {
    let row = sql!(
        tx,
        optional(String, i64, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>),
        "SELECT state, failures, opened_at, probe_at, held_since FROM breakers WHERE system = $1",
        system.as_str()
    )?;
    Ok(match row {
        Some((state, failures, opened_at, probe_at, held_since)) => {
            Standing { state: state.parse()?, failures, opened_at, probe_at, held_since }
        }
        None => {
            let state = BreakerState::Closed;
            Standing { state, failures: 0, opened_at: None, probe_at: None, held_since: None }
        }
    })
}

/// A change of a breaker.
#[derive(Debug, Clone, FromRow)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Before it.
    #[sqlx(try_from = "String")]
    pub before_state: BreakerState,
    /// After it.
    #[sqlx(try_from = "String")]
    pub after_state: BreakerState,
    /// Who decided it; none: failures or an answer did.
    pub decided_by: Option<String>,
    /// Why, in that person's words.
    pub reason: Option<String>,
}

/// The last changes of a breaker, newest first.
pub async fn history(tx: &mut Tx, system: System, limit: i64) -> Result<Vec<Change>> {
    Ok(sql!(tx, all Change,
        "SELECT c.at, c.before_state, c.after_state, u.name AS decided_by, c.reason
         FROM breaker_changes c LEFT JOIN users u ON u.id = c.decided_by
         WHERE c.system = $1 ORDER BY c.at DESC, c.id DESC LIMIT $2", system.as_str(), limit)?)
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
