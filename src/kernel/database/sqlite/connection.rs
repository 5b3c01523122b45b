//! A connection, and how statements run on it.

use super::error::told;
use super::{
    Durability, Kind, Sqlite, SqliteColumn, SqliteDone, SqliteOptions, SqliteRow, SqliteStatement, SqliteValue,
};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use sqlx::{Connection, Describe, Either, Error, Execute, Executor, SqlStr, Transaction};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long to wait for another process that has the file locked.
const BUSY: Duration = Duration::from_secs(10);

/// Prepared statements that each connection keeps.
const STATEMENTS: usize = 512;

/// A statement that takes longer is logged: meanwhile its thread runs nothing else.
const SLOW: Duration = Duration::from_secs(1);

/// A connection to the file. A statement runs when its future is first polled, and is over when that poll is.
pub struct SqliteConnection {
    raw: rusqlite::Connection,
    /// Its statements may take long: the runtime is told, so that other tasks go on in other threads.
    pub(super) at_length: bool,
}

impl fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConnection").finish_non_exhaustive()
    }
}

impl SqliteConnection {
    pub(super) fn open(options: &SqliteOptions) -> Result<SqliteConnection, Error> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // A reader, too, must be able to write to the log's index. But it never makes a file.
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, !options.reader);
        let raw = rusqlite::Connection::open_with_flags(&options.path, flags).map_err(told)?;
        raw.busy_timeout(BUSY).map_err(told)?;
        raw.set_prepared_statement_cache_capacity(STATEMENTS);
        // A plan may not depend on the values: else SQLite plans anew at each binding of a value that it has compared with
        // a partial index's condition. Whoever wants such an index writes the value into the statement.
        raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(told)?;
        // Somewhere without shared memory SQLite stays with its old journal, which `log.rs` would not sync.
        let journal: String =
            raw.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(told)?;
        if journal != "wal" {
            return Err(Error::Configuration(
                format!("a database in {journal} mode: its folder can't hold a WAL").into(),
            ));
        }
        let pragmas = format!(
            // 32 MiB of log before it is copied into the file: under load each copy costs two more syncs.
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = {}; PRAGMA cache_size = -8192;
             PRAGMA wal_autocheckpoint = 8000; PRAGMA query_only = {};",
            match options.durability {
                // The log is synced by `log.rs`, once for many commits, and by SQLite around each copy into the file.
                Durability::Full => "NORMAL",
                Durability::None => "OFF",
            },
            if options.reader { "ON" } else { "OFF" }
        );
        raw.execute_batch(&pragmas).map_err(told)?;
        Ok(SqliteConnection { raw, at_length: false })
    }

    pub(super) fn in_transaction(&self) -> bool {
        !self.raw.is_autocommit()
    }

    /// Runs a statement without values and without an answer: `BEGIN`, `COMMIT`.
    pub(super) fn command(&mut self, statement: &str) -> Result<(), Error> {
        self.raw.prepare_cached(statement).and_then(|mut statement| statement.raw_execute()).map_err(told)?;
        Ok(())
    }

    /// Undoes an open transaction, if there is one.
    pub(super) fn roll_back(&mut self) {
        // Some errors end a transaction by themselves.
        if self.in_transaction()
            && let Err(error) = self.command("ROLLBACK")
        {
            tracing::error!(%error, "sqlite_not_rolled_back");
        }
    }

    /// Runs a statement and copies at most so many rows of its answer.
    fn run<'q>(&mut self, query: impl Execute<'q, Sqlite>, most: usize) -> Result<(Vec<SqliteRow>, SqliteDone), Error> {
        let at_length = self.at_length && Handle::try_current().is_ok_and(|runtime| can_step_aside(&runtime));
        if at_length { tokio::task::block_in_place(|| self.run_here(query, most)) } else { self.run_here(query, most) }
    }

    fn run_here<'q>(
        &mut self,
        mut query: impl Execute<'q, Sqlite>,
        most: usize,
    ) -> Result<(Vec<SqliteRow>, SqliteDone), Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        let keep = query.persistent();
        let sql = query.sql();
        let watch = Watch::start();
        let mut statement = self.raw.prepare_cached(sql.as_str()).map_err(told)?;
        if let Some(arguments) = &arguments {
            arguments.bind(&mut statement)?;
        }
        let mut columns: Option<Arc<[SqliteColumn]>> = None;
        let mut copied = Vec::new();
        let mut rows = statement.raw_query();
        while copied.len() < most
            && let Some(row) = rows.next().map_err(told)?
        {
            let columns = columns.get_or_insert_with(|| columns_of(row.as_ref()).into());
            let values = (0..columns.len())
                .map(|column| SqliteValue::copied(row.get_ref(column).map_err(told)?))
                .collect::<Result<_, Error>>()?;
            copied.push(SqliteRow { values, columns: columns.clone() });
        }
        drop(rows);
        if !keep {
            statement.discard();
        }
        watch.stop(sql.as_str(), copied.len());
        Ok((copied, SqliteDone { rows_affected: self.raw.changes() }))
    }
}

