//! The books: double entry, one movement for each thing that happens to money.

use super::model::BookEffect;
use super::repository::Payment;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::money::Cents;

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

/// Books what a step of the payment does.
pub(super) async fn book(caas: &Caas, tx: &mut Tx, payment: &Payment, effect: BookEffect) -> Result<()> {
    let gross = payment.amount_cents;
    let vat = vat_in(gross, payment.vat_rate_basis_points);
    let net = gross - vat;
    let release = [debit(Account::HoldsOwed, gross), credit(Account::Holds, gross)];
    let (movement, lines) = match effect {
        BookEffect::Hold => ("HOLD", vec![debit(Account::Holds, gross), credit(Account::HoldsOwed, gross)]),
        BookEffect::Release => ("RELEASE", Vec::from(release)),
        BookEffect::Capture => {
            let mut lines = Vec::from(release);
            lines.push(debit(Account::GatewayReceivable, gross));
            lines.push(credit(Account::Revenue, net));
            lines.push(credit(Account::VatPayable, vat));
            ("CAPTURE", lines)
        }
        // Both parts of a car's price are revenue from the moment they are taken, and a refund reverses that. A señal that
        // the customer loses therefore stays revenue without a further movement.
        BookEffect::Charge => (
            "CHARGE",
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
            ("ABSORB", lines)
        }
        BookEffect::Refund => (
            "REFUND",
            vec![
                debit(Account::Revenue, net),
                debit(Account::VatPayable, vat),
                credit(Account::GatewayReceivable, gross),
            ],
        ),
    };
    write(caas, tx, payment, movement, &lines).await
}

/// Books the gateway's payout: what it owed, less what it keeps.
pub(super) async fn book_settlement(caas: &Caas, tx: &mut Tx, payment: &Payment, fees: Cents) -> Result<()> {
    let gross = payment.captured_cents;
    let lines =
        [debit(Account::Bank, gross - fees), debit(Account::Fees, fees), credit(Account::GatewayReceivable, gross)];
    write(caas, tx, payment, "SETTLEMENT", &lines).await
}

/// Books that the money of a delivered service will not come.
pub(super) async fn book_loss(
    caas: &Caas,
    tx: &mut Tx,
    payment: &Payment,
    movement: &str,
    from: Account,
) -> Result<()> {
    let gross = payment.captured_cents;
    write(caas, tx, payment, movement, &[debit(Account::AbsorbedCost, gross), credit(from, gross)]).await
}

async fn write(caas: &Caas, tx: &mut Tx, payment: &Payment, movement: &str, lines: &[Line]) -> Result<()> {
    let sum = |side: fn(&Line) -> Cents| lines.iter().map(side).fold(Cents::ZERO, |a, b| a + b);
    assert_eq!(sum(|l| l.debit), sum(|l| l.credit), "a movement's debits equal its credits");
    let movement_id = caas.new_uuid();
    let lines: Vec<_> =
        lines.iter().filter(|line| line.debit != line.credit).map(|line| (caas.new_uuid(), line)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let (currency, now) = (payment.currency.as_str(), caas.now());
    sql!(tx, insert
    "INSERT INTO ledger_entries (id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, at)",
    &lines, |line| [
        line.0, movement_id, movement, line.1.account.as_str(), line.1.debit, line.1.credit, currency, payment.id, now,
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
