//! Use cases of single rooms, on both engines. Those that need outside systems stand in `server/tests/use_cases`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod catalogue;
mod jobs;
mod notifications;
mod statements;
mod story;
mod support;
