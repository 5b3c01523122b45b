//! Promises about what is written and said: 9 and 10.

use super::{BATCH, Findings};
use crate::activation::deactivation::DeactivationState;
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::expediente::chain;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::notifications::model::{DeliveryStatus, NoticeEvent};
use crate::payments::model::{PaymentEvent, PaymentState, Settlement};
use crate::sales::delivery::model::{DeliveryEvent, DeliveryState};
use crate::sales::registration::model::{RegistrationEvent, RegistrationState};
use crate::support::model::{TicketEvent, TicketStatus};
use sqlx::types::Json;
use std::collections::HashSet;
use uuid::Uuid;

/// A thing with its present state and one of its entries, if it has any.
struct Step {
    id: Uuid,
    state: String,
    before_state: Option<String>,
    after_state: Option<String>,
}

/// Promise 9: the entries of a thing are a path through its states that begins at the first and ends at the present one.
/// An entry too many or too few breaks the path.
pub(super) async fn each_step_once(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    activations(tx, found).await?;
    payments(tx, found).await?;
    settlements(tx, found).await?;
    deactivations(tx, found).await?;
    tickets(tx, found).await?;
    registrations(tx, found).await?;
    deliveries(tx, found).await
}

/// The next things after an id, each with its entries.
///
/// The entries are asked for by the range of the things' ids and not by a join: a range is read from the index, whatever
/// the engine knows of the tables' sizes, so that a batch never costs a walk through all entries.
async fn batch(tx: &mut Tx, things: &'static str, entries: &'static str, after: Uuid) -> Result<Vec<Step>> {
    let things = sql!(tx, all(Uuid, String), things, after, BATCH)?;
    let Some((last, _)) = things.last() else { return Ok(Vec::new()) };
    let entries = sql!(tx, all(Uuid, Option<String>, Option<String>), entries, after, *last)?;
    let mut entries = entries.into_iter().peekable();
    let mut steps = Vec::with_capacity(entries.len());
    for (id, state) in things {
        // Both come in the order of their ids; entries of other things are passed over.
        while entries.next_if(|(subject, ..)| *subject < id).is_some() {}
        let begun = steps.len();
        while let Some((_, before_state, after_state)) = entries.next_if(|(subject, ..)| *subject == id) {
            steps.push(Step { id, state: state.clone(), before_state, after_state });
        }
        if steps.len() == begun {
            steps.push(Step { id, state, before_state: None, after_state: None });
        }
    }
    Ok(steps)
}

async fn activations(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT service_activation_id, current_state FROM service_activations
             WHERE service_activation_id > $1 ORDER BY service_activation_id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = 'ACTIVATION' AND after_state IS NOT NULL ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        replay(found, "activation", &steps, ActivationState::PurchaseInitiated.as_str(), is_activation_step);
    }
}

async fn payments(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT id, state FROM payments WHERE id > $1 ORDER BY id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = 'PAYMENT' AND after_state IS NOT NULL
               AND kind <> 'SETTLEMENT_CHANGED' ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        replay(found, "payment", &steps, PaymentState::Initiated.as_str(), is_payment_step);
    }
}

async fn deactivations(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT id, state FROM deactivations WHERE id > $1 ORDER BY id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = 'DEACTIVATION' AND after_state IS NOT NULL ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        replay(found, "deactivation", &steps, DeactivationState::Queued.as_str(), |before, _| {
            before.parse().is_ok_and(|before: DeactivationState| !before.is_over())
        });
    }
}

async fn tickets(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT id, status FROM tickets WHERE id > $1 ORDER BY id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = 'TICKET' AND after_state IS NOT NULL ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        replay(found, "ticket", &steps, TicketStatus::Open.as_str(), is_ticket_step);
    }
}

async fn registrations(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT order_id, state FROM registrations WHERE order_id > $1 ORDER BY order_id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = 'ORDER' AND kind = 'REGISTRATION_CHANGED'
               AND after_state IS NOT NULL ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        replay(found, "registration", &steps, RegistrationState::PendingPayment.as_str(), |before, after| {
            let (Ok(before), Ok(after)) = (before.parse::<RegistrationState>(), after.parse()) else { return false };
            RegistrationEvent::ALL.iter().any(|&event| before.on(event) == Ok(after))
        });
    }
}

async fn deliveries(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT order_id, state FROM deliveries WHERE order_id > $1 ORDER BY order_id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = 'ORDER' AND kind = 'DELIVERY_CHANGED'
               AND after_state IS NOT NULL ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        replay(found, "delivery", &steps, DeliveryState::Requested.as_str(), |before, after| {
            let (Ok(before), Ok(after)) = (before.parse::<DeliveryState>(), after.parse()) else { return false };
            DeliveryEvent::ALL.iter().any(|&event| before.on(event) == Ok(after))
        });
    }
}

