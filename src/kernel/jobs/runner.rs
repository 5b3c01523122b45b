//! Claims due jobs and runs them.

use super::queue::{self, Claimed, Crowded, POLL};
use super::{Job, JobError, Outcome, Run};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::spans::{self, SpanKind, Work};
use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

type Handler = fn(serde_json::Value, Caas, Run) -> BoxFuture<'static, Result<Outcome, JobError>>;

/// Which kinds of jobs this program can run.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: HashMap<&'static str, Handler>,
}

impl Registry {
    /// Adds a kind.
    pub fn with<J: Job>(mut self) -> Registry {
        let earlier = self.handlers.insert(J::KIND, |payload, caas, run| {
            async move {
                let job: J = serde_json::from_value(payload).map_err(Failure::from)?;
                job.run(&caas, run).await
            }
            .boxed()
        });
        assert!(earlier.is_none(), "job kind {} is registered twice", J::KIND);
        self
    }
}

/// Runs jobs until it is told to stop.
pub struct Runner {
    caas: Caas,
    registry: Registry,
    /// Jobs at work at the same time.
    concurrency: usize,
    at_work: Arc<AtWork>,
}

/// The jobs that a runner has at work, with their kinds.
///
/// One kind gets at most about half of the room: while an outside system hangs, what waits for it must not keep
/// everything else from running.
struct AtWork {
    jobs: Mutex<HashMap<Uuid, String>>,
    /// A kind with this many at work is crowded.
    enough: usize,
}

impl AtWork {
    fn new(concurrency: usize) -> AtWork {
        AtWork { jobs: Mutex::default(), enough: (concurrency / 2).max(1) }
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<Uuid, String>> {
        self.jobs.lock().expect("no panic under this lock")
    }

    /// Enters a job; `false` when it is here already. A leap of the sandbox's clock ends leases early, and what is at work
    /// is not run a second time.
    fn enter(&self, job: &Claimed) -> bool {
        self.jobs().insert(job.id, job.kind.clone()).is_none()
    }

    fn leave(&self, job: &Claimed) {
        self.jobs().remove(&job.id);
    }

    fn ids(&self) -> Vec<Uuid> {
        self.jobs().keys().copied().collect()
    }

    /// The kinds that have enough at work, not counting a job that is just ending.
    fn crowded(&self, ending: Option<Uuid>) -> Crowded {
        let jobs = self.jobs();
        let mut counts = HashMap::<&str, usize>::new();
        for (_, kind) in jobs.iter().filter(|(id, _)| Some(**id) != ending) {
            *counts.entry(kind).or_default() += 1;
        }
        Crowded::new(counts.into_iter().filter(|(_, count)| *count >= self.enough).map(|(kind, _)| kind))
    }
}

impl Runner {
    /// A runner with room for this many jobs at a time.
    pub fn new(caas: Caas, registry: Registry, concurrency: usize) -> Runner {
        Runner { caas, registry, concurrency, at_work: Arc::new(AtWork::new(concurrency)) }
    }

