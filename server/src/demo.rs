//! The demo world: people, cars and a catalogue to try the product with. Never in production.

use caas::Caas;
use caas::accounts::{DEMO_ACCOUNTS, DEMO_PASSWORD};
use caas::kernel::error::Result;
use caas::sql;

/// Fills an empty database. Returns whether it did.
pub async fn seed_if_new(caas: &Caas) -> Result<bool> {
    if has_people(caas).await? {
        return Ok(false);
    }
    let mut tx = caas.db.begin().await?;
    caas::accounts::seed_demo(caas, &mut tx).await?;
    caas::catalogue::seed_demo(caas, &mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

async fn has_people(caas: &Caas) -> Result<bool> {
    let mut tx = caas.db.read().await?;
    let row = sql!(tx, optional(i64,), "SELECT CAST(1 AS BIGINT) FROM users LIMIT 1")?;
    Ok(row.is_some())
}

/// Whether this database holds the demo accounts.
pub async fn is_demo(caas: &Caas) -> Result<bool> {
    let mut tx = caas.db.read().await?;
    let first = DEMO_ACCOUNTS.first().map(|account| account.email).unwrap_or_default();
    let row = sql!(tx, optional(i64,), "SELECT CAST(1 AS BIGINT) FROM users WHERE email_key = $1", first)?;
    Ok(row.is_some())
}

/// Who can sign in, one a line.
pub fn accounts() -> String {
    let mut text = format!("  Demo accounts, password {DEMO_PASSWORD}\n");
    for account in DEMO_ACCOUNTS {
        text.push_str(&format!("    {:<34} {}\n", account.email, account.role));
    }
    text
}
