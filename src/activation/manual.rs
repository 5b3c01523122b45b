//! An activation by a person's hand, after the engine has given up (rulebook §10).
//!
//! It is free, unless the customer accepts a new hold by an own click: then it is paid exactly as an order is, after the
//! vehicle's confirmation. The attempt itself is the engine's, with the same care; what differs is what follows from it.

use super::aftermath;
use super::deactivation;
use super::engine::AttemptActivation;
use super::model::{ActivationEvent, ActivationState, AttemptResult};
use super::repository::{self as store, Activation, Attempt, Cause, apply};
use super::rules::AttemptFailure;
use super::verdict;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, PaymentId, PaymentMethodId, TicketId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::repository::Payment;
use crate::payments::service::{GiveBack, NewPayment, PaymentFor, give_back};
use crate::payments::{methods, service as money};
use crate::purchases::authorise::AuthorisePayment;
use crate::sales::vehicles;
use crate::support::conversation::{locale_of, notice_about, solve, system};
use crate::support::model::{NotNow, Solution, SupportError, Terms, TicketEvent};
use crate::support::tickets::{Agent, Answer, Ticket, Told, changed, lock, log, step};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// How long a customer has to accept a new hold.
pub const OFFER_LASTS: TimeDelta = TimeDelta::days(7);
/// How long to wait for a late confirmation to be undone, or for a command the vehicle still works on.
const NOT_YET: TimeDelta = TimeDelta::seconds(30);
/// The version of the consent's text below. It changes with every word.
const CONSENT_VERSION: &str = "2026-11-21";

codes! {
    /// How far a try by hand is.
    pub enum ManualState {
        /// The customer is asked for a new hold.
        Offered = "OFFERED",
        /// The customer accepted; the bank is asked.
        Holding = "HOLDING",
        /// The vehicle is asked or told.
        Trying = "TRYING",
        /// The vehicle confirmed.
        Succeeded = "SUCCEEDED",
        /// It did not work; the case is where it was.
        Failed = "FAILED",
        /// The customer does not want a new hold.
        Refused = "REFUSED",
        /// The bank does not want one.
        Declined = "DECLINED",
        /// The customer did not accept in time.
        Expired = "EXPIRED",
        /// No longer offered: another way out was taken.
        Withdrawn = "WITHDRAWN",
    }
}

/// What happens to a try by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ManualEvent {
    /// The customer accepted the new hold.
    Accepted,
    /// The customer does not want it.
    RefusedByCustomer,
    /// The customer did not answer in time.
    TimeOver,
    /// Another way out was taken.
    TakenBack,
    /// The bank holds the money.
    Held,
    /// The bank said no, or was never asked.
    DeclinedByBank,
    /// The activation no longer waits for it.
    Overtaken,
    /// The vehicle confirmed.
    VehicleConfirmed,
    /// The attempt failed.
    AttemptFailed,
}

impl ManualEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [ManualEvent] = &[
        ManualEvent::Accepted,
        ManualEvent::RefusedByCustomer,
        ManualEvent::TimeOver,
        ManualEvent::TakenBack,
        ManualEvent::Held,
        ManualEvent::DeclinedByBank,
        ManualEvent::Overtaken,
        ManualEvent::VehicleConfirmed,
        ManualEvent::AttemptFailed,
    ];
}

impl ManualState {
    /// The next state; `None` when the event can't happen.
    pub fn on(self, event: ManualEvent) -> Option<ManualState> {
        use ManualEvent as E;
        use ManualState as S;
        Some(match (self, event) {
            (S::Offered, E::Accepted) => S::Holding,
            (S::Offered, E::RefusedByCustomer) => S::Refused,
            (S::Offered, E::TimeOver) => S::Expired,
            (S::Offered, E::TakenBack) => S::Withdrawn,
            (S::Holding, E::Held) => S::Trying,
            (S::Holding, E::DeclinedByBank) => S::Declined,
            (S::Holding, E::Overtaken) => S::Failed,
            (S::Trying, E::VehicleConfirmed) => S::Succeeded,
            (S::Trying, E::AttemptFailed) => S::Failed,
            _ => return None,
        })
    }

    /// Whether something is still to come of it.
    pub fn is_open(self) -> bool {
        matches!(self, ManualState::Offered | ManualState::Holding | ManualState::Trying)
    }
}

