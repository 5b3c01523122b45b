//! The transport to the door: scheduled, on its way, absent, returned; and what happens instead of a second one.

use super::played::Mood;
use super::scene::Scene;
use crate::support::Engine;
use caas::expediente::model::EntryKind;
use caas::sales::delivery::model::{ChecklistItem, HandOverPlace};
use caas::sales::delivery::port::TransportEvent as E;
use caas::sales::delivery::slots::PickUpRefusal;
use caas::sales::delivery::{hand_over, pick_ups};
use caas::sql;
use caas::watch::by_hand;
use caas::watch::model::Outside;
use chrono::TimeDelta;

#[tokio::test]
async fn the_driver_hands_over_what_the_dealership_has_prepared() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("HOME").await;
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "la entrega tiene fecha");
        let vehicle = scene.order(id).await.vehicle_id.unwrap();
        assert_eq!(scene.car(vehicle).await.2, "AWAITING_DELIVERY");
        scene.tick_all(id).await;
        // Nobody hands over at the dealership what the lorry brings.
        let mut tx = scene.begin().await;
        let refused = hand_over::complete(&scene.caas, &mut tx, &scene.dealer, id).await.unwrap();
        assert_eq!(refused, Err(hand_over::HandOverRefusal::NotNow));
        drop(tx);
        assert!(scene.driver(id, E::PickedUp, 10).await);
        assert!(scene.driver(id, E::Delivered, 20).await);
        assert_eq!(scene.status(id).await, "DELIVERED");
        let (plate, _, inventory) = scene.car(vehicle).await;
        assert_eq!((plate.is_some(), inventory.as_str()), (true, "DELIVERED"));
        let now = hand_over::state(&mut scene.read().await, &scene.order(id).await).await.unwrap();
        assert_eq!(now.place, Some(HandOverPlace::Home));
        assert_eq!(now.identity.unwrap().last_four, None);
        assert!(now.missing.is_empty());
        // Late and twice: nothing changes.
        let told = scene.told(id).await.len();
        for late in [E::Delivered, E::PickedUp, E::ReturnedToDealership] {
            assert!(scene.driver(id, late, 30).await);
        }
        assert_eq!((scene.status(id).await, scene.told(id).await.len()), ("DELIVERED", told));
        assert_eq!(
            scene.path(id, EntryKind::DeliveryChanged).await,
            ["REQUESTED", "SCHEDULED", "PICKED_UP", "DELIVERED"]
        );
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_list_that_was_forgotten_completes_the_hand_over_afterwards() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("HOME").await;
        scene.tick(id, ChecklistItem::Keys).await;
        assert!(scene.driver(id, E::Delivered, 20).await);
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED", "the hand-over is blocked");
        let now = hand_over::state(&mut scene.read().await, &scene.order(id).await).await.unwrap();
        assert!(now.with_customer_already);
        assert_eq!(now.missing.len(), ChecklistItem::ALL.len() - 1);
        scene.tick_all(id).await;
        assert_eq!(scene.status(id).await, "DELIVERED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn absent_returned_and_picked_up_instead() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("HOME").await;
        for (event, minute) in [(E::PickedUp, 1), (E::CustomerAbsent, 2), (E::CustomerCalled, 3), (E::Waiting, 4)] {
            assert!(scene.driver(id, event, minute).await);
            assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        }
        assert!(scene.driver(id, E::ReturnedToDealership, 5).await);
        assert!(scene.driver(id, E::ReturnedToDealership, 5).await);
        assert_eq!(scene.status(id).await, "RETURNED_TO_DEALERSHIP");
        let told = scene.told(id).await;
        assert_eq!(told.iter().filter(|(event, _)| event == "DELIVERY_FAILED").count(), 1, "{told:?}");
        Scene::says(&told, "DELIVERY_STEP", "no había nadie");
        assert_eq!(scene.failures().await, [("TRANSPORT_FAILED".to_owned(), 1, "OPEN".to_owned())]);
        let (text, _) = sql!(
            scene.read().await,
            one(String, String),
            "SELECT body_text, channel FROM notifications WHERE event = 'DELIVERY_FAILED' AND channel = 'EMAIL'"
        )
        .unwrap();
        assert!(text.contains("CaaS Madrid Castellana"), "{text}");

        // There is no second transport: the customer comes.
        let slots = pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap();
        let mut tx = scene.begin().await;
        pick_ups::book(&scene.caas, &mut tx, &scene.buyer(), id, slots[3].starts_at).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        // What the driver still says of the first transport changes nothing.
        assert!(scene.driver(id, E::Delivered, 6).await);
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        scene.tick_all(id).await;
        scene.shows_passport(id).await;
        let mut tx = scene.begin().await;
        hand_over::complete(&scene.caas, &mut tx, &scene.dealer, id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.status(id).await, "DELIVERED");
        assert_eq!(scene.failures().await[0].2, "DONE_AFTER_ALL");
        assert_eq!(scene.lorries.made(), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn messages_in_any_order_end_at_the_same_place() {
    let steps = [E::PickedUp, E::CustomerAbsent, E::Waiting, E::ReturnedToDealership];
    // Every way to mix four messages, on one engine: what differs between engines is told by the stories above.
    let mut scene = Scene::new(Engine::all()[0]).await;
    let mut orders: Vec<Vec<E>> = vec![Vec::new()];
    for step in steps {
        orders = orders
            .into_iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut next = order.clone();
                    next.insert(at, step);
                    next
                })
            })
            .collect();
    }
    assert_eq!(orders.len(), 24);
    for order in orders.into_iter().step_by(5) {
        let id = scene.ready("HOME").await;
        for event in &order {
            let minute = steps.iter().position(|step| step == event).unwrap() as i64;
            assert!(scene.driver(id, *event, minute).await);
        }
        assert_eq!(scene.status(id).await, "RETURNED_TO_DEALERSHIP", "{order:?}");
        let told = scene.told(id).await;
        assert_eq!(told.iter().filter(|(event, _)| event == "DELIVERY_FAILED").count(), 1, "{order:?}");
    }
    assert!(!scene.unknown_driver().await, "a transport that nobody knows waits");
    scene.proven().await;
}

