//! What can go wrong, set on purpose.
//!
//! A [`FaultRule`] names a system, perhaps one vehicle, perhaps one operation, a [`Fault`] and perhaps how many calls it
//! still lasts. Before a call is executed, every rule that fits is gathered into [`Effects`] and counted down.

use serde::{Deserialize, Serialize};

use crate::world::call::{Operation, System};
use crate::world::country::Country;
use crate::world::gateway::model::DeclineReason;
use crate::world::iot::model::ErrorCode;
use crate::world::registration::Refusal;
use crate::world::values::Vin;

/// One way to fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Fault {
    /// Answers 503; nothing is executed.
    Outage,
    /// Answers 500; nothing is executed.
    Error,
    /// Executes at once and answers later.
    Latency {
        /// Milliseconds of real time before the answer leaves.
        millis: u64,
    },
    /// Neither executes nor answers.
    Hang,
    /// Executes, then drops the connection. Without an operation it acts only on calls that change something.
    LostAnswer,
    /// Executes and never answers: the caller's time-out decides. Same scope as [`Fault::LostAnswer`].
    LostAnswerHanging,
    /// Gateway: declines a payment with this reason, whatever the method.
    Decline {
        /// The reason told in the answer.
        reason: DeclineReason,
    },
    /// Gateway: the payment stays `INITIATED` for a while before the bank decides.
    SlowAuthorisation {
        /// Seconds of sandbox time.
        seconds: u32,
    },
    /// Gateway: what is captured by this call will fail to settle.
    SettlementFails {
        /// `failureReason` of webhook and report.
        reason: String,
    },
    /// Gateway: what is captured by this call settles and is charged back afterwards.
    Chargeback {
        /// `failureReason` of webhook and report.
        reason: String,
    },
    /// API IoT: the vehicle refuses the command at once (409).
    Nack {
        /// `code` of the problem.
        code: ErrorCode,
    },
    /// API IoT: the command is taken and fails afterwards, told by callback (or in the answer, in immediate mode).
    AsyncFailure {
        /// `errorCode` of the callback.
        code: ErrorCode,
    },
    /// API IoT: the vehicle appears `OFFLINE` and refuses commands.
    Offline,
    /// API IoT: the vehicle appears `DRIVING` and refuses commands.
    Driving,
    /// API IoT: the vehicle appears `POWERED_OFF` and refuses commands.
    PoweredOff,
    /// The callback is told twice.
    DuplicateCallback {
        /// `true`: the same message again; `false`: an equal body under another `webhook-id`.
        #[serde(default)]
        same_id: bool,
    },
    /// The callback leaves later than what it tells.
    LateCallback {
        /// Seconds of sandbox time after the event.
        seconds: u32,
    },
    /// The callback arrives before the answer to the call that caused it.
    EarlyCallback,
    /// It happens, but nobody is told.
    NoCallback,
    /// Factory: rejects the order (422 `order_rejected`).
    RejectOrder {
        /// In the factory's words.
        reason: String,
    },
    /// Factory: quality control sends the car back to production once.
    QualityFailure,
    /// Factory: stops before it begins to build.
    CancelOrder,
    /// Factory: building takes longer; the estimate moves with its reason.
    LateProduction {
        /// By so many days.
        days: u32,
    },
    /// Factory: every second message overtakes the one before.
    MixedCallbacks,
    /// Registration bodies: a document is missing, or the papers are refused for good.
    RefusePapers {
        /// The verdict and its reason.
        refusal: Refusal,
    },
    /// Registration bodies that answer later: the review takes longer.
    SlowReview {
        /// By so many seconds of sandbox time.
        seconds: u32,
    },
    /// Transport: nobody is at the door.
    CustomerAbsent {
        /// `true`: nobody comes, the car goes back; `false`: the customer comes while the driver waits.
        returned: bool,
    },
}

