//! The factory's messages, in any order.

use super::scene::*;
use crate::support::Engine;
use caas::sales::factory::port::FactoryStatus as F;
use caas::sales::factory::queue::PlacingState;

#[tokio::test]
async fn a_manufacture_with_a_rework_is_told_step_by_step() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.placed_order().await;
        for notice in scene.story(id, &vin(1)).await {
            // Everything comes twice.
            assert!(scene.hears(&notice).await);
            let status = scene.status(id).await;
            assert!(scene.hears(&notice).await);
            assert_eq!(scene.status(id).await, status);
            // Messages that follow each other closely are told as one: these do not.
            scene.live(chrono::TimeDelta::hours(1)).await;
        }
        let order = scene.order(id).await;
        assert_eq!(order.status.as_str(), "AWAITING_FINAL_PAYMENT");
        assert!(order.vehicle_id.is_some() && order.final_payment_due_at.is_some());
        let car = ("ASSIGNED_TO_CUSTOMER".to_owned(), "AWAITING_DELIVERY".to_owned(), true);
        assert_eq!(scene.car(&vin(1)).await, car);
        let told = scene.told().await;
        assert_eq!(
            told[..8],
            [
                "ORDER_PLACED: Tu Lince está pedido",
                "MANUFACTURING_STEP: Fabricación de tu Lince: ya tiene turno de producción",
                "MANUFACTURING_STEP: Fabricación de tu Lince: se está fabricando",
                "MANUFACTURING_STEP: Fabricación de tu Lince: control de calidad",
                "MANUFACTURING_STEP: Fabricación de tu Lince: el control de calidad encontró algo y vuelve a producción",
                "MANUFACTURING_STEP: Fabricación de tu Lince: control de calidad",
                "MANUFACTURING_STEP: Fabricación de tu Lince: terminado, espera transporte",
                "SHIPPING_STEP: Transporte de tu Lince: va camino del concesionario",
            ]
        );
        assert_eq!(told.len(), 9);
        assert!(told[8].starts_with("ARRIVED"));
        let estimates = [("2027-03-01", "FIRST"), ("2027-03-15", "Paint defect")];
        assert_eq!(scene.estimates(id).await, estimates.map(|(date, why)| (date.to_owned(), why.to_owned())));
        let tracking = scene.placing(id).await.tracking.unwrap().0;
        assert_eq!(tracking.tracking_number.as_deref(), Some("TR-1"));
        scene.proven().await;
    }
}

