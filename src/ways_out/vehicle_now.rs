//! A look at the vehicle of a case, while somebody waits for it.

use crate::Caas;
use crate::activation::port::VehicleStatus;
use crate::breaker::{self, BreakerState, System};
use crate::kernel::ids::{TicketId, VehicleId};
use crate::support::model::SupportError;
use crate::support::{Agent, Answer};
use std::time::Duration;

/// How long a page waits for a vehicle.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the vehicle of a case how it is, now. `None`: it does not answer now.
pub async fn vehicle_status_now(caas: &Caas, _agent: &Agent, ticket: TicketId) -> Answer<Option<VehicleStatus>> {
    let mut tx = caas.db.read().await?;
    let row = sql!(
        tx,
        optional(String, VehicleId),
        "SELECT v.vin, v.id FROM tickets t JOIN vehicles v ON v.id = t.vehicle_id WHERE t.id = $1",
        ticket
    )?;
    let (breaker, _) = breaker::state(&mut tx, System::Iot).await?;
    drop(tx);
    let Some((vin, _)) = row else { return Ok(Err(SupportError::NotFound)) };
    if breaker == BreakerState::Open {
        return Ok(Ok(None));
    }
    // A look is no attempt: it counts neither for nor against API IoT.
    match tokio::time::timeout(PATIENCE, caas.iot.vehicle_status(&vin)).await {
        Ok(Ok(status)) => Ok(Ok(Some(status))),
        Ok(Err(error)) => {
            tracing::info!(%ticket, %error, "vehicle_status_not_known");
            Ok(Ok(None))
        }
        Err(_) => Ok(Ok(None)),
    }
}
