//! The declaration: once, in time, with everything that follows from it.

use super::scene::*;
use caas::activation::model::ActivationState;
use caas_sandbox::{Connectivity, Operation};

#[tokio::test]
async fn a_service_for_ever_is_withdrawn_from_refunded_and_switched_off() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let price = scene.payment(id).await.amount_cents;
        let declared = scene.withdraw(id).await.unwrap();
        assert_eq!(
            (declared.refund_cents, declared.policy, declared.money),
            (price, RefundPolicy::Full, MoneyFate::Refund)
        );
        assert!(declared.statement.contains("desisto de mi contrato"), "{}", declared.statement);
        // Everything was asked for in the declaration's own transaction, and nothing is done yet.
        assert_eq!(scene.requests(id).await, ["AUTHORISE SUCCEEDED", "CAPTURE SUCCEEDED", "REFUND REQUESTED"]);
        assert_eq!(scene.deactivations(id).await, [("WITHDRAWAL".to_owned(), "QUEUED".to_owned())]);
        let receipt = scene.said("WITHDRAWAL_RECEIPT").await;
        assert_eq!(receipt.len(), 2);
        assert!(
            receipt
                .iter()
                .all(|said| said.text.contains("desisto")
                    && said.text.contains("Recibido el 23 de noviembre de 2026, 10:")),
            "{}",
            receipt[0].text
        );
        assert!(scene.said("REFUNDED").await.is_empty(), "not said before it is true");
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(
            (scene.state(id).await, scene.money(id).await.split('/').next().unwrap()),
            ("WITHDRAWN", "REFUNDED")
        );
        assert!(!scene.car_has(SEATS));
        assert_eq!(scene.said("REFUNDED").await.len(), 2);
        assert_eq!(scene.said("SERVICE_ENDED").await.len(), 0);
        assert_eq!(scene.at_bank(id).await.net_cents(), 0);
        for account in ["REVENUE", "VAT_PAYABLE"] {
            assert_eq!(scene.balance(account).await, 0, "{account}");
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_second_and_a_third_click_give_the_same_receipt() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Temporary).await;
        let first = scene.withdraw(id).await.unwrap();
        scene.seconds(40).await;
        for _ in 0..2 {
            let again = scene.withdraw(id).await.unwrap();
            assert_eq!((again.id, again.declared_at), (first.id, first.declared_at));
        }
        // Long after the period too.
        scene.live(TimeDelta::days(60)).await;
        assert_eq!(scene.withdraw(id).await.unwrap().id, first.id);
        assert_eq!((scene.withdrawals().await, scene.said("WITHDRAWAL_RECEIPT").await.len()), (1, 2));
        assert_eq!(scene.calls(Operation::RefundPayment), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn two_tabs_and_the_mails_link_at_once_are_one_withdrawal_and_one_refund() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let caas = scene.caas();
        let who = |via| Declarant { customer: scene.customer, via, locale: Locale::Es };
        let (a, b, c) = tokio::join!(
            withdraw(&caas, who(Via::Expediente), id),
            withdraw(&caas, who(Via::EmailLink), id),
            withdraw(&caas, who(Via::Expediente), id),
        );
        let ids: Vec<_> = [a, b, c].into_iter().map(|answer| answer.unwrap().unwrap().id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!((scene.withdrawals().await, scene.calls(Operation::RefundPayment)), (1, 1));
        assert_eq!(scene.said("WITHDRAWAL_RECEIPT").await.len(), 2);
        scene.proven().await;
    }
}