/// A try by hand, from the agent's decision to the end.
#[derive(Debug, Clone, FromRow)]
pub struct Manual {
    /// Its id.
    pub id: Uuid,
    /// What is tried.
    #[sqlx(rename = "service_activation_id")]
    pub activation: ActivationId,
    /// On which case.
    pub ticket_id: TicketId,
    /// Who decided it.
    pub agent_id: UserId,
    /// What it costs the customer.
    #[sqlx(try_from = "String")]
    pub terms: Terms,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: ManualState,
    /// The new hold, once the customer accepted.
    pub payment_id: Option<PaymentId>,
    /// The payment of the order.
    pub earlier_payment_id: Option<PaymentId>,
    /// Until when the customer may accept.
    pub expires_at: Option<Timestamp>,
    /// When it was decided.
    pub created_at: Timestamp,
    version: i64,
}

/// The newest try by hand of an activation.
pub async fn manual_of(tx: &mut Tx, activation: ActivationId) -> Result<Option<Manual>> {
    Ok(sql!(tx, optional Manual,
        "SELECT * FROM manual_activations WHERE service_activation_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1", activation)?)
}

/// The try by hand of an activation that is not over.
pub(crate) async fn open_of(tx: &mut Tx, activation: ActivationId) -> Result<Option<Manual>> {
    Ok(sql!(tx, optional Manual,
        "SELECT * FROM manual_activations WHERE service_activation_id = $1 AND state IN ('OFFERED', 'HOLDING', 'TRYING')",
        activation)?)
}

/// The try by hand that a payment is for.
pub(crate) async fn of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Option<Manual>> {
    Ok(sql!(tx, optional Manual, "SELECT * FROM manual_activations WHERE payment_id = $1", payment)?)
}

async fn insert(
    caas: &Caas,
    tx: &mut Tx,
    agent: &Agent,
    ticket: &Ticket,
    activation: &Activation,
    terms: Terms,
) -> Result<Manual> {
    let (id, now) = (caas.new_uuid(), caas.now());
    let (state, expires_at) = match terms {
        Terms::Free => (ManualState::Trying, None),
        Terms::NewHold => (ManualState::Offered, Some(now + OFFER_LASTS)),
    };
    Ok(sql!(tx, one Manual,
        "INSERT INTO manual_activations (id, service_activation_id, ticket_id, agent_id, terms, state, earlier_payment_id,
                                         expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING *",
        id, activation.id, ticket.id, agent.id, terms.as_str(), state.as_str(), activation.payment_id, expires_at, now)?)
}

async fn advance(caas: &Caas, tx: &mut Tx, manual: &mut Manual, event: ManualEvent) -> Result<()> {
    let Some(next) = manual.state.on(event) else {
        return Err(Failure::Stored(format!("a try by hand in {} does not take {event:?}", manual.state)));
    };
    manual.state = next;
    let changed = sql!(tx, execute
        "UPDATE manual_activations SET state = $1, payment_id = $2, earlier_payment_id = $3, updated_at = $4, version = version + 1
         WHERE id = $5 AND version = $6",
        next.as_str(), manual.payment_id, manual.earlier_payment_id, caas.now(), manual.id, manual.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("try by hand"));
    }
    manual.version += 1;
    tx.announce(format!("activation:{}", manual.activation));
    Ok(())
}

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
    if store::command_under_way(tx, activation.vehicle_id).await?.is_some() {
        return not_now(NotNow::VehicleBusy);
    }
    if deactivation::compensation_under_way(tx, activation.id).await? {
        return not_now(NotNow::CompensationUnderWay);
    }
    if terms == Terms::NewHold && activation.payment_id.is_none() {
        return not_now(NotNow::NothingToHold);
    }
    let manual = insert(caas, tx, agent, ticket, activation, terms).await?;
    match terms {
        Terms::Free => {
            start(caas, tx, activation, &manual, agent.actor()).await?;
            changed(tx, ticket);
            Ok(Ok(()))
        }
        Terms::NewHold => offer(caas, tx, agent, ticket, activation, &manual).await,
    }
}

/// The attempt is on its way: the engine takes it from here.
async fn start(caas: &Caas, tx: &mut Tx, activation: &mut Activation, manual: &Manual, by: Actor) -> Result<()> {
    let cause = Cause { actor: by, data: serde_json::json!({ "terms": manual.terms, "manual": manual.id }) };
    activation.next_attempt_at = None;
    apply(caas, tx, activation, ActivationEvent::ManualAttemptStarted, cause).await?;
    let job = AttemptActivation { activation: activation.id };
    jobs::enqueue_or_move(caas, tx, &job, &AttemptActivation::key(activation.id), caas.now()).await?;
    let data = serde_json::json!({ "terms": manual.terms });
    system(caas, tx, manual.ticket_id, Some(manual.agent_id), "MANUAL_STARTED", data).await?;
    metrics::counter!("caas_manual_activations_total", "terms" => manual.terms.as_str()).increment(1);
    Ok(())
}