    /// Runs jobs until `stop`, then lets those at work end.
    pub async fn run(self, stop: CancellationToken) {
        if !self.caas.db.is_shared() {
            // What was at work when the process ended goes on at once, not when its lease ends.
            if let Err(error) = release_leases(&self.caas).await {
                tracing::error!(%error, "job_leases_not_released");
            }
        }
        let tasks = TaskTracker::new();
        let freed = Arc::new(tokio::sync::Notify::new());
        let added = self.caas.db.job_added();
        let mut last_renewal = self.caas.now();
        while !stop.is_cancelled() {
            let free = self.concurrency.saturating_sub(self.at_work.ids().len());
            // A few at a time: what is claimed together may be all of one kind.
            let room = free.min((self.at_work.enough / 2).max(1));
            let (claimed, nap) = if room == 0 { (Vec::new(), POLL) } else { self.claim(room).await };
            for job in claimed {
                if !self.at_work.enter(&job) {
                    continue;
                }
                let (caas, registry, at_work, freed, stop) =
                    (self.caas.clone(), self.registry.clone(), self.at_work.clone(), freed.clone(), stop.clone());
                tasks.spawn(async move {
                    let mut next = Some(job);
                    while let Some(job) = next {
                        let then = if stop.is_cancelled() { Then::Rest } else { Then::TakeNext(&at_work) };
                        next = run_one(&caas, &registry, &job, then).await;
                        at_work.leave(&job);
                        next = next.filter(|next| at_work.enter(next));
                    }
                    freed.notify_one();
                });
            }
            let now = self.caas.now();
            if now - last_renewal >= queue::LEASE / 3 {
                last_renewal = now;
                if let Err(error) = self.renew().await {
                    tracing::warn!(%error, "job_leases_not_renewed");
                }
            }
            if nap.is_zero() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = added.notified() => {}
                // Whoever is done has looked for more: only what nobody could look for is left.
                () = freed.notified(), if room == 0 => {}
                () = pause(nap) => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn renew(&self) -> Result<()> {
        let ids = self.at_work.ids();
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = self.caas.db.begin().await?;
        queue::renew(&mut tx, &ids, self.caas.now() + queue::LEASE).await?;
        tx.commit().await
    }

    /// Jobs that are due, and how long to sleep then; not at all when more are waiting.
    async fn claim(&self, room: usize) -> (Vec<Claimed>, Duration) {
        match claim_due(&self.caas, room, &self.at_work.crowded(None)).await {
            Ok((jobs, Some(due))) => {
                // What is due and can't be had is just being claimed by another runner.
                let at_once = if jobs.is_empty() { Duration::from_millis(5) } else { Duration::ZERO };
                let nap = (due - self.caas.now()).to_std().unwrap_or(at_once).min(POLL);
                (jobs, nap)
            }
            Ok((jobs, None)) => (jobs, POLL),
            Err(error) => {
                tracing::error!(%error, "jobs_not_claimed");
                (Vec::new(), POLL)
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the runner is what turns due times into waiting")]
async fn pause(nap: Duration) {
    tokio::time::sleep(nap).await;
}

/// Claims due jobs, and says when the first one after them is or was due. Looks before it writes, so that an idle runner
/// costs no commit, and one further than it takes, so that it needn't look again.
async fn claim_due(caas: &Caas, limit: usize, crowded: &Crowded) -> Result<(Vec<Claimed>, Option<Timestamp>)> {
    let now = caas.now();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX - 1);
    let mut look = caas.db.read().await?;
    let due = queue::next_to_claim(&mut look, now, crowded, limit + 1).await?;
    drop(look);
    if due.first().is_none_or(|first| *first > now) {
        return Ok((Vec::new(), due.first().copied()));
    }
    let mut tx = caas.db.begin().await?;
    let jobs = queue::claim(&mut tx, now, limit, crowded, None).await?;
    tx.commit().await?;
    let next = due.get(jobs.len()).copied();
    Ok((jobs, next))
}

/// Runs every job that is due now, one after the other, until none is left. Returns how many ran.
///
/// This is how tests move the world on without a running server.
pub async fn run_due_jobs(caas: &Caas, registry: &Registry) -> Result<usize> {
    let mut count = 0;
    while let Some(kind) = run_next_job(caas, registry).await? {
        count += 1;
        assert!(count < 1_000_000, "jobs make new due jobs without end: the last was {kind}");
    }
    Ok(count)
}

/// Runs the job that is due first, and says what kind it was; `None` when nothing is due. The simulation's step.
pub async fn run_next_job(caas: &Caas, registry: &Registry) -> Result<Option<String>> {
    let Some(job) = claim_due(caas, 1, &Crowded::default()).await?.0.pop() else { return Ok(None) };
    run_one(caas, registry, &job, Then::Rest).await;
    Ok(Some(job.kind))
}

/// When the next job that nobody has at work is due.
pub async fn next_due(caas: &Caas) -> Result<Option<Timestamp>> {
    let mut tx = caas.db.read().await?;
    queue::next_due(&mut tx).await
}

/// Keeps everything that is at work from being taken again, as a runner does from time to time. For the simulation.
pub async fn renew_leases(caas: &Caas) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    queue::renew_all(&mut tx, caas.now() + queue::LEASE).await?;
    tx.commit().await
}

/// What was at work when the process died goes on at once. Only for a process that has the database to itself.
pub async fn release_leases(caas: &Caas) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    queue::release_all(&mut tx).await?;
    tx.commit().await
}

/// What whoever has run a job does when it is settled.
#[derive(Clone, Copy)]
enum Then<'a> {
    /// Nothing.
    Rest,
    /// Claims the next due job in the transaction that settles this one: while there is work, claiming costs no commit.
    TakeNext(&'a AtWork),
}

/// Runs a job and settles it. Returns the job to be run next, if one was claimed.
async fn run_one(caas: &Caas, registry: &Registry, job: &Claimed, then: Then<'_>) -> Option<Claimed> {
    let started = std::time::Duration::from_micros(micros(caas.now()));
    let run = Run { earlier_runs: job.attempts - 1, due_at: job.due_at };
    let work = spans::begin(caas, SpanKind::Consumer, || job.kind.clone());
    let result = match registry.handlers.get(job.kind.as_str()) {
        Some(handler) => {
            AssertUnwindSafe(spans::within(work.as_ref(), handler(job.payload.0.clone(), caas.clone(), run)))
                .catch_unwind()
                .await
                .unwrap_or_else(|caught| {
                    if failpoint::is_crash(&*caught) {
                        std::panic::resume_unwind(caught);
                    }
                    Err(Failure::Stored("the job panicked".to_owned()).into())
                })
        }
        None => Err(Failure::Stored(format!("this version has no job `{}`", job.kind)).into()),
    };
    let ended = std::time::Duration::from_micros(micros(caas.now()));
    metrics::histogram!("caas_job_duration_seconds", "kind" => job.kind.clone())
        .record(ended.saturating_sub(started).as_secs_f64());
    let outcome = word(job, &result);
    let settled = settle(caas, job, result, then).await;
    if let Some(work) = work {
        tell(work, job, if settled.is_ok() { outcome } else { "not_settled" });
    }
    match settled {
        Ok(next) => next,
        Err(error) => {
            // The lease ends by itself and the job runs again.
            tracing::error!(job = %job.id, kind = %job.kind, %error, "job_not_settled");
            None
        }
    }
}

/// How a run ended, in a word.
fn word(job: &Claimed, result: &Result<Outcome, JobError>) -> &'static str {
    match result {
        Ok(Outcome::Done | Outcome::DoneIn(_)) => "done",
        Ok(Outcome::Again(_) | Outcome::AgainIn(..)) => "again",
        Err(_) if job.attempts < job.max_attempts => "failed",
        Err(_) => "dead",
    }
}

/// Tells of a run that has ended.
fn tell(work: Work, job: &Claimed, outcome: &'static str) {
    work.note("caas.job.id", job.id);
    work.note("caas.job.attempt", job.attempts);
    work.note("caas.outcome", outcome);
    work.end((!matches!(outcome, "done" | "again")).then_some(outcome));
}

fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.timestamp_micros()).unwrap_or_default()
}

async fn settle(
    caas: &Caas,
    job: &Claimed,
    result: Result<Outcome, JobError>,
    then: Then<'_>,
) -> Result<Option<Claimed>> {
    let is_done = matches!(result, Ok(Outcome::Done | Outcome::DoneIn(_)));
    let mut tx = match result {
        Ok(Outcome::Done) => caas.db.begin().await?,
        Ok(Outcome::DoneIn(tx)) => tx,
        Ok(Outcome::Again(at)) => {
            let mut tx = caas.db.begin().await?;
            queue::postpone(&mut tx, job.id, at, caas.now()).await?;
            tx
        }
        Ok(Outcome::AgainIn(at, mut tx)) => {
            queue::postpone(&mut tx, job.id, at, caas.now()).await?;
            tx
        }
        Err(error) => {
            let now = caas.now();
            let retry_at = (job.attempts < job.max_attempts).then(|| now + backoff(caas, job.attempts));
            tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempts, dead = retry_at.is_none(), %error, "job_failed");
            metrics::counter!("caas_job_failures_total", "kind" => job.kind.clone()).increment(1);
            let text: String = error.to_string().chars().take(500).collect();
            let mut tx = caas.db.begin().await?;
            queue::fail(&mut tx, job.id, &text, retry_at, now).await?;
            tx
        }
    };
    let done = is_done.then_some(job.id);
    let next = match (then, done) {
        (Then::TakeNext(at_work), done) => {
            queue::claim(&mut tx, caas.now(), 1, &at_work.crowded(Some(job.id)), done).await?.pop()
        }
        (Then::Rest, Some(done)) => {
            queue::delete(&mut tx, done).await?;
            None
        }
        (Then::Rest, None) => None,
    };
    tx.commit().await?;
    Ok(next)
}

/// 1 s, 2 s, 4 s … up to 15 minutes, give or take a tenth.
fn backoff(caas: &Caas, attempts: i64) -> TimeDelta {
    let exponent = u32::try_from((attempts - 1).clamp(0, 10)).unwrap_or(0);
    let seconds = (1i64 << exponent).min(900);
    let jitter = caas.jitter(0.1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most 990,000")]
    let millis = (seconds as f64 * 1000.0 * jitter) as i64;
    TimeDelta::milliseconds(millis)
}