/// Only a runtime with several threads has one to spare; the simulation's has one.
fn can_step_aside(runtime: &Handle) -> bool {
    runtime.runtime_flavor() == RuntimeFlavor::MultiThread
}

fn columns_of(statement: &rusqlite::Statement<'_>) -> Vec<SqliteColumn> {
    let names = statement.column_names().into_iter().enumerate();
    names.map(|(ordinal, name)| SqliteColumn { ordinal, name: name.into() }).collect()
}

/// Tells the log about a statement, under the name that sqlx's drivers use.
struct Watch(std::time::Instant);

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "how long a statement took is for the log only")]
    fn start() -> Watch {
        Watch(std::time::Instant::now())
    }

    fn stop(&self, statement: &str, rows: usize) {
        let took = self.0.elapsed();
        if took >= SLOW {
            tracing::warn!(target: "sqlx::query", statement, rows, ?took, "slow statement");
        } else {
            tracing::debug!(target: "sqlx::query", statement, rows, ?took);
        }
    }
}

impl<'c> Executor<'c> for &'c mut SqliteConnection {
    type Database = Sqlite;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<SqliteDone, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move { Ok(self.run(query, usize::MAX)?.1) })
    }

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<SqliteDone, SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let answer = stream::once(async move {
            let (rows, done) = self.run(query, usize::MAX)?;
            let rows = rows.into_iter().map(Either::Right).chain([Either::Left(done)]);
            Ok::<_, Error>(stream::iter(rows.map(Ok)))
        });
        answer.try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move { Ok(self.run(query, 1)?.0.pop()) })
    }

    fn prepare_with<'e>(self, sql: SqlStr, _: &'e [Kind]) -> BoxFuture<'e, Result<SqliteStatement, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let prepared = self.raw.prepare_cached(sql.as_str()).map_err(told)?;
            let (columns, parameters) = (columns_of(&prepared), prepared.parameter_count());
            drop(prepared);
            Ok(SqliteStatement { sql, columns, parameters })
        })
    }

    /// Only sqlx's macros that check statements while compiling would ask.
    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, Error>>
    where
        'c: 'e,
    {
        Box::pin(async { Err(Error::Protocol("statements are not described".to_owned())) })
    }
}

impl Connection for SqliteConnection {
    type Database = Sqlite;
    type Options = SqliteOptions;

    async fn close(self) -> Result<(), Error> {
        self.raw.close().map_err(|(_, error)| told(error))
    }

    async fn close_hard(self) -> Result<(), Error> {
        self.close().await
    }

    async fn ping(&mut self) -> Result<(), Error> {
        Ok(())
    }

    async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, Error> {
        Transaction::begin(self, None).await
    }

    fn shrink_buffers(&mut self) {}

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn should_flush(&self) -> bool {
        false
    }
}
