//! The gateway slow, silent, or of another mind later.

use super::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use caas::payments::model::Settlement;
use caas::sql;
use caas_sandbox::{Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

#[tokio::test]
async fn a_transfer_takes_its_time_and_nobody_is_dunned_meanwhile() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pays_with(TestCard::BankTransfer).await;
        scene.at(FIRST_END).await;
        assert_eq!(scene.states().await, ["ISSUED"]);
        assert_eq!((scene.status().await.as_str(), scene.mails("SUBSCRIPTION_CHARGE_FAILED").await), ("ACTIVE", 0));
        scene.live(TimeDelta::days(3)).await;
        assert_eq!((scene.states().await, scene.payments().await.len()), (vec!["PAID".to_owned()], 1));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_gateway_that_is_away_all_night_costs_the_customer_nothing() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let away = scene.fault(FaultRule::gateway(Fault::Outage));
        scene.at(FIRST_END).await;
        scene.live(TimeDelta::hours(30)).await;
        assert_eq!((scene.states().await, scene.status().await.as_str()), (vec!["ISSUED".to_owned()], "ACTIVE"));
        assert_eq!(scene.mails("SUBSCRIPTION_CHARGE_FAILED").await, 0, "our trouble is not the customer's failure");
        scene.world().clear_fault(away);
        scene.live(TimeDelta::hours(6)).await;
        let invoice = scene.invoices().await[0].clone();
        assert_eq!(invoice.state.as_str(), "PAID");
        assert_eq!(scene.really_taken(invoice.id), invoice.gross_cents.0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_answer_lost_and_a_gateway_silent_afterwards_charge_once() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        let silent = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::FindPayment));
        scene.at(FIRST_END).await;
        scene.live(TimeDelta::hours(5)).await;
        assert_eq!(scene.states().await, ["ISSUED"]);
        scene.world().clear_fault(silent);
        scene.live(TimeDelta::hours(5)).await;
        assert_eq!(scene.states().await, ["PAID"]);
        assert_eq!(scene.at_the_bank(&scene.invoices().await[0].id.to_string()).len(), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn money_that_never_arrives_is_absorbed_like_a_services() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pays_with(TestCard::SettlementFails).await;
        scene.at(FIRST_END).await;
        scene.live(TimeDelta::days(4)).await;
        assert_eq!(scene.payments().await[0].settlement, Settlement::Failed);
        assert_eq!(scene.status().await, "ACTIVE", "the service stays");
        let told = scene.said("SETTLEMENT_FAILED").await;
        let mail = told.iter().find(|said| said.channel == "EMAIL").unwrap();
        for text in ["por la suscripción de", "la factura sigue pagada", "añade otro método de pago"] {
            assert!(mail.text.contains(text), "{text} in {}", mail.text);
        }
        scene.live(TimeDelta::days(14)).await;
        assert_eq!(scene.payments().await[0].settlement, Settlement::Absorbed);
        assert_eq!(scene.mails("SETTLEMENT_FAILED").await, 1, "one friendly request");
        let mut tx = scene.read().await;
        let (lost, _) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT CAST(SUM(debit_cents - credit_cents) AS BIGINT), COUNT(*) FROM ledger_entries
             WHERE account = 'ABSORBED_COST' AND payment_id = $1",
            scene.payments().await[0].id
        )
        .unwrap();
        assert_eq!(lost, scene.invoices().await[0].gross_cents.0);
        drop(tx);
        scene.proven().await;
    }
}
