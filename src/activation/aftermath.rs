//! A look at the vehicle after all was over.
//!
//! An activation may be given up, or cancelled, while nobody knows what became of a command: its answer was lost, API IoT
//! could not be asked, and a callback is not certain to come. If the vehicle has carried it out, the service is on and
//! nobody pays for it. So the vehicle is asked once more, however long it takes to get an answer.

use super::engine::{iot_answered, iot_rests};
use super::model::ActivationState;
use super::port::{InstalledStatus, IotError};
use super::repository::{self as store, Activation, Attempt};
use super::verdict;
use crate::Caas;
use crate::breaker::{self, System};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::ActivationId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::spans;
use crate::vehicles;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// When the vehicle is asked, and asked again while it can't tell. By then a command on its way has arrived.
const WAIT: TimeDelta = TimeDelta::minutes(10);

/// Finds out whether a vehicle carried a command out that nobody waits for any more.
#[derive(Serialize, Deserialize)]
pub struct LookAfterwards {
    activation: ActivationId,
}

impl LookAfterwards {
    fn key(activation: ActivationId) -> String {
        format!("afterwards:{activation}")
    }
}

/// Plans the look, if anything was sent at all.
pub(crate) async fn look_later(caas: &Caas, tx: &mut Tx, activation: &Activation) -> Result<()> {
    if last_sent(tx, activation.id).await?.is_none() {
        return Ok(());
    }
    let (job, key) = (LookAfterwards { activation: activation.id }, LookAfterwards::key(activation.id));
    jobs::enqueue(caas, tx, &job, Enqueue::at(caas.now() + WAIT).keyed(key)).await
}

/// Has the vehicle asked now: a message says that it has switched something on.
pub(super) async fn look_now(caas: &Caas, tx: &mut Tx, activation: &Activation) -> Result<()> {
    if !is_undelivered(activation) {
        return Ok(());
    }
    let job = LookAfterwards { activation: activation.id };
    jobs::enqueue_or_move(caas, tx, &job, &LookAfterwards::key(activation.id), caas.now()).await
}

async fn last_sent(tx: &mut Tx, activation: ActivationId) -> Result<Option<Attempt>> {
    let attempts = store::attempts_of(tx, activation).await?;
    Ok(attempts.into_iter().rev().find(|attempt| attempt.ota_command_sent))
}

/// Whether the activation has ended, as far as the engine goes, without the vehicle's word.
fn is_undelivered(activation: &Activation) -> bool {
    let by_hand = activation.state == ActivationState::ManualActivationAttempt;
    activation.activated_at.is_none() && (activation.state.is_over() || activation.state.is_with_support()) && !by_hand
}

impl Job for LookAfterwards {
    const KIND: &'static str = "activation.look_afterwards";
    const MAX_ATTEMPTS: i64 = 2_000;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.activation);
        let mut tx = caas.db.read().await?;
        let activation = store::load(&mut tx, self.activation).await?;
        let sent = last_sent(&mut tx, activation.id).await?;
        let vehicle = vehicles::find(&mut tx, activation.vehicle_id)
            .await?
            .ok_or_else(|| Failure::Stored("an activation has a vehicle".to_owned()))?;
        let (breaker, _) = breaker::state(&mut tx, System::Iot).await?;
        drop(tx);
        // A try by hand asks for itself, and has a look of its own when it fails.
        let Some(sent) = sent.filter(|_| is_undelivered(&activation)) else { return Ok(Outcome::Done) };
        if let Some(until) = iot_rests(caas, breaker).await? {
            return Ok(Outcome::Again(until));
        }
        let status = caas.iot.vehicle_status(&vehicle.vin).await;
        let mut tx = caas.db.begin().await?;
        let status = match status {
            Ok(status) => status,
            Err(error) if error.is_outage() => {
                breaker::failed(caas, &mut tx, System::Iot).await?;
                return Ok(Outcome::AgainIn(caas.now() + WAIT, tx));
            }
            Err(IotError::UnknownVehicle) => return Ok(Outcome::Done),
            Err(_) => return Ok(Outcome::Again(caas.now() + WAIT)),
        };
        iot_answered(caas, &mut tx).await?;
        let code = &activation.configuration.service_code;
        let installed =
            status.services.iter().find(|service| &service.service_code == code).map(|service| service.status);
        match installed {
            None | Some(InstalledStatus::Error) => Ok(Outcome::DoneIn(tx)),
            Some(InstalledStatus::Pending) => Ok(Outcome::AgainIn(caas.now() + WAIT, tx)),
            Some(InstalledStatus::Active) => undo(caas, tx, activation.id, &sent).await,
        }
    }
}

/// The service is on: switched off again, unless a newer order of it has made it the customer's by right.
async fn undo(caas: &Caas, mut tx: Tx, id: ActivationId, sent: &Attempt) -> Result<Outcome, JobError> {
    let activation = store::load(&mut tx, id).await?;
    if !is_undelivered(&activation) {
        return Ok(Outcome::DoneIn(tx));
    }
    match store::newer_order(&mut tx, &activation).await?.map(|newer| newer.state) {
        Some(ActivationState::Active) => return Ok(Outcome::DoneIn(tx)),
        Some(state) if state.is_under_way() || state == ActivationState::ManualActivationAttempt => {
            return Ok(Outcome::AgainIn(caas.now() + WAIT, tx));
        }
        _ => {}
    }
    verdict::late(caas, &mut tx, &activation, sent).await?;
    Ok(Outcome::DoneIn(tx))
}
