//! People with an account: roles, credentials, sessions.
//!
//! Nobody learns here whether an address has an account: sign-up, sign-in and recovery give the same answer and do the
//! same work either way. Everything guessable is counted per account and per network address, in the database, so that
//! the limits hold over several processes. Passwords are kept as Argon2id; links sent by mail work once, and only their
//! SHA-256 is stored.

pub mod model;

pub use model::*;
