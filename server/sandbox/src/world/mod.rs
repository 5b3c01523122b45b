//! The played world: bank books, vehicles, a mailbox, telephones, faults, and what is still to happen.
//!
//! Nothing here knows HTTP or reads a clock. Whoever holds a [`World`] passes the time in, and the world first lives
//! through everything that fell due until then ([`World::advance_to`]): holds lapse, transfers arrive, money settles,
//! vehicles confirm. What CaaS is to be told of it waits in the [`outbox`].

pub mod agenda;
pub mod call;
pub mod country;
pub mod factory;
pub(crate) mod fields;
pub mod gateway;
pub mod ids;
pub mod iot;
pub mod mailbox;
pub mod outbox;
pub mod registration;
pub mod sms;
pub mod snapshot;
pub mod transport;
pub mod values;
pub mod vss;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::faults::{Absence, Effects, Faults, Occasion, ProductionFate, Stop};
use call::{Answer, Call, CallSeen, Operation, Outcome, Problem, System};
use factory::FactoryWorld;
use gateway::model::PaymentMethod;
use gateway::{GatewayWorld, TestCard};
use ids::IdMint;
use iot::IotWorld;
use mailbox::Mailbox;
use outbox::{Outbox, OutgoingWebhook};
use registration::{Refusal, RegistrationWorld};
use sms::SmsWorld;
use transport::TransportWorld;
use vss::VssWorld;

/// Calls kept in the log at most; the older half goes first.
const CALLS_KEPT: usize = 5_000;

/// Everything the sandbox plays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct World {
    ids: IdMint,
    gateway: GatewayWorld,
    iot: IotWorld,
    #[serde(default)]
    sms: SmsWorld,
    #[serde(default)]
    factory: FactoryWorld,
    #[serde(default)]
    registration: RegistrationWorld,
    #[serde(default)]
    transport: TransportWorld,
    #[serde(default)]
    vss: VssWorld,
    mailbox: Mailbox,
    faults: Faults,
    outbox: Outbox,
    calls: Vec<CallSeen>,
    /// Offset of the clock this world has lived by, in microseconds.
    clock_offset_micros: i64,
}

/// What the parts of the world need of the whole while they act.
pub(crate) struct Surroundings<'a> {
    pub now: DateTime<Utc>,
    pub ids: &'a mut IdMint,
    pub outbox: &'a mut Outbox,
}

impl World {
    /// An empty world; the seed distinguishes its ids from those of other worlds.
    #[must_use]
    pub fn new(seed: u16) -> Self {
        Self {
            ids: IdMint::new(seed),
            gateway: GatewayWorld::default(),
            iot: IotWorld::default(),
            sms: SmsWorld::default(),
            factory: FactoryWorld::default(),
            registration: RegistrationWorld::default(),
            transport: TransportWorld::default(),
            vss: VssWorld::default(),
            mailbox: Mailbox::default(),
            faults: Faults::default(),
            outbox: Outbox::default(),
            calls: Vec::new(),
            clock_offset_micros: 0,
        }
    }

    /// Executes a call as the contracts say, subject to the faults in force.
    pub fn call(&mut self, now: DateTime<Utc>, call: &Call) -> Outcome {
        self.advance_to(now);
        let effects = self.faults.befall(&occasion_of(call));
        let (answer, changed) = match effects.stop {
            Some(Stop::Hang) => (None, false),
            Some(Stop::Outage) => (Some(Problem::new(503, "unavailable", "out of service").to_answer()), false),
            Some(Stop::Error) => (Some(Problem::new(500, "internal_error", "unexpected error").to_answer()), false),
            None => (Some(self.execute(now, call, &effects)), call.operation.changes_something()),
        };
        let outcome = Outcome {
            lost: effects.loss,
            latency_ms: effects.latency_ms,
            webhooks_first: effects.callback.early && changed,
            changed: changed || effects.counted,
            answer,
        };
        self.note(now, call, &outcome);
        outcome
    }

    fn execute(&mut self, now: DateTime<Utc>, call: &Call, effects: &Effects) -> Answer {
        let mut around = Surroundings { now, ids: &mut self.ids, outbox: &mut self.outbox };
        match call.operation.system() {
            System::Gateway => self.gateway.answer(&mut around, call, effects),
            System::Iot => self.iot.answer(&mut around, call, effects),
            System::Sms => self.sms.answer(&mut around, call),
            System::Factory => self.factory.answer(&mut around, call, effects),
            System::RegistrationEs | System::RegistrationFr | System::RegistrationGb | System::RegistrationDe => {
                self.registration.answer(&mut around, call, effects)
            }
            System::Transport => self.transport.answer(&mut around, call, effects),
            System::Vss => self.vss.answer(&around, call),
        }
    }

