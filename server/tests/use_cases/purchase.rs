//! Buying: hold, deliver, capture (rulebook §5).

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::money::{Cents, Money};
use caas::purchases::cancel::Cancelled;
use caas::purchases::model::OrderRefusal;
use caas::purchases::service::{continue_after_authentication, place};
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{Connectivity, Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

#[tokio::test]
async fn money_is_taken_only_after_the_car_has_confirmed_by_callback() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(
            (scene.state(id).await, scene.money(id).await.as_str()),
            ("ATTEMPT_IN_PROGRESS", "HELD_FOR_ACTIVATION/NONE")
        );
        let bank = scene.at_bank(id).await;
        assert_eq!((bank.status, bank.captured_amount), (PaymentStatus::Authorized, None));
        scene.seconds(3).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Captured);
        assert!(scene.car_has(SEATS));
        assert_eq!((scene.commands(SEATS), scene.attempts(id).await.len()), (1, 1));
        let payment = scene.payment(id).await;
        assert!(payment.captured_at >= scene.activation(id).await.activated_at);
        assert_eq!(payment.captured_cents, payment.amount_cents);
        let said = scene.said("SERVICE_ACTIVE").await;
        assert_eq!(said.iter().map(|s| s.channel.as_str()).collect::<Vec<_>>(), ["EMAIL", "IN_APP"]);
        assert!(said.iter().all(|s| s.status == "SENT"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_answers_at_once_needs_no_callback() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        assert_eq!(scene.activation(id).await.expires_at, None);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_bank_holds_and_does_not_take_while_the_car_cannot_be_reached() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.world().set_connectivity(&scene.vin, Connectivity::Offline);
        let id = scene.order(SEATS).await;
        scene.seconds(60).await;
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Authorized);
        assert_eq!(scene.calls(Operation::CapturePayment), 0);
        scene.world().set_connectivity(&scene.vin, Connectivity::Online);
        scene.until(id, ActivationState::Active).await;
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Captured);
        scene.proven().await;
    }
}

#[tokio::test]
async fn each_decline_ends_the_order_without_charge_and_the_next_try_works_at_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let cards = [
            TestCard::InsufficientFunds,
            TestCard::DoNotHonor,
            TestCard::TryAgainLater,
            TestCard::Expired,
            TestCard::Stolen,
        ];
        for card in cards {
            scene.pays_with(card).await;
            let id = scene.order(SEATS).await;
            scene.run().await;
            assert_eq!(
                (scene.state(id).await, scene.money(id).await.as_str()),
                ("PAYMENT_REJECTED", "REJECTED/NONE"),
                "{card:?}"
            );
            assert!(scene.payment(id).await.declined_because().is_some());
        }
        assert_eq!(scene.commands(SEATS), 0);
        let said = scene.said("PAYMENT_DECLINED").await;
        assert_eq!(said.len(), 4 * cards.len(), "by mail, push, SMS and in the app");
        assert!(said.iter().all(|s| s.text.contains("No se te ha cobrado")));
        scene.pays_with(TestCard::GoodMastercard).await;
        let id = scene.order(SEATS).await;
        scene.seconds(3).await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_outage_of_the_bank_is_no_decline_and_the_order_goes_on_afterwards() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage));
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(scene.state(id).await, "PAYMENT_PENDING");
        scene.world().clear_fault(outage);
        scene.until(id, ActivationState::Active).await;
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Captured);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_until_the_bank_is_asked_by_the_key_and_holds_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.money(id).await, "UNKNOWN/NONE");
        scene.until(id, ActivationState::Active).await;
        assert_eq!(scene.calls(Operation::InitiatePayment), 1);
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Captured);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_bank_that_takes_its_time_is_asked_until_it_has_decided() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::BankTransfer).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!((scene.money(id).await.as_str(), scene.commands(SEATS)), ("PENDING/NONE", 0));
        scene.until(id, ActivationState::Active).await;
        scene.fault(FaultRule::gateway(Fault::SlowAuthorisation { seconds: 40 }).times(1));
        scene.pays_with(TestCard::GoodVisa).await;
        let slow = scene.order(AUDIO).await;
        scene.seconds(20).await;
        assert_eq!(scene.money(slow).await, "PENDING/NONE");
        scene.until(slow, ActivationState::Active).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_confirmation_with_the_bank_is_no_decline() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        let payment = scene.payment(id).await;
        assert_eq!((scene.state(id).await, payment.state.as_str()), ("PAYMENT_PENDING", "INITIATED"));
        assert!(scene.said("PAYMENT_DECLINED").await.is_empty());
        assert_eq!(scene.said("AUTHENTICATION_NEEDED").await.len(), 3);
        let page = payment.authentication_url.unwrap();
        let done = reqwest::Client::new().post(&page).form(&[("decision", "confirm")]).send().await.unwrap();
        assert!(done.status().is_success() || done.status().is_redirection(), "{}", done.status());
        assert!(continue_after_authentication(&scene.caas(), scene.customer, id).await.unwrap());
        assert!(!continue_after_authentication(&scene.caas(), scene.customer, id).await.unwrap());
        scene.until(id, ActivationState::Active).await;
        assert_eq!(scene.money(id).await, "CHARGED/PENDING");
        scene.proven().await;
    }
}

