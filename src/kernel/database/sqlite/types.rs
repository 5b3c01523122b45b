//! Which value each Rust type is stored as. Byte for byte what sqlx's own driver for SQLite writes and reads: databases
//! made with it go on working, and moments still sort as text.

use super::{Kind, Sqlite, SqliteValue, SqliteValueRef};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::types::Json;
use sqlx::{Decode, Encode, Type};
use uuid::Uuid;

sqlx_core::impl_encode_for_option!(Sqlite);

/// The kind a type is stored as, the kinds it can be read from, and how it becomes a value.
macro_rules! stored {
    ($type:ty as $kind:ident, from $from:pat, |$value:ident| $encoded:expr) => {
        impl Type<Sqlite> for $type {
            fn type_info() -> Kind {
                Kind::$kind
            }

            fn compatible(kind: &Kind) -> bool {
                matches!(kind, $from)
            }
        }

        impl Encode<'_, Sqlite> for $type {
            fn encode_by_ref(&self, arguments: &mut Vec<SqliteValue>) -> Result<IsNull, BoxDynError> {
                let $value = self;
                arguments.push(SqliteValue::$kind($encoded));
                Ok(IsNull::No)
            }
        }
    };
}

stored!(i64 as Integer, from Kind::Integer, |number| *number);
stored!(i32 as Integer, from Kind::Integer, |number| i64::from(*number));
stored!(bool as Integer, from Kind::Integer, |yes| i64::from(*yes));
stored!(f64 as Real, from Kind::Real, |number| *number);
stored!(String as Text, from Kind::Text, |text| text.clone());
stored!(Vec<u8> as Blob, from Kind::Blob | Kind::Text, |bytes| bytes.clone());
stored!(Uuid as Blob, from Kind::Blob | Kind::Text, |id| id.as_bytes().to_vec());
stored!(DateTime<Utc> as Text, from Kind::Text, |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, false));

impl Type<Sqlite> for str {
    fn type_info() -> Kind {
        Kind::Text
    }
}

impl Encode<'_, Sqlite> for &str {
    fn encode_by_ref(&self, arguments: &mut Vec<SqliteValue>) -> Result<IsNull, BoxDynError> {
        arguments.push(SqliteValue::Text((*self).to_owned()));
        Ok(IsNull::No)
    }
}

impl Type<Sqlite> for [u8] {
    fn type_info() -> Kind {
        Kind::Blob
    }

    fn compatible(kind: &Kind) -> bool {
        <Vec<u8> as Type<Sqlite>>::compatible(kind)
    }
}

impl Encode<'_, Sqlite> for &[u8] {
    fn encode_by_ref(&self, arguments: &mut Vec<SqliteValue>) -> Result<IsNull, BoxDynError> {
        arguments.push(SqliteValue::Blob(self.to_vec()));
        Ok(IsNull::No)
    }
}

impl<T> Type<Sqlite> for Json<T> {
    fn type_info() -> Kind {
        Kind::Text
    }
}

impl<T: Serialize> Encode<'_, Sqlite> for Json<T> {
    fn encode_by_ref(&self, arguments: &mut Vec<SqliteValue>) -> Result<IsNull, BoxDynError> {
        arguments.push(SqliteValue::Text(serde_json::to_string(&self.0)?));
        Ok(IsNull::No)
    }
}

impl<'r> SqliteValueRef<'r> {
    fn text(self) -> Result<&'r str, BoxDynError> {
        match self.0 {
            SqliteValue::Text(text) => Ok(text),
            other => Err(unlike("text", other)),
        }
    }

    fn bytes(self) -> Result<&'r [u8], BoxDynError> {
        match self.0 {
            SqliteValue::Blob(bytes) => Ok(bytes),
            SqliteValue::Text(text) => Ok(text.as_bytes()),
            other => Err(unlike("bytes", other)),
        }
    }

    fn integer(self) -> Result<i64, BoxDynError> {
        match self.0 {
            SqliteValue::Integer(number) => Ok(*number),
            other => Err(unlike("a whole number", other)),
        }
    }
}

/// Without the value: it may be somebody's.
fn unlike(wanted: &str, found: &SqliteValue) -> BoxDynError {
    let found = match found {
        SqliteValue::Null => "nothing",
        SqliteValue::Integer(_) => "a whole number",
        SqliteValue::Real(_) => "a fraction",
        SqliteValue::Text(_) => "text",
        SqliteValue::Blob(_) => "bytes",
    };
    format!("{found} where {wanted} belongs").into()
}

impl Decode<'_, Sqlite> for i64 {
    fn decode(value: SqliteValueRef<'_>) -> Result<i64, BoxDynError> {
        value.integer()
    }
}

impl Decode<'_, Sqlite> for i32 {
    fn decode(value: SqliteValueRef<'_>) -> Result<i32, BoxDynError> {
        Ok(value.integer()?.try_into()?)
    }
}

impl Decode<'_, Sqlite> for bool {
    fn decode(value: SqliteValueRef<'_>) -> Result<bool, BoxDynError> {
        Ok(value.integer()? != 0)
    }
}

impl Decode<'_, Sqlite> for f64 {
    fn decode(value: SqliteValueRef<'_>) -> Result<f64, BoxDynError> {
        match value.0 {
            SqliteValue::Real(number) => Ok(*number),
            other => Err(unlike("a fraction", other)),
        }
    }
}

impl<'r> Decode<'r, Sqlite> for &'r str {
    fn decode(value: SqliteValueRef<'r>) -> Result<&'r str, BoxDynError> {
        value.text()
    }
}

impl Decode<'_, Sqlite> for String {
    fn decode(value: SqliteValueRef<'_>) -> Result<String, BoxDynError> {
        Ok(value.text()?.to_owned())
    }
}

impl<'r> Decode<'r, Sqlite> for &'r [u8] {
    fn decode(value: SqliteValueRef<'r>) -> Result<&'r [u8], BoxDynError> {
        value.bytes()
    }
}

impl Decode<'_, Sqlite> for Vec<u8> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Vec<u8>, BoxDynError> {
        Ok(value.bytes()?.to_vec())
    }
}

impl Decode<'_, Sqlite> for Uuid {
    fn decode(value: SqliteValueRef<'_>) -> Result<Uuid, BoxDynError> {
        Ok(Uuid::from_slice(value.bytes()?)?)
    }
}

impl Decode<'_, Sqlite> for DateTime<Utc> {
    fn decode(value: SqliteValueRef<'_>) -> Result<DateTime<Utc>, BoxDynError> {
        Ok(DateTime::parse_from_rfc3339(value.text()?)?.to_utc())
    }
}

impl<'r, T: Deserialize<'r> + 'r> Decode<'r, Sqlite> for Json<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Json<T>, BoxDynError> {
        Ok(Json(serde_json::from_str(value.text()?)?))
    }
}
