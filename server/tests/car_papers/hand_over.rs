//! The moment the key changes hands, what blocks it, and the code that links the app.

use super::scene::Scene;
use crate::support::Engine;
use caas::kernel::ids::{OrderId, UserId, VehicleId};
use caas::sales::delivery::hand_over::{self, HandOverRefusal};
use caas::sales::delivery::link_codes::{self, LinkRefusal};
use caas::sales::delivery::model::{Blocker, ChecklistItem, IdentityPaper};
use caas::sql;
use caas::vehicles;
use chrono::TimeDelta;

async fn complete(scene: &Scene, id: OrderId) -> Result<String, HandOverRefusal> {
    let mut tx = scene.begin().await;
    let answer = hand_over::complete(&scene.caas, &mut tx, &scene.dealer, id).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

async fn link(scene: &Scene, user: UserId, code: &str) -> Result<VehicleId, LinkRefusal> {
    let mut tx = scene.begin().await;
    let answer = link_codes::link(&scene.caas, &mut tx, user, code, " Teléfono de  Lucía ").await.unwrap();
    tx.commit().await.unwrap();
    answer
}

#[tokio::test]
async fn it_is_blocked_and_says_by_what() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        let every = |first: &[Blocker]| -> Vec<Blocker> {
            let items = ChecklistItem::ALL.iter().map(|item| Blocker::Item(*item));
            first.iter().copied().chain(items).chain([Blocker::Identity]).collect()
        };
        let unpaid = every(&[Blocker::FinalPayment, Blocker::Plate]);
        assert_eq!(complete(&scene, id).await, Err(HandOverRefusal::Missing(unpaid)));
        scene.pays_the_rest(id).await;
        assert_eq!(complete(&scene, id).await, Err(HandOverRefusal::Missing(every(&[Blocker::Plate]))));
        scene.bring_all(id).await;
        scene.run().await;
        assert_eq!(complete(&scene, id).await, Err(HandOverRefusal::Missing(every(&[]))));
        scene.tick_all(id).await;
        assert_eq!(complete(&scene, id).await, Err(HandOverRefusal::Missing(vec![Blocker::Identity])));
        let mut tx = scene.begin().await;
        for (document, number) in [
            (IdentityPaper::Passport, "12345678Z"),
            (IdentityPaper::IdentityCard, ""),
            (IdentityPaper::SeenByDriver, "678Z"),
        ] {
            let answer = hand_over::identify(&scene.caas, &mut tx, &scene.dealer, id, document, number).await.unwrap();
            assert_eq!(answer, Err(HandOverRefusal::LastFour), "{document} {number}");
        }
        drop(tx);
        scene.shows_passport(id).await;
        // A tick that is taken back blocks again.
        let mut tx = scene.begin().await;
        let keys = ChecklistItem::Keys;
        hand_over::check(&scene.caas, &mut tx, &scene.dealer, id, keys, false).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(complete(&scene, id).await, Err(HandOverRefusal::Missing(vec![Blocker::Item(keys)])));
        scene.tick(id, keys).await;
        let before = vehicles::vehicles_of(&mut scene.read().await, scene.customer).await.unwrap().len();
        complete(&scene, id).await.unwrap();
        scene.run().await;
        let cars = vehicles::vehicles_of(&mut scene.read().await, scene.customer).await.unwrap();
        assert_eq!(cars.len(), before + 1, "the customer's cars are those that were handed over");
        assert_eq!(complete(&scene, id).await, Err(HandOverRefusal::NotNow));
        // Nothing of the document's number but four signs is anywhere.
        let (identity, _) = sql!(
            scene.read().await,
            one(sqlx::types::Json<serde_json::Value>, i64),
            "SELECT identity, version FROM hand_overs WHERE order_id = $1",
            id
        )
        .unwrap();
        assert_eq!((&identity["document"], &identity["lastFour"]), (&"PASSPORT".into(), &"123A".into()));
        Scene::says(&scene.told(id).await, "DELIVERY_STEP", "el coche es tuyo");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_code_links_one_phone_once_in_time_and_only_the_customers() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("PICK_UP").await;
        let customer = scene.customer;
        let vehicle = scene.order(id).await.vehicle_id.unwrap();
        assert_eq!(make(&scene, id).await, None, "not before the key has changed hands");
        scene.tick_all(id).await;
        scene.shows_passport(id).await;
        let first = complete(&scene, id).await.unwrap();
        let second = make(&scene, id).await.unwrap();
        assert_eq!(link(&scene, customer, &first).await, Err(LinkRefusal::Wrong), "a new code voids the old one");
        let (stranger, _) = sql!(
            scene.read().await,
            one(UserId, String),
            "SELECT id, name FROM users WHERE role = 'CUSTOMER' AND id <> $1 ORDER BY id LIMIT 1",
            customer
        )
        .unwrap();
        assert_eq!(link(&scene, stranger, &second).await, Err(LinkRefusal::Wrong), "somebody else's car");
        let typed = format!("{}-{}", &second[..4].to_lowercase(), &second[4..]);
        assert_eq!(link(&scene, customer, &typed).await, Ok(vehicle));
        assert_eq!(link(&scene, customer, &second).await, Err(LinkRefusal::Wrong), "once");
        let linked = link_codes::linked(&mut scene.read().await, customer, vehicle).await.unwrap();
        assert_eq!(linked.iter().map(|app| app.name.as_str()).collect::<Vec<_>>(), ["Teléfono de Lucía"]);
        let stored =
            sql!(scene.read().await, all(String, i64), "SELECT code_hash, CAST(1 AS BIGINT) FROM link_codes").unwrap();
        assert!(stored.iter().all(|(hash, _)| hash.len() == 64 && !hash.contains(&second)));
        let third = make(&scene, id).await.unwrap();
        scene.live(TimeDelta::minutes(30)).await;
        assert_eq!(link(&scene, customer, &third).await, Err(LinkRefusal::Wrong), "too old");
        scene.proven().await;
    }
}

#[tokio::test]
async fn guessing_ends_soon() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.ready("PICK_UP").await;
        scene.tick_all(id).await;
        scene.shows_passport(id).await;
        complete(&scene, id).await.unwrap();
        for number in 0..10 {
            assert_eq!(link(&scene, scene.customer, &format!("GUESS{number:03}")).await, Err(LinkRefusal::Wrong));
        }
        let code = make(&scene, id).await.unwrap();
        assert_eq!(link(&scene, scene.customer, &code).await, Err(LinkRefusal::TooMany));
        scene.live(TimeDelta::hours(1)).await;
        let code = make(&scene, id).await.unwrap();
        link(&scene, scene.customer, &code).await.unwrap();
        scene.proven().await;
    }
}

async fn make(scene: &Scene, id: OrderId) -> Option<String> {
    let mut tx = scene.begin().await;
    let code = link_codes::make(&scene.caas, &mut tx, &scene.buyer(), id).await.unwrap();
    tx.commit().await.unwrap();
    code
}
