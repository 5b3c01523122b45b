//! From the offer to the car's word, over HTTP and without JavaScript: ordering, following, paying; and that nobody sees
//! or moves what is another's.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod follow;
mod order;
mod pay;
mod scene;
mod walls;
