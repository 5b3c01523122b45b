//! The words of maintenance.

use crate::catalogue::{Block, RequiredBlock};
use crate::kernel::locale::Locale;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// How long an answer of VSS counts (rulebook §4).
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// For how long VSS counts as silent after the last of its tries; later it is asked anew.
pub const SILENT_FOR: TimeDelta = TimeDelta::minutes(5);

codes! {
    /// How a block stands against what a service asks for.
    pub enum Verdict {
        /// At or over the threshold.
        Current = "CURRENT",
        /// Under it, but not overdue beyond the grace period: allowed with a warning.
        Minor = "MINOR",
        /// Overdue beyond the grace period: blocked.
        Critical = "CRITICAL",
    }
}

codes! {
    /// The warranty of a car.
    pub enum Warranty {
        /// It holds.
        Valid = "VALID",
        /// Maintenance is overdue beyond the grace period.
        Lost = "LOST",
    }
}

codes! {
    /// Why an order is not taken, or ends before its first command.
    pub enum Closed {
        /// A block is critical.
        Overdue = "MAINTENANCE_OVERDUE",
        /// VSS can't be asked about a service that is critical for safety.
        Silent = "VSS_SILENT",
    }
}

/// Work that is to be done on a car, in the words of the workshops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outstanding {
    /// The workshops' code.
    pub code: String,
    /// What it is.
    pub description: String,
    /// When it is or was due.
    pub due_date: NaiveDate,
}

/// What VSS says of one functional block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockState {
    /// Which.
    pub name: Block,
    /// How much of its plan was kept, in percent (0 to 100, not always whole).
    pub compliance: f64,
    /// Since when something is overdue.
    pub overdue_since: Option<NaiveDate>,
    /// What is to be done.
    pub outstanding: Vec<Outstanding>,
}

/// What is known of a car's maintenance at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// VSS answered within the hour. A car without history has no blocks: it is new, not overdue.
    Known(Vec<BlockState>),
    /// VSS did not answer, three times, and nothing is kept.
    Silent,
    /// It is not known yet.
    Unknown,
}

/// A block that a service asks for, beside what the car has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What is asked for.
    #[serde(flatten)]
    pub required: RequiredBlock,
    /// What the car has, in percent; absent without history.
    pub compliance: Option<f64>,
    /// Since when something is overdue.
    pub overdue_since: Option<NaiveDate>,
    /// What that comes to.
    pub verdict: Verdict,
    /// What is to be done.
    pub outstanding: Vec<Outstanding>,
}

/// What maintenance says to a service for a car.
#[derive(Clone, Debug, PartialEq)]
pub enum Gate {
    /// It has nothing against it.
    Open(Vec<Finding>),
    /// It may be bought, with a warning.
    Warned(Vec<Finding>),
    /// It may not.
    Blocked(Vec<Finding>),
    /// VSS is silent, and this is critical for safety: not for now.
    Refused,
    /// VSS is silent: it may be bought by who knows that.
    Acknowledge,
    /// Not known yet: VSS is being asked.
    Unknown,
}

impl Gate {
    /// What was found for each block that the service asks for; nothing while nothing is known.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Gate::Open(findings) | Gate::Warned(findings) | Gate::Blocked(findings) => findings,
            Gate::Refused | Gate::Acknowledge | Gate::Unknown => &[],
        }
    }

    /// Whether it can't be bought, whatever the customer agrees to.
    pub fn closed(&self) -> Option<Closed> {
        match self {
            Gate::Blocked(_) => Some(Closed::Overdue),
            Gate::Refused => Some(Closed::Silent),
            _ => None,
        }
    }
}

/// A share of a plan in words: "79,9 %", "79.9%". Cut, not rounded, so that what is under a threshold never reads as being on it.
pub fn percent(compliance: f64, locale: Locale) -> String {
    let tenths = (compliance * 10.0 + 1e-6).floor() / 10.0;
    let number = if tenths.fract() == 0.0 { format!("{tenths:.0}") } else { format!("{tenths:.1}") };
    match locale {
        Locale::Es => format!("{}\u{a0}%", number.replace('.', ",")),
        Locale::En => format!("{number}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_never_reads_better_than_it_is() {
        for (compliance, es, en) in [
            (80.0, "80\u{a0}%", "80%"),
            (79.99, "79,9\u{a0}%", "79.9%"),
            (79.9, "79,9\u{a0}%", "79.9%"),
            (0.0, "0\u{a0}%", "0%"),
            (100.0, "100\u{a0}%", "100%"),
        ] {
            assert_eq!((percent(compliance, Locale::Es).as_str(), percent(compliance, Locale::En).as_str()), (es, en));
        }
    }
}
