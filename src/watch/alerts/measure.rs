//! What rules are measured by. Each question reads along an index and no more rows than it has to: ids are UUIDs of
//! version 7, so what was written lately is the end of a table's key.

use super::model::{Measure, Rule};
use super::store::Cause;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::watch::calls;
use crate::watch::model::Outside;
use uuid::Uuid;

/// Of many deliveries or messages in a window the last ones are looked at.
const SAMPLE: i64 = 5_000;

/// Events that are kept with an alert.
const CAUSES: i64 = 20;

/// The first id that is younger than this moment.
fn after(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default().saturating_add(1);
    let mut id = [0u8; 16];
    id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Uuid::from_bytes(id)
}

/// Measures a rule over its window.
pub(super) async fn measure(tx: &mut Tx, rule: Rule, now: Timestamp) -> Result<Measure> {
    let from = now - rule.window();
    match rule {
        Rule::OtaFailures | Rule::Escalations => {
            let part = given_up(tx, from).await?;
            Ok(Measure { part, whole: part + confirmed(tx, from).await? })
        }
        Rule::GatewayAvailability => {
            let seen = calls::since(tx, Outside::Payments, from).await?;
            Ok(Measure { part: seen.calls - seen.failures, whole: seen.calls })
        }
        Rule::FactoryTimeouts => {
            let seen = calls::since(tx, Outside::Factory, from).await?;
            Ok(Measure { part: seen.timeouts, whole: seen.calls })
        }
        Rule::VssFailures => {
            let seen = calls::since(tx, Outside::Vss, from).await?;
            Ok(Measure { part: seen.failures, whole: seen.calls })
        }
        Rule::NotificationFailures => messages(tx, from).await,
        Rule::FinalPaymentFailures => {
            let part = failures(tx, "FINAL_PAYMENT_FAILED", from).await?;
            let (paid,) = sql!(
                tx,
                one(i64,),
                "SELECT COUNT(*) FROM payments WHERE payment_type = 'FINAL' AND captured_cents > 0 AND created_at > $1",
                from
            )?;
            Ok(Measure { part, whole: part + paid })
        }
        Rule::FirstAttemptSuccess => {
            let seen = delivered(tx, from).await?;
            // A full sample begins later than the window.
            let from = if seen.count < SAMPLE { from } else { seen.oldest.unwrap_or(from) };
            Ok(Measure { part: seen.at_first, whole: seen.count + given_up(tx, from).await? })
        }
        Rule::MeanAttempts => {
            let seen = delivered(tx, from).await?;
            Ok(Measure { part: seen.attempts, whole: seen.count })
        }
        Rule::TimeToActivation => {
            let seen = delivered(tx, from).await?;
            Ok(Measure { part: seen.millis, whole: seen.count })
        }
        Rule::NeverSucceeding => {
            let (part,) = sql!(
                tx,
                one(i64,),
                "SELECT COUNT(*) FROM failure_audit
                 WHERE at > $1 AND failure_type = 'OTA_ACTIVATION_FAILED'
                   AND resolution IN ('PERMANENT_FAILURE', 'CLOSED_WITHOUT_CHARGE')",
                from
            )?;
            Ok(Measure { part, whole: part + confirmed(tx, from).await? })
        }
        Rule::FailedAfterSettlement => {
            let (part,) = sql!(
                tx,
                one(i64,),
                "SELECT COUNT(*) FROM payment_operations
                 WHERE kind = 'REFUND' AND requested_at > $1 AND reason = 'NOT_DELIVERED'",
                from
            )?;
            Ok(Measure { part, whole: part + confirmed(tx, from).await? })
        }
    }
}

/// Activations that the engine gave up.
async fn given_up(tx: &mut Tx, from: Timestamp) -> Result<i64> {
    failures(tx, "OTA_ACTIVATION_FAILED", from).await
}

