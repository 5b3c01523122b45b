//! The contracts' edges, in process and over HTTP. Nobody sleeps: time is moved.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod factory;
mod faults;
mod gateway;
mod hosted;
mod iot;
mod registration;
mod sms;
mod support;
mod transport;
mod wire;
