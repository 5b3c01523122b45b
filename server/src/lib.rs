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
