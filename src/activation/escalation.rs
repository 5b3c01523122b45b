//! Handing a case to a person, with everything in it.

use super::deactivation;
use super::model::{ActivationEvent, ActivationState};
use super::repository::{self as store, Activation, Cause, apply};
use super::verdict;
use crate::Caas;
use crate::breaker::{self, BreakerState, System};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::{ActivationId, UserId};
use crate::kernel::jobs::{Job, JobError, Outcome, Run};
use crate::kernel::locale::Locale;
use crate::kernel::spans;
use crate::notifications::model::NoticeEvent;
use crate::payments::repository as payments;
use crate::support::conversation::locale_of;
use crate::support::{self, NewTicket};
use crate::vehicles;
use serde::{Deserialize, Serialize};

/// How often diagnostics are asked for before the ticket is opened without them.
const DIAGNOSTIC_TRIES: i64 = 3;

/// Collects the diagnostic package and opens the ticket.
#[derive(Serialize, Deserialize)]
pub struct OpenTicket {
    pub(super) activation: ActivationId,
}

impl Job for OpenTicket {
    const KIND: &'static str = "activation.open_ticket";

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.activation);
        let mut tx = caas.db.read().await?;
        let activation = store::load(&mut tx, self.activation).await?;
        let vehicle = vehicles::find(&mut tx, activation.vehicle_id)
            .await?
            .ok_or_else(|| Failure::Stored("an activation has a vehicle".to_owned()))?;
        let (breaker, _) = breaker::state(&mut tx, System::Iot).await?;
        drop(tx);
        if activation.state != ActivationState::EscalatedToSupport {
            return Ok(Outcome::Done);
        }
        let diagnostics = if breaker == BreakerState::Closed {
            match caas.iot.diagnostics(&vehicle.vin).await {
                Ok(diagnostics) => diagnostics,
                Err(error) if error.is_outage() && run.earlier_runs + 1 < DIAGNOSTIC_TRIES => {
                    return Err(JobError::Outside(error.to_string()));
                }
                Err(error) => serde_json::json!({ "unavailable": error.to_string() }),
            }
        } else {
            serde_json::json!({ "unavailable": "API IoT is being given a rest" })
        };
        failpoint::hit("activation.ticket.diagnosed");
        let mut tx = caas.db.begin().await?;
        let mut activation = store::load(&mut tx, self.activation).await?;
        if activation.state != ActivationState::EscalatedToSupport {
            return Ok(Outcome::Done);
        }
        let reason = activation.last_failure.clone().unwrap_or_default();
        let ticket = open(caas, &mut tx, &activation, &vehicle, &reason, diagnostics).await?;
        activation.ticket_id = Some(ticket.id);
        // The confirmation may have come while there was no ticket yet to say so.
        if deactivation::is_being_undone(&mut tx, activation.id).await? {
            let data = serde_json::json!({ "service": activation.service_names.0 });
            note(caas, &mut tx, &activation, "LATE_CONFIRMATION", data).await?;
        }
        let cause = Cause::system(serde_json::json!({ "ticket": ticket.number, "code": reason }));
        apply(caas, &mut tx, &mut activation, ActivationEvent::TicketOpened, cause).await?;
        verdict::tell(caas, &mut tx, &activation, NoticeEvent::TicketCreated, None, Some(ticket.number)).await?;
        failpoint::hit("activation.ticket.opened");
        Ok(Outcome::DoneIn(tx))
    }
}

async fn open(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    vehicle: &vehicles::Vehicle,
    reason: &str,
    diagnostics: serde_json::Value,
) -> Result<support::Ticket> {
    // Whoever has the car now is helped with it, and learns nothing of who ordered the service and has passed it on.
    let new_owner = activation.handed_over_at.and(vehicle.customer_id).filter(|owner| *owner != activation.customer_id);
    let (of, subject) = match new_owner {
        Some(owner) => {
            let locale: Locale = locale_of(tx, owner).await?;
            (None, Some(activation.service_names.0.get(locale).to_owned()))
        }
        None => (Some(activation.id), None),
    };
    let customer = new_owner.unwrap_or(activation.customer_id);
    let package = package(tx, activation, vehicle, customer, diagnostics).await?;
    let new = NewTicket {
        activation: of,
        subject: subject.as_deref(),
        customer,
        vehicle: activation.vehicle_id,
        reason,
        diagnostics: package,
    };
    support::open_ota_ticket(caas, tx, &new).await
}

/// The whole package of the rulebook, §6: attempts, snapshots, answers, configuration, model and firmware, customer and
/// purchase date, network figures. Secrets and card data never; and of the order only what is `customer`'s.
async fn package(
    tx: &mut Tx,
    activation: &Activation,
    vehicle: &vehicles::Vehicle,
    customer: UserId,
    diagnostics: serde_json::Value,
) -> Result<serde_json::Value> {
    let ordered = activation.customer_id == customer;
    let mut attempts = store::attempts_of(tx, activation.id).await?;
    attempts.retain(|attempt| ordered || activation.handed_over_at.is_some_and(|at| attempt.attempt_timestamp >= at));
    let (email, name, phone) =
        sql!(tx, one(String, String, Option<String>), "SELECT email, name, phone FROM users WHERE id = $1", customer)?;
    let payment = match activation.payment_id.filter(|_| ordered) {
        Some(id) => {
            let payment = payments::load(tx, id).await?;
            serde_json::json!({ "state": payment.state, "amount": payment.amount(), "captured": payment.captured_cents })
        }
        None => serde_json::Value::Null,
    };
    Ok(serde_json::json!({
        "attempts": attempts.iter().map(|attempt| serde_json::json!({
            "number": attempt.attempt_number,
            "at": attempt.attempt_timestamp,
            "endedAt": attempt.ended_at,
            "commandSent": attempt.ota_command_sent,
            "code": attempt.ota_response_code,
            "message": attempt.ota_response_message,
            "result": attempt.attempt_result,
            "requestId": attempt.request_id,
            "vehicleStatus": attempt.vehicle_status_at_attempt.as_ref().map(|status| &status.0),
        })).collect::<Vec<_>>(),
        "configuration": activation.configuration.0,
        "offer": { "kind": activation.offer_kind, "days": activation.days },
        "orderedAt": ordered.then_some(activation.created_at),
        "vehicle": {
            "vin": vehicle.vin, "model": vehicle.model_code, "firmware": vehicle.firmware, "plate": vehicle.plate,
            "purchasedAt": vehicle.purchased_at,
        },
        "customer": { "name": name, "email": email, "phone": phone },
        "payment": payment,
        "diagnostics": diagnostics,
    }))
}

/// Adds a note to the ticket of an activation, when it has one.
pub(super) async fn note(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    code: &str,
    data: serde_json::Value,
) -> Result<()> {
    match activation.ticket_id {
        Some(ticket) => support::system(caas, tx, ticket, None, code, data).await,
        None => Ok(()),
    }
}

/// A case beside the activation's own: its service could not be switched off, or back on. A person is to look at it.
pub(super) async fn open_by_itself(caas: &Caas, tx: &mut Tx, activation: &Activation, reason: &str) -> Result<()> {
    let vehicle = vehicles::find(tx, activation.vehicle_id)
        .await?
        .ok_or_else(|| Failure::Stored("an activation has a vehicle".to_owned()))?;
    open(caas, tx, activation, &vehicle, reason, serde_json::Value::Null).await?;
    Ok(())
}
