//! The click that pays, and the word that the bank has its confirmation.

use super::now::Paying;
use super::pay::{FORM, page_of};
use super::{own, path_of};
use crate::web::{FieldError, FormState, Goto, Message, Refusal, submit};
use caas::kernel::ids::OrderId;
use caas::payments::model::PaymentState;
use caas::sales::payment::{CarPayment, PayRefusal, continue_after_authentication, pay};
use leptos::prelude::*;

/// Fewer characters are no key of ours.
const KEY_LENGTH: usize = 43;

fn parse(order: &str, which: &str) -> Result<(OrderId, CarPayment), Refusal> {
    Ok((order.parse().map_err(|_| Refusal::NotFound)?, which.parse().map_err(|_| Refusal::NotFound)?))
}

/// Pays a part of a car's price. The same key pays once.
#[server(endpoint = "pedidos/pagar")]
pub async fn pay_for_car(
    #[server(default)] key: String,
    #[server(default)] order: String,
    #[server(default)] which: String,
    #[server(default)] method: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (order, which) = parse(&order, &which)?;
        let journey = own(&web, order).await?;
        let there = page_of(&journey, which);
        let wrong = |field: &str, problem| {
            Goto::back(&there, FormState::new(FORM).with("method", &method).wrong(field, problem))
        };
        if key.len() != KEY_LENGTH {
            return Ok(wrong("", FieldError::Changed));
        }
        let Ok(chosen) = method.parse() else { return Ok(wrong("method", FieldError::Missing)) };
        let customer = journey.order.customer()?;
        Ok(match pay(&web.caas, customer, order, which, chosen, &key).await? {
            // A second click finds the first one's payment.
            Ok(_) | Err(PayRefusal::UnderWay) => Goto::to(&there),
            Err(PayRefusal::NoMethod) => wrong("method", FieldError::Missing),
            Err(PayRefusal::NotDue) => Goto::to(path_of(order)).toast(Message::NothingToPay),
            Err(PayRefusal::NotFound) => return Err(Refusal::Hidden("order")),
        })
    })
    .await
}

/// The customer has confirmed with the bank: it is asked again.
#[server(endpoint = "pedidos/confirmado")]
pub async fn car_payment_confirmed(
    #[server(default)] order: String,
    #[server(default)] which: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (order, which) = parse(&order, &which)?;
        let journey = own(&web, order).await?;
        let waits =
            journey.payments.iter().rev().find(|payment| {
                payment.payment_type == which.payment_type() && payment.state == PaymentState::Initiated
            });
        let wants = matches!(Paying::of(&journey, which.payment_type()), Paying::WantsYou(_));
        let asked = match waits.filter(|_| wants) {
            Some(payment) => continue_after_authentication(&web.caas, journey.order.customer()?, payment.id).await?,
            None => false,
        };
        let message = if asked { Message::BankAskedAgain } else { Message::NothingToConfirm };
        Ok(Goto::to(page_of(&journey, which)).toast(message))
    })
    .await
}
