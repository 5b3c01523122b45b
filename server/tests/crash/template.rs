//! The world before the first order, made once and copied for each case.

use crate::crash::machine::{settings, start_sandbox};
use crate::crash::place::assemble;
use crate::crash::sale;
use crate::support::unlike_any_other;
use caas_server::demo;
use sqlx::AssertSqlSafe;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use url::Url;

/// What has happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// Nothing: customers with their cars.
    Nothing,
    /// Two cars are sold: Tomás has to pay the señal of one to be built, Lucía the rest of one from stock.
    CarsSold,
}

/// A shop with its customers, and their bank and cars.
pub struct Template {
    folder: TempDir,
    /// On PostgreSQL: the server, and the database to copy.
    server: Option<(Url, String)>,
}

impl Template {
    pub async fn sqlite(past: Past) -> Template {
        let template = Template { folder: tempfile::tempdir().unwrap(), server: None };
        template.fill(&sqlite_url(template.folder.path()), past).await;
        template
    }

    /// `None` when there is no PostgreSQL to test with.
    pub async fn postgres(past: Past) -> Option<Template> {
        let server = std::env::var("CAAS_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
        let server: Url = server.parse().unwrap();
        let name = unlike_any_other("crash");
        run(&server, &format!("CREATE DATABASE {name}")).await;
        let url = database(&server, &name);
        let template = Template { folder: tempfile::tempdir().unwrap(), server: Some((server, name)) };
        template.fill(&url, past).await;
        Some(template)
    }

    async fn fill(&self, database_url: &str, past: Past) {
        let sandbox = start_sandbox(self.folder.path(), 0).await;
        let app = assemble(settings(database_url, &sandbox, 0)).await;
        assert!(demo::seed_if_new(&app.caas, Some(&sandbox.handle)).await.unwrap());
        if past == Past::CarsSold {
            sale::sell_cars(&app).await;
        }
        app.caas.db.close().await;
        sandbox.shutdown().await;
    }

    /// Copies the world into a folder. Returns the database's address.
    pub async fn copy_to(&self, folder: &Path) -> String {
        std::fs::copy(world_in(self.folder.path()), world_in(folder)).unwrap();
        match &self.server {
            None => {
                std::fs::copy(self.folder.path().join("caas.db"), folder.join("caas.db")).unwrap();
                sqlite_url(folder)
            }
            Some((server, template)) => {
                let name = unlike_any_other("crash");
                run(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                database(server, &name)
            }
        }
    }
}

/// Where the played world is kept.
pub fn world_in(folder: &Path) -> PathBuf {
    folder.join("outside.json")
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("caas.db").display())
}

fn database(server: &Url, name: &str) -> String {
    let mut url = server.clone();
    url.set_path(name);
    url.to_string()
}

async fn run(server: &Url, statement: &str) {
    let pool = sqlx::PgPool::connect(server.as_str()).await.unwrap();
    sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    pool.close().await;
}
