//! The factory's messages: late, twice, in any order.

use super::estimates::{self, ToldBy};
use super::place::cancel;
use super::port::{FactoryNotice, FactoryStatus};
use super::queue::{self, FactoryPlacing, PlacingState};
use super::rules::{says_again, step};
use super::told::{self, End, NewEstimate};
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::sales::model::{OrderEvent, OrderStatus};
use crate::sales::orders::{self, Cause, Order, apply, save};
use crate::sales::{payment, stock, words};
use crate::vehicles::is_vin;
use sqlx::types::Json;

/// Reasons of the factory are kept up to this length.
const LONGEST_REASON: usize = 200;

/// Takes a message of the factory. `false`: it can't be used now. Nobody knows its reference (the answer to our order may
/// still be on its way), it names a car that is another's, or it says that a car has arrived of which nobody knows which.
/// The inbox tries again and shows it to operations in the end.
pub async fn on_status(caas: &Caas, tx: &mut Tx, notice: &FactoryNotice) -> Result<bool> {
    let Some(mut placing) = queue::by_factory_id(tx, &notice.factory_order_id).await? else { return Ok(false) };
    let mut order = orders::load(tx, placing.order_id).await?;
    // After arrival the factory has no more say; nor has it about an order that is over.
    if placing.state != PlacingState::Placed || order.status.on(OrderEvent::FactoryRejected).is_err() {
        return Ok(true);
    }
    if notice.status == FactoryStatus::Cancelled {
        placing.last_error = notice.description.as_deref().map(shortened);
        note_state(&mut placing, notice);
        cancel(caas, tx, &mut placing, &mut order, Actor::FACTORY, End::Stopped).await?;
        return Ok(true);
    }
    if !take_vin(caas, tx, &mut order, notice).await? {
        return Ok(false);
    }
    let before = order.status;
    let event = step(before, placing.last_status_at, notice.status, notice.at);
    if event == Some(OrderEvent::Arrived) && order.vehicle_id.is_none() {
        return Ok(false);
    }
    if event.is_some() || says_again(before, notice.status) && placing.last_status_at < Some(notice.at) {
        note_state(&mut placing, notice);
    }
    take_shipment(&mut placing, notice);
    let back = before == OrderStatus::QualityControl && event == Some(OrderEvent::ProductionStarted);
    let reason = reason(notice, back);
    let changed = take_estimate(caas, tx, &mut placing, &mut order, notice, &reason).await?;
    queue::save(caas, tx, &mut placing).await?;
    let estimate = notice.estimated_date.as_deref().filter(|_| changed);
    let estimate = estimate.map(|date| NewEstimate { date, reason: &reason });
    match event {
        Some(OrderEvent::Arrived) => arrived(caas, tx, &mut order, notice).await?,
        Some(event) => {
            let data =
                serde_json::json!({ "factoryAt": notice.at, "said": notice.description.as_deref().map(shortened) });
            apply(caas, tx, &mut order, event, Cause { actor: Actor::FACTORY, data }).await?;
            let shipment = placing.tracking.as_ref().map(|tracking| &tracking.0);
            told::step(caas, tx, &order, before, notice.at, estimate.as_ref(), shipment).await?;
        }
        None => {
            save(caas, tx, &mut order).await?;
            orders::announce(tx, &order);
            if let Some(estimate) = &estimate {
                told::new_estimate(caas, tx, &order, notice.at, estimate).await?;
            }
        }
    }
    Ok(true)
}

fn note_state(placing: &mut FactoryPlacing, notice: &FactoryNotice) {
    placing.last_status = Some(notice.status.to_string());
    placing.last_status_at = Some(notice.at);
}

/// Learns which car it is. `false` when that can't be: no VIN at all, another than the one that is known, or the VIN of
/// a car that is somebody's already, which is never taken from them (promise 6).
async fn take_vin(caas: &Caas, tx: &mut Tx, order: &mut Order, notice: &FactoryNotice) -> Result<bool> {
    let Some(vin) = notice.vin.as_deref() else { return Ok(true) };
    let known =
        sql!(tx, optional(crate::kernel::ids::VehicleId, String), "SELECT id, vin FROM vehicles WHERE vin = $1", vin)?;
    match (order.vehicle_id, known) {
        (Some(ours), Some((id, _))) if ours == id => Ok(true),
        (None, None) if is_vin(vin) => {
            order.vehicle_id = Some(stock::being_built(caas, tx, order, vin).await?);
            words::keep(tx, order).await?;
            Ok(true)
        }
        _ => {
            tracing::warn!(order = %order.id, "factory_names_another_car");
            Ok(false)
        }
    }
}

fn take_shipment(placing: &mut FactoryPlacing, notice: &FactoryNotice) {
    if let Some(shipment) = &notice.shipment
        && placing.tracking_at.is_none_or(|known| known < notice.at)
    {
        placing.tracking = Some(Json(shipment.clone()));
        placing.tracking_at = Some(notice.at);
    }
}

/// Keeps a newer estimate. Whether the date has changed.
async fn take_estimate(
    caas: &Caas,
    tx: &mut Tx,
    placing: &mut FactoryPlacing,
    order: &mut Order,
    notice: &FactoryNotice,
    reason: &str,
) -> Result<bool> {
    let Some(date) = notice.estimated_date.as_deref() else { return Ok(false) };
    if placing.estimate_at.is_some_and(|known| known >= notice.at) {
        return Ok(false);
    }
    placing.estimate_at = Some(notice.at);
    estimates::note(caas, tx, order, date, reason, ToldBy::Factory).await
}

/// Why a date changed: in the factory's words, else as far as the message shows it.
fn reason(notice: &FactoryNotice, back_to_production: bool) -> String {
    match notice.description.as_deref().map(str::trim) {
        Some(said) if !said.is_empty() => shortened(said),
        _ if back_to_production => estimates::REWORK.to_owned(),
        _ => estimates::UNSAID.to_owned(),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_REASON).collect()
}

/// The car stands at the dealership: the customer is asked for the rest.
async fn arrived(caas: &Caas, tx: &mut Tx, order: &mut Order, notice: &FactoryNotice) -> Result<()> {
    stock::arrived(caas, tx, order).await?;
    let data = serde_json::json!({ "factoryAt": notice.at });
    apply(caas, tx, order, OrderEvent::Arrived, Cause { actor: Actor::FACTORY, data }).await?;
    payment::request_final(caas, tx, order).await
}