/// Where, on what and how often a fault acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultRule {
    /// The system that fails.
    pub system: System,
    /// Only for this vehicle (API IoT, VSS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vin: Option<Vin>,
    /// Only for this operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// What happens.
    pub fault: Fault,
    /// Calls it still acts on; without it, until cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl FaultRule {
    /// A fault of the payment gateway.
    #[must_use]
    pub fn gateway(fault: Fault) -> Self {
        Self::new(System::Gateway, None, fault)
    }

    /// A fault of the provider of text messages.
    #[must_use]
    pub fn sms(fault: Fault) -> Self {
        Self::new(System::Sms, None, fault)
    }

    /// A fault of API IoT for every vehicle.
    #[must_use]
    pub fn iot(fault: Fault) -> Self {
        Self::new(System::Iot, None, fault)
    }

    /// A fault of API IoT for one vehicle.
    #[must_use]
    pub fn vehicle(vin: Vin, fault: Fault) -> Self {
        Self::new(System::Iot, Some(vin), fault)
    }

    /// A fault of the factory.
    #[must_use]
    pub fn factory(fault: Fault) -> Self {
        Self::new(System::Factory, None, fault)
    }

    /// A fault of one country's registration body.
    #[must_use]
    pub fn registration(country: Country, fault: Fault) -> Self {
        Self::new(System::registration(country), None, fault)
    }

    /// A fault of the transport company.
    #[must_use]
    pub fn transport(fault: Fault) -> Self {
        Self::new(System::Transport, None, fault)
    }

    /// A fault of the workshops' maintenance history.
    #[must_use]
    pub fn vss(fault: Fault) -> Self {
        Self::new(System::Vss, None, fault)
    }

    fn new(system: System, vin: Option<Vin>, fault: Fault) -> Self {
        Self { system, vin, operation: None, fault, times: None }
    }

    /// Restricts the rule to one operation.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Restricts the rule to the next `calls` calls it fits.
    #[must_use]
    pub fn times(mut self, calls: u32) -> Self {
        self.times = Some(calls);
        self
    }

    fn fits(&self, call: &Occasion<'_>) -> bool {
        self.times != Some(0)
            && self.system == call.operation.system()
            && self.operation.is_none_or(|wanted| wanted == call.operation)
            && self.vin.as_ref().is_none_or(|vin| call.vin == Some(vin.as_str()))
            && self.means_something(call)
    }

    /// A decline says nothing about a status query: such a call neither feels nor uses up the rule.
    fn means_something(&self, call: &Occasion<'_>) -> bool {
        let command = matches!(call.operation, Operation::Activate | Operation::Deactivate);
        match self.fault {
            Fault::Outage | Fault::Error | Fault::Latency { .. } | Fault::Hang => true,
            Fault::LostAnswer | Fault::LostAnswerHanging => {
                self.operation.is_some() || call.operation.changes_something()
            }
            Fault::Decline { .. } | Fault::SlowAuthorisation { .. } => call.operation == Operation::InitiatePayment,
            Fault::SettlementFails { .. } | Fault::Chargeback { .. } => call.captures,
            Fault::Nack { .. } | Fault::AsyncFailure { .. } => command,
            Fault::Offline | Fault::Driving | Fault::PoweredOff => {
                command || call.operation == Operation::VehicleStatus
            }
            Fault::DuplicateCallback { .. } | Fault::LateCallback { .. } | Fault::EarlyCallback | Fault::NoCallback => {
                command || call.captures || call.operation.starts_a_sale_step()
            }
            Fault::RejectOrder { .. }
            | Fault::QualityFailure
            | Fault::CancelOrder
            | Fault::LateProduction { .. }
            | Fault::MixedCallbacks => call.operation == Operation::PlaceOrder,
            Fault::RefusePapers { .. } | Fault::SlowReview { .. } => {
                matches!(call.operation, Operation::SubmitRegistration(_))
            }
            Fault::CustomerAbsent { .. } => call.operation == Operation::ScheduleDelivery,
        }
    }
}

/// A rule in force, with the number by which it is cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Number of this rule; never used again.
    pub id: u64,
    /// The rule, `times` counted down so far.
    #[serde(flatten)]
    pub rule: FaultRule,
}

/// The rules in force, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Faults {
    next_id: u64,
    rules: Vec<ActiveFault>,
}

/// What a rule is compared with.
pub(crate) struct Occasion<'a> {
    pub operation: Operation,
    pub vin: Option<&'a str>,
    /// The call takes money, so a settlement will follow.
    pub captures: bool,
}

/// Why a call is not executed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Outage,
    Error,
    Hang,
}

/// How the answer of an executed call gets lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The connection is dropped.
    Dropped,
    /// The connection stays open and silent.
    Hanging,
}

/// A vehicle condition pretended by a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Offline,
    Driving,
    PoweredOff,
}

/// What will become of captured money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", content = "reason", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SettlementFate {
    /// Arrives.
    Settles,
    /// Does not arrive, for this reason.
    Fails(String),
    /// Arrives and is taken back, for this reason.
    ChargedBack(String),
}

/// What will still happen to a car that is being built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductionFate {
    /// Quality control sends it back once.
    pub quality_failure: bool,
    /// The factory stops before it begins.
    pub cancels: bool,
    /// So many days late.
    pub late_days: u32,
    /// Every second message overtakes the one before.
    pub mixed: bool,
}

/// Whether somebody opens the door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Absence {
    /// Somebody is there.
    #[default]
    No,
    /// The customer comes while the driver waits.
    ComesLater,
    /// Nobody comes.
    ForGood,
}

