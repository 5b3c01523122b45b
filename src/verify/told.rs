//! Promise 10: customers hear of what failed.

use super::{BATCH, Findings};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::notifications::model::{Channel, DeliveryStatus, NoticeEvent, Use};
use sqlx::types::Json;
use std::collections::HashSet;
use uuid::Uuid;

/// The text of an id in SQL, which is all that the engines spell differently here.
macro_rules! text_in_postgres {
    ($id:literal) => {
        concat!($id, "::text")
    };
}

macro_rules! text_in_sqlite {
    ($id:literal) => {
        concat!(
            "lower(substr(hex(",
            $id,
            "), 1, 8) || '-' || substr(hex(",
            $id,
            "), 9, 4) || '-' || substr(hex(",
            $id,
            "), 13, 4) || '-' || substr(hex(",
            $id,
            "), 17, 4) || '-' || substr(hex(",
            $id,
            "), 21))"
        )
    };
}

/// Which things have failed without a message that must be there: `$1` is the message, `$2` its channel. Its key is the
/// thing's id and a few words, then perhaps a second id.
macro_rules! untold {
    (@$text:ident $id:literal, $what:literal $($second:literal)?, $failed:literal) => {
        concat!(
            "SELECT ", $id, " FROM ", $failed,
            " AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.unique_key = $1 || ':' || ", $text!($id),
            " || '", $what, "' || ", $($text!($second), " || ",)? "':' || $2) ORDER BY ", $id
        )
    };
    ($tx:expr, $id:literal, $what:literal $($second:literal)?, $failed:literal) => {
        if $tx.is_postgres() {
            untold!(@text_in_postgres $id, $what $($second)?, $failed)
        } else {
            untold!(@text_in_sqlite $id, $what $($second)?, $failed)
        }
    };
}

/// Promise 10: what the customer must hear of has its messages, and each was sent or can be seen to be late.
pub(super) async fn failures_are_told(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let untold = [
        (
            "activation",
            NoticeEvent::PaymentDeclined,
            untold!(
                tx,
                "a.service_activation_id",
                "",
                "service_activations a WHERE a.current_state = 'PAYMENT_REJECTED'"
            ),
        ),
        (
            "activation",
            NoticeEvent::OtaFailed,
            untold!(
                tx,
                "a.service_activation_id",
                "",
                "service_activations a
                 WHERE a.current_state <> 'PAYMENT_REJECTED'
                   AND COALESCE(a.last_failure, '') NOT IN ('MAINTENANCE_OVERDUE', 'VSS_SILENT')
                   AND (a.final_result = 'FAILED_NO_CHARGE'
                        OR a.current_state IN ('ESCALATED_TO_SUPPORT', 'AWAITING_SUPPORT_RESOLUTION',
                                               'MANUAL_ACTIVATION_ATTEMPT', 'PERMANENT_FAILURE', 'FAILED_NO_CHARGE'))"
            ),
        ),
        (
            "activation",
            NoticeEvent::BlockedByMaintenance,
            untold!(
                tx,
                "a.service_activation_id",
                "",
                "service_activations a WHERE a.last_failure IN ('MAINTENANCE_OVERDUE', 'VSS_SILENT')"
            ),
        ),
        (
            "vehicle",
            NoticeEvent::WarrantyLost,
            untold!(tx, "w.vehicle_id", ":" "w.id", "warranty_changes w WHERE w.warranty = 'LOST'"),
        ),
        (
            "vehicle",
            NoticeEvent::WarrantyBack,
            untold!(tx, "w.vehicle_id", ":" "w.id", "warranty_changes w WHERE w.warranty = 'VALID'"),
        ),
        (
            "order",
            NoticeEvent::PaymentDeclined,
            untold!(
                tx,
                "o.id",
                ":reservation-failed",
                "customer_orders o WHERE o.status = 'CANCELLED_RESERVATION_FAILED'"
            ),
        ),
        (
            "order",
            NoticeEvent::FinalPaymentFailed,
            untold!(tx, "o.id", ":final-failed", "customer_orders o WHERE o.status = 'CANCELLED_PAYMENT_FAILURE'"),
        ),
        (
            // The decline that lost the car is told with the loss.
            "order",
            NoticeEvent::FinalPaymentFailed,
            untold!(
                tx,
                "o.id", ":final-declined:" "p.id",
                "customer_orders o JOIN payments p ON p.order_id = o.id
                 WHERE p.payment_type = 'FINAL' AND p.state = 'REJECTED' AND o.status <> 'CANCELLED_PAYMENT_FAILURE'"
            ),
        ),
        (
            "order",
            NoticeEvent::OrderCancelled,
            untold!(tx, "o.id", ":CANCELLED", "customer_orders o WHERE o.status = 'CANCELLED_FACTORY_REJECTED'"),
        ),
        (
            "order",
            NoticeEvent::OrderCancelled,
            untold!(
                tx,
                "o.id",
                ":registration:given-up",
                "customer_orders o WHERE o.status = 'CANCELLED_REGISTRATION'"
            ),
        ),
        (
            "order",
            NoticeEvent::DeliveryFailed,
            untold!(tx, "d.order_id", ":transport:returned", "deliveries d WHERE d.state = 'RETURNED_TO_DEALERSHIP'"),
        ),
        (
            "order",
            NoticeEvent::DeliveryStep,
            untold!(tx, "d.order_id", ":transport:unavailable", "deliveries d WHERE d.state = 'UNAVAILABLE'"),
        ),
        (
            "payment",
            NoticeEvent::Refunded,
            untold!(tx, "p.id", "", "payments p WHERE p.order_id IS NOT NULL AND p.state = 'REFUNDED'"),
        ),
        ("debt", NoticeEvent::SubscriptionCancelled, untold!(tx, "d.id", "", "debts d WHERE d.amount_cents > 0")),
        (
            "withdrawal",
            NoticeEvent::WithdrawalReceipt,
            untold!(tx, "w.id", "", "withdrawals w WHERE w.declared_at IS NOT NULL"),
        ),
        (
            "payment",
            NoticeEvent::Refunded,
            untold!(tx, "p.id", "", "payments p JOIN withdrawals w ON w.payment_id = p.id WHERE p.refunded_cents > 0"),
        ),
    ];
    for (thing, event, query) in untold {
        let must_be_said = Channel::ALL.iter().filter(|channel| event.on(**channel) == Use::Must);
        for channel in must_be_said {
            let ids = sql!(tx, all(Uuid,), query, event.as_str(), channel.as_str())?;
            let what = format!("is without its message {event} by {channel}");
            found.each(10, thing, ids, &what);
        }
    }
    past_due_are_told(tx, found).await?;
    unsent_are_visible(tx, found).await
}

