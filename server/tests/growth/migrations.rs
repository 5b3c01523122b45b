//! A new version takes over while the old one serves: its migrations only add, the old one goes on with the new schema, and
//! nobody waits behind a migration.

use crate::crash::process::becomes;
use crate::growth::keys::grows_without_end;
use crate::growth::{empty_schema, root};
use crate::purchase_pages::scene::{AUDIO, OfferKind, SEATS, Scene};
use crate::support::{Engine, TestApp};
use caas::kernel::database::{Database, Schema};
use caas::kernel::error::Failure;
use caas::sql;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

/// The first migration that the rule is held against. Those before it were applied before there was anybody to serve.
const SINCE: i64 = 68;

/// Statements that the rule refuses and that stand all the same: migration, how the statement begins, why it may.
const EXCEPTIONS: &[(i64, &str, &str)] =
    &[(71, "CREATE INDEX INVOICES_BY_DAY", "no customer was served before it, so there are no invoices to wait for")];

/// What a migration must not do while an older version serves. `None`: it may.
fn objection(statement: &str, made_here: &BTreeSet<String>) -> Option<&'static str> {
    let words: Vec<&str> = statement.split([' ', '\n', '\t', '(', ',']).filter(|word| !word.is_empty()).collect();
    let after = |phrase: &[&str]| {
        let at = words.windows(phrase.len()).position(|window| window == phrase)?;
        words.get(at + phrase.len()).copied()
    };
    let says = |phrase: &str| format!(" {} ", words.join(" ")).contains(&format!(" {phrase} "));
    let is_new = |table: &str| made_here.contains(table);
    let begins = |verb: &str| words.first() == Some(&verb);
    if begins("DROP") || says("DROP COLUMN") || says("DROP CONSTRAINT") || begins("TRUNCATE") {
        return Some("takes away what the older version may need: a version later, with `schema_floor`");
    }
    if says("RENAME") || says("SET SCHEMA") {
        return Some("the older version knows the old name");
    }
    if says("ALTER COLUMN") {
        return Some("the older version writes and reads the column as it was");
    }
    if says("ADD COLUMN") && says("NOT NULL") && !says("DEFAULT") {
        return Some("the older version writes rows without the column: it needs a default");
    }
    if (says("ADD CONSTRAINT") || says("ADD CHECK") || says("ADD FOREIGN KEY")) && says("ALTER TABLE") {
        return Some("the older version may write what it forbids, and all rows are read with the table locked");
    }
    let indexed = after(&["ON"]).filter(|_| begins("CREATE") && (says("INDEX")));
    if let Some(table) = indexed.filter(|table| !is_new(table)) {
        if says("UNIQUE INDEX") {
            return Some("the older version may write what it forbids");
        }
        if grows_without_end(&table.to_lowercase()) && !says("IF NOT EXISTS") {
            return Some("all writers would wait for it: made CONCURRENTLY by hand beforehand, IF NOT EXISTS here");
        }
    }
    let changed = if begins("UPDATE") { words.get(1).copied() } else { after(&["DELETE", "FROM"]) };
    if changed.is_some_and(|table| !is_new(table) && grows_without_end(&table.to_lowercase())) {
        return Some("locks rows of years at once: a job does it in portions");
    }
    None
}

/// The statements of a migration, in capitals and without comments.
fn statements(text: &str) -> Vec<String> {
    let bare: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    bare.join("\n").to_uppercase().split(';').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

fn made_by(statements: &[String]) -> BTreeSet<String> {
    let made = statements.iter().filter_map(|statement| statement.strip_prefix("CREATE TABLE "));
    made.filter_map(|rest| rest.split([' ', '(']).next()).map(str::to_owned).collect()
}

fn objections(text: &str) -> Vec<(String, &'static str)> {
    let statements = statements(text);
    let made = made_by(&statements);
    statements.iter().filter_map(|s| objection(s, &made).map(|why| (s.clone(), why))).collect()
}

#[test]
fn migrations_only_add() {
    let mut used = BTreeSet::new();
    for engine in ["sqlite", "postgres"] {
        for entry in std::fs::read_dir(root().join("migrations").join(engine)).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            let version: i64 = name.split('_').next().unwrap().parse().unwrap();
            if version < SINCE {
                continue;
            }
            for (statement, why) in objections(&std::fs::read_to_string(&file).unwrap()) {
                let exception = EXCEPTIONS.iter().find(|(of, begin, _)| *of == version && statement.starts_with(begin));
                let (of, begin, _) = exception.unwrap_or_else(|| panic!("{engine}/{name}: {why}:\n{statement}"));
                used.insert((*of, *begin));
            }
        }
    }
    assert_eq!(used.len(), EXCEPTIONS.len(), "an exception that nothing needs");
}

