//! Comparing a day: every payment that its report names, and every booking of the day that some report must name.
//!
//! What is only late is no alarm. A report's line is compared in the night after its day, hours after its message came. A
//! booking of ours is missed in the reports only when the reports of all days from the payment's capture until the day after
//! the booking are here; captured money of which no report has spoken at all, a week after the capture.

use super::model::Class;
use super::rules::{Books, Finding, Told, judge, refunds_not_told};
use crate::finance::{begins, ends};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::PaymentId;
use crate::kernel::money::{Cents, Currency};
use crate::kernel::planted::{Bug, is_in};
use crate::payments::ledger::Movement;
use crate::payments::model::{ReportKind, ReportStatus, Settlement};
use crate::subscriptions::model::Day;
use chrono::{Days, NaiveDate};
use sqlx::FromRow;
use std::collections::BTreeSet;

/// Payments that are compared at a time.
const BATCH: i64 = 500;

/// After this many days without a word, captured money counts as missing in the reports.
pub(super) const CAPTURE_GRACE_DAYS: u64 = 7;

/// Which payments of a day are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All that its report names.
    Whole,
    /// Those about which report and books disagreed: the rest was found in order, and what came later has its own day.
    Open,
}

/// Where report and books disagree about a day.
pub(super) async fn compare(tx: &mut Tx, day: NaiveDate, scope: Scope) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    told_by_report(tx, day, scope, &mut findings).await?;
    let known = Known::around(tx, day).await?;
    payouts_not_told(tx, day, &known, &mut findings).await?;
    captures_not_told(tx, day, &known, &mut findings).await?;
    refunds_of_day_not_told(tx, day, &known, &mut findings).await?;
    Ok(findings)
}

#[derive(FromRow)]
struct LineRow {
    gateway_payment_id: String,
    #[sqlx(try_from = "String")]
    day: Day,
    #[sqlx(try_from = "String")]
    kind: ReportKind,
    #[sqlx(try_from = "String")]
    status: ReportStatus,
    amount_cents: Cents,
    #[sqlx(try_from = "String")]
    currency: Currency,
    fees_cents: Option<Cents>,
    payment_id: Option<PaymentId>,
    own_currency: Option<String>,
    captured_cents: Option<Cents>,
    settlement: Option<String>,
    own_fees: Cents,
}

impl LineRow {
    fn told(&self) -> Told {
        Told {
            kind: self.kind,
            status: self.status,
            amount: self.amount_cents,
            currency: self.currency,
            fees: self.fees_cents,
        }
    }
}

