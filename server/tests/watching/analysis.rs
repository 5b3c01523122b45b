//! Failure analysis: sums that agree with each other and with what they are made of, days that are closed once, and the proof.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas::analysis::CloseDays;
use caas::analysis::cases::{AttemptCase, CaseFilter, cases};
use caas::analysis::model::{Chosen, Counts, DaySpan, Dimension, Measure};
use caas::analysis::proof::rebuild;
use caas::analysis::report::{Report, report};
use caas::kernel::Timestamp;
use caas::kernel::database::Database;
use caas::kernel::ids::{ActivationId, AttemptId, TicketId, VehicleId};
use caas::kernel::jobs::{Job as _, Outcome, Run};
use caas::kernel::rng::{Rng, SeededRng};
use caas::sql;
use caas::support::model::Solution;
use caas::support::{self, Agent, Question};
use caas_sandbox::{ErrorCode, Fault};
use chrono::{NaiveDate, TimeDelta};
use std::process::Command;

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn span(first: &str, last: &str) -> DaySpan {
    DaySpan { first: day(first), last: day(last) }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A world with two orders of two models whose attempts are written by hand.
pub(super) struct Planted {
    pub scene: Scene,
    pub seats: ActivationId,
    pub audio: ActivationId,
    rng: SeededRng,
}

impl Planted {
    pub(super) async fn new(engine: Engine) -> Planted {
        let mut scene = Scene::new(engine).await;
        let (seats, audio) = (scene.order(SEATS).await, scene.order(AUDIO).await);
        let mut tx = scene.caas().db.begin().await.unwrap();
        let (other,) =
            sql!(tx, one(VehicleId,), "SELECT id FROM vehicles WHERE model_code <> 'LINCE' ORDER BY id LIMIT 1")
                .unwrap();
        sql!(tx, execute "UPDATE service_activations SET vehicle_id = $1 WHERE service_activation_id = $2", other, audio)
            .unwrap();
        tx.commit().await.unwrap();
        Planted { scene, seats, audio, rng: SeededRng::new(7) }
    }

    /// Writes an attempt; no result: under way.
    pub(super) async fn attempt(
        &self,
        activation: ActivationId,
        at: Timestamp,
        number: i64,
        result: Option<&str>,
        code: &str,
    ) -> AttemptId {
        let rng: &dyn Rng = &self.rng;
        let (id, manual) = (rng.uuid(at), number > 5);
        let mut tx = self.scene.caas().db.begin().await.unwrap();
        sql!(tx, execute
            "INSERT INTO activation_attempts (attempt_id, service_activation_id, command, attempt_number, attempt_timestamp,
                 ota_command_sent, ota_response_code, attempt_result, manual)
             VALUES ($1, $2, 'ACTIVATE', $3, $4, $5, $6, $7, $8)",
            id, activation, number, at, false, result.map(|_| code), result, manual)
        .unwrap();
        tx.commit().await.unwrap();
        AttemptId(id)
    }

    /// Attempts of every kind on each of these days, one every 31 minutes.
    async fn days(&self, first: &str, last: &str) {
        const ENDS: [(&str, &str); 7] = [
            ("SUCCESS", "ACTIVATED"),
            ("FAILED_RETRY", "VEHICLE_OFFLINE"),
            ("SUCCESS", "ACTIVATED"),
            ("FAILED_ESCALATE", "MODULE_FAULT"),
            ("SUCCESS", "ACTIVATED"),
            ("FAILED_RETRY", "TIMEOUT"),
            ("FAILED_RETRY", "IOT_UNAVAILABLE"),
        ];
        for day in span(first, last).days() {
            let (begin, mut at) = (DaySpan::of(day).begins(), 0);
            while begin + TimeDelta::minutes(at * 31) < DaySpan::of(day).ends() {
                let (result, code) = ENDS[usize::try_from(at).unwrap() % ENDS.len()];
                let activation = if at % 3 == 0 { self.audio } else { self.seats };
                self.attempt(activation, begin + TimeDelta::minutes(at * 31), at % 6 + 1, Some(result), code).await;
                at += 1;
            }
        }
    }

    pub(super) async fn close(&self) {
        close(&self.scene).await;
    }

    async fn report(&self, days: DaySpan, chosen: Option<&Chosen>) -> Report {
        of(&self.scene, days, chosen).await
    }

    async fn list(&self, filter: &CaseFilter, page: i64) -> Vec<AttemptCase> {
        let mut tx = self.scene.caas().db.snapshot().await.unwrap();
        let (mut all, mut filter) = (Vec::new(), filter.clone());
        loop {
            let found = cases(&mut tx, self.scene.app.now(), &filter, page).await.unwrap();
            assert!(i64::try_from(found.len()).unwrap() <= page);
            let Some(last) = found.last() else { return all };
            filter.before = Some((last.at, last.id.0));
            all.extend(found);
        }
    }
}

