//! Owner and address put right by the customer: at any time before the papers are with the body, and again when it asks.

use super::played::Mood;
use super::scene::*;
use crate::support::Engine;
use caas::expediente::model::EntryKind;
use caas::kernel::ids::OrderId;
use caas::sales::registration::{self, SubmitRefusal};
use caas::sales::who::Who;

async fn correct(scene: &Scene, who: &Who, id: OrderId, name: &str, tax_id: &str) -> Result<(), SubmitRefusal> {
    let (mut owner, mut home) = (owner("ES"), address("ES"));
    owner.name = name.to_owned();
    owner.tax_id = tax_id.to_owned();
    home.street = "Calle Nueva, 7".to_owned();
    // Where it is registered is no matter of theirs any more.
    home.country = "PT".to_owned();
    let mut tx = scene.begin().await;
    let done = registration::correct(&scene.caas, &mut tx, who, id, &owner, &home).await.unwrap();
    tx.commit().await.unwrap();
    done
}

#[tokio::test]
async fn before_the_registration_begins_the_customer_puts_the_data_right() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        let buyer = scene.buyer();
        // By the country's rules, and all or nothing.
        let wrong = correct(&scene, &buyer, id, "Lucía Ortega Gil", "12345678A").await.unwrap_err();
        assert!(matches!(wrong, SubmitRefusal::Fields(problems) if problems.len() == 1));
        assert_eq!(scene.order(id).await.owner.unwrap().name, "Lucía Ortega");
        correct(&scene, &buyer, id, " Lucía  Ortega Gil ", "87654321x").await.unwrap();
        let order = scene.order(id).await;
        let (owner, home) = (order.owner.clone().unwrap(), order.address.clone().unwrap());
        assert_eq!((owner.name.as_str(), owner.tax_id.as_str()), ("Lucía Ortega Gil", "87654321X"));
        assert_eq!((home.street.as_str(), home.country.as_str()), ("Calle Nueva, 7", "ES"));
        // The dealership finds the order by the new name.
        let words = caas::sql!(
            scene.read().await,
            all(String, i64),
            "SELECT word, CAST(1 AS BIGINT) FROM order_words WHERE order_id = $1 AND word = 'gil'",
            id
        )
        .unwrap();
        assert_eq!(words.len(), 1);
        let stranger = Who::Customer(scene.caas.new_id());
        assert_eq!(correct(&scene, &stranger, id, "X", "12345678Z").await, Err(SubmitRefusal::NotFound));

        scene.pays_the_rest(id).await;
        scene.bring_all(id).await;
        scene.run().await;
        assert!(scene.bodies.calls()[0].2.contains("87654321X"), "the new data are submitted");
        assert_eq!(correct(&scene, &buyer, id, "Lucía Ortega", "12345678Z").await, Err(SubmitRefusal::NotNow));
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_registration_that_waits_for_right_data_goes_on_by_itself() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        let mut tx = scene.begin().await;
        let mut order = caas::sales::orders::load(&mut tx, id).await.unwrap();
        order.owner.as_mut().unwrap().tax_id = String::new();
        caas::sales::orders::save(&scene.caas, &mut tx, &mut order).await.unwrap();
        tx.commit().await.unwrap();
        scene.pays_the_rest(id).await;
        scene.bring_all(id).await;
        scene.run().await;
        assert_eq!(scene.registration(id).await.state.as_str(), "PAYMENT_RECEIVED");
        let buyer = scene.buyer();
        correct(&scene, &buyer, id, "Lucía Ortega", "12345678Z").await.unwrap();
        scene.run().await;
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_body_asks_the_customer_answers_and_what_it_refuses_the_dealership() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let (buyer, dealer) = (scene.buyer(), scene.dealer);
        scene.bodies.are(Mood::AsksForMore);
        let asked = scene.complete("ES", "PICK_UP").await;
        correct(&scene, &buyer, asked, "Lucía Ortega Gil", "12345678Z").await.unwrap();
        // Corrected is not submitted: that is the dealership's word.
        assert_eq!(scene.registration(asked).await.state.as_str(), "ADDITIONAL_INFO_REQUIRED");
        scene.bodies.are(Mood::Rejects);
        let refused = scene.complete("ES", "PICK_UP").await;
        assert_eq!(correct(&scene, &buyer, refused, "Lucía Ortega", "12345678Z").await, Err(SubmitRefusal::NotNow));
        correct(&scene, &dealer, refused, "Lucía Ortega Gil", "12345678Z").await.unwrap();
        scene.bodies.are(Mood::Approves);
        for id in [asked, refused] {
            let mut tx = scene.begin().await;
            registration::submit_again(&scene.caas, &mut tx, &dealer, id).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            scene.run().await;
            assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
            assert!(scene.path(id, EntryKind::RegistrationChanged).await.len() > 4);
        }
        scene.proven().await;
    }
}
