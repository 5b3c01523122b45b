//! Promise 9: the story tells every change of state once, and nobody has changed it.

use super::{BATCH, Findings};
use crate::activation::deactivation::DeactivationState;
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::expediente::chain;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::maintenance::model::Warranty;
use crate::payments::model::{PaymentEvent, PaymentState, Settlement};
use crate::sales::delivery::model::{DeliveryEvent, DeliveryState};
use crate::sales::model::{OrderEvent, OrderStatus};
use crate::sales::registration::model::{RegistrationEvent, RegistrationState};
use crate::subscriptions::model::{
    DebtEvent, DebtState, InvoiceEvent, InvoiceState, SubscriptionEvent, SubscriptionStatus,
};
use crate::support::model::{TicketEvent, TicketStatus};
use uuid::Uuid;

/// A thing with its present state and one of its entries, if it has any.
struct Step {
    id: Uuid,
    state: String,
    before_state: Option<String>,
    after_state: Option<String>,
}

/// How the states of one kind of thing are told.
struct Path {
    thing: &'static str,
    /// Ids and states of the next things after an id, in the order of their ids.
    rows: &'static str,
    /// Their entries, in the same order.
    entries: &'static str,
    first: &'static str,
    /// Whether an entry tells that the first state began.
    first_is_told: bool,
    is_step: fn(&str, &str) -> bool,
}

/// The query for a kind of subject's entries, in the order of the things' ids.
macro_rules! entries_of {
    ($kind:literal) => {
        entries_of!($kind, "")
    };
    ($kind:literal, $only:literal) => {
        entries_of!($kind, $only, "seq")
    };
    ($kind:literal, $only:literal, $order:literal) => {
        concat!(
            "SELECT subject_id, before_state, after_state FROM expediente_entries
             WHERE subject_id > $1 AND subject_id <= $2 AND subject_kind = '",
            $kind,
            "' AND after_state IS NOT NULL ",
            $only,
            " ORDER BY subject_id, ",
            $order
        )
    };
}

/// Whether some event leads from one state to another.
macro_rules! steps {
    ($state:ty, $event:ty) => {
        |before, after| {
            let (Ok(before), Ok(after)) = (before.parse::<$state>(), after.parse()) else { return false };
            <$event>::ALL.iter().any(|&event| before.on(event) == Ok(after))
        }
    };
}

/// The same for states whose next one is none when an event can't happen.
macro_rules! possible_steps {
    ($state:ty, $event:ty) => {
        |before, after| {
            let (Ok(before), Ok(after)) = (before.parse::<$state>(), after.parse()) else { return false };
            <$event>::ALL.iter().any(|&event| before.on(event) == Some(after))
        }
    };
}

