//! One outside system as its page shows it.

use super::calls;
use super::model::{Calls, Outside};
use crate::Caas;
use crate::breaker::{self, BreakerState, Change, Standing};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use chrono::TimeDelta;

/// The spans of time that availability is told for.
pub const SPANS: [TimeDelta; 4] =
    [TimeDelta::minutes(15), TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(30)];

/// Work that waits for a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Jobs that are due, or wait for the breaker.
    pub waiting: i64,
    /// Since when the oldest of them exists.
    pub oldest: Option<Timestamp>,
    /// Jobs that were given up and wait for a person.
    pub dead: i64,
}

/// A system's state.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Which.
    pub system: Outside,
    /// Calls of each of [`SPANS`].
    pub spans: [Calls; 4],
    /// Its breaker, where it has one.
    pub breaker: Option<Standing>,
    /// The work behind it.
    pub queue: Queue,
}

/// How a system stands.
pub async fn overview(caas: &Caas, tx: &mut Tx, system: Outside) -> Result<Overview> {
    let now = caas.now();
    let mut spans = [Calls::default(); 4];
    for (calls, span) in spans.iter_mut().zip(SPANS) {
        *calls = calls::since(tx, system, now - span).await?;
    }
    let (breaker, queue) = breaker_and_queue(caas, tx, system).await?;
    Ok(Overview { system, spans, breaker, queue })
}

/// A system on the desk.
#[derive(Debug, Clone)]
pub struct Tile {
    /// Which.
    pub system: Outside,
    /// Calls of the last hour.
    pub hour: Calls,
    /// Its breaker, where it has one.
    pub breaker: Option<Standing>,
    /// The work behind it.
    pub queue: Queue,
}

/// Every system, briefly.
pub async fn tiles(caas: &Caas, tx: &mut Tx) -> Result<Vec<Tile>> {
    let mut tiles = Vec::new();
    for &system in Outside::ALL {
        let hour = calls::since(tx, system, caas.now() - TimeDelta::hours(1)).await?;
        let (breaker, queue) = breaker_and_queue(caas, tx, system).await?;
        tiles.push(Tile { system, hour, breaker, queue });
    }
    Ok(tiles)
}

async fn breaker_and_queue(caas: &Caas, tx: &mut Tx, system: Outside) -> Result<(Option<Standing>, Queue)> {
    let breaker = match system.breaker() {
        Some(system) => Some(breaker::standing(tx, system).await?),
        None => None,
    };
    // Behind an open breaker work is put off until the next probe, which is at most one rest away.
    let rests = breaker.is_some_and(|breaker| breaker.state != BreakerState::Closed);
    let until = if rests { caas.now() + caas.policies.breaker.rest } else { caas.now() };
    let kinds: String = system.jobs().iter().map(|kind| format!(",{kind},")).collect();
    let (waiting, oldest) = sql!(
        tx,
        one(i64, Option<Timestamp>),
        "SELECT COUNT(*), MIN(created_at) FROM jobs
         WHERE died_at IS NULL AND due_at <= $1 AND $2 LIKE '%,' || kind || ',%'",
        until,
        kinds.as_str()
    )?;
    let (dead,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM jobs WHERE died_at IS NOT NULL AND $1 LIKE '%,' || kind || ',%'",
        kinds
    )?;
    Ok((breaker, Queue { waiting, oldest, dead }))
}

/// The last times its breaker opened and closed, newest first; nothing for a system without one.
pub async fn history(tx: &mut Tx, system: Outside, limit: i64) -> Result<Vec<Change>> {
    match system.breaker() {
        Some(system) => breaker::history(tx, system, limit).await,
        None => Ok(Vec::new()),
    }
}