/// Whoever is past due was told of it since the subscription began: the message leads to its page.
async fn past_due_are_told(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let event = NoticeEvent::SubscriptionChargeFailed;
    macro_rules! query {
        ($text:ident) => {
            concat!(
                "SELECT s.id FROM subscriptions s
                 WHERE s.status = 'PAST_DUE'
                   AND NOT EXISTS (SELECT 1 FROM notifications n
                                   WHERE n.user_id = s.customer_id AND n.event = $1 AND n.channel = $2
                                     AND n.created_at >= s.created_at
                                     AND n.link = '/expediente/suscripciones/' || ",
                $text!("s.id"),
                ") ORDER BY s.id"
            )
        };
    }
    let query = if tx.is_postgres() { query!(text_in_postgres) } else { query!(text_in_sqlite) };
    for channel in Channel::ALL.iter().filter(|channel| event.on(**channel) == Use::Must) {
        let ids = sql!(tx, all(Uuid,), query, event.as_str(), channel.as_str())?;
        found.each(10, "subscription", ids, &format!("is without its message {event} by {channel}"));
    }
    Ok(())
}

/// What waits has a job behind it, alive or dead, which operations see; what failed says why.
async fn unsent_are_visible(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let jobs =
        sql!(tx, all(Uuid, Json<serde_json::Value>), "SELECT id, payload FROM jobs WHERE kind LIKE 'notifications.%'")?;
    let behind: HashSet<Uuid> =
        jobs.iter().filter_map(|(_, payload)| payload.0.get("notification")?.as_str()?.parse().ok()).collect();
    let mut after = Uuid::nil();
    loop {
        let unsent = sql!(
            tx,
            all(Uuid, String, Option<String>),
            "SELECT id, status, last_error FROM notifications
             WHERE id > $1 AND status IN ('WAITING', 'FAILED') ORDER BY id LIMIT $2",
            after,
            BATCH
        )?;
        let Some((last, ..)) = unsent.last() else { return Ok(()) };
        after = *last;
        for (id, status, error) in unsent {
            let visible = match status.parse::<DeliveryStatus>()? {
                DeliveryStatus::Waiting => behind.contains(&id),
                _ => error.is_some(),
            };
            if !visible {
                found.add(10, format_args!("message {id} is {status} and nobody sends it or sees that it is late"));
            }
        }
    }
}
