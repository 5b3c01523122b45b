//! Charges that fail: the calendar, the customer's ways out of it, and its end.

use super::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use crate::use_cases::scenario::SEATS;
use caas::activation::model::ActivationState;
use caas::payments::methods;
use caas::sql;
use caas::subscriptions::dunning::{calendar_in_advance, continue_after_authentication, pay_now};
use caas::subscriptions::model::{DunningAct, PayRefusal};
use caas_sandbox::{DeclineReason, Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

const TRY: TimeDelta = TimeDelta::hours(48);

#[tokio::test]
async fn three_more_tries_forty_eight_hours_apart_then_the_end() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        // What was bought once is not touched by any of this.
        let seats = scene.order(SEATS).await;
        scene.until(seats, ActivationState::Active).await;
        let promised = calendar_in_advance(&scene.caas(), &scene.subscription().await);
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at(FIRST_END).await;
        assert_eq!((scene.status().await.as_str(), scene.mails("SUBSCRIPTION_CHARGE_FAILED").await), ("PAST_DUE", 1));
        assert_eq!(scene.state(scene.activation).await, "ACTIVE", "the service goes on");
        assert_eq!(scene.calendar().await, promised, "the calendar was known in advance");
        let acts: Vec<_> = promised.iter().map(|step| step.act).collect();
        assert_eq!(acts, [DunningAct::Retry, DunningAct::Retry, DunningAct::LastRetry]);
        for tries in 2..=3 {
            scene.pass(TRY - TimeDelta::seconds(1)).await;
            assert_eq!(scene.payments().await.len(), tries - 1, "not a second early");
            scene.pass(TimeDelta::seconds(1)).await;
            assert_eq!((scene.payments().await.len(), scene.mails("SUBSCRIPTION_CHARGE_FAILED").await), (tries, tries));
            assert!(scene.debt().await.is_none() && scene.car_has("NAV_LIVE"));
        }
        scene.pass(TRY).await;
        assert_eq!(scene.payments().await.len(), 4);
        assert_eq!(scene.status().await, "CANCELLED");
        assert_eq!(scene.state(scene.activation).await, "CANCELLED");
        assert_eq!(scene.deactivations(scene.activation).await, [("SUSPENSION".to_owned(), "DONE".to_owned())]);
        assert!(!scene.car_has("NAV_LIVE") && scene.car_has(SEATS), "only the subscription is suspended");
        let debt = scene.debt().await.unwrap();
        let invoices = scene.invoices().await;
        assert_eq!(scene.states().await, ["IN_DEBT", "IN_DEBT"]);
        assert_eq!((invoices[1].kind.as_str(), invoices[1].period().days()), ("USED_DAYS", 6), "the days used since");
        // 6 of the 31 days from 23 December on, rounded down.
        assert_eq!(invoices[1].gross_cents.0, invoices[0].gross_cents.0 * 6 / 31);
        assert_eq!(debt.amount_cents.0, invoices[0].gross_cents.0 + invoices[1].gross_cents.0);
        assert_eq!(debt.state.as_str(), "OPEN");
        assert_eq!(
            (scene.mails("SUBSCRIPTION_CANCELLED").await, scene.mails("SUBSCRIPTION_CHARGE_FAILED").await),
            (1, 3)
        );
        let keys: std::collections::BTreeSet<_> =
            scene.at_the_bank(&invoices[0].id.to_string()).into_iter().map(|p| p.idempotency_key).collect();
        assert_eq!(keys.len(), 4, "each try is a payment of its own");
        // Nothing more happens by itself.
        scene.pass(TimeDelta::days(90)).await;
        assert_eq!((scene.payments().await.len(), scene.invoices().await.len()), (4, 2));
        scene.proven().await;
    }
}

