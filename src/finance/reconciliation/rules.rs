//! Where report and books disagree about one payment: pure, over all that the reports have said of it so far.

use super::model::Class;
use crate::kernel::ids::PaymentId;
use crate::kernel::money::{Cents, Currency};
use crate::payments::model::{ReportKind, ReportStatus, Settlement};

/// A line of a report, as far as it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    pub kind: ReportKind,
    pub status: ReportStatus,
    pub amount: Cents,
    pub currency: Currency,
    pub fees: Option<Cents>,
}

/// What our books say of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Books {
    pub payment: PaymentId,
    pub currency: Currency,
    pub captured: Cents,
    pub settlement: Settlement,
    /// Fees that were booked for it.
    pub fees: Cents,
    /// Amounts of its refunds that went through.
    pub refunds: Vec<Cents>,
}

/// A disagreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub gateway_payment_id: String,
    pub kind: ReportKind,
    pub class: Class,
    pub payment: Option<PaymentId>,
    pub here: Option<Cents>,
    pub there: Option<Cents>,
    pub currency: Currency,
    pub here_state: Option<Settlement>,
    pub there_state: Option<ReportStatus>,
}

/// What the reports say of a movement, added up.
#[derive(Clone, Copy)]
struct Sum {
    amount: Cents,
    currency: Currency,
    status: ReportStatus,
}

fn finding(
    id: &str,
    kind: ReportKind,
    class: Class,
    books: Option<&Books>,
    here: Option<Cents>,
    there: Sum,
) -> Finding {
    Finding {
        gateway_payment_id: id.to_owned(),
        kind,
        class,
        payment: books.map(|books| books.payment),
        here,
        there: Some(there.amount),
        currency: there.currency,
        here_state: books.map(|books| books.settlement),
        there_state: Some(there.status),
    }
}

/// Judges all lines of one kind that the reports have about a payment, in their order; at most one disagreement each for
/// captures and chargebacks. `lines` is not empty.
pub(super) fn judge(id: &str, kind: ReportKind, lines: &[Told], books: Option<&Books>) -> Vec<Finding> {
    let Some(last) = lines.last() else { return Vec::new() };
    match kind {
        ReportKind::Capture => capture(id, lines, *last, books).into_iter().collect(),
        ReportKind::Chargeback => chargeback(id, lines, *last, books).into_iter().collect(),
        ReportKind::Refund => refunds(id, lines, *last, books),
    }
}

fn settled_sum(lines: &[Told]) -> (usize, Cents) {
    let settled = lines.iter().filter(|line| line.status == ReportStatus::Settled);
    settled.fold((0, Cents::ZERO), |(count, sum), line| (count + 1, sum + line.amount))
}

fn capture(id: &str, lines: &[Told], last: Told, books: Option<&Books>) -> Option<Finding> {
    let told = Sum { amount: last.amount, currency: last.currency, status: last.status };
    let found = |class, here, there| Some(finding(id, ReportKind::Capture, class, books, here, there));
    let Some(own) = books.filter(|books| books.captured > Cents::ZERO) else {
        return found(Class::MissingHere, None, told);
    };
    let (count, paid_out) = settled_sum(lines);
    if count > 1 {
        return found(Class::AmountDiffers, Some(own.captured), Sum { amount: paid_out, ..told });
    }
    if (own.captured, own.currency) != (last.amount, last.currency) {
        return found(Class::AmountDiffers, Some(own.captured), told);
    }
    match (last.status, own.settlement) {
        (ReportStatus::Settled, Settlement::Settled) => {
            let fees = last.fees.unwrap_or(Cents::ZERO);
            // Of the same gross amount another part arrived: what reached the bank is told.
            let arrived = Sum { amount: last.amount - fees, ..told };
            (fees != own.fees).then(|| found(Class::AmountDiffers, Some(own.captured - own.fees), arrived)).flatten()
        }
        (ReportStatus::Settled, Settlement::ChargedBack) => None,
        (ReportStatus::Failed, Settlement::Failed | Settlement::Absorbed) => {
            found(Class::SettlementFailed, Some(own.captured), told)
        }
        _ => found(Class::StatusDiffers, Some(own.captured), told),
    }
}

