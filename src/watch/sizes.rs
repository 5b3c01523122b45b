//! How large the database is, and how far behind the platform is with what it owes: numbers that cost nothing to read.

use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use chrono::TimeDelta;
use sqlx::AssertSqlSafe;

/// A webhook that nothing known carries the reference of is looked at again within an hour; none waits longer.
const WEBHOOK_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Since when the oldest of each waits; nothing where none does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lags {
    /// Work that is due: since when it is.
    pub job_due: Option<Timestamp>,
    /// A webhook that is not understood yet: since when we have it.
    pub webhook: Option<Timestamp>,
    /// The message to a person that is due first: by when it is to be sent.
    pub message_due: Option<Timestamp>,
}

/// Reads them along their indexes.
pub async fn lags(caas: &Caas, tx: &mut Tx) -> Result<Lags> {
    let now = caas.now();
    let (job_due, _) = sql!(
        tx,
        one(Option<Timestamp>, i64),
        "SELECT MIN(due_at), COUNT(*) FROM jobs WHERE died_at IS NULL AND due_at <= $1",
        now
    )?;
    // Their jobs are due soon or at once; looked up by the inbox itself it would need an index more at each callback.
    let (webhook, _) = sql!(
        tx,
        one(Option<Timestamp>, i64),
        "SELECT MIN(created_at), COUNT(*) FROM jobs
         WHERE died_at IS NULL AND due_at <= $1 AND kind = 'inbox.interpret_webhook'",
        now + WEBHOOK_PAUSE
    )?;
    let message = sql!(
        tx,
        optional(Timestamp,),
        "SELECT deadline_at FROM notifications WHERE status = 'WAITING' ORDER BY deadline_at LIMIT 1"
    )?;
    Ok(Lags { job_due, webhook, message_due: message.map(|(at,)| at) })
}

/// How large the database is, as far as the engine tells without counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes on the disk, the log apart.
    pub bytes: i64,
    /// Bytes of SQLite's write-ahead log; PostgreSQL tells it to its administrator only.
    pub log_bytes: Option<i64>,
    /// Copies that follow this PostgreSQL, and by how many bytes the last of them is behind. None on SQLite.
    pub followers: Option<(i64, i64)>,
    /// The tables that grow, with about how many rows they have; nothing where the engine has not looked yet.
    pub tables: Vec<(&'static str, Option<i64>)>,
}

/// The tables that grow with every purchase, message or call. None of them is without rowid, see [`rows_at_most`].
const GROWING: [&str; 10] = [
    "expediente_entries",
    "jobs",
    "notifications",
    "service_activations",
    "activation_attempts",
    "payments",
    "payment_operations",
    "ledger_entries",
    "webhook_inbox",
    "web_sessions",
];

/// Reads them.
pub async fn sizes(tx: &mut Tx) -> Result<Sizes> {
    if tx.is_postgres() { of_postgres(tx).await } else { of_sqlite(tx).await }
}

async fn of_postgres(tx: &mut Tx) -> Result<Sizes> {
    // Of our tables with their indexes: in a database that we share, the rest is somebody else's, and may take seconds to add up.
    let (bytes,) = sql!(
        tx,
        one(i64,),
        "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT)
         FROM pg_class c WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind = 'r'"
    )?;
    let followers = sql!(
        tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(COALESCE(MAX(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0) AS BIGINT)
         FROM pg_stat_replication"
    )?;
    let mut tables = Vec::new();
    for table in GROWING {
        // What the last look of the engine at its own statistics found; -1 before the first.
        let found = sql!(
            tx,
            optional(i64,),
            "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = to_regclass($1)",
            table
        )?;
        tables.push((table, found.map(|(rows,)| rows).filter(|rows| *rows >= 0)));
    }
    Ok(Sizes { bytes, log_bytes: None, followers: Some(followers), tables })
}

async fn of_sqlite(tx: &mut Tx) -> Result<Sizes> {
    let (bytes, _) = sql!(
        tx,
        one(i64, i64),
        "SELECT c.page_count * s.page_size, s.page_size FROM pragma_page_count() c, pragma_page_size() s"
    )?;
    let file = sql!(tx, optional(String,), "SELECT file FROM pragma_database_list WHERE name = 'main'")?;
    let log = file.and_then(|(file,)| std::fs::metadata(file + "-wal").ok());
    let mut tables = Vec::new();
    for table in GROWING {
        tables.push((table, rows_at_most(tx, table).await?));
    }
    let log_bytes = log.map(|log| i64::try_from(log.len()).unwrap_or(i64::MAX));
    Ok(Sizes { bytes, log_bytes, followers: None, tables })
}

/// The number of the last row that was added: as many as there are, or more where rows were deleted.
async fn rows_at_most(tx: &mut Tx, table: &'static str) -> Result<Option<i64>> {
    let statement = format!("SELECT MAX(rowid), 0 FROM {table}");
    let (last, _) = sql!(tx, one(Option<i64>, i64), AssertSqlSafe(statement.as_str()))?;
    Ok(Some(last.unwrap_or(0)))
}
