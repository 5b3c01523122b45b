//! The chain of entries: how transactions that write at the same time share it, and what a broken-off one leaves behind.

use crate::support::{World, for_each_engine};
use caas::expediente::chain;
use caas::expediente::model::{Actor, EntryKind, SubjectKind};
use caas::expediente::{Entry, record};
use caas::kernel::database::Tx;
use caas::sql;
use uuid::Uuid;

const ONE: Uuid = Uuid::nil();

async fn write(world: &World, tx: &mut Tx, count: usize) {
    for number in 0..count {
        let entry = Entry {
            data: serde_json::json!({ "number": number }),
            ..Entry::new(None, Actor::SYSTEM, EntryKind::SignedIn, SubjectKind::Account, Uuid::from_u128(7))
        };
        record(&world.caas, tx, entry).await.unwrap();
    }
}

/// How many entries the chains hold; fails when one of them is broken.
async fn entries(world: &World) -> i64 {
    let mut tx = world.caas.db.snapshot().await.unwrap();
    let walk = chain::walk(&mut tx).await.unwrap();
    assert_eq!(walk.broken, Vec::<String>::new());
    walk.entries
}

#[tokio::test]
async fn entries_of_one_transaction_follow_each_other_in_the_order_they_were_written() {
    for_each_engine(async |world| {
        // More than one statement takes.
        let mut tx = world.caas.db.begin().await.unwrap();
        write(&world, &mut tx, 1_100).await;
        tx.commit().await.unwrap();
        let mut tx = world.caas.db.begin().await.unwrap();
        write(&world, &mut tx, 1).await;
        tx.commit().await.unwrap();
        assert_eq!(entries(&world).await, 1_101);
        let mut tx = world.caas.db.read().await.unwrap();
        let rows = sql!(&mut tx, all(i64, String), "SELECT seq, data FROM expediente_entries ORDER BY seq").unwrap();
        for (seq, data) in &rows[..1_100] {
            assert_eq!(*data, serde_json::json!({ "number": seq - 1 }).to_string());
        }
        let seal = chain::seal_of(&mut tx, ONE).await.unwrap();
        assert_eq!(seal.map(|(seq, _)| seq), Some(1_101));
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_is_not_committed_leaves_nothing_in_the_chain() {
    for_each_engine(async |world| {
        for _ in 0..3 {
            let mut dropped = world.caas.db.begin().await.unwrap();
            write(&world, &mut dropped, 2).await;
            sql!(&mut dropped, execute "UPDATE expediente_chains SET last_seq = 99").unwrap();
            drop(dropped);
            let mut kept = world.caas.db.begin().await.unwrap();
            write(&world, &mut kept, 1).await;
            kept.commit().await.unwrap();
        }
        assert_eq!(entries(&world).await, 3);
    })
    .await;
}

#[tokio::test]
async fn transactions_at_the_same_time_share_a_chain() {
    for_each_engine(async |world| {
        let writers = (0..20).map(async |_| {
            let mut tx = world.caas.db.begin().await.unwrap();
            write(&world, &mut tx, 3).await;
            tx.commit().await.unwrap();
        });
        futures::future::join_all(writers).await;
        assert_eq!(entries(&world).await, 60);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_stops_waiting_leaves_no_open_transaction() {
    for_each_engine(async |world| {
        for polls in 0..12 {
            let work = async {
                let mut tx = world.caas.db.begin().await.unwrap();
                sql!(&mut tx, execute "INSERT INTO expediente_chains (chain_id, last_seq, last_hash) VALUES ($1, 1, '')", Uuid::from_u128(9))
                    .unwrap();
                std::future::pending::<()>().await;
            };
            let mut work = Box::pin(work);
            for _ in 0..polls {
                let _ = futures::poll!(&mut work);
                tokio::task::yield_now().await;
            }
            drop(work);
        }
        let mut tx = world.caas.db.begin().await.unwrap();
        write(&world, &mut tx, 1).await;
        tx.commit().await.unwrap();
        assert_eq!(entries(&world).await, 1);
    })
    .await;
}
