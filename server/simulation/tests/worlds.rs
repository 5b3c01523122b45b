//! The simulated world on a few seeds. `make simulate` lives many more.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use caas_simulation::{Engine, Log, Report, Settings, run_on_own_thread};

/// Twenty worlds of about three customer-years each.
fn world(seed: u64) -> Settings {
    Settings { seed, customers: 6, days: 180, ..Settings::default() }
}

fn keeps_its_promises(settings: &Settings) -> Report {
    let report = run_on_own_thread(settings).unwrap();
    assert!(report.orders > 0, "nobody bought anything: {settings}");
    assert!(
        report.is_clean(),
        "{settings} --log\n{}\n{}\n{}",
        report.violations.join("\n"),
        report.second_opinion.join("\n"),
        report.books.join("\n")
    );
    assert!(report.days > settings.days, "the books were compared at the end of {} days only", report.days);
    report
}

fn seeds(of: impl IntoIterator<Item = u64>) {
    for seed in of {
        keeps_its_promises(&world(seed));
    }
}

// Four tests, so that they run beside each other.
#[test]
fn promises_hold_in_seeds_1_to_5() {
    seeds(1..=5);
}

#[test]
fn promises_hold_in_seeds_6_to_10() {
    seeds(6..=10);
}

#[test]
fn promises_hold_in_seeds_11_to_15() {
    seeds(11..=15);
}

#[test]
fn promises_hold_in_seeds_16_to_20() {
    seeds(16..=20);
}

/// Nights in which reports are read, with lines that get lost and messages that never come.
#[test]
fn where_finance_reads_the_reports_exactly_what_was_lost_is_named() {
    let mut lost = 0;
    for seed in [22, 42, 62] {
        let settings = Settings { days: 120, ..world(seed) };
        assert!(settings.reads_reports());
        lost += keeps_its_promises(&settings).lost_lines;
    }
    assert!(lost > 0, "no line was lost in any of them: nothing is tried here");
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let settings = Settings { customers: 3, days: 60, log: Log::Keep, ..world(42) };
    let first = run_on_own_thread(&settings).unwrap();
    let second = run_on_own_thread(&settings).unwrap();
    assert_eq!(first.log, second.log);
    assert_eq!(first.hash, second.hash);
    let other = run_on_own_thread(&Settings { seed: 43, ..settings }).unwrap();
    assert_ne!(first.hash, other.hash);
}

#[test]
fn without_faults_everybody_who_can_pay_gets_what_was_ordered() {
    let report = run_on_own_thread(&Settings { faults: 0.0, ..world(1) }).unwrap();
    assert_eq!(report.deaths, 0);
    assert!(report.is_clean(), "{:?} {:?} {:?}", report.violations, report.second_opinion, report.books);
}

#[test]
fn promises_hold_on_postgresql_too() {
    if std::env::var("CAAS_TEST_POSTGRES_URL").is_ok_and(|url| !url.is_empty()) {
        keeps_its_promises(&Settings { engine: Engine::Postgres, customers: 3, days: 90, ..world(1) });
        keeps_its_promises(&Settings { engine: Engine::Postgres, customers: 3, days: 40, ..world(2) });
    }
}
