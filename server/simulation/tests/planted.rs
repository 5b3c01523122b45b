//! Bugs planted on purpose are found: neither the oracle nor the comparison of the books is an ornament. Needs the feature
//! `planted-bugs`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use caas::kernel::planted::{Bug, plant};
use caas_simulation::{Settings, run_on_own_thread};

/// Within so many seeds every bug must be found.
const SEEDS: u64 = 200;

/// Bugs that nobody outside can see: found by the books held against the gateway's day by day, and by what reconciliation
/// should have named.
const IN_THE_BOOKS: [Bug; 3] = [Bug::FeeForgotten, Bug::ChargebackBookedTwice, Bug::LostLineForgiven];

/// The first seed in which the bug is noticed: by the oracle, which never asks the database, or where it is one of the
/// books, by what they come to at the end of a day.
fn found(bug: Bug) -> Option<(u64, String)> {
    plant(Some(bug));
    let found = (1..=SEEDS).find_map(|seed| {
        let settings = Settings { seed, customers: 4, days: 90, ..Settings::default() };
        let report = run_on_own_thread(&settings).unwrap();
        let judged = if IN_THE_BOOKS.contains(&bug) { &report.books } else { &report.violations };
        judged.first().map(|what| (seed, what.clone()))
    });
    plant(None);
    found
}

#[test]
fn every_planted_bug_is_found_by_the_oracle_or_in_the_books() {
    for &bug in Bug::ALL {
        let (seed, what) = found(bug).unwrap_or_else(|| panic!("{bug} was not found in {SEEDS} seeds"));
        println!("{bug}: seed {seed}: {what}");
    }
}
