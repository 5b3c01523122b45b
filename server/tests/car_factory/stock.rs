//! One car in stock, one buyer.

use super::scene::*;
use crate::support::Engine;
use caas::expediente::model::Actor;
use caas::kernel::ids::VehicleId;
use caas::sales::stock::{days_in_stock, take};
use caas::sql;
use chrono::TimeDelta;

async fn stock_car(scene: &Scene, number: u32) -> VehicleId {
    let (id, now) = (scene.caas.new_id::<VehicleId>(), scene.caas.now());
    let mut tx = scene.caas.db.begin().await.unwrap();
    sql!(tx, execute
        "INSERT INTO vehicles (id, vin, model_code, colour, firmware, dealership_id, assignment_status, inventory_status,
                               stocked_at, created_at, updated_at)
         VALUES ($1, $2, 'LINCE', 'BLUE', '4.10.2', $3, 'SIN_ASIGNAR', 'DEALERSHIP_STOCK', $4, $4, $4)",
        id, vin(number), scene.dealership, now)
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Really at the same time: each salesperson on a thread and a connection of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_sell_the_same_car_in_the_same_second_one_gets_it() {
    for engine in Engine::all() {
        let scene = Scene::new(engine).await;
        for round in 0..10 {
            let vehicle = stock_car(&scene, 60 + round).await;
            let sellers: Vec<_> = (0..4)
                .map(|_| {
                    let (caas, dealership, customer) = (scene.caas.clone(), scene.dealership, scene.customer);
                    tokio::spawn(async move {
                        let mut tx = caas.db.begin().await.unwrap();
                        let taken = take(&caas, &mut tx, Actor::SYSTEM, dealership, vehicle, customer).await.unwrap();
                        if taken {
                            tx.commit().await.unwrap();
                        }
                        taken
                    })
                })
                .collect();
            let mut winners = 0;
            for seller in sellers {
                winners += usize::from(seller.await.unwrap());
            }
            assert_eq!(winners, 1);
        }
    }
}

#[tokio::test]
async fn a_car_of_another_dealership_is_not_there() {
    for engine in Engine::all() {
        let scene = Scene::new(engine).await;
        let vehicle = stock_car(&scene, 80).await;
        let elsewhere = scene.caas.new_id();
        let mut tx = scene.caas.db.begin().await.unwrap();
        assert!(!take(&scene.caas, &mut tx, Actor::SYSTEM, elsewhere, vehicle, scene.customer).await.unwrap());
        drop(tx);
        assert_eq!(scene.car(&vin(80)).await.1, "DEALERSHIP_STOCK");
    }
}

#[test]
fn days_in_stock_are_whole_and_never_negative() {
    let day: caas::kernel::Timestamp = crate::support::START.parse().unwrap();
    assert_eq!(days_in_stock(day, day + TimeDelta::hours(47)), 1);
    assert_eq!(days_in_stock(day, day - TimeDelta::hours(47)), 0);
}
