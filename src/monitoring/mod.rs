//! What is watched: failures as an auditor counts them (rulebook §14).

#[cfg(feature = "ssr")]
pub mod failures;
pub mod model;
