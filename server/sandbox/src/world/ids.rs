//! Identifiers from a counter: the same history gives the same ids, and a restored world never gives one twice.

use serde::{Deserialize, Serialize};

/// Mints identifiers. Those with one prefix sort in the order they were minted, which the books rely on to find them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IdMint {
    seed: u16,
    /// Raised at every restore, so that ids minted after the snapshot was taken are not minted again.
    epoch: u16,
    next: u32,
}

impl IdMint {
    /// A mint; worlds with different seeds have different ids.
    #[must_use]
    pub fn new(seed: u16) -> Self {
        Self { seed, epoch: 0, next: 0 }
    }

    /// A new identifier beginning with `prefix` and an underscore.
    pub fn mint(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}_{:04x}{:04x}{:08x}", self.seed, self.epoch, self.next)
    }

    pub(crate) fn begin_epoch(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
    }
}
