//! Announcements to and from the other processes that share a PostgreSQL.
//!
//! `NOTIFY` takes a lock until its transaction has ended: inside the transactions that change things it would make all of
//! them wait for the disk one after the other. So a task of its own tells what has been committed, many at a time, and
//! waits for no disk. A process that dies in between has not told: announcements only hasten what others look for by
//! themselves (job runners twice a second, the catalogue each second, a live page when its stream begins anew).

use super::{Bus, EVERYTHING, Topic};
use crate::kernel::error::Result;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use uuid::Uuid;

const CHANNEL: &str = "caas";

/// Told together at most.
const BATCH: usize = 500;

/// What follows within this time is told along: each telling is a commit, and a message to every process that listens, so
/// under load there are forty a second and not two hundred. Others hear of a change so much later at most.
const GATHER: Duration = Duration::from_millis(25);

/// Starts the task that tells the others; it ends when nobody is left who could have something to say.
pub(super) fn tell(server: PgConnectOptions, process: Uuid) -> UnboundedSender<Topic> {
    let (say, said) = mpsc::unbounded_channel();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_lazy_with(server.options([("synchronous_commit", "off")]));
    tokio::spawn(pass_on(pool, process, said));
    say
}

async fn pass_on(pool: PgPool, process: Uuid, mut said: UnboundedReceiver<Topic>) {
    let mut topics = Vec::new();
    while said.recv_many(&mut topics, BATCH).await > 0 {
        gather().await;
        while topics.len() < BATCH
            && let Ok(topic) = said.try_recv()
        {
            topics.push(topic);
        }
        let once: BTreeSet<Topic> = topics.drain(..).collect();
        let payloads: Vec<String> = once.into_iter().map(|topic| format!("{process} {topic}")).collect();
        let told = sqlx::query("SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said")
            .bind(CHANNEL)
            .bind(payloads)
            .execute(&pool)
            .await;
        if let Err(error) = told {
            tracing::warn!(%error, "other_processes_not_told");
        }
    }
    pool.close().await;
}

#[expect(clippy::disallowed_methods, reason = "nothing in the business waits for it")]
async fn gather() {
    tokio::time::sleep(GATHER).await;
}

/// Carries what others tell to our own listeners, until the server is gone.
pub(super) async fn listen(pool: &PgPool, bus: &Bus) -> Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    bus.publish(EVERYTHING);
    loop {
        let Some(notification) = listener.try_recv().await? else {
            // The connection was lost and is there again. What was told in between is not heard any more.
            bus.publish(EVERYTHING);
            continue;
        };
        if let Some((process, topic)) = notification.payload().split_once(' ')
            && process != bus.process.to_string()
        {
            bus.publish(topic);
        }
    }
}