/// Some of all the orders in which the messages can come; `rules.rs` proves every one.
#[tokio::test]
async fn whatever_the_order_of_the_messages_the_end_is_the_same() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        for (number, order) in [
            [7usize, 6, 5, 4, 3, 2, 1, 0],
            [4, 3, 2, 1, 0, 7, 6, 5],
            [2, 1, 3, 0, 5, 4, 7, 6],
            [1, 3, 2, 4, 6, 5, 0, 7],
        ]
        .into_iter()
        .enumerate()
        {
            let id = scene.placed_order().await;
            let before = scene.told().await.len();
            let vin = vin(10 + number as u32);
            let story = scene.story(id, &vin).await;
            for n in order {
                assert!(scene.hears(&story[n]).await);
            }
            assert_eq!(scene.status(id).await, "AWAITING_FINAL_PAYMENT", "{order:?}");
            assert_eq!(scene.car(&vin).await.1, "AWAITING_DELIVERY");
            assert!(scene.told().await.len() - before <= 9);
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn of_two_visits_to_quality_control_the_later_one_counts() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.placed_order().await;
        let story = scene.story(id, &vin(20)).await;
        // Back in production (3), then late the first visit to quality control (2).
        for n in [3, 2, 1] {
            assert!(scene.hears(&story[n]).await);
            assert_eq!(scene.status(id).await, "PRODUCTION_IN_PROGRESS");
        }
        assert!(scene.hears(&story[4]).await);
        assert_eq!(scene.status(id).await, "QUALITY_CONTROL");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_message_before_the_answer_waits() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::AnswerLost);
        let id = scene.paid_order().await;
        scene.run().await;
        let mut notice = scene.notice(id, F::ProductionScheduled, 1).await;
        notice.factory_order_id = format!("FO-1-{id}");
        assert!(!scene.hears(&notice).await);
        scene.factory.is(Mood::Answers);
        scene.live(chrono::TimeDelta::minutes(2)).await;
        assert!(scene.hears(&notice).await);
        assert_eq!(scene.status(id).await, "PRODUCTION_SCHEDULED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn only_the_date_changes() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.placed_order().await;
        let mut notice = scene.notice(id, F::ProductionScheduled, 1).await;
        assert!(scene.hears(&notice).await);
        let mut later = notice.clone();
        later.at += chrono::TimeDelta::minutes(10);
        later.estimated_date = Some("2027-05-02".to_owned());
        later.description = Some("Strike at a supplier".to_owned());
        scene.app.advance(chrono::TimeDelta::seconds(1));
        assert!(scene.hears(&later).await);
        // Older news comes after it.
        notice.at += chrono::TimeDelta::minutes(5);
        notice.estimated_date = Some("2027-04-01".to_owned());
        assert!(scene.hears(&notice).await);
        assert_eq!(scene.order(id).await.estimated_date.as_deref(), Some("2027-05-02"));
        assert_eq!(scene.estimates(id).await.last().unwrap().1, "Strike at a supplier");
        let mut tx = scene.read().await;
        let (text, _) = caas::sql!(
            tx,
            one(String, String),
            "SELECT body_text, event FROM notifications WHERE event = 'MANUFACTURING_STEP' AND channel = 'IN_APP'
               AND unique_key LIKE '%ESTIMATE%'"
        )
        .unwrap();
        assert!(text.contains("2 de mayo de 2027") && text.contains("Strike at a supplier"), "{text}");
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_vin_is_never_taken_from_somebody_else() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let (first, second) = (scene.placed_order().await, scene.placed_order().await);
        let mut notice = scene.notice(first, F::ProductionInProgress, 1).await;
        notice.vin = Some(vin(30));
        assert!(scene.hears(&notice).await);
        let mut stolen = scene.notice(second, F::ProductionInProgress, 1).await;
        stolen.vin = Some(vin(30));
        assert!(!scene.hears(&stolen).await);
        // Nor does a car change its VIN, or get one that is none.
        let mut other = scene.notice(first, F::QualityControl, 2).await;
        other.vin = Some(vin(31));
        assert!(!scene.hears(&other).await);
        stolen.vin = Some("SHORT".to_owned());
        assert!(!scene.hears(&stolen).await);
        assert_eq!(scene.status(second).await, "ORDER_PLACED");
        assert_eq!(scene.order(second).await.vehicle_id, None);
        assert_eq!(scene.status(first).await, "PRODUCTION_IN_PROGRESS");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_nobody_knows_has_not_arrived() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.placed_order().await;
        let mut arrived = scene.notice(id, F::ArrivedAtDealership, 9).await;
        assert!(!scene.hears(&arrived).await);
        let mut built = scene.notice(id, F::ProductionInProgress, 1).await;
        built.vin = Some(vin(40));
        assert!(scene.hears(&built).await);
        assert!(scene.hears(&arrived).await);
        assert_eq!(scene.status(id).await, "AWAITING_FINAL_PAYMENT");
        // It is at the dealership: the factory has no more say.
        arrived.status = F::Cancelled;
        assert!(scene.hears(&arrived).await);
        assert_eq!(scene.status(id).await, "AWAITING_FINAL_PAYMENT");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_factory_stops_after_the_car_has_its_vin() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.placed_order().await;
        let story = scene.story(id, &vin(50)).await;
        for notice in &story[..3] {
            assert!(scene.hears(notice).await);
        }
        let mut stop = scene.notice(id, F::Cancelled, 4).await;
        stop.description = Some("Chassis damaged".to_owned());
        assert!(scene.hears(&stop).await);
        let order = scene.order(id).await;
        assert_eq!(order.status.as_str(), "CANCELLED_FACTORY_REJECTED");
        assert_eq!((order.vehicle_id, order.cancel_reason.as_deref()), (None, Some("FACTORY_STOPPED")));
        assert_eq!(scene.placing(id).await.state, PlacingState::Cancelled);
        // Nobody's, and not stock: it was never finished.
        assert_eq!(scene.car(&vin(50)).await, ("SIN_ASIGNAR".to_owned(), "IN_MANUFACTURING".to_owned(), false));
        assert_eq!(scene.failures().await, [("FACTORY_REJECTED".to_owned(), 1, "ORDER_ENDED".to_owned())]);
        // Late messages change nothing any more.
        for notice in &story {
            assert!(scene.hears(notice).await);
        }
        assert_eq!(scene.status(id).await, "CANCELLED_FACTORY_REJECTED");
        assert_eq!(scene.told().await.iter().filter(|told| told.starts_with("ORDER_CANCELLED")).count(), 1);
        scene.proven().await;
    }
}
