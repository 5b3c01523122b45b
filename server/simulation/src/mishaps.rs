//! What goes wrong, far more often than in life.

use crate::dice::Dice;
use caas::kernel::Timestamp;
use caas_sandbox::world::iot::model::{AnswerMode, IotSettings};
use caas_sandbox::{
    Call, Country, DeclineReason, ErrorCode, Fault, FaultRule, Operation, Reason, Refusal, System, Verdict,
};
use chrono::TimeDelta;

/// A way out of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WayOut {
    /// The payment gateway.
    Gateway,
    /// API IoT.
    Iot,
    /// Mail.
    Mail,
    /// The factory.
    Factory,
    /// The registration bodies.
    Registration,
    /// The transport company.
    Transport,
    /// The workshops' system.
    Vss,
}

/// A time in which a way out was shut.
#[derive(Clone, Copy, Debug)]
struct Outage {
    of: WayOut,
    from: Timestamp,
    until: Timestamp,
}

/// What becomes of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFate {
    /// It arrives.
    Arrives,
    /// It is not taken over.
    NotTaken,
    /// It arrives, but the platform does not hear of it.
    AnswerLost,
}

/// Draws what goes wrong.
pub struct Mishaps {
    dice: Dice,
    factor: f64,
    outages: Vec<Outage>,
}

impl Mishaps {
    /// Mishaps drawn from a seed; `factor` 0 is a world without any.
    pub fn new(seed: u64, factor: f64) -> Mishaps {
        Mishaps { dice: Dice::new(seed, 2), factor, outages: Vec::new() }
    }

    /// From now on nothing goes wrong any more, and what was shut is open.
    pub fn end(&mut self, now: Timestamp) {
        self.factor = 0.0;
        for outage in &mut self.outages {
            outage.until = outage.until.min(now);
        }
    }

    fn happens(&self, probability: f64) -> bool {
        self.dice.says(probability * self.factor)
    }

    fn is_shut(&self, of: WayOut, now: Timestamp) -> bool {
        self.outages.iter().rev().any(|outage| outage.of == of && outage.from <= now && now < outage.until)
    }

    /// The rules under which this one call is executed.
    pub fn befall(&self, now: Timestamp, call: &Call) -> Vec<FaultRule> {
        let (way_out, rule): (_, fn(Fault) -> FaultRule) = match call.operation.system() {
            System::Gateway => (WayOut::Gateway, FaultRule::gateway),
            System::Iot => (WayOut::Iot, FaultRule::iot),
            System::Factory => (WayOut::Factory, FaultRule::factory),
            System::Transport => (WayOut::Transport, FaultRule::transport),
            System::Vss => (WayOut::Vss, FaultRule::vss),
            // One rule a country: the body of the call.
            System::RegistrationEs => (WayOut::Registration, |fault| FaultRule::registration(Country::ES, fault)),
            System::RegistrationFr => (WayOut::Registration, |fault| FaultRule::registration(Country::FR, fault)),
            System::RegistrationGb => (WayOut::Registration, |fault| FaultRule::registration(Country::GB, fault)),
            System::RegistrationDe => (WayOut::Registration, |fault| FaultRule::registration(Country::DE, fault)),
            System::Sms => return Vec::new(),
        };
        let mut faults = Vec::new();
        if self.is_shut(way_out, now) {
            faults.push(Fault::Outage);
        } else {
            self.transport(&mut faults);
            match call.operation {
                Operation::InitiatePayment => {
                    self.bank(&mut faults);
                    if is_taken_at_once(call) {
                        self.capture(&mut faults);
                    }
                }
                Operation::CapturePayment => self.capture(&mut faults),
                Operation::Activate | Operation::Deactivate => self.command(&mut faults),
                Operation::VehicleStatus => self.condition(&mut faults, 0.15),
                Operation::PlaceOrder => self.production(&mut faults),
                Operation::SubmitRegistration(_) => self.papers(&mut faults),
                Operation::ScheduleDelivery => self.road(&mut faults),
                _ => {}
            }
        }
        faults.into_iter().map(|fault| rule(fault).on(call.operation).times(1)).collect()
    }

    fn transport(&self, faults: &mut Vec<Fault>) {
        if self.happens(0.03) {
            faults.push(Fault::Outage);
        } else if self.happens(0.02) {
            faults.push(Fault::Error);
        } else if self.happens(0.03) {
            faults.push(Fault::Hang);
        } else if self.happens(0.04) {
            faults.push(Fault::LostAnswer);
        } else if self.happens(0.04) {
            faults.push(Fault::LostAnswerHanging);
        }
    }

