//! The click on the button, in this process or in one that dies of it.

use caas::Caas;
use caas::catalogue::{Market, OfferKind, repository};
use caas::kernel::ids::{ActivationId, PaymentMethodId, UserId};
use caas::kernel::locale::Locale;
use caas::kernel::rng::SystemRng;
use caas::purchases::service::{Order, place};
use caas::sales::vehicles;
use caas::sql;
use caas_sandbox::SandboxClock;
use caas_server::application::Application;
use caas_server::config::{Config, Reader};
use caas_server::demo::DEMO_CARS;
use caas_server::outside::SandboxOptions;
use std::sync::Arc;

/// Set in a process that is to place an order and nothing else.
pub const PLACE_AND_DIE: &str = "CAAS_CRASH_TEST_PLACE";

/// The name of the test below.
pub const TEST_THAT_PLACES: &str = "crash::place::places_an_order_when_it_is_asked_to";

/// What is bought.
const SERVICE: &str = "WINTER_TRACTION";

/// The app with these settings, without its servers and runners.
pub async fn assemble(settings: Vec<(String, String)>) -> Application {
    let pairs = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let config = Config::read(&mut Reader::of(pairs)).unwrap();
    let sandbox = SandboxOptions { clock: SandboxClock::system(), snapshot: None, webhooks_to: None };
    Application::assemble(config, sandbox, Arc::new(SystemRng)).await.unwrap()
}

/// Orders winter traction for a month for the first demo car. Always the same form: the order is one.
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
        locale: Locale::Es,
    };
    drop(tx);
    place(caas, &order).await.unwrap().unwrap().activation
}

/// A test only when this program has started itself; else there is nothing to do.
#[tokio::test]
async fn places_an_order_when_it_is_asked_to() {
    if std::env::var_os(PLACE_AND_DIE).is_some() {
        let app = assemble(std::env::vars().collect()).await;
        place_order(&app.caas).await;
        panic!("it did not die");
    }
}
