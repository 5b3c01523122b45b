//! What needs somebody of the dealership today.

use super::{COUNTED_UP_TO, Key, OrderLine, Scope, lines_of, within};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use chrono::TimeDelta;
use sqlx::AssertSqlSafe;

/// A reservation may stay unpaid for so long before somebody asks.
const RESERVATION_PATIENCE: TimeDelta = TimeDelta::days(2);

codes! {
    /// Why an order needs somebody.
    pub enum Need {
        /// Back at the dealership, or to be picked up, and no appointment.
        NoAppointment = "NO_APPOINTMENT",
        /// Transport can't be had.
        NoTransport = "NO_TRANSPORT",
        /// Something is missing or wrong: the registration stands still.
        Papers = "PAPERS",
        /// The registration is to be finished by hand.
        RegistrationByHand = "REGISTRATION_BY_HAND",
        /// Picked up today or tomorrow, or not come for.
        PickUp = "PICK_UP",
        /// Transported today or tomorrow: to be prepared.
        Transport = "TRANSPORT",
        /// Papers of the customer to be looked at.
        Documents = "DOCUMENTS",
        /// At the dealership, and the rest not paid yet.
        FinalPayment = "FINAL_PAYMENT",
        /// The factory could not be reached.
        Factory = "FACTORY",
        /// Unpaid for more than two days.
        Reservation = "RESERVATION",
    }
}

impl Need {
    /// The code for addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Need::NoAppointment => "sin-cita",
            Need::NoTransport => "sin-transporte",
            Need::Papers => "papeles",
            Need::RegistrationByHand => "matriculacion",
            Need::PickUp => "recogidas",
            Need::Transport => "transportes",
            Need::Documents => "documentos",
            Need::FinalPayment => "pago-final",
            Need::Factory => "fabrica",
            Need::Reservation => "senal",
        }
    }

    /// The need with this code for addresses.
    pub fn of_slug(slug: &str) -> Option<Need> {
        Need::ALL.iter().copied().find(|need| need.slug() == slug)
    }

    /// The tables, the time it is ordered by, what its note is, and the condition, in SQL. `$2` is the moment before which
    /// a reservation is late, `$3` the end of tomorrow.
    fn sql(self) -> [&'static str; 4] {
        let none = "CAST(NULL AS TEXT)";
        match self {
            Need::Reservation => {
                ["customer_orders o", "o.status_at", none, "o.status = 'AWAITING_RESERVATION' AND o.status_at < $2"]
            }
            Need::Factory => [
                "customer_orders o JOIN factory_orders f ON f.order_id = o.id",
                "o.status_at",
                "f.state",
                "o.status = 'RESERVATION_PAID' AND (f.state = 'MANUAL' OR (f.state = 'QUEUED' AND f.attempts > 0))",
            ],
            // They were all asked with the same time to pay: those asked first are due first.
            Need::FinalPayment => ["customer_orders o", "o.status_at", none, "o.status = 'AWAITING_FINAL_PAYMENT'"],
            // Those that still take papers.
            Need::Documents => [
                "customer_orders o",
                "o.status_at",
                none,
                "o.papers_to_see AND NOT o.is_over
                 AND o.status NOT IN ('READY_FOR_DELIVERY', 'DELIVERY_SCHEDULED', 'RETURNED_TO_DEALERSHIP')",
            ],
            Need::Papers => [
                "customer_orders o JOIN registrations r ON r.order_id = o.id",
                "o.status_at",
                "r.state",
                "o.status = 'REGISTRATION' AND r.state IN ('PAYMENT_RECEIVED', 'ADDITIONAL_INFO_REQUIRED', 'REJECTED')",
            ],
            Need::RegistrationByHand => [
                "customer_orders o JOIN registrations r ON r.order_id = o.id",
                "o.status_at",
                "r.state",
                "o.status = 'REGISTRATION'
                 AND (r.state = 'APPROVED' OR (r.state IN ('REGISTRATION_INITIATED', 'UNDER_REVIEW') AND r.manual)
                      OR (r.state = 'UNDER_REVIEW' AND r.dossier_id IS NOT NULL))",
            ],
            Need::PickUp => [
                "pick_ups p JOIN customer_orders o ON o.id = p.order_id",
                "p.starts_at",
                none,
                "p.state = 'BOOKED' AND p.starts_at < $3",
            ],
            Need::Transport => [
                "customer_orders o JOIN deliveries t ON t.order_id = o.id",
                "t.scheduled_for",
                "t.state",
                "o.status = 'DELIVERY_SCHEDULED' AND t.scheduled_for < $3
                 AND t.state <> 'RETURNED_TO_DEALERSHIP'
                 AND NOT EXISTS (SELECT 1 FROM pick_ups p WHERE p.order_id = o.id AND p.state = 'BOOKED')",
            ],
            Need::NoAppointment => [
                "customer_orders o",
                "o.status_at",
                none,
                "(o.status = 'RETURNED_TO_DEALERSHIP' OR (o.status = 'READY_FOR_DELIVERY' AND o.delivery_mode = 'PICK_UP'))
                 AND NOT EXISTS (SELECT 1 FROM pick_ups p WHERE p.order_id = o.id AND p.state = 'BOOKED')",
            ],
            Need::NoTransport => [
                "customer_orders o JOIN deliveries t ON t.order_id = o.id",
                "o.status_at",
                "t.state",
                "o.status = 'READY_FOR_DELIVERY' AND o.delivery_mode = 'HOME' AND t.state = 'UNAVAILABLE'
                 AND NOT EXISTS (SELECT 1 FROM pick_ups p WHERE p.order_id = o.id AND p.state = 'BOOKED')",
            ],
        }
    }

    /// Which table's dealership keeps it in scope.
    fn scoped_by(self) -> &'static str {
        if self == Need::PickUp { "p" } else { "o" }
    }
}

