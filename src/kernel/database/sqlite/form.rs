//! What sqlx asks of a database besides statements and rows: mostly form.

use super::pool::Durability;
use super::{SqliteArguments, SqliteConnection, SqliteRow, SqliteValue, SqliteValueRef};
use log::LevelFilter;
use sqlx::database::{Database, HasStatementCache};
use sqlx::{Column, ConnectOptions, Either, Error, SqlStr, Statement, TypeInfo};
use sqlx_core::transaction::TransactionManager;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

/// SQLite, as sqlx's traits know a database.
#[derive(Debug)]
pub struct Sqlite;

impl Database for Sqlite {
    type Connection = SqliteConnection;
    type TransactionManager = SqliteTransactions;
    type Row = SqliteRow;
    type QueryResult = SqliteDone;
    type Column = SqliteColumn;
    type TypeInfo = Kind;
    type Value = SqliteValue;
    type ValueRef<'r> = SqliteValueRef<'r>;
    type Arguments = SqliteArguments;
    type ArgumentBuffer = Vec<SqliteValue>;
    type Statement = SqliteStatement;

    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &["sqlite"];
}

impl HasStatementCache for Sqlite {}

/// The kinds of values that SQLite stores. A column has none of its own: each value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// Whole numbers.
    Integer,
    /// Fractions.
    Real,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

impl TypeInfo for Kind {
    fn is_null(&self) -> bool {
        *self == Kind::Null
    }

    fn name(&self) -> &str {
        match self {
            Kind::Null => "NULL",
            Kind::Integer => "INTEGER",
            Kind::Real => "REAL",
            Kind::Text => "TEXT",
            Kind::Blob => "BLOB",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A column of an answer.
#[derive(Clone, Debug)]
pub struct SqliteColumn {
    pub(super) ordinal: usize,
    pub(super) name: Box<str>,
}

impl Column for SqliteColumn {
    type Database = Sqlite;

    fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_info(&self) -> &Kind {
        &Kind::Null
    }
}

/// What a statement did.
#[derive(Debug, Default)]
pub struct SqliteDone {
    pub(super) rows_affected: u64,
}

impl SqliteDone {
    /// Rows it has changed.
    pub fn rows_affected(&self) -> u64 {
        self.rows_affected
    }
}

impl Extend<SqliteDone> for SqliteDone {
    fn extend<I: IntoIterator<Item = SqliteDone>>(&mut self, others: I) {
        self.rows_affected += others.into_iter().map(|other| other.rows_affected).sum::<u64>();
    }
}

/// A statement that has been prepared by hand.
#[derive(Clone, Debug)]
pub struct SqliteStatement {
    pub(super) sql: SqlStr,
    pub(super) columns: Vec<SqliteColumn>,
    pub(super) parameters: usize,
}

impl Statement for SqliteStatement {
    type Database = Sqlite;

    fn into_sql(self) -> SqlStr {
        self.sql
    }

    fn sql(&self) -> &SqlStr {
        &self.sql
    }

    fn parameters(&self) -> Option<Either<&[Kind], usize>> {
        Some(Either::Right(self.parameters))
    }

    fn columns(&self) -> &[SqliteColumn] {
        &self.columns
    }

    sqlx_core::impl_statement_query!(SqliteArguments);
}

/// A file, and how to open it.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    pub(super) path: PathBuf,
    pub(super) durability: Durability,
    /// Whether a connection may only read.
    pub(super) reader: bool,
}

impl FromStr for SqliteOptions {
    type Err = Error;

    fn from_str(url: &str) -> Result<SqliteOptions, Error> {
        let path = sqlx::sqlite::SqliteConnectOptions::from_str(url)?.get_filename().to_owned();
        Ok(SqliteOptions { path, durability: Durability::Full, reader: false })
    }
}

impl ConnectOptions for SqliteOptions {
    type Connection = SqliteConnection;

    fn from_url(url: &Url) -> Result<SqliteOptions, Error> {
        url.as_str().parse()
    }

    async fn connect(&self) -> Result<SqliteConnection, Error> {
        SqliteConnection::open(self)
    }

    fn log_statements(self, _: LevelFilter) -> SqliteOptions {
        self
    }

    fn log_slow_statements(self, _: LevelFilter, _: std::time::Duration) -> SqliteOptions {
        self
    }
}

/// Begins and ends transactions; there are none inside others.
#[derive(Debug)]
pub struct SqliteTransactions;

impl TransactionManager for SqliteTransactions {
    type Database = Sqlite;

    async fn begin(conn: &mut SqliteConnection, statement: Option<SqlStr>) -> Result<(), Error> {
        if conn.in_transaction() {
            return Err(Error::InvalidSavePointStatement);
        }
        conn.command(statement.as_ref().map_or("BEGIN", SqlStr::as_str))
    }

    async fn commit(conn: &mut SqliteConnection) -> Result<(), Error> {
        conn.command("COMMIT")
    }

    async fn rollback(conn: &mut SqliteConnection) -> Result<(), Error> {
        conn.command("ROLLBACK")
    }

    fn start_rollback(conn: &mut SqliteConnection) {
        conn.roll_back();
    }

    fn get_transaction_depth(conn: &SqliteConnection) -> usize {
        usize::from(conn.in_transaction())
    }
}
