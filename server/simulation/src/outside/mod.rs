//! Everything the platform can reach: the sandbox's world, called in process.
//!
//! A call may be refused, hang, or be carried out and its answer lost; the process may die before and after it. While an
//! answer takes its time, other jobs run and callbacks arrive.

mod gateway;
mod iot;
mod mail;
mod sales;
mod vss;

use crate::mishaps::Mishaps;
use crate::story::Story;
use caas::Caas;
use caas::inbox::{Sender, service};
use caas::kernel::Timestamp;
use caas::kernel::clock::{Clock as _, ManualClock};
use caas::kernel::error::Result;
use caas::kernel::failpoint::crash_here;
use caas::kernel::jobs::{self, Registry};
use caas_sandbox::world::gateway::GatewaySettings;
use caas_sandbox::{Answer, Block, Call, Operation, System, Vin, World};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// A request that moved money, as the gateway executed it.
#[derive(Clone, Debug)]
pub struct Move {
    /// When.
    pub at: Timestamp,
    /// What was asked for.
    pub operation: Operation,
    /// The payment.
    pub payment_id: String,
    /// The key it came with.
    pub key: String,
}

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Letter {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its `Message-ID`.
    pub message_id: String,
}

/// A question to the workshops' system, as it came out.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When the platform heard the answer, or gave up.
    pub at: Timestamp,
    /// About which car.
    pub vin: Vin,
    /// What the platform heard: its blocks, none of a car without history; `None` when it heard nothing of use.
    pub blocks: Option<Vec<Block>>,
}

/// The world outside, and what was seen of the platform there.
pub struct Seen {
    /// Books, vehicles, and webhooks on their way.
    pub world: World,
    /// What goes wrong.
    pub mishaps: Mishaps,
    /// The log.
    pub story: Story,
    /// Requests that moved money.
    pub moves: Vec<Move>,
    /// Mails that arrived.
    pub letters: Vec<Letter>,
    /// Questions to the workshops' system.
    pub asked: Vec<Asked>,
    /// Which lines of the gateway's reports, by their number in its books, got lost on their way, of those that were sent.
    pub lost_lines: BTreeMap<usize, bool>,
    /// Calls of the platform, those that reached nobody too.
    pub calls: u64,
    /// Webhooks that the platform took.
    pub webhooks: u64,
}

/// The platform as it runs now; a new one after each restart.
#[derive(Clone)]
pub struct Platform {
    /// The use cases.
    pub caas: Caas,
    /// The jobs.
    pub registry: Registry,
}

/// The ways out.
pub struct Outside {
    clock: Arc<ManualClock>,
    seen: Mutex<Seen>,
    platform: Mutex<Option<Platform>>,
    /// How many calls are waited for at this moment.
    waiting: AtomicUsize,
}

/// What the platform hears of a call.
enum Heard {
    Answer(Answer),
    Nothing,
}

/// So many calls may wait at once while jobs go on.
const AT_ONCE: usize = 3;
/// What happens at most while one call is waited for.
const STEPS_MEANWHILE: usize = 4;

