//! Values and rows, copied out of SQLite: they outlive the statement they came from.

use super::{Kind, Sqlite, SqliteColumn};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef as Raw};
use sqlx::{ColumnIndex, Error, Row, Value, ValueRef};
use std::borrow::Cow;
use std::sync::Arc;

/// One value, as SQLite stores it.
#[derive(Clone, Debug, PartialEq)]
pub enum SqliteValue {
    /// Nothing.
    Null,
    /// A whole number; also yes (1) and no (0).
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Text; also moments and JSON.
    Text(String),
    /// Bytes; also ids.
    Blob(Vec<u8>),
}

impl SqliteValue {
    pub(super) fn copied(raw: Raw<'_>) -> Result<SqliteValue, Error> {
        Ok(match raw {
            Raw::Null => SqliteValue::Null,
            Raw::Integer(number) => SqliteValue::Integer(number),
            Raw::Real(number) => SqliteValue::Real(number),
            Raw::Text(bytes) => {
                let text = str::from_utf8(bytes).map_err(|error| Error::Decode(error.into()))?;
                SqliteValue::Text(text.to_owned())
            }
            Raw::Blob(bytes) => SqliteValue::Blob(bytes.to_vec()),
        })
    }

    fn kind(&self) -> Kind {
        match self {
            SqliteValue::Null => Kind::Null,
            SqliteValue::Integer(_) => Kind::Integer,
            SqliteValue::Real(_) => Kind::Real,
            SqliteValue::Text(_) => Kind::Text,
            SqliteValue::Blob(_) => Kind::Blob,
        }
    }
}

impl ToSql for SqliteValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            SqliteValue::Null => Raw::Null,
            SqliteValue::Integer(number) => Raw::Integer(*number),
            SqliteValue::Real(number) => Raw::Real(*number),
            SqliteValue::Text(text) => Raw::Text(text.as_bytes()),
            SqliteValue::Blob(bytes) => Raw::Blob(bytes),
        }))
    }
}

impl Value for SqliteValue {
    type Database = Sqlite;

    fn as_ref(&self) -> SqliteValueRef<'_> {
        SqliteValueRef(self)
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.kind())
    }

    fn is_null(&self) -> bool {
        matches!(self, SqliteValue::Null)
    }
}

/// A value that is about to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct SqliteValueRef<'r>(pub(super) &'r SqliteValue);

impl<'r> ValueRef<'r> for SqliteValueRef<'r> {
    type Database = Sqlite;

    fn to_owned(&self) -> SqliteValue {
        self.0.clone()
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.0.kind())
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

/// A row of an answer.
#[derive(Debug)]
pub struct SqliteRow {
    pub(super) values: Box<[SqliteValue]>,
    pub(super) columns: Arc<[SqliteColumn]>,
}

impl Row for SqliteRow {
    type Database = Sqlite;

    fn columns(&self) -> &[SqliteColumn] {
        &self.columns
    }

    fn try_get_raw<I: ColumnIndex<Self>>(&self, index: I) -> Result<SqliteValueRef<'_>, Error> {
        Ok(SqliteValueRef(&self.values[index.index(self)?]))
    }
}

sqlx_core::impl_column_index_for_row!(SqliteRow);

impl ColumnIndex<SqliteRow> for &str {
    fn index(&self, row: &SqliteRow) -> Result<usize, Error> {
        // From the end: of two columns with the same name, sqlx's drivers give the last one.
        let known = row.columns.iter().rposition(|column| *column.name == **self);
        known.ok_or_else(|| Error::ColumnNotFound((*self).to_owned()))
    }
}
