//! What will happen later: rows with a due time, taken out in order.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Future events of one kind, kept in the order they were written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agenda<E> {
    rows: Vec<(DateTime<Utc>, E)>,
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<E> Agenda<E> {
    /// Writes an event down.
    pub fn add(&mut self, due: DateTime<Utc>, event: E) {
        self.rows.push((due, event));
    }

    /// The earliest due time.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.rows.iter().map(|(due, _)| *due).min()
    }

    /// Takes the earliest event out when it is due; of two for the same moment the one written first.
    pub fn pop_due(&mut self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, E)> {
        let (index, _) = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, (due, _))| *due <= now)
            .min_by_key(|(index, (due, _))| (*due, *index))?;
        Some(self.rows.remove(index))
    }

    /// Strikes out what is planned of this kind.
    pub fn forget(&mut self, which: impl Fn(&E) -> bool) {
        self.rows.retain(|(_, event)| !which(event));
    }
}
