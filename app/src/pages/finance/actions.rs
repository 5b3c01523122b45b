//! What finance sets going: the billing, and what becomes of a debt.

use super::debt::{HAND_OVER, WRITE_OFF};
use super::{DEBTS, SUBSCRIPTIONS, finance};
use crate::web::{FormState, Goto, Message, Refusal, submit};
use caas::subscriptions::billing::BillDue;
use caas::subscriptions::debts;
use caas::subscriptions::model::{DebtId, DebtRefusal};
use leptos::prelude::*;

fn parse(id: &str) -> Result<DebtId, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

fn end(outcome: Result<(), DebtRefusal>, id: DebtId, done: Message, form: FormState) -> Result<Goto, Refusal> {
    let there = format!("{DEBTS}/{id}");
    match outcome {
        Ok(()) => Ok(Goto::to(there).toast(done)),
        Err(DebtRefusal::NotFound) => Err(Refusal::NotFound),
        Err(why @ DebtRefusal::NoReason) => Ok(Goto::back(there, form.wrong("reason", why))),
        Err(why @ (DebtRefusal::NotThen | DebtRefusal::UnderWay)) => Ok(Goto::back(there, form.wrong("", why))),
    }
}

/// Has the billing run now. It bills what is due and nothing twice, whoever asks for it and however often.
#[server(endpoint = "operaciones/suscripciones/facturar")]
pub async fn bill_what_is_due() -> Result<(), ServerFnError> {
    submit(async move |web| {
        finance(&web)?;
        BillDue::soon(&web.caas).await?;
        Ok(Goto::to(SUBSCRIPTIONS).toast(Message::BillingStarted))
    })
    .await
}

/// Hands a debt to those who collect it.
#[server(endpoint = "operaciones/deudas/cobro-externo")]
pub async fn hand_debt_over(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = debts::hand_to_collection(&web.caas, by, id).await?;
        end(outcome, id, Message::DebtHandedOver, FormState::new(HAND_OVER))
    })
    .await
}

/// Gives a debt up, with a reason.
#[server(endpoint = "operaciones/deudas/condonar")]
pub async fn write_debt_off(
    #[server(default)] id: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = debts::write_off(&web.caas, by, id, &reason).await?;
        end(outcome, id, Message::DebtWrittenOff, FormState::new(WRITE_OFF).with("reason", &reason))
    })
    .await
}
