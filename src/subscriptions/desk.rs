//! What finance sees of all subscriptions and debts: read only, every list paged by key.

use super::debts::Debt;
use super::model::{DebtId, DebtState, SubscriptionId, SubscriptionStatus};
use super::repository::Subscription;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::subscriptions::debts::debt_columns;
use crate::subscriptions::repository::subscription_columns;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// A debt in finance's list, with whose it is and what it is for.
#[derive(Debug, Clone, FromRow)]
pub struct DebtLine {
    /// The debt.
    #[sqlx(flatten)]
    pub debt: Debt,
    /// The service that was not paid.
    pub service_names: Json<Bilingual>,
    /// Whose it is.
    pub customer_name: String,
    /// Where they are reached.
    pub customer_email: String,
}

/// Debts, newest first, older than `before` when given; in one state when given.
pub async fn debts(tx: &mut Tx, state: Option<DebtState>, before: Option<DebtId>, limit: i64) -> Result<Vec<DebtLine>> {
    let before = before.unwrap_or(DebtId(Uuid::max()));
    // With the state spelled out, its index is used.
    Ok(match state {
        Some(state) => sql!(tx, all DebtLine,
            concat!("SELECT ", debt_columns!("d."), ", s.service_names, u.name AS customer_name, u.email AS customer_email
             FROM debts d JOIN subscriptions s ON s.id = d.subscription_id JOIN users u ON u.id = d.customer_id
             WHERE d.state = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3"), state.as_str(), before, limit)?,
        None => sql!(tx, all DebtLine,
            concat!("SELECT ", debt_columns!("d."), ", s.service_names, u.name AS customer_name, u.email AS customer_email
             FROM debts d JOIN subscriptions s ON s.id = d.subscription_id JOIN users u ON u.id = d.customer_id
             WHERE d.id < $1 ORDER BY d.id DESC LIMIT $2"), before, limit)?,
    })
}

/// How many debts of a currency are in a state, and their sum.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct DebtSum {
    /// The state.
    #[sqlx(try_from = "String")]
    pub state: DebtState,
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// How many.
    pub count: i64,
    /// How much in all.
    pub cents: Cents,
}

impl DebtSum {
    /// How much in all.
    pub fn amount(&self) -> Money {
        Money::new(self.cents, self.currency)
    }
}

/// The sums of all debts by state and currency.
pub async fn debt_sums(tx: &mut Tx) -> Result<Vec<DebtSum>> {
    Ok(sql!(tx, all DebtSum,
        "SELECT state, currency, COUNT(*) AS count, CAST(SUM(amount_cents) AS BIGINT) AS cents
         FROM debts GROUP BY state, currency ORDER BY state, currency")?)
}

/// How many subscriptions are in a state; those that end with their period apart.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct StatusCount {
    /// The state.
    #[sqlx(try_from = "String")]
    pub status: SubscriptionStatus,
    /// Whether they end with their period.
    pub cancel_at_period_end: bool,
    /// How many.
    pub count: i64,
}

/// The subscriptions counted by state.
pub async fn counts(tx: &mut Tx) -> Result<Vec<StatusCount>> {
    Ok(sql!(tx, all StatusCount,
        "SELECT status, cancel_at_period_end, COUNT(*) AS count FROM subscriptions
         GROUP BY status, cancel_at_period_end ORDER BY status, cancel_at_period_end")?)
}

/// A subscription in finance's list, with whose it is and what is open.
#[derive(Debug, Clone, FromRow)]
pub struct PastDueLine {
    /// The subscription.
    #[sqlx(flatten)]
    pub subscription: Subscription,
    /// Whose it is.
    pub customer_name: String,
    /// Where they are reached.
    pub customer_email: String,
    /// What was billed and is not paid.
    pub open_cents: Cents,
}

impl PastDueLine {
    /// What was billed and is not paid.
    pub fn open(&self) -> Money {
        Money::new(self.open_cents, self.subscription.currency)
    }
}

/// Subscriptions whose charge failed, in the order they began, after `after` when given.
pub async fn past_due(tx: &mut Tx, after: Option<SubscriptionId>, limit: i64) -> Result<Vec<PastDueLine>> {
    Ok(sql!(tx, all PastDueLine,
        concat!("SELECT ", subscription_columns!("s."), ", u.name AS customer_name, u.email AS customer_email,
                (SELECT CAST(COALESCE(SUM(i.gross_cents), 0) AS BIGINT) FROM invoices i
                 WHERE i.subscription_id = s.id AND i.state = 'ISSUED') AS open_cents
         FROM subscriptions s JOIN users u ON u.id = s.customer_id
         WHERE s.status = 'PAST_DUE' AND s.id > $1 ORDER BY s.id LIMIT $2"),
        after.unwrap_or(SubscriptionId(Uuid::nil())), limit)?)
}

/// A step in the story of a debt.
#[derive(Debug, Clone, FromRow)]
pub struct DebtMoment {
    /// When.
    pub at: Timestamp,
    /// The state after it; a code of [`DebtState`].
    pub after: Option<String>,
    /// Who brought it about, when it was somebody of ours.
    pub actor_name: Option<String>,
}

/// The story of a debt, oldest first.
pub async fn story_of_debt(tx: &mut Tx, id: DebtId) -> Result<Vec<DebtMoment>> {
    Ok(sql!(tx, all DebtMoment,
        "SELECT e.at, e.after_state AS after, u.name AS actor_name FROM expediente_entries e
         LEFT JOIN users u ON u.id = e.actor_id AND e.actor_kind = 'STAFF' WHERE e.subject_id = $1 ORDER BY e.seq", id)?)
}
