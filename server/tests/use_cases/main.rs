//! Every line of the rulebook's §5 and §6, one test each, on both engines and with a clock that is moved by hand.
//! Each ends by proving the ten promises over the whole database.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod activation;
mod aftermath;
mod breaker;
mod callbacks;
mod ending;
mod failures;
mod jobs;
mod purchase;
mod scenario;
mod settlement;
mod verify;
