//! A subscription whose month is over, and where the process dies while it is billed: one invoice, one charge.

use crate::crash::books::{done, mails, work_left};
use crate::crash::machine::{Life, Machine, PATIENCE};
use crate::crash::template::Template;
use caas::catalogue::{Market, OfferKind, repository as catalogue};
use caas::kernel::ids::{ActivationId, UserId};
use caas::kernel::locale::Locale;
use caas::payments::methods;
use caas::purchases::service::{Order, place};
use caas::sql;
use caas::subscriptions::billing::BillDue;
use caas::subscriptions::repository::{self as subscriptions, Subscription};
use caas::subscriptions::{changes, invoices};
use caas::vehicles;
use caas_sandbox::Operation;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_server::demo::DEMO_CARS;

/// What brings the billing about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Story {
    /// The run of the night.
    Night,
    /// The customer changes something: what is over is billed first.
    Click,
}

/// A story and the place where the process dies in it.
pub const CASES: &[(Story, &str)] = &[
    (Story::Night, "subscription.charges.written"),
    (Story::Night, "subscription.charges.answered"),
    (Story::Click, "subscription.charge.written"),
    (Story::Click, "subscription.charge.answered"),
    (Story::Click, "subscription.charge.recorded"),
];

impl Story {
    pub const ALL: [Story; 2] = [Story::Night, Story::Click];

    /// What must be true of the end even without a cut.
    pub fn check(self, books: &Books) {
        assert_eq!(books.invoices.len(), 1, "{self:?}: {books:#?}");
        assert_eq!(books.invoices[0].1, "PAID", "{self:?}: {books:#?}");
        assert_eq!((books.charges, books.at_the_bank.len()), (1, 1), "{self:?}: {books:#?}");
        assert!(books.broken_promises.is_empty() && books.dead_jobs == 0, "{self:?}: {books:#?}");
    }
}

/// Both sides' books after the end, without what a cut may change (ids, times, numbers of attempts).
#[derive(Debug, PartialEq, Eq)]
pub struct Books {
    /// Kind, state, amount.
    invoices: Vec<(String, String, i64)>,
    /// State, captured, refunded.
    payments: Vec<(String, i64, i64)>,
    /// Requests that move money: kind and state.
    operations: Vec<(String, String)>,
    /// Movement, account, debit, credit.
    ledger: Vec<(String, String, i64, i64)>,
    /// The gateway's payments: state, and what the customer really paid.
    at_the_bank: Vec<(PaymentStatus, u64)>,
    /// How often the gateway was brought to take money.
    charges: usize,
    /// Steps of subscription, invoice and payment: kind, before, after.
    story: Vec<(String, Option<String>, Option<String>)>,
    mails: usize,
    dead_jobs: usize,
    broken_promises: Vec<String>,
}

/// One subscription in a world with a process that dies.
pub struct Month {
    story: Story,
    machine: Machine,
    customer: UserId,
    activation: ActivationId,
    month_is_over: bool,
}

impl Month {
    async fn build(template: &Template, story: Story) -> Month {
        let machine = Machine::build(template).await;
        let caas = &machine.app.caas;
        let mut settings = machine.sandbox.handle.iot_settings();
        settings.answer = caas_sandbox::world::iot::model::AnswerMode::Immediate;
        settings.activation_latency_ms = 0;
        machine.sandbox.handle.set_iot_settings(settings);
        let mut tx = caas.db.read().await.unwrap();
        let vehicle = vehicles::find_by_vin(&mut tx, DEMO_CARS[0].vin).await.unwrap().unwrap();
        let (customer,) =
            sql!(&mut tx, one(UserId,), "SELECT customer_id FROM vehicles WHERE id = $1", vehicle).unwrap();
        let method = methods::list(&mut tx, customer).await.unwrap().first().map(|method| method.id);
        let service = catalogue::service_by_code(&mut tx, "NAV_LIVE").await.unwrap().unwrap();
        let offer = service.offers.iter().find(|offer| offer.kind == OfferKind::Subscription).unwrap();
        let order = Order {
            customer,
            vehicle,
            offer: offer.id,
            method,
            shown_price: offer.price(Market::Es).unwrap().amount,
            purchase_key: "one form".to_owned(),
            consents: true,
            maintenance_risk: false,
            locale: Locale::Es,
        };
        drop(tx);
        let activation = place(caas, &order).await.unwrap().unwrap().activation;
        Month { story, machine, customer, activation, month_is_over: false }
    }

