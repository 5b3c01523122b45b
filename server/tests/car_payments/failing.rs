//! A gateway that fails is no failure of the customer's: nothing is lost, and it can be tried again.

use super::scene::*;
use crate::support::Engine;
use caas::sales::payment::{CarPayment, PayRefusal, continue_after_authentication};
use caas_sandbox::{Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

#[tokio::test]
async fn an_outage_loses_nothing_and_the_customer_tries_again() {
    for engine in Engine::all() {
        for which in [CarPayment::Reservation, CarPayment::Final] {
            let mut scene = CarScene::new(engine).await;
            let order = match which {
                CarPayment::Reservation => scene.sale(true).await,
                CarPayment::Final => scene.awaiting_the_rest().await,
            };
            let before = scene.order(order).await;
            let paid = scene.really_paid(order);
            let outage = scene.fault(FaultRule::gateway(Fault::Outage));
            let payment = scene.pays(order, which).await.unwrap();
            scene.run().await;
            // It is known that none was made, and said so: the customer may try again.
            assert_eq!(scene.money(payment).await, "CANCELLED/NONE");
            let after = scene.order(order).await;
            assert_eq!((after.status, after.vehicle_id, after.declines), (before.status, before.vehicle_id, 0));
            assert!(
                scene.said("PAYMENT_DECLINED").await.is_empty() && scene.said("FINAL_PAYMENT_FAILED").await.is_empty()
            );
            assert_eq!(scene.really_paid(order), paid);
            scene.world().clear_fault(outage);
            scene.seconds(120).await;
            assert_eq!(scene.really_paid(order), paid, "nothing is sent behind the customer's back");
            let again = scene.pays(order, which).await.unwrap();
            scene.run().await;
            assert_eq!(scene.money(again).await, "CHARGED/PENDING");
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn while_the_gateway_is_given_a_rest_nothing_is_sent() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.fault(FaultRule::gateway(Fault::Outage));
        for _ in 0..5 {
            scene.pays(order, CarPayment::Final).await.unwrap();
            scene.run().await;
        }
        let calls = scene.calls(Operation::InitiatePayment);
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(
            (scene.money(payment).await.as_str(), scene.calls(Operation::InitiatePayment)),
            ("CANCELLED/NONE", calls)
        );
        assert_eq!(scene.status(order).await, "AWAITING_FINAL_PAYMENT");
        scene.world().clear_faults();
        scene.seconds(61).await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(scene.really_paid(order), TOTAL);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_key_and_paid_once() {
    for engine in Engine::all() {
        for which in [CarPayment::Reservation, CarPayment::Final] {
            let mut scene = CarScene::new(engine).await;
            let order = match which {
                CarPayment::Reservation => scene.sale(true).await,
                CarPayment::Final => scene.awaiting_the_rest().await,
            };
            scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
            scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::FindPayment).times(2));
            let payment = scene.pays(order, which).await.unwrap();
            scene.run().await;
            assert_eq!(scene.money(payment).await, "UNKNOWN/NONE");
            assert_eq!(scene.pays(order, which).await, Err(PayRefusal::UnderWay));
            scene.live(TimeDelta::minutes(2)).await;
            assert!(scene.money(payment).await.starts_with("CHARGED/"));
            let paid = if which == CarPayment::Reservation { SEÑAL } else { TOTAL };
            assert_eq!(scene.really_paid(order), paid);
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_decline_whose_answer_was_lost_is_a_decline() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        let order = scene.sale(false).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        scene.pays(order, CarPayment::Reservation).await.unwrap();
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!(scene.status(order).await, "CANCELLED_RESERVATION_FAILED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_request_that_was_never_carried_out_is_certain_in_the_end() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let fault = scene.fault(FaultRule::gateway(Fault::Error).on(Operation::InitiatePayment));
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.live(TimeDelta::minutes(40)).await;
        assert_eq!(scene.money(payment).await, "CANCELLED/NONE");
        assert_eq!(scene.status(order).await, "AWAITING_FINAL_PAYMENT");
        scene.world().clear_fault(fault);
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(scene.really_paid(order), TOTAL);
        scene.proven().await;
    }
}

#[tokio::test]
async fn unknown_at_the_date_it_is_resolved_first() {
    for engine in Engine::all() {
        // Made, and its answer lost: the car is the customer's.
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.pass(TimeDelta::days(7) - TimeDelta::seconds(2)).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        let away = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::FindPayment));
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!(
            (scene.status(order).await, scene.money(payment).await.as_str()),
            ("AWAITING_FINAL_PAYMENT", "UNKNOWN/NONE")
        );
        scene.world().clear_fault(away);
        scene.live(TimeDelta::hours(1)).await;
        assert!(scene.money(payment).await.starts_with("CHARGED/"));
        assert!(scene.order(order).await.vehicle_id.is_some());
        scene.proven().await;

        // Never made: lost as soon as that is certain.
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.pass(TimeDelta::days(7) - TimeDelta::seconds(2)).await;
        scene.fault(FaultRule::gateway(Fault::Error).on(Operation::InitiatePayment));
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(scene.status(order).await, "AWAITING_FINAL_PAYMENT");
        scene.live(TimeDelta::minutes(40)).await;
        assert_eq!(scene.status(order).await, "CANCELLED_PAYMENT_FAILURE");
        assert_eq!(scene.really_paid(order), SEÑAL);
        scene.proven().await;
    }
}

/// The customer confirms on the bank's page.
async fn confirm(scene: &CarScene, payment: caas::kernel::ids::PaymentId) {
    let page = scene.payment(payment).await.authentication_url.unwrap();
    let done = reqwest::Client::new().post(&page).form(&[("decision", "confirm")]).send().await.unwrap();
    assert!(done.status().is_success() || done.status().is_redirection(), "{}", done.status());
}

#[tokio::test]
async fn a_confirmation_with_the_bank_is_no_decline() {
    for engine in Engine::all() {
        for which in [CarPayment::Reservation, CarPayment::Final] {
            let mut scene = CarScene::new(engine).await;
            let order = match which {
                CarPayment::Reservation => scene.sale(true).await,
                CarPayment::Final => scene.awaiting_the_rest().await,
            };
            let before = scene.status(order).await;
            scene.pays_with(TestCard::NeedsAuthentication).await;
            let payment = scene.pays(order, which).await.unwrap();
            scene.run().await;
            assert_eq!(scene.money(payment).await, "INITIATED/NONE");
            assert_eq!((scene.status(order).await, scene.order(order).await.declines), (before, 0));
            assert!(scene.said("AUTHENTICATION_NEEDED").await.len() >= 2);
            confirm(&scene, payment).await;
            let caas = scene.caas();
            assert!(continue_after_authentication(&caas, scene.customer, payment).await.unwrap());
            assert!(!continue_after_authentication(&caas, scene.customer, payment).await.unwrap());
            scene.run().await;
            assert_eq!(scene.money(payment).await, "CHARGED/PENDING");
            let keys: std::collections::BTreeSet<_> =
                scene.at_bank(order).into_iter().map(|payment| payment.idempotency_key).collect();
            assert_eq!(keys.len(), scene.at_bank(order).len(), "each request has a key of its own");
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn who_does_not_confirm_may_pay_otherwise() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        let left = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        scene.pays_with(TestCard::GoodVisa).await;
        let paid = scene.pays(order, CarPayment::Final).await.unwrap();
        assert!(!continue_after_authentication(&scene.caas(), scene.customer, left).await.unwrap());
        scene.run().await;
        assert_eq!(
            (scene.money(left).await.as_str(), scene.money(paid).await.as_str()),
            ("CANCELLED/NONE", "CHARGED/PENDING")
        );
        assert_eq!(scene.really_paid(order), TOTAL);
        scene.proven().await;
    }
}

#[tokio::test]
async fn at_the_date_the_bank_is_asked_whether_the_customer_confirmed() {
    for engine in Engine::all() {
        for confirmed in [true, false] {
            let mut scene = CarScene::new(engine).await;
            let order = scene.awaiting_the_rest().await;
            scene.pays_with(TestCard::NeedsAuthentication).await;
            let payment = scene.pays(order, CarPayment::Final).await.unwrap();
            scene.run().await;
            if confirmed {
                // And never came back from the bank's page.
                confirm(&scene, payment).await;
            }
            scene.live(TimeDelta::days(7) + TimeDelta::minutes(5)).await;
            if confirmed {
                assert!(scene.money(payment).await.starts_with("CHARGED/"));
                assert!(scene.order(order).await.vehicle_id.is_some());
                assert_eq!(scene.really_paid(order), TOTAL);
            } else {
                assert_eq!(scene.money(payment).await, "CANCELLED/NONE");
                assert_eq!(scene.status(order).await, "CANCELLED_PAYMENT_FAILURE");
                assert_eq!(scene.really_paid(order), SEÑAL);
            }
            scene.proven().await;
        }
    }
}
