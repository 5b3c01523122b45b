//! The weeks before the demo begins, lived through: people buy cars, the played factory builds them, banks, registration
//! bodies and the lorry do their part, and a subscriber is billed month by month. Every step is the one that people and
//! systems take, at the time they take it, so that a newcomer finds a dealership at work and every promise holds.

use caas::Caas;
use caas::accounts;
use caas::inbox::{self, Sender};
use caas::kernel::Timestamp;
use caas::kernel::error::{Failure, Result};
use caas::kernel::ids::{OrderId, UserId};
use caas::kernel::jobs::{Registry, next_due, run_due_jobs};
use caas::kernel::when::{day_there, start_of_day};
use caas::payments::methods;
use caas::sales::delivery::model::ChecklistItem;
use caas::sales::delivery::{hand_over, pick_ups};
use caas::sales::demo::{self, CARMEN, DemoBuyer, HUGO, INES, JORGE, PABLO, SOFIA};
use caas::sales::documents;
use caas::sales::orders;
use caas::sales::payment::{CarPayment, pay};
use caas::sales::registration::countries::Provider;
use caas::sales::sale::Seller;
use caas::sales::who::Who;
use caas::support::model::NewAttachment;
use caas::watch::minute::WatchMinute;
use caas_sandbox::world::gateway::TestCard;
use caas_sandbox::{Sandbox, System};
use chrono::{Days, Months, TimeDelta};

/// How long before the demo its past begins: two months of a subscription, and some days.
pub const LENGTH: TimeDelta = TimeDelta::days(72);

/// Where everybody of the demo lives.
const MADRID: &str = "Europe/Madrid";

/// Rounds of jobs and messages after which something keeps itself busy without end.
const ROUNDS: usize = 200;

/// A PDF of one empty page, as a stand-in for a paper.
const PAPER: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// A sold car and whose it is to be.
#[derive(Clone, Copy)]
struct Sold {
    order: OrderId,
    customer: UserId,
}

/// The world while its past is lived.
pub struct Past<'a> {
    /// The platform, with the clock of the past.
    pub caas: &'a Caas,
    /// Who does its work.
    pub registry: &'a Registry,
    /// The played systems.
    pub sandbox: &'a Sandbox,
    /// The salesperson.
    pub seller: Seller,
}

