//! The same with the played factory over HTTP: requests, webhooks, mishaps.

use super::scene::*;
use crate::support::Engine;
use caas::sales::factory::queue::PlacingState;
use caas_sandbox::{Fault, FaultRule, Operation};
use chrono::TimeDelta;

#[tokio::test]
async fn a_month_passes_and_the_car_is_there() {
    for engine in Engine::all() {
        let mut scene = Scene::with_sandbox(engine).await;
        let id = scene.placed_order().await;
        scene.live(TimeDelta::days(26)).await;
        assert_eq!(scene.status(id).await, "AWAITING_FINAL_PAYMENT");
        let made = scene.app.sandbox().factory_orders();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].order_reference, id.to_string());
        let vin = made[0].vin.as_ref().unwrap().to_string();
        assert_eq!(scene.car(&vin).await.1, "AWAITING_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_answer_is_lost_and_the_factory_has_one_order() {
    for engine in Engine::all() {
        let mut scene = Scene::with_sandbox(engine).await;
        scene.app.sandbox().set_fault(FaultRule::factory(Fault::LostAnswer).on(Operation::PlaceOrder).times(2));
        let id = scene.paid_order().await;
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!((scene.status(id).await, scene.app.sandbox().factory_orders().len()), ("ORDER_PLACED", 1));
        assert_eq!(scene.placing(id).await.attempts, 3);
        scene.proven().await;
    }
}

#[tokio::test]
async fn mixed_messages_a_rework_and_a_late_date_end_at_the_dealership() {
    for engine in Engine::all() {
        let mut scene = Scene::with_sandbox(engine).await;
        for fault in [Fault::MixedCallbacks, Fault::QualityFailure, Fault::LateProduction { days: 3 }] {
            scene.app.sandbox().set_fault(FaultRule::factory(fault));
        }
        let id = scene.placed_order().await;
        scene.live(TimeDelta::days(34)).await;
        assert_eq!(scene.status(id).await, "AWAITING_FINAL_PAYMENT");
        assert!(scene.estimates(id).await.len() > 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_factory_rejects_or_stops() {
    for engine in Engine::all() {
        let mut scene = Scene::with_sandbox(engine).await;
        let reason = "Colour discontinued".to_owned();
        scene.app.sandbox().set_fault(FaultRule::factory(Fault::RejectOrder { reason }).times(1));
        let rejected = scene.paid_order().await;
        scene.run().await;
        assert_eq!(scene.status(rejected).await, "CANCELLED_FACTORY_REJECTED");
        assert_eq!(scene.placing(rejected).await.last_error.as_deref(), Some("Colour discontinued"));
        scene.app.sandbox().set_fault(FaultRule::factory(Fault::CancelOrder));
        let stopped = scene.placed_order().await;
        scene.live(TimeDelta::days(10)).await;
        assert_eq!(scene.status(stopped).await, "CANCELLED_FACTORY_REJECTED");
        assert_eq!(scene.placing(stopped).await.state, PlacingState::Cancelled);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_factory_is_down_for_an_hour() {
    for engine in Engine::all() {
        let mut scene = Scene::with_sandbox(engine).await;
        let outage = scene.app.sandbox().set_fault(FaultRule::factory(Fault::Outage));
        let mut ids = Vec::new();
        for _ in 0..7 {
            ids.push(scene.paid_order().await);
        }
        scene.live(TimeDelta::hours(1)).await;
        assert!(scene.app.sandbox().factory_orders().is_empty());
        scene.app.sandbox().clear_fault(outage);
        scene.live(TimeDelta::hours(1)).await;
        for id in ids {
            assert_eq!(scene.status(id).await, "ORDER_PLACED");
        }
        assert_eq!(scene.app.sandbox().factory_orders().len(), 7);
        scene.proven().await;
    }
}
