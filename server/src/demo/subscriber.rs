//! Elena, who pays by the month: one subscription with its invoices, and one whose charge has just failed.

use super::DemoCar;
use super::past::Past;
use caas::accounts;
use caas::catalogue::{Market, OfferKind, repository as catalogue};
use caas::kernel::error::{Failure, Result};
use caas::kernel::ids::{UserId, VehicleId};
use caas::kernel::locale::Locale;
use caas::payments::methods;
use caas::purchases::service::{Order, place};
use caas::vehicles::{self, NewVehicle};
use caas_sandbox::world::gateway::TestCard;

/// To sign in.
pub const EMAIL: &str = "elena@demo.caas.example";

/// Her cars. One is navigated by a subscription that is paid, the other by one that is not.
const CARS: [DemoCar; 2] = [
    DemoCar { vin: "VSSZZZTAJTR000601", model: "TAJO", colour: "GREEN", plate: "6204 MHB", firmware: "4.10.2" },
    DemoCar { vin: "VSSZZZBRSTR000602", model: "BRISA", colour: "WHITE", plate: "3318 LWK", firmware: "4.10.2" },
];

/// What she subscribes to.
const SERVICE: &str = "NAV_LIVE";

/// She and her cars.
pub(super) struct Subscriber {
    customer: UserId,
    cars: Vec<VehicleId>,
}

impl Past<'_> {
    /// She opens an account, with two cars and a card that is good.
    pub(super) async fn elena_arrives(&self) -> Result<Subscriber> {
        self.sandbox.add_vehicles(CARS.iter().filter_map(super::played));
        let mut tx = self.caas.db.begin().await?;
        let customer = accounts::add_demo_customer(self.caas, &mut tx, EMAIL, "Elena Prats").await?;
        let mut cars = Vec::new();
        for car in &CARS {
            let vehicle = NewVehicle {
                vin: car.vin,
                model_code: car.model,
                colour: car.colour,
                plate: Some(car.plate),
                firmware: car.firmware,
                customer,
                dealership: None,
            };
            cars.push(vehicles::enter_delivered(self.caas, &mut tx, &vehicle).await?);
        }
        let card = super::card(self.sandbox, customer, TestCard::GoodVisa);
        methods::add(self.caas, &mut tx, customer, &card).await?;
        tx.commit().await?;
        Ok(Subscriber { customer, cars })
    }

    /// She subscribes for one of her cars.
    pub(super) async fn elena_subscribes(&self, elena: &Subscriber, car: usize) -> Result<()> {
        let mut tx = self.caas.db.read().await?;
        let missing = || Failure::Stored("the demo's service by the month is not sold".to_owned());
        let service = catalogue::service_by_code(&mut tx, SERVICE).await?.ok_or_else(missing)?;
        let offer = service.offers.iter().find(|offer| offer.kind == OfferKind::Subscription).ok_or_else(missing)?;
        let method = methods::list(&mut tx, elena.customer).await?.first().map(|method| method.id);
        drop(tx);
        let order = Order {
            customer: elena.customer,
            vehicle: elena.cars[car],
            offer: offer.id,
            method,
            shown_price: offer.price(Market::Es).ok_or_else(missing)?.amount,
            purchase_key: format!("demo-{car}"),
            consents: true,
            maintenance_risk: false,
            locale: Locale::Es,
        };
        let placed = place(self.caas, &order).await?;
        placed.map_err(|refusal| Failure::Stored(format!("a subscription of the demo: {refusal:?}")))?;
        self.settle().await
    }

    /// She prefers another card, on which there is not enough money.
    pub(super) async fn elena_changes_cards(&self, elena: &Subscriber) -> Result<()> {
        let mut tx = self.caas.db.begin().await?;
        let card = super::card(self.sandbox, elena.customer, TestCard::InsufficientFunds);
        let method = methods::add(self.caas, &mut tx, elena.customer, &card).await?;
        tx.commit().await?;
        methods::make_default(self.caas, elena.customer, method).await?;
        self.settle().await
    }
}
