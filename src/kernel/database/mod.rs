//! One SQL text for two engines: SQLite (embedded, the default) and PostgreSQL.
//!
//! The URL chooses. A [`Tx`] is a transaction on either; the macro [`sql!`](crate::sql) runs the same statement on the one
//! it belongs to. Changes that people may be watching are announced with [`Tx::announce`] and published after the commit.

mod migrations;
mod neighbours;
mod postgres;
pub mod sqlite;

pub use self::migrations::Schema;
pub use self::postgres::Answer;
use self::postgres::PostgresServer;
use self::sqlite::{Durability, SqliteFile};
pub use self::sqlite::{Sqlite, SqliteConnection};
use super::error::{Failure, Result};
use super::failpoint;
use futures::future::BoxFuture;
use sqlx::postgres::PgConnection;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

/// SQLite releases before this one can corrupt a WAL database.
const OLDEST_SOUND_SQLITE: i32 = 3_051_003;

/// Something people may be watching has changed, for example `activation:0192…`.
pub type Topic = String;

/// The topic that tells job runners to look for work.
const JOBS: &str = "jobs";

/// The topic of everything: something may have been announced that this process could not hear.
pub const EVERYTHING: &str = "*";

/// The database, on whichever engine.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    bus: Bus,
}

#[derive(Clone)]
enum Engine {
    Sqlite(SqliteFile),
    Postgres(PostgresServer),
}

#[derive(Clone)]
struct Bus {
    /// Tells our own announcements from those of other processes.
    process: Uuid,
    topics: broadcast::Sender<Topic>,
    jobs: Arc<Notify>,
    /// Tells the processes that share the database.
    others: Option<UnboundedSender<Topic>>,
    /// Transactions committed by this process.
    commits: Arc<AtomicU64>,
}

impl Bus {
    /// Here and, where the database is shared, in the other processes.
    fn announce(&self, topic: Topic) {
        self.publish(&topic);
        if let Some(others) = &self.others {
            // Its task lives as long as we do.
            let _ = others.send(topic);
        }
    }

    fn publish(&self, topic: &str) {
        if topic == JOBS {
            self.jobs.notify_one();
        } else {
            // Nobody listening is no error.
            let _ = self.topics.send(topic.to_owned());
        }
    }
}

impl Database {
    /// Opens the database the URL names: `sqlite:path` (made when it is not there) or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Database> {
        Database::connect_with(url, Durability::Full).await
    }

    /// The same for a database that need not survive a power cut: SQLite does not wait for the disk. For simulations and tests.
    pub async fn connect_volatile(url: &str) -> Result<Database> {
        Database::connect_with(url, Durability::None).await
    }

    async fn connect_with(url: &str, durability: Durability) -> Result<Database> {
        let process = Uuid::from_u128(process_number());
        let mut others = None;
        let engine = if url.starts_with("sqlite:") {
            refuse_unsound_sqlite()?;
            Engine::Sqlite(SqliteFile::open(url, durability)?)
        } else {
            let server = PostgresServer::connect(url).await?;
            others = Some(neighbours::tell(server.options().clone(), process));
            Engine::Postgres(server)
        };
        let (topics, _) = broadcast::channel(1024);
        let bus = Bus { process, topics, jobs: Arc::new(Notify::new()), others, commits: Arc::default() };
        Ok(Database { engine, bus })
    }

    /// Brings the schema up to date, while other processes serve.
    ///
    /// What a newer version has added stays: this one does not use it. A schema that has lost what this version needs is
    /// refused.
    pub async fn migrate(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate(&migrations::of_sqlite()).await?,
            Engine::Postgres(server) => migrations::run(server.options(), &migrations::of_postgres()).await?,
        }
        let mut tx = self.read().await?;
        migrations::refuse_beyond(&mut tx).await
    }

    /// How this version and the schema go together.
    pub async fn schema(&self) -> Result<Schema> {
        let mut tx = self.read().await?;
        migrations::schema(&mut tx).await
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.tx(match &self.engine {
            Engine::Sqlite(sqlite) => {
                let mut writer = sqlite.writer().await?;
                writer.begin()?;
                Inner::Sqlite(writer)
            }
            Engine::Postgres(server) => Inner::Postgres(server.begin("BEGIN").await?),
        }))
    }

    /// For reading only. Each statement sees what is committed when it runs, on either engine.
    pub async fn read(&self) -> Result<Tx> {
        Ok(self.tx(match &self.engine {
            Engine::Sqlite(sqlite) => Inner::Sqlite(sqlite.reader().await?),
            Engine::Postgres(server) => Inner::Postgres(server.connection().await?),
        }))
    }

    /// Begins a transaction that only reads and sees one state throughout: for proofs over everything, while the app goes
    /// on writing.
    pub async fn snapshot(&self) -> Result<Tx> {
        Ok(self.tx(match &self.engine {
            Engine::Sqlite(sqlite) => {
                let mut reader = sqlite.reader().await?;
                reader.begin_reading()?;
                Inner::Sqlite(reader)
            }
            Engine::Postgres(server) => {
                Inner::Postgres(server.begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?)
            }
        }))
    }

    fn tx(&self, inner: Inner) -> Tx {
        Tx { inner, deferred: Vec::new(), announcements: Vec::new(), bus: self.bus.clone() }
    }

    /// Announcements of committed changes, of this process and, on PostgreSQL with [`Database::listen`], of all others.
    pub fn subscribe(&self) -> broadcast::Receiver<Topic> {
        self.bus.topics.subscribe()
    }

    /// Wakes one waiter when a job has been added.
    pub fn job_added(&self) -> Arc<Notify> {
        self.bus.jobs.clone()
    }

    /// Carries announcements of other processes to ours until it is dropped. On SQLite there are none.
    pub async fn listen(&self) -> Result<()> {
        let Engine::Postgres(server) = &self.engine else {
            return std::future::pending().await;
        };
        neighbours::listen(server.ears(), &self.bus).await
    }

    /// How many transactions this process has committed: what a benchmark holds against the disk.
    pub fn commits(&self) -> u64 {
        self.bus.commits.load(Ordering::Relaxed)
    }

    /// Whether several processes can share this database.
    pub fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Lets connections end.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(server) => server.close().await,
        }
    }
}