/// One minute before the end it is taken; at the end it is refused. In each country, over its own days off.
#[tokio::test]
async fn the_last_minute_in_each_country() {
    for engine in Engine::all() {
        for (country, zone, ends) in [
            // From Monday, 23 November 2026.
            ("ES", "Europe/Madrid", "2026-12-07T23:00:00Z"),
            ("FR", "Europe/Paris", "2026-12-07T23:00:00Z"),
            ("DE", "Europe/Berlin", "2026-12-07T23:00:00Z"),
            ("GB", "Europe/London", "2026-12-08T00:00:00Z"),
            ("US", "America/New_York", "2026-12-08T05:00:00Z"),
        ] {
            let mut scene = Scene::new(engine).await;
            let (in_time, late) = (
                scene.delivered(SEATS, OfferKind::Permanent).await,
                scene.delivered(AUDIO, OfferKind::Permanent).await,
            );
            scene.lives_in(country, zone).await;
            let end = scene.window_ends(in_time).await;
            assert_eq!(end, ends.parse::<caas::kernel::Timestamp>().unwrap(), "{country}");
            scene.live_until(end - TimeDelta::minutes(1)).await;
            assert!(scene.withdraw(in_time).await.is_ok(), "{country}");
            scene.app.advance(TimeDelta::minutes(1));
            assert_eq!(scene.withdraw(late).await.unwrap_err(), WithdrawalRefusal::TooLate, "{country}");
            scene.live(TimeDelta::minutes(5)).await;
            assert_eq!((scene.state(in_time).await, scene.state(late).await), ("WITHDRAWN", "ACTIVE"), "{country}");
            assert!(scene.car_has(AUDIO));
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_holiday_that_an_administrator_adds_moves_the_end() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let admin = scene.app.sign_in("administrator").await;
        let caas = scene.caas();
        let day = "2026-12-07".parse().unwrap();
        caas::withdrawal::calendar::add(&caas, admin, "ES", day, "Puente de la Constitución").await.unwrap().unwrap();
        assert!(caas::withdrawal::calendar::add(&caas, admin, "ES", day, "Otra vez").await.unwrap().is_err());
        // The 8th is the Immaculate Conception.
        assert_eq!(scene.window_ends(id).await, "2026-12-09T23:00:00Z".parse::<caas::kernel::Timestamp>().unwrap());
        assert!(caas::withdrawal::calendar::remove(&caas, admin, "ES", day).await.unwrap());
        assert_eq!(scene.window_ends(id).await, "2026-12-07T23:00:00Z".parse::<caas::kernel::Timestamp>().unwrap());
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_was_short_not_delivered_or_came_to_nothing_is_not_withdrawn_from() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        // A day, delivered: performed, with the consent on record.
        let short = scene.delivered("AUDIO_CONCERT", OfferKind::Temporary).await;
        assert_eq!(scene.activation(short).await.days, Some(1));
        assert_eq!(scene.withdraw(short).await.unwrap_err(), WithdrawalRefusal::Performed);
        scene.drives();
        let pending = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.withdraw(pending).await.unwrap_err(), WithdrawalRefusal::NotDelivered);
        let stranger = Declarant {
            customer: caas::kernel::ids::UserId(uuid::Uuid::nil()),
            via: Via::Expediente,
            locale: Locale::Es,
        };
        assert_eq!(withdraw(&scene.caas(), stranger, pending).await.unwrap().unwrap_err(), WithdrawalRefusal::NotFound);
        scene.cancel(pending).await;
        scene.run().await;
        assert_eq!(scene.withdraw(pending).await.unwrap_err(), WithdrawalRefusal::Nothing);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_is_away_for_days_is_switched_off_in_the_end() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Temporary).await;
        scene.world().set_connectivity(&scene.vin, Connectivity::Offline);
        scene.withdraw(id).await.unwrap();
        // The money does not wait for the car, and the days bought pass meanwhile: a day of tries, one like the other,
        // then weeks in one leap.
        scene.live(TimeDelta::days(1)).await;
        scene.pass(TimeDelta::days(32)).await;
        assert_eq!((scene.state(id).await, scene.payment(id).await.state.as_str()), ("ACTIVE", "REFUNDED"));
        assert_eq!(scene.deactivations(id).await, [("WITHDRAWAL".to_owned(), "ESCALATED".to_owned())]);
        assert_eq!(scene.tickets(id).await.len(), 1);
        scene.world().set_connectivity(&scene.vin, Connectivity::Online);
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!((scene.state(id).await, scene.car_has(SEATS)), ("WITHDRAWN", false));
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_ordered_again_right_after_stays() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let first = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.withdraw(first).await.unwrap();
        scene.until(first, ActivationState::Withdrawn).await;
        let second = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.live(TimeDelta::days(20)).await;
        assert_eq!((scene.state(second).await, scene.car_has(SEATS)), ("ACTIVE", true));
        assert_eq!(scene.money(second).await, "CHARGED/SETTLED");
        scene.proven().await;
    }
}
