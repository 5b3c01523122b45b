//! How long the proof takes over a million entries. Minutes to build the database, so it runs only when it is asked for:
//!
//! ```text
//! cargo nextest run --cargo-profile release -p caas-server --run-ignored only million --no-capture
//! ```
//!
//! A customer with a few delivered orders is lived through for real and then multiplied: every row with ids of its own,
//! every entry sealed into a chain of its own. `CAAS_PROOF_ENTRIES` asks for another size.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::expediente::chain::{Sealed, sealed, walk};
use caas::kernel::database::{Conn, Sqlite, Tx};
use caas::sql;
use caas::verify::prove;
use chrono::TimeDelta;
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder};
use uuid::Uuid;

/// What a million entries may take. A build without optimisations hashes ten times slower than the one that is shipped.
const MOST_SECONDS: u64 = if cfg!(debug_assertions) { 180 } else { 60 };

/// Customers made in one transaction.
const CHUNK: u64 = 500;

/// Whose rows are multiplied: the table, and which of its rows are the template's.
const TABLES: &[(&str, &str)] = &[
    ("users", "id = $1"),
    ("vehicles", "customer_id = $1"),
    ("payment_methods", "customer_id = $1"),
    ("service_activations", "customer_id = $1"),
    (
        "activation_attempts",
        "service_activation_id IN (SELECT service_activation_id FROM service_activations WHERE customer_id = $1)",
    ),
    (
        "delivery_confirmations",
        "service_activation_id IN (SELECT service_activation_id FROM service_activations WHERE customer_id = $1)",
    ),
    ("payments", "customer_id = $1"),
    ("payment_operations", "payment_id IN (SELECT id FROM payments WHERE customer_id = $1)"),
    ("ledger_entries", "payment_id IN (SELECT id FROM payments WHERE customer_id = $1)"),
    ("consents", "customer_id = $1"),
    ("notifications", "user_id = $1"),
];

/// Ids of what is there once for all.
const SHARED: &[&str] = &["service_id", "offer_id", "dealership_id"];

/// Texts of which there may be no two.
const UNIQUE: &[&str] = &[
    "email",
    "email_key",
    "vin",
    "token",
    "purchase_key",
    "idempotency_key",
    "gateway_payment_id",
    "unique_key",
    "request_id",
    "unsubscribe_token",
];

/// Texts that would only fill the disk.
const LONG: &[&str] = &["body_text", "body_html"];

/// The id of a copy: the template's with its last six bytes counting copies.
fn copy_of(id: Uuid, number: u64) -> Uuid {
    let mut bytes = *id.as_bytes();
    bytes[10..].copy_from_slice(&number.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

/// The same in SQL.
fn id_in_sql(tx: &Tx, column: &str) -> String {
    if tx.is_postgres() {
        format!("(left(replace({column}::text, '-', ''), 20) || lpad(to_hex(s.n), 12, '0'))::uuid")
    } else {
        format!(
            "CASE WHEN {column} IS NULL THEN NULL ELSE unhex(substr(hex({column}), 1, 20) || printf('%012x', s.n)) END"
        )
    }
}

fn series(tx: &Tx, from: u64, to: u64) -> String {
    if tx.is_postgres() {
        format!("(SELECT generate_series({from}::bigint, {to}::bigint) AS n) s")
    } else {
        format!(
            "(WITH RECURSIVE r(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM r WHERE n < {to}) SELECT n FROM r) s"
        )
    }
}

/// Columns of a table and whether each holds an id.
async fn columns(tx: &mut Tx, table: &str) -> Vec<(String, bool)> {
    let rows = if tx.is_postgres() {
        sql!(
            tx,
            all(String, String),
            "SELECT column_name::text, data_type::text FROM information_schema.columns
             WHERE table_name = $1 AND table_schema = current_schema() ORDER BY ordinal_position",
            table
        )
    } else {
        sql!(tx, all(String, String), "SELECT name, type FROM pragma_table_info($1)", table)
    };
    rows.unwrap().into_iter().map(|(name, kind)| (name, kind == "uuid" || kind == "BLOB")).collect()
}

async fn multiply(tx: &mut Tx, table: &str, which: &str, template: Uuid, from: u64, to: u64) {
    let columns = columns(tx, table).await;
    let values: Vec<String> = columns
        .iter()
        .map(|(name, is_id)| match name.as_str() {
            name if *is_id && !SHARED.contains(&name) => id_in_sql(tx, name),
            name if UNIQUE.contains(&name) => format!("{name} || '-' || s.n"),
            name if LONG.contains(&name) => "''".to_owned(),
            name => name.to_owned(),
        })
        .collect();
    let names: Vec<_> = columns.into_iter().map(|(name, _)| name).collect();
    let statement = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM (SELECT * FROM {table} WHERE {which}) t CROSS JOIN {}",
        names.join(", "),
        values.join(", "),
        series(tx, from, to)
    );
    sql!(tx, execute AssertSqlSafe(statement), template).unwrap();
}

/// The template's chain, sealed anew for a copy.
fn chain_of(template: &[Sealed], number: u64) -> Vec<Sealed> {
    let mut previous = String::new();
    template
        .iter()
        .map(|entry| {
            let mut entry = Sealed {
                id: copy_of(entry.id, number),
                chain_id: copy_of(entry.chain_id, number),
                actor_id: entry.actor_id.map(|id| copy_of(id, number)),
                subject_id: copy_of(entry.subject_id, number),
                vehicle_id: entry.vehicle_id.map(|id| copy_of(id, number)),
                previous: previous.clone(),
                ..entry.clone()
            };
            entry.hash = entry.computed_hash();
            previous.clone_from(&entry.hash);
            entry
        })
        .collect()
}

macro_rules! insert_chain {
    ($engine:ty, $connection:expr, $chain:expr) => {{
        let last = $chain.last().unwrap();
        sqlx::query::<$engine>("INSERT INTO expediente_chains (chain_id, last_seq, last_hash) VALUES ($1, $2, $3)")
            .bind(last.chain_id)
            .bind(last.seq)
            .bind(&last.hash)
            .execute(&mut *$connection)
            .await
            .unwrap();
        let mut query = QueryBuilder::<$engine>::new(
            "INSERT INTO expediente_entries (id, chain_id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id,
                                             vehicle_id, before_state, after_state, data, visible, previous, hash) ",
        );
        query.push_values($chain, |mut row, e| {
            row.push_bind(e.id).push_bind(e.chain_id).push_bind(e.seq).push_bind(e.at);
            row.push_bind(&e.actor_kind).push_bind(e.actor_id).push_bind(&e.kind).push_bind(&e.subject_kind);
            row.push_bind(e.subject_id).push_bind(e.vehicle_id).push_bind(&e.before_state).push_bind(&e.after_state);
            row.push_bind(&e.data).push_bind(e.visible).push_bind(&e.previous).push_bind(&e.hash);
        });
        query.build().execute(&mut *$connection).await.unwrap();
    }};
}

