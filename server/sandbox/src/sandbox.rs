//! The handle: one world, one clock, shared by servers, tests and the page `/sandbox`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::clock::SandboxClock;
use crate::faults::{Absence, ActiveFault, FaultRule, ProductionFate};
use crate::start::Tokens;
use crate::webhook::WebhookTarget;
use crate::world::call::{Call, CallSeen, Outcome};
use crate::world::factory::model::FactoryOrder;
use crate::world::gateway::model::{Payment, PaymentMethod, SettlementEntry};
use crate::world::gateway::{GatewaySettings, TestCard};
use crate::world::iot::model::{Command, Connectivity, DrivingState, IotSettings, Vehicle, VehiclePatch, VehicleSpec};
use crate::world::mailbox::{Mail, PushShown};
use crate::world::outbox::OutgoingWebhook;
use crate::world::registration::{Refusal, Registration};
use crate::world::sms::TextMessage;
use crate::world::transport::Delivery;
use crate::world::values::Vin;
use crate::world::vss::Block;
use crate::world::{World, snapshot};

/// A cheap handle on one played world.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    clock: SandboxClock,
    wiring: Mutex<Wiring>,
    snapshot_path: Option<PathBuf>,
    pub(crate) changed: Notify,
    pub(crate) http: reqwest::Client,
    /// One round of deliveries at a time: who comes second knows the first round is over.
    pub(crate) delivering: tokio::sync::Mutex<()>,
}

/// What connects the world with the outside; not part of the world, so not in the snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wiring {
    pub tokens: Tokens,
    pub target: WebhookTarget,
    /// Where the gateway's hosted pages are reached, without a slash at the end.
    pub public_base_url: String,
}

impl Sandbox {
    /// A sandbox without servers and without a snapshot: what tests and simulations use in process.
    #[must_use]
    pub fn in_process(world: World, clock: SandboxClock) -> Self {
        Self::assemble(world, clock, None, Wiring::default())
    }

    pub(crate) fn assemble(world: World, clock: SandboxClock, snapshot_path: Option<PathBuf>, wiring: Wiring) -> Self {
        Self {
            shared: Arc::new(Shared {
                world: Mutex::new(world),
                clock,
                wiring: Mutex::new(wiring),
                snapshot_path,
                changed: Notify::new(),
                http: crate::deliver::http_client(),
                delivering: tokio::sync::Mutex::new(()),
            }),
        }
    }

    // ----- time

    /// The clock, to be shared with the application.
    #[must_use]
    pub fn clock(&self) -> SandboxClock {
        self.shared.clock.clone()
    }

