//! Services that come with the car.

use super::scene::*;
use crate::support::Engine;
use crate::use_cases::scenario::{AUDIO, NAVIGATION, SEATS};
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::ids::{ActivationId, OrderId};
use caas::sales::delivery::included;
use caas::sql;
use caas::vehicles;
use caas_sandbox::{ErrorCode, Fault, Operation, VehicleSpec, Vin};
use chrono::TimeDelta;

/// An order whose car the customer has just been given.
async fn handed_over(engine: Engine) -> (CarScene, OrderId) {
    let mut scene = CarScene::new(engine).await;
    // One for ever, one for some days, and one that no plan may include.
    let mut included = Vec::new();
    for (code, kind) in
        [(SEATS, OfferKind::Permanent), (AUDIO, OfferKind::Temporary), (NAVIGATION, OfferKind::Subscription)]
    {
        included.push(scene.offer(code, kind).await.id);
    }
    let caas = scene.caas();
    let plan = scene.plan;
    let mut tx = caas.db.begin().await.unwrap();
    sql!(&mut tx, execute "UPDATE plan_versions SET included_services = $1 WHERE id = $2", sqlx::types::Json(included), plan)
        .unwrap();
    tx.commit().await.unwrap();
    let order = scene.awaiting_the_rest().await;
    let car = scene.order(order).await.vehicle_id.unwrap();
    let mut tx = caas.db.begin().await.unwrap();
    // As the hand-over leaves the car.
    sql!(&mut tx, execute
        "UPDATE vehicles SET inventory_status = 'DELIVERED', purchased_at = $1, delivered_at = $1 WHERE id = $2",
        caas.now(), car)
    .unwrap();
    let found = vehicles::find(&mut tx, car).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let vin = Vin::parse(&found.vin).unwrap();
    scene.world().add_vehicles([VehicleSpec::new(vin.clone(), "LINCE", "4.10.2")]);
    scene.vehicle = car;
    scene.vin = vin;
    (scene, order)
}

async fn activate(scene: &CarScene, order: OrderId) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    let order = caas::sales::orders::load(&mut tx, order).await.unwrap();
    included::activate(&caas, &mut tx, &order).await.unwrap();
    tx.commit().await.unwrap();
}

async fn of_car(scene: &CarScene) -> Vec<(ActivationId, String)> {
    let mut tx = scene.read().await;
    sql!(
        &mut tx,
        all(ActivationId, String),
        "SELECT service_activation_id, current_state FROM service_activations WHERE vehicle_id = $1 ORDER BY service_activation_id",
        scene.vehicle
    )
    .unwrap()
}

#[tokio::test]
async fn they_are_switched_on_once_and_cost_nothing() {
    for engine in Engine::all() {
        let (mut scene, order) = handed_over(engine).await;
        let paid = scene.world().payments().len();
        activate(&scene, order).await;
        activate(&scene, order).await;
        let begun = of_car(&scene).await;
        assert_eq!(begun.len(), 2, "the subscription is not included");
        for (id, _) in &begun {
            let active = scene.until(*id, ActivationState::Active).await;
            assert_eq!((active.payment_id, active.amount_cents.0), (None, 0));
        }
        assert!(scene.car_has(SEATS) && scene.car_has(AUDIO));
        let said = scene.said("SERVICE_ACTIVE").await;
        let mails: Vec<_> = said.iter().filter(|said| said.channel == "EMAIL").collect();
        assert!(mails.len() == 2 && mails.iter().all(|mail| mail.text.contains("no se cobra nada")));
        assert!(said.iter().all(|said| !said.text.contains("cada mes") && !said.text.contains("Se cobran")));
        // The one for some days ends like any other; nobody is ever billed.
        scene.live(TimeDelta::days(35)).await;
        for _ in 0..12 {
            scene.pass(TimeDelta::days(31)).await;
        }
        assert_eq!((scene.world().payments().len(), scene.calls(Operation::CapturePayment)), (paid, 0));
        activate(&scene, order).await;
        assert_eq!(of_car(&scene).await.len(), 2);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_fails_is_escalated_and_it_stays_true_that_nothing_was_charged() {
    for engine in Engine::all() {
        let (mut scene, order) = handed_over(engine).await;
        scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
        activate(&scene, order).await;
        scene.live(TimeDelta::hours(1)).await;
        for (id, state) in of_car(&scene).await {
            assert_eq!(state, "AWAITING_SUPPORT_RESOLUTION");
            assert_eq!(scene.tickets(id).await.len(), 1);
        }
        let said = scene.said("OTA_FAILED").await;
        let mails: Vec<_> = said.iter().filter(|said| said.channel == "EMAIL").collect();
        assert!(!mails.is_empty() && mails.iter().all(|mail| mail.text.contains("No se te ha cobrado")));
        assert!(mails.iter().all(|mail| mail.status == "SENT" && !mail.text.contains("retención")));
        scene.proven().await;
    }
}

#[tokio::test]
async fn services_are_for_cars_that_were_handed_over() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let car = scene.order(order).await.vehicle_id.unwrap();
        let mut tx = scene.read().await;
        let own = vehicles::vehicles_of(&mut tx, scene.customer).await.unwrap();
        assert!(own.len() == 2 && own.iter().all(|own| own.id != car));
        assert!(vehicles::vehicle_of(&mut tx, scene.customer, car).await.unwrap().is_none());
        drop(tx);
        scene.vehicle = car;
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        assert!(scene.place(&form).await.is_err());
        scene.proven().await;
    }
}
