//! What is said to whom, on which channel, and by when.
//!
//! A message is a row written in the same transaction as what it tells. A job sends it; until then it is visibly waiting,
//! after its deadline visibly late.

#[cfg(feature = "ssr")]
pub mod port;
