//! The states of a payment, and what moves it from one to the next.

use serde::{Deserialize, Serialize};

codes! {
    /// Where the money of one purchase is (rulebook §5).
    pub enum PaymentState {
        /// The customer has ordered; nothing was sent to the gateway, or the bank wants a confirmation first.
        Initiated = "INITIATED",
        /// Sent to the gateway; no verdict yet.
        Pending = "PENDING",
        /// The answer never came: the gateway is asked by the idempotency key.
        Unknown = "UNKNOWN",
        /// Money is held until the vehicle confirms.
        HeldForActivation = "HELD_FOR_ACTIVATION",
        /// Money was taken: for a service after the vehicle confirmed, for a car at once.
        Charged = "CHARGED",
        /// Ended without a charge before or without a failure: by the customer, or a lapsed hold that CaaS bears.
        Cancelled = "CANCELLED",
        /// Taken and given back.
        Refunded = "REFUNDED",
        /// The service could not be delivered; the hold was reversed.
        FailedNoCharge = "FAILED_NO_CHARGE",
        /// The bank said no.
        Rejected = "REJECTED",
    }
}

codes! {
    /// Whether the bank really moved the captured money. A second axis beside [`PaymentState`].
    pub enum Settlement {
        /// Nothing was captured.
        None = "NONE",
        /// Captured; the bank has not confirmed.
        Pending = "PENDING",
        /// Confirmed.
        Settled = "SETTLED",
        /// Failed after delivery; the customer is asked once for another method.
        Failed = "FAILED",
        /// CaaS bears the cost.
        Absorbed = "ABSORBED",
        /// The customer's bank took it back.
        ChargedBack = "CHARGED_BACK",
    }
}

codes! {
    /// What a line of the gateway's settlement report is about.
    pub enum ReportKind {
        /// Captured money.
        Capture = "CAPTURE",
        /// Money given back.
        Refund = "REFUND",
        /// Money taken back by the customer's bank.
        Chargeback = "CHARGEBACK",
    }
}

codes! {
    /// How it ended, by the gateway's settlement report.
    pub enum ReportStatus {
        /// The bank moved the money.
        Settled = "SETTLED",
        /// It did not.
        Failed = "FAILED",
    }
}

codes! {
    /// What a payment is for.
    pub enum PaymentType {
        /// The señal of a car.
        Reservation = "RESERVATION",
        /// The rest of a car's price.
        Final = "FINAL",
        /// A one-time service.
        Service = "SERVICE",
        /// A period of a subscription.
        Subscription = "SUBSCRIPTION",
    }
}

codes! {
    /// A way to pay.
    pub enum MethodKind {
        /// A payment card.
        Card = "CARD",
        /// A bank transfer.
        BankTransfer = "BANK_TRANSFER",
    }
}

codes! {
    /// Why a bank said no (contract `payment-gateway`, DeclineReason).
    pub enum DeclineReason {
        /// Not enough money.
        InsufficientFunds = "INSUFFICIENT_FUNDS",
        /// No reason given.
        DoNotHonor = "DO_NOT_HONOR",
        /// A passing trouble.
        TryAgainLater = "TRY_AGAIN_LATER",
        /// The customer must confirm with the bank first: not a decline.
        AuthenticationRequired = "AUTHENTICATION_REQUIRED",
        /// The card's date has passed. Hard.
        ExpiredCard = "EXPIRED_CARD",
        /// Reported stolen. Hard.
        StolenCard = "STOLEN_CARD",
        /// No such method. Hard.
        InvalidMethod = "INVALID_METHOD",
    }
}

/// What happens to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PaymentEvent {
    /// A request for a hold, or for a car's payment, is about to be sent.
    Sent,
    /// The gateway's answer did not come.
    AnswerLost,
    /// The gateway holds the money.
    Held,
    /// The bank said no.
    Declined,
    /// The bank wants the customer to confirm; then it is asked again with a new key.
    AuthenticationNeeded,
    /// The customer gave up before anything was held.
    Abandoned,
    /// The gateway never made the payment, and it is too late to ask again.
    NeverMade,
    /// The money was taken at once, without a hold: a car's payment.
    Taken,
    /// Held money was taken.
    Captured,
    /// The hold ended because the customer cancelled.
    ReversedByCustomer,
    /// The hold ended because the service could not be delivered.
    ReversedNotDelivered,
    /// The vehicle has the service, but the hold had lapsed: CaaS bears the cost.
    LapsedAfterDelivery,
    /// Captured money was given back in full, or what was left of it.
    Refunded,
    /// A part of the captured money was given back.
    PartlyRefunded,
}

impl PaymentEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [PaymentEvent] = &[
        PaymentEvent::Sent,
        PaymentEvent::AnswerLost,
        PaymentEvent::Held,
        PaymentEvent::Declined,
        PaymentEvent::AuthenticationNeeded,
        PaymentEvent::Abandoned,
        PaymentEvent::NeverMade,
        PaymentEvent::Taken,
        PaymentEvent::Captured,
        PaymentEvent::ReversedByCustomer,
        PaymentEvent::ReversedNotDelivered,
        PaymentEvent::LapsedAfterDelivery,
        PaymentEvent::Refunded,
        PaymentEvent::PartlyRefunded,
    ];
}

/// What a step does to the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BookEffect {
    /// A hold begins.
    Hold,
    /// A hold ends without a charge.
    Release,
    /// A hold ends and becomes revenue.
    Capture,
    /// Money that was never held becomes revenue.
    Charge,
    /// A hold ends and the price becomes a cost of ours.
    Absorb,
    /// Revenue is given back: all of it, or a part.
    Refund,
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a payment in {state} does not take {event:?}")]
pub struct PaymentRefusal {
    /// The state it is in.
    pub state: PaymentState,
    /// What was tried.
    pub event: PaymentEvent,
}

