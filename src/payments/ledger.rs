//! The books: double entry, one movement for each thing that happens to money.

use super::model::BookEffect;
use super::repository::Payment;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::PaymentId;
use crate::kernel::money::{Cents, Currency};
use crate::kernel::planted::{Bug, is_in};
use crate::subscriptions::model::InvoiceId;

codes! {
    /// An account of the books.
    pub enum Account {
        /// Customers' money that the gateway holds for us; not ours.
        Holds = "HOLDS",
        /// What we would owe back of held money.
        HoldsOwed = "HOLDS_OWED",
        /// Captured money that the gateway owes us.
        GatewayReceivable = "GATEWAY_RECEIVABLE",
        /// Money on our bank account.
        Bank = "BANK",
        /// What the gateway keeps.
        Fees = "FEES",
        /// Sales without VAT.
        Revenue = "REVENUE",
        /// VAT that we owe.
        VatPayable = "VAT_PAYABLE",
        /// What we bear for delivered services that were never paid.
        AbsorbedCost = "ABSORBED_COST",
        /// What customers owe us for invoices.
        CustomersReceivable = "CUSTOMERS_RECEIVABLE",
        /// Debts that finance has given up.
        WrittenOff = "WRITTEN_OFF",
    }
}

codes! {
    /// What a movement of the books is: entries that were written together and balance.
    pub enum Movement {
        /// A hold began.
        Hold = "HOLD",
        /// A hold ended without a charge.
        Release = "RELEASE",
        /// A hold became revenue.
        Capture = "CAPTURE",
        /// Money was taken that was never held.
        Charge = "CHARGE",
        /// Money was given back.
        Refund = "REFUND",
        /// The gateway paid out.
        Settlement = "SETTLEMENT",
        /// We bear what was delivered and not paid.
        Absorb = "ABSORB",
        /// What we had borne was paid out after all.
        Recovery = "RECOVERY",
        /// The customer's bank took its money back.
        Chargeback = "CHARGEBACK",
        /// An invoice was issued.
        Invoice = "INVOICE",
        /// An invoice was undone.
        CreditNote = "CREDIT_NOTE",
        /// What a customer owed was given up.
        WriteOff = "WRITE_OFF",
    }
}

struct Line {
    account: Account,
    debit: Cents,
    credit: Cents,
}

fn debit(account: Account, amount: Cents) -> Line {
    Line { account, debit: amount, credit: Cents::ZERO }
}

fn credit(account: Account, amount: Cents) -> Line {
    Line { account, debit: Cents::ZERO, credit: amount }
}

/// The VAT contained in a gross amount, rounded half up to the cent.
pub fn vat_in(gross: Cents, rate_basis_points: i64) -> Cents {
    let divisor = 10_000 + rate_basis_points;
    Cents((gross.0 * rate_basis_points + divisor / 2) / divisor)
}

/// Books what a step of the payment does. `refunded_before`: what had been given back before this step.
pub(super) async fn book(
    caas: &Caas,
    tx: &mut Tx,
    payment: &Payment,
    effect: BookEffect,
    refunded_before: Cents,
) -> Result<()> {
    let gross = payment.amount_cents;
    let vat = vat_in(gross, payment.vat_rate_basis_points);
    let net = gross - vat;
    let release = [debit(Account::HoldsOwed, gross), credit(Account::Holds, gross)];
    let (movement, lines) = match effect {
        BookEffect::Hold => (Movement::Hold, vec![debit(Account::Holds, gross), credit(Account::HoldsOwed, gross)]),
        BookEffect::Release => (Movement::Release, Vec::from(release)),
        BookEffect::Capture => {
            let mut lines = Vec::from(release);
            lines.push(debit(Account::GatewayReceivable, gross));
            lines.push(credit(Account::Revenue, net));
            lines.push(credit(Account::VatPayable, vat));
            (Movement::Capture, lines)
        }
        // Both parts of a car's price are revenue from the moment they are taken, and a refund reverses that. A señal that
        // the customer loses therefore stays revenue without a further movement.
        // An invoice was revenue when it was issued: its payment settles what the customer owes, and a refund opens it again.
        BookEffect::Charge if payment.is_for_invoices() => (
            Movement::Charge,
            vec![debit(Account::GatewayReceivable, gross), credit(Account::CustomersReceivable, gross)],
        ),
        BookEffect::Refund if payment.is_for_invoices() => {
            let gross = payment.refunded_cents - refunded_before;
            (
                Movement::Refund,
                vec![debit(Account::CustomersReceivable, gross), credit(Account::GatewayReceivable, gross)],
            )
        }
        BookEffect::Charge => (
            Movement::Charge,
            vec![
                debit(Account::GatewayReceivable, gross),
                credit(Account::Revenue, net),
                credit(Account::VatPayable, vat),
            ],
        ),
        BookEffect::Absorb => {
            let mut lines = Vec::from(release);
            lines.push(debit(Account::AbsorbedCost, gross));
            lines.push(credit(Account::Revenue, net));
            lines.push(credit(Account::VatPayable, vat));
            (Movement::Absorb, lines)
        }
        BookEffect::Refund => {
            let gross = payment.refunded_cents - refunded_before;
            // Of all that is given back by now, less that of the parts before: no cent of VAT is lost between parts.
            let rate = payment.vat_rate_basis_points;
            let vat = vat_in(payment.refunded_cents, rate) - vat_in(refunded_before, rate);
            (
                Movement::Refund,
                vec![
                    debit(Account::Revenue, gross - vat),
                    debit(Account::VatPayable, vat),
                    credit(Account::GatewayReceivable, gross),
                ],
            )
        }
    };
    write(caas, tx, payment, movement, &lines).await
}

