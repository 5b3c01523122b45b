//! The life of one service in one vehicle, from the order to the end.

use serde::{Deserialize, Serialize};

codes! {
    /// Where an activation is (rulebook §6).
    pub enum ActivationState {
        /// Ordered; nothing was asked for yet.
        PurchaseInitiated = "PURCHASE_INITIATED",
        /// The hold is being asked for.
        PaymentPending = "PAYMENT_PENDING",
        /// The bank said no: nothing was delivered, nothing charged.
        PaymentRejected = "PAYMENT_REJECTED",
        /// Waits for its first attempt.
        ActivationQueued = "ACTIVATION_QUEUED",
        /// The vehicle is being asked or told.
        AttemptInProgress = "ATTEMPT_IN_PROGRESS",
        /// An attempt ended without the vehicle's confirmation.
        AttemptFailed = "ATTEMPT_FAILED",
        /// The next attempt has its time.
        RetryScheduled = "RETRY_SCHEDULED",
        /// Given up by the engine; the ticket is being made.
        EscalatedToSupport = "ESCALATED_TO_SUPPORT",
        /// A person looks at it.
        AwaitingSupportResolution = "AWAITING_SUPPORT_RESOLUTION",
        /// A person tries it by hand.
        ManualActivationAttempt = "MANUAL_ACTIVATION_ATTEMPT",
        /// A person decided that it can't be done.
        PermanentFailure = "PERMANENT_FAILURE",
        /// Over, not delivered, nothing charged.
        FailedNoCharge = "FAILED_NO_CHARGE",
        /// The vehicle confirmed: it works.
        Active = "ACTIVE",
        /// Its time is over and it was switched off.
        Expired = "EXPIRED",
        /// The customer withdrew from the contract.
        Withdrawn = "WITHDRAWN",
        /// Switched off because a subscription was not paid.
        Suspended = "SUSPENDED",
        /// Ended by the customer.
        Cancelled = "CANCELLED",
    }
}

codes! {
    /// How an activation came out.
    pub enum FinalResult {
        /// The vehicle confirmed.
        Active = "ACTIVE",
        /// Not delivered, not charged.
        FailedNoCharge = "FAILED_NO_CHARGE",
        /// A person brought it about.
        ManualActivation = "MANUAL_ACTIVATION",
    }
}

/// What happens to an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ActivationEvent {
    /// A hold is asked for.
    PaymentRequested,
    /// Nothing is to be held: a subscription is billed after its period.
    NothingToHold,
    /// The bank said no.
    PaymentDeclined,
    /// The money is held.
    PaymentHeld,
    /// An attempt begins.
    AttemptStarted,
    /// An attempt ended without confirmation.
    AttemptFailed,
    /// The next attempt has its time.
    RetryScheduled,
    /// The vehicle confirmed.
    VehicleConfirmed,
    /// The engine gives up.
    Escalated,
    /// Maintenance stands in the way of the first command.
    BlockedByMaintenance,
    /// The ticket stands.
    TicketOpened,
    /// A person begins an attempt.
    ManualAttemptStarted,
    /// A person's attempt failed.
    ManualAttemptFailed,
    /// A person decided that it can't be done.
    DeclaredPermanent,
    /// Closed; the proof that nothing was charged stands.
    ClosedWithoutCharge,
    /// The customer cancels before delivery.
    CancelledByCustomer,
    /// The time is over and the vehicle confirmed the end.
    TimeOver,
    /// The customer withdrew, and the vehicle confirmed the end.
    Withdrawn,
    /// Not paid for, and the vehicle confirmed the end.
    Suspended,
    /// The subscription has ended.
    SubscriptionEnded,
}

impl ActivationEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [ActivationEvent] = &[
        ActivationEvent::PaymentRequested,
        ActivationEvent::NothingToHold,
        ActivationEvent::PaymentDeclined,
        ActivationEvent::PaymentHeld,
        ActivationEvent::AttemptStarted,
        ActivationEvent::AttemptFailed,
        ActivationEvent::RetryScheduled,
        ActivationEvent::VehicleConfirmed,
        ActivationEvent::Escalated,
        ActivationEvent::BlockedByMaintenance,
        ActivationEvent::TicketOpened,
        ActivationEvent::ManualAttemptStarted,
        ActivationEvent::ManualAttemptFailed,
        ActivationEvent::DeclaredPermanent,
        ActivationEvent::ClosedWithoutCharge,
        ActivationEvent::CancelledByCustomer,
        ActivationEvent::TimeOver,
        ActivationEvent::Withdrawn,
        ActivationEvent::Suspended,
        ActivationEvent::SubscriptionEnded,
    ];
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an activation in {state} does not take {event:?}")]
pub struct ActivationRefusal {
    /// The state it is in.
    pub state: ActivationState,
    /// What was tried.
    pub event: ActivationEvent,
}

