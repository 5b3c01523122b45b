//! What is left unpaid.

use super::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use crate::use_cases::scenario::{AUDIO, NAVIGATION};
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::ids::UserId;
use caas::purchases::model::OrderRefusal;
use caas::sql;
use caas::subscriptions::debts::{hand_to_collection, pay, write_off};
use caas::subscriptions::dunning::continue_after_authentication;
use caas::subscriptions::model::{DebtId, DebtRefusal, PayRefusal};
use caas_sandbox::TestCard;
use chrono::TimeDelta;

/// A subscription that ended unpaid.
async fn in_debt(engine: Engine) -> (Subscribed, DebtId) {
    let mut scene = Subscribed::new(engine).await;
    scene.pays_with(TestCard::InsufficientFunds).await;
    scene.at(FIRST_END).await;
    for _ in 0..3 {
        scene.pass(TimeDelta::hours(48)).await;
    }
    let debt = scene.debt().await.unwrap();
    (scene, debt.id)
}

async fn finance(scene: &Subscribed) -> UserId {
    let mut tx = scene.read().await;
    sql!(&mut tx, one(UserId, i64), "SELECT id, version FROM users WHERE role = 'OPERATIONS' ORDER BY id LIMIT 1")
        .unwrap()
        .0
}

async fn owed(scene: &Subscribed) -> i64 {
    let mut tx = scene.read().await;
    let (cents, _) = sql!(
        &mut tx,
        one(i64, i64),
        "SELECT CAST(COALESCE(SUM(debit_cents - credit_cents), 0) AS BIGINT), COUNT(*) FROM ledger_entries l
         WHERE account = 'CUSTOMERS_RECEIVABLE'
           AND (l.invoice_id IN (SELECT id FROM invoices WHERE subscription_id = $1)
                OR l.payment_id IN (SELECT p.id FROM payments p JOIN debts d ON d.id = p.debt_id WHERE d.subscription_id = $1)
                OR l.payment_id IN (SELECT p.id FROM payments p JOIN invoices i ON i.id = p.invoice_id WHERE i.subscription_id = $1))",
        scene.id
    )
    .unwrap();
    cents
}

