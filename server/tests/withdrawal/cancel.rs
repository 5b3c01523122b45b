//! Cancelling before delivery, at any time: at once, or as soon as bank and car have answered.

use super::scene::*;
use caas::activation::model::ActivationState;
use caas::purchases::cancel::Cancelled;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation};

#[tokio::test]
async fn while_the_bank_has_not_answered_the_wish_is_kept_and_the_car_never_told() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::gateway(Fault::LostAnswer).on(Operation::InitiatePayment).times(1));
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.money(id).await, "UNKNOWN/NONE");
        assert_eq!(scene.cancel(id).await, Cancelled::AsSoonAsKnown);
        assert_eq!(scene.cancel(id).await, Cancelled::AsSoonAsKnown, "a second click is the same wish");
        assert!(scene.said("SERVICE_CANCELLED").await.is_empty());
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!((scene.state(id).await, scene.commands(SEATS)), ("CANCELLED", 0));
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Cancelled);
        assert!(!scene.said("SERVICE_CANCELLED").await.is_empty());
        scene.proven().await;
    }
}

#[tokio::test]
async fn while_the_car_has_the_command_the_wish_waits_for_its_word() {
    for engine in Engine::all() {
        // It refuses: cancelled instead of tried again.
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::AsyncFailure { code: ErrorCode::VehicleBusy }).on(Operation::Activate));
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!((scene.state(id).await, scene.cancel(id).await), ("ATTEMPT_IN_PROGRESS", Cancelled::AsSoonAsKnown));
        scene.live(TimeDelta::minutes(30)).await;
        assert_eq!((scene.state(id).await, scene.commands(SEATS)), ("CANCELLED", 1));
        assert_eq!(scene.bank_status(id).await, PaymentStatus::Cancelled);
        scene.proven().await;
        // It confirms: delivered, and the customer may withdraw.
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!(scene.cancel(id).await, Cancelled::AsSoonAsKnown);
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!((scene.state(id).await, scene.cancel(id).await), ("ACTIVE", Cancelled::TooLate));
        assert!(scene.withdraw(id).await.is_ok());
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_waits_for_support_is_cancelled_and_the_case_says_so() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::iot(Fault::Nack { code: ErrorCode::ModuleFault }).on(Operation::Activate));
        let id = scene.order(SEATS).await;
        scene.until(id, ActivationState::AwaitingSupportResolution).await;
        assert_eq!(scene.cancel(id).await, Cancelled::Yes);
        scene.run().await;
        assert_eq!(
            (scene.state(id).await, scene.payment(id).await.state.as_str()),
            ("FAILED_NO_CHARGE", "FAILED_NO_CHARGE")
        );
        assert!(scene.notes().await.contains(&"CUSTOMER_CANCELLED".to_owned()));
        assert_eq!(scene.cancel(id).await, Cancelled::TooLate);
        scene.proven().await;
    }
}