#[tokio::test]
async fn a_company_that_is_away_for_a_day_means_a_pick_up() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.lorries.are(Mood::Away);
        let id = scene.complete("ES", "HOME").await;
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        // While the company is asked, nobody books.
        let slot =
            pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap()[30].starts_at;
        assert_eq!(scene.books(id, slot).await, Err(PickUpRefusal::NotNow));
        scene.live(TimeDelta::hours(23)).await;
        let calls = scene.lorries.calls();
        assert!((20..40).contains(&calls.len()), "{} calls", calls.len());
        assert!(calls.iter().all(|(_, key, body)| (key, body) == (&calls[0].1, &calls[0].2)));
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!(scene.delivery(id).await.state.as_str(), "UNAVAILABLE");
        assert_eq!(scene.failures().await[0].0, "TRANSPORT_FAILED");
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "elige cuándo recogerlo");
        scene.books(id, slot).await.unwrap();
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_one_transport_and_a_refusal_none() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.lorries.are(Mood::AnswerLost);
        let id = scene.complete("ES", "HOME").await;
        scene.lorries.are(Mood::Approves);
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!((scene.lorries.calls().len(), scene.lorries.made()), (2, 1));
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");

        scene.lorries.are(Mood::Refuses);
        let id = scene.complete("ES", "HOME").await;
        assert_eq!(scene.delivery(id).await.state.as_str(), "UNAVAILABLE");
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn operations_give_the_company_a_rest_and_nobody_waits_for_its_end_longer_than_a_day() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let by = scene.app.sign_in("operations").await;
        let caas = scene.caas.clone();
        by_hand::open(&caas, by, Outside::Transport, "Huelga de transporte").await.unwrap().unwrap();
        let id = scene.complete("ES", "HOME").await;
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!((scene.lorries.calls().len(), scene.delivery(id).await.state.as_str()), (0, "REQUESTED"));
        by_hand::close(&caas, by, Outside::Transport, "Ha terminado").await.unwrap().unwrap();
        scene.live(TimeDelta::minutes(2)).await;
        assert_eq!(scene.lorries.calls().len(), 1);
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");

        by_hand::open(&caas, by, Outside::Transport, "Otra huelga").await.unwrap().unwrap();
        let id = scene.complete("ES", "HOME").await;
        scene.live(TimeDelta::hours(25)).await;
        let delivery = scene.delivery(id).await;
        assert_eq!((scene.lorries.calls().len(), delivery.state.as_str()), (1, "UNAVAILABLE"));
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones/sistemas/TRANSPORT").await.expect(200).says("Otra huelga");
        by_hand::close(&caas, by, Outside::Transport, "Ha terminado").await.unwrap().unwrap();
        scene.proven().await;
    }
}
