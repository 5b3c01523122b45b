//! What happens to the customer, and where the process dies meanwhile.

use crate::crash::books::Books;
use caas_sandbox::world::iot::model::AnswerMode;
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation, Sandbox};

/// How a purchase goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Story {
    /// The car takes the command and confirms by callback.
    Confirmed,
    /// The car confirms in its answer.
    ConfirmedAtOnce,
    /// The car obeys and nobody tells: its status does.
    Silent,
    /// A control unit is broken: escalated at once.
    ModuleFault,
    /// The command is taken and fails later, told by callback.
    FailsLater,
    /// Out of reach through all attempts.
    Offline,
    /// Delivered, and the days bought pass.
    Ended,
    /// Delivered and charged, then the money is given back.
    Refunded,
    /// Delivered and charged, then the customer withdraws: money back, service off.
    Withdrawn,
    /// Given up by the engine, then activated by an agent's hand, for free.
    ByHand,
    /// The same with a new hold that the customer accepts.
    ByHandPaid,
    /// A control unit is broken, and the customer is told of it on every channel.
    ToldEverywhere,
}

impl Story {
    pub const ALL: [Story; 12] = [
        Story::Confirmed,
        Story::ConfirmedAtOnce,
        Story::Silent,
        Story::ModuleFault,
        Story::FailsLater,
        Story::Offline,
        Story::Ended,
        Story::Refunded,
        Story::Withdrawn,
        Story::ByHand,
        Story::ByHandPaid,
        Story::ToldEverywhere,
    ];

    /// Prepares the played world.
    pub fn prepare(self, sandbox: &Sandbox) {
        let mut settings = sandbox.iot_settings();
        // A car that nobody speaks for is done before it is asked; the others are still at it when the process is back.
        settings.activation_latency_ms = if self == Story::Silent { 0 } else { 100 };
        if self == Story::ConfirmedAtOnce {
            settings.answer = AnswerMode::Immediate;
        }
        sandbox.set_iot_settings(settings);
        match self {
            Story::Confirmed | Story::ConfirmedAtOnce | Story::Ended | Story::Refunded | Story::Withdrawn => {}
            Story::Silent => drop(sandbox.set_fault(FaultRule::iot(Fault::NoCallback))),
            Story::ModuleFault | Story::ToldEverywhere => {
                let fault = Fault::Nack { code: ErrorCode::ModuleFault };
                sandbox.set_fault(FaultRule::iot(fault).on(Operation::Activate));
            }
            // Put right by the time somebody tries again.
            Story::ByHand | Story::ByHandPaid => {
                let fault = Fault::Nack { code: ErrorCode::ModuleFault };
                sandbox.set_fault(FaultRule::iot(fault).on(Operation::Activate).times(1));
            }
            Story::FailsLater => {
                let fault = Fault::AsyncFailure { code: ErrorCode::ConfigConflict };
                sandbox.set_fault(FaultRule::iot(fault).on(Operation::Activate));
            }
            Story::Offline => drop(sandbox.set_fault(FaultRule::iot(Fault::Offline))),
        }
    }

    /// Where activation and payment end.
    pub fn end(self) -> (&'static str, &'static str) {
        match self {
            Story::Confirmed | Story::ConfirmedAtOnce | Story::Silent => ("ACTIVE", "CHARGED"),
            Story::ModuleFault | Story::FailsLater | Story::Offline | Story::ToldEverywhere => GIVEN_UP,
            Story::ByHand => ("ACTIVE", "FAILED_NO_CHARGE"),
            Story::ByHandPaid => ("ACTIVE", "CHARGED"),
            Story::Ended => ("EXPIRED", "CHARGED"),
            Story::Refunded => ("ACTIVE", "REFUNDED"),
            Story::Withdrawn => ("WITHDRAWN", "REFUNDED"),
        }
    }

    /// Where activation and payment stand when somebody takes the next step.
    pub fn second_act(self) -> Option<(&'static str, &'static str)> {
        match self {
            Story::Ended | Story::Refunded | Story::Withdrawn => Some(("ACTIVE", "CHARGED")),
            Story::ByHand | Story::ByHandPaid => Some(GIVEN_UP),
            _ => None,
        }
    }

    fn is_by_hand(self) -> bool {
        matches!(self, Story::ByHand | Story::ByHandPaid)
    }

