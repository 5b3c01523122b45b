//! What a pool must get right, on the server that `CAAS_TEST_POSTGRES_URL` names; nothing where there is none.

use super::{Manager, OLD, PATIENCE, SIZE, STALE, refused};
use crate::kernel::database::{Database, Engine, Tx, is_duplicate, process_number};
use crate::kernel::error::Failure;
use crate::sql;
use deadpool::managed::{Manager as _, Metrics, Timeouts};
use futures::FutureExt as _;
use futures::future::join_all;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Error};
use std::time::Duration;

struct Scene {
    db: Database,
    /// Not from the pool.
    beside: PgConnection,
}

impl Scene {
    /// A database with one table.
    async fn new() -> Option<Scene> {
        let server = std::env::var("CAAS_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
        let name = format!("pool_{:032x}", process_number());
        let mut conn = PgConnection::connect(&server).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        let mut beside = PgConnection::connect(url.as_str()).await.unwrap();
        sqlx::query("CREATE TABLE things (id BIGINT PRIMARY KEY)").execute(&mut beside).await.unwrap();
        Some(Scene { db: Database::connect_volatile(url.as_str()).await.unwrap(), beside })
    }

    fn pool(&self) -> &super::Pool<Manager> {
        let Engine::Postgres(server) = &self.db.engine else { panic!("its address is PostgreSQL's") };
        &server.pool
    }

    /// All connections but one: whoever comes next gets the same as whoever came before.
    async fn all_but_one(&self) -> Vec<Tx> {
        join_all((1..SIZE).map(|_| self.db.read())).await.into_iter().map(Result::unwrap).collect()
    }

    /// A connection, if there is one to be had without waiting for anybody, the server included.
    fn at_once(&self) -> Option<Tx> {
        self.db.read().now_or_never().map(Result::unwrap)
    }

    async fn things(&mut self) -> Vec<i64> {
        sqlx::query_scalar("SELECT id FROM things ORDER BY id").fetch_all(&mut self.beside).await.unwrap()
    }

    /// Ends the server's process behind a connection; returns when it is gone.
    async fn end(&mut self, process: i32) {
        let ended: bool = sqlx::query_scalar("SELECT pg_terminate_backend($1, 30000)")
            .bind(process)
            .fetch_one(&mut self.beside)
            .await
            .unwrap();
        assert!(ended);
    }

    /// Has statements that ask for the lock 7 wait, or lets them go on.
    async fn let_wait(&mut self, wait: bool) {
        let statement = if wait { "SELECT pg_advisory_lock(7)" } else { "SELECT pg_advisory_unlock(7)" };
        sqlx::query(statement).execute(&mut self.beside).await.unwrap();
    }

    /// Asks from beside until something is so.
    async fn until(&mut self, statement: &'static str) {
        let look = async {
            while !sqlx::query_scalar::<_, bool>(statement).fetch_one(&mut self.beside).await.unwrap() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.expect(statement);
    }
}

async fn process(tx: &mut Tx) -> i32 {
    sql!(tx, one(i32,), "SELECT pg_backend_pid()").unwrap().0
}

async fn insert(tx: &mut Tx, id: i64) -> Result<u64, Error> {
    sql!(tx, execute "INSERT INTO things (id) VALUES ($1)", id)
}

const SOMEBODY_WAITS_FOR_A_LOCK: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity
                                         WHERE datname = current_database() AND wait_event_type = 'Lock')";

#[tokio::test]
async fn what_was_answered_is_given_back_without_a_word_to_the_server() {
    let Some(mut scene) = Scene::new().await else { return };
    let _held = scene.all_but_one().await;
    let mut tx = scene.db.read().await.unwrap();
    let first = process(&mut tx).await;
    assert!(scene.at_once().is_none(), "all are in use");
    drop(tx);
    let mut tx = scene.at_once().expect("given back by whoever read");
    assert!(sql!(tx, one(i64,), "SELECT 1::BIGINT WHERE FALSE").is_err());
    assert!(sql!(tx, one(i64,), "SELECT nothing FROM nowhere").is_err());
    drop(tx);
    drop(scene.at_once().expect("refused is answered, too"));
    let mut tx = scene.db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = scene.at_once().expect("given back by the commit");
    assert_eq!(process(&mut tx).await, first, "the same one all the time");
    assert_eq!(scene.things().await, [1]);
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_before_anybody_gets_its_connection() {
    let Some(mut scene) = Scene::new().await else { return };
    let held = scene.all_but_one().await;
    let mut tx = scene.db.begin().await.unwrap();
    let first = process(&mut tx).await;
    insert(&mut tx, 1).await.unwrap();
    drop(tx);
    assert!(scene.at_once().is_none(), "not as long as its transaction is open");
    let mut tx = scene.db.read().await.unwrap();
    assert_eq!(sql!(tx, one(bool,), "SELECT pg_current_xact_id_if_assigned() IS NULL").unwrap(), (true,));
    assert_eq!(process(&mut tx).await, first);
    drop((tx, held));
    // Its locks are free: the same key waits for nobody.
    let mut tx = scene.db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(scene.things().await, [1]);
}

#[tokio::test]
async fn a_refused_statement_leaves_nothing_to_the_next_transaction() {
    let Some(mut scene) = Scene::new().await else { return };
    let _held = scene.all_but_one().await;
    for id in [1, 2, 3] {
        let mut tx = scene.db.begin().await.unwrap();
        insert(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = scene.db.begin().await.unwrap();
        insert(&mut tx, id + 10).await.unwrap();
        assert!(is_duplicate(&insert(&mut tx, id).await.unwrap_err()));
        assert!(insert(&mut tx, id + 20).await.is_err(), "the transaction is over");
    }
    assert_eq!(scene.things().await, [1, 2, 3]);
}

/// The answer of a statement that nobody waited for, be it rows or an error, is nobody else's.
#[tokio::test]
async fn a_cancelled_statement_answers_nobody() {
    let Some(mut scene) = Scene::new().await else { return };
    let _held = scene.all_but_one().await;
    let mut tx = scene.db.read().await.unwrap();
    let first = process(&mut tx).await;
    drop(tx);
    // The server answers them when it is let. The first is cancelled while it is prepared.
    let rows = "SELECT $1 + row FROM pg_advisory_xact_lock_shared(7), generate_series(1, 1000) row";
    let error = "SELECT row / (row * $1) FROM pg_advisory_xact_lock_shared(7), generate_series(0, 1) row";
    for (statement, value) in [(rows, 1_i64), (rows, 2), (rows, 3), (error, 0), (error, 0)] {
        scene.let_wait(true).await;
        let mut tx = scene.db.read().await.unwrap();
        assert!(async { sql!(tx, all(i64,), statement, value) }.now_or_never().is_none());
        drop(tx);
        assert!(scene.at_once().is_none(), "looked after first");
        scene.let_wait(false).await;
        let mut tx = scene.db.read().await.unwrap();
        let answer = sql!(tx, one(i64,), "SELECT -$1", value).expect("not somebody else's error");
        assert_eq!(answer, (-value,));
        if value != 0 {
            assert_eq!(process(&mut tx).await, first, "no reason to begin with a new connection");
        }
        drop(tx);
    }
}

#[tokio::test]
async fn a_transaction_that_is_cancelled_while_it_waits_is_undone() {
    let Some(mut scene) = Scene::new().await else { return };
    let mut first = scene.db.begin().await.unwrap();
    insert(&mut first, 1).await.unwrap();
    let db = scene.db.clone();
    let second = tokio::spawn(async move {
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 2).await.unwrap();
        insert(&mut tx, 1).await
    });
    scene.until(SOMEBODY_WAITS_FOR_A_LOCK).await;
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled());
    drop(first);
    // Both are undone: neither key is taken, and whoever asks for all connections gets them.
    let mut tx = scene.db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    insert(&mut tx, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(scene.all_but_one().await.len(), SIZE - 1);
    assert_eq!(scene.things().await, [1, 2]);
}

/// A transaction that is cancelled right when it begins is one all the same.
#[tokio::test]
async fn a_beginning_that_is_cancelled_leaves_no_transaction_open() {
    let Some(mut scene) = Scene::new().await else { return };
    let _held = scene.all_but_one().await;
    drop(scene.db.read().await.unwrap());
    drop(scene.db.begin().now_or_never());
    let mut tx = scene.db.read().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    drop(tx);
    assert_eq!(scene.things().await, [1], "no transaction took it along");
}

#[tokio::test]
async fn a_connection_whose_process_was_ended_is_replaced() {
    let Some(mut scene) = Scene::new().await else { return };
    let _held = scene.all_but_one().await;
    // In use: its user sees it.
    let mut tx = scene.db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    let first = process(&mut tx).await;
    scene.end(first).await;
    assert!(insert(&mut tx, 2).await.is_err());
    drop(tx);
    let mut tx = scene.db.read().await.unwrap();
    let second = process(&mut tx).await;
    assert_ne!(second, first);
    drop(tx);
    // At rest: the next to use it sees it, and nobody after.
    scene.end(second).await;
    assert!(scene.db.begin().await.is_err());
    for id in [3, 4, 5] {
        let mut tx = scene.db.begin().await.unwrap();
        insert(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(scene.things().await, [3, 4, 5]);
}

#[tokio::test]
async fn a_connection_is_asked_only_when_it_has_not_been_used_for_a_while() {
    let Some(mut scene) = Scene::new().await else { return };
    let manager = scene.pool().manager();
    let mut conn = manager.create().await.unwrap();
    let before = |time: Duration| {
        let mut metrics = Metrics::default();
        metrics.created -= time;
        metrics
    };
    let (fresh, stale, old) = (Metrics::default(), before(STALE * 2), before(OLD * 2));
    let ended: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut conn).await.unwrap();
    assert!(manager.recycle(&mut conn, &fresh).now_or_never().unwrap().is_ok());
    assert!(manager.recycle(&mut conn, &stale).await.is_ok());
    assert!(manager.recycle(&mut conn, &old).now_or_never().unwrap().is_err());
    let used = Metrics { recycled: Some(fresh.created), ..stale };
    assert!(manager.recycle(&mut conn, &used).now_or_never().unwrap().is_ok(), "made long ago, used just now");
    scene.end(ended).await;
    assert!(scene.pool().manager().recycle(&mut conn, &stale).await.is_err());
}

#[tokio::test]
async fn more_than_there_are_connections_wait_their_turn() {
    let Some(mut scene) = Scene::new().await else { return };
    let (mut held, last) = (scene.all_but_one().await, scene.db.read().await.unwrap());
    let mut waiting = Box::pin(scene.db.read());
    assert!(futures::poll!(&mut waiting).is_pending());
    let impatient = Timeouts { wait: Some(Duration::ZERO), ..scene.pool().timeouts() };
    let late = scene.pool().timeout_get(&impatient).await.err().unwrap();
    assert!(matches!(refused(late), Error::PoolTimedOut));
    assert_eq!(scene.pool().timeouts().wait, Some(PATIENCE));
    held.pop();
    waiting.await.unwrap();
    drop((held, last));
    let writers = join_all((1..=100_i64).map(|id| {
        let db = scene.db.clone();
        tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            insert(&mut tx, id).await.unwrap();
            // Every third changes its mind.
            if id % 3 != 0 {
                tx.commit().await.unwrap();
            }
        })
    }));
    writers.await.into_iter().for_each(Result::unwrap);
    assert_eq!(scene.things().await, (1..=100).filter(|id| id % 3 != 0).collect::<Vec<i64>>());
    let (connections,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_one(&mut scene.beside)
    .await
    .unwrap();
    assert_eq!(connections, i64::try_from(SIZE).unwrap(), "never more");
}

#[tokio::test]
async fn closing_waits_for_those_at_work_and_takes_nobody_on() {
    let Some(mut scene) = Scene::new().await else { return };
    let mut at_work = scene.db.begin().await.unwrap();
    insert(&mut at_work, 1).await.unwrap();
    let mut dropped = scene.db.begin().await.unwrap();
    insert(&mut dropped, 2).await.unwrap();
    let db = scene.db.clone();
    let mut closing = Box::pin(db.close());
    assert!(futures::poll!(&mut closing).is_pending());
    for refused in [scene.db.read().await.err(), scene.db.begin().await.err()] {
        assert!(matches!(refused, Some(Failure::Database(Error::PoolClosed))), "{refused:?}");
    }
    drop(dropped);
    at_work.commit().await.unwrap();
    closing.await;
    assert_eq!(scene.things().await, [1]);
    scene.until("SELECT COUNT(*) = 1 FROM pg_stat_activity WHERE datname = current_database()").await;
}

#[tokio::test]
async fn a_snapshot_stands_still_and_only_reads() {
    let Some(scene) = Scene::new().await else { return };
    let mut then = scene.db.snapshot().await.unwrap();
    assert_eq!(sql!(then, one(i64,), "SELECT COUNT(*) FROM things").unwrap(), (0,));
    let mut tx = scene.db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sql!(then, one(i64,), "SELECT COUNT(*) FROM things").unwrap(), (0,));
    assert!(insert(&mut then, 2).await.is_err());
}

/// A runtime that ends before a connection is looked after closes it: the server rolls back by itself.
#[test]
fn a_runtime_that_ends_in_the_middle_leaves_no_transaction_open() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ending = runtime();
    let Some((scene, tx)) = ending.block_on(async {
        let scene = Scene::new().await?;
        let mut tx = scene.db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        Some((scene, tx))
    }) else {
        return;
    };
    let _entered = ending.enter();
    drop(tx);
    drop(_entered);
    assert_eq!(scene.pool().status().size, 1);
    drop(ending);
    assert_eq!(scene.pool().status().size, 0, "thrown away, not given back");
    drop(scene);
}
