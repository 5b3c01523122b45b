//! Rules and alerts in the database.

use super::model::{AlertState, Measure, Rule};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// How a rule stands.
#[derive(Debug, Clone, FromRow)]
pub struct RuleRow {
    /// Which.
    #[sqlx(try_from = "String")]
    pub rule: Rule,
    /// How it stands.
    #[sqlx(try_from = "String")]
    pub state: AlertState,
    /// Since when.
    pub since: Timestamp,
    /// The last measure: failures, successes, attempts or milliseconds.
    pub part: i64,
    /// Its sample.
    pub whole: i64,
    /// When it was measured.
    pub evaluated_at: Timestamp,
    /// The alert that fires, or fired last.
    pub alert_id: Option<Uuid>,
    /// No mail until then.
    pub silenced_until: Option<Timestamp>,
    /// Why, in the words of whoever silenced it.
    pub silence_reason: Option<String>,
}

impl RuleRow {
    /// The last measure.
    pub fn measure(&self) -> Measure {
        Measure { part: self.part, whole: self.whole }
    }

    /// Whether people want no mail about it now.
    pub fn is_silent(&self, now: Timestamp) -> bool {
        self.silenced_until.is_some_and(|until| until > now)
    }
}

/// An event that broke a rule, as it was when the alert fired. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// When.
    pub at: Timestamp,
    /// What, by its code.
    pub code: String,
    /// The activation, payment, message or failure it is about.
    pub subject: Option<Uuid>,
    /// Attempts, or failures of a minute.
    pub count: i64,
    /// Calls of that minute; 0 for what is no minute.
    pub of: i64,
}

/// A time that a rule fired.
#[derive(Debug, Clone, FromRow)]
pub struct Alert {
    /// Its id.
    pub id: Uuid,
    /// Which rule.
    #[sqlx(try_from = "String")]
    pub rule: Rule,
    /// When it fired.
    pub fired_at: Timestamp,
    /// The measure then.
    pub part: i64,
    /// And its sample.
    pub whole: i64,
    /// The events that broke the rule, newest first.
    pub causes: Json<Vec<Cause>>,
    /// When somebody said that they work on it.
    pub acknowledged_at: Option<Timestamp>,
    /// Who.
    pub acknowledged_by: Option<String>,
    /// What they wrote.
    pub note: Option<String>,
    /// When the rule held again.
    pub resolved_at: Option<Timestamp>,
}

impl Alert {
    /// The measure when it fired.
    pub fn measure(&self) -> Measure {
        Measure { part: self.part, whole: self.whole }
    }
}

/// Every rule that has been measured.
pub async fn rules(tx: &mut Tx) -> Result<Vec<RuleRow>> {
    Ok(sql!(tx, all RuleRow,
        "SELECT rule, state, since, part, whole, evaluated_at, alert_id, silenced_until, silence_reason FROM alert_rules")?)
}

/// One rule, when it has been measured.
pub async fn rule(tx: &mut Tx, rule: Rule) -> Result<Option<RuleRow>> {
    Ok(sql!(tx, optional RuleRow,
        "SELECT rule, state, since, part, whole, evaluated_at, alert_id, silenced_until, silence_reason FROM alert_rules
         WHERE rule = $1", rule.as_str())?)
}

/// How many rules fire now.
pub async fn firing(tx: &mut Tx) -> Result<i64> {
    let (count,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM alert_rules WHERE state = 'FIRING'")?;
    Ok(count)
}

macro_rules! alerts {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.rule, a.fired_at, a.part, a.whole, a.causes, a.acknowledged_at, u.name AS acknowledged_by,
                    a.note, a.resolved_at
             FROM alerts a LEFT JOIN users u ON u.id = a.acknowledged_by ",
            $rest
        )
    };
}

/// The last alerts, newest first; of one rule when given.
pub async fn alerts(tx: &mut Tx, rule: Option<Rule>, limit: i64) -> Result<Vec<Alert>> {
    Ok(match rule {
        Some(rule) => sql!(tx, all Alert,
            alerts!("WHERE a.rule = $1 ORDER BY a.fired_at DESC, a.id DESC LIMIT $2"), rule.as_str(), limit)?,
        None => sql!(tx, all Alert, alerts!("ORDER BY a.fired_at DESC, a.id DESC LIMIT $1"), limit)?,
    })
}

/// One alert.
pub async fn alert(tx: &mut Tx, id: Uuid) -> Result<Option<Alert>> {
    Ok(sql!(tx, optional Alert, alerts!("WHERE a.id = $1"), id)?)
}

codes! {
    /// A step in a rule's history.
    pub enum AlertStep {
        /// It broke.
        Pending = "PENDING",
        /// It fired.
        Firing = "FIRING",
        /// It held again before it fired.
        CalmedDown = "CALMED_DOWN",
        /// It held again after it had fired.
        Resolved = "RESOLVED",
        /// Somebody works on it.
        Acknowledged = "ACKNOWLEDGED",
        /// Somebody wants no mail about it for a while.
        Silenced = "SILENCED",
        /// Somebody wants mails again.
        Unsilenced = "UNSILENCED",
    }
}

/// A step in a rule's history, as it is read back.
#[derive(Debug, Clone, FromRow)]
pub struct StepRow {
    /// When.
    pub at: Timestamp,
    /// What.
    #[sqlx(try_from = "String")]
    pub step: AlertStep,
    /// Who decided it; none: the measure did.
    pub decided_by: Option<String>,
    /// What that person wrote.
    pub note: Option<String>,
    /// The measure at that time.
    pub part: i64,
    /// And its sample.
    pub whole: i64,
}

/// The last steps of a rule, newest first.
pub async fn history(tx: &mut Tx, rule: Rule, limit: i64) -> Result<Vec<StepRow>> {
    Ok(sql!(tx, all StepRow,
        "SELECT s.at, s.step, u.name AS decided_by, s.note, s.part, s.whole
         FROM alert_steps s LEFT JOIN users u ON u.id = s.decided_by
         WHERE s.rule = $1 ORDER BY s.at DESC, s.id DESC LIMIT $2", rule.as_str(), limit)?)
}

/// Writes a step down: in the rule's history, with what a person wrote, and in the audit log.
pub(super) async fn note(
    caas: &Caas,
    tx: &mut Tx,
    row: &RuleRow,
    step: AlertStep,
    states: Option<(AlertState, AlertState)>,
    decided: Option<(UserId, &str)>,
) -> Result<()> {
    let id = caas.new_uuid();
    sql!(tx, execute
        "INSERT INTO alert_steps (id, rule, alert_id, at, step, decided_by, note, part, whole)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id, row.rule.as_str(), row.alert_id, caas.now(), step.as_str(), decided.map(|(by, _)| by),
        decided.map(|(_, words)| words).filter(|words| !words.is_empty()), row.part, row.whole)?;
    let actor = decided.map_or(Actor::SYSTEM, |(by, _)| Actor::staff(by));
    let entry = Entry {
        before: states.map(|(before, _)| before.as_str()),
        after: states.map(|(_, after)| after.as_str()),
        data: serde_json::json!({ "rule": row.rule.as_str(), "step": step.as_str(), "part": row.part, "of": row.whole }),
        ..Entry::new(None, actor, EntryKind::AlertChanged, SubjectKind::Alert, row.alert_id.unwrap_or(id))
    };
    record(caas, tx, entry).await
}
