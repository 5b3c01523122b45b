//! The click on the button, in this process or in one that dies of it.

use crate::crash::sale;
use caas::Caas;
use caas::catalogue::{Market, OfferKind, repository};
use caas::kernel::ids::{ActivationId, OrderId, PaymentMethodId, UserId};
use caas::kernel::locale::Locale;
use caas::kernel::rng::SystemRng;
use caas::payments::methods;
use caas::purchases::service::{Order, place};
use caas::sales::orders;
use caas::sales::payment::{CarPayment, pay};
use caas::sql;
use caas::vehicles;
use caas_sandbox::SandboxClock;
use caas_server::application::Application;
use caas_server::config::{Config, Reader};
use caas_server::demo::DEMO_CARS;
use caas_server::outside::SandboxOptions;
use std::sync::Arc;

/// Set in a process that is to click and nothing else: to what.
pub const CLICK_AND_DIE: &str = "CAAS_CRASH_TEST_CLICK";

/// The name of the test below.
pub const TEST_THAT_CLICKS: &str = "crash::place::clicks_when_it_is_asked_to";

/// To order a service.
pub const ORDER_SERVICE: &str = "ORDER_SERVICE";

/// To pay the señal of Tomás's new car.
pub const PAY_FOR_CAR: &str = "PAY_FOR_CAR";

/// What is bought.
const SERVICE: &str = "SEAT_HEATING";

/// The app with these settings, without its servers and runners.
pub async fn assemble(settings: Vec<(String, String)>) -> Application {
    let pairs = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let config = Config::read(&mut Reader::of(pairs)).unwrap();
    let sandbox = SandboxOptions { clock: SandboxClock::system(), snapshot: None, webhooks_to: None };
    Application::assemble(config, sandbox, Arc::new(SystemRng)).await.unwrap()
}

/// Orders heated seats for a month for the first demo car. Always the same form: the order is one.
pub async fn place_order(caas: &Caas) -> ActivationId {
    let mut tx = caas.db.read().await.unwrap();
    let vehicle = vehicles::find_by_vin(&mut tx, DEMO_CARS[0].vin).await.unwrap().unwrap();
    let (customer,) = sql!(&mut tx, one(UserId,), "SELECT customer_id FROM vehicles WHERE id = $1", vehicle).unwrap();
    let (method,) =
        sql!(&mut tx, one(PaymentMethodId,), "SELECT id FROM payment_methods WHERE customer_id = $1", customer)
            .unwrap();
    let service = repository::service_by_code(&mut tx, SERVICE).await.unwrap().unwrap();
    let offer = service.offers.iter().find(|offer| offer.kind == OfferKind::Temporary).unwrap();
    let order = Order {
        customer,
        vehicle,
        offer: offer.id,
        method: Some(method),
        shown_price: offer.price(Market::Es).unwrap().amount,
        purchase_key: "one form".to_owned(),
        consents: true,
        maintenance_risk: false,
        locale: Locale::Es,
    };
    drop(tx);
    place(caas, &order).await.unwrap().unwrap().activation
}

/// Pays for a car. Always the same form: a second click pays nothing more.
pub async fn pay_for_car(caas: &Caas, order: OrderId, which: CarPayment) {
    let mut tx = caas.db.read().await.unwrap();
    let customer = orders::load(&mut tx, order).await.unwrap().customer().unwrap();
    let method = methods::list(&mut tx, customer).await.unwrap()[0].id;
    drop(tx);
    pay(caas, customer, order, which, method, which.as_str()).await.unwrap().unwrap();
}

/// A test only when this program has started itself; else there is nothing to do.
#[tokio::test]
async fn clicks_when_it_is_asked_to() {
    let Ok(click) = std::env::var(CLICK_AND_DIE) else { return };
    let app = assemble(std::env::vars().collect()).await;
    match click.as_str() {
        ORDER_SERVICE => {
            place_order(&app.caas).await;
        }
        _ => {
            let order = sale::order_of(&app.caas, sale::TOMAS).await;
            pay_for_car(&app.caas, order, CarPayment::Reservation).await;
        }
    }
    panic!("it did not die");
}
