//! The keys as they would have to carry one day: partitions by month, or an engine spread over machines.
//!
//! Nothing of this is built. The tests hold that it stays possible, and that what would have to change is known by name.

use crate::growth::{on_postgres, root};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::{Uuid, Version};

/// A table that grows with every purchase, message or day, and by what it would be cut into months.
struct Growing {
    table: &'static str,
    /// A column of the primary key that tells when the row was made: an id (UUID v7), or a day.
    cut_by: &'static str,
    /// What is unique over all months, and would be kept so by what. PostgreSQL keeps only that unique in partitions what
    /// contains the column that they are cut by.
    unique: &'static [(&'static str, &'static str)],
}

const fn growing(table: &'static str, cut_by: &'static str) -> Growing {
    Growing { table, cut_by, unique: &[] }
}

/// A key that is looked up and never changes: it would move to a table of keys beside the big one, spread by its hash, and be
/// written in the same transaction.
const TABLE_OF_KEYS: &str = "a table of keys beside it, spread by hash";

/// Unique among the few rows that are open.
const TABLE_OF_OPEN: &str = "a table of the open ones, whose rows go when they end";

/// One row for one of another table.
const WITH_ITS_ONE: &str = "the id of the row that it belongs to as its own key";

/// Every table that grows without end.
const GROWING: &[Growing] = &[
    growing("activation_attempts", "attempt_id"),
    growing("alert_steps", "id"),
    growing("alerts", "id"),
    growing("analysis_days", "day"),
    growing("attempt_days", "day"),
    growing("billing_runs", "id"),
    growing("breaker_changes", "id"),
    growing("consents", "id"),
    growing("deactivations", "id"),
    Growing { unique: &[("service_activation_id", WITH_ITS_ONE)], ..growing("delivery_confirmations", "id") },
    growing("duration_days", "day"),
    Growing {
        unique: &[("chain_id, seq", "the row of the chain's head, which is locked to write")],
        ..growing("expediente_entries", "id")
    },
    Growing { unique: &[("reference", TABLE_OF_KEYS)], ..growing("failure_audit", "id") },
    growing("finance_task_notes", "id"),
    Growing { unique: &[("payment_id", WITH_ITS_ONE)], ..growing("finance_tasks", "id") },
    Growing {
        unique: &[("invoice_id, position", "the invoice, which writes them all at once")],
        ..growing("invoice_lines", "id")
    },
    Growing {
        unique: &[
            ("number", "series, year and number: the counter's row is locked to count"),
            ("series, year, seq", "the counter's row, which is locked to count"),
            ("credits_id", TABLE_OF_KEYS),
            ("subscription_id, period_start", "the subscription's row, which is locked to bill"),
        ],
        ..growing("invoices", "id")
    },
    growing("ledger_closings", "day"),
    growing("ledger_days", "day"),
    growing("ledger_entries", "id"),
    Growing {
        unique: &[(
            "customer_id, vehicle_id, service_id, day, reason",
            "nothing: counted once too often, it harms nobody",
        )],
        ..growing("maintenance_refusals", "id")
    },
    Growing { unique: &[("service_activation_id", TABLE_OF_OPEN)], ..growing("manual_activations", "id") },
    Growing {
        unique: &[("unique_key", TABLE_OF_KEYS), ("unsubscribe_token", TABLE_OF_KEYS)],
        ..growing("notifications", "id")
    },
    growing("outside_minutes", "minute"),
    Growing { unique: &[("idempotency_key", TABLE_OF_KEYS)], ..growing("payment_operations", "id") },
    Growing {
        unique: &[
            ("gateway_payment_id", TABLE_OF_KEYS),
            ("form_key", TABLE_OF_KEYS),
            ("order_id, payment_type", TABLE_OF_OPEN),
            ("invoice_id", TABLE_OF_OPEN),
            ("debt_id", TABLE_OF_OPEN),
        ],
        ..growing("payments", "id")
    },
    growing("push_deliveries", "notification_id"),
    Growing {
        unique: &[("day, gateway_payment_id, kind, class", "a lock on the row of the day's run")],
        ..growing("reconciliation_discrepancies", "id")
    },
    growing("reconciliation_notes", "id"),
    growing("reconciliation_runs", "day"),
    growing("revenue_days", "id"),
    growing("revenue_foldings", "day"),
    Growing {
        unique: &[("purchase_key", TABLE_OF_KEYS), ("vehicle_id, service_id", TABLE_OF_OPEN)],
        ..growing("service_activations", "service_activation_id")
    },
    growing("settlement_lines", "day"),
    growing("ticket_attachments", "id"),
    growing("ticket_messages", "id"),
    growing("ticket_packages", "ticket_id"),
    growing("ticket_tasks", "id"),
    growing("ticket_words", "ticket_id"),
    Growing { unique: &[("number", "the counter's row, which is locked to count")], ..growing("tickets", "id") },
    growing("verification_runs", "id"),
    growing("warranty_changes", "id"),
    Growing {
        unique: &[("inbox_id, body_sha256", "a lock on the row of the message that it is about")],
        ..growing("webhook_notes", "id")
    },
    Growing { unique: &[("sender, webhook_id", TABLE_OF_KEYS)], ..growing("webhook_inbox", "id") },
    Growing { unique: &[("service_activation_id", WITH_ITS_ONE)], ..growing("withdrawals", "id") },
];