/// Runs the nightly job until it has nothing left to do.
async fn close(scene: &Scene) {
    let now = scene.app.now();
    loop {
        let run = CloseDays {}.run(&scene.caas(), Run { earlier_runs: 0, due_at: now }).await.unwrap();
        let Outcome::AgainIn(next, tx) = run else { panic!("it is planned anew") };
        tx.commit().await.unwrap();
        if next > now {
            return;
        }
    }
}

async fn of(scene: &Scene, days: DaySpan, chosen: Option<&Chosen>) -> Report {
    let mut tx = scene.caas().db.snapshot().await.unwrap();
    report(&mut tx, scene.app.now(), days, chosen).await.unwrap()
}

async fn closed(scene: &Scene) -> Vec<String> {
    let mut tx = scene.read().await;
    let days = sql!(tx, all(String,), "SELECT day FROM analysis_days ORDER BY day").unwrap();
    days.into_iter().map(|(day,)| day).collect()
}

fn sum(report: &Report, dimension: Dimension) -> Counts {
    let mut sum = Counts::default();
    for (_, counts) in report.by(dimension) {
        sum += counts;
    }
    sum
}

#[tokio::test]
async fn every_breakdown_comes_to_the_same_and_to_the_attempts_themselves() {
    for engine in Engine::all() {
        let planted = Planted::new(engine).await;
        planted.days("2026-11-18", "2026-11-22").await;
        planted.close().await;
        assert_eq!(closed(&planted.scene).await.len(), 5);
        planted.attempt(planted.seats, at("2026-11-23T07:00:00Z"), 1, None, "").await;
        planted.attempt(planted.seats, at("2026-11-23T08:00:00Z"), 2, Some("FAILED_RETRY"), "TIMEOUT").await;
        // Closed days, the open one, and both.
        for days in
            [span("2026-11-19", "2026-11-21"), span("2026-11-23", "2026-11-23"), span("2026-11-01", "2026-12-31")]
        {
            let whole = planted.report(days, None).await;
            assert!(whole.total.attempts > 0 && whole.total.failures > 0);
            let mut values = vec![None];
            for &dimension in Dimension::ALL {
                values.extend(whole.by(dimension).map(|(key, _)| Some(Chosen { dimension, key: key.clone() })));
            }
            for chosen in values {
                let report = planted.report(days, chosen.as_ref()).await;
                let expected = match &chosen {
                    None => whole.total,
                    Some(chosen) => whole.breakdowns[&chosen.dimension][&chosen.key],
                };
                assert_eq!(report.total, expected, "{chosen:?}");
                for &dimension in Dimension::ALL {
                    let is_chosen = chosen.as_ref().is_some_and(|chosen| chosen.dimension == dimension);
                    let expected = if is_chosen { Counts::default() } else { expected };
                    assert_eq!(sum(&report, dimension), expected, "{dimension} of {chosen:?}");
                }
                let all = CaseFilter { days, chosen: chosen.clone(), failed: false, before: None };
                let found = planted.list(&all, 7).await;
                assert_eq!(i64::try_from(found.len()).unwrap(), expected.attempts, "{chosen:?}");
                assert!(found.is_sorted_by(|newer, older| (newer.at, newer.id) > (older.at, older.id)), "{chosen:?}");
                let failed = planted.list(&CaseFilter { failed: true, ..all }, 50).await;
                assert_eq!(i64::try_from(failed.len()).unwrap(), expected.failures, "{chosen:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_closed_day_says_what_it_said_before() {
    for engine in Engine::all() {
        let planted = Planted::new(engine).await;
        planted.days("2026-11-20", "2026-11-20").await;
        let days = span("2026-11-20", "2026-11-20");
        let chosen = Chosen { dimension: Dimension::Reason, key: "TIMEOUT".to_owned() };
        let before = (planted.report(days, None).await, planted.report(days, Some(&chosen)).await);
        assert!(closed(&planted.scene).await.is_empty());
        planted.close().await;
        assert_eq!(closed(&planted.scene).await, ["2026-11-20", "2026-11-21", "2026-11-22"]);
        let after = (planted.report(days, None).await, planted.report(days, Some(&chosen)).await);
        for (before, after) in [(before.0, after.0), (before.1, after.1)] {
            assert_eq!(before.total, after.total);
            assert_eq!(before.breakdowns, after.breakdowns);
            assert_eq!(before.durations, after.durations);
        }
        // What is kept is read: the rows could be gone.
        let mut tx = planted.scene.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE activation_attempts SET ota_response_code = 'OTHER' WHERE ota_response_code = 'TIMEOUT'")
            .unwrap();
        tx.commit().await.unwrap();
        assert!(planted.report(days, None).await.breakdowns[&Dimension::Reason].contains_key("TIMEOUT"));
    }
}

#[tokio::test]
async fn a_day_with_an_attempt_under_way_stays_open_until_it_has_its_verdict() {
    for engine in Engine::all() {
        let planted = Planted::new(engine).await;
        planted.attempt(planted.seats, at("2026-11-19T12:00:00Z"), 1, Some("SUCCESS"), "ACTIVATED").await;
        let open = planted.attempt(planted.seats, at("2026-11-20T23:59:00Z"), 1, None, "").await;
        planted.attempt(planted.audio, at("2026-11-20T10:00:00Z"), 1, Some("SUCCESS"), "ACTIVATED").await;
        planted.close().await;
        assert_eq!(
            closed(&planted.scene).await,
            ["2026-11-19", "2026-11-21", "2026-11-22"],
            "the day with it waits, the others do not"
        );
        let total = planted.report(span("2026-11-19", "2026-11-21"), None).await.total;
        assert_eq!(total, Counts { attempts: 3, failures: 0, under_way: 1 });
        let mut tx = planted.scene.caas().db.begin().await.unwrap();
        sql!(tx, execute
            "UPDATE activation_attempts SET attempt_result = 'FAILED_RETRY', ota_response_code = 'TIMEOUT' WHERE attempt_id = $1",
            open).unwrap();
        tx.commit().await.unwrap();
        let counted = Counts { attempts: 3, failures: 1, under_way: 0 };
        assert_eq!(planted.report(span("2026-11-19", "2026-11-21"), None).await.total, counted);
        planted.close().await;
        assert_eq!(closed(&planted.scene).await, ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]);
        assert_eq!(planted.report(span("2026-11-19", "2026-11-21"), None).await.total, counted);
    }
}

#[tokio::test]
async fn midnight_belongs_to_the_day_that_begins() {
    for engine in Engine::all() {
        let planted = Planted::new(engine).await;
        for moment in [
            "2026-11-18T23:59:59.999999Z",
            "2026-11-19T00:00:00Z",
            "2026-11-19T23:59:59.999999Z",
            "2026-11-20T00:00:00Z",
        ] {
            planted.attempt(planted.seats, at(moment), 1, Some("FAILED_RETRY"), "TIMEOUT").await;
        }
        for _ in 0..2 {
            for (first, last, attempts) in [
                ("2026-11-18", "2026-11-18", 1),
                ("2026-11-19", "2026-11-19", 2),
                ("2026-11-20", "2026-11-20", 1),
                ("2026-11-18", "2026-11-19", 3),
                ("2026-11-19", "2026-11-20", 3),
                ("2026-11-21", "2026-11-30", 0),
            ] {
                let days = span(first, last);
                let report = planted.report(days, None).await;
                assert_eq!(report.total.attempts, attempts, "{first} to {last}");
                let filter = CaseFilter { days, chosen: None, failed: false, before: None };
                assert_eq!(planted.list(&filter, 2).await.len(), usize::try_from(attempts).unwrap());
            }
            let hours = planted.report(span("2026-11-19", "2026-11-19"), None).await;
            let hours: Vec<_> =
                hours.by(Dimension::Hour).map(|(hour, counts)| (hour.as_str().to_owned(), counts.attempts)).collect();
            assert_eq!(hours, [("00".to_owned(), 1), ("23".to_owned(), 1)]);
            // And once more when they are kept.
            planted.close().await;
        }
        assert_eq!(closed(&planted.scene).await.len(), 5);
    }
}

#[tokio::test]
async fn the_proof_finds_a_day_that_is_not_its_attempts_and_makes_it_again() {
    for engine in Engine::all() {
        let planted = Planted::new(engine).await;
        planted.days("2026-11-19", "2026-11-21").await;
        planted.close().await;
        let (scene, days) = (&planted.scene, span("2026-11-19", "2026-11-21"));
        let caas = scene.caas();
        let truth = planted.report(days, None).await;
        assert_eq!(rebuild(&caas.db, scene.app.now()).await.unwrap(), Vec::<String>::new());
        for (falsified, lines) in [
            (
                "UPDATE attempt_days SET failures = failures + 1 WHERE day = '2026-11-20' AND part = 'MODEL' AND split = 'HOUR'",
                1,
            ),
            ("DELETE FROM attempt_days WHERE day = '2026-11-19' AND part = 'ALL' AND split = 'REASON'", 1),
            ("DELETE FROM attempt_days WHERE day >= '2026-11-20'", 2),
            (
                "INSERT INTO attempt_days (day, part, part_key, split, split_key, attempts, failures)
                 VALUES ('2026-11-21', 'ALL', '', 'REASON', 'INVENTED', 1, 1)",
                1,
            ),
            (
                "INSERT INTO duration_days (day, part, part_key, measure, at_most, cases, seconds, attempts)
                 VALUES ('2026-11-21', 'ALL', '', 'ACTIVATION', 15, 1, 1, 1)",
                1,
            ),
        ] {
            let mut tx = caas.db.begin().await.unwrap();
            sql!(tx, execute falsified).unwrap();
            tx.commit().await.unwrap();
            let found = rebuild(&caas.db, scene.app.now()).await.unwrap();
            assert_eq!(found.len(), lines, "{falsified}: {found:?}");
            assert!(found[0].contains("failure analysis: the sums kept of 2026-11-"), "{found:?}");
            assert_eq!(rebuild(&caas.db, scene.app.now()).await.unwrap(), Vec::<String>::new(), "{falsified}");
            let now = planted.report(days, None).await;
            assert_eq!((now.total, now.breakdowns), (truth.total, truth.breakdowns.clone()), "{falsified}");
        }
        // Something changed late, which can't be: the proof sees it all the same.
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE activation_attempts SET attempt_result = NULL WHERE attempt_number = 4 AND attempt_timestamp < '2026-11-20T00:00:00+00:00'").unwrap();
        tx.commit().await.unwrap();
        let found = rebuild(&caas.db, scene.app.now()).await.unwrap();
        assert!(found.len() == 1 && found[0].contains("it was opened again"), "{found:?}");
        assert_eq!(closed(scene).await, ["2026-11-20", "2026-11-21", "2026-11-22"]);
        assert!(planted.report(days, None).await.total.under_way > 0);
    }
}

#[tokio::test]
async fn the_nightly_proof_says_what_it_had_to_make_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        scene.seconds(10).await;
        scene.pass(TimeDelta::days(1)).await;
        assert_eq!(closed(&scene).await, ["2026-11-23"]);
        let mut tx = scene.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE attempt_days SET attempts = attempts + 1 WHERE split = 'HOUR'").unwrap();
        tx.commit().await.unwrap();
        scene.pass(TimeDelta::days(1)).await;
        scene.pass(TimeDelta::days(1)).await;
        let runs = caas::verify::latest_runs(&mut scene.read().await, 3).await.unwrap();
        assert_eq!(runs.iter().map(|run| run.violations).collect::<Vec<_>>(), [0, 1, 0], "newest first");
        assert!(runs[1].findings.0[0].contains("the sums kept of 2026-11-23"), "{:?}", runs[1].findings);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_really_happens_is_counted_and_timed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let today = span("2026-11-23", "2026-11-23");
        let fault = scene.car(Fault::Nack { code: ErrorCode::VehicleBusy });
        let seats = scene.order(SEATS).await;
        scene.run().await;
        scene.world().clear_fault(fault);
        let done = scene.until(seats, ActivationState::Active).await;
        scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
        let audio = scene.order(AUDIO).await;
        scene.until(audio, ActivationState::AwaitingSupportResolution).await;
        let seen = of(&scene, today, None).await;
        assert_eq!(seen.total, Counts { attempts: 3, failures: 2, under_way: 0 });
        let reasons: Vec<_> =
            seen.by(Dimension::Reason).map(|(key, counts)| (key.as_str().to_owned(), counts.attempts)).collect();
        assert_eq!(
            reasons,
            [("ACTIVATED".to_owned(), 1), ("MODULE_FAULT".to_owned(), 1), ("VEHICLE_BUSY".to_owned(), 1)]
        );
        let first = seen.first_attempts().unwrap();
        assert_eq!((first.attempts, first.failures, first.successes()), (2, 2, 0));
        let took = seen.took(Measure::Activation);
        let seconds = (done.activated_at.unwrap() - done.created_at).num_seconds();
        assert_eq!((took.total().cases, took.total().seconds, took.total().attempts), (1, seconds, 2));

        // A question is solved, opened again, and solved for good two days later.
        let caas = scene.caas();
        let question = Question { subject: "Luz".to_owned(), text: "Parpadea.".to_owned(), ..Question::default() };
        let number = support::open_question(&caas, scene.customer, &question).await.unwrap().unwrap();
        let ticket = async |scene: &Scene| {
            let mut tx = scene.read().await;
            sql!(
                tx,
                one(TicketId, i64, Timestamp),
                "SELECT id, version, created_at FROM tickets WHERE number = $1",
                &number
            )
            .unwrap()
        };
        let agent = Agent { id: scene.app.sign_in("support").await };
        scene.pass(TimeDelta::hours(1)).await;
        let (id, version, since) = ticket(&scene).await;
        support::close(&caas, &agent, id, Solution::Answered, version).await.unwrap().unwrap();
        let (_, version, _) = ticket(&scene).await;
        support::reopen(&caas, &agent, id, version).await.unwrap().unwrap();
        assert_eq!(of(&scene, today, None).await.took(Measure::GeneralCase).total().seconds, 3_600);
        scene.pass(TimeDelta::days(2)).await;
        let (_, version, _) = ticket(&scene).await;
        support::close(&caas, &agent, id, Solution::Answered, version).await.unwrap().unwrap();
        let solved = of(&scene, span("2026-11-23", "2026-11-30"), None).await.took(Measure::GeneralCase);
        assert_eq!(solved.total().cases, 2, "each time it was solved");
        assert_eq!(solved.total().seconds, 3_600 + (scene.app.now() - since).num_seconds());
        let model = Chosen { dimension: Dimension::Model, key: "LINCE".to_owned() };
        let of_model = of(&scene, span("2026-11-23", "2026-11-30"), Some(&model)).await;
        assert!(of_model.took(Measure::Activation) == took && of_model.took(Measure::GeneralCase).total().cases == 0);
        assert_eq!(closed(&scene).await, ["2026-11-23", "2026-11-24"], "closed on the way");
        assert_eq!(rebuild(&caas.db, scene.app.now()).await.unwrap(), Vec::<String>::new());
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_command_names_the_day_makes_it_again_and_is_content_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("caas.db").display());
    let caas = |argument: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caas"));
        command.arg(argument).env_clear().env("DATABASE_URL", &url).output().unwrap()
    };
    assert!(caas("migrate").status.success());
    let db = Database::connect(&url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    sql!(tx, execute "INSERT INTO analysis_days (day, closed_at) VALUES ('2026-05-01', '2026-05-02T01:00:00+00:00')")
        .unwrap();
    sql!(tx, execute
        "INSERT INTO attempt_days (day, part, part_key, split, split_key, attempts, failures)
         VALUES ('2026-05-01', 'ALL', '', 'HOUR', '09', 3, 1)")
    .unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let wrong = caas("verify");
    let said = String::from_utf8(wrong.stdout).unwrap();
    assert_eq!(wrong.status.code(), Some(1), "{said}");
    assert!(
        said.contains(
            "the sums kept of 2026-05-01 (3 attempts, 1 failures) are not those of its rows (0 attempts, 0 failures)"
        ),
        "{said}"
    );
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("failure analysis"));
    let sound = caas("verify");
    let said = String::from_utf8(sound.stdout).unwrap();
    assert!(sound.status.success() && said.starts_with("10 promises hold over"), "{said}");
}
