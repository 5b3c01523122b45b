//! The risk report: what CaaS bore, by month, reason, service and model (rulebook §12). Read from the books alone.

use super::begins;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::ServiceId;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::{FAR_FUTURE, Timestamp};
use crate::payments::ledger::Movement;
use chrono::{Datelike as _, Months, NaiveDate};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

codes! {
    /// Why CaaS bears something.
    pub enum RiskReason {
        /// The hold had lapsed when the car had confirmed.
        HoldLapsed = "HOLD_LAPSED",
        /// The bank did not move what was charged.
        NotSettled = "NOT_SETTLED",
        /// The customer's bank took its money back.
        Chargeback = "CHARGEBACK",
        /// What was borne came after all: counts against the rest.
        Recovered = "RECOVERED",
        /// A debt was given up.
        WrittenOff = "WRITTEN_OFF",
    }
}

impl RiskReason {
    /// The reason of a movement; `held` when its payment had ended as a hold.
    fn of(movement: Movement, held: bool) -> Option<RiskReason> {
        Some(match (movement, held) {
            (Movement::Absorb, true) => RiskReason::HoldLapsed,
            (Movement::Absorb, false) => RiskReason::NotSettled,
            (Movement::Chargeback, _) => RiskReason::Chargeback,
            (Movement::Recovery, _) => RiskReason::Recovered,
            (Movement::WriteOff, _) => RiskReason::WrittenOff,
            _ => return None,
        })
    }
}

/// What was borne in a month for a reason, a service and a model.
#[derive(Debug, Clone)]
pub struct RiskSum {
    /// The first day of the month, by UTC.
    pub month: NaiveDate,
    /// Why.
    pub reason: RiskReason,
    /// The service; none for a car's payment.
    pub service: Option<(ServiceId, Bilingual)>,
    /// The car's model, by code and name; none where no car is concerned.
    pub model: Option<(String, String)>,
    /// Of what.
    pub currency: Currency,
    /// How much; less than nothing for what came after all.
    pub cents: Cents,
    /// How many entries.
    pub entries: i64,
}

impl RiskSum {
    /// How much.
    pub fn amount(&self) -> Money {
        Money::new(self.cents, self.currency)
    }
}

/// The entries of what was borne with what they are about; the rest of the statement says which.
macro_rules! borne {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ledger_entries l
             LEFT JOIN payments p ON p.id = l.payment_id
             LEFT JOIN service_activations a ON a.service_activation_id = p.service_activation_id
             LEFT JOIN invoices i ON i.id = COALESCE(l.invoice_id, p.invoice_id)
             LEFT JOIN debts d ON d.id = p.debt_id
             LEFT JOIN subscriptions s ON s.id = COALESCE(i.subscription_id, d.subscription_id)
             LEFT JOIN customer_orders o ON o.id = p.order_id
             LEFT JOIN vehicles v ON v.id = COALESCE(a.vehicle_id, s.vehicle_id, o.vehicle_id)
             LEFT JOIN vehicle_models m ON m.code = v.model_code
             WHERE l.account IN ('ABSORBED_COST', 'WRITTEN_OFF') AND ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    movement: Movement,
    held: bool,
    service_id: Option<ServiceId>,
    service_names: Option<Json<Bilingual>>,
    model_code: Option<String>,
    model_name: Option<String>,
    #[sqlx(try_from = "String")]
    currency: Currency,
    cents: Cents,
    entries: i64,
}