impl Past<'_> {
    /// Lives from the clock's time to `now`, which the clock shows in the end.
    pub async fn live(&self, now: Timestamp) -> Result<()> {
        WatchMinute::not_before(self.caas, now).await?;
        let ago = |days, hours| now - TimeDelta::days(days) - TimeDelta::hours(hours);
        self.until(ago(71, 2)).await?;
        let elena = self.elena_arrives().await?;
        self.until(ago(70, 5)).await?;
        self.elena_subscribes(&elena, 0).await?;
        self.until(ago(33, 2)).await?;
        let carmen = self.sells(&CARMEN).await?;
        // However long the month is, it is over since yesterday, and its charge has just failed. (At the end of a month that
        // follows a shorter one, since some days.)
        let begins = day_there(now, MADRID) - Days::new(1) - Months::new(1);
        self.until(start_of_day(begins, MADRID) + TimeDelta::hours(12)).await?;
        self.elena_subscribes(&elena, 1).await?;
        self.until(ago(27, 5)).await?;
        let hugo = self.sells(&HUGO).await?;
        self.until(ago(12, 3)).await?;
        self.sells(&SOFIA).await?;
        self.until(ago(10, 1)).await?;
        let pablo = self.sells(&PABLO).await?;
        self.until(ago(8, 4)).await?;
        self.pays(carmen, CarPayment::Final, TestCard::GoodVisa).await?;
        self.brings(carmen, &[Provider::Customer, Provider::Dealership]).await?;
        self.settle().await?;
        self.ticks_off(carmen).await?;
        // After the second invoice of the one subscription, before the first of the other.
        self.until(ago(7, 12)).await?;
        self.elena_changes_cards(&elena).await?;
        self.until(ago(6, 6)).await?;
        self.pays(pablo, CarPayment::Final, TestCard::InsufficientFunds).await?;
        let ines = self.sells(&INES).await?;
        let jorge = self.sells(&JORGE).await?;
        self.until(ago(4, 2)).await?;
        self.pays(jorge, CarPayment::Final, TestCard::GoodVisa).await?;
        self.brings(jorge, &[Provider::Customer, Provider::Dealership]).await?;
        self.until(ago(2, 7)).await?;
        self.comes_soon(jorge).await?;
        self.pays(ines, CarPayment::Final, TestCard::GoodMastercard).await?;
        self.brings(ines, &[Provider::Dealership]).await?;
        self.brings(hugo, &[Provider::Customer]).await?;
        self.until(now).await
    }

    /// Lets time pass: everything that falls due meanwhile happens at its time.
    async fn until(&self, end: Timestamp) -> Result<()> {
        loop {
            self.settle().await?;
            let now = self.caas.now();
            let due = [self.sandbox.next_due(), next_due(self.caas).await?];
            let next = due.into_iter().flatten().filter(|due| *due > now && *due < end).min();
            self.sandbox.clock().advance_to(next.unwrap_or(end));
            if next.is_none() {
                return self.settle().await;
            }
        }
    }

    /// Runs what is due, and hands over what the played systems tell, until nothing is left.
    pub(super) async fn settle(&self) -> Result<()> {
        for _ in 0..ROUNDS {
            let jobs = run_due_jobs(self.caas, self.registry).await?;
            let told = self.sandbox.take_due_webhooks(self.caas.now());
            if jobs == 0 && told.is_empty() {
                return Ok(());
            }
            for message in told {
                // Text messages have no answer that we wait for.
                let Some(sender) = sender(message.system) else { continue };
                inbox::service::receive(self.caas, sender, &message.webhook_id, &message.body.to_string()).await?;
            }
        }
        Err(Failure::Stored("the demo's past keeps itself busy without end".to_owned()))
    }

    /// A sale, and its señal paid at once.
    async fn sells(&self, buyer: &DemoBuyer) -> Result<Sold> {
        let order = demo::sell(self.caas, self.seller, buyer).await?;
        let mut tx = self.caas.db.begin().await?;
        let customer = orders::load(&mut tx, order).await?.customer()?;
        accounts::open_with_demo_password(self.caas, &mut tx, customer).await?;
        tx.commit().await?;
        let sold = Sold { order, customer };
        self.pays(sold, CarPayment::Reservation, TestCard::GoodVisa).await?;
        Ok(sold)
    }

    async fn pays(&self, sold: Sold, which: CarPayment, card: TestCard) -> Result<()> {
        let mut tx = self.caas.db.begin().await?;
        let card = super::card(self.sandbox, sold.customer, card);
        let method = methods::add(self.caas, &mut tx, sold.customer, &card).await?;
        tx.commit().await?;
        let paid = pay(self.caas, sold.customer, sold.order, which, method, which.as_str()).await?;
        paid.map_err(|refusal| Failure::Stored(format!("a payment of the demo: {refusal}")))?;
        self.settle().await
    }

    /// The papers that these have to bring; the dealership looks at them at once.
    async fn brings(&self, sold: Sold, whose: &[Provider]) -> Result<()> {
        let staff = self.staff();
        let mut tx = self.caas.db.begin().await?;
        let order = orders::load(&mut tx, sold.order).await?;
        for needed in documents::needed(&mut tx, &order).await? {
            let (who, provider) = match needed.paper.provider {
                Provider::Customer => (Who::Customer(sold.customer), Provider::Customer),
                provider => (staff, provider),
            };
            if !whose.contains(&provider) {
                continue;
            }
            let file =
                NewAttachment { name: format!("{}.pdf", needed.paper.code.to_lowercase()), bytes: PAPER.to_vec() };
            documents::upload(self.caas, &mut tx, &who, sold.order, needed.paper.code, &file)
                .await?
                .map_err(|refusal| Failure::Stored(format!("a paper of the demo: {refusal}")))?;
        }
        tx.commit().await?;
        self.settle().await
    }

    /// The checks before a hand-over.
    async fn ticks_off(&self, sold: Sold) -> Result<()> {
        let mut tx = self.caas.db.begin().await?;
        for item in ChecklistItem::ALL {
            hand_over::check(self.caas, &mut tx, &self.staff(), sold.order, *item, true)
                .await?
                .map_err(|refusal| Failure::Stored(format!("a check of the demo: {refusal:?}")))?;
        }
        tx.commit().await
    }

    /// Books a time to pick the car up, some days after the demo begins.
    async fn comes_soon(&self, sold: Sold) -> Result<()> {
        let mut tx = self.caas.db.begin().await?;
        let soon = self.caas.now() + TimeDelta::days(4);
        let free = pick_ups::free_slots(self.caas, &mut tx, self.seller.dealership).await?;
        let slot = free.iter().find(|slot| slot.starts_at >= soon);
        let slot = slot.ok_or_else(|| Failure::Stored("the demo's dealership has no free time".to_owned()))?;
        pick_ups::book(self.caas, &mut tx, &Who::Customer(sold.customer), sold.order, slot.starts_at)
            .await?
            .map_err(|refusal| Failure::Stored(format!("an appointment of the demo: {refusal}")))?;
        tx.commit().await
    }

    fn staff(&self) -> Who {
        Who::staff(self.seller.id, Some(self.seller.dealership))
    }
}

/// In whose name a played system's message comes in.
fn sender(system: System) -> Option<Sender> {
    Some(match system {
        System::Gateway => Sender::Payments,
        System::Iot => Sender::Iot,
        System::Factory => Sender::Factory,
        System::RegistrationEs | System::RegistrationFr | System::RegistrationGb | System::RegistrationDe => {
            Sender::Registration
        }
        System::Transport => Sender::Transport,
        System::Sms | System::Vss => return None,
    })
}
