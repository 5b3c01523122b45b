//! What every use case is given: the database, time, chance and the settings.

use crate::activation::port::IotApi;
use crate::activation::rules::RetryPolicy;
use crate::breaker::BreakerPolicy;
use crate::catalogue::{CatalogueCache, Offer, Service, Snapshot};
use crate::kernel::clock::Clock;
use crate::kernel::database::{Database, Tx};
use crate::kernel::error::Result;
use crate::kernel::ids::OfferId;
use crate::kernel::rng::Rng;
use crate::kernel::spans::Spans;
use crate::kernel::{Timestamp, jobs};
use crate::maintenance::port::Vss;
use crate::maintenance::rules::MaintenancePolicy;
use crate::notifications::port::{Mailer, PushSender, SmsSender};
use crate::payments::chargebacks::ChargebackPolicy;
use crate::payments::port::PaymentGateway;
use crate::sales::delivery::port::Transport;
use crate::sales::factory::port::Factory;
use crate::sales::factory::rules::FactoryPolicy;
use crate::sales::payment::SalePolicy;
use crate::sales::registration::port::RegistrationBodies;
use crate::subscriptions::rules::DunningPolicy;
use crate::watch::alerts::model::AlertPolicy;
use crate::withdrawal::model::WithdrawalPolicy;
use std::ops::Deref;
use std::sync::Arc;

/// The platform. Cheap to clone.
#[derive(Clone)]
pub struct Caas(Arc<Whole>);

struct Whole {
    parts: Parts,
    /// This process's copy of the catalogue.
    catalogue: CatalogueCache,
}

/// What a [`Caas`] is made of.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub db: Database,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// Who is told what took how long.
    pub spans: Spans,
    /// The business's settings.
    pub policies: Policies,
    /// Where people reach us, without a slash at the end: links in messages begin with it.
    pub public_url: String,
    /// The payment gateway.
    pub gateway: Arc<dyn PaymentGateway>,
    /// The way to the vehicles.
    pub iot: Arc<dyn IotApi>,
    /// The factory.
    pub factory: Arc<dyn Factory>,
    /// The national registration bodies.
    pub registration: Arc<dyn RegistrationBodies>,
    /// The transport company.
    pub transport: Arc<dyn Transport>,
    /// The workshops' maintenance history.
    pub vss: Arc<dyn Vss>,
    /// The way out for email.
    pub mailer: Arc<dyn Mailer>,
    /// The way out for text messages.
    pub sms: Arc<dyn SmsSender>,
    /// The way out for push messages.
    pub push: Arc<dyn PushSender>,
}

/// The business's settings, with the defaults of the rulebook.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Whether waiting times get their ±10 % of jitter. Off in tests.
    pub jitter: bool,
    /// How the OTA engine tries again.
    pub retry: RetryPolicy,
    /// When calls to an outside system are given a rest.
    pub breaker: BreakerPolicy,
    /// How cars are paid for.
    pub sale: SalePolicy,
    /// How the factory is tried again.
    pub factory: FactoryPolicy,
    /// How a subscription's charge is tried again.
    pub dunning: DunningPolicy,
    /// How charges that a bank takes back are answered.
    pub chargebacks: ChargebackPolicy,
    /// What comes back after a withdrawal.
    pub withdrawal: WithdrawalPolicy,
    /// When overdue maintenance counts.
    pub maintenance: MaintenancePolicy,
    /// Who is mailed about alerts.
    pub alerts: AlertPolicy,
}

