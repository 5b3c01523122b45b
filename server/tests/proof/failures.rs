//! The failure audit: a row with each failure, its end when it is solved, and nobody's name.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::kernel::money::Cents;
use caas::monitoring::failures::{AuditedFailure, FailureFilter, list};
use caas::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use caas::sql;
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

async fn failures(scene: &Scene) -> Vec<AuditedFailure> {
    let mut failures = list(&mut scene.read().await, &FailureFilter::default(), 100).await.unwrap();
    failures.reverse();
    failures
}

async fn only(scene: &Scene, kind: FailureType) -> AuditedFailure {
    let mut found: Vec<_> = failures(scene).await.into_iter().filter(|failure| failure.failure_type == kind).collect();
    assert_eq!(found.len(), 1, "{kind}: {found:?}");
    found.remove(0)
}

#[tokio::test]
async fn an_activation_that_failed_for_good_costs_nothing_and_is_open_until_somebody_ends_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: ErrorCode::UnsupportedFirmware });
        scene.order(SEATS).await;
        scene.run().await;
        scene.seconds(10).await;
        let failure = only(&scene, FailureType::OtaActivation).await;
        assert_eq!(failure.category, FailureCategory::DataValidation);
        assert_eq!(failure.component, Component::OtaEngine);
        assert_eq!(failure.code.as_deref(), Some("UNSUPPORTED_FIRMWARE"));
        assert_eq!((failure.attempts, failure.resolution), (1, Resolution::Open));
        assert_eq!(failure.communication.as_deref(), Some("OTA_FAILED"));
        assert_eq!(failure.impact().unwrap().unwrap().cents, Cents::ZERO);
        assert!(failure.resolved_at.is_none());

        // Ordering the same again closes it without a charge.
        scene.world().clear_faults();
        scene.order(SEATS).await;
        scene.seconds(10).await;
        let failure = only(&scene, FailureType::OtaActivation).await;
        assert_eq!(failure.resolution, Resolution::ClosedWithoutCharge);
        assert!(failure.resolved_at.is_some());
        let open = FailureFilter { open: true, ..FailureFilter::default() };
        assert!(list(&mut scene.read().await, &open, 10).await.unwrap().is_empty());
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_declined_payment_is_business_and_over() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.order(SEATS).await;
        scene.seconds(10).await;
        let failure = only(&scene, FailureType::PaymentDeclined).await;
        assert_eq!((failure.category, failure.component), (FailureCategory::Business, Component::Payments));
        assert_eq!(failure.code.as_deref(), Some("INSUFFICIENT_FUNDS"));
        assert_eq!((failure.attempts, failure.resolution), (1, Resolution::OrderEnded));
        assert_eq!(failure.communication.as_deref(), Some("PAYMENT_DECLINED"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_failed_settlement_costs_the_price_until_it_is_paid_or_absorbed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.seconds(10).await;
        let bank = scene.at_bank(id).await;
        assert!(scene.world().fail_settlement(&bank.payment_id, "BANK_REJECTED"));
        scene.seconds(10).await;
        let failure = only(&scene, FailureType::Settlement).await;
        let price = scene.payment(id).await.amount_cents;
        assert_eq!((failure.category, failure.component), (FailureCategory::ExternalSystem, Component::Settlement));
        assert_eq!((failure.resolution, failure.impact_cents), (Resolution::Open, price));
        scene.live(TimeDelta::days(15)).await;
        let failure = only(&scene, FailureType::Settlement).await;
        assert_eq!((failure.resolution, failure.impact_cents), (Resolution::Absorbed, price));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_late_confirmation_is_solved_when_the_service_is_off_again() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::LateCallback { seconds: 600 }).times(1));
        scene.order(SEATS).await;
        scene.run().await;
        // The status query after the time-out sees nothing: API IoT is away just then.
        scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
        scene.seconds(120).await;
        assert_eq!(only(&scene, FailureType::OtaActivation).await.category, FailureCategory::ExternalSystem);
        scene.live(TimeDelta::minutes(30)).await;
        let failure = only(&scene, FailureType::LateConfirmation).await;
        assert_eq!(failure.resolution, Resolution::SwitchedOff);
        assert!(failure.resolved_at > Some(failure.at) && failure.impact_cents == Cents::ZERO);
        scene.proven().await;
    }
}

/// Nothing that leads to a person stands in the table, and the same person is the same hash.
#[tokio::test]
async fn nobody_is_named() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::DoNotHonor).await;
        let declined = scene.order(SEATS).await;
        scene.seconds(10).await;
        scene.pays_with(TestCard::GoodVisa).await;
        scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
        let failed = scene.order(AUDIO).await;
        scene.seconds(10).await;
        let rows = failures(&scene).await;
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert!(rows[0].customer.is_some() && rows[0].customer == rows[1].customer);
        let mut tx = scene.read().await;
        let references = sql!(tx, all(String, String), "SELECT reference, failure_type FROM failure_audit").unwrap();
        let (email, name) =
            sql!(tx, one(String, String), "SELECT email, name FROM users WHERE id = $1", scene.customer).unwrap();
        let payments = [scene.payment(declined).await.id, scene.payment(failed).await.id];
        let all = format!("{rows:?} {references:?}");
        let ids = [scene.customer.to_string(), scene.vehicle.to_string(), declined.to_string(), failed.to_string()];
        let payments = payments.map(|id| id.to_string());
        for personal in ids.iter().chain(&payments).chain([&email, &name, &scene.vin.to_string()]) {
            assert!(!all.contains(personal.as_str()), "{personal} stands in {all}");
            assert!(!all.contains(&personal.replace('-', "")), "{personal} stands in {all}");
        }
        // Another database has another key: the hash can't be computed from the id.
        let (secret, _) = sql!(tx, one(Vec<u8>, i64), "SELECT secret, id FROM failure_audit_key").unwrap();
        assert_eq!(secret.len(), 32);
        drop(tx);
        scene.proven().await;
    }
}