#[tokio::test]
async fn a_debt_keeps_new_subscriptions_away_and_nothing_else() {
    for engine in Engine::all() {
        let (mut scene, id) = in_debt(engine).await;
        let good = scene.pays_with(TestCard::GoodVisa).await;
        scene.run().await;
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "OPEN", "a new method alone pays no debt");
        let form = scene.form(NAVIGATION, OfferKind::Subscription).await;
        assert_eq!(scene.place(&form).await, Err(OrderRefusal::NotAvailable));
        // One-time purchases stay possible, and work.
        let audio = scene.order(AUDIO).await;
        scene.until(audio, ActivationState::Active).await;
        let caas = scene.caas();
        let (first, second) =
            tokio::join!(pay(&caas, scene.customer, id, good, "one"), pay(&caas, scene.customer, id, good, "one"));
        let payment = first.unwrap().unwrap();
        assert_eq!(payment, second.unwrap().unwrap(), "one form pays once");
        assert_eq!(pay(&caas, scene.customer, id, good, "two").await.unwrap(), Err(PayRefusal::UnderWay));
        scene.run().await;
        let debt = scene.debt().await.unwrap();
        assert_eq!((debt.state.as_str(), debt.closed_at.is_some()), ("PAID", true));
        assert_eq!(scene.states().await, ["PAID", "PAID"]);
        assert_eq!((scene.really_taken(id), owed(&scene).await), (debt.amount_cents.0, 0));
        assert_eq!(pay(&caas, scene.customer, id, good, "three").await.unwrap(), Err(PayRefusal::NothingDue));
        scene.seconds(1).await;
        // The subscription does not come back by itself; a new one is possible at once.
        assert_eq!((scene.status().await.as_str(), scene.car_has(NAVIGATION)), ("CANCELLED", false));
        let form = scene.form(NAVIGATION, OfferKind::Subscription).await;
        let again = scene.place(&form).await.unwrap().activation;
        scene.until(again, ActivationState::Active).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_declined_debt_stays_a_debt_and_a_confirmation_pays_it() {
    for engine in Engine::all() {
        let (mut scene, id) = in_debt(engine).await;
        let caas = scene.caas();
        let bad = scene.pays_with(TestCard::DoNotHonor).await;
        pay(&caas, scene.customer, id, bad, "one").await.unwrap().unwrap();
        scene.run().await;
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "OPEN");
        let strict = scene.pays_with(TestCard::NeedsAuthentication).await;
        let payment = pay(&caas, scene.customer, id, strict, "two").await.unwrap().unwrap();
        scene.run().await;
        let waiting = scene.payments().await.into_iter().find(|p| p.id == payment).unwrap();
        let page = waiting.authentication_url.unwrap();
        reqwest::Client::new().post(&page).form(&[("decision", "confirm")]).send().await.unwrap();
        assert!(continue_after_authentication(&caas, scene.customer, payment).await.unwrap());
        scene.run().await;
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "PAID");
        assert_eq!(scene.really_taken(id), scene.debt().await.unwrap().amount_cents.0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_collected_can_still_be_paid() {
    for engine in Engine::all() {
        let (mut scene, id) = in_debt(engine).await;
        let (caas, staff) = (scene.caas(), finance(&scene).await);
        assert_eq!(hand_to_collection(&caas, staff, id).await.unwrap(), Ok(()));
        assert_eq!(hand_to_collection(&caas, staff, id).await.unwrap(), Err(DebtRefusal::NotThen));
        let form = scene.form(NAVIGATION, OfferKind::Subscription).await;
        assert_eq!(scene.place(&form).await, Err(OrderRefusal::NotAvailable));
        let good = scene.pays_with(TestCard::GoodVisa).await;
        pay(&caas, scene.customer, id, good, "one").await.unwrap().unwrap();
        assert_eq!(write_off(&caas, staff, id, "late").await.unwrap(), Err(DebtRefusal::UnderWay));
        scene.run().await;
        assert_eq!((scene.debt().await.unwrap().state.as_str(), owed(&scene).await), ("PAID", 0));
        assert_eq!(write_off(&caas, staff, id, "too late").await.unwrap(), Err(DebtRefusal::NotThen));
        scene.proven().await;
    }
}

#[tokio::test]
async fn finance_gives_a_debt_up_with_its_reason() {
    for engine in Engine::all() {
        let (mut scene, id) = in_debt(engine).await;
        let (caas, staff) = (scene.caas(), finance(&scene).await);
        assert_eq!(write_off(&caas, staff, id, "  ").await.unwrap(), Err(DebtRefusal::NoReason));
        assert_eq!(write_off(&caas, staff, DebtId(uuid::Uuid::nil()), "x").await.unwrap(), Err(DebtRefusal::NotFound));
        assert_eq!(write_off(&caas, staff, id, "Sin domicilio conocido").await.unwrap(), Ok(()));
        let debt = scene.debt().await.unwrap();
        assert_eq!((debt.state.as_str(), debt.reason.as_deref()), ("WRITTEN_OFF", Some("Sin domicilio conocido")));
        assert_eq!((debt.decided_by, owed(&scene).await), (Some(staff), 0));
        let mut tx = scene.read().await;
        let (lost, _) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT CAST(SUM(debit_cents) AS BIGINT), COUNT(*) FROM ledger_entries WHERE account = 'WRITTEN_OFF'"
        )
        .unwrap();
        assert_eq!(lost, debt.amount_cents.0);
        let resolved = sql!(
            &mut tx,
            all(String, i64),
            "SELECT resolution, impact_cents FROM failure_audit WHERE failure_type = 'SUBSCRIPTION_UNPAID'"
        )
        .unwrap();
        assert_eq!(resolved, [("ABSORBED".to_owned(), debt.amount_cents.0)]);
        drop(tx);
        let good = scene.pays_with(TestCard::GoodVisa).await;
        assert_eq!(pay(&caas, scene.customer, id, good, "one").await.unwrap(), Err(PayRefusal::NothingDue));
        scene.seconds(1).await;
        let form = scene.form(NAVIGATION, OfferKind::Subscription).await;
        assert!(scene.place(&form).await.is_ok(), "the block is lifted");
        scene.proven().await;
    }
}

#[tokio::test]
async fn nobody_pays_or_sees_anothers_debt() {
    for engine in Engine::all() {
        let (scene, id) = in_debt(engine).await;
        let caas = scene.caas();
        let (other, _) = sql!(
            &mut scene.read().await,
            one(UserId, i64),
            "SELECT id, version FROM users WHERE email_key = 'cliente2@demo.caas.example'"
        )
        .unwrap();
        let method = caas::payments::methods::list(&mut scene.read().await, scene.customer).await.unwrap()[0].id;
        assert_eq!(pay(&caas, other, id, method, "one").await.unwrap(), Err(PayRefusal::NotFound));
        assert!(caas::subscriptions::debts::of_customer(&mut scene.read().await, other, id).await.unwrap().is_none());
        scene.proven().await;
    }
}
