//! What a simulated world is made of.

use chrono::TimeDelta;
use std::fmt;

/// Which database the platform runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A new schema on the server that `CAAS_TEST_POSTGRES_URL` or `DATABASE_URL` names.
    Postgres,
}

/// A world: everything in it follows from these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many people buy.
    pub customers: u32,
    /// For how long they buy. Afterwards the world comes to rest for some weeks, then it is judged.
    pub days: u32,
    /// On which database.
    pub engine: Engine,
    /// How much goes wrong: 0 nothing, 1 far more than in life.
    pub faults: f64,
    /// What becomes of the lines of the log.
    pub log: Log,
}

/// What becomes of the lines of the log, once they are in its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// They are forgotten.
    Forget,
    /// They are kept for the report.
    Keep,
    /// They are printed as life goes on.
    Print,
}

/// Orders a customer makes in a year.
pub const ORDERS_A_YEAR: f64 = 6.0;

/// How long the world rests before it is judged: holds lapse after 7 days, payouts come after 2 to 9 and chargebacks 10
/// later, and the cost of a payment that never arrived is borne after 14.
pub const REST: TimeDelta = TimeDelta::days(21);

/// The longest a car takes from the sale to its key, with everything that can go wrong on the way.
pub const A_CAR: TimeDelta = TimeDelta::days(70);

impl Default for Settings {
    fn default() -> Settings {
        Settings { seed: 1, customers: 5, days: 365, engine: Engine::Sqlite, faults: 1.0, log: Log::Forget }
    }
}

impl Settings {
    /// How much life this is.
    pub fn customer_years(&self) -> f64 {
        f64::from(self.customers) * f64::from(self.days) / 365.0
    }

    /// Whether all cars are asked about every day, as in life. A question a day and car is more than all else that happens
    /// together, so only some worlds live with it; in the others orders alone have the workshops asked.
    pub fn checks_the_fleet(&self) -> bool {
        self.seed % 12 == 1
    }

    /// Whether finance lives here: the days of the books are closed, the gateway's reports are read every night, and somebody
    /// looks at what they say. A night's work is as much as all else of a day, so again only some worlds live with it; the
    /// books are compared with the gateway's at the end of every day in all of them.
    pub fn reads_reports(&self) -> bool {
        self.seed % 20 == 2
    }
}

/// The command that lives this life again.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "caas simulate --seed {} --customers {} --days {}", self.seed, self.customers, self.days)?;
        if self.engine == Engine::Postgres {
            f.write_str(" --engine postgres")?;
        }
        if (self.faults - 1.0).abs() > f64::EPSILON {
            write!(f, " --faults {}", self.faults)?;
        }
        Ok(())
    }
}
