//! The factory: one order there for each car that has to be built.
//!
//! [`enqueue`] writes the order down with its key, a job places it ([`place`]), the factory's messages move it on
//! ([`on_status`]), and what can't be placed waits for people ([`manual`]).

#[cfg(feature = "ssr")]
pub mod estimates;
#[cfg(feature = "ssr")]
pub mod manual;
#[cfg(feature = "ssr")]
pub mod place;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod queue;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
mod status;
#[cfg(feature = "ssr")]
mod told;

#[cfg(feature = "ssr")]
pub use place::enqueue;
#[cfg(feature = "ssr")]
pub use queue::{is_down, queued};
#[cfg(feature = "ssr")]
pub use status::on_status;