impl ActivationState {
    /// The next state.
    pub fn on(self, event: ActivationEvent) -> Result<ActivationState, ActivationRefusal> {
        use ActivationEvent as E;
        use ActivationState as S;
        let next = match (self, event) {
            (S::PurchaseInitiated, E::PaymentRequested) => S::PaymentPending,
            (S::PurchaseInitiated, E::NothingToHold) => S::ActivationQueued,
            (S::PaymentPending, E::PaymentDeclined) => S::PaymentRejected,
            (S::PaymentPending, E::PaymentHeld) => S::ActivationQueued,
            (S::ActivationQueued | S::RetryScheduled, E::AttemptStarted) => S::AttemptInProgress,
            (S::AttemptInProgress, E::AttemptFailed) => S::AttemptFailed,
            (S::AttemptFailed, E::RetryScheduled) => S::RetryScheduled,
            // A confirmation may also come while the next attempt is waited for: the first verdict of the car counts.
            (S::AttemptInProgress | S::RetryScheduled | S::ManualActivationAttempt, E::VehicleConfirmed) => S::Active,
            (S::AttemptFailed | S::ActivationQueued | S::RetryScheduled, E::Escalated) => S::EscalatedToSupport,
            // Nothing was sent: there is nothing for support to repair.
            (S::ActivationQueued | S::RetryScheduled, E::BlockedByMaintenance) => S::FailedNoCharge,
            (S::EscalatedToSupport, E::TicketOpened) => S::AwaitingSupportResolution,
            (S::AwaitingSupportResolution, E::ManualAttemptStarted) => S::ManualActivationAttempt,
            (S::ManualActivationAttempt, E::ManualAttemptFailed) => S::AwaitingSupportResolution,
            (S::AwaitingSupportResolution | S::ManualActivationAttempt, E::DeclaredPermanent) => S::PermanentFailure,
            (S::AwaitingSupportResolution | S::PermanentFailure, E::ClosedWithoutCharge) => S::FailedNoCharge,
            (S::PaymentPending | S::ActivationQueued | S::RetryScheduled, E::CancelledByCustomer) => S::Cancelled,
            (S::Active, E::TimeOver) => S::Expired,
            (S::Active, E::Withdrawn) => S::Withdrawn,
            (S::Active, E::Suspended) => S::Suspended,
            (S::Active | S::Suspended, E::SubscriptionEnded) => S::Cancelled,
            (state, event) => return Err(ActivationRefusal { state, event }),
        };
        Ok(next)
    }

    /// States in which the activation has ended, one way or another.
    pub const OVER: &'static [ActivationState] = &[
        ActivationState::PaymentRejected,
        ActivationState::FailedNoCharge,
        ActivationState::Expired,
        ActivationState::Withdrawn,
        ActivationState::Cancelled,
    ];

    /// Whether the activation has ended. One that has not is the only one of its vehicle and service.
    pub fn is_over(self) -> bool {
        Self::OVER.contains(&self)
    }

    /// Whether the customer is waiting for the engine.
    pub fn is_under_way(self) -> bool {
        matches!(
            self,
            ActivationState::PurchaseInitiated
                | ActivationState::PaymentPending
                | ActivationState::ActivationQueued
                | ActivationState::AttemptInProgress
                | ActivationState::AttemptFailed
                | ActivationState::RetryScheduled
        )
    }

    /// Whether the engine has given up on it and a person has it.
    pub fn is_with_support(self) -> bool {
        matches!(
            self,
            ActivationState::EscalatedToSupport
                | ActivationState::AwaitingSupportResolution
                | ActivationState::ManualActivationAttempt
                | ActivationState::PermanentFailure
        )
    }
}

codes! {
    /// Why a vehicle did not do as it was told (contract `iot`, ErrorCode).
    pub enum ErrorCode {
        /// Not connected. Passes.
        VehicleOffline = "VEHICLE_OFFLINE",
        /// Busy with something else. Passes.
        VehicleBusy = "VEHICLE_BUSY",
        /// Moving. Passes.
        VehicleDriving = "VEHICLE_DRIVING",
        /// Asleep. Passes.
        VehiclePoweredOff = "VEHICLE_POWERED_OFF",
        /// The vehicle did not answer. Passes.
        Timeout = "TIMEOUT",
        /// Contradicts what is configured. Does not pass.
        ConfigConflict = "CONFIG_CONFLICT",
        /// Too old a firmware. Does not pass.
        UnsupportedFirmware = "UNSUPPORTED_FIRMWARE",
        /// A module is broken. Does not pass.
        ModuleFault = "MODULE_FAULT",
        /// The vehicle does not know the service. Does not pass.
        UnknownService = "UNKNOWN_SERVICE",
    }
}

codes! {
    /// What the vehicle is told in an attempt.
    pub enum AttemptCommand {
        /// To switch the service on.
        Activate = "ACTIVATE",
        /// To switch it off.
        Deactivate = "DEACTIVATE",
        /// To switch on again what a stale command switched off.
        Restore = "RESTORE",
    }
}

codes! {
    /// How an attempt ended.
    pub enum AttemptResult {
        /// The vehicle confirmed.
        Success = "SUCCESS",
        /// To be tried again.
        FailedRetry = "FAILED_RETRY",
        /// To be looked at by a person.
        FailedEscalate = "FAILED_ESCALATE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over() {
        for &state in ActivationState::OVER {
            for &event in ActivationEvent::ALL {
                assert!(state.on(event).is_err(), "{state} takes {event:?}");
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_left() {
        let mut reached = vec![ActivationState::PurchaseInitiated];
        let mut at = 0;
        while at < reached.len() {
            for &event in ActivationEvent::ALL {
                if let Ok(next) = reached[at].on(event)
                    && !reached.contains(&next)
                {
                    reached.push(next);
                }
            }
            at += 1;
        }
        for &state in ActivationState::ALL {
            assert!(reached.contains(&state), "{state} can't be reached");
            let left = ActivationEvent::ALL.iter().any(|&event| state.on(event).is_ok());
            assert_eq!(left, !state.is_over(), "{state}");
        }
    }

    #[test]
    fn only_a_vehicle_makes_a_service_active() {
        for &state in ActivationState::ALL {
            for &event in ActivationEvent::ALL {
                if state.on(event) == Ok(ActivationState::Active) {
                    assert_eq!(event, ActivationEvent::VehicleConfirmed);
                }
            }
        }
    }
}
