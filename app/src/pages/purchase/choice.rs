//! What is about to be bought: the offer, the customer's cars, and what decides.

use crate::web::{CurrentUser, Refusal, Role, WebContext};
use caas::activation::repository::open_one;
use caas::catalogue::rules::{Availability, VehicleFacts, offer_availability};
use caas::catalogue::{Offer, OfferKind, OfferPrice, Service, repository as catalogue};
use caas::kernel::ids::{ActivationId, OfferId};
use caas::kernel::money::Money;
use caas::maintenance::model::Gate;
use caas::maintenance::{Upkeep, Workshop};
use caas::payments::methods::{self, PaymentMethod};
use caas::purchases::discounts;
use caas::purchases::service::vehicle_facts;
use caas::vehicles::{Vehicle, vehicles_of};

/// One offer and whoever wants it.
pub(super) struct Choice {
    pub customer: CurrentUser,
    pub service: Service,
    pub offer: Offer,
    /// The customer's ways to pay, the default first.
    pub methods: Vec<PaymentMethod>,
    /// All cars of the customer.
    pub cars: Vec<Vehicle>,
    /// The one it is for; none while the customer has no car.
    pub car: Option<ChosenCar>,
}

/// The car an offer is for.
pub(super) struct ChosenCar {
    pub vehicle: Vehicle,
    pub availability: Availability,
    /// What it costs for this car's owner, with the discount that support gave.
    pub price: Option<OfferPrice>,
    /// The discount in that price, in percent, and the price without it.
    pub discount: Option<(i64, Money)>,
    /// The order of the same service that is under way or running.
    pub ordered: Option<ActivationId>,
    /// Its maintenance.
    pub upkeep: Option<Upkeep>,
    /// Where it is looked after.
    pub workshop: Option<Workshop>,
}

impl ChosenCar {
    /// What its maintenance says to the service.
    pub fn gate(&self, service: &Service) -> Gate {
        self.upkeep.as_ref().map_or_else(|| Gate::Open(Vec::new()), |upkeep| upkeep.gate(service))
    }
}

impl Choice {
    /// Reads everything at one moment, from the database rather than from memory: the price shown here is agreed to.
    pub async fn read(web: &WebContext) -> Result<Choice, Refusal> {
        let customer = web.require_role(&[Role::Customer])?.clone();
        let id: OfferId = web.param_as("offer")?;
        let mut tx = web.caas.db.read().await?;
        let (service, offer) = catalogue::offer(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
        let cars = vehicles_of(&mut tx, customer.id).await?;
        let methods = methods::list(&mut tx, customer.id).await?;
        let wanted = web.query("coche").filter(|id| !id.is_empty());
        let mut car: Option<ChosenCar> = None;
        for vehicle in &cars {
            if wanted.as_ref().is_some_and(|wanted| *wanted != vehicle.id.to_string()) {
                continue;
            }
            let facts = vehicle_facts(&mut tx, vehicle, &customer.country).await?;
            let judged = judge(vehicle, &facts, &service, &offer);
            // Where none was named, the first car that can have it stands in, or else the first.
            if car.is_none() || judged.availability.is_available() {
                let found = judged.availability.is_available();
                car = Some(judged);
                if found {
                    break;
                }
            }
        }
        if wanted.is_some() && car.is_none() {
            return Err(Refusal::Hidden("vehicle"));
        }
        if let Some(car) = &mut car {
            if !service.required_blocks.is_empty() {
                car.upkeep = Some(Upkeep::of(&web.caas, &mut tx, car.vehicle.id, &customer.time_zone).await?);
                car.workshop = Workshop::of(&mut tx, car.vehicle.id).await?;
            }
            let open = open_one(&mut tx, car.vehicle.id, service.id).await?;
            car.ordered = open.filter(|open| open.customer_id == customer.id).map(|open| open.id);
            let discount = discounts::open_for(&mut tx, customer.id, service.id, web.caas.now()).await?;
            if let (Some(discount), Some(price)) = (discount.filter(|one| one.applies_to(offer.kind)), &mut car.price) {
                car.discount = Some((discount.percent, price.amount));
                price.amount = discount.reduced(price.amount);
            }
        }
        Ok(Choice { customer, service, offer, methods, cars, car })
    }

    /// Whether it is billed month after month.
    pub fn is_subscription(&self) -> bool {
        self.offer.kind == OfferKind::Subscription
    }

    /// Whether it lasts so briefly that, once delivered, there is no withdrawal.
    pub fn is_short(&self) -> bool {
        self.offer.days.is_some_and(|days| days <= 14)
    }
}

fn judge(vehicle: &Vehicle, facts: &VehicleFacts, service: &Service, offer: &Offer) -> ChosenCar {
    ChosenCar {
        vehicle: vehicle.clone(),
        availability: offer_availability(offer, service, facts),
        price: facts.market.and_then(|market| offer.price(market)),
        discount: None,
        ordered: None,
        upkeep: None,
        workshop: None,
    }
}
