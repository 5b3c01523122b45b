//! What the customer sees of an order: facts ready for words, from one consistent reading.

use crate::activation::model::ActivationState;
use crate::activation::repository::{self as activations, Activation, Attempt};
use crate::expediente::repository::{Delivery, delivery_of};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, UserId};
use crate::payments::methods::{self, PaymentMethod};
use crate::payments::repository::{self as payments, Payment};
use crate::support;
use crate::vehicles::{self, Vehicle};

/// An order with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// The activation.
    pub activation: Activation,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// The car.
    pub vehicle: Vehicle,
    /// The money side; none for a subscription.
    pub payment: Option<Payment>,
    /// What it is paid with.
    pub method: Option<PaymentMethod>,
    /// The vehicle's word that it works: what a capture stands on.
    pub delivery: Option<Delivery>,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// The service's page.
    pub service_slug: String,
}

impl OrderView {
    /// Whether the customer may cancel: anything that is neither delivered nor over, and is not being cancelled already.
    pub fn can_cancel(&self) -> bool {
        let state = self.activation.state;
        let pending = state.is_under_way()
            || matches!(state, ActivationState::EscalatedToSupport | ActivationState::AwaitingSupportResolution)
            || state == ActivationState::ManualActivationAttempt;
        pending && !self.is_being_cancelled()
    }

    /// Whether the customer has cancelled while bank or car were being asked.
    pub fn is_being_cancelled(&self) -> bool {
        self.activation.cancel_wanted_at.is_some() && self.activation.activated_at.is_none()
    }
}

/// Reads an order of this customer; `None` when it does not exist or is somebody else's.
pub async fn order(tx: &mut Tx, customer: UserId, id: ActivationId) -> Result<Option<OrderView>> {
    let Some(activation) = activations::of_customer(tx, customer, id).await? else { return Ok(None) };
    let attempts = activations::attempts_of(tx, id).await?;
    let Some(vehicle) = vehicles::find(tx, activation.vehicle_id).await? else { return Ok(None) };
    let payment = match activation.payment_id {
        Some(id) => Some(payments::load(tx, id).await?),
        None => None,
    };
    let method = match &payment {
        Some(payment) => Some(methods::load(tx, payment.payment_method_id).await?),
        None => None,
    };
    let delivery = delivery_of(tx, id).await?;
    let ticket = match activation.ticket_id {
        Some(id) => support::number_of(tx, id).await?,
        None => None,
    };
    let (service_slug,) = sql!(tx, one(String,), "SELECT slug FROM services WHERE id = $1", activation.service_id)?;
    Ok(Some(OrderView { activation, attempts, vehicle, payment, method, delivery, ticket, service_slug }))
}