impl Caas {
    /// Puts the platform together.
    pub fn new(parts: Parts) -> Caas {
        Caas(Arc::new(Whole { parts, catalogue: CatalogueCache::default() }))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The catalogue, from memory and at most a second behind.
    pub async fn catalogue(&self) -> Result<Arc<Snapshot>> {
        self.0.catalogue.current(&self.db, self.now()).await
    }

    /// One offer and its service as they stand in the database now, for a purchase to check against.
    pub async fn offer(&self, tx: &mut Tx, id: OfferId) -> Result<Option<(Service, Offer)>> {
        self.0.catalogue.offer(tx, id).await
    }

    /// A new id of any kind.
    pub fn new_id<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.new_uuid())
    }

    /// A new UUID v7.
    pub fn new_uuid(&self) -> uuid::Uuid {
        self.rng.uuid(self.now())
    }

    /// A factor around 1, at most `share` away from it; exactly 1 when jitter is off.
    pub fn jitter(&self, share: f64) -> f64 {
        if self.policies.jitter { 1.0 - share + 2.0 * share * self.rng.unit() } else { 1.0 }
    }
}

impl Deref for Caas {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

/// Every kind of job the business has.
pub fn job_registry() -> jobs::Registry {
    jobs::Registry::default()
        .with::<crate::notifications::SendEmail>()
        .with::<crate::notifications::SendPush>()
        .with::<crate::notifications::SendSms>()
        .with::<crate::notifications::Release>()
        .with::<crate::purchases::authorise::AuthorisePayment>()
        .with::<crate::purchases::cancel::CarryOutCancel>()
        .with::<crate::payments::jobs::CapturePayment>()
        .with::<crate::payments::jobs::ReverseHold>()
        .with::<crate::payments::jobs::RefundPayment>()
        .with::<crate::payments::refunds::WatchRefund>()
        .with::<crate::payments::methods::CompleteSetup>()
        .with::<crate::payments::settlement::AbsorbCost>()
        .with::<crate::sales::payment::PayForCar>()
        .with::<crate::sales::payment::FinalPaymentDue>()
        .with::<crate::sales::payment::RemindFinalPayment>()
        .with::<crate::activation::engine::AttemptActivation>()
        .with::<crate::sales::factory::place::PlaceFactoryOrder>()
        .with::<crate::activation::escalation::OpenTicket>()
        .with::<crate::activation::aftermath::LookAfterwards>()
        .with::<crate::activation::deactivation::EndTemporary>()
        .with::<crate::activation::deactivation::SwitchOff>()
        .with::<crate::activation::restore::Restore>()
        .with::<crate::activation::manual::ExpireOffer>()
        .with::<crate::support::clock::AnswerDue>()
        .with::<crate::support::shelf::Remind>()
        .with::<crate::ways_out::CloseWithoutCharge>()
        .with::<crate::accounts::SendResetLink>()
        .with::<crate::inbox::InterpretWebhook>()
        .with::<crate::sales::registration::SubmitRegistration>()
        .with::<crate::sales::registration::AskRegistration>()
        .with::<crate::sales::delivery::ScheduleTransport>()
        .with::<crate::sales::delivery::RemindPickUp>()
        .with::<crate::maintenance::ask::AskVss>()
        .with::<crate::maintenance::fleet::CheckFleet>()
        .with::<crate::rights::export::BuildExport>()
        .with::<crate::rights::export::ExpireExport>()
        .with::<crate::rights::erasure::EraseAccount>()
        .with::<crate::rights::erasure::ForgetInvoices>()
        .with::<crate::rights::owner_change::ExpireOwnerChange>()
        .with::<crate::subscriptions::model::Begin>()
        .with::<crate::subscriptions::model::TryNewMethod>()
        .with::<crate::subscriptions::billing::BillDue>()
        .with::<crate::subscriptions::charge::Charge>()
        .with::<crate::subscriptions::charge::ChargeMany>()
        .with::<crate::subscriptions::dunning::Collect>()
        .with::<crate::finance::CloseDays>()
        .with::<crate::finance::Reconcile>()
        .with::<crate::analysis::CloseDays>()
        .with::<crate::verify::ProveNightly>()
        .with::<crate::watch::minute::WatchMinute>()
        .with::<crate::watch::alerts::MailAlert>()
}
