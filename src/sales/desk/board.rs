//! The pipeline: every order of a dealership in the column of the state it is in, and the search through all of them.

use super::{COUNTED_UP_TO, Key, OrderLine, Scope, lines_of, within};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::{FAR_FUTURE, Timestamp};
use crate::sales::model::OrderStatus;
use crate::sales::words::{self, MOST_WORDS};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Orders a search looks at: who types so little that there are more is asked to type more.
const LOOKED_AT: i64 = 1000;

codes! {
    /// A column of the pipeline board.
    pub enum Column {
        /// The customer has to pay the señal.
        Reservation = "RESERVATION",
        /// Being ordered and built.
        Factory = "FACTORY",
        /// On its way to the dealership.
        OnTheWay = "ON_THE_WAY",
        /// At the dealership; the customer has to pay the rest.
        FinalPayment = "FINAL_PAYMENT",
        /// Being registered.
        Registration = "REGISTRATION",
        /// On its way to the customer.
        Delivery = "DELIVERY",
        /// Handed over this month.
        Delivered = "DELIVERED",
        /// Came to nothing this month.
        Cancelled = "CANCELLED",
    }
}

impl Column {
    /// The code for addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Column::Reservation => "senal",
            Column::Factory => "fabrica",
            Column::OnTheWay => "en-camino",
            Column::FinalPayment => "pago-final",
            Column::Registration => "matriculacion",
            Column::Delivery => "entrega",
            Column::Delivered => "entregados",
            Column::Cancelled => "cancelados",
        }
    }

    /// The column with this code for addresses.
    pub fn of_slug(slug: &str) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.slug() == slug)
    }

    /// The states it holds.
    pub fn statuses(self) -> &'static [OrderStatus] {
        use OrderStatus as S;
        match self {
            Column::Reservation => &[S::AwaitingReservation],
            Column::Factory => &[
                S::ReservationPaid,
                S::OrderPlaced,
                S::ProductionScheduled,
                S::ProductionInProgress,
                S::QualityControl,
                S::ReadyForShipment,
            ],
            Column::OnTheWay => &[S::InTransit],
            Column::FinalPayment => &[S::ArrivedAtDealership, S::AwaitingFinalPayment],
            Column::Registration => &[S::FinalPaymentReceived, S::Registration],
            Column::Delivery => &[S::ReadyForDelivery, S::DeliveryScheduled, S::ReturnedToDealership],
            Column::Delivered => &[S::Delivered],
            Column::Cancelled => &[
                S::CancelledReservationFailed,
                S::CancelledFactoryRejected,
                S::CancelledPaymentFailure,
                S::CancelledRegistration,
            ],
        }
    }

    /// The column an order in this state stands in; none for drafts.
    pub fn of(status: OrderStatus) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.statuses().contains(&status))
    }

    /// Whether what it holds is over: the latest first, and only of this month.
    pub fn is_over(self) -> bool {
        matches!(self, Column::Delivered | Column::Cancelled)
    }
}

/// How many orders each column holds, counted up to [`COUNTED_UP_TO`]. `month` is when this month began where the
/// dealership is.
pub async fn column_counts(tx: &mut Tx, scope: Scope, month: Timestamp) -> Result<Vec<(Column, i64)>> {
    let scoped = within(scope, "o");
    let parts: Vec<String> = Column::ALL
        .iter()
        .map(|column| {
            let codes: Vec<String> = column.statuses().iter().map(|status| format!("'{status}'")).collect();
            let recent = if column.is_over() { "o.status_at >= $2" } else { "$2 IS NOT NULL" };
            format!(
                "SELECT '{column}' AS col, COUNT(*) AS orders FROM (SELECT o.id FROM customer_orders o
                 WHERE {scoped} AND o.status IN ({}) AND {recent} LIMIT {COUNTED_UP_TO}) n",
                codes.join(", ")
            )
        })
        .collect();
    let text = parts.join(" UNION ALL ");
    let counts = sql!(tx, all(String, i64), AssertSqlSafe(text.clone()), scope, month)?;
    counts.into_iter().map(|(column, count)| Ok((column.parse()?, count))).collect()
}

