//! The factory: one order there for each car that has to be built.

#[cfg(feature = "ssr")]
pub mod port;
