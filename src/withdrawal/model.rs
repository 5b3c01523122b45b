//! What a withdrawal is made of, and what decides about the money.

use super::clock::Window;
use crate::activation::repository::Activation;
use crate::catalogue::OfferKind;
use crate::kernel::Timestamp;
use crate::kernel::locale::Locale;
use crate::kernel::money::Cents;
use crate::payments::model::{PaymentState, Settlement};
use crate::payments::repository::Payment;

codes! {
    /// By what way it was declared.
    pub enum Via {
        /// On the customer's own page, signed in.
        Expediente = "EXPEDIENTE",
        /// By the link of the mail, without signing in.
        EmailLink = "EMAIL_LINK",
    }
}

impl Via {
    /// In words, after "received on …".
    pub fn words(self, locale: Locale) -> &'static str {
        match self {
            Via::Expediente => locale.t("en tu expediente", "in your file"),
            Via::EmailLink => locale.t("con el enlace del correo", "by the link in the mail"),
        }
    }
}

codes! {
    /// How much comes back.
    pub enum RefundPolicy {
        /// Everything.
        Full = "FULL",
        /// Less the days used, when an express request to start at once is on record (Directive 2011/83/EU, art. 14(3)).
        ProRata = "PRO_RATA",
    }
}

/// The business's settings about withdrawal.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawalPolicy {
    /// How much comes back.
    pub refund: RefundPolicy,
}

impl Default for WithdrawalPolicy {
    fn default() -> Self {
        WithdrawalPolicy { refund: RefundPolicy::Full }
    }
}

codes! {
    /// What becomes of the money when the withdrawal is declared.
    pub enum MoneyFate {
        /// It was charged and goes back.
        Refund = "REFUND",
        /// The charge is on its way; it goes back as soon as it has arrived, if it does.
        RefundOnceCharged = "REFUND_ONCE_CHARGED",
        /// The bank has not moved what was charged; it goes back if the bank does so yet.
        NotMoved = "NOT_MOVED",
        /// The customer's bank has taken it back already.
        TakenBack = "TAKEN_BACK",
        /// Nothing was charged.
        NothingCharged = "NOTHING_CHARGED",
        /// A subscription: what has not been billed never will be, what was paid goes back.
        Subscription = "SUBSCRIPTION",
    }
}

impl MoneyFate {
    /// What becomes of a service's money.
    pub fn of(payment: Option<&Payment>, kind: OfferKind) -> MoneyFate {
        if kind == OfferKind::Subscription {
            return MoneyFate::Subscription;
        }
        match payment.map(|payment| (payment.state, payment.settlement)) {
            Some((PaymentState::Charged, Settlement::Failed)) => MoneyFate::NotMoved,
            Some((PaymentState::Charged, Settlement::ChargedBack)) => MoneyFate::TakenBack,
            Some((PaymentState::Charged, Settlement::Absorbed)) => MoneyFate::NothingCharged,
            Some((PaymentState::Charged, _)) => MoneyFate::Refund,
            Some((PaymentState::HeldForActivation, _)) => MoneyFate::RefundOnceCharged,
            _ => MoneyFate::NothingCharged,
        }
    }

    /// Whether a refund is asked for, be it one that comes to nothing.
    pub fn asks_for_refund(self) -> bool {
        matches!(self, MoneyFate::Refund | MoneyFate::RefundOnceCharged | MoneyFate::NotMoved)
    }

    /// Whether the customer is told an amount that comes back.
    pub fn comes_back(self) -> bool {
        matches!(self, MoneyFate::Refund | MoneyFate::RefundOnceCharged)
    }
}

/// How much comes back, and what decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How much.
    pub amount: Cents,
    /// What decided it.
    pub policy: RefundPolicy,
    /// The days that are paid for; none when everything comes back.
    pub used_days: Option<i64>,
}