/// How a callback leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackManner {
    /// `Some(same_id)` when it is told twice.
    pub duplicate: Option<bool>,
    /// Seconds after the event.
    pub late_seconds: u32,
    /// Before the answer.
    pub early: bool,
    /// Not at all.
    pub never: bool,
}

/// Everything that befalls one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    pub latency_ms: u64,
    pub stop: Option<Stop>,
    pub loss: Option<Loss>,
    pub decline: Option<DeclineReason>,
    pub slow_authorisation_seconds: Option<u32>,
    pub settlement: Option<SettlementFate>,
    pub nack: Option<ErrorCode>,
    pub async_failure: Option<ErrorCode>,
    pub condition: Option<Condition>,
    pub callback: CallbackManner,
    pub reject_order: Option<String>,
    pub production: ProductionFate,
    pub refusal: Option<Refusal>,
    pub slow_review_seconds: Option<u32>,
    pub absence: Absence,
    /// A counted rule was used up by one.
    pub counted: bool,
}

impl Faults {
    /// Puts a rule in force and returns its number.
    pub fn set(&mut self, rule: FaultRule) -> u64 {
        self.next_id += 1;
        self.rules.push(ActiveFault { id: self.next_id, rule });
        self.next_id
    }

    /// Takes a rule back; `false` when it is not in force (any more).
    pub fn clear(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|active| active.id != id);
        self.rules.len() != before
    }

    /// Takes every rule back.
    pub fn clear_all(&mut self) {
        self.rules.clear();
    }

    /// The rules in force, oldest first.
    #[must_use]
    pub fn list(&self) -> &[ActiveFault] {
        &self.rules
    }

    /// Gathers what befalls this call and counts the rules down.
    ///
    /// A call that is not executed uses up only the rule that stopped it, and latency.
    pub(crate) fn befall(&mut self, call: &Occasion<'_>) -> Effects {
        let mut effects = Effects::default();
        let stopped_by = self.rules.iter().position(|active| {
            active.rule.fits(call) && matches!(active.rule.fault, Fault::Outage | Fault::Error | Fault::Hang)
        });
        for (index, active) in self.rules.iter_mut().enumerate() {
            let latency = matches!(active.rule.fault, Fault::Latency { .. });
            let acts = stopped_by.is_none_or(|stop| stop == index || latency);
            if !acts || !active.rule.fits(call) {
                continue;
            }
            effects.add(&active.rule.fault);
            if let Some(times) = &mut active.rule.times {
                *times -= 1;
                effects.counted = true;
            }
        }
        self.rules.retain(|active| active.rule.times != Some(0));
        effects
    }
}

impl Effects {
    fn add(&mut self, fault: &Fault) {
        match fault {
            Fault::Outage => self.stop = Some(Stop::Outage),
            Fault::Error => self.stop = Some(Stop::Error),
            Fault::Hang => self.stop = Some(Stop::Hang),
            Fault::Latency { millis } => self.latency_ms = self.latency_ms.max(*millis),
            Fault::LostAnswer => self.loss = Some(Loss::Dropped),
            Fault::LostAnswerHanging => self.loss = Some(Loss::Hanging),
            Fault::Decline { reason } => self.decline = Some(*reason),
            Fault::SlowAuthorisation { seconds } => {
                self.slow_authorisation_seconds = Some(*seconds);
            }
            Fault::SettlementFails { reason } => {
                self.settlement = Some(SettlementFate::Fails(reason.clone()));
            }
            Fault::Chargeback { reason } => {
                self.settlement = Some(SettlementFate::ChargedBack(reason.clone()));
            }
            Fault::Nack { code } => self.nack = Some(*code),
            Fault::AsyncFailure { code } => self.async_failure = Some(*code),
            Fault::Offline => self.condition = Some(Condition::Offline),
            Fault::Driving => self.condition = Some(Condition::Driving),
            Fault::PoweredOff => self.condition = Some(Condition::PoweredOff),
            Fault::DuplicateCallback { same_id } => self.callback.duplicate = Some(*same_id),
            Fault::LateCallback { seconds } => self.callback.late_seconds = *seconds,
            Fault::EarlyCallback => self.callback.early = true,
            Fault::NoCallback => self.callback.never = true,
            Fault::RejectOrder { reason } => self.reject_order = Some(reason.clone()),
            Fault::QualityFailure => self.production.quality_failure = true,
            Fault::CancelOrder => self.production.cancels = true,
            Fault::LateProduction { days } => self.production.late_days = *days,
            Fault::MixedCallbacks => self.production.mixed = true,
            Fault::RefusePapers { refusal } => self.refusal = Some(refusal.clone()),
            Fault::SlowReview { seconds } => self.slow_review_seconds = Some(*seconds),
            Fault::CustomerAbsent { returned: true } => self.absence = Absence::ForGood,
            Fault::CustomerAbsent { returned: false } => self.absence = Absence::ComesLater,
        }
    }
}