    fn note(&mut self, now: DateTime<Utc>, call: &Call, outcome: &Outcome) {
        let answer = outcome.answer.as_ref();
        self.calls.push(CallSeen {
            at: now,
            system: call.operation.system(),
            operation: call.operation,
            path: call.operation.path(&call.subject),
            idempotency_key: call.idempotency_key.clone(),
            status: answer.map(|answer| answer.status),
            code: answer.and_then(|answer| answer.code().map(str::to_owned)),
            hit: answer.is_some_and(|answer| answer.hit),
            lost: outcome.lost.is_some(),
        });
        // By the half: to move the others up with each call would take longer than the call.
        if self.calls.len() > CALLS_KEPT {
            self.calls.drain(..CALLS_KEPT / 2);
        }
    }

    /// Lives through everything due until `now`, in the order it falls due.
    pub fn advance_to(&mut self, now: DateTime<Utc>) {
        loop {
            let Some(moment) = self.next_happening().filter(|due| *due <= now) else {
                return;
            };
            let mut around = Surroundings { now: moment, ids: &mut self.ids, outbox: &mut self.outbox };
            let is_due = |due: Option<DateTime<Utc>>| due == Some(moment);
            if is_due(self.gateway.next_due()) {
                self.gateway.happen(&mut around);
            } else if is_due(self.iot.next_due()) {
                self.iot.happen(&mut around);
            } else if is_due(self.factory.next_due()) {
                if let Some(car) = self.factory.happen(&mut around) {
                    self.iot.add_vehicle(car, moment);
                }
            } else if is_due(self.registration.next_due()) {
                self.registration.happen(&mut around);
            } else {
                self.transport.happen(&mut around);
            }
        }
    }

    /// Lives until `now` and shows the webhooks to be sent; they stay until reported delivered in the outbox.
    pub fn due_events(&mut self, now: DateTime<Utc>) -> Vec<OutgoingWebhook> {
        self.advance_to(now);
        self.outbox.due(now)
    }

    /// Like [`World::due_events`], but takes them out as if delivered.
    pub fn take_due(&mut self, now: DateTime<Utc>) -> Vec<OutgoingWebhook> {
        let due = self.due_events(now);
        for webhook in &due {
            self.outbox.delivered(webhook.row);
        }
        due
    }

