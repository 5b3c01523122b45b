//! Partitions by month, tried: two of the large tables are cut, in this test's database, and the real statements run on them.

use crate::purchase_pages::scene::{AUDIO, OfferKind, SEATS, Scene};
use crate::support::Engine;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

/// The months of the test.
const MONTHS: [(&str, &str, &str); 3] = [
    ("2026_11", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
    ("2026_12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ("2027_01", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"),
];

/// The first id that can be made at this moment: an id of version 7 begins with the milliseconds.
fn first_id_of(moment: &str) -> Uuid {
    let moment: DateTime<Utc> = moment.parse().unwrap();
    Uuid::from_u128(u128::try_from(moment.timestamp_millis()).unwrap() << 80)
}

async fn run(pool: &PgPool, statement: String) {
    sqlx::query(AssertSqlSafe(statement.clone()))
        .execute(pool)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Puts a table that is cut by its id into the place of one that is not, with its columns, checks, indexes and rows.
async fn cut(pool: &PgPool, table: &str, id: &str) {
    let indexes: Vec<(String,)> = sqlx::query_as(
        "SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = to_regclass($1) AND NOT i.indisunique",
    )
    .bind(table)
    .fetch_all(pool)
    .await
    .unwrap();
    let leading_here: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.conrelid::regclass::text, c.conname::text, pg_get_constraintdef(c.oid) FROM pg_constraint c
         WHERE c.contype = 'f' AND c.confrelid = to_regclass($1)",
    )
    .bind(table)
    .fetch_all(pool)
    .await
    .unwrap();
    for (from, name, _) in &leading_here {
        run(pool, format!("ALTER TABLE {from} DROP CONSTRAINT {name}")).await;
    }
    run(pool, format!("ALTER TABLE {table} RENAME TO {table}_whole")).await;
    run(pool, format!("CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({id})")).await;
    run(pool, format!("ALTER TABLE {table} ADD PRIMARY KEY ({id})")).await;
    for (month, begin, end) in MONTHS {
        let (begin, end) = (first_id_of(begin), first_id_of(end));
        run(
            pool,
            format!("CREATE TABLE {table}_{month} PARTITION OF {table} FOR VALUES FROM ('{begin}') TO ('{end}')"),
        )
        .await;
    }
    for (number, (definition,)) in indexes.into_iter().enumerate() {
        let (_, of) = definition.split_once(" USING ").unwrap();
        run(pool, format!("CREATE INDEX {table}_cut_{number} ON {table} USING {of}")).await;
    }
    run(pool, format!("INSERT INTO {table} SELECT * FROM {table}_whole")).await;
    // They lead to the id, which every month's key holds: nothing of them changes.
    for (from, name, definition) in leading_here {
        run(pool, format!("ALTER TABLE {from} ADD CONSTRAINT {name} {definition}")).await;
    }
}

async fn rows(pool: &PgPool, table: &str) -> i64 {
    let (count,): (i64,) =
        sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"))).fetch_one(pool).await.unwrap();
    count
}

/// Months that a statement's plan touches.
async fn touched(pool: &PgPool, table: &str, statement: &str) -> Vec<&'static str> {
    let plan: Vec<(String,)> =
        sqlx::query_as(AssertSqlSafe(format!("EXPLAIN (COSTS OFF) {statement}"))).fetch_all(pool).await.unwrap();
    let plan: String = plan.into_iter().map(|(line,)| line + "\n").collect();
    MONTHS.iter().map(|(month, _, _)| *month).filter(|month| plan.contains(&format!("{table}_{month}"))).collect()
}

