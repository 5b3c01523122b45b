//! Revenue as the books have it: what was sold, what of it was given back and what customers' banks took back, by day or
//! month, kind, service and country.
//!
//! Days that are closed are folded into sums by night, so that a report reads some thousand of them and not years of entries.

use super::books::{between, last_closed};
use super::{begins, ends};
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::ServiceId;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::payments::ledger::Account;
use crate::subscriptions::model::Day;
use chrono::{Days, NaiveDate};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::HashMap;

codes! {
    /// What revenue is for.
    pub enum RevenueKind {
        /// A service that was bought once.
        Service = "SERVICE",
        /// The invoices of subscriptions.
        Subscription = "SUBSCRIPTION",
        /// The señal of a car: revenue when it is taken.
        Reservation = "RESERVATION",
        /// The rest of a car's price.
        Final = "FINAL",
    }
}

/// By which stretch of time a report adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// Each UTC day.
    Day,
    /// Each month.
    Month,
}

impl Stretch {
    /// The first day of the stretch that a day is in.
    pub fn of(self, day: NaiveDate) -> NaiveDate {
        match self {
            Stretch::Day => day,
            Stretch::Month => super::risk::month_of(day),
        }
    }
}

/// What was sold in a stretch of one kind, service and country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueSum {
    /// The first day of the stretch, by UTC.
    pub begins: NaiveDate,
    /// Of what.
    pub currency: Currency,
    /// What for.
    pub kind: RevenueKind,
    /// The service; none for a car's price.
    pub service: Option<ServiceId>,
    /// The country whose tax is in the price.
    pub country: Option<String>,
    /// Sold, without VAT.
    pub sold: Cents,
    /// Given back, without VAT: refunds, credit notes.
    pub back: Cents,
    /// What customers' banks took back, VAT included: the books have it as a cost, not against revenue.
    pub charged_back: Cents,
    /// How many entries of the books.
    pub entries: i64,
}

impl RevenueSum {
    /// What the revenue account came to: sold less given back.
    pub fn revenue(&self) -> Cents {
        self.sold - self.back
    }

    /// What is left once the banks have taken theirs.
    pub fn left(&self) -> Cents {
        self.revenue() - self.charged_back
    }
}

#[derive(FromRow)]
struct Row {
    currency: String,
    kind: String,
    service_id: Option<ServiceId>,
    country: Option<String>,
    sold_cents: Cents,
    back_cents: Cents,
    charged_back_cents: Cents,
    entries: i64,
}

impl Row {
    fn of(self, begins: NaiveDate) -> Result<RevenueSum> {
        Ok(RevenueSum {
            begins,
            currency: self.currency.parse()?,
            kind: self.kind.parse()?,
            service: self.service_id,
            country: self.country,
            sold: self.sold_cents,
            back: self.back_cents,
            charged_back: self.charged_back_cents,
            entries: self.entries,
        })
    }
}

/// A folded row with its stretch.
#[derive(FromRow)]
struct Folded {
    stretch: String,
    #[sqlx(flatten)]
    row: Row,
}

