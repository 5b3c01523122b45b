//! The ten promises of the rulebook (§1), proven over the whole database.
//!
//! Reads only. What could be large is read in batches by key, so that memory stays small whatever the database holds; no
//! row costs a question of its own. On a live database it reads one snapshot ([`prove`]).

mod cars;
mod delivery;
mod money;
mod nightly;
mod rights;
mod story;
mod subscriptions;
mod told;

pub use nightly::{ProveNightly, RunLine, latest_runs, prove_soon};

use crate::kernel::database::{Database, Tx};
use crate::kernel::error::Result;
use uuid::Uuid;

/// How many promises are proven.
pub const PROMISES: usize = 10;

/// Rows read at a time.
const BATCH: i64 = 2_000;

/// Over how much the promises were proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Payments.
    pub payments: i64,
    /// Activations.
    pub activations: i64,
    /// Attempts to reach a vehicle.
    pub attempts: i64,
    /// Entries of the ledger.
    pub ledger_entries: i64,
    /// Entries of the expediente.
    pub story_entries: i64,
    /// Messages.
    pub notifications: i64,
}

/// What a proof came to.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Every broken promise, each beginning with its number; none when all hold.
    pub broken: Vec<String>,
    /// Over how much it was proven.
    pub extent: Extent,
}

/// Proves the ten promises over one snapshot of the whole database, while the app may go on writing.
pub async fn prove(db: &Database) -> Result<Proof> {
    let mut tx = db.snapshot().await?;
    let broken = broken_promises(&mut tx).await?;
    let extent = extent(&mut tx).await?;
    Ok(Proof { broken, extent })
}

/// How much there is to prove.
pub async fn extent(tx: &mut Tx) -> Result<Extent> {
    let (payments,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM payments")?;
    let (activations,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM service_activations")?;
    let (attempts,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM activation_attempts")?;
    let (ledger_entries,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM ledger_entries")?;
    let (story_entries,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries")?;
    let (notifications,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM notifications")?;
    Ok(Extent { payments, activations, attempts, ledger_entries, story_entries, notifications })
}

/// Names every broken promise; empty when all hold. Each line begins with the promise's number.
pub async fn broken_promises(tx: &mut Tx) -> Result<Vec<String>> {
    let mut found = Findings::default();
    money::captured_after_delivery(tx, &mut found).await?;
    money::failed_is_free(tx, &mut found).await?;
    money::each_payment(tx, &mut found).await?;
    money::books_balance(tx, &mut found).await?;
    money::paid_as_agreed(tx, &mut found).await?;
    cars::paid_fairly(tx, &mut found).await?;
    subscriptions::each_day_once(tx, &mut found).await?;
    subscriptions::billed_fairly(tx, &mut found).await?;
    subscriptions::paid_once(tx, &mut found).await?;
    rights::withdrawn(tx, &mut found).await?;
    rights::blocked_is_free(tx, &mut found).await?;
    delivery::one_open_activation(tx, &mut found).await?;
    delivery::one_owner(tx, &mut found).await?;
    cars::one_buyer(tx, &mut found).await?;
    rights::passed_on(tx, &mut found).await?;
    delivery::written_before_sent(tx, &mut found).await?;
    money::written_before_sent(tx, &mut found).await?;
    subscriptions::looked_after(tx, &mut found).await?;
    delivery::never_switched_off(tx, &mut found).await?;
    story::each_step_once(tx, &mut found).await?;
    story::chains_unbroken(tx, &mut found).await?;
    told::failures_are_told(tx, &mut found).await?;
    Ok(found.0)
}

/// Promise 4 alone: names every currency, movement and closed day of the books that does not balance. The tests ask it after
/// each of them.
pub async fn unbalanced_books(tx: &mut Tx) -> Result<Vec<String>> {
    let mut found = Findings::default();
    money::books_balance(tx, &mut found).await?;
    Ok(found.0)
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, promise: u8, what: impl std::fmt::Display) {
        self.0.push(format!("promise {promise}: {what}"));
    }

    fn each(&mut self, promise: u8, thing: &str, ids: Vec<(Uuid,)>, what: &str) {
        for (id,) in ids {
            self.add(promise, format_args!("{thing} {id} {what}"));
        }
    }
}
