//! The customer is asked for a new hold, and accepts it by an own click, or not.

use super::model::{ManualEvent, ManualState};
use super::store::{Manual, advance, open_of};
use super::{facts, tell};
use crate::Caas;
use crate::activation::manual::store::manual_columns;
use crate::activation::model::ActivationState;
use crate::activation::repository::{self as store, Activation};
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, PaymentId, PaymentMethodId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::notifications::model::NoticeEvent;
use crate::payments::service::{NewPayment, PaymentFor};
use crate::payments::{methods, service as money};
use crate::support::conversation::system;
use crate::support::model::TicketEvent;
use crate::support::tickets::{Agent, Answer, Ticket, Told, changed, lock, log, step};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a customer has to accept a new hold.
pub const OFFER_LASTS: TimeDelta = TimeDelta::days(7);
/// The version of the consent's text below. It changes with every word.
const CONSENT_VERSION: &str = "2026-11-21";

/// Asks the customer for a new hold.
pub(super) async fn offer(
    caas: &Caas,
    tx: &mut Tx,
    agent: &Agent,
    ticket: &mut Ticket,
    activation: &Activation,
    manual: &Manual,
) -> Answer<()> {
    let told = Told {
        actor: agent.actor(),
        kind: EntryKind::ManualHoldOffered,
        visible: true,
        data: facts(activation, manual),
    };
    if let Err(refusal) = step(caas, tx, ticket, TicketEvent::AskedCustomer, told).await? {
        return Ok(Err(refusal));
    }
    let data = serde_json::json!({ "until": manual.expires_at });
    system(caas, tx, ticket.id, Some(agent.id), "HOLD_OFFERED", data).await?;
    let expire = ExpireOffer { manual: manual.id };
    let at = manual.expires_at.unwrap_or_else(|| caas.now());
    jobs::enqueue(caas, tx, &expire, Enqueue::at(at).keyed(format!("hold-offer:{}", manual.id))).await?;
    tell(caas, tx, activation, ticket, NoticeEvent::HoldOffered, manual.id.to_string(), None).await?;
    Ok(Ok(()))
}

/// A new hold that waits for the customer's click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldOffer {
    /// The try by hand.
    pub id: Uuid,
    /// How much would be held.
    pub amount: Money,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// The new hold that an activation of this customer waits for.
pub async fn open_hold_offer(tx: &mut Tx, customer: UserId, activation: ActivationId) -> Result<Option<HoldOffer>> {
    let Some(activation) = store::of_customer(tx, customer, activation).await? else { return Ok(None) };
    if activation.state != ActivationState::AwaitingSupportResolution {
        return Ok(None);
    }
    let manual = open_of(tx, activation.id).await?.filter(|manual| manual.state == ManualState::Offered);
    Ok(manual.and_then(|manual| {
        Some(HoldOffer { id: manual.id, amount: activation.price(), expires_at: manual.expires_at? })
    }))
}

/// The words the customer agrees to. Kept with the offer as evidence.
pub fn hold_consent(amount: Money, locale: Locale) -> String {
    let amount = amount.display(locale);
    match locale {
        Locale::Es => format!(
            "Acepto que se retengan {amount} para que soporte active el servicio a mano. Solo se cobran si mi coche \
             confirma que funciona; si no, la retención se anula."
        ),
        Locale::En => format!(
            "I agree that {amount} are held so that support activates the service by hand. They are only charged once my \
             car confirms that it works; otherwise the hold is reversed."
        ),
    }
}

codes! {
    /// Why a new hold could not be accepted.
    pub enum HoldRefusal {
        /// No such activation of this customer.
        NotFound = "NOT_FOUND",
        /// No longer offered.
        Gone = "GONE",
        /// There is nothing to pay with.
        NoPaymentMethod = "NO_PAYMENT_METHOD",
    }
}