    fn bank(&self, faults: &mut Vec<Fault>) {
        use DeclineReason as R;
        if self.happens(0.05) {
            let reasons = [R::InsufficientFunds, R::DoNotHonor, R::TryAgainLater, R::ExpiredCard, R::StolenCard];
            faults.extend(self.dice.pick(&reasons).map(|&reason| Fault::Decline { reason }));
        }
        if self.happens(0.05) {
            faults.push(Fault::SlowAuthorisation { seconds: self.dice.weighted(SLOW_BANKS).unwrap_or(10) });
        }
    }

    fn production(&self, faults: &mut Vec<Fault>) {
        if self.happens(0.04) {
            faults.push(Fault::RejectOrder { reason: "configuration not available".to_owned() });
        } else if self.happens(0.03) {
            faults.push(Fault::CancelOrder);
        }
        if self.happens(0.15) {
            faults.push(Fault::QualityFailure);
        }
        if self.happens(0.15) {
            faults.push(Fault::LateProduction { days: 6 });
        }
        if self.happens(0.25) {
            faults.push(Fault::MixedCallbacks);
        }
        self.telling(faults);
    }

    fn papers(&self, faults: &mut Vec<Fault>) {
        let refused = |verdict, code: &str| Fault::RefusePapers {
            refusal: Refusal {
                verdict,
                reason: Reason {
                    field: "owner.address".to_owned(),
                    code: code.to_owned(),
                    message: "The address can't be proved".to_owned(),
                },
            },
        };
        if self.happens(0.15) {
            faults.push(refused(Verdict::AdditionalInfoRequired, "MISSING_DOCUMENT"));
        } else if self.happens(0.05) {
            faults.push(refused(Verdict::Rejected, "OWNER_NOT_ACCEPTED"));
        }
        self.telling(faults);
    }

    fn road(&self, faults: &mut Vec<Fault>) {
        if self.happens(0.15) {
            faults.push(Fault::CustomerAbsent { returned: false });
        } else if self.happens(0.15) {
            faults.push(Fault::CustomerAbsent { returned: true });
        }
        self.telling(faults);
    }

    /// How the messages about it come; none is kept back, since nobody could ask for it.
    fn telling(&self, faults: &mut Vec<Fault>) {
        if self.happens(0.1) {
            faults.push(Fault::DuplicateCallback { same_id: self.dice.says(0.5) });
        }
        if self.happens(0.1) {
            faults.push(Fault::LateCallback { seconds: 7_200 });
        }
        if self.happens(0.05) {
            faults.push(Fault::EarlyCallback);
        }
    }

    fn capture(&self, faults: &mut Vec<Fault>) {
        if self.happens(0.06) {
            faults.push(Fault::SettlementFails { reason: "account_closed".to_owned() });
        } else if self.happens(0.04) {
            faults.push(Fault::Chargeback { reason: "fraudulent".to_owned() });
        }
        self.callback(faults);
    }

    fn command(&self, faults: &mut Vec<Fault>) {
        self.condition(faults, 0.05);
        if self.happens(0.07) {
            faults.extend(self.dice.weighted(REFUSALS).map(|code| Fault::Nack { code }));
        } else if self.happens(0.10) {
            faults.extend(self.dice.weighted(REFUSALS).map(|code| Fault::AsyncFailure { code }));
        }
        self.callback(faults);
    }

    fn condition(&self, faults: &mut Vec<Fault>, probability: f64) {
        if self.happens(probability) {
            let conditions = [Fault::Offline, Fault::Driving, Fault::PoweredOff];
            faults.extend(self.dice.pick(&conditions).cloned());
        }
    }

    fn callback(&self, faults: &mut Vec<Fault>) {
        if self.happens(0.15) {
            faults.push(Fault::DuplicateCallback { same_id: self.dice.says(0.5) });
        }
        if self.happens(0.15) {
            faults.push(Fault::LateCallback { seconds: self.dice.weighted(LATE).unwrap_or(60) });
        }
        if self.happens(0.10) {
            faults.push(Fault::NoCallback);
        } else if self.happens(0.10) {
            faults.push(Fault::EarlyCallback);
        }
    }

    /// What becomes of a mail handed over now.
    pub fn mail(&self, now: Timestamp) -> MailFate {
        if self.is_shut(WayOut::Mail, now) || self.happens(0.05) {
            MailFate::NotTaken
        } else if self.happens(0.04) {
            MailFate::AnswerLost
        } else {
            MailFate::Arrives
        }
    }

    /// How long the bank takes to pay captured money out.
    pub fn payout_takes(&self) -> TimeDelta {
        if self.happens(0.3) { self.dice.weighted(PAYOUTS).unwrap_or(USUAL_PAYOUT) } else { USUAL_PAYOUT }
    }

    /// Whether a line of the gateway's report gets lost.
    pub fn line_is_lost(&self) -> bool {
        self.happens(0.03)
    }

    /// Whether a webhook finds nobody at home.
    pub fn webhook_is_not_taken(&self) -> bool {
        self.happens(0.05)
    }

    /// Whether an answer takes its time, so that other things happen before it is there.
    pub fn answer_is_slow(&self) -> bool {
        self.happens(0.10)
    }

