//! What a customer does with a subscription or a debt.

use super::{change, customer, debt_path, debts, ending, page, path_of};
use crate::web::{FieldError, FormState, Goto, Message, Refusal, submit};
use caas::kernel::ids::{OfferId, PaymentId};
use caas::kernel::money::{Cents, Currency, Money};
use caas::subscriptions::model::{ChangeRefusal, DebtId, PayRefusal, SubscriptionId};
use caas::subscriptions::{changes, debts as owed, dunning};
use leptos::prelude::*;

/// Fewer characters are no key of ours.
const KEY_LENGTH: usize = 43;

fn parse<T: std::str::FromStr>(id: &str) -> Result<T, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

/// Where a change ends: the page with what it says now, or with the reason beside the button.
fn end(
    outcome: Result<(), ChangeRefusal>,
    id: SubscriptionId,
    done: Message,
    (form, field): (&str, &str),
) -> Result<Goto, Refusal> {
    match outcome {
        Ok(()) => Ok(Goto::to(path_of(id)).toast(done)),
        Err(ChangeRefusal::NotFound) => Err(Refusal::Hidden("subscription")),
        Err(why) => Ok(Goto::back(path_of(id), FormState::new(form).wrong(field, why))),
    }
}

/// Ends a subscription with its period.
#[server(endpoint = "suscripciones/cancelar-al-final")]
pub async fn cancel_at_period_end(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<SubscriptionId>(&id)?);
        let outcome = changes::cancel_at_period_end(&web.caas, customer, id).await?;
        end(outcome, id, Message::SubscriptionEnds, (ending::AT_END, ""))
    })
    .await
}

/// Ends a subscription at once, for the amount that was shown.
#[server(endpoint = "suscripciones/cancelar-ahora")]
pub async fn cancel_subscription_now(
    #[server(default)] id: String,
    #[server(default)] shown: String,
    #[server(default)] currency: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<SubscriptionId>(&id)?);
        let shown = Money::new(Cents(parse(&shown)?), parse::<Currency>(&currency)?);
        let outcome = changes::cancel_now(&web.caas, customer, id, shown).await?;
        end(outcome, id, Message::SubscriptionOver, (ending::NOW, ""))
    })
    .await
}

/// Takes the wish to end it back.
#[server(endpoint = "suscripciones/reactivar")]
pub async fn reactivate_subscription(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<SubscriptionId>(&id)?);
        let outcome = changes::reactivate(&web.caas, customer, id).await?;
        end(outcome, id, Message::SubscriptionGoesOn, (ending::AT_END, ""))
    })
    .await
}

/// Another offer from the next period on, at the price that was shown: `offer` is `id:cents`.
#[server(endpoint = "suscripciones/cambiar")]
pub async fn change_offer(
    #[server(default)] id: String,
    #[server(default)] offer: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<SubscriptionId>(&id)?);
        let view = super::own(&web, id).await?;
        let Some((offer, cents)) = offer.split_once(':') else {
            let form = FormState::new(change::FORM).wrong("offer", FieldError::Missing);
            return Ok(Goto::back(path_of(id), form));
        };
        let shown = Money::new(Cents(parse(cents)?), view.subscription.currency);
        let outcome = changes::change_offer(&web.caas, customer, id, parse::<OfferId>(offer)?, shown).await?;
        end(outcome, id, Message::OfferChanged, (change::FORM, "offer"))
    })
    .await
}

/// Takes a change that has not come about back.
#[server(endpoint = "suscripciones/no-cambiar")]
pub async fn take_back_change(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<SubscriptionId>(&id)?);
        let outcome = changes::take_back_change(&web.caas, customer, id).await?;
        end(outcome, id, Message::OfferKept, (change::FORM, "offer"))
    })
    .await
}

/// Where the click that pays ends: on its page, which waits for the bank.
fn paid(
    outcome: Result<PaymentId, PayRefusal>,
    there: &str,
    form: FormState,
    hidden: &'static str,
) -> Result<Goto, Refusal> {
    match outcome {
        Ok(_) => Ok(Goto::to(there)),
        Err(PayRefusal::NotFound) => Err(Refusal::Hidden(hidden)),
        Err(PayRefusal::NothingDue) => Ok(Goto::to(there).toast(Message::NothingOwed)),
        Err(PayRefusal::NoMethod) => Ok(Goto::back(there, form.wrong("method", PayRefusal::NoMethod))),
        Err(why @ PayRefusal::UnderWay) => Ok(Goto::back(there, form.wrong("", why))),
    }
}

/// Pays the oldest unpaid invoice of a subscription. The same key pays once.
#[server(endpoint = "suscripciones/pagar")]
pub async fn pay_subscription(
    #[server(default)] key: String,
    #[server(default)] id: String,
    #[server(default)] method: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let id = parse::<SubscriptionId>(&id)?;
        let customer = super::own(&web, id).await?.subscription.customer_id;
        let (there, form) = (path_of(id), FormState::new(page::PAY_FORM).with("method", &method));
        if key.len() != KEY_LENGTH {
            return Ok(Goto::back(there, form.wrong("", FieldError::Changed)));
        }
        let Ok(chosen) = method.parse() else {
            return Ok(Goto::back(there, form.wrong("method", FieldError::Missing)));
        };
        let outcome = dunning::pay_now(&web.caas, customer, id, chosen, &key).await?;
        paid(outcome, &there, form, "subscription")
    })
    .await
}

/// The customer has confirmed with the bank: it is asked again.
#[server(endpoint = "suscripciones/pagar-confirmado")]
pub async fn subscription_payment_confirmed(
    #[server(default)] id: String,
    #[server(default)] payment: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let id = parse::<SubscriptionId>(&id)?;
        let customer = super::own(&web, id).await?.subscription.customer_id;
        let asked = dunning::continue_after_authentication(&web.caas, customer, parse(&payment)?).await?;
        Ok(Goto::to(path_of(id)).toast(if asked { Message::BankAskedAgain } else { Message::NothingToConfirm }))
    })
    .await
}

/// Pays a debt. The same key pays once.
#[server(endpoint = "deudas/pagar")]
pub async fn pay_debt(
    #[server(default)] key: String,
    #[server(default)] id: String,
    #[server(default)] method: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<DebtId>(&id)?);
        let (there, form) = (debt_path(id), FormState::new(debts::PAY_FORM).with("method", &method));
        if key.len() != KEY_LENGTH {
            return Ok(Goto::back(there, form.wrong("", FieldError::Changed)));
        }
        let Ok(chosen) = method.parse() else {
            return Ok(Goto::back(there, form.wrong("method", FieldError::Missing)));
        };
        let outcome = owed::pay(&web.caas, customer, id, chosen, &key).await?;
        paid(outcome, &there, form, "debt")
    })
    .await
}

/// The customer has confirmed a debt's payment with the bank: it is asked again.
#[server(endpoint = "deudas/pagar-confirmado")]
pub async fn debt_payment_confirmed(
    #[server(default)] id: String,
    #[server(default)] payment: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (customer, id) = (customer(&web)?.id, parse::<DebtId>(&id)?);
        let asked = dunning::continue_after_authentication(&web.caas, customer, parse(&payment)?).await?;
        Ok(Goto::to(debt_path(id)).toast(if asked { Message::BankAskedAgain } else { Message::NothingToConfirm }))
    })
    .await
}
