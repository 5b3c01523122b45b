//! What is going to be billed. Read along the index of due times, so that it stays quick however many there are.

use super::model::{Day, SubscriptionId};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ServiceId, UserId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use sqlx::FromRow;
use sqlx::types::Json;

/// One period that will be billed.
#[derive(Debug, Clone, FromRow)]
pub struct Coming {
    /// Of which subscription.
    pub id: SubscriptionId,
    /// The service.
    pub service_names: Json<Bilingual>,
    /// When: the moment its period is over.
    pub next_billing_at: Timestamp,
    /// The first day after the period.
    #[sqlx(try_from = "String")]
    pub period_end: Day,
    /// How much, unless it is ended before.
    pub price_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Whether it ends with that period.
    pub cancel_at_period_end: bool,
}

impl Coming {
    /// How much.
    pub fn amount(&self) -> Money {
        Money::new(self.price_cents, self.currency)
    }
}

/// What a customer's subscriptions will bill before `until`, by date.
pub async fn of_customer(tx: &mut Tx, customer: UserId, until: Timestamp) -> Result<Vec<Coming>> {
    Ok(sql!(tx, all Coming,
        "SELECT id, service_names, next_billing_at, period_end, price_cents, currency, cancel_at_period_end
         FROM subscriptions WHERE customer_id = $1 AND next_billing_at < $2 ORDER BY next_billing_at, id LIMIT 500",
        customer, until)?)
}

/// What a day will bring for one service in one currency.
#[derive(Debug, Clone, FromRow)]
pub struct DayTotal {
    /// The day after the periods.
    #[sqlx(try_from = "String")]
    pub day: Day,
    /// Which service.
    pub service_id: ServiceId,
    /// Its name today.
    pub service_names: Json<Bilingual>,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// How many subscriptions.
    pub subscriptions: i64,
    /// How much together.
    pub cents: Cents,
}

/// Where a page of [`totals`] ends: the key for the next one.
pub type After = (Day, ServiceId, Currency);

/// What will be billed from `from` until before `until`, by day, service and currency.
pub async fn totals(
    tx: &mut Tx,
    (from, until): (Timestamp, Timestamp),
    after: Option<After>,
    limit: i64,
) -> Result<Vec<DayTotal>> {
    let (day, service, currency) = match after {
        Some((day, service, currency)) => (day.to_string(), service, currency.as_str()),
        None => (String::new(), ServiceId(uuid::Uuid::nil()), ""),
    };
    Ok(sql!(tx, all DayTotal,
        "SELECT t.day, t.service_id, s.names AS service_names, t.currency, t.subscriptions, t.cents
         FROM (SELECT period_end AS day, service_id, currency, COUNT(*) AS subscriptions,
                      CAST(SUM(price_cents) AS BIGINT) AS cents
               FROM subscriptions WHERE next_billing_at >= $1 AND next_billing_at < $2
               GROUP BY period_end, service_id, currency) t
         JOIN services s ON s.id = t.service_id
         WHERE (t.day, t.service_id, t.currency) > ($3, $4, $5)
         ORDER BY t.day, t.service_id, t.currency LIMIT $6",
        from, until, day, service, currency, limit)?)
}

/// What will be billed from `from` until before `until` in each currency: how many, and how much.
pub async fn grand_totals(tx: &mut Tx, (from, until): (Timestamp, Timestamp)) -> Result<Vec<(i64, Money)>> {
    let rows = sql!(
        tx,
        all(String, i64, Cents),
        "SELECT currency, COUNT(*), CAST(SUM(price_cents) AS BIGINT) FROM subscriptions
         WHERE next_billing_at >= $1 AND next_billing_at < $2 GROUP BY currency ORDER BY currency",
        from,
        until
    )?;
    rows.into_iter()
        .map(|(currency, count, cents)| Ok((count, Money::new(cents, currency.parse::<Currency>()?))))
        .collect()
}
