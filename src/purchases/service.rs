//! Ordering.

use super::authorise::AuthorisePayment;
use super::discounts;
use super::model::{CONSENT_VERSION, ConsentKind, OrderRefusal, Placed};
use crate::Caas;
use crate::activation::engine::AttemptActivation;
use crate::activation::manual;
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::activation::repository::activation_columns;
use crate::activation::repository::{self as activations, Activation, Cause, Configuration, apply};
use crate::catalogue::rules::{RunningPhase, RunningService, VehicleFacts, offer_availability};
use crate::catalogue::{Market, Offer, OfferKind, Service};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::{Tx, is_duplicate};
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::{ActivationId, OfferId, PaymentId, PaymentMethodId, UserId, VehicleId};
use crate::kernel::jobs::{self, Enqueue};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::kernel::spans;
use crate::maintenance::model::Gate;
use crate::maintenance::{ask, gate};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::model::PaymentState;
use crate::payments::service::{NewPayment, PaymentFor};
use crate::payments::{methods, repository as payments, service as money};
use crate::subscriptions::debts;
use crate::vehicles::{self, BoughtFor, Vehicle};
use sha2::{Digest as _, Sha256};
use sqlx::types::Json;

/// An order, as the purchase page posts it.
#[derive(Debug, Clone)]
pub struct Order {
    /// Who orders.
    pub customer: UserId,
    /// For which car.
    pub vehicle: VehicleId,
    /// Which offer.
    pub offer: OfferId,
    /// What to pay with.
    pub method: Option<PaymentMethodId>,
    /// The price that was shown.
    pub shown_price: Money,
    /// Made with the form: the same form buys once.
    pub purchase_key: String,
    /// Both consents were given.
    pub consents: bool,
    /// The customer knows that maintenance could not be asked about. Only needed where that is so.
    pub maintenance_risk: bool,
    /// The language the texts were read in.
    pub locale: Locale,
}

/// What is known of a vehicle when an offer is looked at for it.
///
/// An activation that waits for support does not stand in the way: its money has gone back, and ordering again closes it.
pub async fn vehicle_facts(tx: &mut Tx, vehicle: &Vehicle, country: &str) -> Result<VehicleFacts> {
    let running = activations::running_services(tx, vehicle.id).await?;
    let has_open_debt = match vehicle.customer_id {
        Some(customer) => debts::has_unpaid(tx, customer).await?,
        None => false,
    };
    Ok(facts_of(vehicle, country, &running, has_open_debt))
}

fn facts_of(vehicle: &Vehicle, country: &str, running: &[Activation], has_open_debt: bool) -> VehicleFacts {
    let running = running
        .iter()
        .filter(|a| a.state != ActivationState::AwaitingSupportResolution)
        .map(|a| RunningService {
            service_id: a.service_id,
            kind: a.offer_kind,
            phase: if a.state == ActivationState::Active { RunningPhase::Active } else { RunningPhase::InProgress },
            expires_at: a.expires_at,
        })
        .collect();
    VehicleFacts {
        model: vehicle.model_code.clone(),
        firmware: vehicle.firmware.clone(),
        market: Market::of_country(country),
        running,
        has_open_debt,
    }
}

/// Takes an order: everything is checked again in the transaction that writes it. Money and car are told by jobs.
pub async fn place(caas: &Caas, order: &Order) -> Result<Result<Placed, OrderRefusal>> {
    match try_place(caas, order).await {
        // Two devices at the same moment: the other one was a blink quicker, and its order is the answer to both.
        Err(Failure::Database(error)) if is_duplicate(&error) => {
            let mut tx = caas.db.read().await?;
            match existing(&mut tx, order).await? {
                Some(placed) => Ok(Ok(placed)),
                None => Err(Failure::Database(error)),
            }
        }
        // The same, while both closed the same earlier activation: the other's order stands now.
        Err(Failure::Conflict(_)) => try_place(caas, order).await,
        other => other,
    }
}

