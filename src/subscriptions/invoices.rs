//! Invoices: numbers without gaps, seller and buyer as of the issue, and nothing changed afterwards but the state.
//!
//! They are simplified invoices as far as the law allows them without the buyer's address and tax id (Spain: RD 1619/2012,
//! art. 4, up to 400 €; Germany: § 33 UStDV, up to 250 €; United Kingdom: VAT Regulations 1995, reg. 16, up to £250). What
//! comes to nothing, such as a subscription that ended on its first day, makes no invoice: there is nothing to pay, and the
//! numbers stay without gaps.

use super::model::{Day, DebtId, InvoiceEvent, InvoiceId, InvoiceKind, InvoiceState, Period, SubscriptionId, UsedDays};
use super::repository::Subscription;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{UserId, VehicleId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::when::day_there;
use crate::payments::ledger;
use chrono::Datelike as _;
use sqlx::FromRow;
use sqlx::types::Json;

/// The columns of an [`Invoice`], each behind `$of`.
macro_rules! invoice_columns {
    ($of:literal) => {
        columns!($of; id, number, kind, customer_id, subscription_id, vehicle_id, period_start, period_end, net_cents,
            vat_cents, gross_cents, currency, vat_rate_basis_points, seller_name, seller_address, seller_tax_id,
            buyer_name, buyer_email, buyer_country, issued_on, due_on, state, debt_id, credits_id, paid_at, version,
            created_at)
    };
}
pub(crate) use invoice_columns;

/// An invoice.
#[derive(Debug, Clone, FromRow)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// For people: ES-2026-000001.
    pub number: String,
    /// What it bills.
    #[sqlx(try_from = "String")]
    pub kind: InvoiceKind,
    /// Who pays.
    pub customer_id: UserId,
    /// For which subscription.
    pub subscription_id: SubscriptionId,
    /// For which car.
    pub vehicle_id: VehicleId,
    /// The first day billed.
    #[sqlx(try_from = "String")]
    pub period_start: Day,
    /// The first day not billed any more.
    #[sqlx(try_from = "String")]
    pub period_end: Day,
    /// Without VAT. Negative on a credit note, as are the two that follow.
    pub net_cents: Cents,
    /// The VAT.
    pub vat_cents: Cents,
    /// To be paid.
    pub gross_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The VAT's rate, in hundredths of a percent.
    pub vat_rate_basis_points: i64,
    /// The seller, as of the issue.
    pub seller_name: String,
    /// Its address, in lines.
    pub seller_address: String,
    /// Its tax id.
    pub seller_tax_id: String,
    /// The buyer, as of the issue. Pseudonymised once the law no longer wants it, like the two that follow.
    pub buyer_name: String,
    /// Their address for mail.
    pub buyer_email: String,
    /// Their country.
    pub buyer_country: String,
    /// Its date.
    #[sqlx(try_from = "String")]
    pub issued_on: Day,
    /// Until when it is to be paid.
    #[sqlx(try_from = "String")]
    pub due_on: Day,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub state: InvoiceState,
    /// The debt it became a part of.
    pub debt_id: Option<DebtId>,
    /// Of a credit note: the invoice it undoes.
    pub credits_id: Option<InvoiceId>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// Against lost updates.
    pub version: i64,
    /// When it was issued.
    pub created_at: Timestamp,
}

impl Invoice {
    /// To be paid.
    pub fn gross(&self) -> Money {
        Money::new(self.gross_cents, self.currency)
    }

    /// The days it bills.
    pub fn period(&self) -> Period {
        Period { start: self.period_start, end: self.period_end }
    }
}

/// One line of an invoice.
#[derive(Debug, Clone, FromRow)]
pub struct InvoiceLine {
    /// The service.
    pub service_names: Json<Bilingual>,
    /// The first day billed.
    #[sqlx(try_from = "String")]
    pub period_start: Day,
    /// The first day not billed any more.
    #[sqlx(try_from = "String")]
    pub period_end: Day,
    /// Days billed.
    pub days: i64,
    /// Days of the whole period.
    pub of_days: i64,
    /// Without VAT.
    pub net_cents: Cents,
    /// The VAT's rate, in hundredths of a percent.
    pub vat_rate_basis_points: i64,
    /// The VAT.
    pub vat_cents: Cents,
    /// With it.
    pub gross_cents: Cents,
}

/// Reads an invoice.
pub async fn load(tx: &mut Tx, id: InvoiceId) -> Result<Invoice> {
    Ok(sql!(tx, one Invoice, concat!("SELECT ", invoice_columns!(""), " FROM invoices WHERE id = $1"), id)?)
}

/// An invoice of this customer; `None` when it does not exist or is somebody else's.
pub async fn of_customer(tx: &mut Tx, customer: UserId, id: InvoiceId) -> Result<Option<Invoice>> {
    Ok(sql!(tx, optional Invoice,
        concat!("SELECT ", invoice_columns!(""), " FROM invoices WHERE id = $1 AND customer_id = $2"), id, customer)?)
}

