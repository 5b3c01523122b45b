//! Money that goes back.

use super::scene::*;
use crate::support::Engine;
use caas::expediente::model::Actor;
use caas::notifications::model::NoticeEvent;
use caas::sales::model::OrderEvent;
use caas::sales::notices::{Say, tell};
use caas::sales::orders::{self, Cause};
use caas::sales::payment::{CarPayment, refund_all};
use caas::sales::who::Who;
use caas::sales::{registration, stock};
use caas_sandbox::{Fault, FaultRule, Operation};
use chrono::TimeDelta;

#[tokio::test]
async fn what_a_country_refuses_is_given_back_in_full_and_then_told() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let last = scene.pays(order, CarPayment::Final).await.unwrap();
        // Paid, and the registration has just begun.
        while scene.status(order).await != "REGISTRATION" {
            let caas = scene.caas();
            let ran = caas::kernel::jobs::run_next_job(&caas, &scene.app.app.registry).await.unwrap();
            assert!(ran.is_some(), "the registration never begins");
        }
        scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::RefundPayment).times(2));
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let staff = Who::staff(scene.customer, None);
        registration::give_up(&caas, &mut tx, &staff, order).await.unwrap().unwrap();
        // Asked for twice, given back once.
        let cancelled = orders::load(&mut tx, order).await.unwrap();
        refund_all(&caas, &mut tx, &cancelled, "REGISTRATION").await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.said("REFUNDED").await.is_empty(), "nothing is said before it is true");
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!(scene.payment(last).await.state.as_str(), "REFUNDED");
        assert_eq!(scene.really_paid(order), 0);
        let told = scene.said("REFUNDED").await;
        assert_eq!(told.iter().filter(|said| said.channel == "EMAIL").count(), 2, "one for each part");
        assert_eq!((scene.kept("REVENUE").await, scene.kept("VAT_PAYABLE").await), (0, 0));
        scene.proven().await;
    }
}

#[tokio::test]
async fn nobody_both_loses_the_car_and_pays_the_rest() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        let away = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::FindPayment));
        let payment = scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!((scene.money(payment).await.as_str(), scene.really_paid(order)), ("UNKNOWN/NONE", TOTAL));
        // By hand, for no path of ours leads here: the car is lost while it is open whether it was paid.
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let mut lost = orders::load(&mut tx, order).await.unwrap();
        stock::release(&caas, &mut tx, Actor::SYSTEM, &mut lost).await.unwrap();
        orders::apply(&caas, &mut tx, &mut lost, OrderEvent::FinalPaymentFailed, Cause::by(Actor::SYSTEM))
            .await
            .unwrap();
        let say = Say { what: "final-failed".to_owned(), ..Say::default() };
        tell(&caas, &mut tx, &lost, NoticeEvent::FinalPaymentFailed, say).await.unwrap();
        tx.commit().await.unwrap();
        scene.world().clear_fault(away);
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(scene.payment(payment).await.state.as_str(), "REFUNDED");
        assert_eq!(scene.really_paid(order), SEÑAL);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_bank_does_not_move_is_for_people_of_finance() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        scene.pays_with(caas_sandbox::TestCard::SettlementFails).await;
        let order = scene.sale(true).await;
        let payment = scene.pays(order, CarPayment::Reservation).await.unwrap();
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(scene.money(payment).await, "CHARGED/FAILED");
        assert!(scene.said("SETTLEMENT_FAILED").await.is_empty(), "the words are those of a service");
        assert_eq!(scene.audited("SETTLEMENT_FAILED").await, [(None, "OPEN".to_owned())]);
        scene.live(TimeDelta::days(20)).await;
        assert_eq!(scene.money(payment).await, "CHARGED/FAILED");
        scene.proven().await;
    }
}
