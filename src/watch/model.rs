//! The outside systems as they are watched.

use crate::breaker;

codes! {
    /// An outside system whose calls are counted.
    pub enum Outside {
        /// API IoT.
        Iot = "IOT",
        /// The payment gateway.
        Payments = "PAYMENTS",
        /// The factory.
        Factory = "FACTORY",
        /// The workshops' maintenance history.
        Vss = "VSS",
        /// Registration in Spain.
        RegistrationEs = "REGISTRATION_ES",
        /// Registration in France.
        RegistrationFr = "REGISTRATION_FR",
        /// Registration in Germany.
        RegistrationDe = "REGISTRATION_DE",
        /// Registration in the United Kingdom.
        RegistrationGb = "REGISTRATION_GB",
        /// Home delivery.
        Transport = "TRANSPORT",
        /// Text messages.
        Sms = "SMS",
        /// The mail server.
        Mail = "MAIL",
        /// The browsers' push services, all together.
        Push = "PUSH",
    }
}

impl Outside {
    /// Its breaker, for those that are given a rest (rulebook §13). The others are simply tried again.
    pub const fn breaker(self) -> Option<breaker::System> {
        match self {
            Outside::Iot => Some(breaker::System::Iot),
            Outside::Payments => Some(breaker::System::Payments),
            Outside::Factory => Some(breaker::System::Factory),
            Outside::Vss => Some(breaker::System::Vss),
            Outside::Transport => Some(breaker::System::Transport),
            _ => None,
        }
    }

    /// What it is held to: availability in hundredths of a per cent, so 9 995 is 99.95 %.
    ///
    /// The first four are what the systems promise. The contracts of the others promise nothing: theirs is the least with
    /// which what we promise holds. A message is tried again within a minute and has 15, a registration is tried three
    /// times before people do it by hand, a transport for a day; so one failure in a hundred, or in twenty, does no harm.
    pub const fn promise(self) -> i64 {
        match self {
            Outside::Iot => 9_990,
            Outside::Payments => 9_995,
            Outside::Factory => 9_950,
            Outside::Sms | Outside::Mail | Outside::Push | Outside::Transport => 9_900,
            Outside::Vss
            | Outside::RegistrationEs
            | Outside::RegistrationFr
            | Outside::RegistrationDe
            | Outside::RegistrationGb => 9_500,
        }
    }

    /// Whether the promise is the system's own word, and not what we need of it.
    pub const fn has_promised(self) -> bool {
        matches!(self, Outside::Iot | Outside::Payments | Outside::Factory | Outside::Vss)
    }

    /// The jobs that wait for it, by kind. The registration bodies share theirs.
    pub const fn jobs(self) -> &'static [&'static str] {
        match self {
            Outside::Iot => {
                &["activation.attempt", "activation.switch_off", "activation.restore", "activation.look_afterwards"]
            }
            Outside::Payments => &[
                "purchases.authorise",
                "payments.capture",
                "payments.reverse_hold",
                "payments.refund",
                "payments.complete_setup",
                "sales.pay",
                "subscriptions.charge",
                "subscriptions.charge_many",
                "subscriptions.try_new_method",
            ],
            Outside::Factory => &["sales.place_factory_order"],
            Outside::Vss => &["maintenance.ask"],
            Outside::RegistrationEs | Outside::RegistrationFr | Outside::RegistrationDe | Outside::RegistrationGb => {
                &["sales.register", "sales.ask_registration"]
            }
            Outside::Transport => &["sales.schedule_transport"],
            Outside::Sms => &["notifications.send_sms"],
            Outside::Mail => &["notifications.send_email"],
            Outside::Push => &["notifications.send_push"],
        }
    }
}

/// How a call ended, as far as it says something about the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallEnd {
    /// An answer, whatever it says.
    Answered,
    /// No answer, or one that says that the system is out of order.
    Failed,
    /// No answer in time.
    TimedOut,
}

/// Calls of some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// All that ended.
    pub calls: i64,
    /// Those that failed, time-outs included.
    pub failures: i64,
    /// Those that timed out.
    pub timeouts: i64,
    /// How long they took together, in milliseconds.
    pub millis: i64,
}

impl Calls {
    /// Adds others.
    pub fn add(&mut self, more: Calls) {
        self.calls += more.calls;
        self.failures += more.failures;
        self.timeouts += more.timeouts;
        self.millis += more.millis;
    }

    /// The share that was answered, in hundredths of a per cent, rounded down so that a promise is never met by rounding;
    /// `None` without a call.
    pub fn availability(self) -> Option<i64> {
        (self.calls > 0).then(|| (self.calls - self.failures) * 10_000 / self.calls)
    }

    /// Milliseconds a call took on average; `None` without a call.
    pub fn mean_millis(self) -> Option<i64> {
        (self.calls > 0).then(|| self.millis / self.calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn availability_is_never_rounded_up_to_a_promise() {
        let calls = |calls, failures| Calls { calls, failures, ..Calls::default() };
        assert_eq!(calls(0, 0).availability(), None);
        assert_eq!(calls(2_000, 1).availability(), Some(9_995));
        assert_eq!(calls(1_999, 1).availability(), Some(9_994));
        assert_eq!(calls(3, 3).availability(), Some(0));
    }
}