/// Books the gateway's payout: what it owed, less what it keeps.
pub(super) async fn book_settlement(caas: &Caas, tx: &mut Tx, payment: &Payment, fees: Cents) -> Result<()> {
    let gross = payment.captured_cents;
    let fees = if is_in(Bug::FeeForgotten) { Cents::ZERO } else { fees };
    let lines =
        [debit(Account::Bank, gross - fees), debit(Account::Fees, fees), credit(Account::GatewayReceivable, gross)];
    write(caas, tx, payment, Movement::Settlement, &lines).await
}

/// Books that the money of a delivered service will not come.
pub(super) async fn book_loss(
    caas: &Caas,
    tx: &mut Tx,
    payment: &Payment,
    movement: Movement,
    from: Account,
) -> Result<()> {
    let gross = payment.captured_cents;
    write(caas, tx, payment, movement, &[debit(Account::AbsorbedCost, gross), credit(from, gross)]).await
}

/// Books that the gateway paid out after all what we had borne (rulebook §5): the loss is taken back, less what it keeps.
pub(super) async fn book_recovery(caas: &Caas, tx: &mut Tx, payment: &Payment, fees: Cents) -> Result<()> {
    let gross = payment.captured_cents;
    let lines = [debit(Account::Bank, gross - fees), debit(Account::Fees, fees), credit(Account::AbsorbedCost, gross)];
    write(caas, tx, payment, Movement::Recovery, &lines).await
}

/// Books an invoice when it is issued, and takes it back when a credit note undoes it (its amounts are negative).
pub(crate) async fn book_invoice(
    caas: &Caas,
    tx: &mut Tx,
    invoice: InvoiceId,
    currency: Currency,
    (net, vat): (Cents, Cents),
) -> Result<()> {
    let gross = net + vat;
    let about = About { payment: None, invoice: Some(invoice), currency };
    if gross.0 >= 0 {
        let lines = [
            debit(Account::CustomersReceivable, gross),
            credit(Account::Revenue, net),
            credit(Account::VatPayable, vat),
        ];
        return write_about(caas, tx, &about, Movement::Invoice, &lines).await;
    }
    let positive = |amount: Cents| Cents(-amount.0);
    let lines = [
        debit(Account::Revenue, positive(net)),
        debit(Account::VatPayable, positive(vat)),
        credit(Account::CustomersReceivable, positive(gross)),
    ];
    write_about(caas, tx, &about, Movement::CreditNote, &lines).await
}

/// Books that finance has given up what is owed for an invoice.
pub(crate) async fn book_write_off(
    caas: &Caas,
    tx: &mut Tx,
    invoice: InvoiceId,
    currency: Currency,
    gross: Cents,
) -> Result<()> {
    let about = About { payment: None, invoice: Some(invoice), currency };
    let lines = [debit(Account::WrittenOff, gross), credit(Account::CustomersReceivable, gross)];
    write_about(caas, tx, &about, Movement::WriteOff, &lines).await
}

/// What a movement is about: a payment or an invoice.
struct About {
    payment: Option<PaymentId>,
    invoice: Option<InvoiceId>,
    currency: Currency,
}

async fn write(caas: &Caas, tx: &mut Tx, payment: &Payment, movement: Movement, lines: &[Line]) -> Result<()> {
    let about = About { payment: Some(payment.id), invoice: None, currency: payment.currency };
    write_about(caas, tx, &about, movement, lines).await
}

async fn write_about(caas: &Caas, tx: &mut Tx, about: &About, movement: Movement, lines: &[Line]) -> Result<()> {
    let sum = |side: fn(&Line) -> Cents| lines.iter().map(side).fold(Cents::ZERO, |a, b| a + b);
    assert_eq!(sum(|l| l.debit), sum(|l| l.credit), "a movement's debits equal its credits");
    let movement_id = caas.new_uuid();
    let lines: Vec<_> =
        lines.iter().filter(|line| line.debit != line.credit).map(|line| (caas.new_uuid(), line)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let (currency, now) = (about.currency.as_str(), caas.now());
    sql!(tx, insert
    "INSERT INTO ledger_entries (id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id,
                                 invoice_id, at)",
    &lines, |line| [
        line.0, movement_id, movement.as_str(), line.1.account.as_str(), line.1.debit, line.1.credit, currency, about.payment,
        about.invoice, now,
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vat_is_what_the_price_contains() {
        assert_eq!(vat_in(Cents(12_100), 2100), Cents(2_100));
        assert_eq!(vat_in(Cents(2_990), 2100), Cents(519));
        assert_eq!(vat_in(Cents(1), 2100), Cents(0));
        assert_eq!(vat_in(Cents(999), 0), Cents(0));
    }
}
