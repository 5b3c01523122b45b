//! Home or pick-up: changed at will until the registration is through, called off while the transport company is asked, and
//! not any more once it has taken the trip on.

use super::played::Mood;
use super::scene::*;
use crate::support::Engine;
use async_trait::async_trait;
use caas::Caas;
use caas::kernel::ids::OrderId;
use caas::sales::delivery::port::{ScheduledTransport, Transport, TransportError, TransportRequest};
use caas::sales::delivery::{WayRefusal, choose_way, pick_ups};
use caas::sales::model::DeliveryMode;
use caas::sales::who::Who;
use chrono::TimeDelta;
use std::sync::{Arc, OnceLock};

async fn choose(caas: &Caas, who: &Who, id: OrderId, way: DeliveryMode) -> Result<(), WayRefusal> {
    let mut tx = caas.db.begin().await.unwrap();
    let done = choose_way(caas, &mut tx, who, id, way).await.unwrap();
    tx.commit().await.unwrap();
    done
}

#[tokio::test]
async fn before_the_plate_it_is_changed_at_will() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.paid("ES", "HOME").await;
        let buyer = scene.buyer();
        for way in [DeliveryMode::PickUp, DeliveryMode::Home, DeliveryMode::PickUp, DeliveryMode::PickUp] {
            choose(&scene.caas, &buyer, id, way).await.unwrap();
            assert_eq!(scene.order(id).await.delivery(), way);
        }
        let stranger = Who::Customer(scene.caas.new_id());
        assert_eq!(choose(&scene.caas, &stranger, id, DeliveryMode::Home).await, Err(WayRefusal::NotFound));
        scene.bring_all(id).await;
        scene.run().await;
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        assert!(scene.lorries.calls().is_empty(), "nobody was asked for a lorry");
        let slots = pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap();
        scene.books(id, slots[3].starts_at).await.unwrap();
        assert_eq!(choose(&scene.caas, &buyer, id, DeliveryMode::Home).await, Err(WayRefusal::TooLate));
        scene.proven().await;
    }
}

#[tokio::test]
async fn while_the_company_is_asked_it_is_called_off() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let buyer = scene.buyer();
        scene.lorries.are(Mood::Away);
        let id = scene.complete("ES", "HOME").await;
        scene.live(TimeDelta::minutes(10)).await;
        let calls = scene.lorries.calls().len();
        choose(&scene.caas, &buyer, id, DeliveryMode::PickUp).await.unwrap();
        assert_eq!(choose(&scene.caas, &buyer, id, DeliveryMode::Home).await, Err(WayRefusal::TooLate));
        scene.lorries.are(Mood::Approves);
        scene.live(TimeDelta::days(2)).await;
        assert_eq!(scene.delivery(id).await.state.as_str(), "CALLED_OFF");
        assert_eq!(scene.lorries.calls().len(), calls, "nobody is asked any more");
        // It was asked before: whether it took the trip on all the same is for people to find out.
        assert_eq!(scene.failures().await[0].0, "TRANSPORT_FAILED");
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "elige cuándo recogerlo");
        let slots = pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap();
        scene.books(id, slots[3].starts_at).await.unwrap();
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn once_the_company_has_it_it_stays() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("HOME").await;
        let buyer = scene.buyer();
        assert_eq!(choose(&scene.caas, &buyer, id, DeliveryMode::PickUp).await, Err(WayRefusal::TooLate));
        assert_eq!(scene.order(id).await.delivery(), DeliveryMode::Home);
        scene.proven().await;
    }
}

/// A company whose yes crosses the customer's no.
struct Crossing {
    caas: OnceLock<Caas>,
    buyer: Who,
    id: OrderId,
}

#[async_trait]
impl Transport for Crossing {
    async fn schedule(&self, _: &TransportRequest, key: &str) -> Result<ScheduledTransport, TransportError> {
        let caas = self.caas.get().unwrap();
        choose(caas, &self.buyer, self.id, DeliveryMode::PickUp).await.unwrap();
        Ok(ScheduledTransport { delivery_id: format!("DEL-{key}"), scheduled_for: caas.now() + TimeDelta::days(2) })
    }
}

#[tokio::test]
async fn a_yes_that_crosses_the_no_is_left_to_people() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.paid("ES", "HOME").await;
        let crossing = Arc::new(Crossing { caas: OnceLock::new(), buyer: scene.buyer(), id });
        scene.app.put_in(|parts| parts.transport = crossing.clone());
        scene.caas = scene.app.caas().clone();
        crossing.caas.set(scene.caas.clone()).ok().unwrap();
        scene.bring_all(id).await;
        scene.run().await;
        assert_eq!(scene.delivery(id).await.state.as_str(), "CALLED_OFF");
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        assert_eq!(scene.failures().await, [("TRANSPORT_FAILED".to_owned(), 1, "OPEN".to_owned())]);
        scene.proven().await;
    }
}
