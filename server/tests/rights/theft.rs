//! Every cell of the theft matrix (seed "Special Scenarios"): what the customer can do about each service, and that nothing
//! happens by itself.

use crate::support::Engine;
use crate::support_desk::office::{Office, user};
use crate::use_cases::scenario::{NAVIGATION, SEATS, Scene};
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::expediente::model::EntryKind;
use caas::kernel::ids::ActivationId;
use caas::kernel::locale::Locale;
use caas::purchases::cancel::{Cancelled, cancel};
use caas::rights::theft::{Way, latest_note, services};
use caas::subscriptions::changes::cancel_at_period_end;
use caas::subscriptions::{invoices, repository as subscriptions};
use caas::support::Agent;
use caas::support::model::SupportError;
use caas::ways_out::{self, TheftSays};
use caas::withdrawal::model::Via;
use caas::withdrawal::service::{Declarant, withdraw};
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation};
use chrono::TimeDelta;

/// Its first offer is for one day.
pub const FOR_A_DAY: &str = "AUDIO_CONCERT";

/// Support, and a customer whose car is tried as often as in life.
async fn office(engine: Engine) -> Office {
    let scene = Scene::new(engine).await;
    let iker = Agent { id: user(&scene, "soporte@demo.caas.example").await };
    let nuria = Agent { id: user(&scene, "operaciones@demo.caas.example").await };
    Office { scene, iker, nuria }
}

async fn way(office: &Office, id: ActivationId) -> Option<Way> {
    let scene = &office.scene;
    let found = services(&scene.caas(), &mut scene.read().await, scene.customer, scene.vehicle).await.unwrap();
    found.into_iter().find(|(activation, _)| activation.id == id).map(|(_, way)| way)
}

async fn stolen(office: &Office) {
    let (caas, scene) = (office.scene.caas(), &office.scene);
    let noted = ways_out::note_theft(&caas, &office.iker, scene.customer, Some(scene.vehicle), "Denuncia puesta").await;
    noted.unwrap().unwrap();
}

