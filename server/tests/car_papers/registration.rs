//! How a car gets its plate, in each country and with each mishap.

use super::played::{Mood, approved};
use super::scene::{Scene, address, owner};
use crate::support::Engine;
use caas::expediente::model::EntryKind;
use caas::kernel::ids::OrderId;
use caas::sales::model::OwnerKind;
use caas::sales::registration::owner::{OwnerField, OwnerProblem};
use caas::sales::registration::port::{BodyVerdict, RegistrationNotice};
use caas::sales::registration::{self, GiveUpRefusal, Missing, PlateRefusal, SubmitRefusal};
use caas::sales::who::Who;
use caas::sql;
use chrono::TimeDelta;

#[tokio::test]
async fn what_is_missing_is_told_and_the_last_paper_submits() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.paid("ES", "PICK_UP").await;
        assert!(scene.bodies.calls().is_empty(), "nothing is submitted until it is complete");
        assert_eq!(scene.registration(id).await.state.as_str(), "PAYMENT_RECEIVED");
        let order = scene.order(id).await;
        let overview = registration::overview(&scene.caas, &mut scene.read().await, &order).await.unwrap().unwrap();
        let missing: Vec<_> = overview
            .missing
            .iter()
            .map(|missing| match missing {
                Missing::Paper(paper, state) => format!("{} {state}", paper.code),
                Missing::Field(problem) => format!("{} {}", problem.field, problem.problem),
            })
            .collect();
        assert_eq!(missing, ["PURCHASE_CONTRACT MISSING", "IDENTITY MISSING"]);
        assert!(overview.allowed.correct && overview.allowed.give_up);
        assert!(!overview.allowed.submit_again && !overview.allowed.type_plate);
        Scene::says(&scene.told(id).await, "REGISTRATION_STEP", "faltan datos o documentos");

        scene.bring(&scene.dealer, id, "PURCHASE_CONTRACT").await;
        scene.run().await;
        assert!(scene.bodies.calls().is_empty());
        scene.bring(&scene.buyer(), id, "IDENTITY").await;
        scene.run().await;
        assert_eq!(scene.bodies.calls().len(), 1);
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        let done = scene.registration(id).await;
        assert_eq!((done.state.as_str(), done.plate.as_deref()), ("READY_FOR_DELIVERY", Some("1001 BCD")));
        assert_eq!(done.registration_date.as_deref(), Some("2026-12-01"));
        let (plate, ..) = scene.car(order.vehicle_id.unwrap()).await;
        assert_eq!(plate.as_deref(), Some("1001 BCD"));
        assert_eq!(
            scene.path(id, EntryKind::RegistrationChanged).await,
            [
                "PENDING_PAYMENT",
                "PAYMENT_RECEIVED",
                "REGISTRATION_INITIATED",
                "APPROVED",
                "PLATE_ASSIGNED",
                "READY_FOR_DELIVERY"
            ]
        );
        Scene::says(&scene.told(id).await, "REGISTRATION_STEP", "1001 BCD");
        // The request holds what the contract asks for.
        let (country, _, body) = scene.bodies.calls().remove(0);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(country, "ES");
        assert_eq!(body["vehicle"]["engine_type"], "ELECTRIC");
        assert_eq!(body["owner"]["taxId"], "12345678Z");
        assert_eq!(body["documents"].as_array().unwrap().len(), 3);
        scene.proven().await;
    }
}

#[tokio::test]
async fn it_never_begins_before_the_final_payment() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        let mut tx = scene.begin().await;
        let mut order = caas::sales::orders::load(&mut tx, id).await.unwrap();
        assert!(registration::begin(&scene.caas, &mut tx, &mut order).await.is_err());
        drop(tx);
        assert!(registration::find(&mut scene.read().await, id).await.unwrap().is_none());
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_wrong_tax_id_is_found_before_anything_is_sent() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        // As a sale of an earlier version may have left it.
        let mut wrong = owner("ES");
        wrong.tax_id = "12345678A".to_owned();
        let mut tx = scene.begin().await;
        sql!(tx, execute "UPDATE customer_orders SET owner = $1 WHERE id = $2", sqlx::types::Json(&wrong), id).unwrap();
        tx.commit().await.unwrap();
        scene.pays_the_rest(id).await;
        scene.bring_all(id).await;
        scene.run().await;
        assert!(scene.bodies.calls().is_empty());
        Scene::says(&scene.told(id).await, "REGISTRATION_STEP", "faltan datos");

        let problems = correct(&scene, &scene.dealer, id, "12345678B").await.unwrap_err();
        let SubmitRefusal::Fields(problems) = problems else { panic!("{problems:?}") };
        assert_eq!((problems[0].field, problems[0].problem), (OwnerField::TaxId, OwnerProblem::Control));
        // The customer may put it right too, and then it goes by itself.
        correct(&scene, &scene.buyer(), id, "12345678z").await.unwrap();
        scene.run().await;
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

