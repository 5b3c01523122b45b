//! The rest: what it takes to keep the car.

use super::scene::*;
use crate::support::Engine;
use caas::kernel::ids::OrderId;
use caas::sales::payment::{CarPayment, PayRefusal};
use caas::sql;
use caas_sandbox::{Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

/// Every row of the state table of the seed, and what must not change.
async fn assert_lost(scene: &CarScene, order: OrderId, car: caas::kernel::ids::VehicleId, reason: &str) {
    let lost = scene.order(order).await;
    assert_eq!(lost.status.as_str(), "CANCELLED_PAYMENT_FAILURE");
    assert_eq!((lost.vehicle_id, lost.cancel_reason.as_deref()), (None, Some(reason)));
    let stock = ("SIN_ASIGNAR".to_owned(), "DEALERSHIP_STOCK".to_owned(), false, None);
    assert_eq!(scene.state_of(car).await, stock);
    // The señal is kept, the account and the story stay readable.
    assert_eq!((lost.customer_id, scene.really_paid(order)), (Some(scene.customer), SEÑAL));
    assert_eq!(scene.audited("FINAL_PAYMENT_FAILED").await, [(Some(reason.to_owned()), "ORDER_ENDED".to_owned())]);
    let said = scene.said("FINAL_PAYMENT_FAILED").await;
    assert!(said.len() >= 3 && said.iter().any(|said| said.text.contains("no se devuelve")), "the loss is told");
    assert!(scene.said("REFUNDED").await.is_empty());
}

#[tokio::test]
async fn paid_the_registration_begins() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(scene.money(payment).await, "CHARGED/PENDING");
        assert_eq!(scene.really_paid(order), TOTAL);
        let mut tx = scene.read().await;
        let steps = sql!(
            &mut tx,
            all(String, Option<String>),
            "SELECT kind, after_state FROM expediente_entries WHERE subject_kind = 'ORDER' AND kind = 'ORDER_CHANGED' ORDER BY seq"
        )
        .unwrap();
        drop(tx);
        let states: Vec<_> = steps.iter().filter_map(|(_, state)| state.as_deref()).take(6).collect();
        assert_eq!(
            states,
            [
                "AWAITING_RESERVATION",
                "RESERVATION_PAID",
                "ARRIVED_AT_DEALERSHIP",
                "AWAITING_FINAL_PAYMENT",
                "FINAL_PAYMENT_RECEIVED",
                "REGISTRATION"
            ]
        );
        // The date passing changes nothing any more.
        scene.pass(TimeDelta::days(8)).await;
        assert!(scene.order(order).await.vehicle_id.is_some());
        scene.proven().await;
    }
}

#[tokio::test]
async fn declined_the_car_is_stock_at_once_and_can_be_sold_again() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let car = scene.order(order).await.vehicle_id.unwrap();
        let stock = scene.stock_of_dealership().await;
        scene.pays_with(TestCard::DoNotHonor).await;
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(scene.money(payment).await, "REJECTED/NONE");
        assert_lost(&scene, order, car, "DO_NOT_HONOR").await;
        assert_eq!(scene.stock_of_dealership().await, stock + 1);
        assert_eq!(scene.kept("REVENUE").await + scene.kept("VAT_PAYABLE").await, SEÑAL);
        // Later attempts are refused; the car has its next buyer.
        scene.pays_with(TestCard::GoodVisa).await;
        assert_eq!(scene.pays(order, CarPayment::Final).await, Err(PayRefusal::NotDue));
        let next = scene.sale_of(Some(car)).await;
        scene.pays(next, CarPayment::Reservation).await.unwrap();
        scene.run().await;
        assert_eq!(scene.status(next).await, "AWAITING_FINAL_PAYMENT");
        assert_eq!(scene.order(order).await.vehicle_id, None);
        scene.proven().await;
    }
}