#[tokio::test]
async fn without_the_confirmation_the_order_ends_at_its_deadline() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::hours(23)).await;
        assert_eq!(scene.state(id).await, "PAYMENT_PENDING");
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("PAYMENT_REJECTED", "CANCELLED/NONE"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_may_not_be_ordered_asks_nothing_of_bank_or_car() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut order = scene.form(SEATS, OfferKind::Permanent).await;
        let price = order.shown_price;
        order.shown_price = Money::new(Cents(price.cents.0 - 1), price.currency);
        assert_eq!(scene.place(&order).await.unwrap_err(), OrderRefusal::PriceChanged { now: price });
        order.shown_price = price;
        order.consents = false;
        assert_eq!(scene.place(&order).await.unwrap_err(), OrderRefusal::ConsentMissing);
        order.consents = true;
        order.method = None;
        assert_eq!(scene.place(&order).await.unwrap_err(), OrderRefusal::NoPaymentMethod);
        scene.looked_at().await;
        let boost = scene.order("POWER_BOOST_150").await;
        scene.seconds(3).await;
        assert_eq!(scene.state(boost).await, "ACTIVE");
        let conflict = scene.form("POWER_BOOST_120", OfferKind::Permanent).await;
        assert_eq!(scene.place(&conflict).await.unwrap_err(), OrderRefusal::NotAvailable);
        let again = scene.form("POWER_BOOST_150", OfferKind::Permanent).await;
        assert_eq!(scene.place(&again).await.unwrap_err(), OrderRefusal::NotAvailable);
        assert_eq!(scene.world().payments().len(), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_second_click_and_a_second_tab_buy_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        let first = scene.place(&form).await.unwrap();
        let second = scene.place(&form).await.unwrap();
        let other_tab = scene.form(SEATS, OfferKind::Permanent).await;
        let third = scene.place(&other_tab).await.unwrap();
        assert_eq!((first.already, second.already, third.already), (false, true, true));
        assert!(first.activation == second.activation && first.activation == third.activation);
        scene.seconds(3).await;
        let reload = scene.place(&form).await.unwrap();
        assert_eq!((reload.activation, reload.already), (first.activation, true));
        assert_eq!(scene.world().payments().len(), 1);
        scene.proven().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_at_the_same_moment_buy_once_and_each_gets_an_answer() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.looked_at().await;
        for round in 0..4 {
            let code = [SEATS, AUDIO, "SURROUND_VIEW", "LIGHT_SIGNATURE"][round];
            let same = scene.form(code, OfferKind::Permanent).await;
            let mut tasks = Vec::new();
            for n in 0..6 {
                let (caas, mut form) = (scene.caas(), same.clone());
                if n % 2 == 1 {
                    form.purchase_key = format!("tab-{round}-{n}");
                }
                tasks.push(tokio::spawn(async move { place(&caas, &form).await }));
            }
            let mut placed = Vec::new();
            for task in tasks {
                placed.push(task.await.unwrap().unwrap().unwrap());
            }
            assert_eq!(placed.iter().filter(|placed| !placed.already).count(), 1, "{engine:?}");
            assert!(placed.iter().all(|other| other.activation == placed[0].activation));
        }
        scene.live(TimeDelta::seconds(60)).await;
        assert_eq!(scene.world().payments().len(), 4);
        scene.proven().await;
    }
}

