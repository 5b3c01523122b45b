//! The señal.

use super::scene::*;
use crate::support::Engine;
use caas::kernel::ids::{OrderId, PaymentMethodId};
use caas::payments::methods;
use caas::sales::payment::{CarPayment, PayRefusal, pay};
use caas_sandbox::world::gateway::model::{CaptureMode, Initiator, PaymentStatus, PaymentType};
use caas_sandbox::{Operation, TestCard};
use chrono::TimeDelta;

#[tokio::test]
async fn paid_it_is_taken_at_once_and_the_car_is_ordered() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.sale(false).await;
        let payment = scene.pays(order, CarPayment::Reservation).await.unwrap();
        scene.run().await;
        assert_eq!(scene.money(payment).await, "CHARGED/PENDING");
        assert_eq!(scene.payment(payment).await.captured_cents.0, SEÑAL);
        let [bank] = scene.at_bank(order).try_into().unwrap();
        assert_eq!((bank.status, bank.payment_type), (PaymentStatus::Captured, PaymentType::Reservation));
        assert_eq!((bank.capture_mode, bank.initiator), (CaptureMode::Automatic, Initiator::Customer));
        assert_eq!(scene.factory_orders().await, 1);
        assert_ne!(scene.status(order).await, "AWAITING_RESERVATION");
        // Without a hold: revenue and its VAT from the moment it was taken.
        assert_eq!(scene.kept("REVENUE").await + scene.kept("VAT_PAYABLE").await, SEÑAL);
        assert_eq!(scene.kept("HOLDS").await, 0);
        scene.live(TimeDelta::days(2)).await;
        assert_eq!(scene.money(payment).await, "CHARGED/SETTLED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn for_a_car_from_stock_the_rest_is_due_at_once() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        assert_eq!(scene.factory_orders().await, 0);
        let due = scene.order(order).await.final_payment_due_at.unwrap();
        assert_eq!(due, scene.app.now() + TimeDelta::days(7));
        let said = scene.said("ARRIVED").await;
        assert!(said.iter().any(|said| said.text.contains(&euros(REST).display(caas::kernel::locale::Locale::Es))));
        scene.proven().await;
    }
}

#[tokio::test]
async fn declined_it_ends_the_order_and_nothing_is_ordered() {
    for engine in Engine::all() {
        for from_stock in [false, true] {
            let mut scene = CarScene::new(engine).await;
            scene.pays_with(TestCard::InsufficientFunds).await;
            let order = scene.sale(from_stock).await;
            let car = scene.order(order).await.vehicle_id;
            let payment = scene.pays(order, CarPayment::Reservation).await.unwrap();
            scene.run().await;
            assert_eq!(scene.money(payment).await, "REJECTED/NONE");
            let ended = scene.order(order).await;
            assert_eq!(ended.status.as_str(), "CANCELLED_RESERVATION_FAILED");
            assert_eq!(ended.cancel_reason.as_deref(), Some("INSUFFICIENT_FUNDS"));
            assert_eq!((scene.factory_orders().await, scene.really_paid(order)), (0, 0));
            if let Some(car) = car {
                let free = ("SIN_ASIGNAR".to_owned(), "DEALERSHIP_STOCK".to_owned(), false, None);
                assert_eq!((scene.state_of(car).await, ended.vehicle_id), (free, None));
            }
            let said = scene.said("PAYMENT_DECLINED").await;
            assert!(said.len() >= 3 && said.iter().any(|said| said.text.contains("No se te ha cobrado")));
            assert_eq!(
                scene.audited("RESERVATION_DECLINED").await,
                [(Some("INSUFFICIENT_FUNDS".to_owned()), "ORDER_ENDED".to_owned())]
            );
            // With a good card it is too late.
            scene.pays_with(TestCard::GoodVisa).await;
            assert_eq!(scene.pays(order, CarPayment::Reservation).await, Err(PayRefusal::NotDue));
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn one_form_begins_one_payment_and_there_is_one_at_a_time() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.sale(true).await;
        let first = scene.pays_by_form(order, CarPayment::Reservation, "double click").await.unwrap();
        assert_eq!(scene.pays_by_form(order, CarPayment::Reservation, "double click").await, Ok(first));
        assert_eq!(scene.pays(order, CarPayment::Reservation).await, Err(PayRefusal::UnderWay));
        assert_eq!(scene.pays(order, CarPayment::Final).await, Err(PayRefusal::NotDue));
        scene.run().await;
        assert_eq!(scene.pays_by_form(order, CarPayment::Reservation, "double click").await, Ok(first));
        assert_eq!(scene.pays(order, CarPayment::Reservation).await, Err(PayRefusal::NotDue));
        assert_eq!((scene.at_bank(order).len(), scene.calls(Operation::InitiatePayment)), (1, 1));
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_somebody_elses_does_not_exist() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.sale(true).await;
        let caas = scene.caas();
        let stranger = scene.app.sign_in("dealer").await;
        let own = methods::list(&mut scene.read().await, scene.customer).await.unwrap()[0].id;
        let which = CarPayment::Reservation;
        let attempt = pay(&caas, stranger, order, which, own, "a").await.unwrap();
        assert_eq!(attempt, Err(PayRefusal::NotFound));
        let unknown: OrderId = caas.new_id();
        assert_eq!(pay(&caas, scene.customer, unknown, which, own, "b").await.unwrap(), Err(PayRefusal::NotFound));
        let method: PaymentMethodId = caas.new_id();
        assert_eq!(pay(&caas, scene.customer, order, which, method, "c").await.unwrap(), Err(PayRefusal::NoMethod));
        scene.run().await;
        assert_eq!(scene.calls(Operation::InitiatePayment), 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn two_clicks_at_the_same_moment_begin_one_payment() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.sale(true).await;
        let (a, b) = futures::join!(
            scene.pays_by_form(order, CarPayment::Reservation, "one"),
            scene.pays_by_form(order, CarPayment::Reservation, "two"),
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        scene.run().await;
        assert_eq!(scene.really_paid(order), SEÑAL);
        scene.proven().await;
    }
}
