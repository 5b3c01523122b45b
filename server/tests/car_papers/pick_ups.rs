//! Appointments: capacity, moving, missing, reminding.

use super::scene::Scene;
use crate::support::Engine;
use caas::kernel::Timestamp;
use caas::sales::delivery::pick_ups::{self, PickUpState};
use caas::sales::delivery::slots::PickUpRefusal;
use caas::sales::who::Who;
use caas::sql;
use chrono::TimeDelta;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_time_is_booked_moved_and_reminded_of() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("PICK_UP").await;
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "elige cuándo recogerlo");
        let free = pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap();
        assert!(free.iter().all(|slot| slot.starts_at > scene.app.now() && slot.free() > 0));
        let wednesday = at("2026-11-25T10:00:00Z");
        assert!(free.iter().any(|slot| slot.starts_at == wednesday));
        for nothing in ["2026-11-25T10:07:00Z", "2026-11-22T10:00:00Z", "2026-11-29T10:00:00Z", "2027-03-01T10:00:00Z"]
        {
            assert_eq!(scene.books(id, at(nothing)).await, Err(PickUpRefusal::NoSlot), "{nothing}");
        }
        let elsewhere = Who::staff(scene.dealer.user(), Some(scene.caas.new_id()));
        assert_eq!(scene.books_as(&elsewhere, id, wednesday).await, Err(PickUpRefusal::NotFound));
        scene.books(id, wednesday).await.unwrap();
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        assert_eq!(scene.books(id, wednesday).await, Err(PickUpRefusal::Booked));
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "tienes cita");

        // The dealership moves it to Friday; the reminder of Tuesday stays away, that of Thursday comes at ten.
        let friday = at("2026-11-27T09:00:00Z");
        scene.app.advance(TimeDelta::seconds(1));
        let mut tx = scene.begin().await;
        pick_ups::move_to(&scene.caas, &mut tx, &scene.dealer, id, friday).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let all = pick_ups::of_order(&mut scene.read().await, id).await.unwrap();
        assert_eq!(all.iter().map(|one| one.state).collect::<Vec<_>>(), [PickUpState::Booked, PickUpState::Moved]);
        scene.live(at("2026-11-26T08:59:00Z") - scene.app.now()).await;
        let reminders = |told: Vec<(String, String)>| told.iter().filter(|(_, s)| s.contains("mañana")).count();
        assert_eq!(reminders(scene.told(id).await), 0);
        scene.live(TimeDelta::minutes(2)).await;
        assert_eq!(reminders(scene.told(id).await), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn of_those_who_take_the_last_place_at_once_one_gets_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(scene.ready("PICK_UP").await);
        }
        let monday = at("2026-11-30T10:00:00Z");
        let tries = waiting.iter().map(|id| {
            let (caas, buyer, id) = (scene.caas.clone(), scene.buyer(), *id);
            tokio::spawn(async move {
                let mut tx = caas.db.begin().await.unwrap();
                let answer = pick_ups::book(&caas, &mut tx, &buyer, id, monday).await.unwrap();
                tx.commit().await.unwrap();
                answer.map(|pick_up| pick_up.place)
            })
        });
        let mut places = Vec::new();
        let mut full = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok(place) => places.push(place),
                Err(refusal) => {
                    assert_eq!(refusal, PickUpRefusal::Full);
                    full += 1;
                }
            }
        }
        places.sort_unstable();
        assert_eq!((places, full), (vec![1, 2], 2), "two cars fit into one slot");
        let free = pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap();
        assert!(!free.iter().any(|slot| slot.starts_at == monday));
        // A full slot can't be moved to either, and the appointment stays.
        let mut unlucky = None;
        for id in &waiting {
            if scene.status(*id).await == "READY_FOR_DELIVERY" {
                unlucky = Some(*id);
            }
        }
        let unlucky = unlucky.unwrap();
        let tuesday = at("2026-12-01T10:00:00Z");
        scene.books(unlucky, tuesday).await.unwrap();
        let mut tx = scene.begin().await;
        let answer = pick_ups::move_to(&scene.caas, &mut tx, &scene.buyer(), unlucky, monday).await.unwrap();
        assert_eq!(answer.unwrap_err(), PickUpRefusal::Full);
        tx.commit().await.unwrap();
        let open = pick_ups::booked(&mut scene.read().await, unlucky).await.unwrap().unwrap();
        assert_eq!(open.starts_at, tuesday);
        scene.proven().await;
    }
}

#[tokio::test]
async fn who_misses_it_books_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("PICK_UP").await;
        let wednesday = at("2026-11-25T10:00:00Z");
        scene.books(id, wednesday).await.unwrap();
        assert_eq!(missed(&scene, id).await, Err(PickUpRefusal::NotBooked), "it is still to be");
        scene.live(TimeDelta::days(3)).await;
        missed(&scene, id).await.unwrap();
        assert_eq!(scene.status(id).await, "RETURNED_TO_DEALERSHIP");
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "elige otra hora");
        scene.books(id, at("2026-11-27T10:00:00Z")).await.unwrap();
        assert_eq!(scene.status(id).await, "DELIVERY_SCHEDULED");
        scene.proven().await;
    }
}

async fn missed(scene: &Scene, id: caas::kernel::ids::OrderId) -> Result<(), PickUpRefusal> {
    let mut tx = scene.begin().await;
    let answer = pick_ups::missed(&scene.caas, &mut tx, &scene.dealer, id).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

#[tokio::test]
async fn a_dealership_sets_its_own_hours() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut tx = scene.begin().await;
        sql!(tx, execute
            "INSERT INTO pick_up_hours (dealership_id, weekday, opens, closes, slot_minutes, capacity)
             VALUES ($1, 3, '16:00', '17:30', 45, 1)", scene.dealership)
        .unwrap();
        tx.commit().await.unwrap();
        let free = pick_ups::free_slots(&scene.caas, &mut scene.read().await, scene.dealership).await.unwrap();
        let first: Vec<_> = free.iter().take(2).map(|slot| slot.starts_at).collect();
        assert_eq!(first, [at("2026-11-25T15:00:00Z"), at("2026-11-25T15:45:00Z")]);
        assert_eq!(free.len(), 8, "two slots in each of four weeks");
        scene.run().await;
        scene.proven().await;
    }
}
