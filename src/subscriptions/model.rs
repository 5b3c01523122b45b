//! The words of subscriptions, their invoices and what is left unpaid (rulebook §7).

use crate::kernel::Timestamp;
use crate::kernel::codes::UnknownCode;
use crate::kernel::ids::{ActivationId, UserId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::Money;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

ids! {
    /// A subscription that has begun.
    SubscriptionId,
    /// An invoice.
    InvoiceId,
    /// What a customer owes after a subscription that ended unpaid.
    DebtId,
}

codes! {
    /// Where a subscription is. It has none of these before the vehicle confirms: until then its activation says all.
    pub enum SubscriptionStatus {
        /// Runs, and is paid as far as it was billed.
        Active = "ACTIVE",
        /// Runs, and its last charge failed: the dunning calendar is under way.
        PastDue = "PAST_DUE",
        /// Has ended. What was billed last may still be waiting to be paid.
        Cancelled = "CANCELLED",
    }
}

/// What happens to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SubscriptionEvent {
    /// A charge failed.
    ChargeFailed,
    /// What was billed is paid.
    Paid,
    /// The customer wants it to end with the period.
    EndWished,
    /// The customer takes that back.
    Reactivated,
    /// It has ended: by the customer's wish, by withdrawal, or because the car has a new owner.
    Ended,
    /// The last try of the dunning calendar failed: suspended and ended.
    GivenUp,
}

impl SubscriptionEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [SubscriptionEvent] = &[
        SubscriptionEvent::ChargeFailed,
        SubscriptionEvent::Paid,
        SubscriptionEvent::EndWished,
        SubscriptionEvent::Reactivated,
        SubscriptionEvent::Ended,
        SubscriptionEvent::GivenUp,
    ];
}

impl SubscriptionStatus {
    /// The next status; `None` when the event can't happen then. That the end is wished for is kept beside.
    pub fn on(self, event: SubscriptionEvent) -> Option<SubscriptionStatus> {
        use SubscriptionEvent as E;
        use SubscriptionStatus as S;
        match (self, event) {
            (S::Active | S::PastDue, E::ChargeFailed) => Some(S::PastDue),
            (S::PastDue, E::Paid) => Some(S::Active),
            (S::Active | S::PastDue, E::EndWished | E::Reactivated) => Some(self),
            (S::Active | S::PastDue, E::Ended) => Some(S::Cancelled),
            (S::PastDue, E::GivenUp) => Some(S::Cancelled),
            _ => None,
        }
    }
}

codes! {
    /// Why a subscription ended.
    pub enum EndReason {
        /// The customer wished it for the end of a period.
        PeriodEnd = "PERIOD_END",
        /// The customer wished it at once.
        AtOnce = "AT_ONCE",
        /// It was not paid.
        Unpaid = "UNPAID",
        /// The customer withdrew from the contract.
        Withdrawn = "WITHDRAWN",
        /// The car has a new owner.
        NewOwner = "NEW_OWNER",
    }
}

codes! {
    /// What an invoice bills.
    pub enum InvoiceKind {
        /// A whole period.
        Period = "PERIOD",
        /// The days used of a period that was cut short.
        UsedDays = "USED_DAYS",
        /// Undoes another invoice: its amounts are negative.
        CreditNote = "CREDIT_NOTE",
    }
}

codes! {
    /// Where an invoice is.
    pub enum InvoiceState {
        /// To be paid.
        Issued = "ISSUED",
        /// Paid. A credit note is so from the start.
        Paid = "PAID",
        /// Not paid: part of a debt.
        InDebt = "IN_DEBT",
        /// Undone by a credit note.
        Cancelled = "CANCELLED",
    }
}

/// What happens to an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InvoiceEvent {
    /// Its money was taken.
    Paid,
    /// The dunning calendar is over.
    LeftUnpaid,
    /// A credit note undoes it.
    Credited,
}

impl InvoiceEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [InvoiceEvent] = &[InvoiceEvent::Paid, InvoiceEvent::LeftUnpaid, InvoiceEvent::Credited];
}

impl InvoiceState {
    /// The next state; `None` when the event can't happen then.
    pub fn on(self, event: InvoiceEvent) -> Option<InvoiceState> {
        use InvoiceEvent as E;
        use InvoiceState as S;
        match (self, event) {
            (S::Issued | S::InDebt, E::Paid) => Some(S::Paid),
            (S::Issued, E::LeftUnpaid) => Some(S::InDebt),
            (S::Issued | S::Paid | S::InDebt, E::Credited) => Some(S::Cancelled),
            _ => None,
        }
    }
}

codes! {
    /// Where a debt is.
    pub enum DebtState {
        /// To be paid.
        Open = "OPEN",
        /// Handed to people who collect it. It can still be paid online.
        InCollection = "IN_COLLECTION",
        /// Paid.
        Paid = "PAID",
        /// Given up by finance.
        WrittenOff = "WRITTEN_OFF",
        /// Owed no more: its customer withdrew from the contract. What was paid of it goes back.
        Cancelled = "CANCELLED",
    }
}

/// What happens to a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DebtEvent {
    /// Its money was taken.
    Paid,
    /// Finance hands it over to be collected.
    HandedOver,
    /// Finance gives it up.
    WrittenOff,
    /// The customer withdrew from the contract.
    Withdrawn,
}

impl DebtEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [DebtEvent] =
        &[DebtEvent::Paid, DebtEvent::HandedOver, DebtEvent::WrittenOff, DebtEvent::Withdrawn];
}

