//! PostgreSQL's connections.
//!
//! Not sqlx's pool: it asks a connection whether it is still there each time it is given back, a word to the server and a
//! task for each transaction. This one asks only where something speaks for it: nobody knows what became of the last
//! statement, or nobody has used the connection for a while. Of a statement that was answered there is nothing to ask.

#[cfg(test)]
mod tests;

use crate::kernel::error::Result;
use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions, PgSeverity};
use sqlx::{Connection as _, Error, Executor as _};
use std::io::ErrorKind;
use std::str::FromStr as _;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Connections at most.
const SIZE: usize = 16;

/// How long to wait for a connection, and how long for the server to take a new one on.
const PATIENCE: Duration = Duration::from_secs(10);

/// After this long without use, a connection is asked whether it is still there.
const STALE: Duration = Duration::from_secs(5);

/// How long it has for the answer. Whoever waits for it gets another connection then.
const STILL_THERE: Duration = Duration::from_secs(2);

/// Older ones are replaced: the server keeps what a connection has ever looked up.
const OLD: Duration = Duration::from_mins(30);

/// Prepared statements that each connection keeps: more than the texts there are on the way of a purchase. One that is
/// forgotten is explained to the server anew.
const STATEMENTS: usize = 512;

/// What a page read out of order costs beside one read in order. PostgreSQL's own 4 is a turning disk's: with it, a table
/// that is small, or that nobody has counted yet, is read whole, or by the first index that begins with some column.
const BY_INDEX: &str = "SET random_page_cost = 1.1";

/// The pauses between tries to reach a server that is just starting.
const AGAIN: std::ops::RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(2);

/// What a server says that can't take a connection on yet: too many connections, starting.
const NOT_NOW: [&str; 2] = ["53300", "57P03"];

/// A server, reached.
#[derive(Clone)]
pub(super) struct PostgresServer {
    pool: Pool<Manager>,
    /// One connection that hears what other processes announce, outside of ours: `PgListener` wants a pool of sqlx's.
    ears: PgPool,
    /// The connections in use, those too that are looked after.
    in_use: TaskTracker,
}

impl PostgresServer {
    pub(super) async fn connect(url: &str) -> Result<PostgresServer> {
        let server = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENTS);
        let ears = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).idle_timeout(None);
        let ears = ears.max_lifetime(None).connect_lazy_with(server.clone());
        let pool = Pool::builder(Manager { server })
            .max_size(SIZE)
            // The one that was used last has the server's plans and our buffers still warm.
            .queue_mode(QueueMode::Lifo)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(STILL_THERE))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Configuration(error.into()))?;
        let server = PostgresServer { pool, ears, in_use: TaskTracker::new() };
        // A wrong address is told now.
        server.connection().await?;
        Ok(server)
    }

    /// What leads to it.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.pool.manager().server
    }

    /// What a listener to announcements asks for its connection.
    pub(super) fn ears(&self) -> &PgPool {
        &self.ears
    }

    /// A connection without a transaction; each statement sees what is committed when it runs.
    pub(super) async fn connection(&self) -> Result<Borrowed> {
        let in_use = self.in_use.token();
        let conn = self.pool.get().await.map_err(refused)?;
        Ok(Borrowed { conn: Some(conn), outstanding: false, begun: false, in_use })
    }

    /// A connection with a transaction that begins with this statement.
    pub(super) async fn begin(&self, statement: &'static str) -> Result<Borrowed> {
        let mut conn = self.connection().await?;
        conn.begun = true;
        conn.command(statement).await?;
        Ok(conn)
    }

    /// Takes nobody on any more, and waits for the connections that are in use.
    pub(super) async fn close(&self) {
        let idle = self.pool.retain(|_, _| false).removed;
        self.pool.close();
        self.ears.close().await;
        for conn in idle {
            // It is over, whatever the server thinks of it.
            let _ = conn.close().await;
        }
        self.in_use.close();
        self.in_use.wait().await;
    }
}