/// What the entries of one UTC day come to. A debt's payment has its service by the debt, a service's country is its buyer's.
async fn of_day(tx: &mut Tx, day: NaiveDate) -> Result<Vec<RevenueSum>> {
    let rows = sql!(tx, all Row,
        "SELECT l.currency, COALESCE(p.payment_type, 'SUBSCRIPTION') AS kind, COALESCE(a.service_id, s.service_id) AS service_id,
                COALESCE(s.country, o.country, u.country) AS country,
                CAST(SUM(CASE WHEN l.account = 'REVENUE' THEN l.credit_cents ELSE 0 END) AS BIGINT) AS sold_cents,
                CAST(SUM(CASE WHEN l.account = 'REVENUE' THEN l.debit_cents ELSE 0 END) AS BIGINT) AS back_cents,
                CAST(SUM(CASE WHEN l.account = 'REVENUE' THEN 0 ELSE l.debit_cents - l.credit_cents END) AS BIGINT)
                    AS charged_back_cents, COUNT(*) AS entries
         FROM ledger_entries l
         LEFT JOIN payments p ON p.id = l.payment_id
         LEFT JOIN users u ON u.id = p.customer_id
         LEFT JOIN service_activations a ON a.service_activation_id = p.service_activation_id
         LEFT JOIN invoices i ON i.id = COALESCE(l.invoice_id, p.invoice_id)
         LEFT JOIN debts d ON d.id = p.debt_id
         LEFT JOIN subscriptions s ON s.id = COALESCE(i.subscription_id, d.subscription_id)
         LEFT JOIN customer_orders o ON o.id = p.order_id
         WHERE l.account IN ('REVENUE', 'ABSORBED_COST') AND l.currency IN ('EUR', 'GBP', 'USD') AND l.at >= $1 AND l.at < $2
           AND (l.account = 'REVENUE' OR l.movement = 'CHARGEBACK')
         GROUP BY l.currency, COALESCE(p.payment_type, 'SUBSCRIPTION'), COALESCE(a.service_id, s.service_id),
                  COALESCE(s.country, o.country, u.country)", begins(day), ends(day))?;
    rows.into_iter().map(|row| row.of(day)).collect()
}

/// The last day that is folded.
async fn last_folded(tx: &mut Tx) -> Result<Option<NaiveDate>> {
    let row =
        sql!(tx, optional(String, Timestamp), "SELECT day, folded_at FROM revenue_foldings ORDER BY day DESC LIMIT 1")?;
    Ok(row.map(|(day, _)| Day::try_from(day)).transpose()?.map(|day| day.0))
}

/// Folds closed days that are not folded yet, `at_once` of them at most. `true` when some are left.
pub(super) async fn fold(caas: &Caas, tx: &mut Tx, at_once: usize) -> Result<bool> {
    let Some(last) = last_closed(tx, None).await? else { return Ok(false) };
    let next = match last_folded(tx).await? {
        Some(folded) => Some(folded + Days::new(1)),
        None => {
            sql!(tx, optional(String, Timestamp), "SELECT day, closed_at FROM ledger_closings ORDER BY day LIMIT 1")?
                .map(|(day, _)| Day::try_from(day))
                .transpose()?
                .map(|day| day.0)
        }
    };
    let Some(mut day) = next else { return Ok(false) };
    for _ in 0..at_once {
        if day > last {
            return Ok(false);
        }
        let (text, now) = (day.to_string(), caas.now());
        sql!(tx, execute "INSERT INTO revenue_foldings (day, folded_at) VALUES ($1, $2)", &text, now)?;
        let sums: Vec<_> = of_day(tx, day).await?.into_iter().map(|sum| (caas.new_uuid(), sum)).collect();
        for some in sums.chunks(100) {
            sql!(tx, insert
                "INSERT INTO revenue_days (id, day, currency, kind, service_id, country, sold_cents, back_cents,
                                           charged_back_cents, entries)",
                some, |sum| [sum.0, &text, sum.1.currency.as_str(), sum.1.kind.as_str(), sum.1.service, sum.1.country.as_deref(),
                             sum.1.sold, sum.1.back, sum.1.charged_back, sum.1.entries])?;
        }
        day = day + Days::new(1);
    }
    Ok(day <= last)
}