/// Promise 9: the entries of a thing are a path through its states that begins at the first and ends at the present one.
/// An entry too many or too few breaks the path.
pub(super) async fn each_step_once(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let paths = [
        Path {
            thing: "activation",
            rows: "SELECT service_activation_id, current_state FROM service_activations
                   WHERE service_activation_id > $1 ORDER BY service_activation_id LIMIT $2",
            entries: entries_of!("ACTIVATION"),
            first: ActivationState::PurchaseInitiated.as_str(),
            first_is_told: true,
            is_step: steps!(ActivationState, ActivationEvent),
        },
        Path {
            thing: "payment",
            rows: "SELECT id, state FROM payments WHERE id > $1 ORDER BY id LIMIT $2",
            entries: entries_of!("PAYMENT", "AND kind <> 'SETTLEMENT_CHANGED'"),
            first: PaymentState::Initiated.as_str(),
            first_is_told: true,
            is_step: is_payment_step,
        },
        Path {
            thing: "deactivation",
            rows: "SELECT id, state FROM deactivations WHERE id > $1 ORDER BY id LIMIT $2",
            entries: entries_of!("DEACTIVATION"),
            first: DeactivationState::Queued.as_str(),
            first_is_told: true,
            is_step: |before, _| before.parse().is_ok_and(|before: DeactivationState| !before.is_over()),
        },
        Path {
            thing: "ticket",
            rows: "SELECT id, status FROM tickets WHERE id > $1 ORDER BY id LIMIT $2",
            entries: entries_of!("TICKET"),
            first: TicketStatus::Open.as_str(),
            first_is_told: true,
            is_step: steps!(TicketStatus, TicketEvent),
        },
        Path {
            thing: "order",
            rows: "SELECT id, status FROM customer_orders WHERE id > $1 ORDER BY id LIMIT $2",
            entries: entries_of!("ORDER", "AND kind = 'ORDER_CHANGED'"),
            first: OrderStatus::Draft.as_str(),
            // A draft is nobody's yet; its customer's story begins with the step out of it.
            first_is_told: false,
            is_step: steps!(OrderStatus, OrderEvent),
        },
        Path {
            thing: "registration",
            rows: "SELECT order_id, state FROM registrations WHERE order_id > $1 ORDER BY order_id LIMIT $2",
            entries: entries_of!("ORDER", "AND kind = 'REGISTRATION_CHANGED'"),
            first: RegistrationState::PendingPayment.as_str(),
            first_is_told: true,
            is_step: steps!(RegistrationState, RegistrationEvent),
        },
        Path {
            thing: "delivery",
            rows: "SELECT order_id, state FROM deliveries WHERE order_id > $1 ORDER BY order_id LIMIT $2",
            entries: entries_of!("ORDER", "AND kind = 'DELIVERY_CHANGED'"),
            first: DeliveryState::Requested.as_str(),
            first_is_told: true,
            is_step: steps!(DeliveryState, DeliveryEvent),
        },
        Path {
            thing: "subscription",
            rows: "SELECT id, status FROM subscriptions WHERE id > $1 ORDER BY id LIMIT $2",
            entries: entries_of!("SUBSCRIPTION"),
            first: SubscriptionStatus::Active.as_str(),
            first_is_told: true,
            // What changes in it, and what fails after its end, leaves it where it is.
            is_step: |before, after| before == after || is_subscription_step(before, after),
        },
        Path {
            thing: "invoice",
            // A credit note is born paid, and stays so.
            rows: "SELECT id, state FROM invoices WHERE id > $1 AND kind <> 'CREDIT_NOTE' ORDER BY id LIMIT $2",
            entries: entries_of!("INVOICE"),
            first: InvoiceState::Issued.as_str(),
            first_is_told: true,
            is_step: possible_steps!(InvoiceState, InvoiceEvent),
        },
        Path {
            thing: "debt",
            rows: "SELECT id, state FROM debts WHERE id > $1 ORDER BY id LIMIT $2",
            entries: entries_of!("DEBT"),
            first: DebtState::Open.as_str(),
            first_is_told: true,
            is_step: possible_steps!(DebtState, DebtEvent),
        },
        Path {
            thing: "warranty of",
            rows: "SELECT vehicle_id, warranty FROM vehicle_maintenance WHERE vehicle_id > $1 ORDER BY vehicle_id LIMIT $2",
            // In the chains of all who have had the car: each chain counts for itself, time does for all.
            entries: entries_of!("VEHICLE", "AND kind = 'WARRANTY_CHANGED'", "at, seq"),
            first: Warranty::Valid.as_str(),
            first_is_told: false,
            is_step: |before, after| before != after,
        },
    ];
    for path in &paths {
        let mut after = Uuid::nil();
        loop {
            let steps = batch(tx, path.rows, path.entries, after).await?;
            let Some(last) = steps.last() else { break };
            after = last.id;
            replay(found, path, &steps);
        }
    }
    settlements(tx, found).await
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

fn is_subscription_step(before: &str, after: &str) -> bool {
    let step: fn(&str, &str) -> bool = possible_steps!(SubscriptionStatus, SubscriptionEvent);
    step(before, after)
}

fn is_payment_step(before: &str, after: &str) -> bool {
    let (Ok(before), Ok(after)) = (before.parse::<PaymentState>(), after.parse()) else { return false };
    PaymentEvent::ALL.iter().any(|&event| before.on(event).is_ok_and(|(next, _)| next == after))
}

fn replay(found: &mut Findings, path: &Path, steps: &[Step]) {
    let thing = path.thing;
    for of_one in steps.chunk_by(|a, b| a.id == b.id) {
        let mut at = (!path.first_is_told).then_some(path.first);
        let mut broken = None;
        for step in of_one {
            let Some(after) = step.after_state.as_deref() else { continue };
            let follows = match (at, step.before_state.as_deref()) {
                (None, None) => after == path.first,
                (Some(at), Some(before)) => at == before && (path.is_step)(before, after),
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
