//! What a person may ask of their data, and passing a car on: a copy of everything, being forgotten, another owner.
//!
//! The copy and the erasure follow one list of tables ([`inventory`]), which a test holds against the database.

pub mod model;

#[cfg(feature = "ssr")]
pub mod erasure;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod inventory;
#[cfg(feature = "ssr")]
pub mod owner_change;
#[cfg(feature = "ssr")]
mod readable;
#[cfg(feature = "ssr")]
pub mod rows;
#[cfg(feature = "ssr")]
pub mod theft;
#[cfg(feature = "ssr")]
mod zip;
