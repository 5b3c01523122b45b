//! Asking VSS: three tries in a row, each written down, then it counts as silent.
//!
//! Called by jobs only, with no transaction open. The answer is kept and judged for the warranty in one transaction.

use super::port::{VssAnswer, VssError};
use super::rules::next_try;
use super::store::{self, Upkeep};
use super::{model::Standing, warranty};
use crate::Caas;
use crate::breaker::{self, BreakerState, Permission, System};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::VehicleId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::vehicles::{self, Vehicle};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

/// A car that the daily check could not ask about is asked about again after this time.
const CHECK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// Cars asked about before anybody looks at an offer for them.
const MOST_AHEAD: usize = 5;

/// Asks VSS about a car, unless its answer or its silence is fresh.
#[derive(Serialize, Deserialize)]
pub struct AskVss {
    vehicle: VehicleId,
}

impl AskVss {
    /// There is one such job for a car.
    fn key(vehicle: VehicleId) -> String {
        format!("vss:{vehicle}")
    }

    /// Adds the job in the caller's transaction, unless one waits already.
    pub(super) async fn enqueue(caas: &Caas, tx: &mut Tx, vehicle: VehicleId, at: Timestamp) -> Result<()> {
        jobs::enqueue(caas, tx, &AskVss { vehicle }, Enqueue::at(at).keyed(AskVss::key(vehicle))).await
    }
}

impl Job for AskVss {
    const KIND: &'static str = "maintenance.ask";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let Some(vehicle) = vehicles::find(&mut tx, self.vehicle).await? else { return Ok(Outcome::Done) };
        let known = Upkeep::of(caas, &mut tx, vehicle.id, "UTC").await?.standing;
        drop(tx);
        if known != Standing::Unknown {
            return Ok(Outcome::Done);
        }
        Ok(match one_try(caas, &vehicle).await? {
            Asked::Known(tx) => Outcome::DoneIn(tx),
            Asked::Again(at, tx) => Outcome::AgainIn(at, tx),
        })
    }
}

/// Has VSS asked about a car that nothing is known of, as soon as possible. Nothing is written when it is known, or asked
/// about already.
pub async fn soon(caas: &Caas, upkeep: &Upkeep) -> Result<()> {
    if upkeep.standing != Standing::Unknown {
        return Ok(());
    }
    let mut tx = caas.db.begin().await?;
    soon_in(caas, &mut tx, upkeep.vehicle).await?;
    tx.commit().await
}

/// The same for all cars of somebody, so that what they look at next is known already; of a fleet the first few.
pub async fn ahead(caas: &Caas, upkeeps: &[Upkeep]) -> Result<()> {
    let unknown = upkeeps.iter().filter(|upkeep| upkeep.standing == Standing::Unknown).take(MOST_AHEAD);
    let unknown: Vec<VehicleId> = unknown.map(|upkeep| upkeep.vehicle).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let mut tx = caas.db.begin().await?;
    for vehicle in unknown {
        soon_in(caas, &mut tx, vehicle).await?;
    }
    tx.commit().await
}

/// One car's question in the caller's transaction. A check of the day that waits for its minute is brought forward; one that waits
/// between its tries keeps its time.
pub(crate) async fn soon_in(caas: &Caas, tx: &mut Tx, vehicle: VehicleId) -> Result<()> {
    let now = caas.now();
    let soon = now + TimeDelta::seconds(10);
    AskVss::enqueue(caas, tx, vehicle, now).await?;
    let moved = sql!(tx, execute
        "UPDATE jobs SET due_at = $1 WHERE unique_key = $2 AND due_at > $3 AND leased_until IS NULL",
        now, AskVss::key(vehicle), soon)?;
    if moved > 0 {
        tx.announce_job();
    }
    Ok(())
}

/// What a try came to, with what is written of it; the caller commits.
pub(crate) enum Asked {
    /// It answered, or was silent three times.
    Known(Tx),
    /// It is to be asked again at this time.
    Again(Timestamp, Tx),
}

