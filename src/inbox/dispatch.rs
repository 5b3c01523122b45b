//! Which room a message concerns.

use super::message::{Message, OtaStatus, SettlementNotice};
use super::model::Interpretation;
use crate::Caas;
use crate::kernel::jobs::JobError;

/// Hands a message to the room it concerns. No transaction is open: the room opens one and gives it back uncommitted.
pub(super) async fn dispatch(caas: &Caas, message: &Message) -> Result<Interpretation, JobError> {
    match message {
        Message::OtaStatus(status) => on_ota_status(caas, status).await,
        Message::Settlement(notice) => on_settlement(caas, notice).await,
    }
}

/// To be `activation::callbacks::on_ota_status`. Until then every callback waits for its match.
async fn on_ota_status(_caas: &Caas, _status: &OtaStatus) -> Result<Interpretation, JobError> {
    Ok(Interpretation::Unmatched)
}

/// To be `payments::settlement::on_settlement`. Until then every notice waits for its match.
async fn on_settlement(_caas: &Caas, _notice: &SettlementNotice) -> Result<Interpretation, JobError> {
    Ok(Interpretation::Unmatched)
}
