//! The reminder before the final payment's date: in time, once, and never to somebody who has paid.

use super::scene::*;
use crate::support::Engine;
use caas::sales::payment::CarPayment;
use caas_sandbox::TestCard;
use chrono::TimeDelta;

const REMINDED: &str = "FINAL_PAYMENT_REMINDER";

#[tokio::test]
async fn two_days_before_its_date_the_customer_is_reminded_once() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.pass(TimeDelta::days(5) - TimeDelta::seconds(1)).await;
        assert!(scene.said(REMINDED).await.is_empty(), "not before");
        scene.pass(TimeDelta::seconds(1)).await;
        let said = scene.said(REMINDED).await;
        let channels: Vec<_> = said.iter().map(|said| said.channel.as_str()).collect();
        // On a telephone too, where there is one.
        assert_eq!(channels, ["EMAIL", "IN_APP"]);
        for words in ["27.990,00\u{a0}€", "hasta el", "señal de 3.110,00\u{a0}€ no se devuelve"] {
            assert!(said[0].text.contains(words), "{words} in {}", said[0].text);
        }
        scene.pass(TimeDelta::days(1)).await;
        assert_eq!(scene.said(REMINDED).await.len(), 2, "once");
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(scene.really_paid(order), TOTAL);
        scene.proven().await;
    }
}

#[tokio::test]
async fn who_has_paid_or_lost_the_car_is_not_reminded() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let paid = scene.awaiting_the_rest().await;
        scene.pays(paid, CarPayment::Final).await.unwrap();
        scene.run().await;
        let lost = scene.awaiting_the_rest().await;
        scene.pays_with(TestCard::Stolen).await;
        scene.pays(lost, CarPayment::Final).await.unwrap();
        scene.run().await;
        scene.pass(TimeDelta::days(8)).await;
        assert!(scene.said(REMINDED).await.is_empty());
        scene.proven().await;
    }
}

#[tokio::test]
async fn who_is_paying_is_reminded_only_if_it_comes_to_nothing() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let mut settings = scene.world().gateway_settings();
        settings.processing_seconds = 24 * 3600;
        scene.world().set_gateway_settings(settings);
        scene.pays_with(TestCard::BankTransfer).await;
        scene.pass(TimeDelta::days(5) - TimeDelta::hours(1)).await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(scene.really_paid(order), TOTAL);
        assert!(scene.said(REMINDED).await.is_empty(), "the transfer was under way and arrived");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_short_time_or_a_setting_leaves_the_reminder_out() {
    for settings in [("CAAS_FINAL_PAYMENT_DAYS", "2"), ("CAAS_FINAL_PAYMENT_REMINDER_DAYS", "0")] {
        for engine in Engine::all() {
            let mut scene = CarScene::with(engine, &[settings]).await;
            scene.awaiting_the_rest().await;
            scene.pass(TimeDelta::days(8)).await;
            assert!(scene.said(REMINDED).await.is_empty(), "{settings:?}");
            scene.proven().await;
        }
    }
}