async fn existing(tx: &mut Tx, order: &Order) -> Result<Option<Placed>> {
    let found = sql!(
        tx,
        all(ActivationId, String, bool),
        "SELECT service_activation_id, current_state, TRUE FROM service_activations
         WHERE purchase_key = $1 AND customer_id = $2
         UNION ALL
         SELECT a.service_activation_id, a.current_state, FALSE
         FROM service_activations a JOIN offers o ON o.service_id = a.service_id
         WHERE o.id = $3 AND a.vehicle_id = $4 AND a.customer_id = $2 AND NOT a.is_over",
        key(order),
        order.customer,
        order.offer,
        order.vehicle
    )?;
    if let Some((activation, _, _)) = found.iter().find(|(_, _, by_key)| *by_key) {
        return Ok(Some(Placed { activation: *activation, already: true }));
    }
    Ok(match found.first() {
        Some((activation, state, _)) if state.parse::<ActivationState>()?.is_under_way() => {
            Some(Placed { activation: *activation, already: true })
        }
        _ => None,
    })
}

/// The key belongs to the customer: nobody can block or find another's order with it.
fn key(order: &Order) -> String {
    format!("{}:{}", order.customer, order.purchase_key)
}

async fn try_place(caas: &Caas, order: &Order) -> Result<Result<Placed, OrderRefusal>> {
    let mut tx = caas.db.begin().await?;
    if let Some(placed) = existing(&mut tx, order).await? {
        return Ok(Ok(placed));
    }
    // Orders for one car come one after the other: two that conflict can't both find the car free.
    let bought_for = vehicles::lock_for_order(&mut tx, order.customer, order.vehicle).await?;
    let Some(BoughtFor { vehicle, country }) = bought_for else {
        return Ok(Err(OrderRefusal::NotFound));
    };
    let Some((service, offer)) = caas.offer(&mut tx, order.offer).await? else {
        return Ok(Err(OrderRefusal::NotFound));
    };
    let running = activations::running_services(&mut tx, vehicle.id).await?;
    let has_open_debt = offer.kind == OfferKind::Subscription && debts::has_unpaid(&mut tx, order.customer).await?;
    let facts = facts_of(&vehicle, &country, &running, has_open_debt);
    if !offer_availability(&offer, &service, &facts).is_available() {
        // Perhaps only since another tab or device was a blink quicker: PostgreSQL shows each statement what is new.
        return Ok(existing(&mut tx, order).await?.ok_or(OrderRefusal::NotAvailable));
    }
    let Some(price) = facts.market.and_then(|market| offer.price(market)) else {
        return Ok(Err(OrderRefusal::NotAvailable));
    };
    // From what is kept alone: no order waits for VSS.
    let maintenance = gate::look(caas, &mut tx, order.customer, &vehicle, &service).await?;
    if let Some(why) = maintenance.closed() {
        gate::refused(caas, &mut tx, order.customer, &vehicle, &service, &maintenance, why).await?;
        tx.commit().await?;
        return Ok(Err(OrderRefusal::Maintenance));
    }
    if maintenance == Gate::Unknown {
        ask::soon_in(caas, &mut tx, vehicle.id).await?;
        tx.commit().await?;
        return Ok(Err(OrderRefusal::MaintenanceUnknown));
    }
    // The price that was shown decides whether a discount is used.
    let discount = if price.amount == order.shown_price {
        None
    } else {
        let open = discounts::open_for(&mut tx, order.customer, service.id, caas.now()).await?;
        let open = open.filter(|discount| discount.applies_to(offer.kind));
        let Some(discount) = open.filter(|discount| discount.reduced(price.amount) == order.shown_price) else {
            return Ok(Err(OrderRefusal::PriceChanged { now: price.amount }));
        };
        Some(discount)
    };
    let asks_for_risk = maintenance == Gate::Acknowledge;
    if !order.consents || (asks_for_risk && !order.maintenance_risk) {
        return Ok(Err(OrderRefusal::ConsentMissing));
    }
    let method = match order.method {
        Some(id) => methods::find(&mut tx, order.customer, id).await?,
        None => None,
    };
    let Some(method) = method else { return Ok(Err(OrderRefusal::NoPaymentMethod)) };
    let earlier = running.into_iter().find(|earlier| earlier.service_id == service.id);
    close_given_up(caas, &mut tx, order, earlier).await?;
    // Billed after each month (rulebook §7), a subscription has nothing to hold: the car is told at once.
    let payment = (offer.kind != OfferKind::Subscription).then(|| caas.new_id::<PaymentId>());
    let step = if payment.is_some() { ActivationEvent::PaymentRequested } else { ActivationEvent::NothingToHold };
    let price_agreed = (order.shown_price, price.vat_rate_basis_points);
    let activation = insert(caas, &mut tx, order, (&service, &offer), price_agreed, (step, payment)).await?;
    if let Some(discount) = &discount
        && !discounts::redeem(caas, &mut tx, discount, activation.id, price.amount).await?
    {
        // Another order was a blink quicker.
        return Ok(Err(OrderRefusal::PriceChanged { now: price.amount }));
    }
    keep_consents(caas, &mut tx, order, &activation, asks_for_risk).await?;
    let about = (activation.id, order.customer, &service.name);
    gate::goes_on(caas, &mut tx, about, &vehicle, &maintenance, asks_for_risk).await?;
    if let Some(id) = payment {
        let new = NewPayment {
            purpose: PaymentFor::Service(activation.id),
            customer: order.customer,
            method: method.id,
            amount: activation.price(),
            vat_rate_basis_points: price.vat_rate_basis_points,
        };
        money::open_as(caas, &mut tx, id, &new).await?;
    }
    activations::begun(caas, &mut tx, &activation, step, Cause::system(serde_json::json!({}))).await?;
    if let Some(payment) = payment {
        AuthorisePayment::enqueue(caas, &mut tx, payment).await?;
    } else {
        let job = AttemptActivation { activation: activation.id };
        jobs::enqueue(caas, &mut tx, &job, Enqueue::now().keyed(AttemptActivation::key(activation.id))).await?;
    }
    metrics::counter!("caas_orders_total", "kind" => offer.kind.as_str()).increment(1);
    tx.commit().await?;
    failpoint::hit("purchase.placed");
    Ok(Ok(Placed { activation: activation.id, already: false }))
}

