//! Messages as people meet them: pages without JavaScript, the link in a mail, and promises that are kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../use_cases/scenario.rs"]
#[expect(dead_code, reason = "the verbs of other tests")]
mod scenario;
#[path = "../support/mod.rs"]
mod support;

mod browser;
mod desk;
mod promises;
mod settings;
