//! Placing orders: by itself, again, never twice, and by people in the end.

use super::scene::*;
use crate::support::Engine;
use caas::breaker::{BreakerState, System, state};
use caas::sales::factory::manual::{self, ManualRefusal};
use caas::sales::factory::queue::{PlacingState, is_down, queued};
use chrono::TimeDelta;

#[tokio::test]
async fn a_paid_order_is_placed_by_itself() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.paid_order().await;
        let before = scene.placing(id).await;
        assert_eq!((before.state, before.attempts), (PlacingState::Queued, 0));
        scene.run().await;
        let (order, placing) = (scene.order(id).await, scene.placing(id).await);
        assert_eq!(order.status.as_str(), "ORDER_PLACED");
        assert_eq!(order.estimated_date.as_deref(), Some("2027-03-01"));
        assert_eq!((placing.state, placing.attempts, placing.unanswered_since), (PlacingState::Placed, 1, None));
        assert!(placing.factory_order_id.is_some());
        assert_eq!(scene.estimates(id).await, [("2027-03-01".to_owned(), "FIRST".to_owned())]);
        assert_eq!(scene.told().await, ["ORDER_PLACED: Tu Lince está pedido"]);
        assert_eq!(scene.factory.calls(), [(id, before.idempotency_key)]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_lost_answer_makes_one_order_in_the_end() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::AnswerLost);
        let id = scene.paid_order().await;
        scene.live(TimeDelta::minutes(4)).await;
        assert_eq!((scene.status(id).await, scene.factory.orders()), ("RESERVATION_PAID", 1));
        assert!(scene.placing(id).await.unanswered_since.is_some());
        scene.factory.is(Mood::Answers);
        scene.live(TimeDelta::hours(1)).await;
        assert_eq!((scene.status(id).await, scene.factory.orders()), ("ORDER_PLACED", 1));
        let keys: Vec<_> = scene.factory.calls().into_iter().map(|(_, key)| key).collect();
        assert!(keys.len() > 2 && keys.windows(2).all(|pair| pair[0] == pair[1]), "{keys:?}");
        assert_eq!(scene.told().await.len(), 1);
        scene.proven().await;
    }
}

/// What is sent again is what was sent first, though the customer is called something else by now: the factory would
/// refuse the same key with another body.
#[tokio::test]
async fn the_same_key_goes_with_the_same_body() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Silent);
        let id = scene.paid_order().await;
        scene.run().await;
        let first = scene.placing(id).await.request.0;
        let mut tx = scene.caas.db.begin().await.unwrap();
        caas::sql!(tx, execute "UPDATE users SET name = 'Otro Nombre' WHERE id = $1", scene.customer).unwrap();
        tx.commit().await.unwrap();
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(scene.placing(id).await.request.0, first);
        scene.proven().await;
    }
}

#[tokio::test]
async fn ten_attempts_with_growing_waits_and_then_people() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Away);
        let id = scene.paid_order().await;
        scene.run().await;
        let waits = [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600];
        for (made, wait) in (1i64..).zip(waits) {
            let placing = scene.placing(id).await;
            assert_eq!((placing.state, placing.attempts), (PlacingState::Queued, made));
            assert_eq!(placing.next_attempt_at, Some(scene.app.now() + TimeDelta::seconds(wait)));
            scene.live(TimeDelta::seconds(wait)).await;
        }
        let placing = scene.placing(id).await;
        assert_eq!((placing.state, placing.attempts), (PlacingState::Manual, 10));
        assert_eq!((scene.factory.calls().len(), scene.status(id).await), (10, "RESERVATION_PAID"));
        assert_eq!(scene.failures().await, [("FACTORY_MANUAL".to_owned(), 10, "OPEN".to_owned())]);
        // Nothing goes on by itself.
        scene.factory.is(Mood::Answers);
        scene.live(TimeDelta::days(2)).await;
        assert_eq!(scene.factory.calls().len(), 10);
        scene.proven().await;
    }
}

