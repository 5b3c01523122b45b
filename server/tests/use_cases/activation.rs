//! The engine's attempts: ask first, wait the right time, give up at the right moment (rulebook §6).

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas_sandbox::{Connectivity, DrivingState, ErrorCode, Fault, FaultRule, Operation};
use chrono::TimeDelta;

/// Seconds from one attempt to the next.
async fn waits(scene: &Scene, id: caas::kernel::ids::ActivationId) -> Vec<i64> {
    let attempts = scene.attempts(id).await;
    attempts.windows(2).map(|pair| (pair[1].attempt_timestamp - pair[0].attempt_timestamp).num_seconds()).collect()
}

#[tokio::test]
async fn a_car_that_is_away_driving_or_asleep_gets_no_command_and_is_asked_again_in_time() {
    for engine in Engine::all() {
        for (condition, code) in [
            (Fault::Offline, "VEHICLE_OFFLINE"),
            (Fault::Driving, "VEHICLE_DRIVING"),
            (Fault::PoweredOff, "VEHICLE_POWERED_OFF"),
        ] {
            let mut scene = Scene::new(engine).await;
            scene.car(condition);
            let id = scene.order(SEATS).await;
            scene.until(id, ActivationState::AwaitingSupportResolution).await;
            let attempts = scene.attempts(id).await;
            assert_eq!(waits(&scene, id).await, [60, 120, 240, 480]);
            assert!(attempts.iter().all(|a| !a.ota_command_sent && a.vehicle_status_at_attempt.is_some()));
            assert!(attempts.iter().all(|a| a.ota_response_code.as_deref() == Some(code)));
            let results: Vec<_> = attempts.iter().map(|a| a.attempt_result.clone().unwrap()).collect();
            assert_eq!(results, ["FAILED_RETRY", "FAILED_RETRY", "FAILED_RETRY", "FAILED_RETRY", "FAILED_ESCALATE"]);
            assert_eq!((scene.commands(SEATS), scene.calls(Operation::Activate)), (0, 0));
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_list_of_delays_replaces_the_formula() {
    for engine in Engine::all() {
        let mut scene =
            Scene::with(engine, &[("CAAS_OTA_BACKOFF_LIST", "10,20,300"), ("CAAS_OTA_MAX_RETRY_ATTEMPTS", "6")]).await;
        scene.drives();
        let id = scene.order(SEATS).await;
        scene.until(id, ActivationState::AwaitingSupportResolution).await;
        assert_eq!(waits(&scene, id).await, [10, 20, 300, 300, 300]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn no_attempt_is_planned_after_the_deadline() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "100")]).await;
        scene.world().set_connectivity(&scene.vin, Connectivity::Offline);
        let id = scene.order(SEATS).await;
        let activation = scene.until(id, ActivationState::AwaitingSupportResolution).await;
        assert!(scene.app.now() <= activation.deadline_at.unwrap());
        assert!(scene.app.now() >= activation.deadline_at.unwrap() - TimeDelta::hours(1));
        scene.live(TimeDelta::hours(30)).await;
        assert_eq!(scene.money(id).await, "FAILED_NO_CHARGE/NONE");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_server_that_slept_past_the_deadline_gives_up_without_a_command() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.drives();
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.world().set_operation(&scene.vin, DrivingState::Parked);
        scene.pass(TimeDelta::hours(25)).await;
        assert_eq!((scene.state(id).await, scene.commands(SEATS)), ("AWAITING_SUPPORT_RESOLUTION", 0));
        assert_eq!(scene.activation(id).await.last_failure.as_deref(), Some("DEADLINE"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_car_comes_back_and_the_next_attempt_succeeds() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.drives();
        let id = scene.order(SEATS).await;
        scene.seconds(60).await;
        scene.world().set_operation(&scene.vin, DrivingState::Parked);
        scene.until(id, ActivationState::Active).await;
        let attempts = scene.attempts(id).await;
        assert_eq!((attempts.len(), scene.commands(SEATS)), (3, 1));
        assert_eq!(attempts[2].attempt_result.as_deref(), Some("SUCCESS"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_refusal_that_passes_is_tried_again() {
    for engine in Engine::all() {
        for code in [
            ErrorCode::VehicleOffline,
            ErrorCode::VehicleBusy,
            ErrorCode::VehicleDriving,
            ErrorCode::VehiclePoweredOff,
            ErrorCode::Timeout,
        ] {
            let mut scene = Scene::new(engine).await;
            scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::Nack { code }).times(1));
            let id = scene.order(SEATS).await;
            scene.run().await;
            assert_eq!(scene.state(id).await, "RETRY_SCHEDULED", "{code:?}");
            assert_eq!(scene.activation(id).await.next_attempt_at, Some(scene.app.now() + TimeDelta::seconds(60)));
            assert!(scene.attempts(id).await[0].ota_command_sent);
            scene.until(id, ActivationState::Active).await;
            assert_eq!(scene.commands(SEATS), 2);
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_refusal_that_never_passes_goes_to_support_at_once() {
    for engine in Engine::all() {
        for (code, asynchronous) in [
            (ErrorCode::ConfigConflict, false),
            (ErrorCode::UnsupportedFirmware, false),
            (ErrorCode::ModuleFault, false),
            (ErrorCode::UnknownService, false),
            (ErrorCode::ModuleFault, true),
        ] {
            let mut scene = Scene::new(engine).await;
            scene.car(if asynchronous { Fault::AsyncFailure { code } } else { Fault::Nack { code } });
            let id = scene.order(SEATS).await;
            scene.seconds(3).await;
            assert_eq!((scene.state(id).await, scene.commands(SEATS)), ("AWAITING_SUPPORT_RESOLUTION", 1), "{code:?}");
            assert_eq!(scene.money(id).await, "FAILED_NO_CHARGE/NONE");
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_failure_told_later_is_tried_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        assert_eq!(scene.state(id).await, "RETRY_SCHEDULED");
        assert_eq!(scene.activation(id).await.next_attempt_at, Some(scene.app.now() + TimeDelta::seconds(60)));
        scene.until(id, ActivationState::Active).await;
        assert_eq!(scene.commands(SEATS), 2);
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_a_time_out_the_car_is_asked_first_and_no_second_command_is_sent() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::NoCallback);
        let id = scene.order(SEATS).await;
        scene.seconds(119).await;
        assert_eq!(scene.state(id).await, "ATTEMPT_IN_PROGRESS");
        scene.seconds(1).await;
        assert_eq!((scene.state(id).await, scene.commands(SEATS)), ("ACTIVE", 1));
        assert_eq!(scene.money(id).await, "CHARGED/PENDING");
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_a_time_out_without_success_the_next_attempt_is_planned() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::NoCallback).times(1));
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let id = scene.order(SEATS).await;
        scene.seconds(120).await;
        assert_eq!(scene.state(id).await, "RETRY_SCHEDULED");
        assert_eq!(scene.attempts(id).await[0].ota_response_code.as_deref(), Some("TIMEOUT"));
        scene.until(id, ActivationState::Active).await;
        assert_eq!(scene.commands(SEATS), 2);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_command_whose_answer_was_lost_is_not_sent_twice() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(1));
        let id = scene.order(SEATS).await;
        scene.until(id, ActivationState::Active).await;
        assert_eq!((scene.commands(SEATS), scene.attempts(id).await.len()), (1, 1));
        scene.proven().await;
    }
}

#[tokio::test]
async fn one_car_takes_one_command_at_a_time_and_waiting_for_it_uses_up_nothing() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let (seats, audio) = (scene.order(SEATS).await, scene.order(AUDIO).await);
        scene.run().await;
        assert_eq!(scene.world().commands().len(), 1);
        scene.until(seats, ActivationState::Active).await;
        scene.until(audio, ActivationState::Active).await;
        assert_eq!((scene.attempts(seats).await.len(), scene.attempts(audio).await.len()), (1, 1));
        assert_eq!(
            (scene.activation(seats).await.total_attempts, scene.activation(audio).await.total_attempts),
            (1, 1)
        );
        scene.proven().await;
    }
}
