//! What customers decide about their subscriptions.

use super::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use crate::use_cases::scenario::NAVIGATION;
use caas::activation::model::ActivationState;
use caas::catalogue::{OfferKind, repository as catalogue};
use caas::kernel::ids::UserId;
use caas::kernel::money::{Cents, Money};
use caas::sql;
use caas::subscriptions::changes::{cancel_at_period_end, cancel_now, change_offer, reactivate, take_back_change};
use caas::subscriptions::end::cost_of_ending_now;
use caas::subscriptions::model::ChangeRefusal;
use caas_sandbox::TestCard;
use chrono::TimeDelta;

#[tokio::test]
async fn it_runs_to_the_end_of_the_period_and_that_is_billed_in_full() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        scene.pass(TimeDelta::days(3)).await;
        assert_eq!(cancel_at_period_end(&caas, scene.customer, scene.id).await.unwrap(), Ok(()));
        assert_eq!(cancel_at_period_end(&caas, scene.customer, scene.id).await.unwrap(), Err(ChangeRefusal::AlreadySo));
        scene.at("2026-12-22T22:59:59Z").await;
        assert!(scene.car_has(NAVIGATION) && scene.status().await == "ACTIVE");
        scene.at(FIRST_END).await;
        assert_eq!((scene.status().await.as_str(), scene.states().await), ("CANCELLED", vec!["PAID".to_owned()]));
        assert_eq!(scene.invoices().await[0].gross(), scene.subscription().await.price());
        assert!(!scene.car_has(NAVIGATION));
        assert_eq!(scene.state(scene.activation).await, "CANCELLED");
        assert_eq!(scene.subscription().await.ended_because().unwrap().as_str(), "PERIOD_END");
        assert_eq!(reactivate(&caas, scene.customer, scene.id).await.unwrap(), Err(ChangeRefusal::Ended));
        scene.pass(TimeDelta::days(60)).await;
        assert_eq!(scene.invoices().await.len(), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_wish_can_be_taken_back() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        assert_eq!(reactivate(&caas, scene.customer, scene.id).await.unwrap(), Err(ChangeRefusal::AlreadySo));
        cancel_at_period_end(&caas, scene.customer, scene.id).await.unwrap().unwrap();
        assert_eq!(reactivate(&caas, scene.customer, scene.id).await.unwrap(), Ok(()));
        scene.at(FIRST_END).await;
        assert_eq!((scene.status().await.as_str(), scene.car_has(NAVIGATION)), ("ACTIVE", true));
        scene.proven().await;
    }
}

