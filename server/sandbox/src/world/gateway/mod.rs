//! The payment gateway: its books, what it remembers, and what its bank will do later.
//!
//! [`GatewayWorld::answer`] takes a call of the contract; the rules of payments stand in `payments`, what happens by
//! itself in `settlement`, the customer's pages in `hosted`.

mod cards;
mod hosted;
pub(crate) mod idempotency;
pub mod model;
mod payments;
mod requests;
mod settlement;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Surroundings;
use super::agenda::Agenda;
use super::call::{Answer, Call, Operation, Problem};
use crate::faults::Effects;
pub use cards::TestCard;
use idempotency::Memory;
use model::{Payment, PaymentMethod, SettlementEntry, SetupSession};

/// Settings of the played gateway; times are of the sandbox's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewaySettings {
    /// Seconds from capture to settlement.
    pub settlement_delay_seconds: u32,
    /// Seconds from settlement to a chargeback that was asked for beforehand.
    pub chargeback_delay_seconds: u32,
    /// Seconds a bank transfer is `PROCESSING`.
    pub processing_seconds: u32,
    /// Fee in hundredths of a percent.
    pub fee_basis_points: u32,
    /// Fixed fee in cents.
    pub fee_fixed_cents: u32,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            settlement_delay_seconds: 2 * 86_400,
            chargeback_delay_seconds: 10 * 86_400,
            processing_seconds: 60,
            fee_basis_points: 140,
            fee_fixed_cents: 25,
        }
    }
}

/// The gateway's books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GatewayWorld {
    settings: GatewaySettings,
    sessions: BTreeMap<String, SetupSession>,
    methods: BTreeMap<String, PaymentMethod>,
    /// In the order they were made, which is the order of their ids.
    payments: Vec<Payment>,
    entries: Vec<SettlementEntry>,
    memory: Memory,
    agenda: Agenda<GatewayEvent>,
}

/// What the gateway does by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "paymentId", rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum GatewayEvent {
    HoldLapses(String),
    BankDecides(String),
    Settles(String),
    IsChargedBack(String),
}

impl GatewayWorld {
    /// Answers a call of the contract.
    pub(crate) fn answer(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Answer {
        if call.operation.changes_something() {
            self.answer_once(around, call, effects)
        } else {
            self.answer_question(call).unwrap_or_else(|problem| problem.to_answer())
        }
    }

    /// Executes, unless the same request was executed before.
    fn answer_once(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Answer {
        let key = match idempotency::key_of(call) {
            Ok(key) => key,
            Err(problem) => return problem.to_answer(),
        };
        let path = call.operation.path(&call.subject);
        match self.memory.recall(around.now, key, &path, call.body.as_ref()) {
            Ok(Some(first)) => return first,
            Ok(None) => {}
            Err(problem) => return problem.to_answer(),
        }
        let answer = self.execute(around, call, key, effects).unwrap_or_else(|problem| problem.to_answer());
        if was_executed(&answer) {
            self.memory.keep(around.now, key, path, call.body.clone(), answer.clone());
        }
        answer
    }

    fn execute(
        &mut self,
        around: &mut Surroundings<'_>,
        call: &Call,
        key: &str,
        effects: &Effects,
    ) -> Result<Answer, Problem> {
        let body = call.body.as_ref();
        match call.operation {
            Operation::CreateSetupSession => self.open_session(around, body),
            Operation::InitiatePayment => self.initiate(around, body, key, effects),
            Operation::CapturePayment => self.capture(around, &call.subject, body, effects),
            Operation::CancelPayment => self.cancel(around, &call.subject),
            Operation::RefundPayment => self.refund(around, &call.subject, body),
            _ => Err(Problem::unknown("operation")),
        }
    }

    fn answer_question(&self, call: &Call) -> Result<Answer, Problem> {
        let subject = call.subject.as_str();
        match call.operation {
            Operation::GetSetupSession => self.session_outcome(subject),
            Operation::FindPayment => self
                .payments
                .iter()
                .rev()
                .find(|payment| payment.idempotency_key == subject)
                .map(|payment| Answer::ok(payment.to_wire()))
                .ok_or_else(|| Problem::unknown("idempotency key")),
            Operation::GetPayment => self
                .payment(subject)
                .map(|payment| Answer::ok(payment.to_wire()))
                .ok_or_else(|| Problem::unknown("payment")),
            Operation::GetSettlements => self.report(subject),
            _ => Err(Problem::unknown("operation")),
        }
    }

    fn report(&self, day: &str) -> Result<Answer, Problem> {
        let date = NaiveDate::parse_from_str(day, "%Y-%m-%d")
            .ok()
            .filter(|_| day.len() == 10)
            .ok_or_else(|| Problem::does_not_fit("date", "must be a date (YYYY-MM-DD)"))?;
        let entries: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.at.date_naive() == date)
            .map(|entry| {
                let mut line = json!(entry);
                if let Some(members) = line.as_object_mut() {
                    members.remove("at");
                }
                line
            })
            .collect();
        Ok(Answer::ok(json!({"date": day, "entries": entries})))
    }

    /// When the gateway does something next by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.agenda.next_due()
    }

    /// Settings.
    #[must_use]
    pub fn settings(&self) -> &GatewaySettings {
        &self.settings
    }

    /// Changes the settings; what is already on the agenda keeps its time.
    pub fn set_settings(&mut self, settings: GatewaySettings) {
        self.settings = settings;
    }

    /// All payments, oldest first.
    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter()
    }

    /// One payment.
    #[must_use]
    pub fn payment(&self, payment_id: &str) -> Option<&Payment> {
        self.payments.get(self.position(payment_id)?)
    }

    fn payment_mut(&mut self, payment_id: &str) -> Option<&mut Payment> {
        let position = self.position(payment_id)?;
        self.payments.get_mut(position)
    }

    fn position(&self, payment_id: &str) -> Option<usize> {
        self.payments.binary_search_by(|payment| payment.payment_id.as_str().cmp(payment_id)).ok()
    }

    /// A tokenised method.
    #[must_use]
    pub fn method(&self, token: &str) -> Option<&PaymentMethod> {
        self.methods.get(token)
    }

    /// A setup session.
    #[must_use]
    pub fn session(&self, session_id: &str) -> Option<&SetupSession> {
        self.sessions.get(session_id)
    }

    /// All lines of all settlement reports, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[SettlementEntry] {
        &self.entries
    }
}

/// A success and a decline were executed; a refusal (404, 409, 422) changed nothing and may be tried again.
fn was_executed(answer: &Answer) -> bool {
    answer.status < 300 || answer.status == 402
}
