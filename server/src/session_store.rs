//! Sessions in the table `web_sessions`.
//!
//! Our own rather than a ready-made layer: sessions end by our `Clock`, secrets come from our `Rng`, only their SHA-256 is
//! stored, and a visitor who is not signed in costs no row and no query.

use caas::Caas;
use caas::accounts::{self, SessionUser, session_handle};
use caas::kernel::error::Result;
use caas::kernel::ids::UserId;
use caas::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use caas::sql;
use caas_app::web::{SessionError, SessionFuture, Sessions};
use chrono::TimeDelta;
use std::net::IpAddr;
use std::time::Duration;

/// How exact `last_seen_at` is: a write for every request would be too much.
const SEEN: TimeDelta = TimeDelta::minutes(1);

/// Keeps sessions in the database.
pub struct SessionStore {
    caas: Caas,
    idle: TimeDelta,
    absolute: TimeDelta,
}

impl SessionStore {
    /// A store whose sessions end after `idle` without use, and `absolute` after sign-in.
    pub fn new(caas: Caas, idle: TimeDelta, absolute: TimeDelta) -> SessionStore {
        SessionStore { caas, idle, absolute }
    }

    async fn insert(&self, user: UserId, address: Option<IpAddr>, user_agent: Option<&str>) -> Result<String> {
        let secret = self.caas.rng.token();
        let now = self.caas.now();
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        let user_agent: String = user_agent.unwrap_or_default().chars().take(300).collect();
        let mut tx = self.caas.db.begin().await?;
        sql!(tx, execute
            "INSERT INTO web_sessions (id_hash, user_id, created_at, last_seen_at, expires_at, user_agent, address)
             VALUES ($1, $2, $3, $3, $4, $5, $6)",
            session_handle(&secret), user, now, now + self.absolute, user_agent, address)?;
        tx.commit().await?;
        Ok(secret)
    }

    async fn find(&self, secret: &str) -> Result<Option<(SessionUser, i64)>> {
        let id = session_handle(secret);
        let now = self.caas.now();
        let Some(found) = accounts::signed_in(&self.caas, &id).await? else { return Ok(None) };
        let unused = now - found.last_seen_at;
        if now >= found.expires_at || unused >= self.idle {
            self.delete(&id).await?;
            return Ok(None);
        }
        if unused >= SEEN {
            let mut tx = self.caas.db.begin().await?;
            sql!(tx, execute "UPDATE web_sessions SET last_seen_at = $1 WHERE id_hash = $2 AND last_seen_at < $1", now, id)?;
            tx.commit().await?;
        }
        Ok(Some((found.user, found.unread)))
    }

    async fn delete(&self, id: &str) -> Result<()> {
        let mut tx = self.caas.db.begin().await?;
        sql!(tx, execute "DELETE FROM web_sessions WHERE id_hash = $1", id)?;
        tx.commit().await
    }
}

impl Sessions for SessionStore {
    fn begin<'a>(
        &'a self,
        user: UserId,
        address: Option<IpAddr>,
        user_agent: Option<&'a str>,
    ) -> SessionFuture<'a, String> {
        Box::pin(async move { Ok(self.insert(user, address, user_agent).await?) })
    }

    fn signed_in<'a>(&'a self, secret: &'a str) -> SessionFuture<'a, Option<(SessionUser, i64)>> {
        Box::pin(async move { Ok(self.find(secret).await?) })
    }

    fn end<'a>(&'a self, secret: &'a str) -> SessionFuture<'a, ()> {
        Box::pin(async move { Ok::<_, SessionError>(self.delete(&session_handle(secret)).await?) })
    }

    fn max_age(&self) -> Duration {
        self.absolute.to_std().unwrap_or_default()
    }
}

/// Removes sessions that have ended, once an hour.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct RemoveEndedSessions {}

impl RemoveEndedSessions {
    /// Makes sure that the next removal is planned.
    pub async fn plan(caas: &Caas) -> Result<()> {
        let mut tx = caas.db.begin().await?;
        enqueue(caas, &mut tx, &RemoveEndedSessions {}, Enqueue::now().keyed("web_sessions.ended")).await?;
        tx.commit().await
    }
}

impl Job for RemoveEndedSessions {
    const KIND: &'static str = "web_sessions.remove_ended";

    async fn run(self, caas: &Caas, _run: Run) -> std::result::Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        sql!(tx, execute "DELETE FROM web_sessions WHERE expires_at <= $1", now)?;
        Ok(Outcome::AgainIn(now + TimeDelta::hours(1), tx))
    }
}
