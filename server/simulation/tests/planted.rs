//! Bugs planted on purpose are found: the oracle is no ornament. Needs the feature `planted-bugs`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use caas::kernel::planted::{Bug, plant};
use caas_simulation::{Settings, run_on_this_thread};

/// Within so many seeds every bug must be found.
const SEEDS: u64 = 200;

/// The first seed whose oracle, which never asks the database, complains.
fn found(bug: Bug) -> Option<(u64, String)> {
    plant(Some(bug));
    let found = (1..=SEEDS).find_map(|seed| {
        let settings = Settings { seed, customers: 4, days: 90, ..Settings::default() };
        let report = run_on_this_thread(&settings).unwrap();
        report.violations.first().map(|violation| (seed, violation.clone()))
    });
    plant(None);
    found
}

#[test]
fn every_planted_bug_is_found_from_outside() {
    for &bug in Bug::ALL {
        let (seed, violation) = found(bug).unwrap_or_else(|| panic!("{bug} was not found in {SEEDS} seeds"));
        println!("{bug}: seed {seed}: {violation}");
    }
}
