//! The log of a simulated life: every line goes into one hash, by which two lives are compared.

use caas::kernel::Timestamp;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The log.
pub struct Story {
    hash: Sha256,
    lines: u64,
    kept: Option<Vec<String>>,
}

impl Story {
    /// An empty log, which keeps its lines or only their hash.
    pub fn new(keep: bool) -> Story {
        Story { hash: Sha256::new(), lines: 0, kept: keep.then(Vec::new) }
    }

    /// Adds a line.
    pub fn tell(&mut self, at: Timestamp, what: fmt::Arguments<'_>) {
        let line = format!("{} {what}", at.format("%Y-%m-%d %H:%M:%S%.6f"));
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        self.lines += 1;
        if let Some(kept) = &mut self.kept {
            kept.push(line);
        }
    }

    /// The hash of all lines so far, short enough to be read aloud.
    pub fn hash(&self) -> String {
        let whole = hex::encode(self.hash.clone().finalize());
        whole.get(..16).unwrap_or_default().to_owned()
    }

    /// How many lines.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The lines, when they are kept.
    pub fn kept(&self) -> &[String] {
        self.kept.as_deref().unwrap_or_default()
    }
}