/// An order that waits for people after ten attempts.
async fn manual_order(scene: &mut Scene, mood: Mood) -> caas::kernel::ids::OrderId {
    scene.factory.is(mood);
    let id = scene.paid_order().await;
    scene.live(TimeDelta::hours(5)).await;
    assert_eq!(scene.placing(id).await.state, PlacingState::Manual);
    scene.factory.is(Mood::Answers);
    id
}

#[tokio::test]
async fn way_out_ordered_by_phone() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let other = scene.placed_order().await;
        let id = manual_order(&mut scene, Mood::Away).await;
        let by = scene.customer;
        let mark =
            async |number: &str, date: &str| manual::mark_ordered(&scene.caas, by, id, number, date).await.unwrap();
        let taken = scene.placing(other).await.factory_order_id.unwrap();
        assert_eq!(mark(" ", "").await, Err(ManualRefusal::IdMissing));
        assert_eq!(mark("no spaces please", "").await, Err(ManualRefusal::IdUnreadable));
        assert_eq!(mark(&taken, "").await, Err(ManualRefusal::IdTaken));
        assert_eq!(mark("PHONE-1", "2020-01-01").await, Err(ManualRefusal::DateWrong));
        assert_eq!(mark("PHONE-1", "2027-04-01").await, Ok(()));
        assert_eq!(mark("PHONE-2", "").await, Err(ManualRefusal::NotWaiting));
        let (order, placing) = (scene.order(id).await, scene.placing(id).await);
        assert_eq!((order.status.as_str(), order.estimated_date.as_deref()), ("ORDER_PLACED", Some("2027-04-01")));
        assert_eq!((placing.state, placing.by_phone), (PlacingState::Placed, Some(by)));
        assert_eq!(scene.failures().await[0].2, "ORDERED");
        // From now on the factory's messages with this number move it on.
        let notice = scene.notice(id, caas::sales::factory::port::FactoryStatus::ProductionScheduled, 1).await;
        assert_eq!(notice.factory_order_id, "PHONE-1");
        assert!(scene.hears(&notice).await);
        assert_eq!(scene.status(id).await, "PRODUCTION_SCHEDULED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn way_out_tried_again_with_the_same_key() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = manual_order(&mut scene, Mood::AnswerLost).await;
        assert_eq!(manual::retry(&scene.caas, scene.customer, id, false).await.unwrap(), Ok(()));
        scene.run().await;
        assert_eq!((scene.status(id).await, scene.factory.orders()), ("ORDER_PLACED", 1));
        assert_eq!(manual::retry(&scene.caas, scene.customer, id, true).await.unwrap(), Err(ManualRefusal::NotWaiting));
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_a_day_a_new_try_needs_somebodys_word() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = manual_order(&mut scene, Mood::Silent).await;
        scene.live(TimeDelta::hours(24)).await;
        assert_eq!(
            manual::retry(&scene.caas, scene.customer, id, false).await.unwrap(),
            Err(ManualRefusal::TickNeeded)
        );
        let key = scene.placing(id).await.idempotency_key;
        assert_eq!(manual::retry(&scene.caas, scene.customer, id, true).await.unwrap(), Ok(()));
        scene.run().await;
        assert_ne!(scene.placing(id).await.idempotency_key, key);
        assert_eq!((scene.status(id).await, scene.factory.orders()), ("ORDER_PLACED", 1));
        scene.proven().await;
    }
}

/// The runner stood still for a day after an answer was lost: by then the factory may know the key no more, and would make
/// a second order.
#[tokio::test]
async fn a_key_is_never_sent_again_once_the_factory_may_have_forgotten_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::AnswerLost);
        let id = scene.paid_order().await;
        scene.run().await;
        scene.app.advance(TimeDelta::hours(23));
        scene.factory.forgets_keys();
        scene.factory.is(Mood::Answers);
        scene.live(TimeDelta::hours(1)).await;
        let placing = scene.placing(id).await;
        assert_eq!((placing.state, placing.last_error.as_deref()), (PlacingState::Manual, Some("KEY_EXPIRED")));
        assert_eq!((scene.factory.calls().len(), scene.factory.orders()), (1, 1));
        scene.proven().await;
    }
}

