//! The billing run.

use super::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use crate::use_cases::scenario::{NAVIGATION, Scene};
use caas::Caas;
use caas::Parts;
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::when::start_of_day;
use caas::purchases::cancel::Cancelled;
use caas::sql;
use caas::subscriptions::billing::{BillingRun, bill_due, latest_runs};
use caas::subscriptions::{invoices, preview, repository as store};
use caas_sandbox::{Fault, Operation};
use chrono::TimeDelta;

#[tokio::test]
async fn a_period_is_billed_when_it_is_over() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let s = scene.subscription().await;
        assert_eq!((s.period_start.to_string(), s.period_end.to_string()), ("2026-11-23".into(), "2026-12-23".into()));
        assert_eq!(s.next_billing_at, Some(FIRST_END.parse().unwrap()));
        scene.at("2026-12-22T22:59:59Z").await;
        assert!(scene.invoices().await.is_empty(), "the last second of the period is not its end");
        assert!(scene.payments().await.is_empty());
        scene.at(FIRST_END).await;
        let [invoice] = &scene.invoices().await[..] else { panic!("one invoice") };
        assert_eq!(invoice.state.as_str(), "PAID");
        assert_eq!((invoice.period_start, invoice.period_end), (s.period_start, s.period_end));
        assert_eq!(invoice.gross(), s.price());
        assert_eq!(invoice.issued_on.to_string(), "2026-12-23", "dated in the seller's zone");
        assert!(invoice.number.starts_with("ES-2026-"), "{}", invoice.number);
        assert_eq!((invoice.buyer_country.as_str(), invoice.seller_name.contains("España")), ("ES", true));
        let lines = invoices::lines_of(&mut scene.read().await, invoice.id).await.unwrap();
        assert_eq!((lines.len(), lines[0].days, lines[0].of_days), (1, 30, 30));
        assert_eq!(scene.really_taken(invoice.id), s.price_cents.0);
        let after = scene.subscription().await;
        assert_eq!((after.period_start, after.period_end.to_string()), (s.period_end, "2027-01-23".to_owned()));
        assert_eq!(after.status.as_str(), "ACTIVE");
        let [payment] = &scene.payments().await[..] else { panic!("one payment") };
        assert_eq!(payment.state.as_str(), "CHARGED");
        // The settlement comes later, by webhook, as for every payment.
        scene.pass(TimeDelta::days(3)).await;
        assert_eq!(scene.payments().await[0].settlement.as_str(), "SETTLED");
        assert!(!latest_runs(&mut scene.read().await, 5).await.unwrap().is_empty());
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_hundred_runs_and_four_processes_bill_once() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.app.advance(TimeDelta::days(31));
        let processes: Vec<Caas> = (0..4).map(|_| Caas::new(Parts::clone(&scene.caas()))).collect();
        let runs = futures::future::join_all(processes.iter().map(bill_due)).await;
        let billed: i64 = runs.into_iter().map(|run| run.unwrap().invoices).sum();
        let invoices = scene.invoices().await.len();
        assert_eq!(invoices, 1);
        assert!(billed >= 1);
        for _ in 0..100 {
            assert_eq!(bill_due(&scene.caas()).await.unwrap(), BillingRun::default());
        }
        scene.run().await;
        assert_eq!((scene.invoices().await.len(), scene.payments().await.len()), (1, 1));
        let invoice = scene.invoices().await[0].id;
        assert_eq!(scene.at_the_bank(&invoice.to_string()).len(), 1);
        // The database itself knows no second one.
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE subscriptions SET period_start = '2026-11-23', period_end = '2026-12-23', next_billing_at = $1 WHERE id = $2",
            caas.now(), scene.id).unwrap();
        tx.commit().await.unwrap();
        let run = bill_due(&caas).await.unwrap();
        assert_eq!((run.troubled, scene.invoices().await.len()), (1, 1), "the same period a second time");
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE subscriptions SET period_start = '2026-12-23', period_end = '2027-01-23', next_billing_at = $1 WHERE id = $2",
            start_of_day("2027-01-23".parse().unwrap(), "Europe/Madrid"), scene.id).unwrap();
        tx.commit().await.unwrap();
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_a_year_of_downtime_every_period_is_billed_one_after_the_other() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.at("2027-12-01T12:00:00Z").await;
        let invoices = scene.invoices().await;
        assert_eq!(invoices.len(), 12);
        for pair in invoices.windows(2) {
            assert_eq!(pair[0].period_end, pair[1].period_start, "no day is billed twice or never");
            assert!(pair[0].number < pair[1].number);
        }
        assert!(scene.states().await.iter().all(|state| state == "PAID"));
        // Charged one at a time, the oldest first.
        let payments = scene.payments().await;
        assert_eq!(payments.len(), 12);
        assert!(payments.windows(2).all(|pair| pair[0].captured_at <= pair[1].captured_at));
        let in_order: Vec<_> = payments.iter().map(|payment| payment.invoice.unwrap()).collect();
        assert_eq!(in_order, invoices.iter().map(|invoice| invoice.id).collect::<Vec<_>>());
        let s = scene.subscription().await;
        assert_eq!((s.period_start.to_string(), s.period_end.to_string()), ("2027-11-23".into(), "2027-12-23".into()));
        scene.proven().await;
    }
}

