//! The checker itself: it names each broken promise, and nothing when all hold.

use crate::support::{Engine, open_the_books};
use crate::use_cases::scenario::*;
use caas::catalogue::OfferKind;
use caas::kernel::database::Tx;
use caas::sql;
use caas::verify::{broken_promises, extent};
use caas_sandbox::{ErrorCode, Fault};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// A world with a delivered, a failed, a declined and an ended order.
async fn lived(engine: Engine) -> Scene {
    let mut scene = Scene::new(engine).await;
    scene.order(SEATS).await;
    scene.looked_at().await;
    scene.order_kind("SURROUND_VIEW", OfferKind::Temporary).await;
    scene.live(TimeDelta::days(31)).await;
    scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
    scene.order(AUDIO).await;
    scene.run().await;
    scene.world().clear_faults();
    scene.pays_with(caas_sandbox::TestCard::DoNotHonor).await;
    scene.order("LIGHT_SIGNATURE").await;
    scene.run().await;
    scene
}

async fn run(tx: &mut Tx, statement: &'static str) {
    assert!(sql!(tx, execute statement).unwrap() > 0, "nothing was planted by {statement}");
}

/// Breaks promises one after the other, each in a transaction that is given up again.
#[tokio::test]
async fn a_planted_violation_of_each_promise_is_named() {
    let plants: &[(u8, &[&'static str])] = &[
        (1, &["UPDATE payments SET captured_at = created_at WHERE state = 'CHARGED'"]),
        (
            1,
            &[
                "UPDATE payments SET confirmation_id = (SELECT c.id FROM delivery_confirmations c WHERE c.service_activation_id <> payments.service_activation_id LIMIT 1) WHERE state = 'CHARGED'",
            ],
        ),
        (
            2,
            &[
                "UPDATE payments SET captured_cents = 1, confirmation_id = (SELECT id FROM delivery_confirmations LIMIT 1), captured_at = updated_at WHERE state = 'FAILED_NO_CHARGE'",
            ],
        ),
        (3, &["UPDATE payments SET state = 'REFUNDED' WHERE state = 'CHARGED'"]),
        (3, &["UPDATE payments SET state = 'HELD_FOR_ACTIVATION' WHERE state = 'CHARGED'"]),
        (4, &["UPDATE ledger_entries SET debit_cents = debit_cents + 1 WHERE account = 'BANK'"]),
        (4, &["UPDATE ledger_entries SET currency = 'GBP' WHERE account = 'FEES'"]),
        (
            5,
            &[
                "DROP INDEX activations_one_open",
                "UPDATE service_activations SET service_id = (SELECT service_id FROM service_activations WHERE current_state = 'ACTIVE') WHERE current_state = 'AWAITING_SUPPORT_RESOLUTION'",
            ],
        ),
        (5, &["UPDATE service_activations SET is_over = NOT is_over WHERE current_state = 'EXPIRED'"]),
        (6, &["UPDATE vehicles SET vin = LOWER('VSSZZZLNCTR000101') WHERE vin = 'VSSZZZBRSTR000303'"]),
        (7, &["UPDATE activation_attempts SET ota_command_sent = NOT ota_command_sent WHERE request_id IS NOT NULL"]),
        (7, &["DELETE FROM payment_operations WHERE kind = 'AUTHORISE'"]),
        (
            7,
            &[
                "UPDATE payment_operations SET requested_at = (SELECT MAX(at) FROM expediente_entries) WHERE kind = 'CAPTURE'",
            ],
        ),
        (
            8,
            &[
                "UPDATE deactivations SET service_activation_id = (SELECT service_activation_id FROM service_activations WHERE offer_kind = 'PERMANENT' AND current_state = 'ACTIVE')",
            ],
        ),
        (8, &["UPDATE service_activations SET expires_at = NULL WHERE current_state = 'EXPIRED'"]),
        (9, &["UPDATE service_activations SET current_state = 'SUSPENDED' WHERE current_state = 'ACTIVE'"]),
        (9, &["DELETE FROM expediente_entries WHERE kind = 'ATTEMPT_STARTED'"]),
        (9, &["UPDATE expediente_entries SET data = '{}' WHERE kind = 'SERVICE_ACTIVE'"]),
        (10, &["DELETE FROM notifications WHERE event = 'OTA_FAILED' AND channel = 'IN_APP'"]),
        (10, &["DELETE FROM notifications WHERE event = 'PAYMENT_DECLINED' AND channel = 'EMAIL'"]),
        (10, &["UPDATE notifications SET status = 'WAITING' WHERE event = 'OTA_FAILED' AND channel = 'EMAIL'"]),
    ];
    for engine in Engine::all() {
        let scene = lived(engine).await;
        let caas = scene.caas();
        let mut named = BTreeSet::new();
        for (promise, statements) in plants {
            let mut tx = caas.db.begin().await.unwrap();
            assert_eq!(broken_promises(&mut tx).await.unwrap(), Vec::<String>::new());
            open_the_books(&mut tx).await;
            for statement in *statements {
                if statement.starts_with("DROP") {
                    sql!(tx, execute * statement).unwrap();
                } else {
                    run(&mut tx, statement).await;
                }
            }
            let broken = broken_promises(&mut tx).await.unwrap();
            let prefix = format!("promise {promise}:");
            assert!(broken.iter().any(|line| line.starts_with(&prefix)), "{statements:?} is not named: {broken:?}");
            named.insert(*promise);
        }
        assert_eq!(named.len(), caas::verify::PROMISES);
        let extent = extent(&mut scene.read().await).await.unwrap();
        assert_eq!((extent.payments, extent.activations), (4, 4));
        scene.proven().await;
    }
}