    /// Mixes what arrives at the same time.
    pub fn mix<T>(&self, list: &mut [T]) {
        if self.factor > 0.0 {
            self.dice.shuffle(list);
        }
    }

    /// Somebody is about to order: are the workshops out of reach?
    pub fn at_a_choice(&mut self, now: Timestamp) {
        if self.happens(0.06) {
            let until = now + self.dice.wait(TimeDelta::hours(1)).min(LONGEST_SILENCE);
            self.outages.push(Outage { of: WayOut::Vss, from: now, until });
        }
    }

    /// Somebody has just ordered: what shuts down about now? Returns for how long the car is off the net.
    pub fn at_an_order(&mut self, now: Timestamp) -> Option<TimeDelta> {
        for (probability, of, mean, longest) in [
            (0.05, WayOut::Gateway, TimeDelta::hours(2), TimeDelta::days(2)),
            (0.06, WayOut::Iot, TimeDelta::hours(3), TimeDelta::days(2)),
            (0.06, WayOut::Vss, TimeDelta::hours(2), LONGEST_SILENCE),
            // Shorter than the day for which a mail is tried.
            (0.03, WayOut::Mail, TimeDelta::hours(3), TimeDelta::hours(20)),
        ] {
            if self.happens(probability) {
                let from = now + self.dice.seconds(0, 1_200);
                let until = from + self.dice.wait(mean).min(longest);
                self.outages.push(Outage { of, from, until });
            }
        }
        self.happens(0.10).then(|| self.dice.wait(TimeDelta::days(2)).min(TimeDelta::days(21)))
    }

    /// A car was just sold: what shuts down while it is built, registered and brought?
    pub fn at_a_sale(&mut self, now: Timestamp) {
        for (probability, of, latest, longest) in [
            (0.20, WayOut::Factory, TimeDelta::days(2), TimeDelta::days(5)),
            (0.20, WayOut::Registration, TimeDelta::days(50), TimeDelta::days(2)),
            // Shorter than the day for which a transport is asked for.
            (0.20, WayOut::Transport, TimeDelta::days(50), TimeDelta::hours(20)),
        ] {
            if self.happens(probability) {
                let from = now + self.dice.seconds(0, latest.num_seconds());
                let until = from + self.dice.wait(longest / 3).min(longest);
                self.outages.push(Outage { of, from, until });
            }
        }
    }

    /// Whether the customer's bank lets a hold go long before its time.
    pub fn bank_lets_go(&self) -> bool {
        self.happens(0.02)
    }

    /// How API IoT and the cars work in the near future.
    pub fn manners(&self) -> IotSettings {
        let usual = IotSettings::default();
        if !self.happens(0.4) {
            return usual;
        }
        IotSettings {
            answer: self.dice.weighted(ANSWERS).unwrap_or_default(),
            activation_latency_ms: self.dice.weighted(LATENCIES).unwrap_or(3_000),
            ..usual
        }
    }
}

/// How long the workshops' system is away at most.
const LONGEST_SILENCE: TimeDelta = TimeDelta::hours(6);

/// How long a payout takes mostly.
const USUAL_PAYOUT: TimeDelta = TimeDelta::days(2);

/// Within an hour, or so late that reconciliation misses it.
const PAYOUTS: &[(f64, TimeDelta)] =
    &[(1.0, TimeDelta::hours(1)), (1.0, TimeDelta::days(5)), (1.0, TimeDelta::days(9))];

/// Without a hold: a period of a subscription, a part of a car's price.
fn is_taken_at_once(call: &Call) -> bool {
    call.body.as_ref().is_some_and(|body| body["captureMode"] == "AUTOMATIC")
}

const SLOW_BANKS: &[(f64, u32)] = &[(5.0, 10), (3.0, 300), (1.0, 7_200), (0.5, 100_000)];

const REFUSALS: &[(f64, ErrorCode)] = &[
    (4.0, ErrorCode::VehicleBusy),
    (4.0, ErrorCode::Timeout),
    (2.0, ErrorCode::VehicleOffline),
    (1.0, ErrorCode::ConfigConflict),
    (1.0, ErrorCode::ModuleFault),
    (0.5, ErrorCode::UnsupportedFirmware),
    (0.5, ErrorCode::UnknownService),
];

const LATE: &[(f64, u32)] = &[(3.0, 60), (3.0, 600), (3.0, 7_200), (2.0, 40_000), (1.0, 200_000)];

const ANSWERS: &[(f64, AnswerMode)] =
    &[(4.0, AnswerMode::Queued), (1.0, AnswerMode::InProgress), (1.0, AnswerMode::Immediate)];

const LATENCIES: &[(f64, u32)] = &[(3.0, 0), (3.0, 3_000), (2.0, 100_000), (2.0, 400_000), (1.0, 7_200_000)];
