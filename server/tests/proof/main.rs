//! The expediente as evidence: chains that can't be changed unseen, failures that are counted without naming anybody, the
//! proof of every night, and the pages on which people read all of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/mod.rs"]
mod support;

mod chains;
mod command;
mod failures;
mod million;
mod nightly;
mod pages;
#[path = "../use_cases/scenario.rs"]
#[expect(dead_code, reason = "the verbs of all stories; these tests use some")]
mod scenario;