/// The orders of a column: those that have waited longest first, what is over the latest first.
pub async fn column(
    tx: &mut Tx,
    scope: Scope,
    column: Column,
    month: Timestamp,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<OrderLine>> {
    let scoped = within(scope, "o");
    let (direction, compared) = if column.is_over() { ("DESC", "<") } else { ("ASC", ">") };
    let recent = if column.is_over() { "o.status_at >= $2" } else { "$2 IS NOT NULL" };
    // A bound on the time alone beside it would lead SQLite to another index.
    let paged = format!("(o.status_at, o.id) {compared} ($3, $4)");
    // One walk along the index for each state; several are sorted together once more.
    let walks: Vec<String> = column
        .statuses()
        .iter()
        .map(|status| {
            format!(
                "SELECT o.id AS id, o.status_at AS at, CAST(NULL AS TEXT) AS note FROM customer_orders o
                 WHERE {scoped} AND o.status = '{status}' AND {recent} AND {paged}
                 ORDER BY o.status_at {direction}, o.id {direction} LIMIT $5"
            )
        })
        .collect();
    let picked = match &walks[..] {
        [only] => only.clone(),
        several => {
            let all: Vec<String> = several.iter().map(|walk| format!("SELECT * FROM ({walk}) w")).collect();
            let all = all.join(" UNION ALL ");
            format!("SELECT * FROM ({all}) a ORDER BY at {direction}, id {direction} LIMIT $5")
        }
    };
    let text = lines_of(&picked, &format!("k.at {direction}, k.id {direction}"));
    let edge = if column.is_over() {
        Key { at: FAR_FUTURE, id: Uuid::max() }
    } else {
        Key { at: Timestamp::UNIX_EPOCH, id: Uuid::nil() }
    };
    let key = after.unwrap_or(edge);
    Ok(sql!(tx, all OrderLine, AssertSqlSafe(text.clone()), scope, month, key.at, key.id, limit)?)
}

/// The orders that begin with what somebody typed: number, customer, address, VIN or plate; the latest first. Nothing when
/// nothing was typed that can be looked for.
pub async fn search(tx: &mut Tx, scope: Scope, typed: &str, after: Option<Key>, limit: i64) -> Result<Vec<OrderLine>> {
    let words = words::search(typed);
    let Some((first, others)) = words.split_first() else { return Ok(Vec::new()) };
    let scoped = within(scope, "w");
    let mut conditions = String::new();
    for at in 0..MOST_WORDS - 1 {
        let (from, to) = (7 + 2 * at, 8 + 2 * at);
        conditions.push_str(&if at < others.len() {
            format!(
                " AND EXISTS (SELECT 1 FROM order_words x WHERE x.order_id = f.id AND x.word >= ${from} AND x.word < ${to})"
            )
        } else {
            format!(" AND ${from} IS NULL AND ${to} IS NULL")
        });
    }
    let picked = format!(
        "SELECT f.id, o.created_at AS at, CAST(NULL AS TEXT) AS note
         FROM (SELECT DISTINCT h.id FROM (SELECT w.order_id AS id FROM order_words w
               WHERE {scoped} AND w.word >= $2 AND w.word < $3 LIMIT {LOOKED_AT}) h) f
         JOIN customer_orders o ON o.id = f.id
         WHERE (o.created_at, o.id) < ($4, $5){conditions} ORDER BY o.created_at DESC, o.id DESC LIMIT $6"
    );
    let text = lines_of(&picked, "k.at DESC, k.id DESC");
    let key = after.unwrap_or(Key { at: FAR_FUTURE, id: Uuid::max() });
    let end = |word: &String| format!("{word}\u{10ffff}");
    Ok(sql!(tx, all OrderLine, AssertSqlSafe(text.clone()),
        scope, first, end(first), key.at, key.id, limit,
        others.first(), others.first().map(end), others.get(1), others.get(1).map(end))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_past_its_draft_stands_in_one_column() {
        for &status in OrderStatus::ALL {
            let columns = Column::ALL.iter().filter(|column| column.statuses().contains(&status)).count();
            assert_eq!(columns, usize::from(status != OrderStatus::Draft), "{status}");
            assert_eq!(Column::of(status).is_some_and(Column::is_over), status.is_over(), "{status}");
        }
    }
}
