//! The values of a statement's placeholders.

use super::error::told;
use super::{Sqlite, SqliteValue};
use rusqlite::Statement;
use sqlx::error::BoxDynError;
use sqlx::{Arguments, Encode, Type};

/// Values, in the order they were bound.
#[derive(Debug, Default)]
pub struct SqliteArguments(Vec<SqliteValue>);

impl Arguments for SqliteArguments {
    type Database = Sqlite;

    fn reserve(&mut self, additional: usize, _size: usize) {
        self.0.reserve(additional);
    }

    fn add<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> Result<(), BoxDynError> {
        if value.encode(&mut self.0)?.is_null() {
            self.0.push(SqliteValue::Null);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

sqlx_core::impl_into_arguments_for_arguments!(SqliteArguments);

impl SqliteArguments {
    /// Gives a statement its values. SQLite numbers `$1`, `$2` … by where they first stand in the text, and `$2` may come
    /// first: their names say which value is meant. The `?` of a built query have no name and follow each other.
    pub(super) fn bind(&self, statement: &mut Statement<'_>) -> Result<(), sqlx::Error> {
        let mut unnamed = 0;
        for parameter in 1..=statement.parameter_count() {
            let number = match statement.parameter_name(parameter) {
                Some(name) => name.get(1..).and_then(|number| number.parse().ok()),
                None => {
                    unnamed += 1;
                    Some(unnamed)
                }
            };
            let value = number.and_then(|number: usize| self.0.get(number.checked_sub(1)?));
            let value = value.ok_or_else(|| sqlx::Error::Protocol(format!("no value for placeholder {parameter}")))?;
            statement.raw_bind_parameter(parameter, value).map_err(told)?;
        }
        Ok(())
    }
}
