//! The server: HTTP, the ways to outside systems, the job runner and the command line. No business rule lives here.

// The pages' types, laid out here in optimised builds.
#![recursion_limit = "512"]

pub mod adapters;
pub mod application;
pub mod backup;
pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod export;
pub mod http;
pub mod outside;
mod sandbox_page;
pub mod serve;
pub mod session_store;
pub mod webhooks;

/// SQLite's memory, too, comes from it: it replaces `malloc` for the whole program. Both ask for memory thousands of times a
/// purchase, and the system's allocator made a purchase a twelfth dearer.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;