async fn correct(scene: &Scene, who: &Who, id: OrderId, tax_id: &str) -> Result<(), SubmitRefusal> {
    let mut right = owner("ES");
    right.tax_id = tax_id.to_owned();
    right.kind = OwnerKind::Individual;
    let mut tx = scene.begin().await;
    let answer = registration::correct(&scene.caas, &mut tx, who, id, &right, &address("ES")).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

async fn again(scene: &mut Scene, id: OrderId) -> Result<(), SubmitRefusal> {
    let mut tx = scene.begin().await;
    let answer = registration::submit_again(&scene.caas, &mut tx, &scene.dealer, id).await.unwrap();
    tx.commit().await.unwrap();
    scene.run().await;
    answer
}

#[tokio::test]
async fn a_refusal_is_corrected_and_submitted_again_with_a_new_key() {
    for engine in Engine::all() {
        for (mood, state) in [(Mood::Rejects, "REJECTED"), (Mood::AsksForMore, "ADDITIONAL_INFO_REQUIRED")] {
            let mut scene = Scene::new(engine).await;
            scene.bodies.are(mood);
            let id = scene.complete("FR", "PICK_UP").await;
            let refused = scene.registration(id).await;
            assert_eq!(refused.state.as_str(), state);
            assert_eq!(refused.reasons().len(), 1);
            let failed = scene.failures().await;
            if mood == Mood::Rejects {
                assert_eq!(failed, [("REGISTRATION_REJECTED".to_owned(), 1, "OPEN".to_owned())]);
            } else {
                assert!(failed.is_empty());
            }
            // A paper is replaced; nothing is submitted until somebody says so.
            scene.bring(&scene.buyer(), id, "IDENTITY").await;
            scene.run().await;
            assert_eq!(scene.bodies.calls().len(), 1);
            scene.bodies.are(Mood::Approves);
            again(&mut scene, id).await.unwrap();
            let keys = scene.bodies.keys();
            assert_eq!(keys.len(), 2);
            assert_ne!(keys[0], keys[1]);
            assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
            assert_eq!(again(&mut scene, id).await, Err(SubmitRefusal::NotNow));
            if mood == Mood::Rejects {
                assert_eq!(scene.failures().await[0].2, "TRIED_AGAIN");
            }
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn what_is_missing_can_not_be_submitted_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::AsksForMore);
        let id = scene.complete("ES", "PICK_UP").await;
        let papers = caas::sales::documents::needed(&mut scene.read().await, &scene.order(id).await).await.unwrap();
        let identity = papers.iter().find(|paper| paper.paper.code == "IDENTITY").unwrap().file.clone().unwrap();
        let mut tx = scene.begin().await;
        let refused =
            caas::sales::documents::refuse(&scene.caas, &mut tx, &scene.dealer, id, identity.id, " Está  cortado ");
        refused.await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let SubmitRefusal::Missing(missing) = again(&mut scene, id).await.unwrap_err() else { panic!("not missing") };
        assert_eq!(missing.len(), 1);
        Scene::says(&scene.told(id).await, "REGISTRATION_STEP", "hay que traerlo de nuevo");
        assert_eq!(scene.bodies.calls().len(), 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn given_up_means_all_money_back_and_the_car_in_stock() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Rejects);
        let id = scene.complete("ES", "PICK_UP").await;
        let vehicle = scene.order(id).await.vehicle_id.unwrap();
        let stranger = Who::staff(scene.dealer.user(), Some(scene.caas.new_id()));
        assert_eq!(give_up(&mut scene, &stranger, id).await, Err(GiveUpRefusal::NotFound));
        let buyer = scene.buyer();
        assert_eq!(give_up(&mut scene, &buyer, id).await, Err(GiveUpRefusal::NotFound));
        // Operations see all dealerships.
        let operations = Who::staff(scene.dealer.user(), None);
        give_up(&mut scene, &operations, id).await.unwrap();
        assert_eq!(give_up(&mut scene, &operations, id).await, Err(GiveUpRefusal::NotNow));
        let order = scene.order(id).await;
        assert_eq!((order.status.as_str(), order.vehicle_id), ("CANCELLED_REGISTRATION", None));
        assert_eq!(scene.car(vehicle).await, (None, "SIN_ASIGNAR".to_owned(), "DEALERSHIP_STOCK".to_owned()));
        let (refunded, payments) = sql!(
            scene.read().await,
            one(i64, i64),
            "SELECT CAST(SUM(refunded_cents) AS BIGINT), COUNT(*) FROM payments WHERE order_id = $1",
            id
        )
        .unwrap();
        assert_eq!((refunded, payments), (3_000_000, 2));
        assert_eq!(scene.failures().await[0].2, "SALE_CANCELLED");
        Scene::says(&scene.told(id).await, "ORDER_CANCELLED", "");
        // A yes that comes too late changes nothing.
        assert_eq!(scene.registration(id).await.state.as_str(), "REJECTED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_yes_after_the_sale_was_given_up_charges_nothing_and_is_seen() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Reviews);
        let id = scene.complete("GB", "PICK_UP").await;
        let vehicle = scene.order(id).await.vehicle_id.unwrap();
        let body_id = scene.registration(id).await.registration_id.unwrap();
        let dealer = scene.dealer;
        give_up(&mut scene, &dealer, id).await.unwrap();
        let told = scene.told(id).await.len();
        for _ in 0..2 {
            let mut tx = scene.begin().await;
            let notice = RegistrationNotice {
                registration_id: body_id.clone(),
                verdict: BodyVerdict::Approved,
                plate: Some("AB12 CDE".to_owned()),
                registration_date: None,
                reasons: Vec::new(),
                at: scene.caas.now(),
            };
            assert!(registration::on_status(&scene.caas, &mut tx, &notice).await.unwrap());
            tx.commit().await.unwrap();
            scene.live(TimeDelta::days(2)).await;
        }
        assert_eq!(scene.status(id).await, "CANCELLED_REGISTRATION");
        assert_eq!(scene.registration(id).await.state.as_str(), "REJECTED");
        assert_eq!(scene.car(vehicle).await, (None, "SIN_ASIGNAR".to_owned(), "DEALERSHIP_STOCK".to_owned()));
        let (kept, payments) = sql!(
            scene.read().await,
            one(i64, i64),
            "SELECT CAST(SUM(captured_cents - refunded_cents) AS BIGINT), COUNT(*) FROM payments WHERE order_id = $1",
            id
        )
        .unwrap();
        assert_eq!((kept, payments), (0, 2), "all of it was given back, and nothing was asked for again");
        assert_eq!(scene.told(id).await.len(), told, "there is nothing for the customer to do");
        // The dealership has to take the registration back: its order says so.
        scene.app.sign_in("dealer").await;
        let page = scene.app.get(&format!("/concesionario/pedidos/{id}")).await.expect(200);
        page.says("El organismo aprobó la matriculación cuando la venta ya estaba cancelada");
        scene.proven().await;
    }
}

async fn give_up(scene: &mut Scene, who: &Who, id: OrderId) -> Result<(), GiveUpRefusal> {
    let mut tx = scene.begin().await;
    let answer = registration::give_up(&scene.caas, &mut tx, who, id).await.unwrap();
    tx.commit().await.unwrap();
    scene.run().await;
    answer
}

async fn plate(scene: &mut Scene, id: OrderId, typed: &str) -> Result<(), PlateRefusal> {
    let mut tx = scene.begin().await;
    let answer = registration::type_plate(&scene.caas, &mut tx, &scene.dealer, id, typed).await.unwrap();
    tx.commit().await.unwrap();
    scene.run().await;
    answer
}

#[tokio::test]
async fn three_tries_with_the_same_key_and_then_people() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Away);
        let id = scene.complete("ES", "PICK_UP").await;
        assert_eq!(plate(&mut scene, id, "1234 BCD").await, Err(PlateRefusal::NotNow));
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!(scene.bodies.calls().len(), 2);
        scene.live(TimeDelta::minutes(5)).await;
        let keys = scene.bodies.keys();
        assert_eq!(keys.len(), 3);
        assert!(keys.iter().all(|key| *key == keys[0]));
        let manual = scene.registration(id).await;
        assert!(manual.manual);
        assert_eq!((manual.state.as_str(), manual.attempts), ("REGISTRATION_INITIATED", 3));
        assert_eq!(scene.failures().await, [("REGISTRATION_MANUAL".to_owned(), 3, "OPEN".to_owned())]);
        Scene::says(&scene.told(id).await, "REGISTRATION_STEP", "en mano");
        scene.live(TimeDelta::days(1)).await;
        assert_eq!(scene.bodies.calls().len(), 3, "people have it now");

        assert_eq!(plate(&mut scene, id, "1234 AEI").await, Err(PlateRefusal::Format));
        plate(&mut scene, id, "1234bcd").await.unwrap();
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        assert_eq!(scene.registration(id).await.plate.as_deref(), Some("1234 BCD"));
        assert_eq!(scene.failures().await[0].2, "DONE_AFTER_ALL");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_one_registration_in_the_end() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::AnswerLost);
        let id = scene.complete("ES", "PICK_UP").await;
        scene.bodies.are(Mood::Approves);
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!((scene.bodies.calls().len(), scene.bodies.made()), (2, 1));
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_a_body_does_not_understand_is_for_people_at_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Refuses);
        let id = scene.complete("FR", "PICK_UP").await;
        let manual = scene.registration(id).await;
        assert!(manual.manual && manual.last_error.is_some());
        plate(&mut scene, id, "ab 123 cd").await.unwrap();
        assert_eq!(scene.registration(id).await.plate.as_deref(), Some("AB-123-CD"));
        scene.proven().await;
    }
}