#[tokio::test]
async fn two_large_tables_are_cut_into_months_and_the_platform_does_not_notice() {
    if !Engine::all().contains(&Engine::Postgres) {
        return;
    }
    let mut scene = Scene::new(Engine::Postgres).await;
    let pool = PgPool::connect(&scene.app.database_url).await.unwrap();
    let before = scene.order(SEATS, OfferKind::Temporary).await;
    scene.soon().await;
    for (table, id) in [("activation_attempts", "attempt_id"), ("expediente_entries", "id")] {
        cut(&pool, table, id).await;
        assert_eq!(rows(&pool, table).await, rows(&pool, &format!("{table}_2026_11")).await, "it is November");
    }
    // What was prepared for the whole tables is prepared anew: a new process.
    let mut parts = caas::Parts::clone(scene.app.caas());
    parts.db = caas::kernel::database::Database::connect_volatile(&scene.app.database_url).await.unwrap();
    scene.app.app.caas = caas::Caas::new(parts);

    // The next month: a purchase, the story with its pages, and the proof, by the statements as they are.
    scene.app.advance(TimeDelta::days(10));
    scene.app.run_jobs().await;
    scene.app.sign_in("customer").await;
    scene.app.get("/expediente").await.expect(200);
    scene.app.run_jobs().await;
    let later = scene.order(AUDIO, OfferKind::Temporary).await;
    scene.soon().await;
    for path in [before, later] {
        scene.app.get(&path).await.expect(200).says("tu coche lo ha confirmado");
    }
    scene.app.get("/expediente").await.expect(200);
    scene.app.verify().await;
    for table in ["activation_attempts", "expediente_entries"] {
        let months = [rows(&pool, &format!("{table}_2026_11")).await, rows(&pool, &format!("{table}_2026_12")).await];
        assert!(months.iter().all(|rows| *rows > 0), "{table}: {months:?}");
    }

    // By its id, a row is looked for in its month alone.
    let (attempt,): (Uuid,) =
        sqlx::query_as("SELECT attempt_id FROM activation_attempts_2026_12 LIMIT 1").fetch_one(&pool).await.unwrap();
    let by_id = format!("SELECT command FROM activation_attempts WHERE attempt_id = '{attempt}'");
    assert_eq!(touched(&pool, "activation_attempts", &by_id).await, ["2026_12"]);
    let of_december = format!(
        "SELECT id FROM expediente_entries WHERE id >= '{}' AND id < '{}'",
        first_id_of("2026-12-01T00:00:00Z"),
        first_id_of("2027-01-01T00:00:00Z")
    );
    assert_eq!(touched(&pool, "expediente_entries", &of_december).await, ["2026_12"]);
    let newest_first = format!(
        "SELECT id FROM expediente_entries WHERE id < '{}' ORDER BY id DESC LIMIT 50",
        first_id_of("2027-01-01T00:00:00Z")
    );
    assert_eq!(
        touched(&pool, "expediente_entries", &newest_first).await,
        ["2026_11", "2026_12"],
        "not what is to come"
    );

    // These look into every month until they are told the earliest: ARCHITECTURE.md names them.
    let some = Uuid::nil();
    for (table, statement) in [
        ("activation_attempts", format!("SELECT 1 FROM activation_attempts WHERE service_activation_id = '{some}'")),
        ("activation_attempts", "SELECT 1 FROM activation_attempts WHERE request_id = 'x'".to_owned()),
        ("expediente_entries", format!("SELECT 1 FROM expediente_entries WHERE subject_id = '{some}' ORDER BY seq")),
        (
            "expediente_entries",
            format!("SELECT 1 FROM expediente_entries WHERE chain_id = '{some}' ORDER BY seq DESC LIMIT 9"),
        ),
    ] {
        assert_eq!(touched(&pool, table, &statement).await.len(), MONTHS.len(), "{statement}");
        // An activation's id tells when it was ordered, and nothing of it is older.
        let earliest = first_id_of("2026-12-01T00:00:00Z");
        let id = if table == "activation_attempts" { "attempt_id" } else { "id" };
        let told = statement.replace(" WHERE ", &format!(" WHERE {id} >= '{earliest}' AND "));
        assert_eq!(touched(&pool, table, &told).await, ["2026_12", "2027_01"], "{told}");
    }
}
