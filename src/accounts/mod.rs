//! People with an account: roles, credentials, sessions.
//!
//! Nobody learns here whether an address has an account: sign-up, sign-in and recovery give the same answer and do the
//! same work either way. Everything guessable is counted per account and per network address, in the database, so that
//! the limits hold over several processes. Passwords are kept as Argon2id; links sent by mail work once, and only their
//! SHA-256 is stored.

pub mod model;
pub mod rules;

#[cfg(feature = "ssr")]
mod demo;
#[cfg(feature = "ssr")]
mod limits;
#[cfg(feature = "ssr")]
mod mails;
#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;

#[cfg(feature = "ssr")]
pub use demo::{
    DEMO_ACCOUNTS, DEMO_PASSWORD, DemoAccount, DemoAccounts, add_demo_customer, open_with_demo_password, seed_demo,
};
#[cfg(feature = "ssr")]
pub use mails::letters;
#[cfg(feature = "ssr")]
pub use service::*;
