//! Maintenance before the first command (rulebook §4): asked again when the kept answer is older than an hour.
//!
//! Held by the gate are what somebody buys: services paid for once, and the start of a subscription. It is not asked about
//! - what came with a new car: it was sold with it, and a new car has no history;
//! - a try by hand: a person of ours looks at the case, sees the car's maintenance there, and decides;
//! - what has had a command already, renewals of a subscription and everything else that runs: nothing that runs is touched.

use super::model::{ActivationEvent, FinalResult};
use super::repository::{Activation, Attempt, Cause, apply};
use crate::Caas;
use crate::kernel::error::Result;
use crate::kernel::jobs::{JobError, Outcome};
use crate::kernel::planted::{Bug, is_in};
use crate::maintenance::ask::{self, Asked};
use crate::maintenance::gate;
use crate::maintenance::model::{Closed, Gate, SILENT_FOR};
use crate::payments::service::{GiveBack, give_back};
use crate::vehicles::Vehicle;

/// What keeps the first command from being sent; nothing: it may be.
pub(super) async fn in_the_way(
    caas: &Caas,
    activation: &mut Activation,
    vehicle: &Vehicle,
    attempts: &[Attempt],
) -> Result<Option<Outcome>, JobError> {
    if activation.is_included()
        || is_in(Bug::SecondQuestionSkipped)
        || attempts.iter().any(|attempt| attempt.ota_command_sent)
    {
        return Ok(None);
    }
    let catalogue = caas.catalogue().await?;
    let service = catalogue.by_id(activation.service_id).filter(|service| !service.required_blocks.is_empty());
    let Some(service) = service else { return Ok(None) };
    let customer = activation.customer_id;
    let mut tx = caas.db.read().await?;
    let mut found = gate::look(caas, &mut tx, customer, vehicle, service).await?;
    drop(tx);
    if found == Gate::Unknown {
        let mut tx = match ask::one_try(caas, vehicle).await? {
            Asked::Known(tx) => tx,
            Asked::Again(at, tx) => return Ok(Some(Outcome::AgainIn(at, tx))),
        };
        found = gate::look(caas, &mut tx, customer, vehicle, service).await?;
        tx.commit().await?;
    }
    match found {
        Gate::Open(_) | Gate::Unknown => Ok(None),
        Gate::Warned(_) | Gate::Acknowledge => {
            let mut tx = caas.db.begin().await?;
            let about = (activation.id, customer, &activation.service_names.0);
            gate::goes_on(caas, &mut tx, about, vehicle, &found, false).await?;
            tx.commit().await?;
            Ok(None)
        }
        Gate::Blocked(_) => end(caas, activation, vehicle, &found, Closed::Overdue).await.map(Some),
        // It was bought on an answer that has grown old since. Nothing is sent unseen; VSS has until the deadline.
        Gate::Refused => {
            let again = caas.now() + SILENT_FOR;
            if activation.deadline_at.is_some_and(|deadline| again > deadline) {
                return end(caas, activation, vehicle, &found, Closed::Silent).await.map(Some);
            }
            Ok(Some(Outcome::Again(again)))
        }
    }
}

/// Ends an order that nothing was sent for: the hold is reversed and the customer told why. No case is opened, since there
/// is nothing for support to repair.
async fn end(
    caas: &Caas,
    activation: &mut Activation,
    vehicle: &Vehicle,
    found: &Gate,
    why: Closed,
) -> Result<Outcome, JobError> {
    let mut tx = caas.db.begin().await?;
    activation.final_result = Some(FinalResult::FailedNoCharge.to_string());
    activation.next_attempt_at = None;
    activation.delayed_since = None;
    activation.last_failure = Some(why.as_str().to_owned());
    let data = serde_json::json!({ "reason": why, "blocks": found.findings() });
    apply(caas, &mut tx, activation, ActivationEvent::BlockedByMaintenance, Cause::system(data)).await?;
    if let Some(payment) = activation.payment_id {
        give_back(caas, &mut tx, payment, GiveBack::NotDelivered).await?;
    }
    let about = (why, activation.id.to_string(), Some(activation.id));
    let (customer, service) = (activation.customer_id, activation.service_names.0.clone());
    gate::tell(caas, &mut tx, customer, vehicle, &service, found.findings(), about).await?;
    Ok(Outcome::DoneIn(tx))
}
