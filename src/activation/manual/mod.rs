//! An activation by a person's hand, after the engine has given up (rulebook §10).
//!
//! It is free, unless the customer accepts a new hold by an own click: then it is paid exactly as an order is, after the
//! vehicle's confirmation. The attempt itself is the engine's, with the same care; what differs is what follows from it.
//!
//! `model` has the states, `store` the row, `offer` asks the customer, `hold` hears the bank, `attempt` the vehicle.

mod attempt;
mod hold;
mod model;
mod offer;
mod store;

pub(super) use attempt::{failed, not_yet, succeeded};
pub(crate) use hold::{authentication_needed, declined, held};
pub use model::{ManualEvent, ManualState};
pub use offer::{ExpireOffer, HoldOffer, HoldRefusal, OFFER_LASTS, hold_consent, open_hold_offer, refuse_manual_hold};
pub(crate) use offer::{accept, not_wanted, ordered_again, take_back};
pub use store::{Manual, manual_of};
pub(crate) use store::{of_payment, open_of};

use super::deactivation;
use super::model::ActivationState;
use super::repository::{self as activations, Activation};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::support::model::{NotNow, SupportError, Terms};
use crate::support::tickets::{Agent, Answer, Ticket, changed};
use crate::vehicles;

/// Begins a try by hand. The caller has locked the case and read its activation.
pub(crate) async fn begin(
    caas: &Caas,
    tx: &mut Tx,
    agent: &Agent,
    ticket: &mut Ticket,
    activation: &mut Activation,
    terms: Terms,
) -> Answer<()> {
    let not_now = |why| Ok(Err(SupportError::not_now(why)));
    if activation.state != ActivationState::AwaitingSupportResolution {
        return not_now(NotNow::NotWaitingForSupport);
    }
    if !ticket.status.is_open() {
        return not_now(NotNow::Solved);
    }
    if open_of(tx, activation.id).await?.is_some() {
        return not_now(NotNow::HoldUnderWay);
    }
    if activations::command_under_way(tx, activation.vehicle_id).await?.is_some() {
        return not_now(NotNow::VehicleBusy);
    }
    if deactivation::compensation_under_way(tx, activation.id).await? {
        return not_now(NotNow::CompensationUnderWay);
    }
    if terms == Terms::NewHold && activation.payment_id.is_none() {
        return not_now(NotNow::NothingToHold);
    }
    let manual = store::insert(caas, tx, agent, ticket, activation, terms).await?;
    match terms {
        Terms::Free => {
            attempt::start(caas, tx, activation, &manual, agent.actor()).await?;
            changed(tx, ticket);
            Ok(Ok(()))
        }
        Terms::NewHold => offer::offer(caas, tx, agent, ticket, activation, &manual).await,
    }
}

fn facts(activation: &Activation, manual: &Manual) -> serde_json::Value {
    serde_json::json!({
        "manual": manual.id, "activation": activation.id, "service": activation.service_names.0,
        "amount": activation.price(),
    })
}

/// Tells the customer something about a try by hand.
async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    ticket: &Ticket,
    event: NoticeEvent,
    key: String,
    reason: Option<&str>,
) -> Result<()> {
    let vehicle = vehicles::find(tx, activation.vehicle_id).await?;
    let link = format!("/expediente/activaciones/{}", activation.id);
    let notice = Notice {
        service: activation.service_names.0.clone(),
        vehicle: vehicle.map(|v| v.model_name).unwrap_or_default(),
        amount: Some(activation.price()),
        reason: reason.map(str::to_owned),
        ticket: Some(ticket.number.clone()),
        ..Notice::about(activation.customer_id, event, key, link)
    };
    notify(caas, tx, &notice).await
}