#[tokio::test]
async fn as_many_declines_as_the_setting_says() {
    for engine in Engine::all() {
        let mut scene = CarScene::with(engine, &[("CAAS_FINAL_PAYMENT_DECLINES", "2")]).await;
        let order = scene.awaiting_the_rest().await;
        let car = scene.order(order).await.vehicle_id.unwrap();
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        let after_one = scene.order(order).await;
        assert_eq!((after_one.status.as_str(), after_one.declines), ("AWAITING_FINAL_PAYMENT", 1));
        assert_eq!(after_one.vehicle_id, Some(car));
        assert!(scene.audited("FINAL_PAYMENT_FAILED").await.is_empty());
        assert!(scene.said("FINAL_PAYMENT_FAILED").await.iter().all(|said| !said.text.contains("queda cancelado")));
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_lost(&scene, order, car, "INSUFFICIENT_FUNDS").await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_second_try_after_a_decline_that_is_allowed_pays() {
    for engine in Engine::all() {
        let mut scene = CarScene::with(engine, &[("CAAS_FINAL_PAYMENT_DECLINES", "3")]).await;
        let order = scene.awaiting_the_rest().await;
        scene.pays_with(TestCard::Expired).await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        scene.pays_with(TestCard::GoodMastercard).await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(scene.really_paid(order), TOTAL);
        scene.proven().await;
    }
}

#[tokio::test]
async fn unpaid_at_its_date_the_car_is_lost_to_the_second() {
    for engine in Engine::all() {
        let mut scene = CarScene::with(engine, &[("CAAS_FINAL_PAYMENT_DAYS", "3")]).await;
        let order = scene.awaiting_the_rest().await;
        let car = scene.order(order).await.vehicle_id.unwrap();
        scene.pass(TimeDelta::days(3) - TimeDelta::seconds(1)).await;
        assert_eq!(scene.status(order).await, "AWAITING_FINAL_PAYMENT");
        scene.app.advance(TimeDelta::seconds(1));
        // Also before the job has run.
        assert_eq!(scene.pays(order, CarPayment::Final).await, Err(PayRefusal::NotDue));
        scene.run().await;
        assert_lost(&scene, order, car, "FINAL_PAYMENT_OVERDUE").await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_transfer_begun_in_time_counts_when_it_arrives_late() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let mut settings = scene.world().gateway_settings();
        settings.processing_seconds = 4 * 24 * 3600;
        scene.world().set_gateway_settings(settings);
        scene.pays_with(TestCard::BankTransfer).await;
        scene.pass(TimeDelta::days(6)).await;
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        // The bank is asked every few minutes all the time: an hour of that, then days in one leap.
        scene.live(TimeDelta::hours(1)).await;
        scene.pass(TimeDelta::days(2)).await;
        assert_eq!(
            (scene.status(order).await, scene.money(payment).await.as_str()),
            ("AWAITING_FINAL_PAYMENT", "PENDING/NONE")
        );
        assert_eq!(scene.pays(order, CarPayment::Final).await, Err(PayRefusal::NotDue));
        scene.pass(TimeDelta::days(3)).await;
        assert!(scene.money(payment).await.starts_with("CHARGED/"));
        assert_eq!(scene.really_paid(order), TOTAL);
        assert!(scene.order(order).await.vehicle_id.is_some());
        scene.proven().await;
    }
}

#[tokio::test]
async fn declined_after_its_date_the_car_is_lost_although_more_declines_were_allowed() {
    for engine in Engine::all() {
        let mut scene = CarScene::with(engine, &[("CAAS_FINAL_PAYMENT_DECLINES", "5")]).await;
        let order = scene.awaiting_the_rest().await;
        let car = scene.order(order).await.vehicle_id.unwrap();
        scene.pass(TimeDelta::days(7) - TimeDelta::seconds(2)).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        scene.pays_with(TestCard::Stolen).await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.live(TimeDelta::minutes(1)).await;
        assert_lost(&scene, order, car, "STOLEN_CARD").await;
        scene.proven().await;
    }
}