#[tokio::test]
async fn before_delivery_the_customer_cancels_and_the_hold_ends() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        // Nothing was sent to the bank yet.
        let id = scene.order(SEATS).await;
        assert_eq!(scene.cancel(id).await, Cancelled::Yes);
        scene.run().await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("CANCELLED", "CANCELLED/NONE"));
        assert_eq!(scene.calls(Operation::InitiatePayment), 0);
        // While a retry is waited for.
        scene.drives();
        let id = scene.order(AUDIO).await;
        scene.run().await;
        assert_eq!(scene.state(id).await, "RETRY_SCHEDULED");
        assert_eq!(scene.cancel(id).await, Cancelled::Yes);
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("CANCELLED", "CANCELLED/NONE"));
        assert_eq!((scene.bank_status(id).await, scene.commands(AUDIO)), (PaymentStatus::Cancelled, 0));
        assert_eq!(scene.said("SERVICE_CANCELLED").await.len(), 4);
        assert_eq!(scene.cancel(id).await, Cancelled::TooLate);
        scene.proven().await;
    }
}

#[tokio::test]
async fn while_the_car_has_the_command_and_after_delivery_nothing_is_cancelled() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.cancel(id).await, Cancelled::AsSoonAsKnown);
        scene.seconds(3).await;
        assert_eq!(scene.cancel(id).await, Cancelled::TooLate);
        let stranger = caas::kernel::ids::UserId(uuid::Uuid::nil());
        let answer = caas::purchases::cancel::cancel(&scene.caas(), stranger, id).await.unwrap();
        assert_eq!(answer, Cancelled::NotFound);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_subscription_holds_nothing_and_starts_at_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        scene.seconds(3).await;
        let activation = scene.activation(id).await;
        assert_eq!((activation.state.as_str(), activation.payment_id, activation.expires_at), ("ACTIVE", None, None));
        assert_eq!(scene.calls(Operation::InitiatePayment), 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_support_has_it_the_customer_may_order_again_which_closes_the_earlier_order() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: caas_sandbox::ErrorCode::ModuleFault });
        let first = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.state(first).await, "AWAITING_SUPPORT_RESOLUTION");
        scene.world().clear_faults();
        let second = scene.order(SEATS).await;
        assert_ne!(first, second);
        scene.seconds(3).await;
        assert_eq!((scene.state(first).await, scene.state(second).await), ("FAILED_NO_CHARGE", "ACTIVE"));
        assert_eq!(
            (scene.money(first).await.as_str(), scene.money(second).await.as_str()),
            ("FAILED_NO_CHARGE/NONE", "CHARGED/PENDING")
        );
        scene.proven().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_new_orders_at_the_moment_an_escalated_one_is_closed_are_one() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.car(Fault::Nack { code: caas_sandbox::ErrorCode::ModuleFault });
        let first = scene.order(SEATS).await;
        scene.run().await;
        scene.world().clear_faults();
        let (one, two) = (scene.form(SEATS, OfferKind::Permanent).await, scene.form(SEATS, OfferKind::Permanent).await);
        let (caas, other) = (scene.caas(), scene.caas());
        let one = tokio::spawn(async move { place(&caas, &one).await });
        let two = tokio::spawn(async move { place(&other, &two).await });
        let (one, two) = (one.await.unwrap().unwrap().unwrap(), two.await.unwrap().unwrap().unwrap());
        assert_eq!(one.activation, two.activation);
        assert_ne!(one.activation, first);
        scene.seconds(3).await;
        scene.proven().await;
    }
}