#[tokio::test]
async fn way_out_given_up() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = manual_order(&mut scene, Mood::Away).await;
        assert_eq!(manual::cancel(&scene.caas, scene.customer, id).await.unwrap(), Ok(()));
        assert_eq!(manual::cancel(&scene.caas, scene.customer, id).await.unwrap(), Err(ManualRefusal::NotWaiting));
        let order = scene.order(id).await;
        assert_eq!(order.status.as_str(), "CANCELLED_FACTORY_REJECTED");
        assert_eq!(order.cancel_reason.as_deref(), Some("NOT_ORDERED"));
        assert_eq!(scene.told().await, ["ORDER_CANCELLED: Tu pedido de un Lince se ha cancelado"]);
        assert_eq!(scene.failures().await[0].2, "ORDER_ENDED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn rejected_means_cancelled() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Rejects);
        let id = scene.paid_order().await;
        scene.live(TimeDelta::hours(1)).await;
        let (order, placing) = (scene.order(id).await, scene.placing(id).await);
        assert_eq!(order.status.as_str(), "CANCELLED_FACTORY_REJECTED");
        assert_eq!((placing.state, placing.attempts), (PlacingState::Rejected, 1));
        assert_eq!(placing.last_error.as_deref(), Some("Colour discontinued"));
        assert_eq!(scene.told().await, ["ORDER_CANCELLED: Tu pedido de un Lince se ha cancelado"]);
        assert_eq!(scene.failures().await, [("FACTORY_REJECTED".to_owned(), 1, "ORDER_ENDED".to_owned())]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_factory_does_not_understand_is_for_people_at_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Refuses);
        let id = scene.paid_order().await;
        scene.run().await;
        let placing = scene.placing(id).await;
        assert_eq!(
            (placing.state, placing.last_error.as_deref()),
            (PlacingState::Manual, Some("idempotency_mismatch"))
        );
        assert!(!placing.may_be_ordered());
        scene.proven().await;
    }
}

#[tokio::test]
async fn while_the_factory_is_down_sales_wait_in_their_order_and_are_let_go_gently() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Away);
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(scene.paid_order().await);
        }
        scene.run().await;
        let breaker = state(&mut scene.read().await, System::Factory).await.unwrap().0;
        assert_eq!(breaker, BreakerState::Open);
        assert!(is_down(&mut scene.read().await).await.unwrap());
        for _ in 0..6 {
            ids.push(scene.paid_order().await);
        }
        scene.run().await;
        assert_eq!(queued(&mut scene.read().await, Some(scene.dealership)).await.unwrap(), 11);
        assert_eq!(queued(&mut scene.read().await, None).await.unwrap(), 11);
        let calls = scene.factory.calls().len();
        assert_eq!(calls, 5, "while it rests nothing is called");
        for id in &ids[5..] {
            assert_eq!(scene.placing(*id).await.attempts, 0, "waiting uses up no attempt");
        }
        // One call a minute tries.
        scene.live(TimeDelta::minutes(5)).await;
        let probes = scene.factory.calls().len() - calls;
        assert!((4..=6).contains(&probes), "{probes} probes in five minutes");
        scene.factory.is(Mood::Answers);
        let before = scene.factory.calls().len();
        scene.live(TimeDelta::seconds(70)).await;
        let served: Vec<_> = scene.factory.calls()[before..].iter().map(|(id, _)| *id).collect();
        assert_eq!(served.len(), 11, "all are placed at once it is back, whatever they waited for");
        // The first was the probe; the others come in the order they were paid.
        let others: Vec<_> = ids.iter().copied().filter(|id| *id != served[0]).collect();
        assert_eq!(served[1..], others);
        for id in &ids {
            assert_eq!(scene.status(*id).await, "ORDER_PLACED");
        }
        assert_eq!(scene.factory.orders(), 11);
        assert!(!is_down(&mut scene.read().await).await.unwrap());
        assert_eq!(queued(&mut scene.read().await, None).await.unwrap(), 0);
        scene.proven().await;
    }
}
