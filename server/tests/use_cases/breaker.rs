//! An outside system that fails again and again is given a rest (rulebook §6, §13).

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::breaker::{BreakerState, System, state};
use caas::catalogue::OfferKind;
use caas::kernel::ids::ActivationId;
use caas::vehicles::{NewVehicle, enter_delivered};
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{Fault, FaultRule, Operation, VehicleSpec, Vin};
use chrono::TimeDelta;

const RETRIES: &[(&str, &str)] = &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "8")];

async fn breaker(scene: &Scene, system: System) -> BreakerState {
    state(&mut scene.read().await, system).await.unwrap().0
}

/// More cars of the same customer, each with an order.
async fn fleet(scene: &mut Scene, count: usize) -> Vec<ActivationId> {
    let caas = scene.caas();
    let mut orders = Vec::new();
    for n in 0..count {
        let vin = format!("VSSZZZLNCTR9{n:05}");
        let mut tx = caas.db.begin().await.unwrap();
        let new = NewVehicle {
            vin: &vin,
            model_code: "LINCE",
            colour: "BLUE",
            plate: None,
            firmware: "4.10.2",
            customer: scene.customer,
            dealership: None,
        };
        let vehicle = enter_delivered(&caas, &mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        scene.world().add_vehicles([VehicleSpec::new(Vin::parse(&vin).unwrap(), "LINCE", "4.10.2")]);
        let mut form = scene.form(SEATS, OfferKind::Permanent).await;
        form.vehicle = vehicle;
        orders.push(scene.place(&form).await.unwrap().activation);
        // The queue is by time of joining.
        scene.app.advance(TimeDelta::milliseconds(10));
    }
    orders
}

#[tokio::test]
async fn five_failures_of_api_iot_in_a_row_open_it_and_then_nothing_is_called() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, RETRIES).await;
        let outage = scene.fault(FaultRule::iot(Fault::Outage));
        let first = fleet(&mut scene, 5).await;
        scene.run().await;
        assert_eq!(breaker(&scene, System::Iot).await, BreakerState::Open);
        let calls = scene.calls(Operation::VehicleStatus);
        assert_eq!(calls, 5);
        let late = scene.order(AUDIO).await;
        scene.seconds(30).await;
        let activation = scene.activation(late).await;
        assert_eq!((scene.calls(Operation::VehicleStatus), activation.total_attempts), (calls, 0));
        assert_eq!((activation.state.as_str(), activation.delayed_since.is_some()), ("ACTIVATION_QUEUED", true));
        assert!(scene.attempts(late).await.is_empty());
        // One probe a minute, which uses up nothing.
        scene.live(TimeDelta::minutes(30)).await;
        let probes = scene.calls(Operation::VehicleStatus) - calls;
        assert!((28..=31).contains(&probes), "{probes} probes in half an hour");
        assert_eq!(scene.activation(late).await.total_attempts, 0);
        for id in &first {
            assert_eq!(scene.activation(*id).await.total_attempts, 1);
        }
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::minutes(3)).await;
        assert_eq!(breaker(&scene, System::Iot).await, BreakerState::Closed);
        for id in first.into_iter().chain([late]) {
            let activation = scene.activation(id).await;
            assert_eq!((activation.state.as_str(), activation.delayed_since), ("ACTIVE", None));
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn commands_that_fail_open_it_although_questions_are_answered() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, RETRIES).await;
        let outage = scene.fault(FaultRule::iot(Fault::Outage).on(Operation::Activate));
        let orders = fleet(&mut scene, 5).await;
        scene.run().await;
        assert_eq!((scene.calls(Operation::VehicleStatus), scene.calls(Operation::Activate)), (5, 5));
        assert_eq!(breaker(&scene, System::Iot).await, BreakerState::Open);
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!(breaker(&scene, System::Iot).await, BreakerState::Closed);
        for id in orders {
            assert_eq!(scene.activation(id).await.state.as_str(), "ACTIVE");
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_cars_say_never_opens_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::Nack { code: caas_sandbox::ErrorCode::VehicleBusy }));
        fleet(&mut scene, 8).await;
        scene.live(TimeDelta::minutes(10)).await;
        scene.world().clear_faults();
        scene.fault(FaultRule::iot(Fault::Offline));
        scene.order(AUDIO).await;
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!(breaker(&scene, System::Iot).await, BreakerState::Closed);
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_answer_in_between_starts_the_count_anew() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        for _ in 0..3 {
            scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(3));
            scene.order(SEATS).await;
            scene.live(TimeDelta::minutes(10)).await;
            assert_eq!(breaker(&scene, System::Iot).await, BreakerState::Closed);
            if scene.car_has(SEATS) {
                break;
            }
        }
        assert!(scene.car_has(SEATS));
        scene.proven().await;
    }
}