    /// What must be true of the end even without a cut.
    pub fn check(self, books: &Books) {
        let (activation, payment) = self.end();
        assert_eq!(books.activation, activation, "{self:?}: {books:#?}");
        assert_eq!(books.payment, payment, "{self:?}: {books:#?}");
        let paid = matches!(payment, "CHARGED");
        assert_eq!(books.net_cents > 0, paid, "{self:?}: {books:#?}");
        let delivered = matches!(activation, "ACTIVE" | "EXPIRED" | "WITHDRAWN");
        assert_eq!(books.confirmed_commands, u64::from(delivered), "{self:?}: {books:#?}");
        assert_eq!(books.broken_promises, Vec::<String>::new(), "{self:?}");
        assert!(!books.command_after_confirmed && books.dead_jobs == 0 && books.busy_cars == 0, "{self:?}: {books:#?}");
        let holds = if self == Story::ByHandPaid { 2 } else { 1 };
        assert_eq!(books.held.len(), holds, "{self:?}: {books:#?}");
        assert_eq!(books.tickets.len(), usize::from(!delivered || self.is_by_hand()), "{self:?}: {books:#?}");
        let told = usize::from(self == Story::ToldEverywhere);
        assert_eq!((books.texts, books.shown), (told, told), "{self:?}: {books:#?}");
    }
}

/// The engine has given up, and the money has gone back.
const GIVEN_UP: (&str, &str) = ("AWAITING_SUPPORT_RESOLUTION", "FAILED_NO_CHARGE");

/// A story and the place where the process dies in it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub story: Story,
    pub failpoint: &'static str,
}

/// Every failpoint at least once, some in several stories.
pub fn cases() -> Vec<Case> {
    let case = |story, failpoint| Case { story, failpoint };
    vec![
        case(Story::Confirmed, "purchase.placed"),
        case(Story::Confirmed, "payment.authorise.written"),
        case(Story::Confirmed, "payment.authorise.answered"),
        case(Story::Confirmed, "payment.authorise.recorded"),
        case(Story::Confirmed, "activation.attempt.written"),
        case(Story::Confirmed, "activation.command.answered"),
        case(Story::Silent, "activation.command.answered"),
        case(Story::ConfirmedAtOnce, "activation.command.answered"),
        case(Story::FailsLater, "activation.command.answered"),
        case(Story::ModuleFault, "activation.attempt.written"),
        case(Story::ConfirmedAtOnce, "activation.command.recorded"),
        case(Story::Silent, "activation.confirmed"),
        case(Story::Confirmed, "inbox.stored"),
        case(Story::Confirmed, "inbox.applied"),
        case(Story::FailsLater, "inbox.applied"),
        case(Story::Confirmed, "payment.capture.written"),
        case(Story::Confirmed, "payment.capture.answered"),
        case(Story::Confirmed, "payment.capture.recorded"),
        case(Story::Confirmed, "notification.email.answered"),
        case(Story::ModuleFault, "activation.escalated"),
        case(Story::Offline, "activation.escalated"),
        case(Story::ModuleFault, "payment.cancel.written"),
        case(Story::ModuleFault, "payment.cancel.answered"),
        case(Story::FailsLater, "payment.cancel.recorded"),
        case(Story::ModuleFault, "activation.ticket.diagnosed"),
        case(Story::ModuleFault, "activation.ticket.opened"),
        case(Story::ByHand, "manual.attempt.written"),
        case(Story::ByHand, "manual.command.answered"),
        case(Story::ByHandPaid, "manual.command.answered"),
        case(Story::ToldEverywhere, "notification.sms.answered"),
        case(Story::ToldEverywhere, "notification.push.answered"),
        case(Story::Ended, "deactivation.attempt.written"),
        case(Story::Ended, "deactivation.command.answered"),
        case(Story::Ended, "deactivation.done"),
        case(Story::Refunded, "payment.refund.written"),
        case(Story::Refunded, "payment.refund.answered"),
        case(Story::Refunded, "payment.refund.recorded"),
        case(Story::Withdrawn, "payment.refund.answered"),
        case(Story::Withdrawn, "payment.refund.recorded"),
        case(Story::Withdrawn, "deactivation.command.answered"),
    ]
}