async fn write_chain(tx: &mut Tx, chain: &[Sealed]) {
    match tx.conn() {
        Conn::Sqlite(connection) => insert_chain!(Sqlite, connection, chain),
        Conn::Postgres(connection, _) => insert_chain!(Postgres, connection, chain),
    }
}

async fn template(scene: &mut Scene) -> Vec<Sealed> {
    for code in [SEATS, AUDIO, "LIGHT_SIGNATURE", "SEAT_MASSAGE"] {
        scene.order(code).await;
        scene.seconds(10).await;
    }
    scene.live(TimeDelta::days(3)).await;
    let mut tx = scene.read().await;
    let ids = sql!(
        tx,
        all(Uuid, i64),
        "SELECT id, seq FROM expediente_entries WHERE chain_id = $1 ORDER BY seq",
        scene.customer
    )
    .unwrap();
    let mut entries = Vec::new();
    for (id, _) in ids {
        entries.push(sealed(&mut tx, id).await.unwrap().unwrap());
    }
    entries
}

#[tokio::test]
#[ignore = "takes minutes: a database with a million entries"]
async fn a_million_entries_are_proven_within_a_minute() {
    let wanted: u64 = std::env::var("CAAS_PROOF_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let template = template(&mut scene).await;
        let customer = scene.customer.0;
        let copies = wanted.div_ceil(template.len() as u64);
        let db = scene.caas().db.clone();
        let mut from = 1;
        while from <= copies {
            let to = (from + CHUNK - 1).min(copies);
            let mut tx = db.begin().await.unwrap();
            for (table, which) in TABLES {
                multiply(&mut tx, table, which, customer, from, to).await;
            }
            for number in from..=to {
                write_chain(&mut tx, &chain_of(&template, number)).await;
            }
            tx.commit().await.unwrap();
            from = to + 1;
        }
        #[expect(clippy::disallowed_methods, reason = "it is the time that is measured")]
        let began = std::time::Instant::now();
        let proof = prove(&db).await.unwrap();
        let taken = began.elapsed();
        println!("{engine:?}: {:?} proven in {:.1} s", proof.extent, taken.as_secs_f64());
        assert_eq!(proof.broken, Vec::<String>::new());
        assert!(proof.extent.story_entries >= i64::try_from(wanted).unwrap());
        assert!(taken.as_secs() < MOST_SECONDS * wanted.div_ceil(1_000_000), "{taken:?}");

        // One changed letter among them is found.
        let victim = copy_of(template[template.len() / 2].id, copies / 2);
        let mut tx = db.begin().await.unwrap();
        let change = "UPDATE expediente_entries SET data = data || ' ' WHERE id = $1";
        assert_eq!(sql!(tx, execute change, victim).unwrap(), 1);
        let broken = walk(&mut tx).await.unwrap().broken;
        assert!(broken.len() == 1 && broken[0].contains(&victim.to_string()), "{broken:?}");
    }
}
