//! Where an order stands, as one of a few stories: the two state machines of rulebook §5 and §6 read together.

use caas::activation::model::ActivationState as A;
use caas::payments::model::PaymentState as P;
use caas::purchases::view::OrderView;

/// The stories an order can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The bank is asked for the hold.
    AskingBank,
    /// The bank's answer never came.
    BankSilent,
    /// The bank wants the customer to confirm.
    BankWantsYou,
    /// The bank said no.
    BankRefused,
    /// Nobody confirmed in time, or the bank could not be reached.
    NeverPaid,
    /// In the queue for its first attempt.
    Queued,
    /// An attempt is under way.
    Trying,
    /// The next attempt is waited for.
    WaitingToRetry,
    /// The system that talks to the cars is being rested.
    Delayed,
    /// The engine gave up; a person has it.
    WithSupport,
    /// Given up for good.
    Failed,
    /// It runs.
    Active,
    /// Its time is over.
    Expired,
    /// The customer withdrew.
    Withdrawn,
    /// Switched off because a subscription was not paid.
    Suspended,
    /// Cancelled before delivery.
    Cancelled,
    /// A subscription that ended.
    Ended,
}

impl Stage {
    pub fn of(order: &OrderView) -> Stage {
        let activation = &order.activation;
        let payment = order.payment.as_ref();
        match activation.state {
            A::PurchaseInitiated | A::PaymentPending => match payment {
                Some(payment) if payment.authentication_url.is_some() => Stage::BankWantsYou,
                Some(payment) if payment.state == P::Unknown => Stage::BankSilent,
                _ => Stage::AskingBank,
            },
            A::PaymentRejected if payment.is_some_and(|payment| payment.state == P::Rejected) => Stage::BankRefused,
            A::PaymentRejected => Stage::NeverPaid,
            A::ActivationQueued | A::RetryScheduled if activation.delayed_since.is_some() => Stage::Delayed,
            A::ActivationQueued => Stage::Queued,
            A::AttemptInProgress => Stage::Trying,
            A::AttemptFailed | A::RetryScheduled => Stage::WaitingToRetry,
            A::EscalatedToSupport | A::AwaitingSupportResolution | A::ManualActivationAttempt => Stage::WithSupport,
            A::PermanentFailure | A::FailedNoCharge => Stage::Failed,
            // Declared; the vehicle is being told.
            A::Active if activation.withdrawal_id.is_some() => Stage::Withdrawn,
            A::Active => Stage::Active,
            A::Expired => Stage::Expired,
            A::Withdrawn => Stage::Withdrawn,
            A::Suspended => Stage::Suspended,
            A::Cancelled if activation.activated_at.is_some() => Stage::Ended,
            A::Cancelled => Stage::Cancelled,
        }
    }

    /// Whether the customer's car has had the service.
    pub fn is_delivered(self) -> bool {
        matches!(self, Stage::Active | Stage::Expired | Stage::Withdrawn | Stage::Suspended | Stage::Ended)
    }

    /// Whether the engine or the bank is at it.
    pub fn is_under_way(self) -> bool {
        matches!(
            self,
            Stage::AskingBank
                | Stage::BankSilent
                | Stage::BankWantsYou
                | Stage::Queued
                | Stage::Trying
                | Stage::WaitingToRetry
                | Stage::Delayed
        )
    }
}
