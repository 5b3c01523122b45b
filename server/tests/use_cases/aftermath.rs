//! What the simulated world found: confirmations that nobody heard, cars that take their time, and a car left booked.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::purchases::cancel::Cancelled;
use caas_sandbox::{Fault, FaultRule, Operation};
use chrono::TimeDelta;

/// Cars take so many seconds to carry a command out.
fn cars_take(scene: &Scene, seconds: u32) {
    let mut settings = scene.world().iot_settings();
    settings.activation_latency_ms = seconds * 1_000;
    scene.world().set_iot_settings(settings);
}

/// The car does as it is told two hours later, and nobody is told; API IoT can't be asked when it should be.
async fn unheard(scene: &mut Scene) {
    cars_take(scene, 7_200);
    scene.car(Fault::NoCallback);
    scene.fault(FaultRule::iot(Fault::Outage).on(Operation::Diagnostics));
}

#[tokio::test]
async fn a_confirmation_that_nobody_heard_is_found_and_undone() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        unheard(&mut scene).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Outage).on(Operation::VehicleStatus).times(1));
        scene.live(TimeDelta::minutes(30)).await;
        assert!(scene.activation(id).await.state.is_with_support());
        assert_eq!(scene.deactivations(id).await, []);
        cars_take(&scene, 3);
        scene.world().clear_faults();
        scene.live(TimeDelta::hours(3)).await;
        assert!(!scene.car_has(SEATS));
        assert_eq!(scene.deactivations(id).await, [("COMPENSATION".to_owned(), "DONE".to_owned())]);
        assert_eq!(scene.money(id).await, "FAILED_NO_CHARGE/NONE");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_confirmation_under_an_id_we_never_learnt_has_the_car_asked_at_once() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        cars_take(&scene, 300);
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(1));
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Outage).on(Operation::VehicleStatus).times(1));
        scene.live(TimeDelta::minutes(4)).await;
        assert!(scene.activation(id).await.state.is_with_support());
        assert_eq!(scene.attempts(id).await[0].request_id, None);
        cars_take(&scene, 3);
        // The planned look is a good while off.
        scene.live(TimeDelta::seconds(90)).await;
        assert_eq!(scene.deactivations(id).await, [("COMPENSATION".to_owned(), "DONE".to_owned())]);
        assert!(!scene.car_has(SEATS));
        assert_eq!(scene.money(id).await, "FAILED_NO_CHARGE/NONE");
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_car_did_after_its_order_was_cancelled_is_undone_though_nobody_tells() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        unheard(&mut scene).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Outage).on(Operation::VehicleStatus).times(1));
        scene.until(id, ActivationState::RetryScheduled).await;
        assert_eq!(scene.cancel(id).await, Cancelled::Yes);
        cars_take(&scene, 3);
        scene.live(TimeDelta::hours(3)).await;
        assert!(!scene.car_has(SEATS));
        assert_eq!(scene.money(id).await, "CANCELLED/NONE");
        scene.world().clear_faults();
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_confirmation_that_nobody_heard_stays_when_the_service_has_been_bought_again() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        unheard(&mut scene).await;
        let first = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Outage).on(Operation::VehicleStatus).times(1));
        scene.live(TimeDelta::minutes(5)).await;
        cars_take(&scene, 3);
        scene.world().clear_faults();
        let second = scene.order(SEATS).await;
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!((scene.state(second).await, scene.car_has(SEATS)), ("ACTIVE", true));
        assert_eq!(scene.deactivations(first).await, []);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_takes_its_time_gets_all_of_the_days_that_were_bought() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        cars_take(&scene, 1_000);
        let id = scene.order_kind(SEATS, OfferKind::Temporary).await;
        scene.live(TimeDelta::hours(1)).await;
        let activation = scene.activation(id).await;
        assert!(activation.expires_at.unwrap() >= activation.activated_at.unwrap() + TimeDelta::days(30));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_switches_off_late_is_free_for_the_next_command() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let first = scene.order_kind(SEATS, OfferKind::Temporary).await;
        scene.live(TimeDelta::days(29)).await;
        // The first command to switch off is carried out while the second one is under way, which is told of never.
        cars_take(&scene, 400);
        scene.live(TimeDelta::days(2)).await;
        assert_eq!((scene.state(first).await, scene.car_has(SEATS)), ("EXPIRED", false));
        cars_take(&scene, 3);
        let second = scene.order(AUDIO).await;
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!(scene.state(second).await, "ACTIVE");
        scene.proven().await;
    }
}
