//! What the bank says to the new hold.

use super::model::ManualEvent;
use super::store::{Manual, advance};
use super::{attempt, facts, tell};
use crate::Caas;
use crate::activation::model::ActivationState;
use crate::activation::repository as store;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::notifications::model::NoticeEvent;
use crate::payments::repository::Payment;
use crate::payments::service::{GiveBack, give_back};
use crate::support::conversation::system;
use crate::support::tickets::{Told, changed, lock, log};

/// The bank holds the money of a try by hand: the attempt begins. Or, when the activation waits for it no longer, the hold
/// is reversed at once.
pub(crate) async fn held(caas: &Caas, tx: &mut Tx, mut manual: Manual, payment: &Payment) -> Result<()> {
    let mut activation = store::load(tx, manual.activation).await?;
    if activation.state != ActivationState::AwaitingSupportResolution {
        advance(caas, tx, &mut manual, ManualEvent::Overtaken).await?;
        return give_back(caas, tx, payment.id, GiveBack::NotDelivered).await;
    }
    advance(caas, tx, &mut manual, ManualEvent::Held).await?;
    attempt::start(caas, tx, &mut activation, &manual, Actor::GATEWAY).await
}

/// The bank said no to the new hold: the case is where it was.
pub(crate) async fn declined(caas: &Caas, tx: &mut Tx, mut manual: Manual, reason: &str) -> Result<()> {
    let payment = manual.payment_id;
    advance(caas, tx, &mut manual, ManualEvent::DeclinedByBank).await?;
    let mut activation = store::load(tx, manual.activation).await?;
    if activation.payment_id == payment {
        activation.payment_id = manual.earlier_payment_id;
        store::save(caas, tx, &mut activation).await?;
    }
    let Ok(ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    let told = Told {
        actor: Actor::GATEWAY,
        kind: EntryKind::ManualHoldEnded,
        visible: true,
        data: facts(&activation, &manual),
    };
    log(caas, tx, &ticket, None, told).await?;
    system(caas, tx, ticket.id, None, "HOLD_DECLINED", serde_json::json!({ "code": reason })).await?;
    changed(tx, &ticket);
    let key = format!("{}:{}", activation.id, manual.id);
    tell(caas, tx, &activation, &ticket, NoticeEvent::PaymentDeclined, key, Some(reason)).await
}

/// The bank wants the customer to confirm the new hold.
pub(crate) async fn authentication_needed(caas: &Caas, tx: &mut Tx, manual: &Manual) -> Result<()> {
    let activation = store::load(tx, manual.activation).await?;
    let Ok(ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    let key = format!("{}:{}", activation.id, manual.id);
    tell(caas, tx, &activation, &ticket, NoticeEvent::AuthenticationNeeded, key, None).await
}