fn refused(error: PoolError<Error>) -> Error {
    match error {
        PoolError::Timeout(_) => Error::PoolTimedOut,
        PoolError::Closed => Error::PoolClosed,
        PoolError::Backend(error) => error,
        wrong @ (PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => Error::Configuration(wrong.into()),
    }
}

/// Makes connections, and says which may be used again.
struct Manager {
    server: PgConnectOptions,
}

impl managed::Manager for Manager {
    type Type = PgConnection;
    type Error = Error;

    /// Waits for a server that is just starting, as long as the pool lets it.
    async fn create(&self) -> Result<PgConnection, Error> {
        let mut next = *AGAIN.start();
        loop {
            match PgConnection::connect_with(&self.server).await {
                Err(error) if is_starting(&error) => pause(next).await,
                Err(error) => return Err(error),
                Ok(mut conn) => {
                    conn.execute(BY_INDEX).await?;
                    return Ok(conn);
                }
            }
            next = (next * 2).min(*AGAIN.end());
        }
    }

    /// "Used" is counted from when it was taken: one that was in use for long is asked as well.
    async fn recycle(&self, conn: &mut PgConnection, metrics: &Metrics) -> RecycleResult<Error> {
        if metrics.age() > OLD {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > STALE {
            conn.ping().await?;
        }
        Ok(())
    }
}

fn is_starting(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        Error::Database(error) => error.code().is_some_and(|code| NOT_NOW.contains(&code.as_ref())),
        _ => false,
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing in the business waits for it: the server is not there yet")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A connection until it is dropped. It then goes back at once, without a word to the server; unless there is an open
/// transaction, or a statement whose answer nobody has heard: then it is looked after first.
pub(super) struct Borrowed {
    /// Taken out only by `drop`.
    conn: Option<Object<Manager>>,
    /// A statement may be under way, or the connection broken.
    outstanding: bool,
    /// A transaction may be open.
    begun: bool,
    in_use: TaskTrackerToken,
}

impl Borrowed {
    /// The connection for one statement, and who hears its answer.
    pub(super) fn conn(&mut self) -> (&mut PgConnection, Answer<'_>) {
        self.outstanding = true;
        let conn = self.conn.as_mut().expect("it is here until it is dropped");
        (&mut **conn, Answer { outstanding: &mut self.outstanding })
    }

    /// Ends the transaction, and gives the connection on. What has none has nothing to end.
    pub(super) async fn commit(mut self) -> Result<()> {
        if self.begun {
            self.command("COMMIT").await?;
            self.begun = false;
        }
        Ok(())
    }

    async fn command(&mut self, statement: &'static str) -> Result<(), Error> {
        let (conn, answer) = self.conn();
        answer.heard(conn.execute(statement).await)?;
        Ok(())
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        if !self.outstanding && !self.begun {
            return;
        }
        let suspect = Suspect { conn: Some(conn), _in_use: self.in_use.clone() };
        // Where no runtime is left, it is closed, and the server rolls back by itself.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(look_after(suspect, self.begun));
        }
    }
}

/// Hears the answer to a statement. Where nobody does, because whoever asked has stopped waiting, the connection is looked
/// after before it is given on.
pub struct Answer<'a> {
    outstanding: &'a mut bool,
}

impl Answer<'_> {
    /// Passes an answer on.
    ///
    /// # Errors
    /// The statement's own.
    pub fn heard<T>(self, answer: Result<T, Error>) -> Result<T, Error> {
        *self.outstanding = answer.as_ref().is_err_and(|error| !is_complete(error));
        answer
    }
}

/// Whether the server has said all it had to say, and goes on listening. A row that can't be read is no such answer: what
/// comes after it may be unread.
fn is_complete(error: &Error) -> bool {
    match error {
        Error::RowNotFound => true,
        Error::Database(error) => {
            let error = error.try_downcast_ref::<PgDatabaseError>();
            // After anything worse it hangs up.
            error.is_some_and(|error| matches!(error.severity(), PgSeverity::Error))
        }
        _ => false,
    }
}

/// A connection of which nobody knows whether it is well. It is closed, unless it turns out to be.
struct Suspect {
    conn: Option<Object<Manager>>,
    _in_use: TaskTrackerToken,
}

impl Drop for Suspect {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            drop(Object::take(conn));
        }
    }
}

/// Ends what may be open, and gives the connection back if it answers.
async fn look_after(mut suspect: Suspect, begun: bool) {
    let Some(conn) = &mut suspect.conn else { return };
    let asked = tokio::time::timeout(PATIENCE, async {
        if begun { conn.execute("ROLLBACK").await.map(drop) } else { conn.ping().await }
    });
    match asked.await {
        Ok(Ok(())) => drop(suspect.conn.take()),
        Ok(Err(error)) => tracing::warn!(%error, "postgres_connection_lost"),
        Err(_) => tracing::warn!("postgres_connection_does_not_answer"),
    }
}