/// Asks the customer for a new hold.
async fn offer(
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

/// The customer accepts the new hold, by an own click. What was agreed to is kept word for word.
pub async fn accept_manual_hold(
    caas: &Caas,
    customer: UserId,
    activation: ActivationId,
    method: Option<PaymentMethodId>,
    locale: Locale,
) -> Result<std::result::Result<(), HoldRefusal>> {
    let mut tx = caas.db.begin().await?;
    let Some((ticket, mut activation, mut manual)) = offered(caas, &mut tx, customer, activation).await? else {
        let known = store::of_customer(&mut tx, customer, activation).await?.is_some();
        return Ok(Err(if known { HoldRefusal::Gone } else { HoldRefusal::NotFound }));
    };
    let mut ticket = ticket;
    let method = match method {
        Some(id) => methods::find(&mut tx, customer, id).await?,
        None => methods::list(&mut tx, customer).await?.into_iter().next(),
    };
    let Some(method) = method else { return Ok(Err(HoldRefusal::NoPaymentMethod)) };
    let (vat_rate_basis_points, _) = sql!(
        &mut tx,
        one(i64, i64),
        "SELECT vat_rate_basis_points, version FROM service_activations WHERE service_activation_id = $1",
        activation.id
    )?;
    sql!(&mut tx, execute
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
    let payment = money::open(caas, &mut tx, &new).await?;
    manual.payment_id = Some(payment);
    manual.earlier_payment_id = activation.payment_id;
    advance(caas, &mut tx, &mut manual, ManualEvent::Accepted).await?;
    activation.payment_id = Some(payment);
    store::save(caas, &mut tx, &mut activation).await?;
    let told = Told {
        actor: Actor::customer(customer),
        kind: EntryKind::ManualHoldAccepted,
        visible: true,
        data: facts(&activation, &manual),
    };
    if step(caas, &mut tx, &mut ticket, TicketEvent::CustomerWrote, told).await?.is_err() {
        return Ok(Err(HoldRefusal::Gone));
    }
    system(caas, &mut tx, ticket.id, Some(customer), "HOLD_ACCEPTED", serde_json::json!({})).await?;
    AuthorisePayment::enqueue(caas, &mut tx, payment).await?;
    tx.commit().await?;
    Ok(Ok(()))
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
    let open = |manual: Option<Manual>| manual.filter(|manual| manual.state == ManualState::Offered);
    let Some(manual) = open(open_of(tx, activation).await?) else { return Ok(()) };
    let Ok(mut ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    // Again, now that nobody else can take a step on the case.
    let Some(mut manual) = open(open_of(tx, activation).await?) else { return Ok(()) };
    let activation = store::load(tx, activation).await?;
    let customer = Actor::customer(activation.customer_id);
    advance(caas, tx, &mut manual, ManualEvent::TakenBack).await?;
    offer_ended(caas, tx, &mut ticket, &activation, &manual, customer, "HOLD_ORDERED_AGAIN").await
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
        let manual = sql!(&mut tx, optional Manual, "SELECT * FROM manual_activations WHERE id = $1", self.manual)?;
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

/// The bank holds the money of a try by hand: the attempt begins. Or, when the activation waits for it no longer, the hold
/// is reversed at once.
pub(crate) async fn held(caas: &Caas, tx: &mut Tx, mut manual: Manual, payment: &Payment) -> Result<()> {
    let mut activation = store::load(tx, manual.activation).await?;
    if activation.state != ActivationState::AwaitingSupportResolution {
        advance(caas, tx, &mut manual, ManualEvent::Overtaken).await?;
        return give_back(caas, tx, payment.id, GiveBack::NotDelivered).await;
    }
    advance(caas, tx, &mut manual, ManualEvent::Held).await?;
    start(caas, tx, &mut activation, &manual, Actor::GATEWAY).await
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

/// Whether a try by hand has to wait a little before the vehicle is asked.
pub(super) async fn not_yet(caas: &Caas, activation: &Activation) -> Result<Option<Timestamp>> {
    let mut tx = caas.db.read().await?;
    let undoing = deactivation::compensation_under_way(&mut tx, activation.id).await?;
    Ok(undoing.then(|| caas.now() + NOT_YET))
}

/// An attempt by hand has ended without the vehicle's word: the same case goes on, and a new hold is reversed.
pub(super) async fn failed(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    attempt: &Attempt,
    failure: AttemptFailure,
    message: &str,
) -> Result<()> {
    let message: String = message.chars().take(1000).collect();
    let result = AttemptResult::FailedEscalate.as_str();
    store::end_attempt(caas, tx, attempt.id, result, failure.code(), &message).await?;
    activation.last_failure = Some(failure.code().to_owned());
    activation.next_attempt_at = None;
    activation.delayed_since = None;
    let data = serde_json::json!({
        "attempt": attempt.attempt_number, "code": failure.code(), "commandSent": attempt.ota_command_sent,
    });
    let cause = Cause::system(data.clone());
    apply(caas, tx, activation, ActivationEvent::ManualAttemptFailed, cause).await?;
    aftermath::look_later(caas, tx, activation).await?;
    metrics::counter!("caas_activation_attempts_failed_total", "code" => failure.code()).increment(1);
    let Some(mut manual) = open_of(tx, activation.id).await? else { return Ok(()) };
    advance(caas, tx, &mut manual, ManualEvent::AttemptFailed).await?;
    let Ok(ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    system(caas, tx, ticket.id, None, "MANUAL_ATTEMPT_FAILED", data).await?;
    changed(tx, &ticket);
    if let Some(payment) = manual.payment_id {
        give_back(caas, tx, payment, GiveBack::NotDelivered).await?;
        let key = format!("{}:{}", activation.id, manual.id);
        tell(caas, tx, activation, &ticket, NoticeEvent::OtaFailed, key, Some(failure.code())).await?;
    }
    Ok(())
}

/// The vehicle has confirmed an attempt by hand: the case is solved and the customer told.
pub(super) async fn succeeded(caas: &Caas, tx: &mut Tx, activation: &Activation, mut manual: Manual) -> Result<()> {
    advance(caas, tx, &mut manual, ManualEvent::VehicleConfirmed).await?;
    if manual.payment_id.is_some() {
        verdict::tell(caas, tx, activation, NoticeEvent::ServiceActive, None, None).await?;
    }
    let Ok(mut ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    system(caas, tx, ticket.id, None, "MANUAL_SUCCEEDED", serde_json::json!({ "terms": manual.terms })).await?;
    if ticket.status.is_open() {
        let agent = Agent { id: manual.agent_id };
        let _ = solve(caas, tx, &mut ticket, &agent, Solution::ActivatedByHand).await?;
    }
    changed(tx, &ticket);
    let locale = locale_of(tx, activation.customer_id).await?;
    let text = match manual.terms {
        Terms::Free => locale.t(
            "Lo hemos activado a mano y tu coche lo ha confirmado. No se te cobra nada.",
            "We activated it by hand and your car has confirmed it. You are not charged anything.",
        ),
        Terms::NewHold => locale.t(
            "Lo hemos activado a mano y tu coche lo ha confirmado.",
            "We activated it by hand and your car has confirmed it.",
        ),
    };
    let about = notice_about(tx, &ticket, NoticeEvent::TicketSolved, manual.id.to_string()).await?;
    let notice = Notice {
        reason: Some(Solution::ActivatedByHand.to_string()),
        amount: manual.payment_id.map(|_| activation.price()),
        text: Some(text.to_owned()),
        ..about
    };
    notify(caas, tx, &notice).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_by_hand_begins_with_the_agent_or_the_customers_click_and_ends_once() {
        for &state in ManualState::ALL {
            let next: Vec<_> = ManualEvent::ALL.iter().filter_map(|&event| state.on(event)).collect();
            assert_eq!(next.is_empty(), !state.is_open(), "{state}");
        }
        // Money is asked for only after the customer's own click, and the car only with the money held.
        for &state in ManualState::ALL {
            for &event in ManualEvent::ALL {
                match state.on(event) {
                    Some(ManualState::Holding) => assert_eq!(event, ManualEvent::Accepted),
                    Some(ManualState::Trying) => assert_eq!(event, ManualEvent::Held),
                    Some(ManualState::Succeeded) => assert_eq!(event, ManualEvent::VehicleConfirmed),
                    _ => {}
                }
            }
        }
    }
}
