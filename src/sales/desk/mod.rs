//! What the desk of a dealership reads: what needs somebody today, the pipeline, the stock, one order as a whole, and the
//! appointments. Every question is asked within one dealership, or (administrators) over all of them.
//!
//! Lists are counted up to [`COUNTED_UP_TO`], along their indexes; a page begins where the one before ended.

mod agenda;
mod board;
mod needs;
mod sheet;
mod stock;

pub use agenda::{Appointment, appointments};
pub use board::{Column, column, column_counts, search};
pub use needs::{Need, NeedCounts, need, need_counts};
pub use sheet::{Charge, Dealership, Estimate, FactoryState, Person, Sheet, Transport, dealership, dealerships, sheet};
pub use stock::{Shelf, StockCar, StockFilter, colours, shelf_counts, stock};

use super::model::OrderStatus;
use crate::kernel::Timestamp;
use crate::kernel::codes::UnknownCode;
use crate::kernel::ids::{DealershipId, OrderId};
use sqlx::FromRow;
use uuid::Uuid;

/// Lists and columns are counted up to this many: whoever has more to do than that today need not know how much more.
pub const COUNTED_UP_TO: i64 = 200;

/// Which dealership's things are read; `None` for those of all, which only administrators may.
pub type Scope = Option<DealershipId>;

/// The place of a line in a list: where the next page begins. Written as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The time the list is ordered by.
    pub at: Timestamp,
    /// The thing.
    pub id: Uuid,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_micros(), self.id)
    }
}

impl std::str::FromStr for Key {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<Key, UnknownCode> {
        let read = || {
            let (at, id) = text.split_once('.')?;
            Some(Key { at: Timestamp::from_timestamp_micros(at.parse().ok()?)?, id: id.parse().ok()? })
        };
        read().ok_or_else(|| UnknownCode { what: "Key", code: text.to_owned() })
    }
}

/// An order as a list shows it.
#[derive(Debug, Clone, FromRow)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderId,
    /// For people.
    pub number: String,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub status: OrderStatus,
    /// Since when.
    pub status_at: Timestamp,
    /// Who sells it.
    pub dealership_name: String,
    /// The buyer; none in a draft without one.
    pub customer_name: Option<String>,
    /// The model's name; none in a draft without one.
    pub model_name: Option<String>,
    /// The car's, once it has one.
    pub vin: Option<String>,
    /// The car's, once it has one.
    pub plate: Option<String>,
    /// YYYY-MM-DD, as last told.
    pub estimated_date: Option<String>,
    /// Once the final payment was asked for.
    pub final_payment_due_at: Option<Timestamp>,
    /// The time the list is ordered by.
    pub at: Timestamp,
    /// A code that says more in this list; what it is depends on the list.
    pub note: Option<String>,
}

impl OrderLine {
    /// Where the next page begins after this line.
    pub fn key(&self) -> Key {
        Key { at: self.at, id: self.id.0 }
    }
}

/// The lines of orders that a subselect picks as `k (id, at, note)`; the order of the lines follows.
fn lines_of(picked: &str, order: &str) -> String {
    format!(
        "SELECT o.id, o.number, o.status, o.status_at, o.estimated_date, o.final_payment_due_at, d.name AS dealership_name,
                u.name AS customer_name, m.name AS model_name, v.vin, v.plate, k.at, k.note
         FROM ({picked}) k
         JOIN customer_orders o ON o.id = k.id
         JOIN dealerships d ON d.id = o.dealership_id
         LEFT JOIN users u ON u.id = o.customer_id
         LEFT JOIN vehicle_models m ON m.code = o.model_code
         LEFT JOIN vehicles v ON v.id = o.vehicle_id
         ORDER BY {order}"
    )
}

/// The condition that keeps a list within its dealership, which is `$1`.
fn within(scope: Scope, table: &str) -> String {
    if scope.is_some() { format!("{table}.dealership_id = $1") } else { "$1 IS NULL".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back() {
        let key = Key { at: "2026-11-23T09:00:00.123456Z".parse().unwrap(), id: Uuid::from_u128(7) };
        assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        for nonsense in ["", ".", "1", "1.2", "x.00000000-0000-0000-0000-000000000007"] {
            assert!(nonsense.parse::<Key>().is_err(), "{nonsense}");
        }
    }
}
