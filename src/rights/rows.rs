//! Rows of any table as JSON, the same from either engine. The statements come from the inventory alone, never from people.

use crate::kernel::Timestamp;
use crate::kernel::database::sqlite::SqliteRow;
use crate::kernel::database::{Conn, Tx};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

/// One row: columns in their order.
pub type Fields = Map<String, Value>;

/// The rows that a statement finds for a customer.
pub async fn of_customer(tx: &mut Tx, statement: String, customer: UserId) -> Result<Vec<Fields>> {
    match tx.conn() {
        Conn::Sqlite(conn) => {
            let rows = sqlx::query(AssertSqlSafe(statement)).bind(customer).fetch_all(conn).await?;
            rows.iter().map(from_sqlite).collect()
        }
        Conn::Postgres(conn, answer) => {
            let rows = answer.heard(sqlx::query(AssertSqlSafe(statement)).bind(customer).fetch_all(conn).await)?;
            rows.iter().map(from_postgres).collect()
        }
    }
}

/// Runs a statement about a customer; returns how many rows it changed.
pub async fn change(tx: &mut Tx, statement: String, customer: UserId) -> Result<u64> {
    Ok(match tx.conn() {
        Conn::Sqlite(conn) => sqlx::query(AssertSqlSafe(statement)).bind(customer).execute(conn).await?.rows_affected(),
        Conn::Postgres(conn, answer) => {
            answer.heard(sqlx::query(AssertSqlSafe(statement)).bind(customer).execute(conn).await)?.rows_affected()
        }
    })
}

/// SQLite knows numbers, texts and bytes: 16 bytes are an id, and a text that reads as an object or list is one.
fn from_sqlite(row: &SqliteRow) -> Result<Fields> {
    let mut fields = Fields::new();
    for (at, column) in row.columns().iter().enumerate() {
        let raw = row.try_get_raw(at)?;
        let value = if raw.is_null() {
            Value::Null
        } else {
            match raw.type_info().name() {
                "INTEGER" => row.try_get::<i64, _>(at)?.into(),
                "BLOB" => id_or_size(&row.try_get::<Vec<u8>, _>(at)?),
                _ => text(row.try_get(at)?),
            }
        };
        fields.insert(column.name().to_owned(), value);
    }
    Ok(fields)
}

fn from_postgres(row: &PgRow) -> Result<Fields> {
    let mut fields = Fields::new();
    for (at, column) in row.columns().iter().enumerate() {
        let value = if row.try_get_raw(at)?.is_null() {
            Value::Null
        } else {
            match column.type_info().name() {
                "UUID" => row.try_get::<Uuid, _>(at)?.to_string().into(),
                "TIMESTAMPTZ" => row.try_get::<Timestamp, _>(at)?.to_rfc3339().into(),
                "INT8" => row.try_get::<i64, _>(at)?.into(),
                "INT4" => row.try_get::<i32, _>(at)?.into(),
                "BOOL" => row.try_get::<bool, _>(at)?.into(),
                "JSON" | "JSONB" => row.try_get(at)?,
                "BYTEA" => id_or_size(&row.try_get::<Vec<u8>, _>(at)?),
                _ => text(row.try_get(at)?),
            }
        };
        fields.insert(column.name().to_owned(), value);
    }
    Ok(fields)
}

fn id_or_size(bytes: &[u8]) -> Value {
    match Uuid::from_slice(bytes) {
        Ok(id) => id.to_string().into(),
        Err(_) => format!("{} bytes", bytes.len()).into(),
    }
}

fn text(text: String) -> Value {
    let looks_like_json = text.starts_with(['{', '[']);
    looks_like_json.then(|| serde_json::from_str(&text).ok()).flatten().unwrap_or(Value::String(text))
}
