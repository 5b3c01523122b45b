//! What becomes of the money, wherever it is when the withdrawal is declared; and the deadline of refunds.

use super::scene::*;
use caas::payments::refunds;
use caas_sandbox::{Fault, FaultRule, Operation, TestCard};

const PRO_RATA: &[(&str, &str)] = &[("CAAS_WITHDRAWAL_REFUND", "pro_rata")];

#[tokio::test]
async fn pro_rata_keeps_the_days_used_and_refunds_the_rest() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, PRO_RATA).await;
        let id = scene.delivered(SEATS, OfferKind::Temporary).await;
        let price = scene.payment(id).await.amount_cents.0;
        scene.live(TimeDelta::days(6)).await;
        let declared = scene.withdraw(id).await.unwrap();
        let kept = price * 6 / 30;
        assert_eq!((declared.used_days, declared.refund_cents.0), (Some(6), price - kept));
        scene.live(TimeDelta::minutes(5)).await;
        let payment = scene.payment(id).await;
        assert_eq!((payment.state.as_str(), payment.refunded_cents.0), ("CHARGED", price - kept));
        assert_eq!(scene.at_bank(id).await.net_cents(), u64::try_from(kept).unwrap());
        assert_eq!(
            scene.balance("REVENUE").await + scene.balance("VAT_PAYABLE").await,
            kept,
            "what is kept, to the cent"
        );
        assert_eq!((scene.state(id).await, scene.said("REFUNDED").await.len()), ("WITHDRAWN", 2));
        let receipt = &scene.said("WITHDRAWAL_RECEIPT").await[0].text;
        assert!(receipt.contains("6 días completos de uso"), "{receipt}");
        scene.proven().await;
    }
}

#[tokio::test]
async fn pro_rata_gives_back_all_of_what_has_no_end_and_of_the_first_day() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, PRO_RATA).await;
        let (for_ever, today) =
            (scene.delivered(AUDIO, OfferKind::Permanent).await, scene.delivered(SEATS, OfferKind::Temporary).await);
        for id in [for_ever, today] {
            let price = scene.payment(id).await.amount_cents;
            assert_eq!(scene.withdraw(id).await.unwrap().refund_cents, price);
        }
        scene.live(TimeDelta::minutes(5)).await;
        for id in [for_ever, today] {
            assert_eq!(scene.payment(id).await.state.as_str(), "REFUNDED");
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_charge_that_is_on_its_way_is_refunded_once_it_has_arrived() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::CapturePayment));
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        assert_eq!(scene.payment(id).await.state.as_str(), "HELD_FOR_ACTIVATION");
        assert_eq!(scene.withdraw(id).await.unwrap().money, MoneyFate::RefundOnceCharged);
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!((scene.state(id).await, scene.calls(Operation::RefundPayment)), ("WITHDRAWN", 0));
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::hours(6)).await;
        assert_eq!((scene.payment(id).await.state.as_str(), scene.at_bank(id).await.net_cents()), ("REFUNDED", 0));
        scene.proven().await;
    }
}

#[tokio::test]
async fn of_a_lapsed_hold_there_is_nothing_to_give_back() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::CapturePayment));
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.withdraw(id).await.unwrap();
        let lapses = scene.payment(id).await.capture_before.unwrap();
        // In one leap: minute by minute the gateway would be tried ten thousand times.
        scene.pass(lapses - scene.app.now() + TimeDelta::hours(1)).await;
        scene.world().clear_faults();
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!(scene.money(id).await, "CANCELLED/ABSORBED");
        assert_eq!(scene.requests(id).await.last().unwrap(), "REFUND REFUSED");
        assert_eq!((scene.said("REFUNDED").await.len(), scene.calls(Operation::RefundPayment)), (0, 0));
        scene.proven().await;
    }
}

#[tokio::test]
async fn money_that_the_bank_never_moved_is_not_given_back() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::SettlementFails).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(scene.money(id).await, "CHARGED/FAILED");
        let declared = scene.withdraw(id).await.unwrap();
        assert_eq!((declared.money, declared.refund_cents.0), (MoneyFate::NotMoved, 0));
        scene.live(TimeDelta::days(16)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("WITHDRAWN", "CHARGED/ABSORBED"));
        assert_eq!(
            (scene.requests(id).await.last().unwrap().as_str(), scene.calls(Operation::RefundPayment)),
            ("REFUND REFUSED", 0)
        );
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_customers_bank_took_back_is_not_given_back_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::ChargedBack).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.live(TimeDelta::days(13)).await;
        if scene.money(id).await == "CHARGED/CHARGED_BACK" {
            assert_eq!(scene.withdraw(id).await.unwrap().money, MoneyFate::TakenBack);
            scene.live(TimeDelta::hours(1)).await;
            assert_eq!((scene.state(id).await, scene.calls(Operation::RefundPayment)), ("WITHDRAWN", 0));
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_subscription_ends_and_nothing_is_billed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(NAVIGATION, OfferKind::Subscription).await;
        scene.live(TimeDelta::days(5)).await;
        let declared = scene.withdraw(id).await.unwrap();
        assert_eq!((declared.money, declared.refund_cents.0), (MoneyFate::Subscription, 0));
        scene.live(TimeDelta::days(60)).await;
        assert_eq!((scene.state(id).await, scene.car_has(NAVIGATION)), ("WITHDRAWN", false));
        assert_eq!(scene.balance("REVENUE").await, 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_made_once() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, PRO_RATA).await;
        let id = scene.delivered(SEATS, OfferKind::Temporary).await;
        scene.live(TimeDelta::days(3)).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::RefundPayment).times(1));
        let back = scene.withdraw(id).await.unwrap().refund_cents;
        scene.live(TimeDelta::hours(2)).await;
        let bank = scene.at_bank(id).await;
        assert_eq!((scene.payment(id).await.refunded_cents, bank.refunds.len()), (back, 1));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_refund_that_takes_long_raises_the_alarm_at_day_ten_and_is_never_late_silently() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::RefundPayment));
        scene.withdraw(id).await.unwrap();
        let counts = async |scene: &Scene| refunds::counts(&mut scene.read().await, scene.app.now()).await.unwrap();
        let delayed = async |scene: &Scene| {
            let mut tx = scene.read().await;
            sql!(
                tx,
                one(i64, i64),
                "SELECT COUNT(*), CAST(0 AS BIGINT) FROM expediente_entries WHERE kind = 'REFUND_DELAYED'"
            )
            .unwrap()
            .0
        };
        scene.pass(TimeDelta::days(9)).await;
        assert_eq!((counts(&scene).await, delayed(&scene).await), ((1, 0), 0));
        scene.pass(TimeDelta::days(1) + TimeDelta::hours(1)).await;
        assert_eq!((counts(&scene).await, delayed(&scene).await), ((1, 1), 1));
        let line = refunds::under_way(&mut scene.read().await, None, 10).await.unwrap().remove(0);
        assert!(line.alarmed_at.is_some() && !line.is_overdue(scene.app.now()));
        scene.pass(TimeDelta::days(4)).await;
        assert_eq!(delayed(&scene).await, 2, "once more when its time is over");
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!((counts(&scene).await, scene.payment(id).await.state.as_str()), ((0, 0), "REFUNDED"));
        let (open, _) = sql!(
            scene.read().await,
            one(i64, i64),
            "SELECT COUNT(*), CAST(0 AS BIGINT) FROM failure_audit WHERE failure_type = 'REFUND_LATE' AND resolution = 'OPEN'"
        )
        .unwrap();
        assert_eq!(open, 0);
        scene.proven().await;
    }
}
