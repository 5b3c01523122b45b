//! Our driver and sqlx's: what one writes, the other would have written, and reads. And what a driver must get right.

use super::SqliteConnection;
use crate::kernel::database::{Database, is_duplicate};
use crate::kernel::error::Result;
use crate::sql;
use chrono::{DateTime, TimeZone as _, Utc};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::types::Json;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use uuid::Uuid;

struct Scene {
    folder: TempDir,
    db: Database,
}

impl Scene {
    /// A database with one table, in which a column is as our migrations declare it.
    async fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::connect(&url).await.unwrap();
        let scene = Scene { folder, db };
        scene.run("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER CHECK (size > 0))").await;
        scene
    }

    async fn run(&self, statement: &'static str) {
        let mut tx = self.db.begin().await.unwrap();
        sql!(tx, execute statement).unwrap();
        tx.commit().await.unwrap();
    }

    async fn names(&self) -> Vec<String> {
        let mut tx = self.db.read().await.unwrap();
        let names = sql!(tx, all(String,), "SELECT name FROM things ORDER BY id").unwrap();
        names.into_iter().map(|(name,)| name).collect()
    }

    async fn sqlx(&self) -> sqlx::SqliteConnection {
        SqliteConnectOptions::new().filename(self.folder.path().join("test.db")).connect().await.unwrap()
    }

    async fn ours(&self) -> SqliteConnection {
        let url = format!("sqlite:{}", self.folder.path().join("test.db").display());
        SqliteConnection::connect(&url).await.unwrap()
    }
}

/// Both drivers give SQLite the same value, and each reads what the other has written.
macro_rules! alike {
    ($scene:expr, $type:ty: $($value:expr),+ $(,)?) => {{
        let (mut ours, mut theirs) = ($scene.ours().await, $scene.sqlx().await);
        sqlx::query("CREATE TABLE IF NOT EXISTS alike (one, other)").execute(&mut ours).await.unwrap();
        $({
            let value: $type = $value;
            const SEEN: &str = "SELECT typeof($1), quote($1)";
            let seen: (String, String) = sqlx::query_as(SEEN).bind(&value).fetch_one(&mut ours).await.unwrap();
            let theirs_seen: (String, String) = sqlx::query_as(SEEN).bind(&value).fetch_one(&mut theirs).await.unwrap();
            assert_eq!(seen, theirs_seen);
            sqlx::query("INSERT INTO alike (one) VALUES ($1)").bind(&value).execute(&mut ours).await.unwrap();
            sqlx::query("UPDATE alike SET other = $1").bind(&value).execute(&mut theirs).await.unwrap();
            let read: ($type, bool) = sqlx::query_as("SELECT other, one IS other FROM alike").fetch_one(&mut ours).await.unwrap();
            let theirs_read: ($type,) = sqlx::query_as("SELECT one FROM alike").fetch_one(&mut theirs).await.unwrap();
            assert_eq!(read, (value.clone(), true));
            assert_eq!(theirs_read.0, value);
            sqlx::query("DELETE FROM alike").execute(&mut ours).await.unwrap();
        })+
    }};
}

#[tokio::test]
async fn both_drivers_store_the_same_bytes() {
    let scene = Scene::new().await;
    alike!(scene, i64: 0, 1, -1, i64::MAX, i64::MIN);
    alike!(scene, i32: 0, i32::MAX, i32::MIN);
    alike!(scene, bool: true, false);
    alike!(scene, f64: 0.5, -1e300);
    alike!(scene, String: String::new(), "ñandú 'x' \u{1F697}".to_owned());
    alike!(scene, Vec<u8>: vec![0, 1, 255]);
    alike!(scene, Uuid: Uuid::nil(), Uuid::from_u128(0x0192_f1e2_d3c4_7a5b_8899_aabb_ccdd_eeff));
    alike!(scene, Option<i64>: None, Some(7));
    alike!(scene, Option<String>: None, Some("x".to_owned()));
    alike!(scene, Json<serde_json::Value>: Json(serde_json::json!({ "b": [1, null, "ñ"], "a": 1.5 })));
    let second = |second: u32, nano: u32| Utc.timestamp_opt(1_800_000_000 + i64::from(second), nano).unwrap();
    alike!(scene, DateTime<Utc>: second(0, 0), second(1, 1_000_000), second(2, 1_000), second(3, 1), second(4, 999_999_999));
    alike!(scene, Option<DateTime<Utc>>: None, Some(second(5, 120_000_000)));
}

