//! When the engine gives up: money back, a person with everything in hand, and the customer told the truth.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation};
use chrono::TimeDelta;

#[tokio::test]
async fn five_failed_attempts_cost_nothing_and_hand_over_the_whole_package() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: ErrorCode::VehicleBusy });
        let id = scene.order(SEATS).await;
        let activation = scene.until(id, ActivationState::AwaitingSupportResolution).await;
        assert_eq!((activation.total_attempts, activation.final_result.as_deref()), (5, Some("FAILED_NO_CHARGE")));
        assert_eq!(
            (scene.money(id).await.as_str(), scene.bank_status(id).await),
            ("FAILED_NO_CHARGE/NONE", PaymentStatus::Cancelled)
        );
        assert_eq!((scene.calls(Operation::CapturePayment), scene.calls(Operation::CancelPayment)), (0, 1));

        let tickets = scene.tickets(id).await;
        assert_eq!(
            (tickets.len(), tickets[0].number.as_str(), tickets[0].reason.as_str()),
            (1, "OTA-000001", "VEHICLE_BUSY")
        );
        assert_eq!(tickets[0].first_answer_due_at, tickets[0].created_at + TimeDelta::hours(24));
        let package = scene.package(id).await;
        for member in
            ["attempts", "configuration", "offer", "orderedAt", "vehicle", "customer", "payment", "diagnostics"]
        {
            assert!(!package[member].is_null(), "the package lacks {member}");
        }
        assert_eq!(package["attempts"].as_array().unwrap().len(), 5);
        let attempt = &package["attempts"][4];
        assert_eq!((&attempt["code"], &attempt["result"]), (&"VEHICLE_BUSY".into(), &"FAILED_ESCALATE".into()));
        assert!(attempt["vehicleStatus"]["connectivity"].is_string());
        assert_eq!(package["configuration"]["service_code"], SEATS);
        assert_eq!(
            (&package["vehicle"]["model"], &package["vehicle"]["firmware"]),
            (&"LINCE".into(), &"4.10.2".into())
        );
        assert_eq!(package["customer"]["email"], "cliente@demo.caas.example");
        assert!(package["vehicle"]["purchasedAt"].is_string());
        assert!(package["diagnostics"]["network"]["latencyMs"].is_number());
        let text = package.to_string();
        let token =
            caas::payments::methods::list(&mut scene.read().await, scene.customer).await.unwrap()[0].token.clone();
        for secret in [token.as_str(), "4242", "idempotency", "password", "caas-authorise"] {
            assert!(!text.contains(secret), "the package holds {secret}");
        }

        let told: [(&str, &str, &[&str]); 2] = [
            ("OTA_FAILED", "no se te ha cobrado", &["EMAIL", "IN_APP", "PUSH"]),
            ("TICKET_CREATED", "OTA-000001", &["EMAIL", "IN_APP"]),
        ];
        for (event, within, channels) in told {
            let said = scene.said(event).await;
            assert_eq!(said.iter().map(|s| s.channel.as_str()).collect::<Vec<_>>(), channels);
            for message in said {
                let all = format!("{} {}", message.subject, message.text);
                assert!(all.to_lowercase().contains(&within.to_lowercase()), "{event}: {all}");
                assert!(!all.to_lowercase().contains("reembols"), "a reversed hold is no refund: {all}");
                // There is no device to push to.
                assert_eq!(message.status, if message.channel == "PUSH" { "SKIPPED" } else { "SENT" });
            }
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_bank_that_is_away_for_an_hour_gets_the_reversal_later_and_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
        let id = scene.order(SEATS).await;
        scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::CancelPayment));
        scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::GetPayment));
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!(
            (scene.money(id).await.as_str(), scene.bank_status(id).await),
            ("HELD_FOR_ACTIVATION/NONE", PaymentStatus::Authorized)
        );
        scene.world().clear_faults();
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!(
            (scene.money(id).await.as_str(), scene.bank_status(id).await),
            ("FAILED_NO_CHARGE/NONE", PaymentStatus::Cancelled)
        );
        let done = scene
            .world()
            .calls_seen()
            .iter()
            .filter(|c| c.operation == Operation::CancelPayment && c.status == Some(200))
            .count();
        assert_eq!(done, 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_reversal_whose_answer_was_lost_is_one_reversal() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::CancelPayment).times(1));
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(
            (scene.money(id).await.as_str(), scene.bank_status(id).await),
            ("FAILED_NO_CHARGE/NONE", PaymentStatus::Cancelled)
        );
        assert_eq!(scene.calls(Operation::CancelPayment), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_capture_whose_answer_was_lost_is_one_capture() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::CapturePayment).times(1));
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(2)).await;
        assert_eq!(
            (scene.money(id).await.as_str(), scene.bank_status(id).await),
            ("CHARGED/PENDING", PaymentStatus::Captured)
        );
        assert_eq!(scene.calls(Operation::CapturePayment), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_hold_that_lapsed_before_the_capture_leaves_the_service_and_the_cost_is_ours() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::CapturePayment));
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "HELD_FOR_ACTIVATION/NONE"));
        scene.pass(TimeDelta::days(8)).await;
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CANCELLED/ABSORBED"));
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Expired);
        assert!(scene.car_has(SEATS));
        scene.proven().await;
    }
}

#[tokio::test]
async fn without_diagnostics_the_ticket_is_opened_all_the_same() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
        scene.fault(FaultRule::iot(Fault::Outage).on(Operation::Diagnostics));
        let id = scene.order(SEATS).await;
        scene.until(id, ActivationState::AwaitingSupportResolution).await;
        assert!(scene.package(id).await["diagnostics"]["unavailable"].is_string());
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_api_iot_does_not_know_is_a_case_for_support() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut settings = scene.world().iot_settings();
        settings.accept_unknown_vins = None;
        scene.world().set_iot_settings(settings);
        scene.world().reset();
        let method = scene.pays_with(caas_sandbox::TestCard::GoodVisa).await;
        let mut form = scene.form(SEATS, caas::catalogue::OfferKind::Permanent).await;
        form.method = Some(method);
        let id = scene.place(&form).await.unwrap().activation;
        scene.run().await;
        assert_eq!(scene.state(id).await, "AWAITING_SUPPORT_RESOLUTION");
        assert_eq!(scene.activation(id).await.last_failure.as_deref(), Some("UNKNOWN_VEHICLE"));
        scene.proven().await;
    }
}
