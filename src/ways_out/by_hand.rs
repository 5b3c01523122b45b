//! Another try by a person's hand: the agent's decision, and the customer's click where it costs money.

use super::{activation_of, not_now};
use crate::Caas;
use crate::activation::manual::{self, HoldRefusal};
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, PaymentMethodId, TicketId, UserId};
use crate::kernel::locale::Locale;
use crate::purchases::authorise::AuthorisePayment;
use crate::support::model::{NotNow, Terms};
use crate::support::tickets::lock;
use crate::support::{Agent, Answer};

/// Tries once more, by hand: for free at once, or with a new hold once the customer has accepted it.
pub async fn manual_activation(caas: &Caas, agent: &Agent, ticket: TicketId, terms: Terms) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(mut activation) = activation_of(&mut tx, &ticket).await? else {
        return not_now(NotNow::NotWaitingForSupport);
    };
    let answer = manual::begin(caas, &mut tx, agent, &mut ticket, &mut activation, terms).await?;
    if answer.is_ok() {
        tx.commit().await?;
    }
    Ok(answer)
}

/// The customer accepts the new hold, by an own click: the bank is asked for it.
pub async fn accept_manual_hold(
    caas: &Caas,
    customer: UserId,
    activation: ActivationId,
    method: Option<PaymentMethodId>,
    locale: Locale,
) -> Result<std::result::Result<(), HoldRefusal>> {
    let mut tx = caas.db.begin().await?;
    let payment = match manual::accept(caas, &mut tx, customer, activation, method, locale).await? {
        Ok(payment) => payment,
        Err(refusal) => return Ok(Err(refusal)),
    };
    AuthorisePayment::enqueue(caas, &mut tx, payment).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
