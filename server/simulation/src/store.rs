//! Databases for simulated lives: new, with the schema and the demo catalogue in them.

use crate::mishaps::Mishaps;
use crate::outside::Outside;
use crate::run::{START, SimulationError, platform};
use crate::settings::{Engine, Log};
use crate::story::Story;
use caas::kernel::clock::ManualClock;
use caas::kernel::database::Database;
use caas::kernel::rng::{Rng as _, SeededRng, SystemRng};
use caas_sandbox::World;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A database that goes when it is closed.
pub struct Store {
    /// The database.
    pub db: Database,
    goes: Goes,
}

enum Goes {
    Folder(TempDir),
    Schema(String),
}

/// An SQLite database as every life begins with it. Made once a process: migrations take longer than a short life.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

impl Store {
    /// A new database.
    pub async fn open(engine: Engine) -> Result<Store, SimulationError> {
        match engine {
            Engine::Sqlite => {
                let template = TEMPLATE.get_or_try_init(make_template).await?;
                let folder = tempfile::tempdir()?;
                let path = folder.path().join("caas.db");
                std::fs::write(&path, template)?;
                Ok(Store { db: Database::connect_volatile(&sqlite(&path)).await?, goes: Goes::Folder(folder) })
            }
            Engine::Postgres => {
                let (schema, url) = new_schema().await?;
                let db = Database::connect_volatile(&url).await?;
                furnish(&db).await?;
                Ok(Store { db, goes: Goes::Schema(schema) })
            }
        }
    }

    /// Forgets the database.
    pub async fn close(self) -> Result<(), SimulationError> {
        self.db.close().await;
        match self.goes {
            Goes::Folder(folder) => Ok(folder.close()?),
            Goes::Schema(schema) => {
                let pool = sqlx::PgPool::connect(&postgres_url()?).await?;
                sqlx::query(sqlx::AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"))).execute(&pool).await?;
                pool.close().await;
                Ok(())
            }
        }
    }
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

async fn make_template() -> Result<Vec<u8>, SimulationError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("template.db");
    let db = Database::connect_volatile(&sqlite(&path)).await?;
    furnish(&db).await?;
    // The last connection takes the write-ahead log into the file.
    db.close().await;
    Ok(std::fs::read(&path)?)
}

/// Schema and catalogue, with the same ids in every life.
async fn furnish(db: &Database) -> Result<(), SimulationError> {
    db.migrate().await?;
    let clock = Arc::new(ManualClock::at(START));
    let outside = Outside::new(clock.clone(), World::new(0), Mishaps::new(0, 0.0), Story::new(Log::Forget));
    let caas = platform(db.clone(), clock, Arc::new(SeededRng::new(0)), Arc::new(outside));
    let mut tx = caas.db.begin().await?;
    caas::catalogue::seed_demo(&caas, &mut tx).await?;
    Ok(tx.commit().await?)
}

fn postgres_url() -> Result<String, SimulationError> {
    ["CAAS_TEST_POSTGRES_URL", "DATABASE_URL"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|url| url.starts_with("postgres"))
        .ok_or(SimulationError::NoPostgres)
}

async fn new_schema() -> Result<(String, String), SimulationError> {
    let server = postgres_url()?;
    // Not by the process: its number comes again within a run of tests, each connection to PostgreSQL takes one.
    let mut random = [0u8; 8];
    SystemRng.fill(&mut random);
    let schema = format!("simulation_{:016x}", u64::from_le_bytes(random));
    let pool = sqlx::PgPool::connect(&server).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&pool).await?;
    pool.close().await;
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-c%20search_path%3D{schema}%20-c%20synchronous_commit%3Doff");
    Ok((schema, url))
}