fn chargeback(id: &str, lines: &[Told], last: Told, books: Option<&Books>) -> Option<Finding> {
    let told = Sum { amount: last.amount, currency: last.currency, status: last.status };
    let found = |class, here, there| Some(finding(id, ReportKind::Chargeback, class, books, here, there));
    let Some(own) = books.filter(|books| books.captured > Cents::ZERO) else {
        return found(Class::MissingHere, None, told);
    };
    let (count, taken_back) = settled_sum(lines);
    if count > 1 {
        return found(Class::AmountDiffers, Some(own.captured), Sum { amount: taken_back, ..told });
    }
    if (own.captured, own.currency) != (last.amount, last.currency) {
        return found(Class::AmountDiffers, Some(own.captured), told);
    }
    let agree = (last.status == ReportStatus::Settled) == (own.settlement == Settlement::ChargedBack);
    if agree { None } else { found(Class::StatusDiffers, Some(own.captured), told) }
}

/// Refunds carry no id of their own in the reports: equal amounts are taken for each other, and what is left over on either
/// side is told, all of one class together.
fn refunds(id: &str, lines: &[Told], last: Told, books: Option<&Books>) -> Vec<Finding> {
    let mut ours = books.map(|books| books.refunds.clone()).unwrap_or_default();
    let (mut unpaired, mut failed) = (Vec::new(), Vec::new());
    for line in lines {
        let pair = ours.iter().position(|amount| *amount == line.amount);
        match (line.status, pair) {
            (ReportStatus::Settled, Some(at)) => {
                ours.swap_remove(at);
            }
            (ReportStatus::Settled, None) => unpaired.push(line.amount),
            // It failed there, and went through here.
            (ReportStatus::Failed, Some(at)) => failed.push(ours.swap_remove(at)),
            (ReportStatus::Failed, None) => {}
        }
    }
    let sum = |amounts: &[Cents]| amounts.iter().fold(Cents::ZERO, |a, b| a + *b);
    let found = |class, here, amount, status| {
        finding(id, ReportKind::Refund, class, books, here, Sum { amount, currency: last.currency, status })
    };
    let mut findings = Vec::new();
    let pairs = unpaired.len().min(ours.len());
    if pairs > 0 {
        let here = Some(sum(&ours[..pairs]));
        findings.push(found(Class::AmountDiffers, here, sum(&unpaired[..pairs]), ReportStatus::Settled));
    }
    if unpaired.len() > pairs {
        findings.push(found(Class::MissingHere, None, sum(&unpaired[pairs..]), ReportStatus::Settled));
    }
    if !failed.is_empty() {
        findings.push(found(Class::StatusDiffers, Some(sum(&failed)), sum(&failed), ReportStatus::Failed));
    }
    findings
}

