//! What becomes of the invoices of subscriptions: charged at the first try, after so many more, or left as a debt, and what
//! became of that (rulebook §7). Each invoice stands in one place, so the places add up to what was billed.

use super::risk::month_of;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::money::{Cents, Currency, Money};
use crate::subscriptions::model::{Day, DebtState, InvoiceState};
use chrono::{Months, NaiveDate};
use sqlx::FromRow;

codes! {
    /// Where an invoice stands now, in the order in which it would pass them.
    pub enum Stage {
        /// Charged at the first try.
        FirstTry = "FIRST_TRY",
        /// Charged after one that failed.
        Retry1 = "RETRY_1",
        /// After two.
        Retry2 = "RETRY_2",
        /// After three or more; customers may try beside the calendar.
        Retry3 = "RETRY_3",
        /// Not paid, and not given up: before its first try or between two.
        BeingTried = "BEING_TRIED",
        /// Part of a debt that is open.
        Debt = "DEBT",
        /// Part of one that others collect.
        InCollection = "IN_COLLECTION",
        /// Part of one that was paid.
        DebtPaid = "DEBT_PAID",
        /// Part of one that was given up.
        WrittenOff = "WRITTEN_OFF",
        /// Undone by a credit note.
        Credited = "CREDITED",
    }
}

impl Stage {
    /// Where an invoice stands: its state, that of the debt it became a part of, and how often its charge was refused.
    pub fn of(invoice: InvoiceState, debt: Option<DebtState>, refused: i64) -> Stage {
        match (invoice, debt) {
            (InvoiceState::Cancelled, _) | (_, Some(DebtState::Cancelled)) => Stage::Credited,
            (_, Some(DebtState::Open)) => Stage::Debt,
            (_, Some(DebtState::InCollection)) => Stage::InCollection,
            (_, Some(DebtState::Paid)) => Stage::DebtPaid,
            (_, Some(DebtState::WrittenOff)) => Stage::WrittenOff,
            (InvoiceState::Issued | InvoiceState::InDebt, None) => Stage::BeingTried,
            (InvoiceState::Paid, None) => match refused {
                0 => Stage::FirstTry,
                1 => Stage::Retry1,
                2 => Stage::Retry2,
                _ => Stage::Retry3,
            },
        }
    }

    /// Whether it came to be a debt.
    pub fn was_debt(self) -> bool {
        matches!(self, Stage::Debt | Stage::InCollection | Stage::DebtPaid | Stage::WrittenOff)
    }
}

/// Invoices of a month that stand in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageSum {
    /// The first day of the month of their issue, by the seller's calendar.
    pub month: NaiveDate,
    /// Of what.
    pub currency: Currency,
    /// Where they stand.
    pub stage: Stage,
    /// How many.
    pub invoices: i64,
    /// How much, VAT included.
    pub cents: Cents,
}

impl StageSum {
    /// How much.
    pub fn amount(&self) -> Money {
        Money::new(self.cents, self.currency)
    }
}

#[derive(FromRow)]
struct Row {
    month: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    #[sqlx(try_from = "String")]
    state: InvoiceState,
    debt_state: Option<String>,
    refused: i64,
    invoices: i64,
    cents: Cents,
}

/// Where the invoices of these months stand, both months included; by month, currency and place.
///
/// What the gateway never carried out is no try. Credit notes are no invoices that are due.
pub async fn funnel(tx: &mut Tx, from: NaiveDate, until: NaiveDate) -> Result<Vec<StageSum>> {
    let (first, after) = (month_of(from), month_of(until) + Months::new(1));
    let rows = sql!(tx, all Row,
        "SELECT substr(b.issued_on, 1, 7) AS month, b.currency, b.state, d.state AS debt_state, b.refused,
                COUNT(*) AS invoices, CAST(SUM(b.gross_cents) AS BIGINT) AS cents
         FROM (SELECT i.issued_on, i.currency, i.state, i.debt_id, i.gross_cents,
                      (SELECT COUNT(*) FROM payments p JOIN payment_operations r ON r.payment_id = p.id
                       WHERE p.invoice_id = i.id AND r.kind = 'CHARGE' AND r.state = 'REFUSED' AND r.answer <> 'NEVER_MADE')
                          AS refused
               FROM invoices i WHERE i.kind <> 'CREDIT_NOTE' AND i.issued_on >= $1 AND i.issued_on < $2) b
         LEFT JOIN debts d ON d.id = b.debt_id
         GROUP BY substr(b.issued_on, 1, 7), b.currency, b.state, d.state, b.refused",
        first.to_string(), after.to_string())?;
    let mut sums: Vec<StageSum> = Vec::new();
    for row in rows {
        let debt = row.debt_state.as_deref().map(str::parse::<DebtState>).transpose()?;
        let added = StageSum {
            month: Day::try_from(format!("{}-01", row.month))?.0,
            currency: row.currency,
            stage: Stage::of(row.state, debt, row.refused),
            invoices: row.invoices,
            cents: row.cents,
        };
        let same =
            |sum: &&mut StageSum| (sum.month, sum.currency, sum.stage) == (added.month, added.currency, added.stage);
        match sums.iter_mut().find(same) {
            Some(sum) => {
                sum.invoices += added.invoices;
                sum.cents = sum.cents + added.cents;
            }
            None => sums.push(added),
        }
    }
    sums.sort_by_key(|sum| (sum.month, sum.currency, sum.stage));
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invoice_stands_in_one_place() {
        use DebtState as D;
        use InvoiceState as I;
        for (invoice, debt, refused, stage) in [
            (I::Paid, None, 0, Stage::FirstTry),
            (I::Paid, None, 1, Stage::Retry1),
            (I::Paid, None, 2, Stage::Retry2),
            (I::Paid, None, 3, Stage::Retry3),
            (I::Paid, None, 7, Stage::Retry3),
            (I::Issued, None, 0, Stage::BeingTried),
            (I::Issued, None, 2, Stage::BeingTried),
            (I::InDebt, Some(D::Open), 4, Stage::Debt),
            (I::InDebt, Some(D::InCollection), 4, Stage::InCollection),
            (I::InDebt, Some(D::WrittenOff), 4, Stage::WrittenOff),
            (I::Paid, Some(D::Paid), 4, Stage::DebtPaid),
            (I::Cancelled, None, 0, Stage::Credited),
            (I::Cancelled, Some(D::Cancelled), 4, Stage::Credited),
        ] {
            assert_eq!(Stage::of(invoice, debt, refused), stage, "{invoice} {debt:?} {refused}");
        }
    }
}
