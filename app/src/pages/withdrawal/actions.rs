//! The confirmation.

use super::{declare_path, receipt_path};
use crate::web::{Goto, Message, Refusal, Role, submit};
use caas::activation::repository as activations;
use caas::kernel::ids::ActivationId;
use caas::notifications::signed::read_withdrawal_token;
use caas::withdrawal::model::{Via, WithdrawalRefusal};
use caas::withdrawal::service::{Declarant, withdraw};
use leptos::prelude::*;

/// The signed-in customer confirms. A further click leads to the same receipt.
#[server(endpoint = "activacion/desistir")]
pub async fn confirm_withdrawal(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        let id: ActivationId = id.parse().map_err(|_| Refusal::NotFound)?;
        let who = Declarant { customer, via: Via::Expediente, locale: web.locale };
        match withdraw(&web.caas, who, id).await? {
            Ok(_) => Ok(Goto::to(receipt_path(id))),
            Err(WithdrawalRefusal::NotFound) => Err(Refusal::Hidden("activation")),
            // The page says why.
            Err(_) => Ok(Goto::to(declare_path(id)).toast(Message::NotWithdrawn)),
        }
    })
    .await
}

/// Whoever has the mail confirms, signed in or not, as whomever.
#[server(endpoint = "desistir")]
pub async fn confirm_by_link(#[server(default)] token: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let mut tx = web.caas.db.read().await?;
        let id = read_withdrawal_token(&mut tx, &token).await?.ok_or(Refusal::NotFound)?;
        let customer = activations::load(&mut tx, id).await?.customer_id;
        drop(tx);
        let who = Declarant { customer, via: Via::EmailLink, locale: web.locale };
        let here = Goto::to(format!("/desistir/{token}"));
        Ok(match withdraw(&web.caas, who, id).await? {
            Ok(_) => here,
            Err(_) => here.toast(Message::NotWithdrawn),
        })
    })
    .await
}
