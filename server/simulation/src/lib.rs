//! The simulated world.
//!
//! Customers, cars, a bank and a mail system live through months in seconds. The platform in the middle is the real one:
//! use cases, job queue and database; only time, chance and the ways out are played ([`outside`]), by the same world that
//! the sandbox serves over HTTP. Everything is drawn from one seed: what people do ([`people`]), what goes wrong
//! ([`mishaps`]), at which instants the process dies. Time leaps from one due thing to the next.
//!
//! At the end an [`oracle`] judges the promises of the rulebook (§1). It knows only the outside: the gateway's books, the
//! vehicles with their commands, the mailboxes, and what people did. The database is never asked; what
//! [`caas::verify`] says about it is a second opinion, and so is what the [`books`] come to at the end of every day, held
//! against the gateway's to the cent.
//!
//! The same seed lives the same life to the last word: its log has the same hash.

pub mod books;
pub mod command;
pub mod dice;
pub mod finance;
pub mod mishaps;
pub mod oracle;
pub mod outside;
pub mod people;
pub mod run;
pub mod settings;
pub mod store;
pub mod story;
pub mod trade;

pub use run::{Report, SimulationError, run_on_own_thread};
pub use settings::{Engine, Log, Settings};