#[tokio::test]
async fn paid_at_a_later_try_all_is_well() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let empty = Fault::Decline { reason: DeclineReason::InsufficientFunds };
        scene.fault(FaultRule::gateway(empty).on(Operation::InitiatePayment).times(2));
        scene.at(FIRST_END).await;
        scene.pass(TRY).await;
        assert_eq!(scene.subscription().await.failures, 2);
        // There is money on the account again.
        scene.pass(TRY).await;
        let s = scene.subscription().await;
        assert_eq!((s.status.as_str(), s.failures, s.next_charge_at), ("ACTIVE", 0, None));
        assert_eq!(scene.states().await, ["PAID"]);
        scene.at("2027-01-22T23:00:00Z").await;
        assert_eq!(scene.states().await, ["PAID", "PAID"]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_card_refused_for_good_is_not_tried_again() {
    for engine in Engine::all() {
        for card in [TestCard::Expired, TestCard::Stolen] {
            let mut scene = Subscribed::new(engine).await;
            scene.pays_with(card).await;
            scene.at(FIRST_END).await;
            let calendar = scene.calendar().await;
            assert_eq!(calendar.last().unwrap().act, DunningAct::End);
            assert_eq!(calendar.last().unwrap().at, FIRST_END.parse::<caas::kernel::Timestamp>().unwrap() + TRY * 3);
            let said = scene.said("SUBSCRIPTION_CHARGE_FAILED").await;
            assert!(
                said.iter().any(|said| said.text.contains("elige otro")),
                "the customer is asked for another method"
            );
            scene.pass(TRY).await;
            scene.pass(TRY).await;
            assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (1, "PAST_DUE"));
            scene.pass(TRY).await;
            assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (1, "CANCELLED"));
            assert!(scene.debt().await.is_some());
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_new_way_to_pay_is_tried_at_once() {
    for engine in Engine::all() {
        for bad in [TestCard::Expired, TestCard::DoNotHonor] {
            let mut scene = Subscribed::new(engine).await;
            scene.pays_with(bad).await;
            scene.at(FIRST_END).await;
            assert_eq!(scene.status().await, "PAST_DUE");
            scene.pass(TimeDelta::hours(3)).await;
            scene.pays_with(TestCard::GoodMastercard).await;
            scene.run().await;
            assert_eq!((scene.status().await.as_str(), scene.states().await), ("ACTIVE", vec!["PAID".to_owned()]));
            assert!(scene.calendar().await.is_empty());
            scene.pass(TimeDelta::days(8)).await;
            assert_eq!(scene.payments().await.len(), 2);
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn the_customer_pays_with_any_method_at_a_click() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let good = methods::list(&mut scene.read().await, scene.customer).await.unwrap()[0].id;
        let bad = scene.pays_with(TestCard::InsufficientFunds).await;
        let caas = scene.caas();
        assert_eq!(pay_now(&caas, scene.customer, scene.id, good, "f").await.unwrap(), Err(PayRefusal::NothingDue));
        scene.at(FIRST_END).await;
        let calendar = scene.calendar().await;
        // A try beside the calendar that fails does not shorten it.
        pay_now(&caas, scene.customer, scene.id, bad, "f1").await.unwrap().unwrap();
        scene.run().await;
        assert_eq!(scene.calendar().await, calendar);
        let (paid, again) = tokio::join!(
            pay_now(&caas, scene.customer, scene.id, good, "f2"),
            pay_now(&caas, scene.customer, scene.id, good, "f2"),
        );
        assert_eq!(paid.unwrap().unwrap(), again.unwrap().unwrap(), "one form pays once");
        assert_eq!(pay_now(&caas, scene.customer, scene.id, good, "f3").await.unwrap(), Err(PayRefusal::UnderWay));
        scene.run().await;
        assert_eq!((scene.status().await.as_str(), scene.states().await), ("ACTIVE", vec!["PAID".to_owned()]));
        assert_eq!(scene.really_taken(scene.invoices().await[0].id), scene.invoices().await[0].gross_cents.0);
        // Nobody else's.
        let other = sql!(
            &mut scene.read().await,
            one(caas::kernel::ids::UserId, i64),
            "SELECT id, version FROM users WHERE email_key = 'cliente2@demo.caas.example'"
        )
        .unwrap()
        .0;
        assert_eq!(pay_now(&caas, other, scene.id, good, "f").await.unwrap(), Err(PayRefusal::NotFound));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_bank_that_wants_to_see_the_customer_is_a_charge_that_failed() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        scene.at(FIRST_END).await;
        assert_eq!((scene.status().await.as_str(), scene.mails("SUBSCRIPTION_CHARGE_FAILED").await), ("PAST_DUE", 1));
        let payment = scene.payments().await[0].clone();
        let page = payment.authentication_url.clone().unwrap();
        reqwest::Client::new().post(&page).form(&[("decision", "confirm")]).send().await.unwrap();
        let caas = scene.caas();
        assert!(continue_after_authentication(&caas, scene.customer, payment.id).await.unwrap());
        assert!(!continue_after_authentication(&caas, scene.customer, payment.id).await.unwrap());
        scene.run().await;
        assert_eq!((scene.status().await.as_str(), scene.states().await), ("ACTIVE", vec!["PAID".to_owned()]));
        // The next month the same again; this time nobody comes, and the next try begins anew.
        scene.at("2027-01-22T23:00:00Z").await;
        scene.pass(TRY).await;
        let waiting = scene.payments().await.iter().filter(|payment| payment.authentication_url.is_some()).count();
        assert_eq!((scene.payments().await.len(), waiting), (3, 1));
        scene.pass(TRY).await;
        scene.pass(TRY).await;
        assert_eq!((scene.status().await.as_str(), scene.payments().await.len()), ("CANCELLED", 5));
        assert!(scene.payments().await.iter().all(|payment| payment.state.is_over()), "nothing waits any more");
        scene.proven().await;
    }
}

#[tokio::test]
async fn without_any_way_to_pay_the_calendar_runs_all_the_same() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        for method in methods::list(&mut scene.read().await, scene.customer).await.unwrap() {
            methods::remove(&caas, scene.customer, method.id).await.unwrap();
        }
        scene.at(FIRST_END).await;
        assert_eq!((scene.status().await.as_str(), scene.payments().await.len()), ("PAST_DUE", 0));
        assert_eq!(scene.mails("SUBSCRIPTION_CHARGE_FAILED").await, 1);
        scene.pays_with(TestCard::GoodVisa).await;
        scene.run().await;
        assert_eq!((scene.status().await.as_str(), scene.states().await), ("ACTIVE", vec!["PAID".to_owned()]));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_downtime_takes_no_try_from_the_customer() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at(FIRST_END).await;
        // Down for a week, over the whole calendar.
        scene.pass(TimeDelta::days(7)).await;
        assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (2, "PAST_DUE"));
        scene.pass(TRY).await;
        assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (3, "PAST_DUE"));
        scene.pass(TRY).await;
        assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (4, "CANCELLED"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_months_of_downtime_what_was_missed_is_one_debt() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at("2027-02-25T12:00:00Z").await;
        assert_eq!(scene.states().await, ["ISSUED", "ISSUED", "ISSUED"]);
        assert_eq!(scene.payments().await.len(), 1, "charges go out one at a time, the oldest first");
        scene.pass(TRY).await;
        scene.pass(TRY).await;
        scene.pass(TRY).await;
        assert_eq!(scene.states().await, ["IN_DEBT"; 4]);
        let sum: i64 = scene.invoices().await.iter().map(|invoice| invoice.gross_cents.0).sum();
        assert_eq!(scene.debt().await.unwrap().amount_cents.0, sum);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_settings_decide_how_often_and_how_far_apart() {
    for engine in Engine::all() {
        let settings = [("CAAS_DUNNING_RETRIES", "1"), ("CAAS_DUNNING_INTERVAL_HOURS", "24")];
        let mut scene = Subscribed::with(engine, &settings).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at(FIRST_END).await;
        scene.pass(TimeDelta::hours(24)).await;
        assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (2, "CANCELLED"));
        scene.proven().await;
        let mut scene = Subscribed::with(engine, &[("CAAS_DUNNING_RETRIES", "0")]).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at(FIRST_END).await;
        assert_eq!((scene.payments().await.len(), scene.status().await.as_str()), (1, "CANCELLED"));
        scene.proven().await;
    }
}
