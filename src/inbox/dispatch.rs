//! Which room a message concerns.

use super::message::{Message, OtaStatus, OtaVerdict, SettlementNotice, SettlementVerdict};
use super::model::Interpretation;
use crate::Caas;
use crate::activation::callbacks::{Told, on_ota_status};
use crate::kernel::Timestamp;
use crate::kernel::jobs::JobError;
use crate::kernel::money::Cents;
use crate::kernel::planted::{self, Bug};
use crate::payments::settlement::{Verdict, on_settlement};
use crate::sales::{delivery, factory, registration};

/// Hands a message to the room it concerns. The room's changes come back uncommitted.
pub(super) async fn dispatch(
    caas: &Caas,
    message: &Message,
    received_at: Timestamp,
) -> Result<Interpretation, JobError> {
    let mut tx = caas.db.begin().await?;
    let applied = match message {
        Message::OtaStatus(OtaStatus { request_id, vin, status, error_code, .. }) => {
            let told = match status {
                OtaVerdict::Activated => Told::Activated,
                OtaVerdict::Failed if planted::is_in(Bug::CallbackNotRead) => Told::Activated,
                OtaVerdict::Deactivated => Told::Deactivated,
                OtaVerdict::Failed => Told::Failed(error_code.clone()),
            };
            on_ota_status(caas, &mut tx, vin, request_id, &told, received_at).await?
        }
        Message::Settlement(SettlementNotice { gateway_payment_id, status, fees, failure_reason, .. }) => {
            let verdict = match status {
                SettlementVerdict::Settled => Verdict::Settled { fees: fees.map_or(Cents::ZERO, |fees| fees.cents) },
                SettlementVerdict::Failed => Verdict::Failed,
                SettlementVerdict::Chargeback => Verdict::Chargeback { reason: failure_reason.clone() },
            };
            on_settlement(caas, &mut tx, gateway_payment_id, verdict).await?
        }
        Message::Factory(notice) => factory::on_status(caas, &mut tx, notice).await?,
        Message::Registration(notice) => registration::on_status(caas, &mut tx, notice).await?,
        Message::Transport(notice) => delivery::on_event(caas, &mut tx, notice).await?,
    };
    Ok(if applied { Interpretation::Applied(tx) } else { Interpretation::Unmatched })
}
