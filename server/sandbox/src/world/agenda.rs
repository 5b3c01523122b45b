//! What will happen later: rows with a due time, taken out in order.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

/// Future events of one kind by their due time; of two for the same moment the one written first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agenda<E> {
    #[serde(deserialize_with = "in_order", bound(deserialize = "E: Deserialize<'de>"))]
    rows: VecDeque<(DateTime<Utc>, E)>,
}

/// An older snapshot has them as they were written down.
fn in_order<'de, D: Deserializer<'de>, E: Deserialize<'de>>(
    snapshot: D,
) -> Result<VecDeque<(DateTime<Utc>, E)>, D::Error> {
    let mut rows = VecDeque::<(DateTime<Utc>, E)>::deserialize(snapshot)?;
    rows.make_contiguous().sort_by_key(|(due, _)| *due);
    Ok(rows)
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { rows: VecDeque::new() }
    }
}

impl<E> Agenda<E> {
    /// Writes an event down.
    pub fn add(&mut self, due: DateTime<Utc>, event: E) {
        let place = self.rows.partition_point(|(planned, _)| *planned <= due);
        self.rows.insert(place, (due, event));
    }

    /// The earliest due time.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.rows.front().map(|(due, _)| *due)
    }

    /// Takes the earliest event out when it is due.
    pub fn pop_due(&mut self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, E)> {
        self.rows.pop_front_if(|(due, _)| *due <= now)
    }

    /// Strikes out what is planned of this kind.
    pub fn forget(&mut self, which: impl Fn(&E) -> bool) {
        self.rows.retain(|(_, event)| !which(event));
    }
}