/// The customer accepts the new hold, by an own click. What was agreed to is kept word for word. Returns the payment that
/// the bank is to be asked for.
pub(crate) async fn accept(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    activation: ActivationId,
    method: Option<PaymentMethodId>,
    locale: Locale,
) -> Result<std::result::Result<PaymentId, HoldRefusal>> {
    let Some((mut ticket, mut activation, mut manual)) = offered(caas, tx, customer, activation).await? else {
        let known = store::of_customer(tx, customer, activation).await?.is_some();
        return Ok(Err(if known { HoldRefusal::Gone } else { HoldRefusal::NotFound }));
    };
    let method = match method {
        Some(id) => methods::find(tx, customer, id).await?,
        None => methods::list(tx, customer).await?.into_iter().next(),
    };
    let Some(method) = method else { return Ok(Err(HoldRefusal::NoPaymentMethod)) };
    let (vat_rate_basis_points, _) = sql!(
        tx,
        one(i64, i64),
        "SELECT vat_rate_basis_points, version FROM service_activations WHERE service_activation_id = $1",
        activation.id
    )?;
    sql!(tx, execute
        "INSERT INTO consents (id, customer_id, service_activation_id, kind, text_version, locale, text, given_at)
         VALUES ($1, $2, $3, 'NEW_HOLD', $4, $5, $6, $7)",
        caas.new_uuid(), customer, activation.id, CONSENT_VERSION, locale.as_str(), hold_consent(activation.price(), locale),
        caas.now())?;
    let new = NewPayment {
        purpose: PaymentFor::Service(activation.id),
        customer,
        method: method.id,
        amount: activation.price(),
        vat_rate_basis_points,
    };
    let payment = money::open(caas, tx, &new).await?;
    manual.payment_id = Some(payment);
    manual.earlier_payment_id = activation.payment_id;
    advance(caas, tx, &mut manual, ManualEvent::Accepted).await?;
    activation.payment_id = Some(payment);
    store::save(caas, tx, &mut activation).await?;
    let told = Told {
        actor: Actor::customer(customer),
        kind: EntryKind::ManualHoldAccepted,
        visible: true,
        data: facts(&activation, &manual),
    };
    if step(caas, tx, &mut ticket, TicketEvent::CustomerWrote, told).await?.is_err() {
        return Ok(Err(HoldRefusal::Gone));
    }
    system(caas, tx, ticket.id, Some(customer), "HOLD_ACCEPTED", serde_json::json!({})).await?;
    Ok(Ok(payment))
}

/// The customer does not want a new hold. `false` when none is offered.
pub async fn refuse_manual_hold(caas: &Caas, customer: UserId, activation: ActivationId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some((mut ticket, activation, mut manual)) = offered(caas, &mut tx, customer, activation).await? else {
        return Ok(false);
    };
    advance(caas, &mut tx, &mut manual, ManualEvent::RefusedByCustomer).await?;
    offer_ended(caas, &mut tx, &mut ticket, &activation, &manual, Actor::customer(customer), "HOLD_REFUSED").await?;
    tx.commit().await?;
    Ok(true)
}

/// The offer that an activation of this customer waits for, taken for a change.
async fn offered(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    activation: ActivationId,
) -> Result<Option<(Ticket, Activation, Manual)>> {
    let Some(offer) = open_hold_offer(tx, customer, activation).await? else { return Ok(None) };
    if offer.expires_at <= caas.now() {
        return Ok(None);
    }
    let Some(manual) = open_of(tx, activation).await? else { return Ok(None) };
    let Ok(ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(None) };
    // Again, now that nobody else can take a step on the case.
    let (Some(manual), activation) = (open_of(tx, activation).await?, store::load(tx, activation).await?) else {
        return Ok(None);
    };
    let stands = manual.state == ManualState::Offered && activation.state == ActivationState::AwaitingSupportResolution;
    Ok(stands.then_some((ticket, activation, manual)))
}