/// Which refunds of ours no line of a report stands for, by their place in `ours`: earlier ones are told first. A line with
/// another amount may stand for one: that is told as such, see [`judge`].
pub(super) fn refunds_not_told(lines: &[Told], ours: &[Cents]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..ours.len()).collect();
    let mut unpaired = 0;
    for line in lines {
        match left.iter().position(|at| ours[*at] == line.amount) {
            Some(found) => {
                left.remove(found);
            }
            None => unpaired += 1,
        }
    }
    left.drain(..unpaired.min(left.len()));
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const GROSS: Cents = Cents(2990);
    const FEES: Cents = Cents(67);

    fn told(kind: ReportKind, status: ReportStatus, amount: Cents) -> Told {
        let fees = (kind == ReportKind::Capture && status == ReportStatus::Settled).then_some(FEES);
        Told { kind, status, amount, currency: Currency::Eur, fees }
    }

    fn books(settlement: Settlement) -> Books {
        let fees = if settlement == Settlement::Settled { FEES } else { Cents::ZERO };
        let payment = PaymentId(Uuid::from_u128(7));
        Books { payment, currency: Currency::Eur, captured: GROSS, settlement, fees, refunds: Vec::new() }
    }

    fn classes(kind: ReportKind, lines: &[Told], books: Option<&Books>) -> Vec<Class> {
        judge("pay_1", kind, lines, books).into_iter().map(|finding| finding.class).collect()
    }

    #[test]
    fn every_pair_of_a_capture_line_and_a_settlement_is_decided() {
        use ReportStatus::{Failed, Settled};
        let expected = |status, settlement| match (status, settlement) {
            (Settled, Settlement::Settled | Settlement::ChargedBack) => vec![],
            (Failed, Settlement::Failed | Settlement::Absorbed) => vec![Class::SettlementFailed],
            _ => vec![Class::StatusDiffers],
        };
        for &settlement in Settlement::ALL {
            for &status in ReportStatus::ALL {
                let line = told(ReportKind::Capture, status, GROSS);
                let found = classes(ReportKind::Capture, &[line], Some(&books(settlement)));
                assert_eq!(found, expected(status, settlement), "{status} {settlement}");
            }
        }
    }

    #[test]
    fn what_we_do_not_have_is_missing_here() {
        let nothing = Books { captured: Cents::ZERO, ..books(Settlement::None) };
        for kind in [ReportKind::Capture, ReportKind::Chargeback, ReportKind::Refund] {
            let line = told(kind, ReportStatus::Settled, GROSS);
            assert_eq!(classes(kind, &[line], None), [Class::MissingHere]);
            assert_eq!(classes(kind, &[line], Some(&nothing)), [Class::MissingHere]);
        }
    }

    #[test]
    fn a_cent_a_currency_a_fee_and_a_second_payout_make_amounts_differ() {
        let line = told(ReportKind::Capture, ReportStatus::Settled, GROSS);
        let own = books(Settlement::Settled);
        for other in [
            Told { amount: GROSS + Cents(1), ..line },
            Told { amount: GROSS - Cents(1), ..line },
            Told { currency: Currency::Gbp, ..line },
            Told { fees: Some(FEES + Cents(1)), ..line },
            Told { fees: None, ..line },
        ] {
            assert_eq!(classes(ReportKind::Capture, &[other], Some(&own)), [Class::AmountDiffers], "{other:?}");
        }
        assert_eq!(classes(ReportKind::Capture, &[line, line], Some(&own)), [Class::AmountDiffers]);
        let back = told(ReportKind::Chargeback, ReportStatus::Settled, GROSS - Cents(1));
        assert_eq!(
            classes(ReportKind::Chargeback, &[back], Some(&books(Settlement::ChargedBack))),
            [Class::AmountDiffers]
        );
    }

    #[test]
    fn the_last_word_about_a_capture_counts() {
        let failed = told(ReportKind::Capture, ReportStatus::Failed, GROSS);
        let settled = told(ReportKind::Capture, ReportStatus::Settled, GROSS);
        assert_eq!(classes(ReportKind::Capture, &[failed, settled], Some(&books(Settlement::Settled))), []);
    }

    #[test]
    fn refunds_are_taken_for_each_other_by_their_amounts() {
        let line = |cents| told(ReportKind::Refund, ReportStatus::Settled, Cents(cents));
        let own = |refunds: &[i64]| Books {
            refunds: refunds.iter().copied().map(Cents).collect(),
            ..books(Settlement::Settled)
        };
        for (lines, ours, expected) in [
            (vec![line(100), line(50)], own(&[50, 100]), vec![]),
            (vec![line(100)], own(&[100, 100]), vec![]),
            (vec![line(100), line(100)], own(&[100]), vec![Class::MissingHere]),
            (vec![line(100), line(49)], own(&[100, 50]), vec![Class::AmountDiffers]),
            (vec![line(1), line(2)], own(&[3]), vec![Class::AmountDiffers, Class::MissingHere]),
        ] {
            assert_eq!(classes(ReportKind::Refund, &lines, Some(&ours)), expected, "{lines:?} {ours:?}");
        }
        let failed = told(ReportKind::Refund, ReportStatus::Failed, Cents(100));
        assert_eq!(classes(ReportKind::Refund, &[failed], Some(&own(&[100]))), [Class::StatusDiffers]);
        assert_eq!(refunds_not_told(&[line(100)], &[Cents(100), Cents(30)]), [1]);
        assert_eq!(refunds_not_told(&[line(100)], &[Cents(100), Cents(100)]), [1]);
        assert_eq!(refunds_not_told(&[line(100), line(31)], &[Cents(100), Cents(30)]), [0_usize; 0]);
    }
}