    /// The story without a cut.
    pub async fn lived_through(template: &Template, story: Story) -> Books {
        let mut month = Month::build(template, story).await;
        month.run_to_the_end(PATIENCE).await;
        month.books().await
    }

    /// The story with one.
    pub async fn cut_short(template: &Template, story: Story, failpoint: &str) -> Books {
        let mut month = Month::build(template, story).await;
        month.run_until_dead_at(failpoint).await;
        month.machine.end_leases().await;
        month.run_to_the_end(PATIENCE).await;
        month.books().await
    }

    async fn subscription(&self) -> Option<Subscription> {
        let mut tx = self.machine.app.caas.db.read().await.unwrap();
        subscriptions::of_activation(&mut tx, self.activation).await.unwrap()
    }

    async fn books(&self) -> Books {
        let Machine { app, sandbox, folder, .. } = &self.machine;
        let sandbox = &sandbox.handle;
        let mut tx = app.caas.db.read().await.unwrap();
        let tx = &mut tx;
        Books {
            invoices: sql!(
                tx,
                all(String, String, i64),
                "SELECT kind, state, gross_cents FROM invoices ORDER BY 1, 2, 3"
            )
            .unwrap(),
            payments: sql!(
                tx,
                all(String, i64, i64),
                "SELECT state, captured_cents, refunded_cents FROM payments ORDER BY 1, 2, 3"
            )
            .unwrap(),
            operations: sql!(
                tx,
                all(String, String),
                "SELECT kind, state FROM payment_operations ORDER BY kind, state"
            )
            .unwrap(),
            ledger: sql!(
                tx,
                all(String, String, i64, i64),
                "SELECT movement, account, debit_cents, credit_cents FROM ledger_entries ORDER BY 1, 2, 3, 4"
            )
            .unwrap(),
            at_the_bank: sandbox.payments().iter().map(|payment| (payment.status, payment.net_cents())).collect(),
            charges: done(sandbox, Operation::InitiatePayment),
            story: sql!(
                tx,
                all(String, Option<String>, Option<String>),
                "SELECT kind, before_state, after_state FROM expediente_entries
                 WHERE subject_kind IN ('SUBSCRIPTION', 'INVOICE', 'PAYMENT') ORDER BY 1, 2, 3"
            )
            .unwrap(),
            mails: mails(folder.path()),
            dead_jobs: caas::kernel::jobs::dead_jobs(tx, 50).await.unwrap().len(),
            broken_promises: caas::verify::broken_promises(tx).await.unwrap(),
        }
    }
}

impl Life for Month {
    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// As soon as the subscription runs its first month is over.
    async fn move_on(&mut self) {
        if self.month_is_over {
            return;
        }
        let Some(subscription) = self.subscription().await else { return };
        self.month_is_over = true;
        let caas = &self.machine.app.caas;
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE subscriptions SET next_billing_at = $1", caas.now()).unwrap();
        tx.commit().await.unwrap();
        match self.story {
            Story::Night => BillDue::soon(caas).await.unwrap(),
            Story::Click => {
                changes::cancel_at_period_end(caas, self.customer, subscription.id).await.unwrap().unwrap();
            }
        }
    }

    async fn is_over(&self) -> bool {
        let mut tx = self.machine.app.caas.db.read().await.unwrap();
        let Some(subscription) = subscriptions::of_activation(&mut tx, self.activation).await.unwrap() else {
            return false;
        };
        let billed = invoices::of_subscription(&mut tx, subscription.id).await.unwrap();
        drop(tx);
        billed.iter().any(|invoice| invoice.paid_at.is_some())
            && self.machine.sandbox.handle.waiting_webhooks().is_empty()
            && work_left(&self.machine.app.caas).await == 0
    }
}