/// The first day of a day's month.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// What was borne in the months from one to another, both included, oldest first: one walk along the accounts' index a month.
pub async fn risk(tx: &mut Tx, from: NaiveDate, until: NaiveDate) -> Result<Vec<RiskSum>> {
    let (mut month, last) = (month_of(from), month_of(until));
    let mut sums = Vec::new();
    while month <= last {
        let next = month + Months::new(1);
        let rows = sql!(tx, all Row, borne!(
            "l.movement, COALESCE(p.state = 'CANCELLED', FALSE) AS held, COALESCE(a.service_id, s.service_id) AS service_id,
             COALESCE(a.service_names, s.service_names) AS service_names, m.code AS model_code, m.name AS model_name,
             l.currency, CAST(SUM(l.debit_cents - l.credit_cents) AS BIGINT) AS cents, COUNT(*) AS entries",
            "l.currency IN ('EUR', 'GBP', 'USD') AND l.at >= $1 AND l.at < $2
             GROUP BY l.movement, COALESCE(p.state = 'CANCELLED', FALSE), COALESCE(a.service_id, s.service_id),
                      COALESCE(a.service_names, s.service_names), m.code, m.name, l.currency
             ORDER BY l.currency, l.movement, m.code"), begins(month), begins(next))?;
        sums.extend(rows.into_iter().filter_map(|row| {
            Some(RiskSum {
                month,
                reason: RiskReason::of(row.movement, row.held)?,
                service: row.service_id.zip(row.service_names.map(|names| names.0)),
                model: row.model_code.zip(row.model_name),
                currency: row.currency,
                cents: row.cents,
                entries: row.entries,
            })
        }));
        month = next;
    }
    Ok(sums)
}

/// Which of what was borne is asked for.
#[derive(Debug, Clone)]
pub struct RiskFilter {
    /// From this day on.
    pub from: NaiveDate,
    /// Before this day.
    pub before_day: NaiveDate,
    /// Of this currency.
    pub currency: Currency,
    /// For this reason alone.
    pub reason: Option<RiskReason>,
    /// Of this service alone.
    pub service: Option<ServiceId>,
    /// Of this model alone, by code.
    pub model: Option<String>,
    /// Only what is older than this.
    pub before: Option<(Timestamp, Uuid)>,
}

/// One entry of what was borne.
#[derive(Debug, Clone)]
pub struct RiskLine {
    /// The entry in the books.
    pub id: Uuid,
    /// When it was booked.
    pub at: Timestamp,
    /// Why.
    pub reason: RiskReason,
    /// The service.
    pub service: Option<Bilingual>,
    /// The car's model.
    pub model: Option<String>,
    /// How much.
    pub amount: Money,
}

#[derive(FromRow)]
struct LineRow {
    id: Uuid,
    at: Timestamp,
    #[sqlx(try_from = "String")]
    movement: Movement,
    held: bool,
    service_names: Option<Json<Bilingual>>,
    model_name: Option<String>,
    #[sqlx(try_from = "String")]
    currency: Currency,
    cents: Cents,
}

/// What a figure of the report is made of, newest first.
pub async fn lines(tx: &mut Tx, filter: &RiskFilter, limit: i64) -> Result<Vec<RiskLine>> {
    let (before, before_id) = filter.before.unwrap_or((FAR_FUTURE, Uuid::max()));
    let (movement, held) = match filter.reason {
        None => (None, None),
        Some(RiskReason::HoldLapsed) => (Some(Movement::Absorb), Some(true)),
        Some(RiskReason::NotSettled) => (Some(Movement::Absorb), Some(false)),
        Some(RiskReason::Chargeback) => (Some(Movement::Chargeback), None),
        Some(RiskReason::Recovered) => (Some(Movement::Recovery), None),
        Some(RiskReason::WrittenOff) => (Some(Movement::WriteOff), None),
    };
    let rows = sql!(tx, all LineRow, borne!(
        "l.id, l.at, l.movement, COALESCE(p.state = 'CANCELLED', FALSE) AS held,
         COALESCE(a.service_names, s.service_names) AS service_names, m.name AS model_name, l.currency,
         l.debit_cents - l.credit_cents AS cents",
        "l.currency = $1 AND l.at >= $2 AND l.at < $3 AND ($4 IS NULL OR l.movement = $4)
         AND ($5 IS NULL OR COALESCE(p.state = 'CANCELLED', FALSE) = $5)
         AND ($6 IS NULL OR COALESCE(a.service_id, s.service_id) = $6) AND ($7 IS NULL OR m.code = $7)
         AND l.at <= $8 AND (l.at < $8 OR l.id < $9)
         ORDER BY l.at DESC, l.id DESC LIMIT $10"),
        filter.currency.as_str(), begins(filter.from), begins(filter.before_day), movement.map(Movement::as_str), held,
        filter.service, filter.model.as_deref(), before, before_id, limit)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(RiskLine {
                id: row.id,
                at: row.at,
                reason: RiskReason::of(row.movement, row.held)?,
                service: row.service_names.map(|names| names.0),
                model: row.model_name,
                amount: Money::new(row.cents, row.currency),
            })
        })
        .collect())
}