impl PaymentState {
    /// The next state and what it does to the books.
    pub fn on(self, event: PaymentEvent) -> Result<(PaymentState, Option<BookEffect>), PaymentRefusal> {
        use PaymentEvent as E;
        use PaymentState as S;
        let step = match (self, event) {
            (S::Initiated | S::Unknown, E::Sent) => (S::Pending, None),
            (S::Pending, E::AnswerLost) => (S::Unknown, None),
            (S::Pending | S::Unknown, E::Held) => (S::HeldForActivation, Some(BookEffect::Hold)),
            (S::Pending | S::Unknown, E::Declined) => (S::Rejected, None),
            (S::Pending | S::Unknown, E::AuthenticationNeeded) => (S::Initiated, None),
            (S::Initiated, E::Abandoned) => (S::Cancelled, None),
            (S::Initiated | S::Pending | S::Unknown, E::NeverMade) => (S::Cancelled, None),
            (S::Pending | S::Unknown, E::Taken) => (S::Charged, Some(BookEffect::Charge)),
            (S::HeldForActivation, E::Captured) => (S::Charged, Some(BookEffect::Capture)),
            (S::HeldForActivation, E::ReversedByCustomer) => (S::Cancelled, Some(BookEffect::Release)),
            (S::HeldForActivation, E::ReversedNotDelivered) => (S::FailedNoCharge, Some(BookEffect::Release)),
            (S::HeldForActivation, E::LapsedAfterDelivery) => (S::Cancelled, Some(BookEffect::Absorb)),
            (S::Charged, E::Refunded) => (S::Refunded, Some(BookEffect::Refund)),
            (S::Charged, E::PartlyRefunded) => (S::Charged, Some(BookEffect::Refund)),
            (state, event) => return Err(PaymentRefusal { state, event }),
        };
        Ok(step)
    }

    /// Whether the customer's money was taken and not given back.
    pub fn is_charged(self) -> bool {
        self == PaymentState::Charged
    }

    /// Whether nothing more happens by itself.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            PaymentState::Charged
                | PaymentState::Cancelled
                | PaymentState::Refunded
                | PaymentState::FailedNoCharge
                | PaymentState::Rejected
        )
    }
}

impl DeclineReason {
    /// Whether trying the same method again is pointless.
    pub fn is_hard(self) -> bool {
        matches!(self, DeclineReason::ExpiredCard | DeclineReason::StolenCard | DeclineReason::InvalidMethod)
    }
}

codes! {
    /// A request to the gateway that moves money.
    pub enum OperationKind {
        /// Hold.
        Authorise = "AUTHORISE",
        /// Take what is held.
        Capture = "CAPTURE",
        /// Take at once.
        Charge = "CHARGE",
        /// Reverse the hold.
        Cancel = "CANCEL",
        /// Give back.
        Refund = "REFUND",
    }
}

codes! {
    /// What became of a request to the gateway.
    pub enum OperationState {
        /// Written down; sent or about to be.
        Requested = "REQUESTED",
        /// Done, the gateway says.
        Succeeded = "SUCCEEDED",
        /// Refused for good.
        Refused = "REFUSED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        let mut allowed = Vec::new();
        for &state in PaymentState::ALL {
            for &event in PaymentEvent::ALL {
                if let Ok((next, _)) = state.on(event) {
                    allowed.push(format!("{state} --{event:?}-> {next}"));
                }
            }
        }
        assert_eq!(
            allowed,
            [
                "INITIATED --Sent-> PENDING",
                "INITIATED --Abandoned-> CANCELLED",
                "INITIATED --NeverMade-> CANCELLED",
                "PENDING --AnswerLost-> UNKNOWN",
                "PENDING --Held-> HELD_FOR_ACTIVATION",
                "PENDING --Declined-> REJECTED",
                "PENDING --AuthenticationNeeded-> INITIATED",
                "PENDING --NeverMade-> CANCELLED",
                "PENDING --Taken-> CHARGED",
                "UNKNOWN --Sent-> PENDING",
                "UNKNOWN --Held-> HELD_FOR_ACTIVATION",
                "UNKNOWN --Declined-> REJECTED",
                "UNKNOWN --AuthenticationNeeded-> INITIATED",
                "UNKNOWN --NeverMade-> CANCELLED",
                "UNKNOWN --Taken-> CHARGED",
                "HELD_FOR_ACTIVATION --Captured-> CHARGED",
                "HELD_FOR_ACTIVATION --ReversedByCustomer-> CANCELLED",
                "HELD_FOR_ACTIVATION --ReversedNotDelivered-> FAILED_NO_CHARGE",
                "HELD_FOR_ACTIVATION --LapsedAfterDelivery-> CANCELLED",
                "CHARGED --Refunded-> REFUNDED",
                "CHARGED --PartlyRefunded-> CHARGED",
            ]
        );
    }

    #[test]
    fn a_hold_ends_once() {
        for &event in PaymentEvent::ALL {
            if let Ok((next, Some(BookEffect::Capture | BookEffect::Release | BookEffect::Absorb))) =
                PaymentState::HeldForActivation.on(event)
            {
                for &again in PaymentEvent::ALL {
                    let books = next.on(again).ok().and_then(|(_, effect)| effect);
                    assert!(matches!(books, None | Some(BookEffect::Refund)), "{next} takes {again:?}");
                }
            }
        }
    }
}
