//! Adding, preferring and removing a way to pay.

use super::patience::briefly;
use crate::web::{Goto, Message, Refusal, Role, local_path, submit};
use caas::kernel::ids::PaymentMethodId;
use caas::payments::methods;
use leptos::prelude::*;

/// Leads to the bank's page; from there the customer comes back to a path of ours.
#[server(endpoint = "metodos-de-pago/nuevo")]
pub async fn add_method(#[server(default)] back: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        let back = local_path(&back).unwrap_or(super::PATH).to_owned();
        let (caas, locale, way_back) = (web.caas.clone(), web.locale, back.clone());
        let work = async move { methods::begin_setup(&caas, customer, locale, &way_back).await };
        let address = briefly(work).await?.flatten().and_then(|address| address.parse().ok());
        Ok(match address {
            Some(address) => Goto::outside(&address),
            None => Goto::to(back).toast(Message::BankSilent),
        })
    })
    .await
}

/// Proposes a way to pay first from now on.
#[server(endpoint = "metodos-de-pago/preferido")]
pub async fn prefer_method(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        if methods::make_default(&web.caas, customer, parse(&id)?).await? {
            Ok(Goto::to(super::PATH).toast(Message::MethodPreferred))
        } else {
            Err(Refusal::Hidden("payment_method"))
        }
    })
    .await
}

/// Removes a way to pay.
#[server(endpoint = "metodos-de-pago/quitar")]
pub async fn remove_method(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        if methods::remove(&web.caas, customer, parse(&id)?).await? {
            Ok(Goto::to(super::PATH).toast(Message::MethodRemoved))
        } else {
            Err(Refusal::Hidden("payment_method"))
        }
    })
    .await
}

fn parse(id: &str) -> Result<PaymentMethodId, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}
