//! The checker names what is wrong with the money and the ownership of cars.

use super::scene::*;
use crate::support::Engine;
use caas::sales::payment::CarPayment;
use caas::sql;
use caas::verify::broken_promises;
use caas_sandbox::TestCard;

#[tokio::test]
async fn a_planted_violation_about_a_car_is_named() {
    let plants: &[(&str, &[&'static str])] = &[
        (
            "promise 2: payment",
            &[
                "UPDATE customer_orders SET status = 'CANCELLED_PAYMENT_FAILURE', vehicle_id = NULL WHERE number LIKE 'T-%' AND declines = 0",
            ],
        ),
        (
            "promise 2: payment",
            &[
                "UPDATE customer_orders SET status = 'CANCELLED_FACTORY_REJECTED' WHERE status = 'CANCELLED_PAYMENT_FAILURE'",
            ],
        ),
        (
            "promise 3: the RESERVATION",
            &[
                "DROP INDEX payments_one_of_order",
                "UPDATE payments SET order_id = (SELECT id FROM customer_orders WHERE declines = 0 AND status <> 'DRAFT' LIMIT 1) WHERE payment_type = 'RESERVATION'",
            ],
        ),
        (
            "promise 3: payment",
            &["UPDATE customer_orders SET reservation_cents = reservation_cents + 1 WHERE declines = 0"],
        ),
        ("promise 3: payment", &["UPDATE ledger_entries SET movement = 'HOLD' WHERE movement = 'CHARGE'"]),
        (
            "promise 4: movement",
            &["UPDATE ledger_entries SET debit_cents = debit_cents + 1 WHERE movement = 'CHARGE' AND debit_cents > 0"],
        ),
        (
            "promise 6: order",
            &[
                "UPDATE customer_orders SET vehicle_id = (SELECT id FROM vehicles WHERE inventory_status = 'DELIVERED' LIMIT 1) WHERE status = 'CANCELLED_PAYMENT_FAILURE'",
            ],
        ),
        (
            "promise 6: vehicle",
            &["UPDATE vehicles SET inventory_status = 'AWAITING_DELIVERY' WHERE inventory_status = 'DEALERSHIP_STOCK'"],
        ),
        (
            "promise 6: order",
            &[
                "UPDATE vehicles SET customer_id = (SELECT id FROM users WHERE role = 'DEALER' LIMIT 1) WHERE id IN (SELECT vehicle_id FROM customer_orders)",
            ],
        ),
        ("promise 7: payment", &["DELETE FROM payment_operations WHERE kind = 'CHARGE'"]),
        ("promise 9: payment", &["DELETE FROM expediente_entries WHERE kind = 'PAYMENT_CAPTURED'"]),
    ];
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        let lost = scene.awaiting_the_rest().await;
        scene.pays_with(TestCard::DoNotHonor).await;
        scene.pays(lost, CarPayment::Final).await.unwrap();
        scene.run().await;
        scene.pays_with(TestCard::GoodVisa).await;
        let paid = scene.awaiting_the_rest().await;
        scene.pays(paid, CarPayment::Final).await.unwrap();
        scene.run().await;
        let caas = scene.caas();
        for (named, statements) in plants {
            let mut tx = caas.db.begin().await.unwrap();
            assert_eq!(broken_promises(&mut tx).await.unwrap(), Vec::<String>::new());
            for statement in *statements {
                let changed = sql!(&mut tx, execute * statement).unwrap();
                assert!(changed > 0 || statement.starts_with("DROP"), "nothing was planted by {statement}");
            }
            let broken = broken_promises(&mut tx).await.unwrap();
            assert!(broken.iter().any(|line| line.starts_with(named)), "{statements:?} is not named: {broken:?}");
        }
        scene.proven().await;
    }
}