fn refuse_unsound_sqlite() -> Result<()> {
    if rusqlite::version_number() < OLDEST_SOUND_SQLITE {
        let version = rusqlite::version();
        return Err(Failure::Stored(format!("SQLite {version} can corrupt a WAL database; 3.51.3 is needed")));
    }
    Ok(())
}

/// Unlike for two processes that run at the same time.
fn process_number() -> u128 {
    use super::rng::Rng as _;
    let mut bytes = [0u8; 16];
    super::rng::SystemRng.fill(&mut bytes);
    u128::from_le_bytes(bytes)
}

/// A transaction. It is rolled back when it is dropped without [`Tx::commit`].
pub struct Tx {
    inner: Inner,
    deferred: Vec<Box<dyn Deferred>>,
    announcements: Vec<Topic>,
    bus: Bus,
}

enum Inner {
    Sqlite(sqlite::Borrowed),
    Postgres(postgres::Borrowed),
}

/// What a transaction collects and writes in one go, right before the commit.
pub trait Deferred: Any + Send {
    /// Writes what was collected.
    fn write<'a>(self: Box<Self>, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>>;

    /// Whether it is written after everything else: what many write to is locked last.
    fn is_last(&self) -> bool {
        false
    }
}

/// The connection under a transaction, for the macro [`sql!`](crate::sql).
pub enum Conn<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL, with who must hear the statement's answer before the connection counts as well again.
    Postgres(&'a mut PgConnection, Answer<'a>),
}

impl Tx {
    /// The connection, for the macro [`sql!`](crate::sql).
    pub fn conn(&mut self) -> Conn<'_> {
        match &mut self.inner {
            Inner::Sqlite(tx) => Conn::Sqlite(tx),
            Inner::Postgres(tx) => {
                let (conn, answer) = tx.conn();
                Conn::Postgres(conn, answer)
            }
        }
    }

    /// Whether this is PostgreSQL, for the few statements that must differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self.inner, Inner::Postgres(_))
    }

    /// What this transaction has collected of a kind so far.
    pub(crate) fn deferred<T: Deferred + Default>(&mut self) -> &mut T {
        let known = self.deferred.iter().position(|deferred| {
            let deferred: &dyn Any = deferred.as_ref();
            deferred.is::<T>()
        });
        let at = known.unwrap_or_else(|| {
            self.deferred.push(Box::new(T::default()));
            self.deferred.len() - 1
        });
        let deferred: &mut dyn Any = self.deferred[at].as_mut();
        deferred.downcast_mut().expect("looked for by its type")
    }

    /// Tells those who watch this topic, once the change is committed.
    pub fn announce(&mut self, topic: impl Into<Topic>) {
        let topic = topic.into();
        if !self.announcements.contains(&topic) {
            self.announcements.push(topic);
        }
    }

    /// Tells the job runners that there may be work.
    pub(crate) fn announce_job(&mut self) {
        self.announce(JOBS);
    }

    /// Makes the changes durable, then publishes the announcements.
    pub async fn commit(mut self) -> Result<()> {
        self.deferred.sort_by_key(|deferred| deferred.is_last());
        for deferred in std::mem::take(&mut self.deferred) {
            deferred.write(&mut self).await?;
        }
        failpoint::crash_here("before a commit");
        let written = match self.inner {
            Inner::Sqlite(tx) => Some(tx.commit()?),
            Inner::Postgres(tx) => {
                tx.commit().await?;
                None
            }
        };
        failpoint::crash_here("after a commit");
        self.bus.commits.fetch_add(1, Ordering::Relaxed);
        for topic in self.announcements {
            self.bus.announce(topic);
        }
        // Whoever hears of it and commits something waits for the same disk.
        if let Some(written) = written {
            written.durable().await;
        }
        Ok(())
    }
}

