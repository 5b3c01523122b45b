//! Services that come with a car (*plan comercial*): switched on when it is handed over, by the same engine and with the
//! same care as any other. There is no payment behind them, so nothing is held, charged or billed, whatever happens.

use crate::Caas;
use crate::activation::engine::AttemptActivation;
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::activation::repository::{self as activations, Cause, Configuration, apply};
use crate::catalogue::rules::{VehicleFacts, offer_availability};
use crate::catalogue::{Offer, OfferKind, Service, ServiceStatus, repository as catalogue};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, OfferId, UserId};
use crate::kernel::jobs::{self, Enqueue};
use crate::kernel::money::{Cents, Money};
use crate::purchases::service::vehicle_facts;
use crate::sales::orders::Order;
use crate::vehicles::{self, Vehicle};
use sqlx::types::Json;

/// Switches on what the plan of a handed-over car includes, as far as it fits the car. Done once for an order and offer,
/// however often it is asked for.
pub async fn activate(caas: &Caas, tx: &mut Tx, order: &Order) -> Result<()> {
    let (Some(vehicle), Some(plan)) = (order.vehicle_id, order.plan_version_id) else { return Ok(()) };
    let customer = order.customer()?;
    let (included, _) = sql!(
        tx,
        one(Json<Vec<OfferId>>, i64),
        "SELECT included_services, version FROM plan_versions WHERE id = $1",
        plan
    )?;
    let vehicle =
        vehicles::find(tx, vehicle).await?.ok_or_else(|| Failure::Stored("an order has its car".to_owned()))?;
    for offer in included.0 {
        let Some((service, offer)) = catalogue::offer(tx, offer).await? else { continue };
        if offer.kind != OfferKind::Subscription && fits(tx, order, &vehicle, &service, &offer).await? {
            begin(caas, tx, order, customer, &vehicle, &service, &offer).await?;
        }
    }
    Ok(())
}

/// Whether a service can run in the car now. What it costs where plays no part.
async fn fits(tx: &mut Tx, order: &Order, vehicle: &Vehicle, service: &Service, offer: &Offer) -> Result<bool> {
    let key = key(order, offer);
    let begun = sql!(
        tx,
        optional(i64, String),
        "SELECT version, current_state FROM service_activations WHERE purchase_key = $1",
        &key
    )?;
    if begun.is_some() {
        return Ok(false);
    }
    let facts = vehicle_facts(tx, vehicle, order.country.as_deref().unwrap_or_default()).await?;
    // That it is sold no more, or not in this country, does not end a plan's promise.
    let facts = VehicleFacts { market: offer.prices.keys().next().copied(), ..facts };
    let service = Service { status: ServiceStatus::Active, ..service.clone() };
    let availability = offer_availability(offer, &service, &facts);
    let fits = availability.is_available();
    if !fits {
        tracing::warn!(order = %order.number, service = %service.code, ?availability, "included_service_does_not_fit");
    }
    Ok(fits)
}

fn key(order: &Order, offer: &Offer) -> String {
    format!("included:{}:{}", order.id, offer.id)
}

async fn begin(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    customer: UserId,
    vehicle: &Vehicle,
    service: &Service,
    offer: &Offer,
) -> Result<()> {
    let (id, now) = (caas.new_id::<ActivationId>(), caas.now());
    let currency = order.total().ok_or_else(|| Failure::Stored("a sold car without its price".to_owned()))?.currency;
    let configuration = Configuration {
        service_code: service.code.clone(),
        feature_flags: service.feature_flags.clone(),
        parameters: service.parameters.clone(),
    };
    sql!(tx, execute
        "INSERT INTO service_activations (service_activation_id, customer_id, vehicle_id, service_id, offer_id, purchase_key,
             current_state, is_over, offer_kind, days, amount_cents, currency, vat_rate_basis_points, configuration,
             service_names, deadline_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'PURCHASE_INITIATED', $7, $8, $9, 0, $10, 0, $11, $12, $13, $14, $14)",
        id, customer, vehicle.id, service.id, offer.id, key(order, offer), false, offer.kind.as_str(), offer.days,
        currency.as_str(), Json(&configuration), Json(&service.name), now + caas.policies.retry.deadline, now)?;
    let entry = Entry {
        vehicle: Some(vehicle.id),
        after: Some(ActivationState::PurchaseInitiated.as_str()),
        data: serde_json::json!({
            "service": service.name, "kind": offer.kind, "days": offer.days,
            "price": Money::new(Cents::ZERO, currency), "includedIn": order.number,
        }),
        visible: true,
        ..Entry::new(Some(customer), Actor::SYSTEM, EntryKind::ServiceOrdered, SubjectKind::Activation, id.0)
    };
    record(caas, tx, entry).await?;
    let mut activation = activations::load(tx, id).await?;
    activation.activation_queued_at = Some(now);
    let cause = Cause::system(serde_json::json!({ "includedIn": order.number }));
    apply(caas, tx, &mut activation, ActivationEvent::NothingToHold, cause).await?;
    let job = AttemptActivation { activation: id };
    jobs::enqueue(caas, tx, &job, Enqueue::now().keyed(AttemptActivation::key(id))).await
}
