//! The checker names what is wrong with the sale of a car: its money, whose the car is, its story, and what was told of it.

use crate::support::{Engine, open_the_books};
use caas::Caas;
use caas::sales::delivery::port::TransportEvent;
use caas::sales::payment::CarPayment;
use caas::sales::registration;
use caas::sql;
use caas::verify::broken_promises;
use caas_sandbox::TestCard;

/// The promise that is broken, the words it is named with, and what breaks it.
pub(super) type Plant = (u8, &'static str, &'static [&'static str]);

/// Breaks promises one after the other, each in a transaction that is given up again.
pub(super) async fn each_is_named(caas: &Caas, plants: &[Plant]) {
    for (promise, words, statements) in plants {
        let mut tx = caas.db.begin().await.unwrap();
        assert_eq!(broken_promises(&mut tx).await.unwrap(), Vec::<String>::new());
        open_the_books(&mut tx).await;
        for statement in *statements {
            let changed = sql!(&mut tx, execute * statement).unwrap();
            assert!(changed > 0 || statement.starts_with("DROP"), "nothing was planted by {statement}");
        }
        let broken = broken_promises(&mut tx).await.unwrap();
        let prefix = format!("promise {promise}: ");
        let named = broken.iter().any(|line| line.starts_with(&prefix) && line.contains(words));
        assert!(named, "{statements:?} is not named: {broken:?}");
    }
}

/// One car lost by two declines, one paid after one, and one whose señal was declined.
#[tokio::test]
async fn a_planted_violation_about_a_cars_payments_is_named() {
    use crate::car_payments::scene::CarScene;
    let plants: &[Plant] = &[
        (
            2,
            "was taken for the rest of a car that its customer does not get",
            &["UPDATE customer_orders SET status = 'CANCELLED_PAYMENT_FAILURE', vehicle_id = NULL WHERE declines = 1"],
        ),
        (
            2,
            "was taken for a car that could not be had",
            &["UPDATE customer_orders SET status = 'CANCELLED_FACTORY_REJECTED' WHERE declines = 2"],
        ),
        (
            3,
            "the RESERVATION of order",
            &[
                "DROP INDEX payments_one_of_order",
                "UPDATE payments SET order_id = (SELECT id FROM customer_orders WHERE declines = 1) WHERE payment_type = 'RESERVATION'",
            ],
        ),
        (
            3,
            "is not the part of the car's price that was agreed",
            &["UPDATE customer_orders SET reservation_cents = reservation_cents + 1 WHERE declines = 1"],
        ),
        (3, "has a hold", &["UPDATE ledger_entries SET movement = 'HOLD', account = 'HOLDS' WHERE movement = 'CHARGE'"]),
        (
            3,
            "has come so far without its reservation",
            &["UPDATE payments SET refunded_cents = captured_cents WHERE payment_type = 'RESERVATION'"],
        ),
        (
            3,
            "has come so far without its final payment",
            &["UPDATE payments SET refunded_cents = captured_cents WHERE payment_type = 'FINAL' AND captured_cents > 0"],
        ),
        (
            3,
            "gives back a reservation that is to be kept",
            &[
                "UPDATE payment_operations SET kind = 'REFUND', state = 'REQUESTED'
                 WHERE payment_id IN (SELECT id FROM payments WHERE payment_type = 'RESERVATION')",
            ],
        ),
        (
            4,
            "does not balance",
            &["UPDATE ledger_entries SET debit_cents = debit_cents + 1 WHERE movement = 'CHARGE' AND debit_cents > 0"],
        ),
        (
            6,
            "keeps a vehicle that its customer has lost",
            &[
                "UPDATE customer_orders SET vehicle_id = (SELECT id FROM vehicles WHERE inventory_status = 'DELIVERED' LIMIT 1) WHERE declines = 2",
            ],
        ),
        (
            6,
            "stands otherwise than its assignment says",
            &["UPDATE vehicles SET inventory_status = 'AWAITING_DELIVERY' WHERE inventory_status = 'DEALERSHIP_STOCK'"],
        ),
        (
            6,
            "is for a vehicle that is not its customer's",
            &[
                "UPDATE vehicles SET customer_id = (SELECT id FROM users WHERE role = 'DEALER' LIMIT 1) WHERE id IN (SELECT vehicle_id FROM customer_orders)",
            ],
        ),
        (
            6,
            "of a former customer is left with it",
            &[
                "UPDATE customer_orders SET vehicle_id = (SELECT id FROM vehicles WHERE assignment_status = 'SIN_ASIGNAR' LIMIT 1) WHERE declines = 2",
            ],
        ),
        (
            6,
            "of a former customer is left with it",
            &[
                "UPDATE vehicles SET plate = '9999 ZZZ' WHERE id = (SELECT id FROM vehicles WHERE assignment_status = 'SIN_ASIGNAR' LIMIT 1)",
            ],
        ),
        (
            6,
            "is sold by more than one order",
            &[
                "UPDATE customer_orders SET vehicle_id = (SELECT vehicle_id FROM customer_orders WHERE declines = 1) WHERE declines = 2",
            ],
        ),
        (6, "counts as open", &["UPDATE customer_orders SET is_over = FALSE WHERE declines = 2"]),
        (7, "payment", &["DELETE FROM payment_operations WHERE kind = 'CHARGE'"]),
        (9, "payment", &["DELETE FROM expediente_entries WHERE kind = 'PAYMENT_CAPTURED'"]),
        // In another state than its entries lead to, a step that nobody wrote down, one that is none, and one told twice.
        (9, "its entries end in REGISTRATION", &["UPDATE customer_orders SET status = 'DELIVERED' WHERE declines = 1"]),
        (
            9,
            "has an entry from FINAL_PAYMENT_RECEIVED to REGISTRATION that does not follow",
            &[
                "DELETE FROM expediente_entries WHERE kind = 'ORDER_CHANGED' AND after_state = 'FINAL_PAYMENT_RECEIVED'",
            ],
        ),
        (
            9,
            "has an entry from FINAL_PAYMENT_RECEIVED to DELIVERED that does not follow",
            &[
                "UPDATE expediente_entries SET after_state = 'DELIVERED' WHERE kind = 'ORDER_CHANGED' AND after_state = 'REGISTRATION'",
                "UPDATE customer_orders SET status = 'DELIVERED' WHERE declines = 1",
            ],
        ),
        (
            9,
            "has an entry from DRAFT to AWAITING_RESERVATION that does not follow",
            &[
                "UPDATE expediente_entries SET kind = 'ORDER_CHANGED', subject_kind = 'ORDER', before_state = 'DRAFT', after_state = 'AWAITING_RESERVATION',
                        subject_id = (SELECT id FROM customer_orders WHERE declines = 2)
                 WHERE kind = 'REGISTRATION_CHANGED'",
            ],
        ),
        (9, "registration", &["DELETE FROM expediente_entries WHERE kind = 'REGISTRATION_CHANGED'"]),
        (
            10,
            "is without its message PAYMENT_DECLINED by SMS",
            &["DELETE FROM notifications WHERE event = 'PAYMENT_DECLINED' AND channel = 'SMS'"],
        ),
        (
            10,
            "is without its message FINAL_PAYMENT_FAILED by PUSH",
            &["DELETE FROM notifications WHERE channel = 'PUSH' AND unique_key LIKE 'FINAL_PAYMENT_FAILED:%:final-failed:%'"],
        ),
        (
            10,
            "is without its message FINAL_PAYMENT_FAILED by EMAIL",
            &["DELETE FROM notifications WHERE channel = 'EMAIL' AND unique_key LIKE 'FINAL_PAYMENT_FAILED:%:final-declined:%'"],
        ),
        (
            10,
            "is WAITING and nobody sends it",
            &["UPDATE notifications SET status = 'WAITING' WHERE event = 'FINAL_PAYMENT_FAILED' AND channel = 'EMAIL'"],
        ),
    ];
    for engine in Engine::all() {
        let mut scene = CarScene::with(engine, &[("CAAS_FINAL_PAYMENT_DECLINES", "2")]).await;
        let lost = scene.awaiting_the_rest().await;
        scene.pays_with(TestCard::DoNotHonor).await;
        for _ in 0..2 {
            scene.pays(lost, CarPayment::Final).await.unwrap();
            scene.run().await;
        }
        let refused = scene.sale(true).await;
        scene.pays(refused, CarPayment::Reservation).await.unwrap();
        scene.run().await;
        scene.pays_with(TestCard::GoodVisa).await;
        let paid = scene.awaiting_the_rest().await;
        scene.pays_with(TestCard::DoNotHonor).await;
        scene.pays(paid, CarPayment::Final).await.unwrap();
        scene.run().await;
        scene.pays_with(TestCard::GoodVisa).await;
        scene.pays(paid, CarPayment::Final).await.unwrap();
        scene.run().await;
        let mut states = Vec::new();
        for order in [lost, refused, paid] {
            states.push(scene.status(order).await);
        }
        assert_eq!(states, ["CANCELLED_PAYMENT_FAILURE", "CANCELLED_RESERVATION_FAILED", "REGISTRATION"]);
        each_is_named(&scene.caas(), plants).await;
        scene.proven().await;
    }
}

/// One car that can't be registered, one that nobody opened the door for, and one that no lorry takes.
#[tokio::test]
async fn a_planted_violation_about_a_cars_way_to_its_customer_is_named() {
    use crate::car_papers::played::Mood;
    use crate::car_papers::scene::Scene;
    let plants: &[Plant] = &[
        (
            9,
            "registration",
            &["DELETE FROM expediente_entries WHERE kind = 'REGISTRATION_CHANGED' AND after_state = 'APPROVED'"],
        ),
        (9, "delivery", &["UPDATE deliveries SET state = 'DELIVERED' WHERE state = 'RETURNED_TO_DEALERSHIP'"]),
        (
            9,
            "delivery",
            &["DELETE FROM expediente_entries WHERE kind = 'DELIVERY_CHANGED' AND after_state = 'SCHEDULED'"],
        ),
        (
            10,
            "is without its message ORDER_CANCELLED by EMAIL",
            &["DELETE FROM notifications WHERE event = 'ORDER_CANCELLED' AND channel = 'EMAIL'"],
        ),
        (
            10,
            "is without its message REFUNDED by IN_APP",
            &["DELETE FROM notifications WHERE event = 'REFUNDED' AND channel = 'IN_APP'"],
        ),
        (
            10,
            "is without its message DELIVERY_FAILED by SMS",
            &["DELETE FROM notifications WHERE event = 'DELIVERY_FAILED' AND channel = 'SMS'"],
        ),
        (
            10,
            "is without its message DELIVERY_STEP by EMAIL",
            &["DELETE FROM notifications WHERE channel = 'EMAIL' AND unique_key LIKE '%:transport:unavailable:%'"],
        ),
    ];
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let not_registered = scene.paid("ES", "PICK_UP").await;
        let mut tx = scene.begin().await;
        registration::give_up(&scene.caas, &mut tx, &scene.dealer, not_registered).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let returned = scene.ready("HOME").await;
        assert!(scene.driver(returned, TransportEvent::ReturnedToDealership, 60).await);
        scene.lorries.are(Mood::Refuses);
        let not_brought = scene.complete("ES", "HOME").await;
        assert_eq!(scene.delivery(returned).await.state.as_str(), "RETURNED_TO_DEALERSHIP");
        assert_eq!(scene.delivery(not_brought).await.state.as_str(), "UNAVAILABLE");
        each_is_named(&scene.caas, plants).await;
        scene.proven().await;
    }
}

/// One car that the factory does not build.
#[tokio::test]
async fn a_planted_violation_about_a_car_that_is_not_built_is_named() {
    use crate::car_factory::scene::{Mood, Scene};
    let plants: &[Plant] = &[
        (2, "payment", &["UPDATE payments SET state = 'CHARGED', refunded_cents = 0"]),
        (9, "order", &["DELETE FROM expediente_entries WHERE after_state = 'CANCELLED_FACTORY_REJECTED'"]),
        (
            10,
            "is without its message ORDER_CANCELLED by PUSH",
            &["DELETE FROM notifications WHERE event = 'ORDER_CANCELLED' AND channel = 'PUSH'"],
        ),
    ];
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Rejects);
        let order = scene.paid_order().await;
        scene.run().await;
        assert_eq!(scene.status(order).await, "CANCELLED_FACTORY_REJECTED");
        each_is_named(&scene.caas, plants).await;
        scene.proven().await;
    }
}
