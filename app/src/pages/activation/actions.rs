//! What the customer can do with an order under way.

use super::path_of;
use crate::web::{Goto, Message, Refusal, Role, submit};
use caas::kernel::error::Failure;
use caas::kernel::ids::ActivationId;
use caas::purchases::cancel::{self, Cancelled};
use caas::purchases::service;
use leptos::prelude::*;

fn parse(id: &str) -> Result<ActivationId, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

/// Cancels an order before delivery.
#[server(endpoint = "activacion/cancelar")]
pub async fn cancel_order(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        let id = parse(&id)?;
        let message = match cancel::cancel(&web.caas, customer, id).await {
            Ok(Cancelled::Yes) => Message::OrderCancelled,
            // The engine may have been a blink quicker.
            Ok(Cancelled::AsSoonAsKnown) | Err(Failure::Conflict(_)) => Message::CancelSoon,
            Ok(Cancelled::TooLate) => Message::CancelTooLate,
            Ok(Cancelled::NotFound) => return Err(Refusal::Hidden("activation")),
            Err(failure) => return Err(failure.into()),
        };
        Ok(Goto::to(path_of(id)).toast(message))
    })
    .await
}

/// The customer has confirmed with the bank: it is asked again.
#[server(endpoint = "activacion/confirmado")]
pub async fn bank_confirmed(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        let id = parse(&id)?;
        super::own_order(&web, id).await?;
        let asked = service::continue_after_authentication(&web.caas, customer, id).await?;
        let message = if asked { Message::BankAskedAgain } else { Message::NothingToConfirm };
        Ok(Goto::to(path_of(id)).toast(message))
    })
    .await
}