    /// The sandbox's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    /// Moves the clock forward and lets everything happen that falls due.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
        self.change(|_, _| ());
    }

    /// When something happens next by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.lock().next_due()
    }

    /// When one of the systems does something next by itself, messages that wait to be repeated left aside.
    #[must_use]
    pub fn next_happening(&self) -> Option<DateTime<Utc>> {
        self.look(World::next_happening)
    }

    // ----- calls

    /// A call as CaaS makes it, without a socket: validated, remembered, subject to faults.
    pub fn call(&self, call: &Call) -> Outcome {
        let now = self.now();
        let mut world = self.lock();
        let outcome = world.call(now, call);
        if outcome.changed {
            self.save(&mut world);
            self.shared.changed.notify_one();
        }
        outcome
    }

    /// Calls seen, oldest first, both systems (the last few thousand).
    #[must_use]
    pub fn calls_seen(&self) -> Vec<CallSeen> {
        self.look(|world| world.calls().to_vec())
    }

    /// Webhooks due, taken out as if delivered; what simulations use instead of HTTP.
    #[must_use]
    pub fn take_due_webhooks(&self, now: DateTime<Utc>) -> Vec<OutgoingWebhook> {
        self.shared.clock.advance_to(now);
        self.change(|world, _| world.take_due(now))
    }

    /// Webhooks not delivered yet.
    #[must_use]
    pub fn waiting_webhooks(&self) -> Vec<OutgoingWebhook> {
        self.look(|world| world.outbox().waiting().to_vec())
    }

    // ----- faults

    /// Puts a fault in force; the number clears it.
    pub fn set_fault(&self, rule: FaultRule) -> u64 {
        self.change(|world, _| world.faults_mut().set(rule))
    }

    /// Replaces all faults.
    pub fn set_faults(&self, rules: Vec<FaultRule>) -> Vec<ActiveFault> {
        self.change(|world, _| {
            let faults = world.faults_mut();
            faults.clear_all();
            for rule in rules {
                faults.set(rule);
            }
            faults.list().to_vec()
        })
    }

    /// Takes one fault back; `false` when it is over already.
    pub fn clear_fault(&self, id: u64) -> bool {
        self.change(|world, _| world.faults_mut().clear(id))
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.change(|world, _| world.faults_mut().clear_all());
    }

    /// Faults in force, oldest first.
    #[must_use]
    pub fn faults(&self) -> Vec<ActiveFault> {
        self.look(|world| world.faults().list().to_vec())
    }

    // ----- vehicles

    /// Adds vehicles. A known VIN gets the new model and firmware and keeps its services.
    pub fn add_vehicles(&self, specs: impl IntoIterator<Item = VehicleSpec>) {
        self.change(|world, now| {
            for spec in specs {
                world.iot_mut().add_vehicle(spec, now);
            }
        });
    }

    /// All vehicles by VIN.
    #[must_use]
    pub fn vehicles(&self) -> Vec<Vehicle> {
        self.look(|world| world.iot().vehicles().cloned().collect())
    }

    /// One vehicle.
    #[must_use]
    pub fn vehicle(&self, vin: &Vin) -> Option<Vehicle> {
        self.look(|world| world.iot().vehicle(vin).cloned())
    }

    /// Changes a vehicle by hand; `None` when the VIN is unknown.
    pub fn patch_vehicle(&self, vin: &Vin, patch: &VehiclePatch) -> Option<Vehicle> {
        self.change(|world, now| world.iot_mut().patch_vehicle(vin, patch, now).cloned())
    }

    /// Connects or disconnects a vehicle; `false` when the VIN is unknown.
    pub fn set_connectivity(&self, vin: &Vin, connectivity: Connectivity) -> bool {
        let patch = VehiclePatch { connectivity: Some(connectivity), ..VehiclePatch::default() };
        self.patch_vehicle(vin, &patch).is_some()
    }

    /// Drives, parks or switches a vehicle off; `false` when the VIN is unknown.
    pub fn set_operation(&self, vin: &Vin, operation: DrivingState) -> bool {
        let patch = VehiclePatch { operation: Some(operation), ..VehiclePatch::default() };
        self.patch_vehicle(vin, &patch).is_some()
    }

    /// Commands seen, oldest first, refused ones too.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        self.look(|world| world.iot().commands().to_vec())
    }

    /// How many commands concerned this service of this vehicle: more than one is what tests must explain.
    #[must_use]
    pub fn command_count(&self, vin: &Vin, service_id: &str) -> usize {
        self.look(|world| world.iot().command_count(vin, service_id))
    }

    /// Settings of API IoT.
    #[must_use]
    pub fn iot_settings(&self) -> IotSettings {
        self.look(|world| world.iot().settings().clone())
    }

    /// Changes the settings of API IoT.
    pub fn set_iot_settings(&self, settings: IotSettings) {
        self.change(|world, _| world.iot_mut().set_settings(settings));
    }

    // ----- bank books

    /// All payments, oldest first.
    #[must_use]
    pub fn payments(&self) -> Vec<Payment> {
        self.look(|world| world.gateway().payments().cloned().collect())
    }

    /// One payment.
    #[must_use]
    pub fn payment(&self, payment_id: &str) -> Option<Payment> {
        self.look(|world| world.gateway().payment(payment_id).cloned())
    }

    /// All lines of all settlement reports, oldest first.
    #[must_use]
    pub fn settlement_entries(&self) -> Vec<SettlementEntry> {
        self.look(|world| world.gateway().entries().to_vec())
    }

    /// A tokenised method without the hosted page.
    pub fn add_payment_method(&self, customer_id: &str, card: TestCard) -> PaymentMethod {
        self.change(|world, now| world.add_payment_method(customer_id, card, now))
    }

    /// Settles a captured payment now, whatever its delay; `false` when no settlement is pending.
    pub fn settle_now(&self, payment_id: &str) -> bool {
        self.change(|world, now| world.settle_now(payment_id, now))
    }

    /// Lets the pending settlement of a payment fail now; `false` when none is pending.
    pub fn fail_settlement(&self, payment_id: &str, reason: &str) -> bool {
        self.change(|world, now| world.fail_settlement(payment_id, reason, now))
    }

    /// Charges a settled payment back; `false` when it is not settled or was charged back before.
    pub fn charge_back(&self, payment_id: &str, reason: &str) -> bool {
        self.change(|world, now| world.charge_back(payment_id, reason, now))
    }

    /// Settings of the gateway.
    #[must_use]
    pub fn gateway_settings(&self) -> GatewaySettings {
        self.look(|world| world.gateway().settings().clone())
    }

    /// Changes the settings of the gateway.
    pub fn set_gateway_settings(&self, settings: GatewaySettings) {
        self.change(|world, _| world.gateway_mut().set_settings(settings));
    }

    // ----- cars on their way

    /// The factory's orders, oldest first.
    #[must_use]
    pub fn factory_orders(&self) -> Vec<FactoryOrder> {
        self.look(|world| world.factory().orders().to_vec())
    }

    /// One order of the factory.
    #[must_use]
    pub fn factory_order(&self, order_id: &str) -> Option<FactoryOrder> {
        self.look(|world| world.factory().order(order_id).cloned())
    }

    /// Does the factory's next step with an order now; `false` when nothing follows.
    pub fn hurry_production(&self, order_id: &str) -> bool {
        self.change(|world, now| world.hurry_production(order_id, now))
    }

    /// Changes what will still happen to a car that is being built; `false` when there is no such order.
    pub fn change_production(&self, order_id: &str, change: impl FnOnce(&mut ProductionFate)) -> bool {
        self.change(|world, _| world.change_production(order_id, change))
    }

    /// Registrations and dossiers of all countries, oldest first.
    #[must_use]
    pub fn registrations(&self) -> Vec<Registration> {
        self.look(|world| world.registration().registrations().to_vec())
    }

    /// Decides a registration that is under review now; `false` when it is not.
    pub fn decide_registration(&self, id: &str, refusal: Option<Refusal>) -> bool {
        self.change(|world, now| world.decide_registration(id, refusal, now))
    }

    /// Transports, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.look(|world| world.transport().deliveries().to_vec())
    }

    /// Does the next step of a transport now; `false` when it is over.
    pub fn hurry_delivery(&self, delivery_id: &str) -> bool {
        self.change(|world, now| world.hurry_delivery(delivery_id, now))
    }

    /// Changes whether somebody will open the door; `false` when there is no such transport.
    pub fn set_absence(&self, delivery_id: &str, absence: Absence) -> bool {
        self.change(|world, _| world.set_absence(delivery_id, absence))
    }

    // ----- workshops

    /// The maintenance history of a car; `None` for a new one.
    #[must_use]
    pub fn maintenance(&self, vin: &Vin) -> Option<Vec<Block>> {
        self.look(|world| world.vss().history(vin).map(<[Block]>::to_vec))
    }

    /// Sets the whole maintenance history of a car; `None` makes it a new one.
    pub fn set_maintenance(&self, vin: &Vin, blocks: Option<Vec<Block>>) {
        self.change(|world, _| world.vss_mut().set_history(vin, blocks));
    }

    /// Sets one block of a car.
    pub fn set_block(&self, vin: &Vin, block: Block) {
        self.change(|world, _| world.vss_mut().set_block(vin, block));
    }

    // ----- mails and messages

    /// Takes a mail in.
    pub fn deliver_mail(&self, mail: Mail) {
        self.change(|world, _| world.mailbox_mut().deliver(mail));
    }

    /// Mails, newest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.look(|world| world.mailbox().newest_first().cloned().collect())
    }

    /// The newest mail with this `Message-ID`.
    #[must_use]
    pub fn mail(&self, message_id: &str) -> Option<Mail> {
        self.look(|world| world.mailbox().get(message_id).cloned())
    }

    /// Keeps a copy of a push message.
    pub fn show_push(&self, push: PushShown) {
        self.change(|world, _| world.mailbox_mut().show_push(push));
    }

    /// Push messages, newest first.
    #[must_use]
    pub fn pushes(&self) -> Vec<PushShown> {
        self.look(|world| world.mailbox().pushes().cloned().collect())
    }

    /// Text messages, newest first.
    #[must_use]
    pub fn text_messages(&self) -> Vec<TextMessage> {
        self.look(|world| world.sms().newest_first().cloned().collect())
    }

    // ----- the whole

    /// Empties books, mailbox, faults and vehicles; settings and the run of ids stay.
    pub fn reset(&self) {
        self.change(|world, _| world.reset());
    }

    /// Sets where webhooks go and which secrets sign them.
    pub fn set_webhook_target(&self, target: WebhookTarget) {
        self.wiring_mut().target = target;
        self.shared.changed.notify_one();
    }

    /// Writes the world to a file, replacing it in one step.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn snapshot_to(&self, path: &Path) -> std::io::Result<()> {
        let mut world = self.lock();
        world.note_clock(self.shared.clock.offset_micros());
        snapshot::write(&world, path)
    }

    /// Looks at the world as it is now, after everything due has happened.
    pub fn look<R>(&self, view: impl FnOnce(&World) -> R) -> R {
        let now = self.now();
        let mut world = self.lock();
        world.advance_to(now);
        view(&world)
    }

    /// Changes the world and keeps the snapshot up to date.
    pub fn change<R>(&self, act: impl FnOnce(&mut World, DateTime<Utc>) -> R) -> R {
        let now = self.now();
        let mut world = self.lock();
        world.advance_to(now);
        let result = act(&mut world, now);
        self.save(&mut world);
        drop(world);
        self.shared.changed.notify_one();
        result
    }

    pub(crate) fn wiring(&self) -> Wiring {
        self.wiring_mut().clone()
    }

    pub(crate) fn wiring_mut(&self) -> MutexGuard<'_, Wiring> {
        self.shared.wiring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before any answer leaves: a killed process must not forget what it executed.
    fn save(&self, world: &mut World) {
        let Some(path) = &self.shared.snapshot_path else {
            return;
        };
        world.note_clock(self.shared.clock.offset_micros());
        if let Err(error) = snapshot::write(world, path) {
            tracing::error!(%error, path = %path.display(), "sandbox_snapshot_failed");
        }
    }
}
