//! What will happen later: rows with a due time, taken out in order.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Future events of one kind by their due time; of two for the same moment the one written first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agenda<E> {
    rows: VecDeque<(DateTime<Utc>, E)>,
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
