//! The expediente as evidence: chains that can't be changed unseen, failures that are counted without naming anybody, the
//! proof of every night, and the pages on which people read all of it.

mod cars;
mod chains;
mod command;
mod failures;
mod harness;
mod million;
mod nightly;
mod pages;
mod years;
