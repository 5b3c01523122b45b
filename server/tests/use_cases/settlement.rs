//! What the bank says days after the capture. The service stays whatever it says.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::sql;
use caas_sandbox::{Amount, Currency, Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

/// Debits less credits of an account.
async fn balance(scene: &Scene, account: &str) -> i64 {
    let mut tx = scene.read().await;
    let (cents,) = sql!(
        tx,
        one(i64,),
        "SELECT CAST(COALESCE(SUM(debit_cents - credit_cents), 0) AS BIGINT) FROM ledger_entries WHERE account = $1",
        account
    )
    .unwrap();
    cents
}

#[tokio::test]
async fn settled_money_arrives_less_fees() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        let price = scene.payment(id).await.amount_cents.0;
        let (bank, fees) = (balance(&scene, "BANK").await, balance(&scene, "FEES").await);
        assert!(bank + fees == price && fees > 0);
        assert_eq!(balance(&scene, "GATEWAY_RECEIVABLE").await, 0);
        assert_eq!(balance(&scene, "REVENUE").await + balance(&scene, "VAT_PAYABLE").await, -price);
        scene.proven().await;
    }
}

#[tokio::test]
async fn told_twice_the_money_arrives_once() {
    for engine in Engine::all() {
        for same_id in [true, false] {
            let mut scene = Scene::new(engine).await;
            scene.fault(FaultRule::gateway(Fault::DuplicateCallback { same_id }));
            let id = scene.order(SEATS).await;
            scene.live(TimeDelta::days(3)).await;
            assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
            assert_eq!(balance(&scene, "GATEWAY_RECEIVABLE").await, 0);
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_settlement_that_overtakes_the_captures_answer_waits_for_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::EarlyCallback).on(Operation::CapturePayment));
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::CapturePayment).times(1));
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn money_that_never_comes_is_asked_for_once_and_borne_by_us_after_two_weeks() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::SettlementFails).await;
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::days(3)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/FAILED"));
        assert_eq!(scene.said("SETTLEMENT_FAILED").await.len(), 2);
        // The customer may buy again.
        scene.pays_with(TestCard::GoodVisa).await;
        let other = scene.order(AUDIO).await;
        scene.live(TimeDelta::days(15)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/ABSORBED"));
        assert_eq!(scene.money(other).await, "CHARGED/SETTLED");
        assert_eq!(balance(&scene, "ABSORBED_COST").await, scene.payment(id).await.amount_cents.0);
        assert_eq!(scene.said("SETTLEMENT_FAILED").await.len(), 2);
        assert!(scene.car_has(SEATS) && scene.calls(Operation::Deactivate) == 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_chargeback_takes_the_money_and_never_the_service() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::ChargedBack).await;
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::days(14)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/CHARGED_BACK"));
        assert!(scene.car_has(SEATS));
        assert_eq!(balance(&scene, "ABSORBED_COST").await, scene.payment(id).await.amount_cents.0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_chargeback_that_overtakes_the_settlement_waits_for_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        let payment = scene.payment(id).await.gateway_payment_id.unwrap();
        let amount = serde_json::json!(scene.at_bank(id).await.amount);
        let body = serde_json::json!({ "paymentId": payment, "status": "CHARGEBACK", "settlementAmount": amount, "settlementDate": scene.app.now() });
        scene.webhook(caas_sandbox::System::Gateway, body).await;
        assert_eq!(scene.money(id).await, "CHARGED/PENDING");
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(scene.money(id).await, "CHARGED/CHARGED_BACK");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_settlement_of_a_payment_nobody_knows_is_kept_for_people() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let amount = serde_json::json!(Amount { cents: 100, currency: Currency::EUR });
        let body = serde_json::json!({ "paymentId": "pay_unknown", "status": "SETTLED", "settlementAmount": amount, "settlementDate": scene.app.now() });
        scene.webhook(caas_sandbox::System::Gateway, body).await;
        scene.live(TimeDelta::days(4)).await;
        let (state,) = sql!(scene.read().await, one(String,), "SELECT state FROM webhook_inbox").unwrap();
        assert_eq!(state, "UNMATCHED");
        scene.proven().await;
    }
}
