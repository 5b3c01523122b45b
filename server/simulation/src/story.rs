//! The log of a simulated life: every line goes into one hash, by which two lives are compared.

use crate::settings::Log;
use caas::kernel::Timestamp;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The log.
pub struct Story {
    hash: Sha256,
    lines: u64,
    log: Log,
    kept: Vec<String>,
}

impl Story {
    /// An empty log.
    pub fn new(log: Log) -> Story {
        Story { hash: Sha256::new(), lines: 0, log, kept: Vec::new() }
    }

    /// Adds a line.
    pub fn tell(&mut self, at: Timestamp, what: fmt::Arguments<'_>) {
        let line = format!("{} {what}", at.format("%Y-%m-%d %H:%M:%S%.6f"));
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        self.lines += 1;
        match self.log {
            Log::Forget => {}
            Log::Keep => self.kept.push(line),
            Log::Print => println!("{line}"),
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
        &self.kept
    }
}
