//! Cars: one order at the factory, nothing ordered or registered unpaid, no car for two, and money back or kept exactly as
//! the rulebook (§3) says. Judged by the factory, the bodies, the transport company, the bank, the mailboxes, and what the
//! customer's own page said in the end.

use super::Evidence;
use crate::trade::Sold;
use caas::kernel::Timestamp;
use caas::sales::model::OrderStatus;
use caas_sandbox::world::gateway::model::{Payment, PaymentType};
use std::collections::BTreeMap;

pub(super) fn judge(evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
    for sold in evidence.sold {
        let sale = Sale::of(evidence, sold);
        sale.pays_the_price(wrong);
        sale.is_ordered_once_and_paid(evidence, wrong);
        sale.is_registered_paid(evidence, wrong);
        sale.ends_with_the_right_money(wrong);
        sale.is_heard_of(evidence, wrong);
    }
    one_buyer(evidence, wrong);
}

/// Payments at the gateway that are for these sales.
pub(super) fn payments(evidence: &Evidence<'_>) -> usize {
    evidence.sold.iter().map(|sold| Sale::of(evidence, sold).books.len()).sum()
}

struct Sale<'a> {
    sold: &'a Sold,
    id: String,
    books: Vec<&'a Payment>,
    /// When each payment's money was taken.
    taken: BTreeMap<&'a str, Timestamp>,
}

impl<'a> Sale<'a> {
    fn of(evidence: &Evidence<'a>, sold: &'a Sold) -> Sale<'a> {
        let id = sold.id.to_string();
        let books: Vec<&Payment> = evidence
            .world
            .gateway()
            .payments()
            .filter(|book| book.metadata.get("orderId").and_then(|order| order.as_str()) == Some(&id))
            .collect();
        // Taken at once, or when a bank that took its time had decided.
        let taken = books
            .iter()
            .filter(|book| book.captured_amount.is_some())
            .map(|book| (book.payment_id.as_str(), book.created))
            .collect();
        Sale { sold, id, books, taken }
    }

    fn of_type(&self, of: PaymentType) -> impl Iterator<Item = &&'a Payment> {
        self.books.iter().filter(move |book| book.payment_type == of)
    }

    fn net(&self, of: PaymentType) -> i64 {
        self.of_type(of).filter_map(|book| i64::try_from(book.net_cents()).ok()).sum()
    }

    fn first_taken(&self, of: PaymentType) -> Option<Timestamp> {
        self.of_type(of).filter_map(|book| self.taken.get(book.payment_id.as_str())).min().copied()
    }

    fn pays_the_price(&self, wrong: &mut Vec<String>) {
        let rest = self.sold.total.cents - self.sold.reservation.cents;
        for (of, due) in [(PaymentType::Reservation, self.sold.reservation.cents), (PaymentType::Final, rest)] {
            for book in self.of_type(of).filter(|book| i64::try_from(book.amount.cents).ok() != Some(due.0)) {
                wrong.push(format!(
                    "{} of {}: {} was asked for instead of {}",
                    book.payment_id, self.id, book.amount, due.0
                ));
            }
            if self.net(of) > due.0 {
                wrong.push(format!("{}: {of:?} was paid more than once", self.id));
            }
        }
        let strange =
            self.books.iter().filter(|b| !matches!(b.payment_type, PaymentType::Reservation | PaymentType::Final));
        wrong.extend(strange.map(|book| format!("{} of {} is no payment for a car", book.payment_id, self.id)));
    }

    fn is_ordered_once_and_paid(&self, evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
        let orders: Vec<_> =
            evidence.world.factory().orders().iter().filter(|order| order.order_reference == self.id).collect();
        if orders.len() > 1 {
            wrong.push(format!("{} was ordered {} times at the factory", self.id, orders.len()));
        }
        for order in orders {
            if self.first_taken(PaymentType::Reservation).is_none_or(|taken| taken > order.created) {
                wrong.push(format!("{} was ordered at the factory before its señal was paid", self.id));
            }
        }
    }

    fn is_registered_paid(&self, evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
        let paid = self.first_taken(PaymentType::Final);
        let unpaid = |at: Timestamp| paid.is_none_or(|paid| paid > at);
        let bodies = evidence.world.registration().registrations();
        for filed in bodies.iter().filter(|filed| filed.reference == self.sold.number) {
            if unpaid(filed.created) {
                wrong.push(format!("{} was submitted for registration before it was paid", self.id));
            }
        }
        let transports: Vec<_> =
            evidence.world.transport().deliveries().iter().filter(|d| d.reference == self.sold.number).collect();
        if transports.len() > 1 {
            wrong.push(format!("{} was sent to its customer {} times", self.id, transports.len()));
        }
        if transports.iter().any(|delivery| unpaid(delivery.scheduled_for)) {
            wrong.push(format!("{} was sent to its customer unpaid", self.id));
        }
    }

    /// Money kept, taken and given back, by how the customer's page says it ended.
    fn ends_with_the_right_money(&self, wrong: &mut Vec<String>) {
        let (reservation, rest) = (self.net(PaymentType::Reservation), self.net(PaymentType::Final));
        let señal = self.sold.reservation.cents.0;
        let whole = (self.sold.total.cents - self.sold.reservation.cents).0;
        let right = match self.sold.status {
            OrderStatus::Delivered => (señal, whole),
            OrderStatus::CancelledPaymentFailure => (señal, 0),
            OrderStatus::CancelledReservationFailed
            | OrderStatus::CancelledFactoryRejected
            | OrderStatus::CancelledRegistration => (0, 0),
            OrderStatus::AwaitingReservation => (0, 0),
            // Everything began long ago, and nothing has gone wrong for weeks.
            unfinished => return wrong.push(format!("{} never came to an end: {unfinished}", self.id)),
        };
        if (reservation, rest) != right {
            wrong.push(format!(
                "{} ended {}: the bank has {reservation} and {rest} cents, {} and {} are right",
                self.id, self.sold.status, right.0, right.1
            ));
        }
    }

    fn is_heard_of(&self, evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
        if !self.sold.status.is_over() {
            return;
        }
        let page = format!("/expediente/pedidos/{}", self.id);
        let told = evidence.letters.iter().filter(|l| l.to == self.sold.email && l.text.contains(&page));
        // The sale itself is one mail; its end is another.
        let least = if self.sold.status == OrderStatus::AwaitingReservation { 1 } else { 2 };
        if told.count() < least {
            wrong.push(format!("{}: the customer never heard how it ended ({})", self.id, self.sold.status));
        }
    }
}

/// Promise 6: no car is delivered to two customers.
fn one_buyer(evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
    let mut owners: BTreeMap<&str, &Sold> = BTreeMap::new();
    for sold in evidence.sold.iter().filter(|sold| sold.status == OrderStatus::Delivered) {
        let Some(vin) = sold.vin.as_deref() else {
            wrong.push(format!("{} was delivered without a car", sold.id));
            continue;
        };
        if let Some(first) = owners.insert(vin, sold) {
            wrong.push(format!("{vin} was delivered for {} and for {}", first.id, sold.id));
        }
    }
}