#[tokio::test]
async fn a_row_is_read_by_name_and_refuses_what_does_not_fit() {
    #[derive(Debug, PartialEq, sqlx::FromRow)]
    struct Thing {
        size: Option<i64>,
        name: String,
    }
    let scene = Scene::new().await;
    scene.run("INSERT INTO things (name) VALUES ('a'), ('b')").await;
    let mut tx = scene.db.read().await.unwrap();
    let thing = sql!(tx, one Thing, "SELECT * FROM things ORDER BY id").unwrap();
    assert_eq!(thing, Thing { size: None, name: "a".to_owned() });
    assert_eq!(sql!(tx, all Thing, "SELECT * FROM things").unwrap().len(), 2);
    assert_eq!(sql!(tx, optional Thing, "SELECT * FROM things WHERE name = $1", "c").unwrap(), None);
    assert!(matches!(sql!(tx, one Thing, "SELECT * FROM things WHERE 0 = 1"), Err(sqlx::Error::RowNotFound)));
    assert!(matches!(sql!(tx, one Thing, "SELECT name FROM things"), Err(sqlx::Error::ColumnNotFound(_))));
    assert!(sql!(tx, one(i64,), "SELECT size FROM things").is_err(), "nothing is no number");
    assert!(sql!(tx, one(i64,), "SELECT name FROM things").is_err(), "text is no number");
    type Moment = DateTime<Utc>;
    assert!(sql!(tx, one(Moment,), "SELECT name FROM things").is_err(), "a name is no moment");
}

#[tokio::test]
async fn placeholders_mean_their_number() {
    let scene = Scene::new().await;
    let mut tx = scene.db.begin().await.unwrap();
    let answer = sql!(tx, one(i64, i64, i64), "SELECT $2, $1, $2", 1_i64, 2_i64).unwrap();
    assert_eq!(answer, (2, 1, 2));
    assert!(sql!(tx, one(i64, i64), "SELECT $1, $2", 1_i64).is_err(), "a value is missing");
    let rows = ["a", "b", "c"];
    assert_eq!(sql!(tx, insert "INSERT INTO things (name, size)", rows, |row| [row, 3_i64]).unwrap(), 3);
    assert_eq!(sql!(tx, execute "UPDATE things SET size = $2 WHERE name <> $1", "a", 4_i64).unwrap(), 2);
    assert_eq!(sql!(tx, execute "UPDATE things SET size = 5 WHERE name = 'x'").unwrap(), 0);
    let made = sql!(tx, optional(i64,), "INSERT INTO things (name) VALUES ('d'), ('e') RETURNING id").unwrap();
    assert!(made.is_some());
    tx.commit().await.unwrap();
    assert_eq!(scene.names().await, ["a", "b", "c", "d", "e"], "all rows, though only one was asked back");
}

#[tokio::test]
async fn what_sqlite_refuses_is_named() {
    let scene = Scene::new().await;
    let mut tx = scene.db.begin().await.unwrap();
    sql!(tx, execute "INSERT INTO things (id, name) VALUES (1, 'a')").unwrap();
    for (statement, duplicate) in [
        ("INSERT INTO things (name) VALUES ('a')", true),
        ("INSERT INTO things (id, name) VALUES (1, 'b')", true),
        ("INSERT INTO things (name, size) VALUES ('b', 0)", false),
        ("INSERT INTO things (size) VALUES (1)", false),
        ("INSERT INTO nowhere (size) VALUES (1)", false),
        ("SELECT 1; SELECT 2", false),
    ] {
        let refused = sql!(tx, execute statement).unwrap_err();
        assert_eq!(is_duplicate(&refused), duplicate, "{statement}: {refused}");
    }
    // As on sqlx's driver, a refused statement leaves the transaction as it was.
    sql!(tx, execute "INSERT INTO things (name) VALUES ('b')").unwrap();
    tx.commit().await.unwrap();
    assert_eq!(scene.names().await, ["a", "b"]);
}