/// There will be no new hold: the case is ours again.
async fn offer_ended(
    caas: &Caas,
    tx: &mut Tx,
    ticket: &mut Ticket,
    activation: &Activation,
    manual: &Manual,
    by: Actor,
    code: &str,
) -> Result<()> {
    let told = Told { actor: by, kind: EntryKind::ManualHoldEnded, visible: true, data: facts(activation, manual) };
    // A case that is solved or merged by now stays so.
    if ticket.status.is_open() {
        let _ = step(caas, tx, ticket, TicketEvent::CustomerWrote, told).await?;
    } else {
        log(caas, tx, ticket, None, told).await?;
    }
    system(caas, tx, ticket.id, by.id.map(UserId), code, serde_json::json!({})).await
}

/// The customer has ordered the same service again: what was offered instead ends, and the case waits for nobody.
///
/// To be called before the activation is closed: cases are locked first everywhere.
pub(crate) async fn ordered_again(caas: &Caas, tx: &mut Tx, activation: ActivationId) -> Result<()> {
    take_offer_back(caas, tx, activation, "HOLD_ORDERED_AGAIN").await
}

/// The customer does not want the service any more: the case says so, and nothing is offered. To be called before the
/// activation is closed.
pub(crate) async fn not_wanted(caas: &Caas, tx: &mut Tx, activation: &Activation) -> Result<()> {
    let Some(ticket) = activation.ticket_id else { return Ok(()) };
    let Ok(ticket) = lock(caas, tx, ticket, None).await? else { return Ok(()) };
    system(caas, tx, ticket.id, Some(activation.customer_id), "CUSTOMER_CANCELLED", serde_json::json!({})).await?;
    changed(tx, &ticket);
    take_offer_back(caas, tx, activation.id, "HOLD_REFUSED").await
}

async fn take_offer_back(caas: &Caas, tx: &mut Tx, activation: ActivationId, code: &str) -> Result<()> {
    let open = |manual: Option<Manual>| manual.filter(|manual| manual.state == ManualState::Offered);
    let Some(manual) = open(open_of(tx, activation).await?) else { return Ok(()) };
    let Ok(mut ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    // Again, now that nobody else can take a step on the case.
    let Some(mut manual) = open(open_of(tx, activation).await?) else { return Ok(()) };
    let activation = store::load(tx, activation).await?;
    let customer = Actor::customer(activation.customer_id);
    advance(caas, tx, &mut manual, ManualEvent::TakenBack).await?;
    offer_ended(caas, tx, &mut ticket, &activation, &manual, customer, code).await
}

/// Another way out was taken: an offer that the customer has not answered is no longer one.
pub(crate) async fn take_back(caas: &Caas, tx: &mut Tx, manual: &mut Manual) -> Result<()> {
    advance(caas, tx, manual, ManualEvent::TakenBack).await
}

/// The customer did not accept in time.
#[derive(Serialize, Deserialize)]
pub struct ExpireOffer {
    manual: Uuid,
}

impl Job for ExpireOffer {
    const KIND: &'static str = "activation.expire_hold_offer";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let manual = sql!(&mut tx, optional Manual, concat!("SELECT ", manual_columns!(""),
             " FROM manual_activations WHERE id = $1"), self.manual)?;
        let Some(mut manual) = manual.filter(|manual| manual.state == ManualState::Offered) else {
            return Ok(Outcome::Done);
        };
        match manual.expires_at {
            Some(at) if at > caas.now() => return Ok(Outcome::Again(at)),
            _ => {}
        }
        let Ok(mut ticket) = lock(caas, &mut tx, manual.ticket_id, None).await? else { return Ok(Outcome::Done) };
        let activation = store::load(&mut tx, manual.activation).await?;
        advance(caas, &mut tx, &mut manual, ManualEvent::TimeOver).await?;
        offer_ended(caas, &mut tx, &mut ticket, &activation, &manual, Actor::SYSTEM, "HOLD_EXPIRED").await?;
        Ok(Outcome::DoneIn(tx))
    }
}
