//! Charges that a customer's bank takes back: each opens a task for finance, with the day by which the bank wants our answer
//! (rulebook §5). What finance does about it is `finance::chargebacks`.

use super::repository::Payment;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use chrono::TimeDelta;

/// How charges that are taken back are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargebackPolicy {
    /// How long after the bank's word our answer has to be there.
    pub answer_within: TimeDelta,
}

impl Default for ChargebackPolicy {
    /// The gateway's contract names no day. Banks leave weeks, those between them and us take their share: a week is in time.
    fn default() -> Self {
        ChargebackPolicy { answer_within: TimeDelta::days(7) }
    }
}

codes! {
    /// How far a task is.
    pub enum TaskState {
        /// Nobody deals with it yet.
        Open = "OPEN",
        /// Somebody does.
        InProgress = "IN_PROGRESS",
        /// The evidence is with the bank, which decides.
        Answered = "ANSWERED",
        /// The bank gives the money back.
        Won = "WON",
        /// It stays with the customer.
        Lost = "LOST",
    }
}

codes! {
    /// What happens to a task.
    pub enum TaskEvent {
        /// Somebody takes it, or takes it over.
        Taken = "TAKEN",
        /// The evidence went to the bank.
        Answered = "ANSWERED",
        /// The bank decided for us.
        Won = "WON",
        /// The bank decided against us, or we let it be.
        Lost = "LOST",
    }
}

impl TaskState {
    /// The state after an event; `None` when it can't happen then.
    pub fn on(self, event: TaskEvent) -> Option<TaskState> {
        use TaskEvent as E;
        use TaskState as S;
        Some(match (self, event) {
            (S::Open | S::InProgress, E::Taken) => S::InProgress,
            (S::Answered, E::Taken) => S::Answered,
            (S::InProgress, E::Answered) => S::Answered,
            (S::InProgress | S::Answered, E::Won) => S::Won,
            (S::InProgress | S::Answered, E::Lost) => S::Lost,
            _ => return None,
        })
    }

    /// Whether nothing is to be done any more.
    pub fn is_over(self) -> bool {
        matches!(self, TaskState::Won | TaskState::Lost)
    }

    /// Whether the bank still waits for our answer.
    pub fn waits_for_us(self) -> bool {
        matches!(self, TaskState::Open | TaskState::InProgress)
    }
}

/// The longest code of a reason that is kept; the contract sets none.
const LONGEST_REASON: usize = 100;

/// Opens the task in the transaction that books the loss. A payment has one, however often the bank's word comes.
pub(super) async fn open(caas: &Caas, tx: &mut Tx, payment: &Payment, reason: Option<&str>) -> Result<()> {
    let (id, now) = (caas.new_uuid(), caas.now());
    let due = now + caas.policies.chargebacks.answer_within;
    let reason: Option<String> = reason.map(|code| code.chars().take(LONGEST_REASON).collect());
    let written = sql!(tx, execute
        "INSERT INTO finance_tasks (id, payment_id, amount_cents, currency, reason, state, due_at, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (payment_id) DO NOTHING",
        id, payment.id, payment.captured_cents, payment.currency.as_str(), reason, TaskState::Open.as_str(), due, now)?;
    if written == 0 {
        return Ok(());
    }
    let entry = Entry {
        after: Some(TaskState::Open.as_str()),
        data: serde_json::json!({ "payment": payment.id, "until": due }),
        ..Entry::new(None, Actor::GATEWAY, EntryKind::FinanceTaskChanged, SubjectKind::FinanceTask, id)
    };
    record(caas, tx, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        let mut allowed = Vec::new();
        for &state in TaskState::ALL {
            for &event in TaskEvent::ALL {
                if let Some(next) = state.on(event) {
                    allowed.push(format!("{state} --{event:?}-> {next}"));
                    assert!(!state.is_over(), "what is over stays over");
                }
            }
        }
        assert_eq!(
            allowed,
            [
                "OPEN --Taken-> IN_PROGRESS",
                "IN_PROGRESS --Taken-> IN_PROGRESS",
                "IN_PROGRESS --Answered-> ANSWERED",
                "IN_PROGRESS --Won-> WON",
                "IN_PROGRESS --Lost-> LOST",
                "ANSWERED --Taken-> ANSWERED",
                "ANSWERED --Won-> WON",
                "ANSWERED --Lost-> LOST",
            ]
        );
    }
}
