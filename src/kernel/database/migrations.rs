//! The schema and the versions of the program that share it.
//!
//! Migrations are applied by whichever process starts first, while others serve. So they only add; what is to go, goes a
//! version later, and that migration names in `schema_floor` the oldest program that can still work. An older program may
//! start on a newer schema as long as it stands above that floor: a machine that is started anew in the middle of a
//! change, or the way back to the version before, needs no database of its own.

use super::Tx;
use crate::kernel::error::{Failure, Result};
use crate::sql;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use std::collections::BTreeSet;
use std::time::Duration;

/// For SQLite.
pub(super) fn of_sqlite() -> Migrator {
    shared(sqlx::migrate!("migrations/sqlite"))
}

/// For PostgreSQL.
pub(super) fn of_postgres() -> Migrator {
    shared(sqlx::migrate!("migrations/postgres"))
}

/// Migrations of a newer version are not missing here.
fn shared(mut migrator: Migrator) -> Migrator {
    migrator.set_ignore_missing(true);
    migrator
}

/// How long a migration waits for a table at most. Whoever waits for the whole table stands at the head of a queue: all who
/// only want to read or write a row stand behind it, and the proof of a night reads for minutes.
const LOCK_TIMEOUT: &str = "2s";

/// The pause before it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// How often: for some minutes. Then the start fails, and whoever started the program starts it again.
const TRIES: u32 = 100;

/// PostgreSQL's code for a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How a version of the program and the schema go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// The version can work.
    Fits,
    /// A migration of this version is still to be applied.
    Behind,
    /// A newer version has taken away what this one needs.
    Beyond,
}

/// Applies what is missing.
///
/// On a connection of its own: sqlx's lock among migrating processes belongs to a connection, and one that is given back
/// to a pool after a failure would keep it.
pub(super) async fn run(server: &PgConnectOptions, migrations: &Migrator) -> Result<()> {
    let server = server.clone().options([("lock_timeout", LOCK_TIMEOUT)]);
    let mut tried = 0;
    loop {
        let mut conn = server.connect().await?;
        let outcome = migrations.run(&mut conn).await;
        // Whatever it says: the connection is over, and the lock with it.
        let _ = conn.close().await;
        match outcome {
            Ok(()) => return Ok(()),
            Err(error) if is_lock_not_available(&error) && tried < TRIES => {
                tried += 1;
                tracing::info!(tried, "migration_waits_for_others");
                pause(AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_lock_not_available(error: &MigrateError) -> bool {
    let (MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)) = error else { return false };
    cause.as_database_error().and_then(|cause| cause.code()).is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}

#[expect(clippy::disallowed_methods, reason = "nothing in the business waits for it: the process is only starting")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The newest migration of this version.
fn newest() -> i64 {
    of_sqlite().iter().map(|migration| migration.version).max().unwrap_or(0)
}

async fn floor(tx: &mut Tx) -> Result<i64> {
    let (oldest,) = sql!(tx, one(i64,), "SELECT oldest FROM schema_floor WHERE id = 1")?;
    Ok(oldest)
}

/// Fails when the schema has lost what this version needs.
pub(super) async fn refuse_beyond(tx: &mut Tx) -> Result<()> {
    let (needed, known) = (floor(tx).await?, newest());
    if needed > known { Err(Failure::TooOld { needed, known }) } else { Ok(()) }
}

/// How this version and the schema go together.
pub(super) async fn schema(tx: &mut Tx) -> Result<Schema> {
    let applied: BTreeSet<i64> = sql!(tx, all(i64,), "SELECT version FROM _sqlx_migrations WHERE success")?
        .into_iter()
        .map(|(version,)| version)
        .collect();
    if of_sqlite().iter().any(|migration| !applied.contains(&migration.version)) {
        return Ok(Schema::Behind);
    }
    Ok(if floor(tx).await? > newest() { Schema::Beyond } else { Schema::Fits })
}
