//! SQLite's connections: one that writes, a few that read.
//!
//! Not sqlx's pool: it says hello to a connection when it is taken and again when it is given back. To a server that is a
//! wise question; here each one is two changes of thread for a file of our own, half of what a short transaction costs.

use crate::kernel::error::{Failure, Result};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous, SqliteTransactionManager,
};
use sqlx::{Connection as _, SqlSafeStr as _};
use sqlx_core::transaction::TransactionManager as _;
use std::ops::{Deref, DerefMut};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections that read.
const READERS: u32 = 4;

/// How long to wait for a connection. Transactions take milliseconds: whoever waits longer waits for something broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// The file, opened.
#[derive(Clone)]
pub(super) struct Sqlite {
    /// One writer: SQLite has one write lock, so a queue in memory beats busy-waiting on the file.
    writer: Shelf,
    readers: Shelf,
}

impl Sqlite {
    pub(super) async fn open(url: &str, synchronous: SqliteSynchronous) -> Result<Sqlite> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-8192")
            // 32 MiB of log before it is copied into the file: under load each copy costs two more syncs.
            .pragma("wal_autocheckpoint", "8000")
            .statement_cache_capacity(512);
        if let Some(folder) = options.get_filename().parent()
            && !folder.as_os_str().is_empty()
        {
            std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
        }
        let writer = Shelf::new(1, &options).await?;
        let options = options.create_if_missing(false).pragma("query_only", "on");
        Ok(Sqlite { writer, readers: Shelf::new(READERS, &options).await? })
    }

    /// The connection that writes, without a transaction.
    pub(super) async fn writer(&self) -> Result<Borrowed> {
        self.writer.take().await
    }

    /// A connection that reads; each statement sees what is committed when it runs.
    pub(super) async fn reader(&self) -> Result<Borrowed> {
        self.readers.take().await
    }

    /// Lets connections end, the writer last: it tidies the log away.
    pub(super) async fn close(&self) {
        for shelf in [&self.readers, &self.writer] {
            shelf.close().await;
        }
    }
}

/// Connections that nobody uses at the moment.
#[derive(Clone)]
struct Shelf {
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    /// One permit a connection: those who wait are served in their order.
    turns: Arc<Semaphore>,
    size: u32,
}

impl Shelf {
    async fn new(size: u32, options: &SqliteConnectOptions) -> Result<Shelf> {
        let mut connections = Vec::new();
        for _ in 0..size {
            connections.push(SqliteConnection::connect_with(options).await?);
        }
        let turns = Arc::new(Semaphore::new(connections.len()));
        Ok(Shelf { turns, idle: Arc::new(Mutex::new(connections)), size })
    }

    async fn take(&self) -> Result<Borrowed> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Failure::from(sqlx::Error::PoolTimedOut))?
            .map_err(|_| Failure::from(sqlx::Error::PoolClosed))?;
        let conn = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = conn.ok_or_else(|| Failure::from(sqlx::Error::PoolClosed))?;
        Ok(Borrowed { conn: Some(conn), in_transaction: false, idle: self.idle.clone(), _turn: turn })
    }

    /// Waits for the connections that are in use, then ends all of them.
    async fn close(&self) {
        let all = self.turns.acquire_many(self.size).await;
        self.turns.close();
        drop(all);
        let connections = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for conn in connections {
            if let Err(error) = conn.close().await {
                tracing::warn!(%error, "sqlite_connection_not_closed");
            }
        }
    }
}

/// A connection until it is dropped. An open transaction is then rolled back.
pub(super) struct Borrowed {
    /// Taken out only by `drop`.
    conn: Option<SqliteConnection>,
    in_transaction: bool,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    _turn: OwnedSemaphorePermit,
}

impl Borrowed {
    /// Begins a transaction: `BEGIN` for one that reads, `BEGIN IMMEDIATE` takes the write lock.
    pub(super) async fn begin(&mut self, statement: &'static str) -> Result<()> {
        // Before the answer: somebody who stops waiting for it leaves a transaction behind.
        self.in_transaction = true;
        Ok(SqliteTransactionManager::begin(self, Some(statement.into_sql_str())).await?)
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        SqliteTransactionManager::commit(&mut self).await?;
        self.in_transaction = false;
        Ok(())
    }
}

impl Deref for Borrowed {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        self.conn.as_ref().expect("it is here until it is dropped")
    }
}

impl DerefMut for Borrowed {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.conn.as_mut().expect("it is here until it is dropped")
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        if self.in_transaction {
            // Only queued: the connection's own thread does it before whatever comes next.
            SqliteTransactionManager::start_rollback(&mut conn);
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}
