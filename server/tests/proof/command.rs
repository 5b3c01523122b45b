//! `caas verify`: what it prints, and how it ends.

use caas::kernel::database::Database;
use caas::sql;
use std::process::{Command, Output};
use uuid::Uuid;

fn caas(arguments: &[&str], database_url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caas"))
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database_url)
        .output()
        .unwrap()
}

#[tokio::test]
async fn it_prints_each_broken_promise_and_ends_non_zero() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("caas.db").display());
    assert!(caas(&["seed-demo"], &url).status.success());
    let sound = caas(&["verify"], &url);
    let said = String::from_utf8(sound.stdout).unwrap();
    assert!(sound.status.success() && said.starts_with("10 promises hold over"), "{said}");

    // Another process has the database open, as a running app would.
    let db = Database::connect(&url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let chain = Uuid::from_u128(7);
    sql!(tx, execute "INSERT INTO expediente_chains (chain_id, last_seq, last_hash) VALUES ($1, 3, 'x')", chain)
        .unwrap();
    sql!(tx, execute "UPDATE vehicles SET vin = LOWER('VSSZZZLNCTR000101') WHERE vin = 'VSSZZZBRSTR000303'").unwrap();
    tx.commit().await.unwrap();
    let broken = caas(&["verify"], &url);
    let said = String::from_utf8(broken.stdout).unwrap();
    assert_eq!(broken.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("promise 9: expediente chain {chain}: all of its 3 entries are missing")), "{said}");
    assert!(said.contains("promise 6: VIN VSSZZZLNCTR000101 has more than one owner"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    assert_eq!(String::from_utf8(broken.stderr).unwrap().trim_end().lines().last(), Some("caas: 2 broken promises"));
    db.close().await;
}
