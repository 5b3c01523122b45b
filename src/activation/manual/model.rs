//! How far a try by hand is.

codes! {
    /// How far a try by hand is.
    pub enum ManualState {
        /// The customer is asked for a new hold.
        Offered = "OFFERED",
        /// The customer accepted; the bank is asked.
        Holding = "HOLDING",
        /// The vehicle is asked or told.
        Trying = "TRYING",
        /// The vehicle confirmed.
        Succeeded = "SUCCEEDED",
        /// It did not work; the case is where it was.
        Failed = "FAILED",
        /// The customer does not want a new hold.
        Refused = "REFUSED",
        /// The bank does not want one.
        Declined = "DECLINED",
        /// The customer did not accept in time.
        Expired = "EXPIRED",
        /// No longer offered: another way out was taken.
        Withdrawn = "WITHDRAWN",
    }
}

/// What happens to a try by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ManualEvent {
    /// The customer accepted the new hold.
    Accepted,
    /// The customer does not want it.
    RefusedByCustomer,
    /// The customer did not answer in time.
    TimeOver,
    /// Another way out was taken.
    TakenBack,
    /// The bank holds the money.
    Held,
    /// The bank said no, or was never asked.
    DeclinedByBank,
    /// The activation no longer waits for it.
    Overtaken,
    /// The vehicle confirmed.
    VehicleConfirmed,
    /// The attempt failed.
    AttemptFailed,
}

impl ManualEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [ManualEvent] = &[
        ManualEvent::Accepted,
        ManualEvent::RefusedByCustomer,
        ManualEvent::TimeOver,
        ManualEvent::TakenBack,
        ManualEvent::Held,
        ManualEvent::DeclinedByBank,
        ManualEvent::Overtaken,
        ManualEvent::VehicleConfirmed,
        ManualEvent::AttemptFailed,
    ];
}

impl ManualState {
    /// The next state; `None` when the event can't happen.
    pub fn on(self, event: ManualEvent) -> Option<ManualState> {
        use ManualEvent as E;
        use ManualState as S;
        Some(match (self, event) {
            (S::Offered, E::Accepted) => S::Holding,
            (S::Offered, E::RefusedByCustomer) => S::Refused,
            (S::Offered, E::TimeOver) => S::Expired,
            (S::Offered, E::TakenBack) => S::Withdrawn,
            (S::Holding, E::Held) => S::Trying,
            (S::Holding, E::DeclinedByBank) => S::Declined,
            (S::Holding, E::Overtaken) => S::Failed,
            (S::Trying, E::VehicleConfirmed) => S::Succeeded,
            (S::Trying, E::AttemptFailed) => S::Failed,
            _ => return None,
        })
    }

    /// Whether something is still to come of it.
    pub fn is_open(self) -> bool {
        matches!(self, ManualState::Offered | ManualState::Holding | ManualState::Trying)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_by_hand_begins_with_the_agent_or_the_customers_click_and_ends_once() {
        for &state in ManualState::ALL {
            let next: Vec<_> = ManualEvent::ALL.iter().filter_map(|&event| state.on(event)).collect();
            assert_eq!(next.is_empty(), !state.is_open(), "{state}");
        }
        // Money is asked for only after the customer's own click, and the car only with the money held.
        for &state in ManualState::ALL {
            for &event in ManualEvent::ALL {
                match state.on(event) {
                    Some(ManualState::Holding) => assert_eq!(event, ManualEvent::Accepted),
                    Some(ManualState::Trying) => assert_eq!(event, ManualEvent::Held),
                    Some(ManualState::Succeeded) => assert_eq!(event, ManualEvent::VehicleConfirmed),
                    _ => {}
                }
            }
        }
    }
}
