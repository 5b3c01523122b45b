//! Reading the books: what the accounts come to as of a day, an account's entries, one movement with what it is about.

use super::{begins, ends};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, OrderId, PaymentId, UserId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::{FAR_FUTURE, Timestamp};
use crate::payments::ledger::{Account, Movement};
use crate::payments::model::PaymentType;
use crate::payments::repository::car_payment_names;
use crate::subscriptions::model::{Day, DebtId, InvoiceId, invoice_names};
use chrono::{Days, NaiveDate};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// What one account comes to in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct Balance {
    /// The account.
    #[sqlx(try_from = "String")]
    pub account: Account,
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// All debits.
    #[sqlx(rename = "debit_cents")]
    pub debit: Cents,
    /// All credits.
    #[sqlx(rename = "credit_cents")]
    pub credit: Cents,
    /// How many entries.
    pub entries: i64,
}

impl Balance {
    /// Debits less credits: negative where the credits are more.
    pub fn balance(&self) -> Money {
        Money::new(self.debit - self.credit, self.currency)
    }
}

/// What every account comes to at the end of a UTC day, by currency and account; accounts without an entry are left out.
///
/// Days that are closed are read added up; only what came after them is added up anew.
pub async fn trial_balance(tx: &mut Tx, day: NaiveDate) -> Result<Vec<Balance>> {
    let closed = last_closed(tx, Some(day)).await?;
    let mut sums = match closed {
        None => Vec::new(),
        Some(last) => sql!(
            tx,
            all Balance,
            "SELECT account, currency, CAST(SUM(debit_cents) AS BIGINT) AS debit_cents,
                    CAST(SUM(credit_cents) AS BIGINT) AS credit_cents, CAST(SUM(entries) AS BIGINT) AS entries
             FROM ledger_days WHERE day <= $1 GROUP BY account, currency",
            last.to_string()
        )?,
    };
    let since = closed.map_or(Timestamp::UNIX_EPOCH, ends);
    for added in between(tx, since, ends(day)).await? {
        match sums.iter_mut().find(|sum| (sum.account, sum.currency) == (added.account, added.currency)) {
            Some(sum) => {
                sum.debit = sum.debit + added.debit;
                sum.credit = sum.credit + added.credit;
                sum.entries += added.entries;
            }
            None => sums.push(added),
        }
    }
    sums.sort_by_key(|sum| (sum.currency, sum.account));
    Ok(sums)
}

/// What was booked on each account from one moment until before another: a short walk along the accounts' index.
pub(super) async fn between(tx: &mut Tx, from: Timestamp, until: Timestamp) -> Result<Vec<Balance>> {
    let mut sums = Vec::new();
    if from >= until {
        return Ok(sums);
    }
    for &currency in Currency::ALL {
        for &account in Account::ALL {
            let (debit, credit, entries) = sql!(
                tx,
                one(Cents, Cents, i64),
                "SELECT CAST(COALESCE(SUM(debit_cents), 0) AS BIGINT), CAST(COALESCE(SUM(credit_cents), 0) AS BIGINT), COUNT(*)
                 FROM ledger_entries WHERE account = $1 AND currency = $2 AND at >= $3 AND at < $4",
                account.as_str(),
                currency.as_str(),
                from,
                until
            )?;
            if entries > 0 {
                sums.push(Balance { account, currency, debit, credit, entries });
            }
        }
    }
    Ok(sums)
}

/// The last day that is closed, on or before `until` when given.
pub(crate) async fn last_closed(tx: &mut Tx, until: Option<NaiveDate>) -> Result<Option<NaiveDate>> {
    let until = until.map_or_else(|| "9999-12-31".to_owned(), |day| day.to_string());
    let row = sql!(
        tx,
        optional(String, Timestamp),
        "SELECT day, closed_at FROM ledger_closings WHERE day <= $1 ORDER BY day DESC LIMIT 1",
        until
    )?;
    Ok(row.map(|(day, _)| Day::try_from(day)).transpose()?.map(|day| day.0))
}

/// What of an account is asked for.
#[derive(Debug, Clone, Copy)]
pub struct EntryFilter {
    /// The account.
    pub account: Account,
    /// The currency.
    pub currency: Currency,
    /// Not before this day.
    pub from: Option<NaiveDate>,
    /// Not after this day.
    pub until: Option<NaiveDate>,
    /// Of this kind of movement alone.
    pub movement: Option<Movement>,
    /// Only entries older than this one.
    pub before: Option<(Timestamp, Uuid)>,
}

/// One entry of the books.
#[derive(Debug, Clone, FromRow)]
pub struct EntryLine {
    /// Its id.
    pub id: Uuid,
    /// What it was written together with.
    pub movement_id: Uuid,
    /// What happened.
    #[sqlx(try_from = "String")]
    pub movement: Movement,
    /// On which account.
    #[sqlx(try_from = "String")]
    pub account: Account,
    /// Debit, or zero.
    #[sqlx(rename = "debit_cents")]
    pub debit: Cents,
    /// Credit, or zero.
    #[sqlx(rename = "credit_cents")]
    pub credit: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The payment it is about.
    pub payment_id: Option<PaymentId>,
    /// Or the invoice.
    pub invoice_id: Option<InvoiceId>,
    /// When it was written.
    pub at: Timestamp,
}

