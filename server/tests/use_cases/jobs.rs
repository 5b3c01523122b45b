//! The queue of work: leases, death, revival.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::kernel::jobs::{dead_jobs, discard_dead_job, revive_dead_job};
use caas::sql;
use chrono::TimeDelta;

#[tokio::test]
async fn a_job_whose_runner_died_runs_again_when_its_lease_ends() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let until = scene.app.now() + TimeDelta::seconds(30);
        sql!(tx, execute "UPDATE jobs SET leased_until = $1, attempts = 1 WHERE kind = 'purchases.authorise'", until)
            .unwrap();
        tx.commit().await.unwrap();
        scene.seconds(29).await;
        assert_eq!(scene.money(id).await, "INITIATED/NONE");
        scene.live(TimeDelta::seconds(10)).await;
        assert_eq!(scene.money(id).await, "CHARGED/PENDING");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_dead_job_waits_for_a_person_who_revives_or_forgets_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE jobs SET kind = 'no.such.kind', max_attempts = 2 WHERE kind = 'purchases.authorise'")
            .unwrap();
        tx.commit().await.unwrap();
        scene.live(TimeDelta::minutes(1)).await;
        let dead = dead_jobs(&mut scene.read().await, 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].kind.as_str()), (1, "no.such.kind"));
        assert!(dead[0].last_error.as_deref().unwrap().contains("no.such.kind"));
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE jobs SET kind = 'purchases.authorise' WHERE kind = 'no.such.kind'").unwrap();
        assert!(revive_dead_job(&mut tx, dead[0].id, scene.app.now()).await.unwrap());
        assert!(!revive_dead_job(&mut tx, dead[0].id, scene.app.now()).await.unwrap());
        assert!(!discard_dead_job(&mut tx, dead[0].id).await.unwrap());
        tx.commit().await.unwrap();
        scene.live(TimeDelta::seconds(5)).await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_story_can_be_read_with_and_without_filters() {
    use caas::expediente::model::SubjectKind;
    use caas::expediente::repository::{StoryFilter, story_lines};
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        scene.seconds(3).await;
        let filters = [
            StoryFilter::default(),
            StoryFilter { vehicle: Some(scene.vehicle.0), ..StoryFilter::default() },
            StoryFilter { subjects: &[SubjectKind::Activation], ..StoryFilter::default() },
            StoryFilter {
                everything: true,
                until: Some(scene.app.now() + TimeDelta::days(1)),
                ..StoryFilter::default()
            },
            StoryFilter {
                vehicle: Some(scene.vehicle.0),
                subjects: &[SubjectKind::Payment, SubjectKind::Consent],
                before_seq: Some(1_000),
                ..StoryFilter::default()
            },
        ];
        for filter in filters {
            let entries = story_lines(&mut scene.read().await, scene.customer, &filter, 50).await.unwrap();
            assert!(!entries.is_empty(), "{filter:?}");
            assert!(entries.windows(2).all(|pair| pair[0].entry.seq > pair[1].entry.seq));
        }
        scene.proven().await;
    }
}