async fn failures(tx: &mut Tx, kind: &str, from: Timestamp) -> Result<i64> {
    let (count,) =
        sql!(tx, one(i64,), "SELECT COUNT(*) FROM failure_audit WHERE at > $1 AND failure_type = $2", from, kind)?;
    Ok(count)
}

/// Activations that vehicles confirmed.
async fn confirmed(tx: &mut Tx, from: Timestamp) -> Result<i64> {
    let (count,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM delivery_confirmations WHERE id >= $1", after(from))?;
    Ok(count)
}

/// The last deliveries of the engine.
struct Delivered {
    count: i64,
    at_first: i64,
    attempts: i64,
    millis: i64,
    oldest: Option<Timestamp>,
}

macro_rules! delivered {
    ($millis:literal) => {
        concat!(
            "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN attempts = 1 THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(attempts), 0) AS BIGINT), CAST(COALESCE(SUM(millis), 0) AS BIGINT), MIN(at)
             FROM (SELECT a.total_attempts AS attempts, c.confirmed_at AS at, ",
            $millis,
            " AS millis
                   FROM delivery_confirmations c
                   JOIN service_activations a ON a.service_activation_id = c.service_activation_id
                   WHERE c.id >= $1 AND a.final_result = 'ACTIVE' ORDER BY c.id DESC LIMIT $2) AS lately"
        )
    };
}

async fn delivered(tx: &mut Tx, from: Timestamp) -> Result<Delivered> {
    // The engines have no common word for the time between two moments.
    let query = if tx.is_postgres() {
        delivered!(
            "CAST(EXTRACT(EPOCH FROM c.confirmed_at - COALESCE(a.activation_queued_at, a.created_at)) * 1000 AS BIGINT)"
        )
    } else {
        delivered!(
            "CAST(ROUND((julianday(c.confirmed_at) - julianday(COALESCE(a.activation_queued_at, a.created_at))) * 86400000.0) AS INTEGER)"
        )
    };
    let (count, at_first, attempts, millis, oldest) =
        sql!(tx, one(i64, i64, i64, i64, Option<Timestamp>), query, after(from), SAMPLE)?;
    Ok(Delivered { count, at_first, attempts, millis, oldest })
}

/// The last messages that left the house or could not: given up, or waiting after a try.
async fn messages(tx: &mut Tx, from: Timestamp) -> Result<Measure> {
    let (part, whole) = sql!(
        tx,
        one(i64, i64),
        "SELECT CAST(COALESCE(SUM(CASE WHEN status = 'SENT' THEN 0 ELSE 1 END), 0) AS BIGINT), COUNT(*)
         FROM (SELECT status FROM notifications
               WHERE id >= $1 AND channel <> 'IN_APP'
                 AND (status IN ('SENT', 'FAILED') OR (status = 'WAITING' AND attempts > 0))
               ORDER BY id DESC LIMIT $2) AS lately",
        after(from),
        SAMPLE
    )?;
    Ok(Measure { part, whole })
}

type Event = (Timestamp, String, Option<Uuid>, i64, i64);

/// The last events that broke a rule, newest first.
pub(super) async fn causes(tx: &mut Tx, rule: Rule, now: Timestamp) -> Result<Vec<Cause>> {
    let from = now - rule.window();
    let events: Vec<Event> = match rule {
        Rule::OtaFailures | Rule::Escalations | Rule::FirstAttemptSuccess => {
            failed(tx, "OTA_ACTIVATION_FAILED", from).await?
        }
        Rule::FinalPaymentFailures => failed(tx, "FINAL_PAYMENT_FAILED", from).await?,
        Rule::GatewayAvailability => minutes(tx, Outside::Payments, from).await?,
        Rule::FactoryTimeouts => minutes(tx, Outside::Factory, from).await?,
        Rule::VssFailures => minutes(tx, Outside::Vss, from).await?,
        Rule::NotificationFailures => sql!(
            tx,
            all(Timestamp, String, Option<Uuid>, i64, i64),
            "SELECT created_at, channel, id, attempts, CAST(0 AS BIGINT) FROM notifications
             WHERE id >= $1 AND channel <> 'IN_APP' AND (status = 'FAILED' OR (status = 'WAITING' AND attempts > 0))
             ORDER BY id DESC LIMIT $2",
            after(from),
            CAUSES
        )?,
        Rule::MeanAttempts | Rule::TimeToActivation => sql!(
            tx,
            all(Timestamp, String, Option<Uuid>, i64, i64),
            "SELECT c.confirmed_at, COALESCE(a.last_failure, 'DELIVERED'), a.service_activation_id, a.total_attempts,
                    CAST(0 AS BIGINT)
             FROM delivery_confirmations c
             JOIN service_activations a ON a.service_activation_id = c.service_activation_id
             WHERE c.id >= $1 AND a.total_attempts > 1 ORDER BY c.id DESC LIMIT $2",
            after(from),
            CAUSES
        )?,
        Rule::NeverSucceeding => sql!(
            tx,
            all(Timestamp, String, Option<Uuid>, i64, i64),
            "SELECT at, COALESCE(code, ''), id, attempts, CAST(0 AS BIGINT) FROM failure_audit
             WHERE at > $1 AND failure_type = 'OTA_ACTIVATION_FAILED'
               AND resolution IN ('PERMANENT_FAILURE', 'CLOSED_WITHOUT_CHARGE')
             ORDER BY at DESC, id DESC LIMIT $2",
            from,
            CAUSES
        )?,
        Rule::FailedAfterSettlement => sql!(
            tx,
            all(Timestamp, String, Option<Uuid>, i64, i64),
            "SELECT requested_at, reason, payment_id, CAST(1 AS BIGINT), CAST(0 AS BIGINT) FROM payment_operations
             WHERE kind = 'REFUND' AND requested_at > $1 AND reason = 'NOT_DELIVERED'
             ORDER BY requested_at DESC, id DESC LIMIT $2",
            from,
            CAUSES
        )?,
    };
    let cause = |(at, code, subject, count, of)| Cause { at, code, subject, count, of };
    Ok(events.into_iter().map(cause).collect())
}

/// Failures of the failure audit: it names nobody, so its own id stands for each.
async fn failed(tx: &mut Tx, kind: &str, from: Timestamp) -> Result<Vec<Event>> {
    Ok(sql!(
        tx,
        all(Timestamp, String, Option<Uuid>, i64, i64),
        "SELECT at, COALESCE(code, ''), id, attempts, CAST(0 AS BIGINT) FROM failure_audit
         WHERE at > $1 AND failure_type = $2 ORDER BY at DESC, id DESC LIMIT $3",
        from,
        kind,
        CAUSES
    )?)
}

/// Minutes with failures: how many, of how many calls.
async fn minutes(tx: &mut Tx, system: Outside, from: Timestamp) -> Result<Vec<Event>> {
    Ok(sql!(
        tx,
        all(Timestamp, String, Option<Uuid>, i64, i64),
        "SELECT minute, CASE WHEN timeouts = failures THEN 'TIMED_OUT' ELSE 'FAILED' END, CAST(NULL AS UUID), failures, calls
         FROM outside_minutes WHERE system = $1 AND minute > $2 AND failures > 0 ORDER BY minute DESC LIMIT $3",
        system.as_str(),
        from,
        CAUSES
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rng::{Rng, SeededRng};
    use chrono::TimeDelta;

    #[test]
    fn ids_of_the_moment_itself_lie_before_the_window_and_later_ones_in_it() {
        let rng: &dyn Rng = &SeededRng::new(1);
        let at: Timestamp = "2026-11-23T09:00:00.123Z".parse().unwrap();
        assert!(rng.uuid(at) < after(at));
        assert!(rng.uuid(at + TimeDelta::milliseconds(1)) >= after(at));
    }
}