/// A customer's invoices, newest first, older than `before` when given.
pub async fn list_of_customer(
    tx: &mut Tx,
    customer: UserId,
    before: Option<InvoiceId>,
    limit: i64,
) -> Result<Vec<Invoice>> {
    Ok(sql!(tx, all Invoice,
        concat!("SELECT ", invoice_columns!(""),
                " FROM invoices WHERE customer_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"),
        customer, before.unwrap_or(InvoiceId(uuid::Uuid::max())), limit)?)
}

/// The invoices of a subscription, newest period first.
pub async fn of_subscription(tx: &mut Tx, id: SubscriptionId) -> Result<Vec<Invoice>> {
    Ok(sql!(tx, all Invoice,
        concat!("SELECT ", invoice_columns!(""),
                " FROM invoices WHERE subscription_id = $1 ORDER BY period_start DESC, year DESC, seq DESC"), id)?)
}

/// The invoices that became a debt, oldest first.
pub async fn of_debt(tx: &mut Tx, id: DebtId) -> Result<Vec<Invoice>> {
    Ok(sql!(tx, all Invoice,
        concat!("SELECT ", invoice_columns!(""), " FROM invoices WHERE debt_id = $1 ORDER BY period_start, id"), id)?)
}

/// The lines of an invoice, in order.
pub async fn lines_of(tx: &mut Tx, id: InvoiceId) -> Result<Vec<InvoiceLine>> {
    Ok(sql!(tx, all InvoiceLine,
        "SELECT service_names, period_start, period_end, days, of_days, net_cents, vat_rate_basis_points, vat_cents, gross_cents
         FROM invoice_lines WHERE invoice_id = $1 ORDER BY position", id)?)
}

/// What is to be paid of a subscription, the oldest period first: charged in this order, one at a time.
pub async fn unpaid(tx: &mut Tx, id: SubscriptionId) -> Result<Vec<Invoice>> {
    Ok(sql!(tx, all Invoice,
        concat!("SELECT ", invoice_columns!(""),
                " FROM invoices WHERE subscription_id = $1 AND state = 'ISSUED' ORDER BY period_start, id"), id)?)
}

/// Bills the whole period that runs.
pub(super) async fn issue_period(caas: &Caas, tx: &mut Tx, s: &Subscription) -> Result<InvoiceId> {
    let days = s.period().days();
    issue(caas, tx, s, InvoiceKind::Period, &UsedDays { period: s.period(), of_days: days, amount: s.price() }).await
}

/// Bills the days used of a period that is cut short. `None` when they cost nothing.
pub(super) async fn issue_used_days(
    caas: &Caas,
    tx: &mut Tx,
    s: &Subscription,
    used: &UsedDays,
) -> Result<Option<InvoiceId>> {
    if used.amount.cents <= Cents::ZERO {
        return Ok(None);
    }
    issue(caas, tx, s, InvoiceKind::UsedDays, used).await.map(Some)
}

/// What of a new invoice is not the same on each.
struct Draft<'a> {
    kind: InvoiceKind,
    subscription: &'a Subscription,
    billed: &'a UsedDays,
    vat_rate: i64,
    credits: Option<InvoiceId>,
}

async fn issue(
    caas: &Caas,
    tx: &mut Tx,
    subscription: &Subscription,
    kind: InvoiceKind,
    billed: &UsedDays,
) -> Result<InvoiceId> {
    let vat_rate = subscription.vat_rate_basis_points;
    write(caas, tx, &Draft { kind, subscription, billed, vat_rate, credits: None }).await
}

async fn write(caas: &Caas, tx: &mut Tx, draft: &Draft<'_>) -> Result<InvoiceId> {
    let (id, now, s) = (caas.new_id::<InvoiceId>(), caas.now(), draft.subscription);
    let (seller_name, seller_address, seller_tax_id, series, zone) = sql!(
        tx,
        optional(String, String, String, String, String),
        "SELECT name, address, tax_id, series, time_zone FROM legal_entities WHERE country = $1",
        &s.country
    )?
    .ok_or_else(|| Failure::Stored(format!("nobody of ours bills in {}", s.country)))?;
    let (buyer_name, buyer_email, buyer_country) =
        sql!(tx, one(String, String, String), "SELECT name, email, country FROM users WHERE id = $1", s.customer_id)?;
    let today = Day(day_there(now, &zone));
    let year = i64::from(today.0.year());
    // The row stays locked until the commit: a number that is given back by a failure was nobody's.
    let (seq, _) = sql!(
        tx,
        one(i64, i64),
        "INSERT INTO invoice_numbers (series, year, last) VALUES ($1, $2, 1)
         ON CONFLICT (series, year) DO UPDATE SET last = invoice_numbers.last + 1 RETURNING last, year",
        &series,
        year
    )?;
    let number = format!("{series}-{year}-{seq:06}");
    let gross = draft.billed.amount.cents;
    let vat = vat_in(gross, draft.vat_rate);
    let (net, period, currency) = (gross - vat, draft.billed.period, s.currency);
    let (is_credit, state) = match draft.kind {
        InvoiceKind::CreditNote => (true, InvoiceState::Paid),
        InvoiceKind::Period | InvoiceKind::UsedDays => (false, InvoiceState::Issued),
    };
    sql!(tx, execute
        "INSERT INTO invoices (id, number, series, year, seq, kind, customer_id, subscription_id, vehicle_id, period_start,
             period_end, net_cents, vat_cents, gross_cents, currency, vat_rate_basis_points, seller_name, seller_address,
             seller_tax_id, buyer_name, buyer_email, buyer_country, issued_on, due_on, state, credits_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                 $23, $24, $25, $26)",
        id, &number, &series, year, seq, draft.kind.as_str(), s.customer_id, s.id, s.vehicle_id, period.start.to_string(),
        period.end.to_string(), net, vat, gross, currency.as_str(), draft.vat_rate, seller_name, seller_address,
        seller_tax_id, buyer_name, buyer_email, buyer_country, today.to_string(), state.as_str(), draft.credits, now)?;
    sql!(tx, execute
        "INSERT INTO invoice_lines (id, invoice_id, position, service_names, period_start, period_end, days, of_days,
             net_cents, vat_rate_basis_points, vat_cents, gross_cents)
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        caas.new_uuid(), id, Json(&s.service_names.0), period.start.to_string(), period.end.to_string(), period.days(),
        draft.billed.of_days, net, draft.vat_rate, vat, gross)?;
    ledger::book_invoice(caas, tx, id, currency, (net, vat)).await?;
    let entry = Entry {
        vehicle: Some(s.vehicle_id),
        after: Some(state.as_str()),
        data: serde_json::json!({
            "number": number, "amount": Money::new(gross, currency), "service": s.service_names.0, "kind": draft.kind,
            "from": period.start, "until": period.last(), "subscription": s.id,
        }),
        visible: true,
        ..Entry::new(Some(s.customer_id), Actor::SYSTEM, EntryKind::InvoiceIssued, SubjectKind::Invoice, id.0)
    };
    record(caas, tx, entry).await?;
    metrics::counter!("caas_invoices_total", "kind" => if is_credit { "credit_note" } else { "invoice" }).increment(1);
    Ok(id)
}

