//! PostgreSQL: its own programs do the work. They must be at least as new as the server.

use super::{BackupError, refuse_unless_begins};
use caas::kernel::database::Database;
use caas::sql;
use percent_encoding::percent_decode_str;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::path::Path;
use std::process::Stdio;
use std::str::FromStr as _;
use tokio::process::Command;
use url::Url;

/// How every archive of `pg_dump --format=custom` begins.
const MAGIC: &[u8] = b"PGDMP";

/// The schema that is in every database from the start: an archive of it alone could not be restored.
const DEFAULT_SCHEMA: &str = "public";

/// Has everything written that one transaction sees.
pub(super) async fn dump(database_url: &str, to: &Path) -> Result<(), BackupError> {
    let (schema, _) = look(database_url).await?;
    let mut pg_dump = program("pg_dump", database_url)?;
    pg_dump.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"]).arg("--file").arg(to);
    if let Some(schema) = schema.filter(|schema| schema != DEFAULT_SCHEMA) {
        pg_dump.arg("--schema").arg(schema);
    }
    run("pg_dump", pg_dump).await
}

/// Restores all or nothing.
pub(super) async fn restore(database_url: &str, file: &Path) -> Result<(), BackupError> {
    refuse_unless_begins(file, MAGIC, "a backup of a PostgreSQL database")?;
    let (_, tables) = look(database_url).await?;
    if tables > 0 {
        return Err(BackupError::NotEmpty);
    }
    let database = PgConnectOptions::from_str(database_url)?.get_database().unwrap_or("postgres").to_owned();
    let mut pg_restore = program("pg_restore", database_url)?;
    pg_restore
        .args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password"])
        .arg("--dbname")
        .arg(database)
        .arg(file);
    run("pg_restore", pg_restore).await
}

/// The schema that CaaS's tables are in, or would be, and how many tables it holds.
async fn look(database_url: &str) -> Result<(Option<String>, i64), BackupError> {
    let db = Database::connect(database_url).await?;
    let mut tx = db.read().await?;
    let found = sql!(
        &mut tx,
        one(Option<String>, i64),
        "SELECT CAST(current_schema() AS TEXT), COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    );
    drop(tx);
    db.close().await;
    Ok(found?)
}

/// A program that knows the way to the server from its environment: what stands on a command line, everybody on the machine
/// can read.
fn program(name: &'static str, database_url: &str) -> Result<Command, BackupError> {
    let server = PgConnectOptions::from_str(database_url)?;
    let mut command = Command::new(name);
    match server.get_socket() {
        Some(socket) => command.env("PGHOST", socket),
        None => command.env("PGHOST", server.get_host()),
    };
    command
        .env("PGPORT", server.get_port().to_string())
        .env("PGUSER", server.get_username())
        .env("PGSSLMODE", ssl_mode(server.get_ssl_mode()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(database) = server.get_database() {
        command.env("PGDATABASE", database);
    }
    let url = Url::parse(database_url).map_err(|error| sqlx::Error::Configuration(error.into()))?;
    let of_query =
        |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let password = url.password().map(|password| percent_decode_str(password).decode_utf8_lossy().into_owned());
    if let Some(password) = password.or_else(|| of_query("password")) {
        command.env("PGPASSWORD", password);
    }
    if let Some(authority) = of_query("sslrootcert").or_else(|| of_query("ssl-root-cert")) {
        command.env("PGSSLROOTCERT", authority);
    }
    Ok(command)
}

fn ssl_mode(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

async fn run(program: &'static str, mut command: Command) -> Result<(), BackupError> {
    let said = |said: String| BackupError::Program { program, said };
    let output = command
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| said(format!("{error}: is PostgreSQL's client package installed?")))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(said(words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed without a word").to_owned()))
}