/// Closes an earlier activation of the same service that the engine gave up and whose money has gone back.
async fn close_given_up(caas: &Caas, tx: &mut Tx, order: &Order, earlier: Option<Activation>) -> Result<()> {
    let waiting =
        |found: Option<Activation>| found.filter(|earlier| earlier.state == ActivationState::AwaitingSupportResolution);
    let Some(earlier) = waiting(earlier) else { return Ok(()) };
    manual::ordered_again(caas, tx, earlier.id).await?;
    // Read again: while the case was waited for, the customer may have accepted the hold.
    if let Some(mut earlier) = waiting(activations::open_one(tx, order.vehicle, earlier.service_id).await?) {
        let cause = Cause { actor: Actor::customer(order.customer), data: serde_json::json!({ "orderedAgain": true }) };
        apply(caas, tx, &mut earlier, ActivationEvent::ClosedWithoutCharge, cause).await?;
    }
    Ok(())
}

/// Writes the order down as it is after its first step.
async fn insert(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    (service, offer): (&Service, &Offer),
    (price, vat_rate): (Money, i64),
    (step, payment): (ActivationEvent, Option<PaymentId>),
) -> Result<Activation> {
    let (id, now) = (caas.new_id::<ActivationId>(), caas.now());
    let state = ActivationState::PurchaseInitiated.on(step).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    let queued_at = payment.is_none().then_some(now);
    spans::concerns(id);
    let configuration = Configuration {
        service_code: service.code.clone(),
        feature_flags: service.feature_flags.clone(),
        parameters: service.parameters.clone(),
    };
    let activation = sql!(tx, one Activation,
        concat!("INSERT INTO service_activations (service_activation_id, customer_id, vehicle_id, service_id, offer_id, purchase_key,
             current_state, is_over, offer_kind, days, amount_cents, currency, vat_rate_basis_points, configuration,
             service_names, payment_id, activation_queued_at, deadline_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
         RETURNING ", activation_columns!("")),
        id, order.customer, order.vehicle, service.id, offer.id, key(order), state.as_str(), offer.kind.as_str(),
        offer.days, price.cents, price.currency.as_str(), vat_rate, Json(&configuration), Json(&service.name), payment,
        queued_at, now + caas.policies.retry.deadline, now)?;
    let entry = Entry {
        vehicle: Some(order.vehicle),
        after: Some(ActivationState::PurchaseInitiated.as_str()),
        data: serde_json::json!({
            "service": service.name, "kind": offer.kind, "days": offer.days, "price": price, "consents": CONSENT_VERSION,
        }),
        visible: true,
        ..Entry::new(
            Some(order.customer),
            Actor::customer(order.customer),
            EntryKind::ServiceOrdered,
            SubjectKind::Activation,
            id.0,
        )
    };
    record(caas, tx, entry).await?;
    Ok(activation)
}

async fn keep_consents(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    activation: &Activation,
    asks_for_risk: bool,
) -> Result<()> {
    let mut kinds = ConsentKind::ALWAYS.to_vec();
    kinds.extend(asks_for_risk.then_some(ConsentKind::MaintenanceRisk));
    let short = activation.days.is_some_and(|days| days <= 14);
    // The text stands beside; its hash in the chain proves that it is the one that was read.
    let given: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let hash = hex::encode(Sha256::digest(kind.text(short, order.locale)));
            serde_json::json!({ "kind": kind, "sha256": hash })
        })
        .collect();
    let (locale, now) = (order.locale, caas.now());
    sql!(tx, insert
    "INSERT INTO consents (id, customer_id, service_activation_id, kind, text_version, locale, text, given_at)",
    &kinds, |kind| [
        caas.new_uuid(), order.customer, activation.id, kind.as_str(), CONSENT_VERSION, locale.as_str(),
        kind.text(short, locale), now,
    ])?;
    let entry = Entry {
        vehicle: Some(order.vehicle),
        data: serde_json::json!({ "version": CONSENT_VERSION, "locale": order.locale, "consents": given }),
        visible: true,
        ..Entry::new(
            Some(order.customer),
            Actor::customer(order.customer),
            EntryKind::ConsentsGiven,
            SubjectKind::Consent,
            activation.id.0,
        )
    };
    record(caas, tx, entry).await
}

