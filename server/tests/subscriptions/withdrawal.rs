//! What a withdrawal does to the money of a subscription. The declaration itself belongs to `withdrawal`.

use super::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use caas::activation::deactivation::{self, Reason};
use caas::activation::model::ActivationState;
use caas::activation::repository as activations;
use caas::kernel::Timestamp;
use caas::subscriptions::changes::cancel_now;
use caas::subscriptions::debts::pay;
use caas::subscriptions::end::{Withdrawn, cost_of_ending_now, end_by_withdrawal};
use caas_sandbox::{Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

async fn withdraw(scene: &mut Subscribed, days: Option<i64>) -> Option<Withdrawn> {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    let activation = activations::load(&mut tx, scene.activation).await.unwrap();
    let ended = end_by_withdrawal(&caas, &mut tx, &activation, days).await.unwrap();
    // Switching off is the withdrawal's part.
    if activation.state == ActivationState::Active {
        let (why, since) = (Reason::SubscriptionOver, Timestamp::UNIX_EPOCH);
        deactivation::request(&caas, &mut tx, &activation, why, since).await.unwrap();
    }
    tx.commit().await.unwrap();
    scene.run().await;
    ended
}

#[tokio::test]
async fn nothing_is_billed_after_a_withdrawal() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pass(TimeDelta::days(5)).await;
        assert_eq!(withdraw(&mut scene, None).await, Some(Withdrawn { refunded: None, billed: None }));
        scene.pass(TimeDelta::days(70)).await;
        assert_eq!((scene.invoices().await.len(), scene.status().await.as_str()), (0, "CANCELLED"));
        // A second time changes nothing.
        assert_eq!(withdraw(&mut scene, None).await, Some(Withdrawn { refunded: None, billed: None }));
        scene.proven().await;
    }
}

#[tokio::test]
async fn pro_rata_bills_the_days_used() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pass(TimeDelta::days(5)).await;
        let price = scene.subscription().await.price_cents.0;
        let (invoice, amount) = withdraw(&mut scene, Some(5)).await.unwrap().billed.unwrap();
        assert_eq!(amount.cents.0, price * 5 / 30);
        assert_eq!((scene.states().await, scene.really_taken(invoice)), (vec!["PAID".to_owned()], amount.cents.0));
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_was_paid_goes_back_with_a_credit_note() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.at(FIRST_END).await;
        let paid = scene.invoices().await[0].clone();
        let ended = withdraw(&mut scene, None).await.unwrap();
        assert_eq!(ended.refunded, Some(paid.gross()));
        let states: Vec<_> = scene
            .invoices()
            .await
            .iter()
            .map(|invoice| (invoice.kind.to_string(), invoice.state.to_string(), invoice.gross_cents.0))
            .collect();
        let gross = paid.gross_cents.0;
        assert_eq!(
            states,
            [("PERIOD".into(), "CANCELLED".into(), gross), ("CREDIT_NOTE".into(), "PAID".into(), -gross)]
        );
        assert_eq!(scene.really_taken(paid.id), 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_bank_is_still_asked_for_goes_back_when_it_was_taken() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        let silent = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::FindPayment));
        scene.at(FIRST_END).await;
        let invoice = scene.invoices().await[0].id;
        withdraw(&mut scene, None).await.unwrap();
        scene.world().clear_fault(silent);
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!(scene.really_taken(invoice), 0, "taken, and given back");
        scene.proven().await;
    }
}

/// Ended at once after five days, while the bank has no money for them.
async fn ended_unpaid(engine: Engine) -> Subscribed {
    let mut scene = Subscribed::new(engine).await;
    scene.pays_with(TestCard::InsufficientFunds).await;
    scene.pass(TimeDelta::days(5)).await;
    let caas = scene.caas();
    let used = cost_of_ending_now(&scene.subscription().await, scene.app.now());
    cancel_now(&caas, scene.customer, scene.id, used.amount).await.unwrap().unwrap();
    scene.run().await;
    scene
}

async fn in_debt(engine: Engine) -> Subscribed {
    let mut scene = ended_unpaid(engine).await;
    for _ in 0..3 {
        scene.pass(TimeDelta::hours(48)).await;
    }
    assert_eq!(scene.debt().await.unwrap().state.as_str(), "OPEN");
    scene
}

#[tokio::test]
async fn a_debt_ends_with_the_contract() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        assert_eq!(withdraw(&mut scene, None).await, Some(Withdrawn { refunded: None, billed: None }));
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "CANCELLED");
        assert_eq!(scene.states().await, ["CANCELLED", "PAID"], "the invoice, and the credit note that undoes it");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_debt_that_was_paid_goes_back() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        let debt = scene.debt().await.unwrap();
        let good = scene.pays_with(TestCard::GoodVisa).await;
        pay(&scene.caas(), scene.customer, debt.id, good, "once").await.unwrap().unwrap();
        scene.run().await;
        assert_eq!(scene.really_taken(debt.id), debt.amount_cents.0);
        assert_eq!(withdraw(&mut scene, None).await.unwrap().refunded, Some(debt.amount()));
        assert_eq!(scene.really_taken(debt.id), 0);
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "CANCELLED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_days_used_are_billed_once_also_when_the_end_came_first() {
    for engine in Engine::all() {
        let mut scene = ended_unpaid(engine).await;
        assert_eq!(withdraw(&mut scene, Some(5)).await, Some(Withdrawn { refunded: None, billed: None }));
        assert_eq!(scene.states().await, ["ISSUED"]);
        scene.proven().await;
    }
}
