//! What is written can't be changed, moved or removed without being found and named.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::expediente::chain::{sealed, walk};
use caas::kernel::database::Tx;
use caas::sql;
use uuid::Uuid;

/// A world with two customers' chains and the platform's own.
async fn lived(engine: Engine) -> Scene {
    let mut scene = Scene::new(engine).await;
    scene.order(SEATS).await;
    scene.seconds(10).await;
    scene.app.sign_in("support").await;
    scene.app.get("/operaciones").await.expect(404);
    scene
}

async fn entry(tx: &mut Tx, kind: &str) -> (Uuid, Uuid, i64) {
    sql!(
        tx,
        one(Uuid, Uuid, i64),
        "SELECT id, chain_id, seq FROM expediente_entries WHERE kind = $1 ORDER BY seq LIMIT 1",
        kind
    )
    .unwrap()
}

async fn broken(tx: &mut Tx) -> Vec<String> {
    walk(tx).await.unwrap().broken
}

#[tokio::test]
async fn every_entry_of_every_chain_is_read() {
    for engine in Engine::all() {
        let scene = lived(engine).await;
        let mut tx = scene.read().await;
        let walk = walk(&mut tx).await.unwrap();
        let (count,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries").unwrap();
        assert_eq!(walk.entries, count);
        assert_eq!(walk.broken, Vec::<String>::new());
        let (chains,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_chains").unwrap();
        assert!(chains >= 2, "the platform's and a customer's");
    }
}

#[tokio::test]
async fn a_planted_change_is_found_and_named() {
    for engine in Engine::all() {
        let scene = lived(engine).await;
        let caas = scene.caas();
        for change in [
            "UPDATE expediente_entries SET data = '{}' WHERE id = $1",
            "UPDATE expediente_entries SET visible = NOT visible WHERE id = $1",
            "UPDATE expediente_entries SET after_state = 'CHARGED', before_state = NULL WHERE id = $1",
            "UPDATE expediente_entries SET actor_kind = 'STAFF' WHERE id = $1",
            "UPDATE expediente_entries SET vehicle_id = NULL WHERE id = $1",
            "UPDATE expediente_entries SET previous = hash WHERE id = $1",
        ] {
            let mut tx = caas.db.begin().await.unwrap();
            let (id, chain, seq) = entry(&mut tx, "SERVICE_ACTIVE").await;
            assert_eq!(sql!(tx, execute change, id).unwrap(), 1);
            let found = broken(&mut tx).await;
            let named = format!("expediente chain {chain}: entry {seq} ({id}) does not follow");
            assert!(found.iter().any(|line| line.starts_with(&named)), "{change}: {found:?}");
            let proof = caas::verify::broken_promises(&mut tx).await.unwrap();
            assert!(proof.iter().any(|line| line.starts_with("promise 9:") && line.contains(&id.to_string())));
        }
        scene.proven().await;
    }
}

/// Whoever can write to the table can compute a hash as well: the next entry still gives it away.
#[tokio::test]
async fn a_change_with_a_hash_of_its_own_breaks_the_next_entry() {
    for engine in Engine::all() {
        let scene = lived(engine).await;
        let mut tx = scene.caas().db.begin().await.unwrap();
        let (id, chain, seq) = entry(&mut tx, "PAYMENT_HELD").await;
        let mut forged = sealed(&mut tx, id).await.unwrap().unwrap();
        assert!(forged.is_intact());
        forged.data = "{}".to_owned();
        assert!(!forged.is_intact());
        let hash = forged.computed_hash();
        sql!(tx, execute "UPDATE expediente_entries SET data = '{}', hash = $1 WHERE id = $2", &hash, id).unwrap();
        let found = broken(&mut tx).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("expediente chain {chain}: entry {} (", seq + 1)), "{found:?}");
    }
}

#[tokio::test]
async fn what_is_removed_is_missed_in_the_middle_at_the_end_and_as_a_whole() {
    for engine in Engine::all() {
        let scene = lived(engine).await;
        let caas = scene.caas();
        let customer = scene.customer;

        let mut tx = caas.db.begin().await.unwrap();
        let (id, chain, seq) = entry(&mut tx, "SERVICE_ACTIVE").await;
        sql!(tx, execute "DELETE FROM expediente_entries WHERE id = $1", id).unwrap();
        let found = broken(&mut tx).await;
        assert!(found[0].starts_with(&format!("expediente chain {chain}: entry {} (", seq + 1)), "{found:?}");
        drop(tx);

        let mut tx = caas.db.begin().await.unwrap();
        let last = "DELETE FROM expediente_entries WHERE chain_id = $1
                    AND seq = (SELECT last_seq FROM expediente_chains WHERE chain_id = $1)";
        assert_eq!(sql!(tx, execute last, customer).unwrap(), 1);
        let found = broken(&mut tx).await;
        assert!(found.len() == 1 && found[0].contains(&format!("{customer}: entries are missing after")), "{found:?}");
        drop(tx);

        for gone in [customer.0, Uuid::nil()] {
            let mut tx = caas.db.begin().await.unwrap();
            sql!(tx, execute "DELETE FROM expediente_entries WHERE chain_id = $1", gone).unwrap();
            let found = broken(&mut tx).await;
            assert!(found.len() == 1 && found[0].contains(&format!("{gone}: all of its")), "{found:?}");
        }

        // A chain that forgets its own end as well: its first entries have no head.
        let mut tx = caas.db.begin().await.unwrap();
        let forget = "UPDATE expediente_chains SET last_seq = 0, last_hash = '' WHERE chain_id = $1";
        sql!(tx, execute forget, customer).unwrap();
        assert_eq!(broken(&mut tx).await.len(), 1);
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn consents_and_messages_stand_in_the_chain() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.seconds(10).await;
        let mut tx = scene.read().await;
        let (data, visible) = sql!(
            tx,
            one(String, bool),
            "SELECT data, visible FROM expediente_entries WHERE kind = 'CONSENTS_GIVEN' AND subject_id = $1",
            id
        )
        .unwrap();
        assert!(
            visible && data.contains("START_NOW") && data.contains("WITHDRAWAL") && data.contains("sha256"),
            "{data}"
        );
        let (told, vehicle) = sql!(
            tx,
            one(String, Option<Uuid>),
            "SELECT data, vehicle_id FROM expediente_entries WHERE kind = 'CUSTOMER_TOLD' AND chain_id = $1 ORDER BY seq DESC LIMIT 1",
            scene.customer
        )
        .unwrap();
        drop(tx);
        assert!(told.contains("SERVICE_ACTIVE") && told.contains("EMAIL"), "{told}");
        assert_eq!(vehicle, Some(scene.vehicle.0));
        scene.proven().await;
    }
}
