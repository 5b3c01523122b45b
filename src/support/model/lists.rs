//! Which cases are wanted, and in which order.

use super::{Priority, Queue, Team};
use crate::kernel::Timestamp;
use crate::kernel::codes::UnknownCode;
use crate::kernel::ids::{ServiceId, TicketId, UserId};
use serde::{Deserialize, Serialize};

codes! {
    /// In which order cases are listed.
    pub enum TicketSort {
        /// Those waiting longest first.
        Oldest = "OLDEST",
        /// The newest first.
        Newest = "NEWEST",
        /// Those whose answer is due first; without a running clock last.
        Due = "DUE",
        /// The most pressing first.
        Priority = "PRIORITY",
        /// Those last changed first.
        Updated = "UPDATED",
    }
}

/// Which cases are wanted. Empty: all open ones, those waiting longest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFilter {
    /// Of this queue.
    pub queue: Option<Queue>,
    /// Of this team.
    pub team: Option<Team>,
    /// Assigned to this person.
    pub mine: Option<UserId>,
    /// Assigned to nobody.
    pub unassigned: bool,
    /// Their answer is overdue. Always in the order in which they fell due.
    pub overdue: bool,
    /// Waiting for the customer. No clock runs, so that none is due first.
    pub waiting: bool,
    /// Solved, instead of open ones. By creation or by the last change only.
    pub solved: bool,
    /// Number, VIN, plate, customer's name or address, error code; open and solved ones.
    pub text: String,
    /// Code of why it was opened.
    pub reason: Option<String>,
    /// The car's model.
    pub model: Option<String>,
    /// The service.
    pub service: Option<ServiceId>,
    /// This pressing.
    pub priority: Option<Priority>,
    /// The order; the list's own when absent.
    pub sort: Option<TicketSort>,
    /// The last line of the page before.
    pub after: Option<PageKey>,
}

impl TicketFilter {
    /// The order that applies: some lists make sense in some orders only.
    pub fn order(&self) -> TicketSort {
        match self.sort {
            _ if self.overdue => TicketSort::Due,
            // Nobody's clock runs there.
            Some(TicketSort::Due) if self.waiting => TicketSort::Oldest,
            Some(sort @ (TicketSort::Oldest | TicketSort::Newest | TicketSort::Updated)) => sort,
            _ if self.solved || !self.text.trim().is_empty() => TicketSort::Updated,
            Some(sort) => sort,
            None => TicketSort::Oldest,
        }
    }
}

/// The place of a line in a list: where the next page begins. Written as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageKey {
    /// The priority's rank.
    pub rank: i64,
    /// The time the list is ordered by.
    pub at: Timestamp,
    /// The case.
    pub id: TicketId,
}

impl std::fmt::Display for PageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.rank, self.at.timestamp_micros(), self.id)
    }
}

impl std::str::FromStr for PageKey {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<PageKey, Self::Err> {
        let read = || {
            let (rank, rest) = text.split_once('.')?;
            let (at, id) = rest.split_once('.')?;
            let at = Timestamp::from_timestamp_micros(at.parse().ok()?)?;
            Some(PageKey { rank: rank.parse().ok()?, at, id: id.parse().ok()? })
        };
        read().ok_or_else(|| UnknownCode { what: "PageKey", code: text.to_owned() })
    }
}

/// Lists are counted up to here: beyond, nobody reads the number.
pub const COUNTED_UP_TO: i64 = 1000;

/// How many open cases are in each work list, each counted up to [`COUNTED_UP_TO`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Open in the OTA queue.
    pub ota: i64,
    /// Open in the general queue.
    pub general: i64,
    /// Open and assigned to the one who asks.
    pub mine: i64,
    /// Open and assigned to nobody.
    pub unassigned: i64,
    /// The answer is overdue.
    pub overdue: i64,
    /// Waiting for the customer.
    pub waiting: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    proptest! {
        #[test]
        fn a_page_key_reads_back(rank in 0i64..4, at in 0i64..4_000_000_000_000_000, id: u128) {
            let at = Timestamp::from_timestamp_micros(at).expect("a moment");
            let key = PageKey { rank, at, id: TicketId(Uuid::from_u128(id)) };
            prop_assert_eq!(key.to_string().parse::<PageKey>().ok(), Some(key));
        }

        #[test]
        fn any_text_is_a_page_key_or_none(text in "\\PC*") {
            let _ = text.parse::<PageKey>();
        }
    }
}