/// The customer has confirmed with the bank: the hold is asked for again, with a new key. `false` when there is nothing to
/// confirm.
pub async fn continue_after_authentication(caas: &Caas, customer: UserId, id: ActivationId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some(activation) = activations::of_customer(&mut tx, customer, id).await? else { return Ok(false) };
    let Some(payment) = activation.payment_id else { return Ok(false) };
    let payment = payments::load(&mut tx, payment).await?;
    let waits = matches!(
        activation.state,
        // The latter for a new hold before a try by hand.
        ActivationState::PaymentPending | ActivationState::AwaitingSupportResolution
    );
    if !waits || payment.state != PaymentState::Initiated || payment.authentication_url.is_none() {
        return Ok(false);
    }
    sql!(&mut tx, execute "UPDATE payments SET authentication_url = NULL, version = version + 1 WHERE id = $1", payment.id)?;
    AuthorisePayment::enqueue(caas, &mut tx, payment.id).await?;
    tx.announce(format!("activation:{id}"));
    tx.commit().await?;
    Ok(true)
}

/// Tells the customer something about an order.
pub(super) async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    event: NoticeEvent,
    reason: Option<String>,
) -> Result<()> {
    let notice = Notice {
        service: activation.service_names.0.clone(),
        car: Some(activation.vehicle_id),
        amount: activation.amount(),
        reason,
        activation: Some(activation.id),
        ..Notice::about(
            activation.customer_id,
            event,
            activation.id.to_string(),
            format!("/expediente/activaciones/{}", activation.id),
        )
    };
    notify(caas, tx, &notice).await
}