/// The VAT in a gross amount; of a credit note exactly what the invoice had.
fn vat_in(gross: Cents, rate: i64) -> Cents {
    if gross.0 < 0 { Cents(-ledger::vat_in(Cents(-gross.0), rate).0) } else { ledger::vat_in(gross, rate) }
}

/// Takes an invoice one step on: state and entry.
pub(super) async fn apply(
    caas: &Caas,
    tx: &mut Tx,
    invoice: &mut Invoice,
    event: InvoiceEvent,
    actor: Actor,
) -> Result<()> {
    let before = invoice.state;
    let refused = || Failure::Stored(format!("an invoice in {before} does not take {event:?}"));
    invoice.state = before.on(event).ok_or_else(refused)?;
    if event == InvoiceEvent::Paid {
        invoice.paid_at = Some(caas.now());
    }
    let changed = sql!(tx, execute
        "UPDATE invoices SET state = $1, paid_at = $2, debt_id = $3, version = version + 1 WHERE id = $4 AND version = $5",
        invoice.state.as_str(), invoice.paid_at, invoice.debt_id, invoice.id, invoice.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("invoice"));
    }
    invoice.version += 1;
    let entry = Entry {
        vehicle: Some(invoice.vehicle_id),
        before: Some(before.as_str()),
        after: Some(invoice.state.as_str()),
        data: serde_json::json!({ "number": invoice.number, "amount": invoice.gross(), "subscription": invoice.subscription_id }),
        // That money was taken is told by the payment, that it was not by the subscription.
        visible: event == InvoiceEvent::Credited,
        ..Entry::new(Some(invoice.customer_id), actor, EntryKind::InvoiceChanged, SubjectKind::Invoice, invoice.id.0)
    };
    record(caas, tx, entry).await
}

/// Undoes an invoice by a credit note.
pub(super) async fn credit(
    caas: &Caas,
    tx: &mut Tx,
    s: &Subscription,
    invoice: &mut Invoice,
    actor: Actor,
) -> Result<()> {
    let (of_days,) =
        sql!(tx, one(i64,), "SELECT of_days FROM invoice_lines WHERE invoice_id = $1 AND position = 1", invoice.id)?;
    apply(caas, tx, invoice, InvoiceEvent::Credited, actor).await?;
    let amount = Money::new(Cents(-invoice.gross_cents.0), invoice.currency);
    let billed = UsedDays { period: invoice.period(), of_days, amount };
    let vat_rate = invoice.vat_rate_basis_points;
    let draft =
        Draft { kind: InvoiceKind::CreditNote, subscription: s, billed: &billed, vat_rate, credits: Some(invoice.id) };
    write(caas, tx, &draft).await?;
    Ok(())
}