impl DebtState {
    /// The next state; `None` when the event can't happen then.
    pub fn on(self, event: DebtEvent) -> Option<DebtState> {
        use DebtEvent as E;
        use DebtState as S;
        match (self, event) {
            (S::Open | S::InCollection, E::Paid) => Some(S::Paid),
            (S::Open, E::HandedOver) => Some(S::InCollection),
            (S::Open | S::InCollection, E::WrittenOff) => Some(S::WrittenOff),
            (S::Open | S::InCollection | S::Paid, E::Withdrawn) => Some(S::Cancelled),
            _ => None,
        }
    }

    /// Whether it is still to be paid: new subscriptions wait until it is.
    pub fn is_unpaid(self) -> bool {
        matches!(self, DebtState::Open | DebtState::InCollection)
    }
}

/// A day of the calendar, kept as `2026-11-21` so that both databases order it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Day {
    type Error = UnknownCode;
    fn try_from(text: String) -> Result<Day, UnknownCode> {
        text.parse().map(Day).map_err(|_| UnknownCode { what: "Day", code: text })
    }
}

/// Days that are billed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first of them.
    pub start: Day,
    /// The first day that is no longer one of them.
    pub end: Day,
}

impl Period {
    /// How many days they are.
    pub fn days(self) -> i64 {
        (self.end.0 - self.start.0).num_days()
    }

    /// The last of them.
    pub fn last(self) -> Day {
        Day(self.end.0.pred_opt().unwrap_or(self.end.0))
    }
}

/// The days used of a period, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedDays {
    /// From the period's first day to the first day that is not billed.
    pub period: Period,
    /// The days of the whole period.
    pub of_days: i64,
    /// The price's share for them, rounded down to the cent, VAT included.
    pub amount: Money,
}

codes! {
    /// What a step of the dunning calendar does.
    pub enum DunningAct {
        /// The charge is tried again.
        Retry = "RETRY",
        /// Nothing is tried: the bank refused this way to pay for good, and there is no other.
        NoTry = "NO_TRY",
        /// The last try; if it fails too, the service is switched off, the subscription ends and what is open is a debt.
        LastRetry = "LAST_RETRY",
        /// Without a try: the service is switched off, the subscription ends and what is open is a debt.
        End = "END",
    }
}

/// A step of the dunning calendar that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DunningStep {
    /// When.
    pub at: Timestamp,
    /// What happens.
    pub act: DunningAct,
}

codes! {
    /// Why a change of a subscription is not made. Nothing has happened.
    pub enum ChangeRefusal {
        /// No such subscription, or somebody else's.
        NotFound = "NOT_FOUND",
        /// It has ended.
        Ended = "ENDED",
        /// It is already so.
        AlreadySo = "ALREADY_SO",
        /// The offer is not sold, or is none of this service.
        OfferNotSold = "OFFER_NOT_SOLD",
        /// The price is another than the one that was shown.
        PriceChanged = "PRICE_CHANGED",
    }
}

codes! {
    /// Why a payment is not begun. Nothing was asked of the bank.
    pub enum PayRefusal {
        /// No such subscription or debt, or somebody else's.
        NotFound = "NOT_FOUND",
        /// Nothing is to be paid.
        NothingDue = "NOTHING_DUE",
        /// A payment is under way: the bank is being asked.
        UnderWay = "UNDER_WAY",
        /// No such payment method.
        NoMethod = "NO_METHOD",
    }
}

codes! {
    /// Why finance's decision about a debt is not carried out.
    pub enum DebtRefusal {
        /// No such debt.
        NotFound = "NOT_FOUND",
        /// It was paid, written off or handed over meanwhile.
        NotThen = "NOT_THEN",
        /// A payment of the customer is under way.
        UnderWay = "UNDER_WAY",
        /// A reason is needed.
        NoReason = "NO_REASON",
    }
}

/// Work: the vehicle has confirmed a subscription; its first period begins. Run by `subscriptions`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Begin {
    /// What was activated.
    pub activation: ActivationId,
}

/// Work: a customer prefers another way to pay; what is past due is tried with it at once. Run by `subscriptions`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TryNewMethod {
    /// Whose.
    pub customer: UserId,
}

/// What an invoice is for, in words.
pub fn invoice_names(number: &str) -> Bilingual {
    Bilingual { es: format!("Factura {number}"), en: format!("Invoice {number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_ended() {
        for &event in SubscriptionEvent::ALL {
            assert_eq!(SubscriptionStatus::Cancelled.on(event), None);
        }
        for state in [DebtState::WrittenOff, DebtState::Cancelled] {
            assert!(DebtEvent::ALL.iter().all(|&event| state.on(event).is_none()));
        }
        let of_a_paid_debt = DebtEvent::ALL.iter().filter(|&&event| DebtState::Paid.on(event).is_some());
        assert!(of_a_paid_debt.eq([&DebtEvent::Withdrawn]));
        assert!(InvoiceEvent::ALL.iter().all(|&event| InvoiceState::Cancelled.on(event).is_none()));
    }

    #[test]
    fn only_what_is_past_due_is_given_up() {
        for &status in SubscriptionStatus::ALL {
            let given_up = status.on(SubscriptionEvent::GivenUp).is_some();
            assert_eq!(given_up, status == SubscriptionStatus::PastDue);
        }
    }

    #[test]
    fn a_paid_invoice_is_only_ever_credited() {
        assert_eq!(InvoiceState::Paid.on(InvoiceEvent::Paid), None);
        assert_eq!(InvoiceState::Paid.on(InvoiceEvent::LeftUnpaid), None);
        assert_eq!(InvoiceState::Paid.on(InvoiceEvent::Credited), Some(InvoiceState::Cancelled));
    }
}
