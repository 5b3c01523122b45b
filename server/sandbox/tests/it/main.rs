//! The contracts' edges, in process and over HTTP. Nobody sleeps: time is moved.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod gateway;
mod hosted;
mod iot;
mod sms;
mod support;
mod wire;
