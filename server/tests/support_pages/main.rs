//! The desk of support and the customer's help pages over HTTP and without JavaScript: who may see what, what every form
//! does, and that no text is lost.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

#[expect(dead_code, unused_imports, reason = "these stories need other verbs than those of orders")]
#[path = "../purchase_pages/scene.rs"]
mod scene;

mod admin;
mod case;
mod counter;
mod desk;
mod files;
mod money;
mod questions;
mod walls;
mod ways_out;
