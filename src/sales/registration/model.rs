//! The states of a registration, and what moves it from one to the next (rulebook §3).

use serde::{Deserialize, Serialize};

codes! {
    /// Where a registration is.
    pub enum RegistrationState {
        /// The car is not paid yet.
        PendingPayment = "PENDING_PAYMENT",
        /// It is paid; papers and data are being put together.
        PaymentReceived = "PAYMENT_RECEIVED",
        /// It is being submitted, by us or by hand.
        RegistrationInitiated = "REGISTRATION_INITIATED",
        /// The body has it.
        UnderReview = "UNDER_REVIEW",
        /// The body agreed.
        Approved = "APPROVED",
        /// It has its plate.
        PlateAssigned = "PLATE_ASSIGNED",
        /// The car's papers are complete.
        ReadyForDelivery = "READY_FOR_DELIVERY",
        /// The body wants more.
        AdditionalInfoRequired = "ADDITIONAL_INFO_REQUIRED",
        /// The body refused: correct and submit again, or give up.
        Rejected = "REJECTED",
    }
}

/// What happens to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegistrationEvent {
    /// The final payment was taken.
    Paid,
    /// Everything is there: it is submitted, for the first time or with corrections.
    Submitted,
    /// The body has taken it up.
    ReviewStarted,
    /// The body agreed.
    Approved,
    /// The plate is known.
    PlateAssigned,
    /// The plate stands in the car's papers.
    Completed,
    /// The body wants more.
    InfoRequired,
    /// The body refused.
    Refused,
    /// People of ours gave up: the sale is cancelled.
    GivenUp,
}

impl RegistrationEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [RegistrationEvent] = &[
        RegistrationEvent::Paid,
        RegistrationEvent::Submitted,
        RegistrationEvent::ReviewStarted,
        RegistrationEvent::Approved,
        RegistrationEvent::PlateAssigned,
        RegistrationEvent::Completed,
        RegistrationEvent::InfoRequired,
        RegistrationEvent::Refused,
        RegistrationEvent::GivenUp,
    ];
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a registration in {state} does not take {event:?}")]
pub struct RegistrationRefusal {
    /// The state it is in.
    pub state: RegistrationState,
    /// What was tried.
    pub event: RegistrationEvent,
}

impl RegistrationState {
    /// The next state. A body's messages come late and in any order: what lies behind is refused, and its yes counts
    /// whenever it comes before the end.
    pub fn on(self, event: RegistrationEvent) -> Result<RegistrationState, RegistrationRefusal> {
        use RegistrationEvent as E;
        use RegistrationState as S;
        let next = match (self, event) {
            (S::PendingPayment, E::Paid) => S::PaymentReceived,
            (S::PaymentReceived | S::AdditionalInfoRequired | S::Rejected, E::Submitted) => S::RegistrationInitiated,
            (S::RegistrationInitiated, E::ReviewStarted) => S::UnderReview,
            (S::RegistrationInitiated | S::UnderReview, E::InfoRequired) => S::AdditionalInfoRequired,
            (S::RegistrationInitiated | S::UnderReview | S::AdditionalInfoRequired, E::Refused) => S::Rejected,
            (S::RegistrationInitiated | S::UnderReview | S::AdditionalInfoRequired | S::Rejected, E::Approved) => {
                S::Approved
            }
            (S::Approved, E::PlateAssigned) => S::PlateAssigned,
            (S::PlateAssigned, E::Completed) => S::ReadyForDelivery,
            (
                S::PaymentReceived
                | S::RegistrationInitiated
                | S::UnderReview
                | S::AdditionalInfoRequired
                | S::Rejected,
                E::GivenUp,
            ) => S::Rejected,
            (state, event) => return Err(RegistrationRefusal { state, event }),
        };
        Ok(next)
    }

    /// Whether the body, or the people who carry the papers to it, have the word.
    pub fn is_under_way(self) -> bool {
        matches!(self, RegistrationState::RegistrationInitiated | RegistrationState::UnderReview)
    }

    /// Whether owner, address and papers may still be put right.
    pub fn takes_corrections(self) -> bool {
        matches!(
            self,
            RegistrationState::PaymentReceived
                | RegistrationState::AdditionalInfoRequired
                | RegistrationState::Rejected
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of state and event: what is not in the list is refused.
    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        let mut allowed = Vec::new();
        for &state in RegistrationState::ALL {
            for &event in RegistrationEvent::ALL {
                if let Ok(next) = state.on(event) {
                    allowed.push(format!("{state} --{event:?}-> {next}"));
                }
            }
        }
        assert_eq!(
            allowed,
            [
                "PENDING_PAYMENT --Paid-> PAYMENT_RECEIVED",
                "PAYMENT_RECEIVED --Submitted-> REGISTRATION_INITIATED",
                "PAYMENT_RECEIVED --GivenUp-> REJECTED",
                "REGISTRATION_INITIATED --ReviewStarted-> UNDER_REVIEW",
                "REGISTRATION_INITIATED --Approved-> APPROVED",
                "REGISTRATION_INITIATED --InfoRequired-> ADDITIONAL_INFO_REQUIRED",
                "REGISTRATION_INITIATED --Refused-> REJECTED",
                "REGISTRATION_INITIATED --GivenUp-> REJECTED",
                "UNDER_REVIEW --Approved-> APPROVED",
                "UNDER_REVIEW --InfoRequired-> ADDITIONAL_INFO_REQUIRED",
                "UNDER_REVIEW --Refused-> REJECTED",
                "UNDER_REVIEW --GivenUp-> REJECTED",
                "APPROVED --PlateAssigned-> PLATE_ASSIGNED",
                "PLATE_ASSIGNED --Completed-> READY_FOR_DELIVERY",
                "ADDITIONAL_INFO_REQUIRED --Submitted-> REGISTRATION_INITIATED",
                "ADDITIONAL_INFO_REQUIRED --Approved-> APPROVED",
                "ADDITIONAL_INFO_REQUIRED --Refused-> REJECTED",
                "ADDITIONAL_INFO_REQUIRED --GivenUp-> REJECTED",
                "REJECTED --Submitted-> REGISTRATION_INITIATED",
                "REJECTED --Approved-> APPROVED",
                "REJECTED --GivenUp-> REJECTED",
            ]
        );
    }
}
