//! SQLite's connections: one that writes, a few that read.
//!
//! Not sqlx's pool: it asks a connection whether it is still there when it is taken and again when it is given back. To a
//! server that is a wise question; a file of our own does not go away.

use super::log::{Log, Place};
use super::{SqliteConnection, SqliteOptions};
use crate::kernel::error::{Failure, Result};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::ops::{Deref, DerefMut};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections that read.
const READERS: usize = 4;

/// How long to wait for a connection. Transactions take milliseconds: whoever waits longer waits for something broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a commit has outlived once it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel::database) enum Durability {
    /// A power cut.
    Full,
    /// The process, but no power cut: nobody waits for the disk.
    None,
}

/// The file, opened.
#[derive(Clone)]
pub(in crate::kernel::database) struct SqliteFile {
    /// One writer: SQLite has one write lock, so a queue in memory beats busy-waiting on the file.
    writer: Shelf,
    readers: Shelf,
    /// None where nobody waits for the disk.
    log: Option<Arc<Log>>,
    options: SqliteOptions,
}

impl SqliteFile {
    pub(in crate::kernel::database) fn open(url: &str, durability: Durability) -> Result<SqliteFile> {
        let options = SqliteOptions { durability, ..SqliteOptions::from_str(url)? };
        if let Some(folder) = options.path.parent()
            && !folder.as_os_str().is_empty()
        {
            std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
        }
        let writer = Shelf::new(1, &options)?;
        let readers = Shelf::new(READERS, &SqliteOptions { reader: true, ..options.clone() })?;
        let log = (durability == Durability::Full).then(|| Arc::new(Log::of(&options.path)));
        Ok(SqliteFile { writer, readers, log, options })
    }

    /// Brings the schema up to date: on a connection of sqlx's own driver, which knows how, while nobody here writes.
    pub(in crate::kernel::database) async fn migrate(&self, migrations: &Migrator) -> Result<()> {
        let alone = self.writer().await?;
        let options = SqliteConnectOptions::new().filename(&self.options.path).foreign_keys(true);
        let mut conn = options
            .synchronous(match self.options.durability {
                Durability::Full => SqliteSynchronous::Full,
                Durability::None => SqliteSynchronous::Off,
            })
            .connect()
            .await?;
        migrations.run(&mut conn).await?;
        conn.close().await?;
        drop(alone);
        Ok(())
    }

    /// The connection that writes, without a transaction.
    pub(in crate::kernel::database) async fn writer(&self) -> Result<Borrowed> {
        let mut writer = self.writer.take().await?;
        writer.log.clone_from(&self.log);
        Ok(writer)
    }

    /// A connection that reads; each statement sees what is committed when it runs.
    pub(in crate::kernel::database) async fn reader(&self) -> Result<Borrowed> {
        self.readers.take().await
    }

    /// Lets connections end, the writer last: it tidies the log away.
    pub(in crate::kernel::database) async fn close(&self) {
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
    size: usize,
}

impl Shelf {
    fn new(size: usize, options: &SqliteOptions) -> Result<Shelf> {
        let connections = (0..size).map(|_| SqliteConnection::open(options)).collect::<Result<_, sqlx::Error>>()?;
        Ok(Shelf { turns: Arc::new(Semaphore::new(size)), idle: Arc::new(Mutex::new(connections)), size })
    }

    async fn take(&self) -> Result<Borrowed> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Failure::from(sqlx::Error::PoolTimedOut))?
            .map_err(|_| Failure::from(sqlx::Error::PoolClosed))?;
        let conn = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = conn.ok_or_else(|| Failure::from(sqlx::Error::PoolClosed))?;
        Ok(Borrowed { conn: Some(conn), begun: false, log: None, idle: self.idle.clone(), _turn: turn })
    }

    /// Waits for the connections that are in use, then ends all of them.
    async fn close(&self) {
        let all = self.turns.acquire_many(u32::try_from(self.size).unwrap_or(u32::MAX)).await;
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
pub(in crate::kernel::database) struct Borrowed {
    /// Taken out only by `drop`.
    conn: Option<SqliteConnection>,
    /// Whether a transaction was begun. Not whether there is one: a full disk, say, makes SQLite end it by itself, and then
    /// the commit must fail.
    begun: bool,
    /// Where its commits are made durable.
    log: Option<Arc<Log>>,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    _turn: OwnedSemaphorePermit,
}

impl Borrowed {
    /// Begins a transaction that writes. IMMEDIATE takes the write lock at once: a transaction that reads first could not
    /// get it later.
    pub(in crate::kernel::database) fn begin(&mut self) -> Result<()> {
        self.command("BEGIN IMMEDIATE")?;
        self.begun = true;
        Ok(())
    }

    /// Begins a transaction that reads, and may read a lot.
    pub(in crate::kernel::database) fn begin_reading(&mut self) -> Result<()> {
        self.at_length = true;
        self.command("BEGIN")?;
        self.begun = true;
        Ok(())
    }

    /// Ends it, and gives the connection on. What was a reader without a transaction has nothing to end.
    pub(in crate::kernel::database) fn commit(mut self) -> Result<Committed> {
        if !self.begun {
            return Ok(Committed(None));
        }
        self.command("COMMIT")?;
        Ok(Committed(self.log.take().map(|log| (log.written(), log))))
    }
}

/// A transaction that everybody sees, and that may not be on the disk yet.
#[must_use]
pub(in crate::kernel::database) struct Committed(Option<(Place, Arc<Log>)>);

impl Committed {
    /// Waits until it outlives a power cut.
    pub(in crate::kernel::database) async fn durable(self) {
        if let Some((place, log)) = self.0 {
            log.until_durable(place).await;
        }
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
        conn.roll_back();
        conn.at_length = false;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}