    /// When something happens next by itself: an event of the world or a webhook to be sent.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        [self.next_happening(), self.outbox.next_due()].into_iter().flatten().min()
    }

    /// When one of the systems does something next by itself.
    #[must_use]
    pub fn next_happening(&self) -> Option<DateTime<Utc>> {
        [
            self.gateway.next_due(),
            self.iot.next_due(),
            self.factory.next_due(),
            self.registration.next_due(),
            self.transport.next_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// A tokenised method without the hosted page.
    pub fn add_payment_method(&mut self, customer_id: &str, card: TestCard, now: DateTime<Utc>) -> PaymentMethod {
        self.gateway.add_method(&mut self.ids, customer_id, card, None, now)
    }

    /// The customer finished the hosted page with this card.
    ///
    /// # Errors
    /// 404 for an unknown session, 409 `session_closed` for one that is no longer open.
    pub fn complete_session(
        &mut self,
        session_id: &str,
        card: TestCard,
        now: DateTime<Utc>,
    ) -> Result<String, Problem> {
        self.gateway.complete_session(&mut self.ids, session_id, card, now)
    }

    /// Settles a captured payment now; `false` when no settlement is pending.
    pub fn settle_now(&mut self, payment_id: &str, now: DateTime<Utc>) -> bool {
        let (gateway, mut around) = self.gateway_around(now);
        gateway.settle(&mut around, payment_id)
    }

    /// Lets a pending settlement fail now; `false` when none is pending.
    pub fn fail_settlement(&mut self, payment_id: &str, reason: &str, now: DateTime<Utc>) -> bool {
        let (gateway, mut around) = self.gateway_around(now);
        gateway.fail_settlement(&mut around, payment_id, reason)
    }

    /// Charges a settled payment back; `false` when it is not settled or was charged back before.
    pub fn charge_back(&mut self, payment_id: &str, reason: &str, now: DateTime<Utc>) -> bool {
        let (gateway, mut around) = self.gateway_around(now);
        gateway.charge_back(&mut around, payment_id, reason)
    }

    /// Does the factory's next step with an order now; `false` when nothing follows.
    pub fn hurry_production(&mut self, order_id: &str, now: DateTime<Utc>) -> bool {
        let before = self.factory.order(order_id).map(|order| (order.status, order.since));
        let mut around = Surroundings { now, ids: &mut self.ids, outbox: &mut self.outbox };
        if let Some(car) = self.factory.hurry(&mut around, order_id) {
            self.iot.add_vehicle(car, now);
        }
        before != self.factory.order(order_id).map(|order| (order.status, order.since))
    }

    /// Changes what will still happen to a car that is being built; `false` when there is no such order.
    pub fn change_production(&mut self, order_id: &str, change: impl FnOnce(&mut ProductionFate)) -> bool {
        self.factory.change_fate(order_id, change)
    }

    /// Decides a registration that is under review now; `false` when it is not.
    pub fn decide_registration(&mut self, id: &str, refusal: Option<Refusal>, now: DateTime<Utc>) -> bool {
        let mut around = Surroundings { now, ids: &mut self.ids, outbox: &mut self.outbox };
        self.registration.decide_now(&mut around, id, refusal)
    }

    /// Does the next step of a transport now; `false` when it is over.
    pub fn hurry_delivery(&mut self, delivery_id: &str, now: DateTime<Utc>) -> bool {
        let mut around = Surroundings { now, ids: &mut self.ids, outbox: &mut self.outbox };
        self.transport.hurry(&mut around, delivery_id)
    }

    /// Changes whether somebody will open the door; `false` when there is no such transport.
    pub fn set_absence(&mut self, delivery_id: &str, absence: Absence) -> bool {
        self.transport.set_absence(delivery_id, absence)
    }

    fn gateway_around(&mut self, now: DateTime<Utc>) -> (&mut GatewayWorld, Surroundings<'_>) {
        let around = Surroundings { now, ids: &mut self.ids, outbox: &mut self.outbox };
        (&mut self.gateway, around)
    }

    /// Empties books, vehicles, mailbox, faults and outbox; settings and the run of ids stay.
    pub fn reset(&mut self) {
        let gateway = self.gateway.settings().clone();
        let iot = self.iot.settings().clone();
        self.gateway = GatewayWorld::default();
        self.gateway.set_settings(gateway);
        self.iot = IotWorld::default();
        self.iot.set_settings(iot);
        self.sms = SmsWorld::default();
        self.factory.reset();
        self.registration.reset();
        self.transport = TransportWorld::default();
        self.vss = VssWorld::default();
        self.mailbox = Mailbox::default();
        self.faults.clear_all();
        self.outbox.clear();
        self.calls.clear();
    }

    /// Bank books.
    #[must_use]
    pub fn gateway(&self) -> &GatewayWorld {
        &self.gateway
    }

    /// Bank books, to be changed.
    pub fn gateway_mut(&mut self) -> &mut GatewayWorld {
        &mut self.gateway
    }

    /// Vehicles.
    #[must_use]
    pub fn iot(&self) -> &IotWorld {
        &self.iot
    }

    /// Vehicles, to be changed.
    pub fn iot_mut(&mut self) -> &mut IotWorld {
        &mut self.iot
    }

    /// Text messages.
    #[must_use]
    pub fn sms(&self) -> &SmsWorld {
        &self.sms
    }

    /// The factory.
    #[must_use]
    pub fn factory(&self) -> &FactoryWorld {
        &self.factory
    }

    /// The factory, to be changed.
    pub fn factory_mut(&mut self) -> &mut FactoryWorld {
        &mut self.factory
    }

    /// The registration bodies.
    #[must_use]
    pub fn registration(&self) -> &RegistrationWorld {
        &self.registration
    }

    /// The transport company.
    #[must_use]
    pub fn transport(&self) -> &TransportWorld {
        &self.transport
    }

    /// The workshops' maintenance history.
    #[must_use]
    pub fn vss(&self) -> &VssWorld {
        &self.vss
    }

    /// The maintenance history, to be changed.
    pub fn vss_mut(&mut self) -> &mut VssWorld {
        &mut self.vss
    }

    /// Mails and push messages.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Mails, to be added to.
    pub fn mailbox_mut(&mut self) -> &mut Mailbox {
        &mut self.mailbox
    }

    /// Faults in force.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Faults, to be changed.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Webhooks waiting.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Webhooks waiting, to be reported on.
    pub fn outbox_mut(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Calls seen, oldest first.
    #[must_use]
    pub fn calls(&self) -> &[CallSeen] {
        &self.calls
    }

    /// Offset of the clock this world has lived by, in microseconds.
    #[must_use]
    pub fn clock_offset_micros(&self) -> i64 {
        self.clock_offset_micros
    }

    pub(crate) fn note_clock(&mut self, offset_micros: i64) {
        self.clock_offset_micros = offset_micros;
    }

    pub(crate) fn begin_epoch(&mut self) {
        self.ids.begin_epoch();
    }
}

fn occasion_of(call: &Call) -> Occasion<'_> {
    let body = call.body.as_ref();
    let vin = match call.operation {
        Operation::VehicleStatus | Operation::Diagnostics | Operation::MaintenanceStatus => Some(call.subject.as_str()),
        Operation::Activate | Operation::Deactivate => body.and_then(|body| body["vin"].as_str()),
        _ => None,
    };
    let automatic = body.is_some_and(|body| body["captureMode"] == "AUTOMATIC");
    Occasion {
        operation: call.operation,
        vin,
        captures: call.operation == Operation::CapturePayment
            || (call.operation == Operation::InitiatePayment && automatic),
    }
}
