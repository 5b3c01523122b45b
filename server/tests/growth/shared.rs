//! Two processes on one PostgreSQL, with a clock that is moved: breakers, nightly jobs, the catalogue in memory, and what is
//! announced.

use crate::crash::machine::{settings, start_sandbox};
use crate::crash::place::assemble;
use crate::crash::process::becomes;
use crate::crash::template::{Past, Template};
use crate::growth::{empty_schema, on_postgres};
use crate::purchase_pages::scene::SEATS;
use crate::support::TestApp;
use caas::breaker::{self, Permission, System};
use caas::catalogue::{demo_service, repository};
use caas::kernel::database::{Database, EVERYTHING, Schema};
use caas::kernel::jobs::run_due_jobs;
use caas::{Caas, Parts, sql};
use chrono::TimeDelta;
use futures::future::join_all;
use std::time::Duration;

/// Another process beside the app: with its own connections and its own memory, on the same clock.
async fn neighbour(app: &TestApp) -> Caas {
    let mut parts = Parts::clone(app.caas());
    parts.db = Database::connect_volatile(&app.database_url).await.unwrap();
    Caas::new(parts)
}

async fn fails(caas: &Caas) -> bool {
    let mut tx = caas.db.begin().await.unwrap();
    let opens = breaker::failed(caas, &mut tx, System::Iot).await.unwrap();
    tx.commit().await.unwrap();
    opens
}

async fn asks(caas: &Caas) -> Permission {
    let mut tx = caas.db.begin().await.unwrap();
    let permission = breaker::ask(caas, &mut tx, System::Iot).await.unwrap();
    tx.commit().await.unwrap();
    permission
}

#[tokio::test]
async fn failures_at_two_processes_open_one_breaker_and_one_of_all_callers_probes() {
    let Some(app) = on_postgres().await else { return };
    let (a, b) = (app.caas().clone(), neighbour(&app).await);
    for caas in [&a, &b, &a, &b] {
        assert!(!fails(caas).await);
    }
    assert_eq!((asks(&a).await, asks(&b).await), (Permission::Granted, Permission::Granted));
    assert!(fails(&a).await, "the fifth in a row, whoever saw it");
    for caas in [&a, &b] {
        assert!(matches!(asks(caas).await, Permission::Denied(_)));
    }

    // After the rest all ask at the same moment, at both processes.
    for round in ["first", "after a probe that failed"] {
        app.advance(TimeDelta::seconds(61));
        let answers = join_all([&a, &b].repeat(4).into_iter().map(asks)).await;
        let probes = answers.iter().filter(|answer| **answer == Permission::Probe).count();
        let denied = answers.iter().filter(|answer| matches!(answer, Permission::Denied(_))).count();
        assert_eq!((probes, denied), (1, 7), "{round}: {answers:?}");
        assert!(fails(&b).await);
    }

    // An answer that one process gets lets the other call again.
    let mut tx = b.db.begin().await.unwrap();
    assert!(breaker::succeeded(&b, &mut tx, System::Iot).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(asks(&a).await, Permission::Granted);
}

#[tokio::test]
async fn what_is_done_every_night_is_done_once() {
    let Some(app) = on_postgres().await else { return };
    let (a, b) = (app.caas().clone(), neighbour(&app).await);
    let registry = &app.app.registry;
    for caas in [&a, &b] {
        caas::verify::ProveNightly::plan(caas).await.unwrap();
        run_due_jobs(caas, registry).await.unwrap();
    }
    for night in 1..=2 {
        app.advance(TimeDelta::days(1));
        let (ran, too) = tokio::join!(run_due_jobs(&a, registry), run_due_jobs(&b, registry));
        ran.unwrap();
        too.unwrap();
        let mut tx = a.db.read().await.unwrap();
        let (runs,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM verification_runs").unwrap();
        assert_eq!(runs, night);
    }
}

#[tokio::test]
async fn a_change_of_the_catalogue_is_seen_by_the_other_process_within_a_second() {
    let Some(app) = on_postgres().await else { return };
    let (a, b) = (app.caas().clone(), neighbour(&app).await);
    let before = b.catalogue().await.unwrap().revision;
    let mut tx = a.db.begin().await.unwrap();
    let service = demo_service(&mut tx, SEATS).await.unwrap();
    repository::set_fit(&mut tx, service.id, &["LINCE".to_owned()], "9.9.9").await.unwrap();
    repository::changed(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    app.advance(TimeDelta::seconds(1));
    // Nothing was announced to it: nobody listens here.
    let after = b.catalogue().await.unwrap();
    assert!(after.revision > before);
}

/// Whoever was cut off from the announcements looks again at everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_to_the_announcements_is_made_up_for() {
    let Some(template) = Template::postgres(Past::Nothing).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = template.copy_to(folder.path()).await;
    let sandbox = start_sandbox(folder.path(), 0).await;
    let app = assemble(settings(&url, &sandbox, 0)).await;
    let (speaker, listener) = (app.caas.db.clone(), Database::connect_volatile(&url).await.unwrap());
    let mut heard = listener.subscribe();
    let listening = tokio::spawn(async move { listener.listen().await });
    let patience = Duration::from_secs(30);
    let topic = tokio::time::timeout(patience, heard.recv()).await.unwrap().unwrap();
    assert_eq!(topic, EVERYTHING, "what was said before it listened, it can't have heard");

    let say = async |topic: &str| {
        let mut tx = speaker.begin().await.unwrap();
        tx.announce(topic);
        tx.commit().await.unwrap();
    };
    say("order:1").await;
    assert_eq!(tokio::time::timeout(patience, heard.recv()).await.unwrap().unwrap(), "order:1");

    // The database is its own: nobody else's connection is cut.
    let cut = async || {
        let mut tx = speaker.begin().await.unwrap();
        let (count,) = sql!(
            tx,
            one(i64,),
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        .unwrap();
        tx.commit().await.unwrap();
        count > 0
    };
    assert!(becomes(patience, cut).await, "its connection is found");
    assert_eq!(tokio::time::timeout(patience, heard.recv()).await.unwrap().unwrap(), EVERYTHING);
    say("order:2").await;
    assert_eq!(tokio::time::timeout(patience, heard.recv()).await.unwrap().unwrap(), "order:2", "it listens again");
    listening.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_on_an_empty_database_make_one_schema() {
    let Some(url) = empty_schema().await else { return };
    let starts = [&url; 3].map(async |url| {
        let db = Database::connect_volatile(url).await?;
        db.migrate().await?;
        db.schema().await
    });
    for schema in join_all(starts).await {
        assert_eq!(schema.unwrap(), Schema::Fits);
    }
}
