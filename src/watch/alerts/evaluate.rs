//! Measures every rule and takes the steps that follow.

use super::mail::tell;
use super::measure::{causes, measure};
use super::model::{AlertState, Measure, Rule};
use super::rules::{Step, read, step};
use super::store::{AlertStep, Cause, RuleRow, note};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use sqlx::types::Json;

/// A rule with what was measured, and the events to be kept if it fires.
struct Seen {
    rule: Rule,
    measure: Measure,
    causes: Vec<Cause>,
}

/// Measures every rule, and gives back a transaction with the steps that follow from it; the caller commits. Two at the
/// same time do no harm: each rule is one row, whoever comes second finds the step taken.
pub async fn evaluate(caas: &Caas, now: Timestamp) -> Result<Tx> {
    let mut seen = Vec::new();
    let mut look = caas.db.snapshot().await?;
    for &rule in Rule::ALL {
        let measure = measure(&mut look, rule, now).await?;
        let broken = rule.limit().is_broken_by(measure) && measure.whole >= rule.minimum();
        let causes = if broken { causes(&mut look, rule, now).await? } else { Vec::new() };
        seen.push(Seen { rule, measure, causes });
    }
    drop(look);
    let mut tx = caas.db.begin().await?;
    for seen in seen {
        go_on(caas, &mut tx, seen, now).await?;
    }
    Ok(tx)
}

async fn go_on(caas: &Caas, tx: &mut Tx, seen: Seen, now: Timestamp) -> Result<()> {
    let Seen { rule, measure, causes } = seen;
    let mut row = sql!(tx, one RuleRow,
        "INSERT INTO alert_rules (rule, state, since, part, whole, evaluated_at) VALUES ($1, 'OK', $2, $3, $4, $2)
         ON CONFLICT (rule) DO UPDATE SET part = $3, whole = $4, evaluated_at = $2
         RETURNING rule, state, since, part, whole, evaluated_at, alert_id, silenced_until, silence_reason",
        rule.as_str(), now, measure.part, measure.whole)?;
    let before = row.state;
    let (after, what) = match step(rule, before, row.since, read(rule, measure), now) {
        None => (before, None),
        Some(Step::Pend) => (AlertState::Pending, Some(AlertStep::Pending)),
        Some(Step::CalmDown) => (AlertState::Ok, Some(AlertStep::CalmedDown)),
        Some(Step::Fire) => {
            fire(caas, tx, &mut row, causes, now).await?;
            (AlertState::Firing, Some(AlertStep::Firing))
        }
        Some(Step::Resolve) => {
            sql!(tx, execute "UPDATE alerts SET resolved_at = $1 WHERE id = $2 AND resolved_at IS NULL", now, row.alert_id)?;
            tell(caas, tx, &row, true, now).await?;
            (AlertState::Resolved, Some(AlertStep::Resolved))
        }
    };
    let Some(what) = what else { return Ok(()) };
    sql!(tx, execute
        "UPDATE alert_rules SET state = $1, since = $2, alert_id = $3 WHERE rule = $4",
        after.as_str(), now, row.alert_id, rule.as_str())?;
    note(caas, tx, &row, what, Some((before, after)), None).await
}

/// An alert begins: what broke the rule is kept with it, and its teams are told.
async fn fire(caas: &Caas, tx: &mut Tx, row: &mut RuleRow, causes: Vec<Cause>, now: Timestamp) -> Result<()> {
    let id = caas.new_uuid();
    sql!(tx, execute
        "INSERT INTO alerts (id, rule, fired_at, part, whole, causes) VALUES ($1, $2, $3, $4, $5, $6)",
        id, row.rule.as_str(), now, row.part, row.whole, Json(causes))?;
    row.alert_id = Some(id);
    tracing::warn!(rule = %row.rule, part = row.part, whole = row.whole, "alert_fires");
    tell(caas, tx, row, false, now).await
}
