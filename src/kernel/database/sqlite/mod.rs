//! SQLite, called right in the thread of the task that asks.
//!
//! sqlx's own driver gives each connection a thread and sends every statement there and back: two wake-ups, of about 50 µs
//! each on a virtual machine, for what is mostly a look-up in memory. So this is a driver of our own under sqlx's traits:
//! `sql!`, `FromRow` and the newtypes need not know. What it stores, and how, is exactly what sqlx's driver stores
//! (`tests.rs` holds the two against each other). Only migrations still run on sqlx's driver.

mod arguments;
mod connection;
mod error;
mod form;
mod log;
mod pool;
mod row;
#[cfg(test)]
mod tests;
mod types;

pub use self::arguments::SqliteArguments;
pub use self::connection::SqliteConnection;
pub use self::form::{Kind, Sqlite, SqliteColumn, SqliteDone, SqliteOptions, SqliteStatement, SqliteTransactions};
pub(super) use self::pool::{Borrowed, Durability, SqliteFile};
pub use self::row::{SqliteRow, SqliteValue, SqliteValueRef};