/// Every other table: as large as the catalogue, the people, the cars or what is under way, whatever the years.
const BOUNDED: &str = "
    alert_rules attempt_limits breakers catalogue_revision catalogue_rule_changes customer_orders data_exports dealerships
    debts deliveries discounts erasures expediente_chains factory_orders failure_audit_key hand_overs invoice_numbers jobs
    legal_entities link_codes linked_apps notification_preferences offer_prices offers order_documents order_estimates
    order_words owner_changes payment_methods pick_up_hours pick_ups plan_versions plans public_holidays push_devices push_key
    registration_submissions registrations sale_numbers schema_floor sequences service_conflicts services setup_sessions
    subscriptions support_calendars support_holidays support_hours support_macros support_views theft_notes ticket_drafts
    ticket_presence user_tokens users vehicle_commands vehicle_maintenance vehicle_model_data vehicle_models vehicles
    web_sessions withdrawal_key workshop_appointments";

/// Whether a table grows without end.
pub fn grows_without_end(table: &str) -> bool {
    GROWING.iter().any(|growing| growing.table == table)
}

async fn names(pool: &PgPool, statement: &'static str) -> BTreeSet<String> {
    let rows: Vec<(String,)> = sqlx::query_as(statement).fetch_all(pool).await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

async fn schema() -> Option<(crate::support::TestApp, PgPool)> {
    let app = on_postgres().await?;
    let pool = PgPool::connect(&app.database_url).await.unwrap();
    Some((app, pool))
}

#[tokio::test]
async fn no_key_is_counted_and_every_table_is_known_to_grow_or_not() {
    let Some((_app, pool)) = schema().await else { return };
    let counted = names(
        &pool,
        "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = current_schema() AND (column_default LIKE 'nextval%' OR is_identity = 'YES')",
    )
    .await;
    assert!(counted.is_empty(), "a sequence is one place that all processes and machines come to: {counted:?}");
    let tables = names(
        &pool,
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename <> '_sqlx_migrations'",
    )
    .await;
    let known: BTreeSet<String> =
        GROWING.iter().map(|growing| growing.table).chain(BOUNDED.split_whitespace()).map(str::to_owned).collect();
    assert_eq!(known.len(), GROWING.len() + BOUNDED.split_whitespace().count(), "each once");
    let new: Vec<_> = tables.symmetric_difference(&known).collect();
    assert!(new.is_empty(), "does it grow without end, and by what would it be cut into months? {new:?}");
}

/// What is unique in a table: its columns, and whether it is the primary key.
async fn unique(pool: &PgPool, table: &str) -> Vec<(String, bool)> {
    sqlx::query_as(
        "SELECT COALESCE((SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                          FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number), ''), i.indisprimary
         FROM pg_index i WHERE i.indrelid = to_regclass($1) AND i.indisunique",
    )
    .bind(table)
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_grows_can_be_cut_into_months() {
    let Some((_app, pool)) = schema().await else { return };
    for Growing { table, cut_by, unique: over_all } in GROWING {
        let keys = unique(&pool, table).await;
        let contains = |columns: &str| columns.split(", ").any(|column| column == *cut_by);
        let (primary, _) = keys.iter().find(|(_, is_primary)| *is_primary).unwrap();
        assert!(contains(primary), "{table}: the primary key ({primary}) does not tell the month");
        let (kind,): (String,) = sqlx::query_as(
            "SELECT data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2",
        )
        .bind(table)
        .bind(cut_by)
        .fetch_one(&pool)
        .await
        .unwrap();
        let tells_time = matches!(
            (kind.as_str(), *cut_by),
            ("uuid", _) | ("text", "day" | "minute") | ("timestamp with time zone", _)
        );
        assert!(tells_time, "{table}.{cut_by} is {kind}");
        let real: BTreeSet<&str> =
            keys.iter().map(|(columns, _)| columns.as_str()).filter(|columns| !contains(columns)).collect();
        let known: BTreeSet<&str> = over_all.iter().map(|(columns, _)| *columns).collect();
        assert_eq!(real, known, "{table}: unique over all months");
    }
}

/// A foreign key needs a unique one to lead to: those that lead to the column that a table is cut by stay as they are.
#[tokio::test]
async fn foreign_keys_lead_to_what_the_months_are_told_by() {
    let Some((_app, pool)) = schema().await else { return };
    let keys: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
                (SELECT string_agg(a.attname, ', ') FROM unnest(c.confkey) AS k (number)
                 JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number)
         FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = to_regnamespace(current_schema()::text)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let cut_by: BTreeMap<&str, &str> = GROWING.iter().map(|growing| (growing.table, growing.cut_by)).collect();
    let mut seen = 0;
    for (from, to, columns) in keys {
        if let Some(cut_by) = cut_by.get(to.as_str()) {
            assert_eq!(columns, *cut_by, "{from} leads to {to}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// Ids tell when they were made, to the millisecond, by the clock of the business.
#[tokio::test]
async fn ids_are_times() {
    let Some((mut app, pool)) = schema().await else { return };
    app.run_jobs().await;
    let made: Vec<(Uuid, chrono::DateTime<chrono::Utc>)> =
        sqlx::query_as("SELECT id, at FROM expediente_entries").fetch_all(&pool).await.unwrap();
    assert!(!made.is_empty());
    for (id, at) in made {
        assert_eq!(id.get_version(), Some(Version::SortRand), "{id}");
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let millis = i64::try_from(seconds).unwrap() * 1000 + i64::from(nanos / 1_000_000);
        assert!((at.timestamp_millis() - millis).abs() <= 60_000, "{id} is not of {at}");
    }
}

/// Where the sources speak of what a PostgreSQL spread over machines does otherwise or not at all.
const PECULIAR: &[(&str, &[&str])] = &[
    ("pg_notify", &["src/kernel/database/neighbours.rs"]),
    ("PgListener", &["src/kernel/database/neighbours.rs"]),
    ("SKIP LOCKED", &["src/kernel/jobs/queue.rs", "src/subscriptions/billing.rs"]),
    ("synchronous_commit", &["src/kernel/database/neighbours.rs"]),
    ("lock_timeout", &["src/kernel/database/migrations.rs"]),
    ("REPEATABLE READ", &["src/kernel/database/mod.rs"]),
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The page names every place that a distributed engine would have to be thought about at.
#[test]
fn what_a_distributed_engine_would_change_is_named() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, growing) = page.split_once("## How far one database goes").expect("the page says so");
    let mut files = Vec::new();
    for folder in ["src", "server/src"] {
        sources(&root().join(folder), &mut files);
    }
    for (word, known) in PECULIAR {
        let code = |text: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
        let real: BTreeSet<&str> = files.iter().filter(|(_, text)| code(text)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(real, known.iter().copied().collect(), "{word}");
        for file in *known {
            assert!(growing.contains(file), "the page does not name {file} ({word})");
        }
    }
}