/// An account's entries, newest first.
pub async fn entries(tx: &mut Tx, filter: &EntryFilter, limit: i64) -> Result<Vec<EntryLine>> {
    let from = filter.from.map_or(Timestamp::UNIX_EPOCH, begins);
    let until = filter.until.map_or(FAR_FUTURE, ends);
    let (before, before_id) = filter.before.unwrap_or((FAR_FUTURE, Uuid::max()));
    let movement = filter.movement.map(Movement::as_str);
    Ok(sql!(tx, all EntryLine,
        "SELECT id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, invoice_id, at
         FROM ledger_entries
         WHERE account = $1 AND currency = $2 AND at >= $3 AND at < $4 AND ($5 IS NULL OR movement = $5)
           AND at <= $6 AND (at < $6 OR id < $7)
         ORDER BY at DESC, id DESC LIMIT $8",
        filter.account.as_str(), filter.currency.as_str(), from, until, movement, before, before_id, limit)?)
}

/// The payment or invoice that a movement is about, with what leads to its story.
#[derive(Debug, Clone, FromRow)]
pub struct About {
    /// Whose.
    pub customer_id: UserId,
    /// What a payment is for: a code of [`PaymentType`].
    pub payment_type: Option<String>,
    /// The gateway's id of the payment.
    pub gateway_payment_id: Option<String>,
    /// The service, of a service's payment.
    #[sqlx(rename = "service_activation_id")]
    pub activation: Option<ActivationId>,
    /// Its name.
    pub service_names: Option<Json<Bilingual>>,
    /// The number of the service's support case, if there is one.
    pub case_number: Option<String>,
    /// The car's order.
    pub order_id: Option<OrderId>,
    /// Its number.
    pub order_number: Option<String>,
    /// The invoice.
    pub invoice_id: Option<InvoiceId>,
    /// Its number.
    pub invoice_number: Option<String>,
    /// The debt.
    pub debt_id: Option<DebtId>,
}

impl About {
    /// What it is about, in words.
    pub fn names(&self) -> Bilingual {
        let part: Option<PaymentType> = self.payment_type.as_deref().and_then(|code| code.parse().ok());
        match (&self.service_names, &self.order_number, &self.invoice_number) {
            (Some(names), ..) => names.0.clone(),
            (None, Some(number), _) => car_payment_names(part.unwrap_or(PaymentType::Reservation), number),
            (None, None, Some(number)) => invoice_names(number),
            (None, None, None) => {
                Bilingual { es: "Suscripción sin pagar".to_owned(), en: "Unpaid subscription".to_owned() }
            }
        }
    }
}

/// What a payment is about.
pub async fn about_payment(tx: &mut Tx, id: PaymentId) -> Result<About> {
    Ok(sql!(tx, one About,
        "SELECT p.customer_id, p.payment_type, p.gateway_payment_id, p.service_activation_id, a.service_names,
                (SELECT MAX(t.number) FROM tickets t WHERE t.service_activation_id = p.service_activation_id) AS case_number,
                p.order_id, o.number AS order_number, p.invoice_id, i.number AS invoice_number, p.debt_id
         FROM payments p LEFT JOIN service_activations a ON a.service_activation_id = p.service_activation_id
         LEFT JOIN customer_orders o ON o.id = p.order_id LEFT JOIN invoices i ON i.id = p.invoice_id
         WHERE p.id = $1", id)?)
}

async fn about_invoice(tx: &mut Tx, id: InvoiceId) -> Result<About> {
    Ok(sql!(tx, one About,
        "SELECT i.customer_id, CAST(NULL AS TEXT) AS payment_type, CAST(NULL AS TEXT) AS gateway_payment_id,
                s.service_activation_id, s.service_names, CAST(NULL AS TEXT) AS case_number,
                CAST(NULL AS UUID) AS order_id, CAST(NULL AS TEXT) AS order_number, i.id AS invoice_id,
                i.number AS invoice_number, i.debt_id
         FROM invoices i JOIN subscriptions s ON s.id = i.subscription_id WHERE i.id = $1", id)?)
}

/// A movement as it stands in the books.
#[derive(Debug, Clone)]
pub struct BookedMovement {
    /// Its entries: debits first.
    pub lines: Vec<EntryLine>,
    /// What it is about.
    pub about: About,
}

/// The movement that an entry belongs to; `None` when there is no such entry.
pub async fn movement_of(tx: &mut Tx, entry: Uuid) -> Result<Option<BookedMovement>> {
    let found = sql!(tx, optional EntryLine,
        "SELECT id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, invoice_id, at
         FROM ledger_entries WHERE id = $1", entry)?;
    let Some(entry) = found else { return Ok(None) };
    // Through what it is about: that is an index, and a movement is about one thing.
    let mut lines = match entry.invoice_id {
        Some(invoice) => sql!(tx, all EntryLine,
            "SELECT id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, invoice_id, at
             FROM ledger_entries WHERE invoice_id = $1 AND movement_id = $2", invoice, entry.movement_id)?,
        None => sql!(tx, all EntryLine,
            "SELECT id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, invoice_id, at
             FROM ledger_entries WHERE payment_id = $1 AND movement_id = $2", entry.payment_id, entry.movement_id)?,
    };
    lines.sort_by_key(|line| (std::cmp::Reverse(line.debit), line.account, line.id));
    let about = match (entry.payment_id, entry.invoice_id) {
        (Some(payment), _) => about_payment(tx, payment).await?,
        (None, Some(invoice)) => about_invoice(tx, invoice).await?,
        (None, None) => return Ok(None),
    };
    Ok(Some(BookedMovement { lines, about }))
}

/// The day before a moment's own, by UTC: the last that is over.
pub fn yesterday(now: Timestamp) -> NaiveDate {
    now.date_naive() - Days::new(1)
}