/// All that the reports ever said of payments, in order; the rest of the statement says of which.
macro_rules! lines_of {
    ($which:literal) => {
        concat!(
            "SELECT s.gateway_payment_id, s.day, s.kind, s.status, s.amount_cents, s.currency, s.fees_cents,
                    p.id AS payment_id, p.currency AS own_currency, p.captured_cents, p.settlement,
                    (SELECT CAST(COALESCE(SUM(l.debit_cents - l.credit_cents), 0) AS BIGINT) FROM ledger_entries l
                     WHERE l.payment_id = p.id AND l.account = 'FEES') AS own_fees
             FROM settlement_lines s LEFT JOIN payments p ON p.gateway_payment_id = s.gateway_payment_id
             WHERE s.gateway_payment_id IN (",
            $which,
            ") ORDER BY s.gateway_payment_id, s.day, s.position"
        )
    };
}

async fn told_by_report(tx: &mut Tx, day: NaiveDate, scope: Scope, findings: &mut Vec<Finding>) -> Result<()> {
    let text = day.to_string();
    let mut after = String::new();
    loop {
        let ids = match scope {
            Scope::Whole => sql!(
                tx,
                all(String, i64),
                "SELECT gateway_payment_id, COUNT(*) FROM settlement_lines WHERE day = $1 AND gateway_payment_id > $2
                 GROUP BY gateway_payment_id ORDER BY gateway_payment_id LIMIT $3",
                &text,
                &after,
                BATCH
            )?,
            Scope::Open => sql!(
                tx,
                all(String, i64),
                "SELECT gateway_payment_id, COUNT(*) FROM reconciliation_discrepancies
                 WHERE day = $1 AND state = 'OPEN' AND gateway_payment_id > $2
                 GROUP BY gateway_payment_id ORDER BY gateway_payment_id LIMIT $3",
                &text,
                &after,
                BATCH
            )?,
        };
        let Some((last, _)) = ids.last().cloned() else { return Ok(()) };
        let rows = match scope {
            Scope::Whole => sql!(
                tx,
                all LineRow,
                lines_of!(
                    "SELECT d.gateway_payment_id FROM settlement_lines d
                     WHERE d.day = $1 AND d.gateway_payment_id > $2 AND d.gateway_payment_id <= $3"
                ),
                &text,
                &after,
                &last
            )?,
            Scope::Open => sql!(
                tx,
                all LineRow,
                lines_of!(
                    "SELECT d.gateway_payment_id FROM reconciliation_discrepancies d
                     WHERE d.day = $1 AND d.state = 'OPEN' AND d.gateway_payment_id > $2 AND d.gateway_payment_id <= $3"
                ),
                &text,
                &after,
                &last
            )?,
        };
        for of_one in rows.chunk_by(|a, b| a.gateway_payment_id == b.gateway_payment_id) {
            one_payment(tx, day, of_one, findings).await?;
        }
        after = last;
    }
}

/// Judges each kind of movement of a payment on the day of its last word.
async fn one_payment(tx: &mut Tx, day: NaiveDate, rows: &[LineRow], findings: &mut Vec<Finding>) -> Result<()> {
    let mut books = None;
    for &kind in ReportKind::ALL {
        let of_kind: Vec<&LineRow> = rows.iter().filter(|row| row.kind == kind).collect();
        let Some(last) = of_kind.last().filter(|last| last.day.0 == day) else { continue };
        let own = match (&books, last.payment_id) {
            (None, Some(payment)) => Some(books_of(tx, payment, last).await?),
            _ => None,
        };
        books = own.or(books);
        let told: Vec<Told> = of_kind.iter().map(|row| row.told()).collect();
        findings.extend(judge(&last.gateway_payment_id, kind, &told, books.as_ref()));
    }
    Ok(())
}

async fn books_of(tx: &mut Tx, payment: PaymentId, row: &LineRow) -> Result<Books> {
    Ok(Books {
        payment,
        currency: row.own_currency.as_deref().unwrap_or_default().parse()?,
        captured: row.captured_cents.unwrap_or_default(),
        settlement: row.settlement.as_deref().unwrap_or_default().parse()?,
        fees: row.own_fees,
        refunds: refunds_of(tx, payment).await?.into_iter().map(|(amount, _)| amount).collect(),
    })
}

/// The refunds of a payment that went through, in the order they did.
async fn refunds_of(tx: &mut Tx, payment: PaymentId) -> Result<Vec<(Cents, Option<Timestamp>)>> {
    Ok(sql!(
        tx,
        all(Cents, Option<Timestamp>),
        "SELECT amount_cents, answered_at FROM payment_operations
         WHERE payment_id = $1 AND kind = 'REFUND' AND state = 'SUCCEEDED' ORDER BY answered_at, id",
        payment
    )?)
}

/// The days whose reports are here, from two months before a day on.
struct Known(BTreeSet<NaiveDate>);

impl Known {
    async fn around(tx: &mut Tx, day: NaiveDate) -> Result<Known> {
        let rows = sql!(
            tx,
            all(String, i64),
            "SELECT day, lines FROM reconciliation_runs WHERE stored_at IS NOT NULL AND day >= $1 ORDER BY day",
            (day - Days::new(62)).to_string()
        )?;
        let days = rows.into_iter().map(|(day, _)| Ok(Day::try_from(day)?.0)).collect::<Result<_>>()?;
        Ok(Known(days))
    }

    /// Whether every report from one day to another is here.
    fn whole(&self, from: NaiveDate, until: NaiveDate) -> bool {
        from.iter_days().take_while(|day| *day <= until).all(|day| self.0.contains(&day))
    }
}

#[derive(FromRow)]
struct BookedRow {
    gateway_payment_id: Option<String>,
    payment_id: PaymentId,
    captured_at: Option<Timestamp>,
    captured_cents: Cents,
    #[sqlx(try_from = "String")]
    currency: Currency,
    #[sqlx(try_from = "String")]
    settlement: Settlement,
    #[sqlx(try_from = "String")]
    movement: Movement,
}

impl BookedRow {
    fn missing(self, kind: ReportKind, amount: Cents) -> Finding {
        Finding {
            gateway_payment_id: self.gateway_payment_id.unwrap_or_default(),
            kind,
            class: Class::MissingThere,
            payment: Some(self.payment_id),
            here: Some(amount),
            there: None,
            currency: self.currency,
            here_state: Some(self.settlement),
            there_state: None,
        }
    }

    fn captured_on(&self, otherwise: NaiveDate) -> NaiveDate {
        self.captured_at.map_or(otherwise, |at| at.date_naive())
    }
}

/// Money that we booked as arrived or taken back on this day, and that no report has named.
async fn payouts_not_told(tx: &mut Tx, day: NaiveDate, known: &Known, findings: &mut Vec<Finding>) -> Result<()> {
    if is_in(Bug::LostLineForgiven) {
        return Ok(());
    }
    for &currency in Currency::ALL {
        let rows = sql!(tx, all BookedRow,
            "SELECT p.gateway_payment_id, p.id AS payment_id, p.captured_at, p.captured_cents, p.currency, p.settlement,
                    l.movement
             FROM ledger_entries l JOIN payments p ON p.id = l.payment_id
             WHERE l.account = 'BANK' AND l.currency = $1 AND l.at >= $2 AND l.at < $3
               AND NOT EXISTS (SELECT 1 FROM settlement_lines s WHERE s.gateway_payment_id = p.gateway_payment_id
                               AND s.kind = CASE l.movement WHEN 'CHARGEBACK' THEN 'CHARGEBACK' ELSE 'CAPTURE' END)
             ORDER BY l.id", currency.as_str(), begins(day), ends(day))?;
        for row in rows {
            if known.whole(row.captured_on(day), day + Days::new(1)) {
                let kind =
                    if row.movement == Movement::Chargeback { ReportKind::Chargeback } else { ReportKind::Capture };
                let amount = row.captured_cents;
                findings.push(row.missing(kind, amount));
            }
        }
    }
    Ok(())
}

/// Money that was taken on this day, and of which no report has said a word for a week.
async fn captures_not_told(tx: &mut Tx, day: NaiveDate, known: &Known, findings: &mut Vec<Finding>) -> Result<()> {
    if !known.whole(day, day + Days::new(CAPTURE_GRACE_DAYS)) {
        return Ok(());
    }
    for &currency in Currency::ALL {
        let rows = sql!(tx, all BookedRow,
            "SELECT p.gateway_payment_id, p.id AS payment_id, p.captured_at, p.captured_cents, p.currency, p.settlement,
                    l.movement
             FROM ledger_entries l JOIN payments p ON p.id = l.payment_id
             WHERE l.account = 'GATEWAY_RECEIVABLE' AND l.currency = $1 AND l.at >= $2 AND l.at < $3
               AND l.movement IN ('CAPTURE', 'CHARGE') AND p.settlement = 'PENDING'
               AND NOT EXISTS (SELECT 1 FROM settlement_lines s
                               WHERE s.gateway_payment_id = p.gateway_payment_id AND s.kind = 'CAPTURE')
             ORDER BY l.id", currency.as_str(), begins(day), ends(day))?;
        findings.extend(rows.into_iter().map(|row| {
            let amount = row.captured_cents;
            row.missing(ReportKind::Capture, amount)
        }));
    }
    Ok(())
}

/// What was given back on this day, and that no report has named.
async fn refunds_of_day_not_told(
    tx: &mut Tx,
    day: NaiveDate,
    known: &Known,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    if !known.whole(day - Days::new(1), day + Days::new(1)) {
        return Ok(());
    }
    for &currency in Currency::ALL {
        let mut rows = sql!(tx, all BookedRow,
            "SELECT p.gateway_payment_id, p.id AS payment_id, p.captured_at, p.captured_cents, p.currency, p.settlement,
                    l.movement
             FROM ledger_entries l JOIN payments p ON p.id = l.payment_id
             WHERE l.account = 'GATEWAY_RECEIVABLE' AND l.currency = $1 AND l.at >= $2 AND l.at < $3
               AND l.movement = 'REFUND'
             ORDER BY p.id", currency.as_str(), begins(day), ends(day))?;
        rows.dedup_by_key(|row| row.payment_id);
        for row in rows {
            let told = refund_lines(tx, row.gateway_payment_id.as_deref().unwrap_or_default()).await?;
            let ours = refunds_of(tx, row.payment_id).await?;
            let amounts: Vec<Cents> = ours.iter().map(|(amount, _)| *amount).collect();
            let of_day = |at: &usize| ours[*at].1.is_some_and(|answered| answered.date_naive() == day);
            let left: Vec<usize> = refunds_not_told(&told, &amounts).into_iter().filter(of_day).collect();
            if !left.is_empty() {
                let amount = left.iter().fold(Cents::ZERO, |sum, at| sum + amounts[*at]);
                findings.push(row.missing(ReportKind::Refund, amount));
            }
        }
    }
    Ok(())
}

async fn refund_lines(tx: &mut Tx, gateway_payment_id: &str) -> Result<Vec<Told>> {
    let rows = sql!(
        tx,
        all(String, Cents, String),
        "SELECT status, amount_cents, currency FROM settlement_lines
         WHERE gateway_payment_id = $1 AND kind = 'REFUND' ORDER BY day, position",
        gateway_payment_id
    )?;
    rows.into_iter()
        .map(|(status, amount, currency)| {
            let (status, currency) = (status.parse()?, currency.parse()?);
            Ok(Told { kind: ReportKind::Refund, status, amount, currency, fees: None })
        })
        .collect()
}