impl Outside {
    /// A world outside in which nobody has done anything yet.
    pub fn new(clock: Arc<ManualClock>, world: World, mishaps: Mishaps, story: Story) -> Outside {
        Outside {
            clock,
            seen: Mutex::new(Seen {
                world,
                mishaps,
                story,
                moves: Vec::new(),
                letters: Vec::new(),
                asked: Vec::new(),
                lost_lines: BTreeMap::new(),
                calls: 0,
                webhooks: 0,
            }),
            platform: Mutex::default(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// The platform has (re)started: what the last one waited for is forgotten.
    pub fn connect(&self, platform: Platform) {
        *self.platform.lock().expect("nobody panics under this lock") = Some(platform);
        self.waiting.store(0, Ordering::Relaxed);
    }

    /// A look at the world, or a touch.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nobody panics under this lock")
    }

    /// The time out there.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Adds a line to the log.
    pub fn tell(&self, what: std::fmt::Arguments<'_>) {
        let now = self.now();
        self.seen().story.tell(now, what);
    }

    async fn call(&self, call: Call) -> Heard {
        crash_here("before a call");
        let now = self.now();
        let (outcome, slow) = {
            let mut seen = self.seen();
            if matches!(call.operation, Operation::InitiatePayment | Operation::CapturePayment) {
                seen.draw_payout();
            }
            let rules = seen.mishaps.befall(now, &call);
            for rule in rules {
                seen.world.faults_mut().set(rule);
            }
            let outcome = seen.world.call(now, &call);
            seen.world.faults_mut().clear_all();
            seen.note(now, &call, &outcome);
            (outcome, seen.mishaps.answer_is_slow())
        };
        let lost = outcome.lost.is_some();
        // What follows would move the clock under a call that waits itself.
        let alone = self.waiting.load(Ordering::Relaxed) == 0;
        if alone && (outcome.answer.is_none() || matches!(outcome.lost, Some(caas_sandbox::faults::Loss::Hanging))) {
            self.clock.advance(patience(call.operation));
        } else if alone && slow {
            self.clock.advance(SLOW);
        }
        if outcome.webhooks_first || slow {
            self.meanwhile().await;
        }
        crash_here("after a call");
        match outcome.answer {
            Some(answer) if !lost => Heard::Answer(answer),
            _ => Heard::Nothing,
        }
    }

    /// What happens while a call is waited for.
    async fn meanwhile(&self) {
        let platform = self.platform.lock().expect("nobody panics under this lock").clone();
        let Some(Platform { caas, registry }) = platform else { return };
        if self.waiting.fetch_add(1, Ordering::Relaxed) < AT_ONCE {
            for _ in 0..STEPS_MEANWHILE {
                if !self.step_meanwhile(&caas, &registry).await.unwrap_or_default() {
                    break;
                }
            }
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    async fn step_meanwhile(&self, caas: &Caas, registry: &Registry) -> Result<bool> {
        // What waits keeps its lease, as a runner sees to.
        jobs::renew_leases(caas).await?;
        let taken = self.hand_over(caas).await?;
        Ok(jobs::run_next_job(caas, registry).await?.is_some() || taken > 0)
    }

    /// Hands the webhooks that are due to the platform, in any order. Returns how many it took.
    pub async fn hand_over(&self, caas: &Caas) -> Result<usize> {
        let now = self.now();
        let mut due = {
            let mut seen = self.seen();
            let mut due = seen.world.due_events(now);
            seen.mishaps.mix(&mut due);
            due
        };
        let mut taken = 0;
        for webhook in due.drain(..) {
            let refused = {
                let mut seen = self.seen();
                let refused = seen.mishaps.webhook_is_not_taken();
                if refused {
                    seen.world.outbox_mut().failed(webhook.row, now);
                }
                refused
            };
            if refused {
                continue;
            }
            let sender = match webhook.system {
                System::Gateway => Sender::Payments,
                System::Iot => Sender::Iot,
                System::Factory => Sender::Factory,
                System::RegistrationEs | System::RegistrationFr | System::RegistrationGb | System::RegistrationDe => {
                    Sender::Registration
                }
                System::Transport => Sender::Transport,
                System::Sms | System::Vss => continue,
            };
            let receipt = service::receive(caas, sender, &webhook.webhook_id, &webhook.body.to_string()).await?;
            taken += 1;
            let mut seen = self.seen();
            seen.world.outbox_mut().delivered(webhook.row);
            seen.webhooks += 1;
            seen.story.tell(
                now,
                format_args!("webhook {} {} {}: {}", sender, webhook.webhook_id, webhook.body, short(receipt)),
            );
        }
        Ok(taken)
    }
}

impl Seen {
    /// How long the bank takes with what is captured now.
    fn draw_payout(&mut self) {
        let takes = u32::try_from(self.mishaps.payout_takes().num_seconds()).unwrap_or_default();
        let gateway = self.world.gateway_mut();
        let settings = gateway.settings().clone();
        gateway.set_settings(GatewaySettings { settlement_delay_seconds: takes, ..settings });
    }

    fn note(&mut self, now: Timestamp, call: &Call, outcome: &caas_sandbox::Outcome) {
        self.calls += 1;
        let answer = outcome.answer.as_ref();
        let status = answer.map_or(0, |answer| answer.status);
        self.story.tell(
            now,
            format_args!(
                "call {:?} {} {} {}: {status}{}{}",
                call.operation,
                call.subject,
                call.idempotency_key.as_deref().unwrap_or("-"),
                call.body.as_ref().map(ToString::to_string).unwrap_or_default(),
                answer.map(|answer| format!(" {}", answer.body)).unwrap_or_default(),
                if outcome.lost.is_some() { ", lost" } else { "" },
            ),
        );
        let Some(answer) = answer.filter(|answer| answer.status < 300 && !answer.hit) else { return };
        let moves_money = matches!(
            call.operation,
            Operation::InitiatePayment
                | Operation::CapturePayment
                | Operation::CancelPayment
                | Operation::RefundPayment
        );
        if let (true, Some(payment_id)) = (moves_money, answer.body["paymentId"].as_str()) {
            self.moves.push(Move {
                at: now,
                operation: call.operation,
                payment_id: payment_id.to_owned(),
                key: call.idempotency_key.clone().unwrap_or_default(),
            });
        }
    }
}

/// How long a slow answer takes: long enough for a callback, shorter than any patience.
const SLOW: TimeDelta = TimeDelta::seconds(8);

/// After this the platform no longer waits for an answer (rulebook §6; the gateway's is a setting).
fn patience(operation: Operation) -> TimeDelta {
    match operation {
        Operation::Activate | Operation::Deactivate => TimeDelta::seconds(120),
        Operation::VehicleStatus | Operation::Diagnostics => TimeDelta::seconds(30),
        Operation::PlaceOrder | Operation::GetOrder => TimeDelta::seconds(30),
        _ => TimeDelta::seconds(10),
    }
}

fn short(receipt: service::Receipt) -> &'static str {
    match receipt {
        service::Receipt::Stored(_) => "stored",
        service::Receipt::Repeated => "repeated",
        service::Receipt::Conflicting => "conflicting",
    }
}

/// Why an answer is as good as none.
fn unreadable(what: &str) -> String {
    format!("the answer's {what} can't be read")
}
