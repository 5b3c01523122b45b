//! The signed-in customer's cars, and the one that offers are looked at for.

use crate::web::{Refusal, Role, WebContext};
use caas::catalogue::rules::{VehicleFacts, offer_availability};
use caas::catalogue::{Market, Offer, Service};
use caas::kernel::error::Result;
use caas::maintenance::{Upkeep, Workshop};
use caas::purchases::service::vehicle_facts;
use caas::vehicles::{Vehicle, vehicles_of};

/// The cars of whoever is signed in; none for visitors and staff.
#[derive(Clone, Debug, Default)]
pub struct Cars {
    /// All of them, in the order they were bought.
    pub all: Vec<Vehicle>,
    /// The one that was asked for.
    pub chosen: Option<Car>,
}

/// A car with what decides about offers.
#[derive(Clone, Debug)]
pub struct Car {
    /// The car.
    pub vehicle: Vehicle,
    /// What decides about offers.
    pub facts: VehicleFacts,
    /// Its maintenance, which decides too.
    pub upkeep: Upkeep,
    /// Where it is looked after.
    pub workshop: Option<Workshop>,
}

impl Car {
    /// Whether an offer of a service can be bought for it now, as far as is known.
    pub fn can_have(&self, offer: &Offer, service: &Service) -> bool {
        offer_availability(offer, service, &self.facts).is_available() && self.upkeep.gate(service).closed().is_none()
    }
}

impl Cars {
    /// Reads them. `wanted` is the id in the address; a car that is not theirs is as good as none.
    pub async fn of(web: &WebContext, wanted: &str) -> Result<Cars, Refusal> {
        Cars::read(web, |all| all.iter().find(|vehicle| vehicle.id.to_string() == wanted)).await
    }

    /// The same; where none was asked for, or another's, the first one stands in.
    pub async fn of_or_first(web: &WebContext, wanted: &str) -> Result<Cars, Refusal> {
        Cars::read(web, |all| all.iter().find(|vehicle| vehicle.id.to_string() == wanted).or(all.first())).await
    }

    async fn read(web: &WebContext, choose: impl Fn(&[Vehicle]) -> Option<&Vehicle>) -> Result<Cars, Refusal> {
        let Some(user) = web.user.as_ref().filter(|user| user.role == Role::Customer) else {
            return Ok(Cars::default());
        };
        let mut tx = web.caas.db.read().await?;
        let all = vehicles_of(&mut tx, user.id).await?;
        let chosen = match choose(&all).cloned() {
            Some(vehicle) => {
                let facts = vehicle_facts(&mut tx, &vehicle, &user.country).await?;
                let upkeep = Upkeep::of(&web.caas, &mut tx, vehicle.id, &user.time_zone).await?;
                let workshop = Workshop::of(&mut tx, vehicle.id).await?;
                Some(Car { vehicle, facts, upkeep, workshop })
            }
            None => None,
        };
        Ok(Cars { all, chosen })
    }
}

/// Whose prices hold: the customer's country, or what a visitor chose, or Spain.
/// `None` for a customer who lives where nothing is sold.
pub fn market_of(web: &WebContext, chosen: Option<Market>) -> Option<Market> {
    match &web.user {
        Some(user) => Market::of_country(&user.country),
        None => Some(chosen.unwrap_or(Market::Es)),
    }
}
