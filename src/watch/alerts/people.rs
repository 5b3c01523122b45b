//! What people do with alerts; each on record.

use super::model::{AlertState, Rule};
use super::store::{self, AlertStep, RuleRow, note};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use chrono::TimeDelta;
use uuid::Uuid;

/// The longest note or reason, in characters.
pub const LONGEST_NOTE: usize = 500;

/// For how many hours a rule can be silenced.
pub const SILENCES: [i64; 4] = [1, 4, 24, 168];

codes! {
    /// Why nothing was done.
    pub enum AlertRefusal {
        /// The reason is missing.
        NoReason = "NO_REASON",
        /// It is longer than [`LONGEST_NOTE`].
        TooLong = "TOO_LONG",
        /// Not a time that can be chosen.
        NoTime = "NO_TIME",
        /// It does not fire any more.
        IsOver = "IS_OVER",
        /// Somebody was quicker.
        IsSo = "IS_SO",
    }
}

type Done = Result<std::result::Result<(), AlertRefusal>>;

/// The rule's row, locked until the commit.
async fn lock(tx: &mut Tx, rule: Rule) -> Result<Option<RuleRow>> {
    sql!(tx, execute "UPDATE alert_rules SET state = state WHERE rule = $1", rule.as_str())?;
    store::rule(tx, rule).await
}

/// Says that somebody works on the alert. It goes on firing.
pub async fn acknowledge(caas: &Caas, by: UserId, rule: Rule, alert: Uuid, words: &str) -> Done {
    let words = words.trim();
    if words.chars().count() > LONGEST_NOTE {
        return Ok(Err(AlertRefusal::TooLong));
    }
    let mut tx = caas.db.begin().await?;
    let Some(row) = lock(&mut tx, rule).await? else { return Ok(Err(AlertRefusal::IsOver)) };
    if row.state != AlertState::Firing || row.alert_id != Some(alert) {
        return Ok(Err(AlertRefusal::IsOver));
    }
    let changed = sql!(&mut tx, execute
        "UPDATE alerts SET acknowledged_at = $1, acknowledged_by = $2, note = $3 WHERE id = $4 AND acknowledged_at IS NULL",
        caas.now(), by, Some(words).filter(|words| !words.is_empty()), alert)?;
    if changed == 0 {
        return Ok(Err(AlertRefusal::IsSo));
    }
    note(caas, &mut tx, &row, AlertStep::Acknowledged, None, Some((by, words))).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// No mails about a rule for some hours, with the reason. It is measured all the same, and the page shows it.
pub async fn silence(caas: &Caas, by: UserId, rule: Rule, hours: i64, why: &str) -> Done {
    let why = why.trim();
    if why.is_empty() {
        return Ok(Err(AlertRefusal::NoReason));
    }
    if why.chars().count() > LONGEST_NOTE {
        return Ok(Err(AlertRefusal::TooLong));
    }
    if !SILENCES.contains(&hours) {
        return Ok(Err(AlertRefusal::NoTime));
    }
    let mut tx = caas.db.begin().await?;
    let Some(row) = lock(&mut tx, rule).await? else { return Ok(Err(AlertRefusal::IsOver)) };
    sql!(&mut tx, execute
        "UPDATE alert_rules SET silenced_until = $1, silence_reason = $2 WHERE rule = $3",
        caas.now() + TimeDelta::hours(hours), why, rule.as_str())?;
    note(caas, &mut tx, &row, AlertStep::Silenced, None, Some((by, why))).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Mails about a rule again.
pub async fn unsilence(caas: &Caas, by: UserId, rule: Rule) -> Done {
    let mut tx = caas.db.begin().await?;
    let Some(row) = lock(&mut tx, rule).await?.filter(|row| row.is_silent(caas.now())) else {
        return Ok(Err(AlertRefusal::IsSo));
    };
    sql!(&mut tx, execute "UPDATE alert_rules SET silenced_until = NULL, silence_reason = NULL WHERE rule = $1", rule.as_str())?;
    note(caas, &mut tx, &row, AlertStep::Unsilenced, None, Some((by, ""))).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
