//! Growing: several processes on one PostgreSQL, a new version beside the old one, and how far the keys would carry when one
//! database is not enough any more.

mod container;
mod keys;
mod migrations;
mod partitions;
mod shared;
mod stars;

use crate::support::{Engine, TestApp, unlike_any_other};
use sqlx::{AssertSqlSafe, PgPool};
use std::path::{Path, PathBuf};

/// The root of the sources.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The app on PostgreSQL; `None` when there is none to test with.
async fn on_postgres() -> Option<TestApp> {
    match Engine::all().contains(&Engine::Postgres) {
        true => Some(TestApp::start(Engine::Postgres).await),
        false => None,
    }
}

/// The address of a new, empty schema; `None` when there is no PostgreSQL to test with.
async fn empty_schema() -> Option<String> {
    let server = std::env::var("CAAS_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
    let name = unlike_any_other("growth");
    let pool = PgPool::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    let separator = if server.contains('?') { '&' } else { '?' };
    Some(format!("{server}{separator}options=-c%20search_path%3D{name}"))
}