#[tokio::test]
async fn pending_services_are_cancelled_by_the_customer_and_cost_nothing() {
    for engine in Engine::all() {
        let mut office = office(engine).await;
        // The car is busy at first: the tries go on, theft or not.
        let vin = office.scene.vin.clone();
        office.scene.fault(FaultRule::vehicle(vin, Fault::Nack { code: ErrorCode::VehicleBusy }).times(2));
        let id = office.scene.order(SEATS).await;
        office.scene.run().await;
        stolen(&office).await;
        assert_eq!(way(&office, id).await, Some(Way::Cancel));
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        let outcome = cancel(&caas, customer, id).await.unwrap();
        assert!(matches!(outcome, Cancelled::Yes | Cancelled::AsSoonAsKnown), "{outcome:?}");
        office.scene.live(TimeDelta::hours(2)).await;
        assert!(office.scene.money(id).await.starts_with("CANCELLED"), "{}", office.scene.money(id).await);
        assert_eq!(way(&office, id).await, None, "what is over is no longer listed");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn what_nobody_cancels_is_tried_on_delivered_and_charged() {
    for engine in Engine::all() {
        let mut office = office(engine).await;
        let vin = office.scene.vin.clone();
        office.scene.fault(FaultRule::vehicle(vin, Fault::Nack { code: ErrorCode::VehicleBusy }).times(2));
        let id = office.scene.order(SEATS).await;
        office.scene.run().await;
        stolen(&office).await;
        office.scene.until(id, ActivationState::Active).await;
        office.scene.run().await;
        assert!(office.scene.money(id).await.starts_with("CHARGED") && office.scene.car_has(SEATS));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn delivered_services_follow_withdrawal_and_nothing_goes_back_by_itself() {
    for engine in Engine::all() {
        let mut office = office(engine).await;
        let long = office.scene.order(SEATS).await;
        let short = office.scene.order_kind(FOR_A_DAY, OfferKind::Temporary).await;
        office.scene.until(long, ActivationState::Active).await;
        office.scene.until(short, ActivationState::Active).await;
        // Another one that its customer withdraws from after the theft: the money comes back.
        let given_back = office.scene.order("LIGHT_SIGNATURE").await;
        office.scene.until(given_back, ActivationState::Active).await;
        stolen(&office).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        withdraw(&caas, Declarant { customer, via: Via::Expediente, locale: Locale::Es }, given_back)
            .await
            .unwrap()
            .unwrap();
        office.scene.live(TimeDelta::hours(1)).await;
        assert!(office.scene.money(given_back).await.starts_with("REFUNDED"));
        assert!(matches!(way(&office, long).await, Some(Way::Withdraw { .. })));
        assert_eq!(way(&office, short).await, Some(Way::Consumed));
        let until = match way(&office, long).await {
            Some(Way::Withdraw { until }) => until,
            other => panic!("{other:?}"),
        };
        let left = until - office.scene.app.now();
        office.scene.live(left + TimeDelta::minutes(1)).await;
        assert_eq!(way(&office, long).await, Some(Way::TooLate { since: until }));
        assert!(office.scene.money(long).await.starts_with("CHARGED"), "no refund without a withdrawal");
        assert!(office.scene.car_has(SEATS), "nothing was switched off");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_subscription_can_be_cancelled_and_its_period_is_owed() {
    for engine in Engine::all() {
        let mut office = office(engine).await;
        let id = office.scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        office.scene.until(id, ActivationState::Active).await;
        office.scene.run().await;
        stolen(&office).await;
        match way(&office, id).await {
            Some(Way::Subscription { id: Some(_), withdraw_until: Some(_) }) => {}
            other => panic!("{other:?}"),
        }
        office.scene.live(TimeDelta::days(20)).await;
        match way(&office, id).await {
            Some(Way::Subscription { id: Some(_), withdraw_until: None }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(office.scene.state(id).await, "ACTIVE", "it runs until the customer ends it");
        // Cancelled by then, the period that runs is owed in full, and no other one is.
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        let s = subscriptions::of_activation(&mut office.scene.read().await, id).await.unwrap().unwrap();
        cancel_at_period_end(&caas, customer, s.id).await.unwrap().unwrap();
        office.scene.live(TimeDelta::days(45)).await;
        let invoices = invoices::of_subscription(&mut office.scene.read().await, s.id).await.unwrap();
        let billed: Vec<_> = invoices.iter().map(|invoice| (invoice.gross(), invoice.state.as_str())).collect();
        assert_eq!(billed, [(s.price(), "PAID")]);
        assert_eq!(office.scene.state(id).await, "CANCELLED");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_note_is_made_once_more_when_the_car_is_back_and_nothing_is_deleted() {
    for engine in Engine::all() {
        let mut office = office(engine).await;
        let (caas, customer, vehicle) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        let before = office.scene.calls(Operation::Deactivate);
        stolen(&office).await;
        let stranger = office.other_customer().await;
        let refused = ways_out::note_theft_over(&caas, &office.iker, stranger, Some(vehicle), "Ya está").await.unwrap();
        assert_eq!(refused, Err(SupportError::NotFound));
        office.scene.seconds(1).await;
        let over = ways_out::note_theft_over(&caas, &office.iker, customer, Some(vehicle), "Apareció").await;
        over.unwrap().unwrap();
        let mut tx = office.scene.read().await;
        let last = latest_note(&mut tx, customer, vehicle).await.unwrap().unwrap();
        let (count, _) = caas::sql!(
            &mut tx,
            one(i64, i64),
            "SELECT COUNT(*), COUNT(*) FROM theft_notes WHERE customer_id = $1",
            customer
        )
        .unwrap();
        drop(tx);
        assert_eq!((last.says, count), (TheftSays::Back, 2));
        for kind in [EntryKind::TheftNoted, EntryKind::TheftOver] {
            let (visible, _) = caas::sql!(
                &mut office.scene.read().await,
                one(i64, i64),
                "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE chain_id = $1 AND kind = $2 AND visible",
                customer,
                kind.as_str()
            )
            .unwrap();
            assert_eq!(visible, 1, "{kind} stands in the story");
        }
        assert_eq!(office.told("THEFT_GUIDANCE").await.iter().filter(|said| said.channel == "EMAIL").count(), 1);
        assert_eq!(office.scene.calls(Operation::Deactivate), before);
        office.scene.proven().await;
    }
}
