//! Callbacks come twice, late, early, under unknown ids, and after all is over: the first verdict counts.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation};
use chrono::TimeDelta;

#[tokio::test]
async fn told_twice_counts_once() {
    for engine in Engine::all() {
        for same_id in [true, false] {
            let mut scene = Scene::new(engine).await;
            scene.car(Fault::DuplicateCallback { same_id });
            let id = scene.order(SEATS).await;
            scene.live(TimeDelta::minutes(5)).await;
            assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
            assert_eq!((scene.calls(Operation::CapturePayment), scene.commands(SEATS)), (1, 1));
            assert_eq!(scene.said("SERVICE_ACTIVE").await.len(), 2);
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn told_before_the_answer_of_the_call_is_understood() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::EarlyCallback);
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_callback_under_an_id_we_never_learnt_is_matched_by_the_car() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(1));
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.attempts(id).await[0].request_id, None);
        scene.seconds(3).await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        assert!(scene.attempts(id).await[0].request_id.is_some());
        scene.proven().await;
    }
}

#[tokio::test]
async fn with_two_answers_lost_in_one_car_nothing_is_paid_before_the_car_was_asked() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(2));
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let silent = scene.car(Fault::NoCallback);
        let seats = scene.order(SEATS).await;
        scene.until(seats, ActivationState::RetryScheduled).await;
        scene.world().clear_fault(silent);
        let audio = scene.order(AUDIO).await;
        scene.run().await;
        let attempts = (scene.attempts(seats).await.remove(0), scene.attempts(audio).await.remove(0));
        assert_eq!((attempts.0.request_id, attempts.1.request_id, attempts.1.attempt_result), (None, None, None));
        // Of which of the two? The message names the car only.
        scene.ota_callback("req_of_either", "ACTIVATED").await;
        assert_eq!((scene.state(audio).await, scene.calls(Operation::CapturePayment)), ("ATTEMPT_IN_PROGRESS", 0));
        assert!(!scene.car_has(AUDIO));
        scene.until(audio, ActivationState::Active).await;
        scene.until(seats, ActivationState::Active).await;
        assert!(scene.car_has(AUDIO) && scene.car_has(SEATS));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_command_to_switch_on_is_not_confirmed_by_one_to_switch_off() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(1));
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.ota_callback("req_to_switch_off", "DEACTIVATED").await;
        assert_eq!(scene.attempts(id).await[0].request_id, None);
        scene.seconds(3).await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_stray_callback_from_before_is_never_taken_for_the_next_command() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.ota_callback("req_of_somebody_else", "ACTIVATED").await;
        scene.fault(FaultRule::iot(Fault::Hang).on(Operation::Activate).times(1));
        scene.seconds(1).await;
        // The command never arrives and has no id; the stray message is still being tried.
        scene.world().clear_faults();
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(1));
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        scene.car(Fault::NoCallback);
        let id = scene.order(SEATS).await;
        scene.seconds(2).await;
        assert_ne!(scene.state(id).await, "ACTIVE");
        assert_eq!(scene.calls(Operation::CapturePayment), 0);
        scene.until(id, ActivationState::Active).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_late_success_while_the_next_attempt_is_waited_for_is_the_success() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        // Told failed by mistake, then the car does it after all.
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        assert_eq!(scene.state(id).await, "RETRY_SCHEDULED");
        let request = scene.attempts(id).await[0].request_id.clone().unwrap();
        scene.ota_callback(&request, "ACTIVATED").await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(scene.commands(SEATS), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_late_success_of_an_earlier_attempt_ends_the_one_under_way_and_frees_the_car() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        let first = scene.attempts(id).await[0].request_id.clone().unwrap();
        scene.seconds(60).await;
        assert_eq!((scene.state(id).await, scene.commands(SEATS)), ("ATTEMPT_IN_PROGRESS", 2));
        scene.ota_callback(&first, "ACTIVATED").await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        assert!(scene.attempts(id).await.iter().all(|attempt| attempt.attempt_result.is_some()));
        // The second command's own callback changes nothing, and other services get their turn.
        let audio = scene.order(AUDIO).await;
        scene.until(audio, ActivationState::Active).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_the_final_failure_a_confirmation_is_never_paid_for_and_undone() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::LateCallback { seconds: 600 }).times(1));
        // The status query after the time-out sees nothing: API IoT is away just then.
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
        scene.seconds(120).await;
        assert_eq!(
            (scene.state(id).await, scene.money(id).await.as_str()),
            ("AWAITING_SUPPORT_RESOLUTION", "FAILED_NO_CHARGE/NONE")
        );
        assert!(scene.car_has(SEATS));
        scene.live(TimeDelta::minutes(30)).await;
        assert_eq!(scene.deactivations(id).await, [("COMPENSATION".to_owned(), "DONE".to_owned())]);
        assert!(!scene.car_has(SEATS));
        assert_eq!(
            (scene.calls(Operation::CapturePayment), scene.bank_status(id).await),
            (0, PaymentStatus::Cancelled)
        );
        assert_eq!(scene.notes().await, ["LATE_CONFIRMATION", "COMPENSATED"]);
        assert_eq!(scene.activation(id).await.activated_at, None);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_late_confirmation_before_there_is_a_ticket_stands_on_the_ticket_all_the_same() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::LateCallback { seconds: 120 }).times(1));
        let id = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
        scene.fault(FaultRule::iot(Fault::Error).on(Operation::Diagnostics).times(2));
        scene.seconds(120).await;
        assert_eq!(scene.state(id).await, "ESCALATED_TO_SUPPORT");
        scene.seconds(2).await;
        scene.seconds(1).await;
        assert_eq!(scene.deactivations(id).await.len(), 1);
        assert_eq!(scene.state(id).await, "ESCALATED_TO_SUPPORT");
        scene.live(TimeDelta::minutes(30)).await;
        assert!(!scene.car_has(SEATS));
        let mut notes = scene.notes().await;
        notes.sort();
        assert_eq!(notes, ["COMPENSATED", "LATE_CONFIRMATION"]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_late_confirmation_never_switches_off_what_a_newer_order_has_paid_for() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let first = scene.order(SEATS).await;
        scene.seconds(3).await;
        assert_eq!(scene.state(first).await, "AWAITING_SUPPORT_RESOLUTION");
        let request = scene.attempts(first).await[0].request_id.clone().unwrap();
        let second = scene.order(SEATS).await;
        scene.seconds(3).await;
        assert_eq!((scene.state(second).await, scene.money(second).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        scene.ota_callback(&request, "ACTIVATED").await;
        scene.live(TimeDelta::hours(2)).await;
        assert!(scene.car_has(SEATS), "what was paid for stays");
        assert_eq!(scene.deactivations(first).await, [("COMPENSATION".to_owned(), "DROPPED".to_owned())]);
        assert_eq!(scene.calls(Operation::Deactivate), 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_compensation_that_waits_for_the_car_gives_way_to_a_new_order() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::LateCallback { seconds: 300 }).times(1));
        let first = scene.order(SEATS).await;
        scene.run().await;
        scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
        scene.seconds(120).await;
        scene.fault(FaultRule::iot(Fault::Nack { code: ErrorCode::VehicleBusy }).on(Operation::Deactivate).times(1));
        scene.seconds(200).await;
        assert_eq!(scene.deactivations(first).await, [("COMPENSATION".to_owned(), "ESCALATED".to_owned())]);
        let second = scene.order(SEATS).await;
        scene.until(second, ActivationState::Active).await;
        scene.live(TimeDelta::hours(3)).await;
        assert!(scene.car_has(SEATS));
        assert_eq!(scene.deactivations(first).await, [("COMPENSATION".to_owned(), "DROPPED".to_owned())]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_a_cancellation_a_late_success_is_undone_too() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(
            FaultRule::vehicle(scene.vin.clone(), Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).times(1),
        );
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        let request = scene.attempts(id).await[0].request_id.clone().unwrap();
        assert_eq!(scene.cancel(id).await, caas::purchases::cancel::Cancelled::Yes);
        scene.ota_callback(&request, "ACTIVATED").await;
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("CANCELLED", "CANCELLED/NONE"));
        assert!(!scene.car_has(SEATS));
        scene.proven().await;
    }
}