/// Asks once and writes down what came of it.
pub(crate) async fn one_try(caas: &Caas, vehicle: &Vehicle) -> Result<Asked> {
    // An answer is as old as its question: time may pass while VSS thinks.
    let asked_at = caas.now();
    let answer = if may_call(caas).await? { Some(caas.vss.maintenance_status(&vehicle.vin).await) } else { None };
    let said = match &answer {
        Some(Ok(VssAnswer::History { .. })) => "answered",
        Some(Ok(VssAnswer::NoHistory)) => "no_history",
        Some(Err(_)) => "failed",
        None => "not_asked",
    };
    metrics::counter!("caas_vss_queries_total", "result" => said).increment(1);
    let mut tx = caas.db.begin().await?;
    match &answer {
        Some(Ok(_)) => {
            breaker::succeeded(caas, &mut tx, System::Vss).await?;
        }
        Some(Err(error)) => {
            tracing::warn!(vehicle = %vehicle.id, %error, "vss_not_asked");
            if error.is_outage() {
                breaker::failed(caas, &mut tx, System::Vss).await?;
            }
        }
        None => {}
    }
    match answer {
        Some(Ok(answer)) => {
            keep(caas, &mut tx, vehicle, answer, asked_at).await?;
            Ok(Asked::Known(tx))
        }
        other => not_answered(caas, tx, vehicle, other.and_then(Result::err)).await,
    }
}

/// Whether VSS may be called: not while it is being given a rest.
async fn may_call(caas: &Caas) -> Result<bool> {
    let mut tx = caas.db.read().await?;
    let (state, _) = breaker::state(&mut tx, System::Vss).await?;
    drop(tx);
    if state == BreakerState::Closed {
        return Ok(true);
    }
    let mut tx = caas.db.begin().await?;
    let permission = breaker::ask(caas, &mut tx, System::Vss).await?;
    tx.commit().await?;
    Ok(!matches!(permission, Permission::Denied(_)))
}

/// Keeps an answer, and judges it for the warranty.
async fn keep(caas: &Caas, tx: &mut Tx, vehicle: &Vehicle, answer: VssAnswer, asked_at: Timestamp) -> Result<()> {
    let mut kept = store::lock(tx, vehicle.id).await?;
    if let Some(silence) = kept.silence_id.take() {
        failures::resolved(caas, tx, FailureType::VssSilent, silence, Resolution::DoneAfterAll, None).await?;
    }
    (kept.as_of, kept.blocks) = match answer {
        VssAnswer::History { as_of, blocks } => (Some(as_of), Json(blocks)),
        VssAnswer::NoHistory => (None, Json(Vec::new())),
    };
    (kept.answered_at, kept.tries, kept.silent_at) = (Some(asked_at), 0, None);
    warranty::judge(caas, tx, vehicle, &mut kept).await?;
    store::save(tx, vehicle.id, &kept).await
}

/// A try failed, or could not be made: another one, or VSS counts as silent.
async fn not_answered(caas: &Caas, mut tx: Tx, vehicle: &Vehicle, error: Option<VssError>) -> Result<Asked> {
    let now = caas.now();
    let mut kept = store::lock(&mut tx, vehicle.id).await?;
    kept.tries += 1;
    // A system that is given a rest is not tried three times.
    if let (Some(wait), Some(_)) = (next_try(kept.tries), &error) {
        store::save(&mut tx, vehicle.id, &kept).await?;
        return Ok(Asked::Again(now + wait, tx));
    }
    if kept.silence_id.is_none() {
        let silence = caas.new_uuid();
        kept.silence_id = Some(silence);
        let failure = NewFailure {
            kind: FailureType::VssSilent,
            subject: silence,
            category: FailureCategory::ExternalSystem,
            component: Component::Maintenance,
            customer: vehicle.customer_id,
            code: Some(if error.is_some() { "NO_ANSWER" } else { "BREAKER_OPEN" }),
            attempts: kept.tries,
            resolution: Resolution::Open,
            communication: None,
            impact: None,
        };
        failures::detected(caas, &mut tx, &failure).await?;
    }
    (kept.tries, kept.silent_at) = (0, Some(now));
    // The daily check is not lost by it.
    sql!(&mut tx, execute
        "UPDATE vehicles SET maintenance_check_at = $1 WHERE id = $2 AND maintenance_check_at > $1",
        now + CHECK_AGAIN, vehicle.id)?;
    store::save(&mut tx, vehicle.id, &kept).await?;
    Ok(Asked::Known(tx))
}