#[tokio::test]
async fn twenty_waiting_orders_are_let_go_one_by_one_in_their_order() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, RETRIES).await;
        scene.answers_at_once();
        let outage = scene.fault(FaultRule::iot(Fault::Outage));
        fleet(&mut scene, 5).await;
        scene.run().await;
        let caas = scene.caas();
        let mut waiting = Vec::new();
        for n in 0..20 {
            let vin = format!("VSSZZZLNCTR8{n:05}");
            let mut tx = caas.db.begin().await.unwrap();
            let new = NewVehicle {
                vin: &vin,
                model_code: "LINCE",
                colour: "RED",
                plate: None,
                firmware: "4.10.2",
                customer: scene.customer,
                dealership: None,
            };
            let vehicle = enter_delivered(&caas, &mut tx, &new).await.unwrap();
            tx.commit().await.unwrap();
            scene.world().add_vehicles([VehicleSpec::new(Vin::parse(&vin).unwrap(), "LINCE", "4.10.2")]);
            let mut form = scene.form(AUDIO, OfferKind::Permanent).await;
            form.vehicle = vehicle;
            waiting.push((scene.place(&form).await.unwrap().activation, vin));
            scene.seconds(1).await;
        }
        let before = scene.calls(Operation::VehicleStatus);
        assert_eq!(before, 5, "nobody is asked meanwhile");
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::seconds(50)).await;
        let expected: Vec<_> = waiting.iter().map(|(_, vin)| vin.clone()).collect();
        let audio: Vec<_> = scene.world().commands().into_iter().filter(|c| c.service_id == AUDIO).collect();
        let order: Vec<_> = audio.iter().map(|c| c.vin.to_string()).collect();
        assert_eq!(order, expected, "first come, first served");
        assert!(audio.windows(2).all(|pair| pair[1].at - pair[0].at >= TimeDelta::milliseconds(200)), "gently");
        for (id, _) in &waiting {
            let activation = scene.activation(*id).await;
            assert_eq!((activation.state.as_str(), activation.total_attempts), ("ACTIVE", 1));
        }
        scene.live(TimeDelta::minutes(5)).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_gateway_gets_its_rest_too_and_no_order_is_lost() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage));
        let orders = fleet(&mut scene, 6).await;
        scene.live(TimeDelta::seconds(30)).await;
        assert_eq!(breaker(&scene, System::Payments).await, BreakerState::Open);
        let calls = scene.world().calls_seen().len();
        scene.live(TimeDelta::seconds(20)).await;
        assert_eq!(scene.world().calls_seen().len(), calls, "nothing is called while it rests");
        scene.live(TimeDelta::minutes(20)).await;
        assert!(scene.world().calls_seen().len() - calls <= 25, "one probe a minute");
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(breaker(&scene, System::Payments).await, BreakerState::Closed);
        for id in orders {
            assert_eq!((scene.state(id).await, scene.bank_status(id).await), ("ACTIVE", PaymentStatus::Captured));
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_declined_card_says_nothing_about_the_gateway() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(caas_sandbox::TestCard::DoNotHonor).await;
        for _ in 0..7 {
            scene.order(SEATS).await;
            scene.run().await;
        }
        assert_eq!(breaker(&scene, System::Payments).await, BreakerState::Closed);
        scene.proven().await;
    }
}