/// The second axis of a payment: it begins with the capture, whose own entry tells of it.
async fn settlements(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let steps = batch(
            tx,
            "SELECT id, settlement FROM payments WHERE id > $1 ORDER BY id LIMIT $2",
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND kind = 'SETTLEMENT_CHANGED' ORDER BY subject_id, seq",
            after,
        )
        .await?;
        let Some(last) = steps.last() else { return Ok(()) };
        after = last.id;
        for of_one in steps.chunk_by(|a, b| a.id == b.id) {
            let told: Vec<_> =
                of_one.iter().filter_map(|s| Some((s.before_state.as_deref()?, s.after_state.as_deref()?))).collect();
            let state = of_one[0].state.as_str();
            let follows = told.windows(2).all(|pair| pair[0].1 == pair[1].0);
            let holds = match (told.first(), told.last()) {
                (Some((first, _)), Some((_, last))) => *first == Settlement::Pending.as_str() && *last == state,
                _ => [Settlement::None, Settlement::Pending, Settlement::Absorbed].iter().any(|s| s.as_str() == state),
            };
            if !(follows && holds) {
                found.add(9, format_args!("payment {} has a settlement that its entries do not lead to", of_one[0].id));
            }
        }
    }
}

fn is_activation_step(before: &str, after: &str) -> bool {
    let (Ok(before), Ok(after)) = (before.parse::<ActivationState>(), after.parse()) else { return false };
    ActivationEvent::ALL.iter().any(|&event| before.on(event) == Ok(after))
}

fn is_ticket_step(before: &str, after: &str) -> bool {
    let (Ok(before), Ok(after)) = (before.parse::<TicketStatus>(), after.parse()) else { return false };
    TicketEvent::ALL.iter().any(|&event| before.on(event) == Ok(after))
}

fn is_payment_step(before: &str, after: &str) -> bool {
    let (Ok(before), Ok(after)) = (before.parse::<PaymentState>(), after.parse()) else { return false };
    PaymentEvent::ALL.iter().any(|&event| before.on(event).is_ok_and(|(next, _)| next == after))
}

fn replay(found: &mut Findings, thing: &str, steps: &[Step], first: &str, is_step: fn(&str, &str) -> bool) {
    for of_one in steps.chunk_by(|a, b| a.id == b.id) {
        let mut at: Option<&str> = None;
        let mut broken = None;
        for step in of_one {
            let Some(after) = step.after_state.as_deref() else { continue };
            let follows = match (at, step.before_state.as_deref()) {
                (None, None) => after == first,
                (Some(at), Some(before)) => at == before && is_step(before, after),
                _ => false,
            };
            if !follows && broken.is_none() {
                broken =
                    Some(format!("an entry from {} to {after}", step.before_state.as_deref().unwrap_or("nothing")));
            }
            at = Some(after);
        }
        if let Some(what) = broken {
            found.add(9, format_args!("{thing} {} has {what} that does not follow", of_one[0].id));
        } else if at != Some(of_one[0].state.as_str()) {
            found.add(
                9,
                format_args!(
                    "{thing} {} is in {}, its entries end in {}",
                    of_one[0].id,
                    of_one[0].state,
                    at.unwrap_or("nothing")
                ),
            );
        }
    }
}

/// Promise 9: nothing written was changed or removed.
pub(super) async fn chains_unbroken(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    for broken in chain::walk(tx).await?.broken {
        found.add(9, broken);
    }
    Ok(())
}

/// Activations that have failed so that a message must be there, and which of them have none: `$1` is the message, `$2`
/// its channel. Only the text of an id is spelt differently by the engines.
macro_rules! untold {
    ($id:literal, $failed:literal) => {
        concat!(
            "SELECT a.service_activation_id FROM service_activations a
             LEFT JOIN notifications n ON n.unique_key = $1 || ':' || ",
            $id,
            " || ':' || $2
             WHERE n.id IS NULL AND ",
            $failed,
            " ORDER BY a.service_activation_id"
        )
    };
}

macro_rules! in_both {
    ($tx:expr, $failed:literal) => {
        if $tx.is_postgres() {
            untold!("a.service_activation_id::text", $failed)
        } else {
            untold!(
                "lower(substr(hex(a.service_activation_id), 1, 8) || '-' || substr(hex(a.service_activation_id), 9, 4)
                       || '-' || substr(hex(a.service_activation_id), 13, 4) || '-'
                       || substr(hex(a.service_activation_id), 17, 4) || '-' || substr(hex(a.service_activation_id), 21))",
                $failed
            )
        }
    };
}

/// Promise 10: what the customer must hear of has its messages, and each was sent or can be seen to be late.
pub(super) async fn failures_are_told(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let declined = in_both!(tx, "a.current_state = 'PAYMENT_REJECTED'");
    let failed = in_both!(
        tx,
        "a.current_state <> 'PAYMENT_REJECTED'
         AND (a.final_result = 'FAILED_NO_CHARGE'
              OR a.current_state IN ('ESCALATED_TO_SUPPORT', 'AWAITING_SUPPORT_RESOLUTION', 'MANUAL_ACTIVATION_ATTEMPT',
                                     'PERMANENT_FAILURE', 'FAILED_NO_CHARGE'))"
    );
    for (event, query) in [(NoticeEvent::PaymentDeclined, declined), (NoticeEvent::OtaFailed, failed)] {
        for &channel in event.channels() {
            let ids = sql!(tx, all(Uuid,), query, event.as_str(), channel.as_str())?;
            let what = format!("has failed without its message {event} by {channel}");
            found.each(10, "activation", ids, &what);
        }
    }
    unsent_are_visible(tx, found).await
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
