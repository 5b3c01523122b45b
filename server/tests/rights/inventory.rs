//! The list of where personal data lies is the database's own.

use crate::support::{Engine, TestApp};
use caas::kernel::database::Tx;
use caas::kernel::ids::UserId;
use caas::rights::inventory::{Erased, FILES, OTHERS, TABLES, names};
use caas::rights::rows::{self, Fields};
use caas::sql;
use std::collections::BTreeSet;

/// Every table of the database.
pub async fn tables(tx: &mut Tx) -> Vec<String> {
    let nobody = UserId(uuid::Uuid::nil());
    let statement = if tx.is_postgres() {
        "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = current_schema() AND $1 IS NOT NULL"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND $1 IS NOT NULL"
    };
    let found = rows::of_customer(tx, statement.to_owned(), nobody).await.unwrap();
    found.into_iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn columns(tx: &mut Tx, table: &str) -> BTreeSet<String> {
    let nobody = UserId(uuid::Uuid::nil());
    let statement = if tx.is_postgres() {
        format!(
            "SELECT CAST(column_name AS TEXT) AS name FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = '{table}' AND $1 IS NOT NULL"
        )
    } else {
        format!("SELECT name FROM pragma_table_info('{table}') WHERE $1 IS NOT NULL")
    };
    let found = rows::of_customer(tx, statement, nobody).await.unwrap();
    found.into_iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// Every row of a table.
pub async fn whole(tx: &mut Tx, table: &str) -> Vec<Fields> {
    let statement = format!("SELECT * FROM {table} WHERE $1 IS NOT NULL");
    rows::of_customer(tx, statement, UserId(uuid::Uuid::nil())).await.unwrap()
}

#[tokio::test]
async fn every_table_and_column_of_the_database_is_declared() {
    for engine in Engine::all() {
        let app = TestApp::start(engine).await;
        let mut tx = app.caas().db.read().await.unwrap();
        let real: BTreeSet<String> = tables(&mut tx).await.into_iter().collect();
        let declared: BTreeSet<String> = TABLES
            .iter()
            .map(|table| table.name)
            .chain(OTHERS.iter().map(|(name, _)| *name))
            .map(str::to_owned)
            .collect();
        assert_eq!(declared.len(), TABLES.len() + OTHERS.len(), "each table is declared once");
        assert_eq!(real, declared, "each table has personal data, or a reason why not");
        for table in TABLES {
            let listed: Vec<&str> = names(table.told).chain(names(table.withheld)).collect();
            let once: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(once.len(), listed.len(), "{}: each column is declared once", table.name);
            assert_eq!(columns(&mut tx, table.name).await, once, "{}: each column is told or withheld", table.name);
            if let Erased::Columns(erased) = table.erased {
                assert!(
                    erased.iter().all(|(column, _)| once.contains(*column)),
                    "{}: what is erased exists",
                    table.name
                );
            }
            assert!(!table.kept.is_empty(), "{}: what is kept has its reason", table.name);
        }
        for (table, reason) in OTHERS {
            assert!(!reason.is_empty(), "{table}");
        }
    }
}

#[tokio::test]
async fn a_table_that_points_to_a_person_is_never_called_another_kind() {
    // Our own people's: who wrote, decided or looked.
    let ours = ["proposed_by", "decided_by", "published_by", "agent_id", "added_by"];
    for engine in Engine::all() {
        let app = TestApp::start(engine).await;
        let mut tx = app.caas().db.read().await.unwrap();
        for (table, _) in OTHERS {
            for column in columns(&mut tx, table).await {
                let points = ["customer", "user", "email", "phone", "buyer", "owner"];
                let suspicious = points.iter().any(|word| column.contains(word))
                    && !["failure_audit", "dealerships"].contains(table);
                assert!(!suspicious || ours.contains(&column.as_str()), "{table}.{column} may be a person's");
            }
        }
        assert!(FILES.iter().all(|files| TABLES.iter().any(|table| table.name == files.table)));
    }
}

#[tokio::test]
async fn the_statements_run_on_both_engines() {
    for engine in Engine::all() {
        let app = TestApp::start(engine).await;
        let caas = app.caas().clone();
        let mut tx = caas.db.begin().await.unwrap();
        let (customer, _) = sql!(
            &mut tx,
            one(UserId, String),
            "SELECT id, email FROM users WHERE email_key = 'cliente@demo.caas.example'"
        )
        .unwrap();
        let told = caas::rights::export::everything(&mut tx, customer).await.unwrap();
        assert_eq!(told.len(), TABLES.len());
        let account = &told.iter().find(|table| table.name == "users").unwrap().rows[0];
        assert_eq!(account["email"], "cliente@demo.caas.example");
        assert_eq!(account["id"], customer.to_string());
        for table in TABLES {
            if let Erased::Columns(columns) = table.erased {
                for (column, value) in columns {
                    let statement = format!("UPDATE {} SET {column} = {value} WHERE {}", table.name, table.whose);
                    rows::change(&mut tx, statement, customer).await.unwrap();
                }
            }
        }
    }
}