#[test]
fn what_would_stop_the_older_version_is_refused() {
    for statement in [
        "DROP TABLE users",
        "DROP INDEX users_by_role",
        "ALTER TABLE users DROP COLUMN phone",
        "ALTER TABLE users RENAME COLUMN phone TO telephone",
        "ALTER TABLE users RENAME TO people",
        "ALTER TABLE users ALTER COLUMN phone TYPE BIGINT",
        "ALTER TABLE users ALTER COLUMN phone SET NOT NULL",
        "ALTER TABLE users ADD COLUMN shoe_size BIGINT NOT NULL",
        "ALTER TABLE users ADD CONSTRAINT adults CHECK (age > 17)",
        "CREATE UNIQUE INDEX one_name ON users (name)",
        "CREATE INDEX payments_by_day ON payments (day)",
        "UPDATE payments SET state = 'CHARGED'",
        "DELETE FROM notifications",
        "TRUNCATE notifications",
    ] {
        assert_eq!(objections(statement).len(), 1, "{statement}");
    }
    for statement in [
        "CREATE TABLE shoes (id UUID PRIMARY KEY, size BIGINT NOT NULL); CREATE UNIQUE INDEX s ON shoes (size)",
        "ALTER TABLE users ADD COLUMN shoe_size BIGINT",
        "ALTER TABLE users ADD COLUMN shoe_size BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX users_by_name ON users (name)",
        "CREATE INDEX IF NOT EXISTS payments_by_day ON payments (day)",
        "UPDATE schema_floor SET oldest = 70",
    ] {
        assert_eq!(objections(statement), Vec::new(), "{statement}");
    }
}

/// The sources of the migrations with one more, as the next version might bring it.
fn next_version(engine: Engine, statements: &str) -> tempfile::TempDir {
    let of_engine = if engine == Engine::Postgres { "postgres" } else { "sqlite" };
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("migrations").join(of_engine)).unwrap() {
        let file = entry.unwrap().path();
        std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    // SQLite's tables are strict about their types.
    let number = if engine == Engine::Postgres { "BIGINT" } else { "INTEGER" };
    std::fs::write(folder.path().join("9001_next.sql"), statements.replace("BIGINT", number)).unwrap();
    folder
}

