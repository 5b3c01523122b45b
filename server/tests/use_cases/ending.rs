//! The end of a temporary service, and what is never switched off (promise 8).

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::deactivation::{Reason, may_switch_off};
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas_sandbox::world::iot::model::CommandKind;
use caas_sandbox::{Connectivity, Fault, FaultRule, Operation};
use chrono::TimeDelta;

#[tokio::test]
async fn when_the_days_are_over_the_service_is_switched_off_and_the_customer_told() {
    for engine in Engine::all() {
        for at_once in [true, false] {
            let mut scene = Scene::new(engine).await;
            if at_once {
                scene.answers_at_once();
            }
            let id = scene.order_kind(SEATS, OfferKind::Temporary).await;
            scene.live(TimeDelta::seconds(10)).await;
            let activation = scene.activation(id).await;
            let end = activation.expires_at.unwrap();
            assert!(end >= activation.activated_at.unwrap() + TimeDelta::days(30), "no minute less than bought");
            assert!(end <= activation.activated_at.unwrap() + TimeDelta::days(30) + TimeDelta::minutes(2));
            let until_then = end - scene.app.now() - TimeDelta::seconds(1);
            scene.live(until_then).await;
            assert_eq!((scene.state(id).await, scene.car_has(SEATS)), ("ACTIVE", true));
            scene.live(TimeDelta::seconds(10)).await;
            assert_eq!((scene.state(id).await, scene.car_has(SEATS)), ("EXPIRED", false));
            assert_eq!(scene.said("SERVICE_ENDED").await.len(), 2);
            assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_car_that_is_away_at_the_end_is_tried_on_with_one_ticket() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order_kind(AUDIO, OfferKind::Temporary).await;
        scene.live(TimeDelta::days(29)).await;
        scene.world().set_connectivity(&scene.vin, Connectivity::Offline);
        scene.live(TimeDelta::days(2)).await;
        assert_eq!(scene.deactivations(id).await, [("TIME_OVER".to_owned(), "ESCALATED".to_owned())]);
        assert_eq!((scene.state(id).await, scene.tickets(id).await.len()), ("ACTIVE", 1));
        assert_eq!(scene.tickets(id).await[0].reason, "DEACTIVATION_VEHICLE_OFFLINE");
        assert_eq!(scene.calls(Operation::Deactivate), 0);
        scene.world().set_connectivity(&scene.vin, Connectivity::Online);
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!((scene.state(id).await, scene.tickets(id).await.len()), ("EXPIRED", 1));
        scene.proven().await;
    }
}

#[tokio::test]
async fn switching_off_with_lost_answers_refusals_and_silence_ends_well() {
    for engine in Engine::all() {
        for fault in [
            Fault::LostAnswer,
            Fault::Nack { code: caas_sandbox::ErrorCode::VehicleBusy },
            Fault::NoCallback,
            Fault::Outage,
            Fault::AsyncFailure { code: caas_sandbox::ErrorCode::VehicleBusy },
            Fault::DuplicateCallback { same_id: false },
        ] {
            let mut scene = Scene::new(engine).await;
            let id = scene.order_kind(SEATS, OfferKind::Temporary).await;
            scene.live(TimeDelta::minutes(1)).await;
            scene.pass(TimeDelta::days(29)).await;
            scene.fault(FaultRule::iot(fault.clone()).on(Operation::Deactivate).times(1));
            scene.live(TimeDelta::days(2)).await;
            assert_eq!((scene.state(id).await, scene.car_has(SEATS)), ("EXPIRED", false), "{fault:?}");
            assert_eq!(scene.said("SERVICE_ENDED").await.len(), 2);
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn the_service_can_be_bought_again_after_its_end() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let first = scene.order_kind(SEATS, OfferKind::Temporary).await;
        scene.live(TimeDelta::days(31)).await;
        let second = scene.order_kind(SEATS, OfferKind::Temporary).await;
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!((scene.state(first).await, scene.state(second).await), ("EXPIRED", "ACTIVE"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn neither_the_base_platform_nor_what_was_bought_for_ever_is_ever_switched_off() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let ids = [scene.order(SEATS).await, scene.order(AUDIO).await];
        scene.live(TimeDelta::minutes(1)).await;
        for _ in 0..8 {
            scene.pass(TimeDelta::days(100)).await;
        }
        for id in ids {
            assert_eq!(scene.state(id).await, "ACTIVE");
        }
        assert!(scene.car_has("BASE_PLATFORM"));
        let world = scene.world();
        assert!(world.commands().iter().all(|c| c.kind == CommandKind::Activate && c.service_id != "BASE_PLATFORM"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_one_gate_knows_each_state_kind_and_reason() {
    let mut scene = Scene::new(Engine::Sqlite).await;
    let id = scene.order_kind(SEATS, OfferKind::Temporary).await;
    let base = scene.activation(id).await;
    let now = scene.app.now();
    let soon = now + TimeDelta::seconds(1);
    for &state in ActivationState::ALL {
        for kind in [OfferKind::Temporary, OfferKind::Permanent, OfferKind::Subscription] {
            for expires in [None, Some(now), Some(soon)] {
                for activated in [None, Some(now)] {
                    let mut activation = base.clone();
                    (activation.state, activation.offer_kind) = (state, kind);
                    (activation.expires_at, activation.activated_at) = (expires, activated);
                    let over = state == ActivationState::Active && kind == OfferKind::Temporary && expires == Some(now);
                    assert_eq!(may_switch_off(&activation, Reason::TimeOver, now), over, "{state} {kind} {expires:?}");
                    let undo = activated.is_none() && (state.is_over() || state.is_with_support());
                    assert_eq!(may_switch_off(&activation, Reason::Compensation, now), undo, "{state} {activated:?}");
                    let active = state == ActivationState::Active;
                    let subscribed = active && kind == OfferKind::Subscription;
                    assert_eq!(may_switch_off(&activation, Reason::Suspension, now), subscribed, "{state} {kind}");
                    assert_eq!(
                        may_switch_off(&activation, Reason::SubscriptionOver, now),
                        subscribed,
                        "{state} {kind}"
                    );
                    // A withdrawal needs its customer's declaration.
                    assert!(!may_switch_off(&activation, Reason::Withdrawal, now), "{state} {kind}");
                    activation.withdrawal_id = Some(scene.caas().new_uuid());
                    assert_eq!(may_switch_off(&activation, Reason::Withdrawal, now), active, "{state} {kind}");
                }
            }
        }
    }
    scene.run().await;
    scene.seconds(3).await;
    scene.proven().await;
}
