//! A stolen car, as its owner settles it (rulebook §9): what support noted, and each service with what can be done about it.
//!
//! Nothing happens by itself: this only says what the customer may do, by the same use cases as always.

use crate::Caas;
use crate::activation::model::ActivationState;
use crate::activation::repository::{Activation, open_of_customer};
use crate::catalogue::OfferKind;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{UserId, VehicleId};
use crate::subscriptions::model::SubscriptionId;
use crate::subscriptions::repository as subscriptions;
use crate::ways_out::TheftSays;
use crate::withdrawal::model::Right;
use crate::withdrawal::view::Place;
use sqlx::FromRow;

/// More than any car has room for.
const MOST: i64 = 200;

/// What support noted of a car.
#[derive(Debug, Clone, FromRow)]
pub struct TheftNote {
    /// The car; `None` when it was noted without one.
    pub vehicle_id: Option<VehicleId>,
    /// Stolen, or back.
    #[sqlx(try_from = "String")]
    pub says: TheftSays,
    /// When.
    pub created_at: Timestamp,
}

/// What was noted last of a customer's car, also without naming one.
pub async fn latest_note(tx: &mut Tx, customer: UserId, vehicle: VehicleId) -> Result<Option<TheftNote>> {
    Ok(sql!(tx, optional TheftNote,
        "SELECT vehicle_id, says, created_at FROM theft_notes
         WHERE customer_id = $1 AND (vehicle_id = $2 OR vehicle_id IS NULL)
         ORDER BY created_at DESC, id DESC LIMIT 1", customer, vehicle)?)
}

/// A note as the people who help the customer read it.
#[derive(Debug, Clone, FromRow)]
pub struct NotedTheft {
    /// Stolen, or back.
    #[sqlx(try_from = "String")]
    pub says: TheftSays,
    /// What the customer told; for people of ours only.
    pub text: String,
    /// Who noted it.
    pub agent: String,
    /// Plate or VIN of the car; `None` when it was noted without one.
    pub car: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// What was noted of a customer's car, also without naming one, newest first; without a car, of all of theirs.
pub async fn notes_of(tx: &mut Tx, customer: UserId, vehicle: Option<VehicleId>) -> Result<Vec<NotedTheft>> {
    Ok(sql!(tx, all NotedTheft,
        "SELECT n.says, n.text, u.name AS agent, COALESCE(v.plate, v.vin) AS car, n.created_at
         FROM theft_notes n JOIN users u ON u.id = n.agent_id LEFT JOIN vehicles v ON v.id = n.vehicle_id
         WHERE n.customer_id = $1 AND (n.vehicle_id IS NULL OR n.vehicle_id = COALESCE($2, n.vehicle_id))
         ORDER BY n.created_at DESC, n.id DESC LIMIT 20", customer, vehicle)?)
}

/// What can be done about a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Not delivered yet: it can be cancelled, and nothing is charged.
    Cancel,
    /// Runs within the days of withdrawal: the money comes back.
    Withdraw {
        /// The end of the window.
        until: Timestamp,
    },
    /// The days of withdrawal are over.
    TooLate {
        /// When they were.
        since: Timestamp,
    },
    /// For 14 days or less, and delivered: consumed, as agreed.
    Consumed,
    /// It came with the car and cost nothing of its own.
    Included,
    /// A subscription, which can be cancelled; the current period is owed.
    Subscription {
        /// The subscription, once it has begun.
        id: Option<SubscriptionId>,
        /// Until when it can be withdrawn from instead, while that is possible.
        withdraw_until: Option<Timestamp>,
    },
}

/// The services of a car that are not over, each with what its customer can do about it.
pub async fn services(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    vehicle: VehicleId,
) -> Result<Vec<(Activation, Way)>> {
    let place = Place::of(tx, customer).await?;
    let now = caas.now();
    let open = open_of_customer(tx, customer, Some(vehicle), MOST).await?;
    let mut found = Vec::with_capacity(open.len());
    for activation in open {
        let mut way = way_of(&place, &activation, now);
        if let Way::Subscription { id, .. } = &mut way {
            *id = subscriptions::of_activation(tx, activation.id).await?.map(|subscription| subscription.id);
        }
        found.push((activation, way));
    }
    Ok(found)
}

fn way_of(place: &Place, activation: &Activation, now: Timestamp) -> Way {
    if activation.state != ActivationState::Active {
        return Way::Cancel;
    }
    let right = place.right(activation, now);
    if activation.offer_kind == OfferKind::Subscription {
        let withdraw_until = match right {
            Right::Open(window) => Some(window.ends_at),
            _ => None,
        };
        return Way::Subscription { id: None, withdraw_until };
    }
    match right {
        Right::Open(window) => Way::Withdraw { until: window.ends_at },
        Right::Over(window) => Way::TooLate { since: window.ends_at },
        Right::Performed => Way::Consumed,
        Right::WithTheCar | Right::NotDelivered | Right::Nothing => Way::Included,
    }
}
