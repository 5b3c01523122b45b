//! The states of a case, and what moves it from one to the next.

use super::Solution;
use serde::{Deserialize, Serialize};

codes! {
    /// Where a case is.
    pub enum TicketStatus {
        /// We owe the next word.
        Open = "OPEN",
        /// The customer owes it: the clock stands still.
        WaitingForCustomer = "WAITING_FOR_CUSTOMER",
        /// Done.
        Solved = "SOLVED",
        /// Goes on in another case.
        Merged = "MERGED",
    }
}

impl TicketStatus {
    /// Whether somebody still has something to do.
    pub fn is_open(self) -> bool {
        matches!(self, TicketStatus::Open | TicketStatus::WaitingForCustomer)
    }
}

/// What happens to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TicketEvent {
    /// We answered, and go on.
    Answered,
    /// We asked the customer something.
    AskedCustomer,
    /// The customer wrote.
    CustomerWrote,
    /// It is done.
    Solved,
    /// It was not done after all.
    Reopened,
    /// It goes on in another case.
    Merged,
    /// The merge is undone: it was open before.
    UnmergedOpen,
    /// The merge is undone: it was waiting for the customer before.
    UnmergedWaiting,
}

impl TicketEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [TicketEvent] = &[
        TicketEvent::Answered,
        TicketEvent::AskedCustomer,
        TicketEvent::CustomerWrote,
        TicketEvent::Solved,
        TicketEvent::Reopened,
        TicketEvent::Merged,
        TicketEvent::UnmergedOpen,
        TicketEvent::UnmergedWaiting,
    ];
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket in {status} does not take {event:?}")]
pub struct TicketRefusal {
    /// The state it is in.
    pub status: TicketStatus,
    /// What was tried.
    pub event: TicketEvent,
}

impl TicketStatus {
    /// The next state.
    pub fn on(self, event: TicketEvent) -> Result<TicketStatus, TicketRefusal> {
        use TicketEvent as E;
        use TicketStatus as S;
        let next = match (self, event) {
            (S::Open | S::WaitingForCustomer, E::Answered) => S::Open,
            (S::Open | S::WaitingForCustomer, E::AskedCustomer) => S::WaitingForCustomer,
            // A customer who writes on a solved case is not sent away.
            (S::Open | S::WaitingForCustomer | S::Solved, E::CustomerWrote) => S::Open,
            (S::Open | S::WaitingForCustomer, E::Solved) => S::Solved,
            (S::Solved, E::Reopened) => S::Open,
            (S::Open | S::WaitingForCustomer, E::Merged) => S::Merged,
            (S::Merged, E::UnmergedOpen) => S::Open,
            (S::Merged, E::UnmergedWaiting) => S::WaitingForCustomer,
            (status, event) => return Err(TicketRefusal { status, event }),
        };
        Ok(next)
    }
}

/// What happens to the case with a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AfterReply {
    /// It stays with us.
    KeepOpen,
    /// The customer is to answer: the clock stands still.
    WaitForCustomer,
    /// It is done.
    Solve(Solution),
}

impl AfterReply {
    /// What it means for the case.
    pub const fn event(self) -> TicketEvent {
        match self {
            AfterReply::KeepOpen => TicketEvent::Answered,
            AfterReply::WaitForCustomer => TicketEvent::AskedCustomer,
            AfterReply::Solve(_) => TicketEvent::Solved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event_has_its_answer() {
        let taken: Vec<_> = TicketStatus::ALL
            .iter()
            .flat_map(|&status| TicketEvent::ALL.iter().map(move |&event| (status, event)))
            .filter_map(|(status, event)| Some((status, event, status.on(event).ok()?)))
            .collect();
        assert_eq!(taken.len(), 14);
        for (status, event, next) in taken {
            // What is merged only comes back as it was; what is solved only by a word or by hand.
            match status {
                TicketStatus::Merged => assert!(next.is_open()),
                TicketStatus::Solved => assert_eq!(next, TicketStatus::Open, "{event:?}"),
                _ => {}
            }
        }
        for &status in TicketStatus::ALL {
            assert!(TicketEvent::ALL.iter().any(|&event| status.on(event).is_ok()), "{status} is a dead end");
        }
    }

    #[test]
    fn a_merged_or_solved_case_takes_no_reply() {
        for status in [TicketStatus::Merged, TicketStatus::Solved] {
            for then in [AfterReply::KeepOpen, AfterReply::WaitForCustomer, AfterReply::Solve(Solution::Answered)] {
                assert!(status.on(then.event()).is_err());
            }
        }
    }
}
