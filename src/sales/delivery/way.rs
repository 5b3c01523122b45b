//! How the car comes to its customer: to the door or by pick-up, as the sale said, and changed until the transport has it.

use super::model::DeliveryState;
use super::transport::{self, Delivery};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::OrderId;
use crate::sales::model::{DeliveryMode, OrderStatus};
use crate::sales::orders::{self, Order};
use crate::sales::who::Who;

codes! {
    /// Why the way was not changed.
    pub enum WayRefusal {
        /// No such order for this person.
        NotFound = "NOT_FOUND",
        /// The transport has its date, or the car is there.
        TooLate = "TOO_LATE",
    }
}

/// To which way an order can still be changed. While the transport company is being asked it can be called off; a
/// transport that the company has taken on can't (the contract knows no such request).
pub fn other_way(order: &Order, transport: Option<&Delivery>) -> Option<DeliveryMode> {
    let other = match order.delivery() {
        DeliveryMode::Home => DeliveryMode::PickUp,
        DeliveryMode::PickUp => DeliveryMode::Home,
    };
    match order.status {
        OrderStatus::ReadyForDelivery => {
            let is_asked = transport.is_some_and(|transport| transport.state == DeliveryState::Requested);
            is_asked.then_some(other)
        }
        OrderStatus::Draft
        | OrderStatus::DeliveryScheduled
        | OrderStatus::ReturnedToDealership
        | OrderStatus::Delivered => None,
        status if status.is_over() => None,
        _ => Some(other),
    }
}

/// Changes how the car comes. The same way again changes nothing.
pub async fn choose_way(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: OrderId,
    way: DeliveryMode,
) -> Result<std::result::Result<(), WayRefusal>> {
    let Some(mut order) = who.order_to_change(tx, order).await? else { return Ok(Err(WayRefusal::NotFound)) };
    if order.delivery() == way {
        return Ok(Ok(()));
    }
    let transport = transport::find(tx, order.id).await?;
    if other_way(&order, transport.as_ref()) != Some(way) {
        return Ok(Err(WayRefusal::TooLate));
    }
    order.delivery_mode = Some(way.to_string());
    orders::save(caas, tx, &mut order).await?;
    match transport {
        Some(transport) => transport::call_off(caas, tx, &order, transport, who.actor()).await?,
        None => transport::note(caas, tx, &order, who.actor(), serde_json::json!({ "way": way })).await?,
    }
    Ok(Ok(()))
}