#[tokio::test]
async fn ending_now_bills_the_days_used() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        scene.pass(TimeDelta::days(10)).await;
        let used = cost_of_ending_now(&scene.subscription().await, scene.app.now());
        let price = scene.subscription().await.price_cents.0;
        assert_eq!((used.period.days(), used.of_days, used.amount.cents.0), (10, 30, price * 10 / 30));
        let wrong = Money::new(Cents(used.amount.cents.0 - 1), used.amount.currency);
        assert_eq!(cancel_now(&caas, scene.customer, scene.id, wrong).await.unwrap(), Err(ChangeRefusal::PriceChanged));
        assert_eq!(cancel_now(&caas, scene.customer, scene.id, used.amount).await.unwrap(), Ok(()));
        assert_eq!(cancel_now(&caas, scene.customer, scene.id, used.amount).await.unwrap(), Err(ChangeRefusal::Ended));
        scene.run().await;
        let invoices = scene.invoices().await;
        assert_eq!((invoices.len(), invoices[0].kind.as_str(), invoices[0].state.as_str()), (1, "USED_DAYS", "PAID"));
        assert_eq!(invoices[0].gross(), used.amount);
        assert_eq!(scene.really_taken(invoices[0].id), used.amount.cents.0);
        assert!(!scene.car_has(NAVIGATION));
        scene.pass(TimeDelta::days(60)).await;
        assert_eq!(scene.invoices().await.len(), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn somebody_who_changes_their_mind_on_a_day_pays_for_it_once() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        let used = cost_of_ending_now(&scene.subscription().await, scene.app.now());
        assert_eq!(used.amount.cents, Cents::ZERO, "the day of the end is not billed");
        cancel_now(&caas, scene.customer, scene.id, used.amount).await.unwrap().unwrap();
        scene.run().await;
        assert!(scene.invoices().await.is_empty(), "nothing to pay, no invoice");
        scene.seconds(60).await;
        let again = scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        scene.until(again, ActivationState::Active).await;
        scene.run().await;
        let second =
            caas::subscriptions::repository::of_activation(&mut scene.read().await, again).await.unwrap().unwrap();
        assert_eq!(second.started_on, scene.subscription().await.started_on, "the same day begins the new one");
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_agreed_price_holds_until_the_customer_takes_todays() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        let s = scene.subscription().await;
        let old = s.price();
        let new = Money::new(Cents(old.cents.0 - 100), old.currency);
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE offer_prices SET amount_cents = $1 WHERE offer_id = $2 AND country = 'ES'", new.cents, s.offer_id).unwrap();
        catalogue::changed(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        scene.at(FIRST_END).await;
        assert_eq!(scene.invoices().await[0].gross(), old, "a new price in the catalogue changes nothing that runs");
        let change = change_offer(&caas, scene.customer, scene.id, s.offer_id, old).await.unwrap();
        assert_eq!(change, Err(ChangeRefusal::PriceChanged));
        change_offer(&caas, scene.customer, scene.id, s.offer_id, new).await.unwrap().unwrap();
        assert_eq!(
            change_offer(&caas, scene.customer, scene.id, s.offer_id, new).await.unwrap(),
            Err(ChangeRefusal::AlreadySo)
        );
        take_back_change(&caas, scene.customer, scene.id).await.unwrap().unwrap();
        assert_eq!(take_back_change(&caas, scene.customer, scene.id).await.unwrap(), Err(ChangeRefusal::AlreadySo));
        change_offer(&caas, scene.customer, scene.id, s.offer_id, new).await.unwrap().unwrap();
        let seats = scene.offer("SEAT_HEATING", OfferKind::Permanent).await.id;
        assert_eq!(
            change_offer(&caas, scene.customer, scene.id, seats, new).await.unwrap(),
            Err(ChangeRefusal::OfferNotSold)
        );
        scene.at("2027-01-22T23:00:00Z").await;
        scene.at("2027-02-22T23:00:00Z").await;
        let gross: Vec<_> = scene.invoices().await.iter().map(|invoice| invoice.gross()).collect();
        assert_eq!(gross, [old, old, new], "from the next period on");
        assert_eq!(scene.subscription().await.price(), new);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_over_is_billed_before_anything_changes() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        // The period is over, and the run has not come yet.
        scene.app.advance(TimeDelta::days(33));
        let mut due = scene.subscription().await;
        (due.period_start, due.period_end) =
            (due.period_end, caas::subscriptions::model::Day("2027-01-23".parse().unwrap()));
        let used = cost_of_ending_now(&due, scene.app.now());
        assert_eq!(used.period.days(), 3);
        cancel_now(&caas, scene.customer, scene.id, used.amount).await.unwrap().unwrap();
        scene.run().await;
        let invoices = scene.invoices().await;
        let kinds: Vec<_> = invoices.iter().map(|invoice| (invoice.kind.as_str(), invoice.state.as_str())).collect();
        assert_eq!(kinds, [("PERIOD", "PAID"), ("USED_DAYS", "PAID")]);
        assert_eq!(invoices[0].period_end, invoices[1].period_start);
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_ended_subscription_whose_last_invoice_is_not_paid_leaves_a_debt() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        scene.pays_with(TestCard::InsufficientFunds).await;
        cancel_at_period_end(&caas, scene.customer, scene.id).await.unwrap().unwrap();
        scene.at(FIRST_END).await;
        assert_eq!((scene.status().await.as_str(), scene.calendar().await.len()), ("CANCELLED", 3));
        for _ in 0..3 {
            scene.pass(TimeDelta::hours(48)).await;
        }
        assert_eq!((scene.states().await, scene.payments().await.len()), (vec!["IN_DEBT".to_owned()], 4));
        assert_eq!(
            scene.debt().await.unwrap().amount_cents,
            scene.invoices().await[0].gross_cents,
            "no day after the end"
        );
        let told = scene.said("SUBSCRIPTION_CANCELLED").await;
        let mails: Vec<_> = told.into_iter().filter(|said| said.channel == "EMAIL").map(|said| said.text).collect();
        assert_eq!(mails.len(), 2, "the receipt of cancelling, and what is left");
        for text in ["Has cancelado la suscripción de", "ya había terminado"] {
            assert!(mails.iter().any(|mail| mail.contains(text)), "{text} in {mails:?}");
        }
        assert!(!mails.iter().any(|mail| mail.contains("Hemos cancelado")), "{mails:?}");
        assert_eq!(scene.deactivations(scene.activation).await, [("SUBSCRIPTION_OVER".to_owned(), "DONE".to_owned())]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn nobody_changes_anothers_subscription() {
    for engine in Engine::all() {
        let scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        let (other, _) = sql!(
            &mut scene.read().await,
            one(UserId, i64),
            "SELECT id, version FROM users WHERE email_key = 'cliente2@demo.caas.example'"
        )
        .unwrap();
        let s = scene.subscription().await;
        let not_found = Err(ChangeRefusal::NotFound);
        assert_eq!(cancel_at_period_end(&caas, other, scene.id).await.unwrap(), not_found);
        assert_eq!(reactivate(&caas, other, scene.id).await.unwrap(), not_found);
        assert_eq!(cancel_now(&caas, other, scene.id, s.price()).await.unwrap(), not_found);
        assert_eq!(change_offer(&caas, other, scene.id, s.offer_id, s.price()).await.unwrap(), not_found);
        assert_eq!(take_back_change(&caas, other, scene.id).await.unwrap(), not_found);
        scene.proven().await;
    }
}