/// How many orders need somebody, each reason counted up to [`COUNTED_UP_TO`].
pub type NeedCounts = Vec<(Need, i64)>;

/// How many orders need somebody for each reason. `until` is the end of tomorrow where the dealership is.
pub async fn need_counts(tx: &mut Tx, scope: Scope, now: Timestamp, until: Timestamp) -> Result<NeedCounts> {
    let parts: Vec<String> = Need::ALL
        .iter()
        .map(|need| {
            let [tables, _, _, condition] = need.sql();
            let scoped = within(scope, need.scoped_by());
            format!(
                "SELECT '{need}' AS need, COUNT(*) AS orders FROM (SELECT o.id FROM {tables}
                 WHERE {scoped} AND {condition} LIMIT {COUNTED_UP_TO}) n"
            )
        })
        .collect();
    let text = parts.join(" UNION ALL ");
    let counts = sql!(tx, all(String, i64), AssertSqlSafe(text.clone()), scope, now - RESERVATION_PATIENCE, until)?;
    counts.into_iter().map(|(need, count)| Ok((need.parse()?, count))).collect()
}

/// The orders that need somebody for this reason, those waiting longest first. `until` is the end of tomorrow where the
/// dealership is.
pub async fn need(
    tx: &mut Tx,
    scope: Scope,
    need: Need,
    now: Timestamp,
    until: Timestamp,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<OrderLine>> {
    let [tables, at, note, condition] = need.sql();
    let scoped = within(scope, need.scoped_by());
    // The first half of the key's condition is for the index.
    let paged = match after {
        Some(_) => format!("{at} >= $4 AND ({at}, o.id) > ($4, $5)"),
        None => "$4 IS NOT NULL AND $5 IS NOT NULL".to_owned(),
    };
    let picked = format!(
        "SELECT o.id AS id, {at} AS at, {note} AS note FROM {tables}
         WHERE {scoped} AND {condition} AND $2 IS NOT NULL AND $3 IS NOT NULL AND {paged} ORDER BY {at}, o.id LIMIT $6"
    );
    let text = lines_of(&picked, "k.at, k.id");
    let key = after.unwrap_or(Key { at: now, id: uuid::Uuid::nil() });
    Ok(
        sql!(tx, all OrderLine, AssertSqlSafe(text.clone()), scope, now - RESERVATION_PATIENCE, until, key.at, key.id, limit)?,
    )
}
