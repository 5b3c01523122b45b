//! What an answer of VSS means. Decisions only; days are those of the country the customer lives in.

use super::model::{BlockState, Finding, Gate, KEPT_FOR, SILENT_FOR, Standing, Verdict, Warranty};
use crate::catalogue::{RequiredBlock, Service};
use crate::kernel::Timestamp;
use chrono::{NaiveDate, TimeDelta};

/// How long maintenance may be overdue before it counts (rulebook §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaintenancePolicy {
    /// In days.
    pub grace_days: i64,
}

impl Default for MaintenancePolicy {
    fn default() -> Self {
        MaintenancePolicy { grace_days: 30 }
    }
}

/// How long to wait after so many failed tries in a row before the next; nothing after the last.
pub fn next_try(tries: i64) -> Option<TimeDelta> {
    match tries {
        ..=1 => Some(TimeDelta::seconds(2)),
        2 => Some(TimeDelta::seconds(5)),
        _ => None,
    }
}

/// What counts of an answer and of a silence.
pub fn standing(
    answered_at: Option<Timestamp>,
    blocks: &[BlockState],
    silent_at: Option<Timestamp>,
    now: Timestamp,
) -> Standing {
    if answered_at.is_some_and(|at| now - at < KEPT_FOR) {
        Standing::Known(blocks.to_vec())
    } else if silent_at.is_some_and(|at| now - at < SILENT_FOR) {
        Standing::Silent
    } else {
        Standing::Unknown
    }
}

/// For how many days a block has been overdue; nothing when it is not.
pub fn overdue_days(block: &BlockState, today: NaiveDate) -> Option<i64> {
    block.overdue_since.map(|since| (today - since).num_days()).filter(|days| *days >= 0)
}

/// How a block stands against a threshold.
pub fn verdict(block: &BlockState, threshold: i64, today: NaiveDate, policy: MaintenancePolicy) -> Verdict {
    #[expect(clippy::cast_precision_loss, reason = "a threshold is a percentage")]
    let threshold = threshold as f64;
    if block.compliance >= threshold {
        Verdict::Current
    } else if overdue_days(block, today).unwrap_or(0) < policy.grace_days {
        Verdict::Minor
    } else {
        Verdict::Critical
    }
}

/// What the car has of what is asked for. A block without history is not overdue; of one that is told twice the worse counts.
fn finding(required: RequiredBlock, blocks: &[BlockState], today: NaiveDate, policy: MaintenancePolicy) -> Finding {
    let worst = blocks
        .iter()
        .filter(|block| block.name == required.block)
        .map(|block| (verdict(block, required.threshold, today, policy), block))
        .max_by_key(|(verdict, _)| *verdict);
    match worst {
        Some((verdict, block)) => Finding {
            required,
            compliance: Some(block.compliance),
            overdue_since: block.overdue_since,
            verdict,
            outstanding: block.outstanding.clone(),
        },
        None => Finding {
            required,
            compliance: None,
            overdue_since: None,
            verdict: Verdict::Current,
            outstanding: Vec::new(),
        },
    }
}

/// What maintenance says to a service (rulebook §4): the worst of the blocks it asks for decides.
pub fn gate(service: &Service, standing: &Standing, today: NaiveDate, policy: MaintenancePolicy) -> Gate {
    if service.required_blocks.is_empty() {
        return Gate::Open(Vec::new());
    }
    match standing {
        Standing::Unknown => Gate::Unknown,
        Standing::Silent if service.safety_critical => Gate::Refused,
        Standing::Silent => Gate::Acknowledge,
        Standing::Known(blocks) => {
            let findings: Vec<Finding> =
                service.required_blocks.iter().map(|required| finding(*required, blocks, today, policy)).collect();
            match findings.iter().map(|finding| finding.verdict).max() {
                Some(Verdict::Critical) => Gate::Blocked(findings),
                Some(Verdict::Minor) => Gate::Warned(findings),
                Some(Verdict::Current) | None => Gate::Open(findings),
            }
        }
    }
}

/// What becomes of a warranty by an answer with blocks: lost when any block is overdue beyond the grace period, back when
/// none is overdue at all. An answer without blocks is a car without history, which says nothing.
pub fn warranty(before: Warranty, blocks: &[BlockState], today: NaiveDate, policy: MaintenancePolicy) -> Warranty {
    let longest = blocks.iter().filter_map(|block| overdue_days(block, today)).max();
    match longest {
        Some(days) if days >= policy.grace_days => Warranty::Lost,
        Some(_) => before,
        None if blocks.is_empty() => before,
        None => Warranty::Valid,
    }
}

#[cfg(test)]
mod tests;
