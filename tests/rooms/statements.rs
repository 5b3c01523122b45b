//! What a transaction asks of the database: each statement is a way there and back.

use crate::notifications::person;
use crate::support::{World, for_each_engine};
use caas::expediente::model::{Actor, EntryKind, SubjectKind};
use caas::expediente::{Entry, chain, record};
use caas::kernel::database::Tx;
use caas::kernel::ids::UserId;
use caas::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use caas::notifications::model::{Channel, NoticeEvent};
use caas::notifications::samples::sample;
use caas::notifications::{Notice, notify};
use caas::{Caas, sql};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use uuid::Uuid;

/// Counts the statements of this thread, which both engines tell the log of; neither commits nor other transactions.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, event: &Event<'_>) {
        let mut is_other = IsOther(false);
        event.record(&mut is_other);
        self.0.fetch_add(usize::from(!is_other.0), Ordering::Relaxed);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// PostgreSQL's driver tells of `COMMIT` as well, SQLite's does not; and of what tells other processes, on this thread but
/// in a transaction of its own.
struct IsOther(bool);

impl Visit for IsOther {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        self.0 |= field.name() == "summary" && (text.contains("COMMIT") || text.contains("pg_notify"));
    }
}

/// How many statements a transaction takes.
async fn statements(world: &World, work: impl AsyncFnOnce(&mut Tx)) -> usize {
    let counted = Statements::default();
    let mut tx = world.caas.db.begin().await.unwrap();
    let counting = tracing::subscriber::set_default(counted.clone());
    work(&mut tx).await;
    tx.commit().await.unwrap();
    drop(counting);
    counted.0.load(Ordering::Relaxed)
}

#[derive(Serialize, Deserialize)]
struct Errand;

impl Job for Errand {
    const KIND: &'static str = "test.errand";

    async fn run(self, _caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        Ok(Outcome::Done)
    }
}

fn entry() -> Entry {
    Entry::new(None, Actor::SYSTEM, EntryKind::SignedIn, SubjectKind::Account, Uuid::from_u128(7))
}

async fn waiting(world: &World) -> i64 {
    let mut tx = world.caas.db.read().await.unwrap();
    let (count,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM jobs WHERE kind = 'test.errand'").unwrap();
    count
}

#[tokio::test]
async fn the_jobs_of_a_transaction_are_one_statement_and_so_are_its_entries() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let mut tx = caas.db.begin().await.unwrap();
        record(caas, &mut tx, entry()).await.unwrap();
        tx.commit().await.unwrap();
        let count = statements(&world, async |tx| {
            record(caas, tx, entry()).await.unwrap();
            jobs::enqueue(caas, tx, &Errand, Enqueue::now()).await.unwrap();
            // Under one key there is one, whoever is asked twice.
            jobs::enqueue(caas, tx, &Errand, Enqueue::now().keyed("errand")).await.unwrap();
            jobs::enqueue(caas, tx, &Errand, Enqueue::now().keyed("errand")).await.unwrap();
            record(caas, tx, entry()).await.unwrap();
        })
        .await;
        // The jobs; the chain's next numbers; the entries, and with them on PostgreSQL the chain's new end.
        assert_eq!(count, if caas.db.is_shared() { 3 } else { 4 });
        assert_eq!(waiting(&world).await, 2);
        let walk = chain::walk(&mut caas.db.snapshot().await.unwrap()).await.unwrap();
        assert_eq!((walk.entries, walk.broken), (3, vec![]));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_added_and_moved_in_one_transaction_is_one_at_the_new_time() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let later = caas.now() + chrono::TimeDelta::hours(1);
        let mut tx = caas.db.begin().await.unwrap();
        jobs::enqueue(caas, &mut tx, &Errand, Enqueue::now().keyed("errand")).await.unwrap();
        jobs::enqueue_or_move(caas, &mut tx, &Errand, "errand", later).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((waiting(&world).await, jobs::next_due(caas).await.unwrap()), (1, Some(later)));
        // What is dropped with its transaction was never there.
        let mut dropped = caas.db.begin().await.unwrap();
        jobs::enqueue(caas, &mut dropped, &Errand, Enqueue::now()).await.unwrap();
        drop(dropped);
        assert_eq!(waiting(&world).await, 1);
    })
    .await;
}

async fn say(world: &World, notice: Notice) -> usize {
    statements(world, async |tx| notify(&world.caas, tx, &notice).await.unwrap()).await
}

fn notice(user: UserId, event: NoticeEvent) -> Notice {
    Notice { user, key: "this".into(), ..sample(event) }
}

async fn said(world: &World, event: NoticeEvent) -> Vec<String> {
    let mut tx = world.caas.db.read().await.unwrap();
    let rows = sql!(
        &mut tx,
        all(String, String),
        "SELECT channel, status FROM notifications WHERE event = $1 ORDER BY channel",
        event.as_str()
    );
    rows.unwrap().into_iter().map(|(channel, status)| format!("{channel} {status}")).collect()
}

#[tokio::test]
async fn a_message_costs_the_same_on_two_ways_and_on_four() {
    for_each_engine(async |world| {
        let user = person(&world).await;
        let on_two = say(&world, notice(user, NoticeEvent::TicketCreated)).await;
        assert_eq!(said(&world, NoticeEvent::TicketCreated).await, ["EMAIL WAITING", "IN_APP SENT"]);
        let on_four = say(&world, notice(user, NoticeEvent::PaymentDeclined)).await;
        assert_eq!(
            said(&world, NoticeEvent::PaymentDeclined).await,
            ["EMAIL WAITING", "IN_APP SENT", "PUSH SKIPPED", "SMS SKIPPED"]
        );
        assert_eq!(on_two, on_four);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_again_goes_only_where_it_has_not_been() {
    for_each_engine(async |world| {
        let user = person(&world).await;
        let by_mail = Notice { channels: Some(vec![Channel::Email]), ..notice(user, NoticeEvent::OtaFailed) };
        say(&world, by_mail).await;
        assert_eq!(world.mails().await.len(), 1);
        let on_both =
            Notice { channels: Some(vec![Channel::Email, Channel::InApp]), ..notice(user, NoticeEvent::OtaFailed) };
        say(&world, on_both).await;
        assert_eq!(said(&world, NoticeEvent::OtaFailed).await, ["EMAIL SENT", "IN_APP SENT"]);
        assert_eq!(world.mails().await.len(), 0, "the mail is not sent twice");
    })
    .await;
}
