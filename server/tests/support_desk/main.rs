//! The work of support agents, and what customers see of it: on both engines, with a clock that is moved by hand.
//! What touches money or cars ends by proving the ten promises over the whole database.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

#[expect(dead_code, reason = "the stories here need other verbs than those of orders")]
#[path = "../use_cases/scenario.rs"]
mod scenario;

mod clock;
mod conversation;
mod desk;
mod lists;
mod manual;
mod office;
mod questions;
mod ways_out;
