//! Numbers of the moment for `/metrics`, read from the database when they are asked for: every process tells the same.
//!
//! Labels are codes of ours. No name, address or VIN ever stands in one.

use super::alerts::model::{AlertState, Rule};
use super::alerts::store;
use super::sizes;
use crate::Caas;
use crate::breaker::{self, BreakerState, System};
use crate::kernel::Timestamp;
use crate::kernel::error::Result;
use crate::monitoring::failures;
use crate::verify::latest_runs;

/// Reads them and sets the gauges.
pub async fn set(caas: &Caas) -> Result<()> {
    let now = caas.now();
    let mut tx = caas.db.read().await?;
    let (due,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM jobs WHERE died_at IS NULL AND due_at <= $1", now)?;
    let lags = sizes::lags(caas, &mut tx).await?;
    let (dead,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM jobs WHERE died_at IS NOT NULL")?;
    let (unmatched,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM webhook_inbox WHERE state = 'UNMATCHED'")?;
    let (late,) = sql!(
        &mut tx,
        one(i64,),
        "SELECT COUNT(*) FROM notifications WHERE status = 'WAITING' AND deadline_at <= $1",
        now
    )?;
    gauge("caas_jobs_due", due);
    let behind = |since: Option<Timestamp>| since.map_or(0.0, |at| (now - at).as_seconds_f64().max(0.0));
    metrics::gauge!("caas_jobs_oldest_due_seconds").set(behind(lags.job_due));
    metrics::gauge!("caas_webhooks_oldest_waiting_seconds").set(behind(lags.webhook));
    metrics::gauge!("caas_notifications_most_overdue_seconds").set(behind(lags.message_due));
    gauge("caas_jobs_dead", dead);
    gauge("caas_webhooks_unmatched", unmatched);
    gauge("caas_notifications_overdue", late);
    let broken = latest_runs(&mut tx, 1).await?.first().map_or(0, |run| run.violations);
    gauge("caas_broken_promises", broken);
    gauge("caas_failures_open", failures::open_count(&mut tx).await?);
    for &system in System::ALL {
        let open = breaker::standing(&mut tx, system).await?.state != BreakerState::Closed;
        metrics::gauge!("caas_breaker_open", "system" => system.as_str()).set(f64::from(u8::from(open)));
    }
    let rows = store::rules(&mut tx).await?;
    for &rule in Rule::ALL {
        let firing = rows.iter().any(|row| row.rule == rule && row.state == AlertState::Firing);
        let (rule, severity) = (rule.as_str(), rule.severity().as_str());
        metrics::gauge!("caas_alert_firing", "rule" => rule, "severity" => severity).set(f64::from(u8::from(firing)));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn gauge(name: &'static str, value: i64) {
    metrics::gauge!(name).set(value as f64);
}
