//! Chance is a port: ids, tokens and jitter come from here, so that a flow can be replayed.

use super::Timestamp;
use base64::Engine as _;
use rand::{RngCore as _, SeedableRng as _, TryRngCore as _};
use std::sync::Mutex;

/// A source of random bytes.
pub trait Rng: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Rng {
    /// A new UUID v7 (RFC 9562 §5.7): sorts by time, random otherwise.
    pub fn uuid(&self, now: Timestamp) -> uuid::Uuid {
        let mut random = [0u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A secret of 256 bits, safe in a URL.
    pub fn token(&self) -> String {
        let mut bytes = [0u8; 32];
        self.fill(&mut bytes);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn unit(&self) -> f64 {
        let mut bytes = [0u8; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, buffer: &mut [u8]) {
        rand::rngs::OsRng.try_fill_bytes(buffer).expect("the operating system gives randomness");
    }
}

/// The same numbers for the same seed. For tests and simulations.
#[derive(Debug)]
pub struct SeededRng(Mutex<rand::rngs::StdRng>);

impl SeededRng {
    /// A source that always says the same for this seed.
    pub fn new(seed: u64) -> SeededRng {
        SeededRng(Mutex::new(rand::rngs::StdRng::seed_from_u64(seed)))
    }
}

impl Rng for SeededRng {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().expect("nobody panics while holding the source").fill_bytes(buffer);
    }
}