/// Runs one SQL text on the engine a [`Tx`] belongs to. Placeholders are `$1, $2, …`; rows are anything with `FromRow`.
///
/// ```ignore
/// let changed: u64 = sql!(tx, execute "UPDATE users SET name = $1 WHERE id = $2", name, id)?;
/// let user: Option<User> = sql!(tx, optional User, "SELECT id, name FROM users WHERE id = $1", id)?;
/// let users: Vec<User> = sql!(tx, all User, "SELECT id, name FROM users")?;
/// let (count,): (i64,) = sql!(tx, one (i64,), "SELECT COUNT(*) FROM users")?;
/// // Several rows in one statement; at most some hundreds, and never none.
/// sql!(tx, insert "INSERT INTO users (id, name)", &users, |user| [user.id, &user.name])?;
/// sql!(tx, insert "INSERT INTO users (id, name)", &users, |user| [user.id, &user.name], "ON CONFLICT (name) DO NOTHING")?;
/// ```
#[macro_export]
macro_rules! sql {
    ($tx:expr, execute $query:expr $(, $arg:expr)* $(,)?) => {
        match $tx.conn() {
            $crate::kernel::database::Conn::Sqlite(c) => sqlx::query($query)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
            $crate::kernel::database::Conn::Postgres(c, answer) => answer.heard(sqlx::query($query)$(.bind($arg))*.execute(c).await).map(|done| done.rows_affected()),
        }
    };
    ($tx:expr, insert $head:expr, $rows:expr, |$row:ident| [$($value:expr),+ $(,)?] $(, $tail:expr)? $(,)?) => {
        match $tx.conn() {
            $crate::kernel::database::Conn::Sqlite(c) => {
                let mut query = sqlx::QueryBuilder::<$crate::kernel::database::Sqlite>::new($head);
                query.push_values($rows, |mut values, $row| { $(values.push_bind($value);)+ });
                $(query.push(" ").push($tail);)?
                query.build().execute(c).await.map(|done| done.rows_affected())
            }
            $crate::kernel::database::Conn::Postgres(c, answer) => {
                let mut query = sqlx::QueryBuilder::<sqlx::Postgres>::new($head);
                query.push_values($rows, |mut values, $row| { $(values.push_bind($value);)+ });
                $(query.push(" ").push($tail);)?
                answer.heard(query.build().execute(c).await).map(|done| done.rows_affected())
            }
        }
    };
    ($tx:expr, optional $row:ty, $query:expr $(, $arg:expr)* $(,)?) => { $crate::sql!(@fetch $tx, fetch_optional, $row, $query $(, $arg)*) };
    ($tx:expr, one $row:ty, $query:expr $(, $arg:expr)* $(,)?) => { $crate::sql!(@fetch $tx, fetch_one, $row, $query $(, $arg)*) };
    ($tx:expr, all $row:ty, $query:expr $(, $arg:expr)* $(,)?) => { $crate::sql!(@fetch $tx, fetch_all, $row, $query $(, $arg)*) };
    (@fetch $tx:expr, $fetch:ident, $row:ty, $query:expr $(, $arg:expr)*) => {
        match $tx.conn() {
            $crate::kernel::database::Conn::Sqlite(c) => sqlx::query_as::<_, $row>($query)$(.bind($arg))*.$fetch(c).await,
            $crate::kernel::database::Conn::Postgres(c, answer) => answer.heard(sqlx::query_as::<_, $row>($query)$(.bind($arg))*.$fetch(c).await),
        }
    };
}

/// The columns of a table by name, each behind an alias or nothing, for a list behind `SELECT` or `RETURNING`.
///
/// Never `*`: PostgreSQL refuses a statement that it has prepared once its result has another shape, so a column that the
/// next version adds would break the statements of the version that still serves.
macro_rules! columns {
    ($of:literal; $first:ident $(, $more:ident)* $(,)?) => {
        concat!($of, stringify!($first) $(, ", ", $of, stringify!($more))*)
    };
}

/// Whether an error is a violated unique constraint, so that a use case can answer "taken" rather than fail.
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| e.is_unique_violation())
}