#[tokio::test]
async fn midnight_moves_with_the_clocks_of_the_customer() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.at("2027-03-22T23:00:00Z").await;
        assert_eq!(scene.invoices().await.len(), 4, "winter time until the 28th");
        scene.at("2027-04-22T21:59:59Z").await;
        assert_eq!(scene.invoices().await.len(), 4);
        scene.at("2027-04-22T22:00:00Z").await;
        assert_eq!(scene.invoices().await.len(), 5, "an hour earlier in summer");
        let days: i64 = scene.invoices().await.iter().map(|invoice| invoice.period().days()).sum();
        assert_eq!(days, 30 + 31 + 31 + 28 + 31);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_wish_to_live_elsewhere_leaves_the_periods_as_they_are() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE users SET time_zone = 'America/Los_Angeles' WHERE id = $1", scene.customer)
            .unwrap();
        tx.commit().await.unwrap();
        scene.at(FIRST_END).await;
        assert_eq!(scene.invoices().await.len(), 1, "as agreed at the beginning: no gap, no overlap");
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_never_worked_is_never_billed() {
    for engine in Engine::all() {
        // The car can't be reached for days.
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        let fault = scene.car(Fault::Offline);
        let failed = scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        scene.until(failed, ActivationState::AwaitingSupportResolution).await;
        scene.world().clear_fault(fault);
        assert!(store::of_activation(&mut scene.read().await, failed).await.unwrap().is_none());
        // Ordered again and cancelled before the car is told.
        scene.drives();
        let cancelled = scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        scene.run().await;
        assert_eq!(scene.cancel(cancelled).await, Cancelled::Yes);
        scene.pass(TimeDelta::days(70)).await;
        let mut tx = scene.read().await;
        let (subscriptions, invoices) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT (SELECT COUNT(*) FROM subscriptions WHERE customer_id = $1), (SELECT COUNT(*) FROM invoices WHERE customer_id = $1)",
            scene.customer
        )
        .unwrap();
        drop(tx);
        assert_eq!((subscriptions, invoices), (0, 0));
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_next_month_is_known_in_advance() {
    for engine in Engine::all() {
        let scene = Subscribed::new(engine).await;
        let (now, s) = (scene.app.now(), scene.subscription().await);
        let mut tx = scene.read().await;
        let coming = preview::of_customer(&mut tx, scene.customer, now + TimeDelta::days(31)).await.unwrap();
        let mine = coming.iter().find(|coming| coming.id == scene.id).unwrap();
        assert_eq!((mine.amount(), mine.next_billing_at), (s.price(), s.next_billing_at.unwrap()));
        let span = (now, now + TimeDelta::days(31));
        let all = preview::totals(&mut tx, span, None, 100).await.unwrap();
        let day = all.iter().find(|total| total.day == s.period_end && total.service_id == s.service_id).unwrap();
        assert!(day.subscriptions >= 1 && day.cents >= s.price_cents);
        // By pages of one the same comes out.
        let (mut after, mut paged) = (None, 0);
        while let Some(one) = preview::totals(&mut tx, span, after, 1).await.unwrap().pop() {
            after = Some((one.day, one.service_id, one.currency));
            paged += one.subscriptions;
        }
        let whole: i64 = preview::grand_totals(&mut tx, span).await.unwrap().iter().map(|(count, _)| count).sum();
        assert_eq!((paged, all.iter().map(|total| total.subscriptions).sum::<i64>()), (whole, whole));
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_charge_is_asked_for_once_whatever_is_lost_on_the_way() {
    for engine in Engine::all() {
        for fault in [Fault::LostAnswer, Fault::Outage, Fault::Error] {
            let mut scene = Subscribed::new(engine).await;
            scene.fault(caas_sandbox::FaultRule::gateway(fault.clone()).on(Operation::InitiatePayment).times(2));
            scene.at(FIRST_END).await;
            scene.live(TimeDelta::hours(2)).await;
            let invoice = scene.invoices().await[0].clone();
            assert_eq!(invoice.state.as_str(), "PAID", "{fault:?}");
            assert_eq!(scene.really_taken(invoice.id), invoice.gross_cents.0);
            assert_eq!(scene.at_the_bank(&invoice.id.to_string()).len(), 1);
            assert_eq!((scene.status().await.as_str(), scene.mails("SUBSCRIPTION_CHARGE_FAILED").await), ("ACTIVE", 0));
            scene.proven().await;
        }
    }
}