/// The sums of folded days in a range; the literal is how much of the day's text names the stretch.
macro_rules! folded {
    ($length:literal) => {
        concat!(
            "SELECT substr(day, 1, ",
            $length,
            ") AS stretch, currency, kind, service_id, country,
                CAST(SUM(sold_cents) AS BIGINT) AS sold_cents, CAST(SUM(back_cents) AS BIGINT) AS back_cents,
                CAST(SUM(charged_back_cents) AS BIGINT) AS charged_back_cents, CAST(SUM(entries) AS BIGINT) AS entries
             FROM revenue_days WHERE day >= $1 AND day <= $2
             GROUP BY substr(day, 1, ",
            $length,
            "), currency, kind, service_id, country"
        )
    };
}

/// What was sold between two days, both included, in the order of stretch, currency, kind, service and country.
pub async fn revenue(tx: &mut Tx, from: NaiveDate, until: NaiveDate, stretch: Stretch) -> Result<Vec<RevenueSum>> {
    let (first, last) = (from.to_string(), until.to_string());
    let rows = match stretch {
        Stretch::Day => sql!(tx, all Folded, folded!("10"), first, last)?,
        Stretch::Month => sql!(tx, all Folded, folded!("7"), first, last)?,
    };
    let mut sums = Vec::new();
    for folded in rows {
        let day = if stretch == Stretch::Month { format!("{}-01", folded.stretch) } else { folded.stretch };
        sums.push(folded.row.of(Day::try_from(day)?.0)?);
    }
    // What is not folded yet: the days since last night, or all of them before the first night.
    let open = match last_folded(tx).await? {
        Some(folded) => Some(folded + Days::new(1)),
        None => sql!(tx, one(Option<Timestamp>, i64), "SELECT MIN(at), COUNT(*) FROM ledger_entries")?
            .0
            .map(|first| first.date_naive()),
    };
    let mut day = open.map_or(until + Days::new(1), |open| open.max(from));
    while day <= until {
        for mut added in of_day(tx, day).await? {
            added.begins = stretch.of(day);
            match sums.iter_mut().find(|sum| key(sum) == key(&added)) {
                Some(sum) => {
                    sum.sold = sum.sold + added.sold;
                    sum.back = sum.back + added.back;
                    sum.charged_back = sum.charged_back + added.charged_back;
                    sum.entries += added.entries;
                }
                None => sums.push(added),
            }
        }
        day = day + Days::new(1);
    }
    sums.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(sums)
}

/// What a sum is the sum of.
fn key(sum: &RevenueSum) -> (NaiveDate, Currency, RevenueKind, Option<ServiceId>, Option<&str>) {
    (sum.begins, sum.currency, sum.kind, sum.service, sum.country.as_deref())
}

/// What the services are called, also those that are sold no more.
pub async fn service_names(tx: &mut Tx) -> Result<HashMap<ServiceId, Bilingual>> {
    let rows = sql!(tx, all(ServiceId, Json<Bilingual>), "SELECT id, names FROM services")?;
    Ok(rows.into_iter().map(|(id, names)| (id, names.0)).collect())
}

/// What the revenue account itself came to between two days, both included, by currency: what a report has to agree with.
pub async fn in_the_books(tx: &mut Tx, from: NaiveDate, until: NaiveDate) -> Result<Vec<Money>> {
    let sums = sql!(
        tx,
        all(String, Cents, Cents),
        "SELECT currency, CAST(SUM(debit_cents) AS BIGINT), CAST(SUM(credit_cents) AS BIGINT) FROM ledger_days
         WHERE account = 'REVENUE' AND day >= $1 AND day <= $2 GROUP BY currency",
        from.to_string(),
        until.to_string()
    )?;
    let mut books = Vec::new();
    for (currency, debit, credit) in sums {
        books.push(Money::new(credit - debit, currency.parse()?));
    }
    let since = last_closed(tx, None).await?.map_or(from, |closed| (closed + Days::new(1)).max(from));
    for sum in between(tx, begins(since), ends(until)).await?.iter().filter(|sum| sum.account == Account::Revenue) {
        let cents = sum.credit - sum.debit;
        match books.iter_mut().find(|money: &&mut Money| money.currency == sum.currency) {
            Some(money) => money.cents = money.cents + cents,
            None => books.push(Money::new(cents, sum.currency)),
        }
    }
    books.sort_by_key(|money| money.currency);
    Ok(books)
}