/// How much of a price comes back. A service for ever, and one without an express request to start, is given back in full
/// whatever the setting: of what has no end nobody can say which share was used. A day that was begun is not counted, and
/// what is kept is rounded down: both in the customer's favour.
pub fn share(policy: RefundPolicy, price: Cents, days: Option<i64>, used: Used, asked_to_start: bool) -> Share {
    match (policy, days) {
        (RefundPolicy::ProRata, Some(days)) if asked_to_start && days > 0 => {
            let used_days = used.whole_days().clamp(0, days);
            let kept = i128::from(price.0) * i128::from(used_days) / i128::from(days);
            let kept = Cents(i64::try_from(kept).unwrap_or(price.0));
            Share { amount: price - kept, policy, used_days: Some(used_days) }
        }
        _ => Share { amount: price, policy: RefundPolicy::Full, used_days: None },
    }
}

/// From when until when a service was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// The vehicle's confirmation.
    pub from: Timestamp,
    /// The declaration.
    pub until: Timestamp,
}

impl Used {
    /// Whole days of 24 hours.
    pub fn whole_days(self) -> i64 {
        (self.until - self.from).num_days().max(0)
    }
}

/// Where a contract stands with withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// It came with the car: it belongs to the contract about the car.
    WithTheCar,
    /// Not delivered: it can be cancelled at any time until it is.
    NotDelivered,
    /// Fourteen days or less, delivered: performed in full, with the consent on record.
    Performed,
    /// It can be withdrawn from.
    Open(Window),
    /// The period is over.
    Over(Window),
    /// It came to nothing: there is no contract left.
    Nothing,
}

impl Right {
    /// Where it stands now. `window` works the period out, when there is one.
    pub fn of(activation: &Activation, now: Timestamp, window: impl FnOnce() -> Window) -> Right {
        if activation.is_included() {
            return Right::WithTheCar;
        }
        // The car has another owner, and the service went with it: whoever has passed it on can't give it back.
        if activation.handed_over_at.is_some() {
            return Right::Nothing;
        }
        if activation.activated_at.is_none() {
            return if activation.state.is_over() { Right::Nothing } else { Right::NotDelivered };
        }
        if !activation.has_withdrawal_period() {
            return Right::Performed;
        }
        let window = window();
        if window.is_open(now) { Right::Open(window) } else { Right::Over(window) }
    }
}

codes! {
    /// Why a withdrawal is not taken.
    pub enum WithdrawalRefusal {
        /// No such activation of this customer.
        NotFound = "NOT_FOUND",
        /// It came with the car.
        WithTheCar = "WITH_THE_CAR",
        /// Not delivered: cancel it.
        NotDelivered = "NOT_DELIVERED",
        /// Performed in full, with consent.
        Performed = "PERFORMED",
        /// The period is over.
        TooLate = "TOO_LATE",
        /// There is no contract left.
        Nothing = "NOTHING",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn used(hours: i64) -> Used {
        let from: Timestamp = "2026-11-23T10:00:00Z".parse().expect("a moment");
        Used { from, until: from + TimeDelta::hours(hours) }
    }

    #[test]
    fn everything_comes_back_unless_the_law_allows_less() {
        let price = Cents(36_500);
        for (policy, days, asked) in [
            (RefundPolicy::Full, Some(365), true),
            (RefundPolicy::ProRata, None, true),
            (RefundPolicy::ProRata, Some(365), false),
        ] {
            let share = share(policy, price, days, used(240), asked);
            assert_eq!((share.amount, share.policy, share.used_days), (price, RefundPolicy::Full, None));
        }
    }

    #[test]
    fn a_share_is_rounded_in_the_customers_favour() {
        for (price, days, hours, back) in [
            // Not yet a whole day.
            (36_500, 365, 23, 36_500),
            (36_500, 365, 24, 36_400),
            (36_500, 365, 47, 36_400),
            (36_500, 365, 24 * 14, 35_100),
            // A third of a cent is not kept.
            (1_000, 30, 24, 967),
            (1_000, 30, 24 * 10, 667),
            (1, 30, 24 * 13, 1),
            // More than there is of it.
            (1_000, 30, 24 * 400, 0),
            (1_000, 30, -5, 1_000),
        ] {
            let share = share(RefundPolicy::ProRata, Cents(price), Some(days), used(hours), true);
            assert_eq!(share.amount, Cents(back), "{price} over {days} days after {hours} h");
        }
    }
}