#[tokio::test]
async fn what_is_not_committed_is_undone() {
    let scene = Scene::new().await;
    let mut tx = scene.db.begin().await.unwrap();
    sql!(tx, execute "INSERT INTO things (name) VALUES ('a')").unwrap();
    assert!(scene.names().await.is_empty(), "nobody sees it yet");
    drop(tx);
    scene.run("INSERT INTO things (name) VALUES ('b')").await;
    assert_eq!(scene.names().await, ["b"]);
}

#[tokio::test]
async fn a_transaction_that_sqlite_has_ended_by_itself_is_not_said_committed() {
    let scene = Scene::new().await;
    let mut tx = scene.db.begin().await.unwrap();
    sql!(tx, execute "INSERT INTO things (name) VALUES ('a')").unwrap();
    // What SQLite does when, for example, the disk is full.
    sql!(tx, execute "ROLLBACK").unwrap();
    assert!(tx.commit().await.is_err());
    assert!(scene.names().await.is_empty());
    scene.run("INSERT INTO things (name) VALUES ('b')").await;
}

#[tokio::test]
async fn somebody_who_stops_waiting_for_the_writer_leaves_nothing_behind() {
    let scene = Scene::new().await;
    let held = scene.db.begin().await.unwrap();
    let waiting = scene.db.begin();
    assert!(futures::FutureExt::now_or_never(waiting).is_none());
    drop(held);
    scene.run("INSERT INTO things (name) VALUES ('a')").await;
    assert_eq!(scene.names().await, ["a"]);
}

#[tokio::test]
async fn a_reader_does_not_write() {
    let scene = Scene::new().await;
    for mut tx in [scene.db.read().await.unwrap(), scene.db.snapshot().await.unwrap()] {
        assert!(sql!(tx, execute "INSERT INTO things (name) VALUES ('a')").is_err());
        tx.commit().await.unwrap();
    }
}

async fn a_snapshot_stands_still() -> Result<()> {
    let scene = Scene::new().await;
    let mut then = scene.db.snapshot().await?;
    // A snapshot begins with its first statement.
    assert_eq!(sql!(then, one(i64,), "SELECT COUNT(*) FROM things")?.0, 0);
    scene.run("INSERT INTO things (name) VALUES ('a')").await;
    assert_eq!(sql!(then, one(i64,), "SELECT COUNT(*) FROM things")?.0, 0);
    assert_eq!(scene.names().await, ["a"]);
    Ok(())
}

#[tokio::test]
async fn a_snapshot_on_a_runtime_with_one_thread() {
    a_snapshot_stands_still().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_on_a_runtime_with_several_threads() {
    a_snapshot_stands_still().await.unwrap();
}

#[tokio::test]
async fn closing_waits_for_those_at_work_and_takes_nobody_on() {
    let scene = Scene::new().await;
    scene.run("INSERT INTO things (name) VALUES ('a')").await;
    scene.db.close().await;
    assert!(scene.db.read().await.is_err());
    assert!(scene.db.begin().await.is_err());
    assert!(!scene.folder.path().join("test.db-wal").exists(), "the last to go tidies the log away");
}

/// A plan that looked at values would be made anew at each binding: a tenth of a busy writer's time.
#[tokio::test]
async fn a_plan_depends_on_the_statement_and_never_on_its_values() {
    let scene = Scene::new().await;
    scene.run("CREATE INDEX large ON things (name) WHERE size = 9").await;
    let mut tx = scene.db.read().await.unwrap();
    let bound = "EXPLAIN QUERY PLAN SELECT name FROM things INDEXED BY large WHERE size = $1";
    let refused = sql!(tx, all(i64, i64, i64, String), bound, 9_i64).unwrap_err();
    assert!(refused.to_string().contains("no query solution"), "{refused}");
    let written = "EXPLAIN QUERY PLAN SELECT name FROM things INDEXED BY large WHERE size = 9";
    sql!(tx, all(i64, i64, i64, String), written).unwrap();
}