/// The next version starts beside the running one.
async fn migrate_beside(app: &TestApp, engine: Engine, statements: &str) {
    let folder = next_version(engine, statements);
    let migrator = Migrator::new(folder.path()).await.unwrap();
    if engine == Engine::Postgres {
        let mut conn = PgConnection::connect(&app.database_url).await.unwrap();
        migrator.run(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    } else {
        let mut conn = SqliteConnectOptions::from_str(&app.database_url).unwrap().connect().await.unwrap();
        migrator.run(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }
}

/// What the purchase path reads gets more columns; with a table and an index.
const ADDS: &str = "
CREATE TABLE next_things (id TEXT PRIMARY KEY, activation TEXT NOT NULL);
ALTER TABLE service_activations ADD COLUMN next_wish TEXT;
ALTER TABLE activation_attempts ADD COLUMN next_count BIGINT NOT NULL DEFAULT 7;
ALTER TABLE payments ADD COLUMN next_note TEXT;
ALTER TABLE users ADD COLUMN next_flag BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN next_kind TEXT NOT NULL DEFAULT 'OLD';
ALTER TABLE expediente_entries ADD COLUMN next_mark TEXT;
ALTER TABLE jobs ADD COLUMN next_lane BIGINT NOT NULL DEFAULT 1;
CREATE INDEX next_users ON users (next_flag);
";

#[tokio::test]
async fn the_old_version_serves_on_while_the_next_one_migrates() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        // Once with every statement, so that they are prepared; and one purchase that is in the middle.
        scene.order(SEATS, OfferKind::Temporary).await;
        scene.soon().await;
        let under_way = scene.order(AUDIO, OfferKind::Temporary).await;
        scene.app.run_jobs().await;
        scene.app.get(&under_way).await.expect(200).says("Activando…");

        migrate_beside(&scene.app, engine, ADDS).await;

        scene.soon().await;
        scene.app.get(&under_way).await.expect(200).says("tu coche lo ha confirmado");
        let later = scene.order("SURROUND_VIEW", OfferKind::Temporary).await;
        scene.soon().await;
        scene.app.get(&later).await.expect(200).says("tu coche lo ha confirmado");
        for page in ["/expediente", "/cuenta", "/catalogo", "/cuenta/metodos-de-pago"] {
            scene.app.get(page).await.expect(200);
        }
        let mut tx = scene.app.caas().db.read().await.unwrap();
        let (failed, next) = sql!(
            tx,
            one(i64, i64),
            "SELECT (SELECT COUNT(*) FROM jobs WHERE last_error IS NOT NULL),
                    (SELECT COUNT(*) FROM activation_attempts WHERE next_count = 7)"
        )
        .unwrap();
        assert_eq!((failed, next), (0, 3), "failed jobs, attempts with the new column's default");
        drop(tx);
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn an_older_version_may_start_on_a_newer_schema_until_the_floor_is_raised() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        migrate_beside(&app, engine, "ALTER TABLE users ADD COLUMN next_flag BIGINT").await;
        let again = Database::connect_volatile(&app.database_url).await.unwrap();
        again.migrate().await.unwrap();
        assert_eq!(again.schema().await.unwrap(), Schema::Fits);
        again.close().await;
        app.get("/readyz").await.expect(503).says("job runner stopped");

        let mut tx = app.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE schema_floor SET oldest = 9001").unwrap();
        tx.commit().await.unwrap();
        let again = Database::connect_volatile(&app.database_url).await.unwrap();
        let refused = again.migrate().await.unwrap_err();
        assert!(matches!(refused, Failure::TooOld { needed: 9001, .. }), "{refused}");
        again.close().await;
        // And one that runs takes no more requests.
        assert_eq!(app.caas().db.schema().await.unwrap(), Schema::Beyond);
        app.get("/readyz").await.expect(503).says("schema too new");
    }
}

/// A migration that needs a table to itself waits for it in short turns, so that others are not kept behind it.
#[tokio::test]
async fn nobody_waits_behind_a_migration_that_waits() {
    const BEFORE: i64 = 70;
    let Some(url) = empty_schema().await else { return };
    let all = Migrator::new(Path::new(&root().join("migrations/postgres"))).await.unwrap();
    let options = PgConnectOptions::from_str(&url).unwrap();
    let mut conn = options.connect().await.unwrap();
    all.run_to(BEFORE, &mut conn).await.unwrap();
    // Migration 71 makes an index on the invoices: somebody is writing one, and is not done yet.
    let mut writing = conn.begin().await.unwrap();
    sqlx::query("LOCK TABLE invoices IN ROW EXCLUSIVE MODE").execute(&mut *writing).await.unwrap();

    let db = Database::connect_volatile(&url).await.unwrap();
    let done = Cell::new(false);
    let migrating = async {
        db.migrate().await.unwrap();
        done.set(true);
    };
    let mut other = options.connect().await.unwrap();
    let meanwhile = async {
        let waits = becomes(Duration::from_secs(20), async || {
            let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'invoices'::regclass";
            let (count,): (i64,) = sqlx::query_as(waiting).fetch_one(&mut other).await.unwrap();
            count > 0
        })
        .await;
        assert!(waits, "the migration waits for the table");
        // Whoever comes now stands behind it for a moment, and not until the first one is done.
        let write = sqlx::query("UPDATE invoices SET version = version + 1").execute(&mut other);
        tokio::time::timeout(Duration::from_secs(15), write).await.expect("nobody waits for long").unwrap();
        assert!(!done.get(), "it has to wait for whoever was there first");
        writing.commit().await.unwrap();
    };
    tokio::join!(migrating, meanwhile);
    assert_eq!(db.schema().await.unwrap(), Schema::Fits);
}