fn notice(id: &str, verdict: BodyVerdict, plate: Option<&str>) -> RegistrationNotice {
    RegistrationNotice {
        registration_id: id.to_owned(),
        verdict,
        plate: plate.map(str::to_owned),
        registration_date: plate.map(|_| "2026-12-08".to_owned()),
        reasons: Vec::new(),
        at: crate::support::START.parse().unwrap(),
    }
}

async fn hears(scene: &mut Scene, notice: &RegistrationNotice) -> bool {
    let mut tx = scene.begin().await;
    let used = registration::on_status(&scene.caas, &mut tx, notice).await.unwrap();
    tx.commit().await.unwrap();
    scene.run().await;
    used
}

#[tokio::test]
async fn britain_answers_by_webhook_in_any_order_and_twice() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Reviews);
        let id = scene.complete("GB", "PICK_UP").await;
        let body_id = scene.registration(id).await.registration_id.unwrap();
        assert_eq!(scene.registration(id).await.state.as_str(), "UNDER_REVIEW");
        assert!(!hears(&mut scene, &notice("REG-nobody", BodyVerdict::Approved, Some("AB12 CDE"))).await);
        assert!(hears(&mut scene, &notice(&body_id, BodyVerdict::Approved, Some("AB12CDE"))).await);
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        let told = scene.told(id).await.len();
        for late in [BodyVerdict::Approved, BodyVerdict::UnderReview, BodyVerdict::Rejected] {
            assert!(hears(&mut scene, &notice(&body_id, late, Some("ZZ99 ZZZ"))).await);
        }
        assert_eq!(scene.registration(id).await.plate.as_deref(), Some("AB12 CDE"));
        assert_eq!(scene.told(id).await.len(), told);
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn britain_is_asked_when_it_says_nothing() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Reviews);
        let id = scene.complete("GB", "PICK_UP").await;
        let body_id = scene.registration(id).await.registration_id.unwrap();
        scene.live(TimeDelta::days(7)).await;
        let asked = scene.bodies.asked();
        assert!((10..=14).contains(&asked), "asked {asked} times in a week");
        scene.bodies.decide(&body_id, approved(&body_id, "AB34 CDE"));
        scene.live(TimeDelta::days(1)).await;
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        let asked = scene.bodies.asked();
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(scene.bodies.asked(), asked, "nobody asks any more");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_body_without_a_word_for_weeks_is_left_to_people() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Reviews);
        let id = scene.complete("GB", "PICK_UP").await;
        scene.live(TimeDelta::days(50)).await;
        let manual = scene.registration(id).await;
        assert_eq!((manual.manual, manual.last_error.as_deref()), (true, Some("NO_VERDICT")));
        plate(&mut scene, id, "AB12 CDE").await.unwrap();
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn germany_opens_a_dossier_and_people_type_the_plate() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.complete("DE", "PICK_UP").await;
        let open = scene.registration(id).await;
        assert_eq!((open.state.as_str(), open.dossier_id.as_deref()), ("UNDER_REVIEW", Some("KBA-1")));
        assert_eq!(plate(&mut scene, id, "1234 BCD").await, Err(PlateRefusal::Format));
        // Another car has it.
        let mut tx = scene.begin().await;
        sql!(tx, execute "UPDATE vehicles SET plate = 'B AB 1234' WHERE vin = (SELECT MIN(vin) FROM vehicles WHERE plate IS NOT NULL)")
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(plate(&mut scene, id, "b-ab 1234").await, Err(PlateRefusal::Taken));
        plate(&mut scene, id, "b-ab 1235e").await.unwrap();
        assert_eq!(scene.registration(id).await.plate.as_deref(), Some("B AB 1235E"));
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_country_without_a_way_in_is_registered_by_hand() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.complete("PT", "PICK_UP").await;
        assert!(scene.bodies.calls().is_empty());
        let manual = scene.registration(id).await;
        assert!(manual.manual);
        assert_eq!(manual.state.as_str(), "REGISTRATION_INITIATED");
        assert!(scene.failures().await.is_empty(), "nothing failed");
        plate(&mut scene, id, "aa-00-aa").await.unwrap();
        assert_eq!(scene.status(id).await, "READY_FOR_DELIVERY");
        scene.proven().await;
    }
}
