//! A customer with a running subscription.

use crate::support::Engine;
use crate::use_cases::scenario::{NAVIGATION, Scene};
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::Timestamp;
use caas::kernel::ids::{ActivationId, PaymentId};
use caas::payments::repository::{self as payments, Payment};
use caas::sql;
use caas::subscriptions::debts::{self, Debt};
use caas::subscriptions::invoices::{self, Invoice};
use caas::subscriptions::model::{DunningStep, SubscriptionId};
use caas::subscriptions::repository::{self as store, Subscription};
use caas_sandbox::world::gateway::model::Payment as BankPayment;
use chrono::TimeDelta;
use std::ops::{Deref, DerefMut};

/// The scene with one subscription in it. It began on Monday 23 November 2026 in Madrid.
pub struct Subscribed {
    scene: Scene,
    pub id: SubscriptionId,
    pub activation: ActivationId,
}

impl Deref for Subscribed {
    type Target = Scene;
    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl DerefMut for Subscribed {
    fn deref_mut(&mut self) -> &mut Scene {
        &mut self.scene
    }
}

/// The moment the first period is over: midnight in Madrid, in winter.
pub const FIRST_END: &str = "2026-12-22T23:00:00Z";

impl Subscribed {
    pub async fn new(engine: Engine) -> Subscribed {
        Subscribed::with(engine, &[]).await
    }

    pub async fn with(engine: Engine, settings: &[(&str, &str)]) -> Subscribed {
        let mut scene = Scene::with(engine, settings).await;
        scene.answers_at_once();
        let activation = scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        scene.until(activation, ActivationState::Active).await;
        scene.run().await;
        let id = store::of_activation(&mut scene.read().await, activation).await.unwrap().unwrap().id;
        Subscribed { scene, id, activation }
    }

    /// Lets time pass until this moment in one leap, and runs what is due by then.
    pub async fn at(&mut self, moment: &str) {
        let to: Timestamp = moment.parse().unwrap();
        let by = to - self.app.now();
        assert!(by >= TimeDelta::zero(), "time goes forward");
        self.pass(by).await;
    }

    pub async fn subscription(&self) -> Subscription {
        store::load(&mut self.read().await, self.id).await.unwrap()
    }

    pub async fn status(&self) -> String {
        self.subscription().await.status.to_string()
    }

    /// Its invoices, the oldest period first.
    pub async fn invoices(&self) -> Vec<Invoice> {
        let mut all = invoices::of_subscription(&mut self.read().await, self.id).await.unwrap();
        all.reverse();
        all
    }

    /// The states of its invoices, the oldest period first.
    pub async fn states(&self) -> Vec<String> {
        self.invoices().await.iter().map(|invoice| invoice.state.to_string()).collect()
    }

    /// The payments for its invoices and debts, in the order they were begun.
    pub async fn payments(&self) -> Vec<Payment> {
        let mut tx = self.read().await;
        let ids = sql!(
            &mut tx,
            all(PaymentId, i64),
            "SELECT p.id, p.version FROM payments p LEFT JOIN invoices i ON i.id = p.invoice_id
             LEFT JOIN debts d ON d.id = p.debt_id
             JOIN expediente_entries e ON e.subject_id = p.id AND e.kind = 'PAYMENT_OPENED'
             WHERE i.subscription_id = $1 OR d.subscription_id = $1 ORDER BY e.seq",
            self.id
        )
        .unwrap();
        let mut found = Vec::new();
        for (id, _) in ids {
            found.push(payments::load(&mut tx, id).await.unwrap());
        }
        found
    }

    pub async fn debt(&self) -> Option<Debt> {
        let all = debts::list_of_customer(&mut self.read().await, self.customer).await.unwrap();
        all.into_iter().find(|debt| debt.subscription_id == self.id)
    }

    /// What the bank really took for this, and did not give back, in cents.
    pub fn really_taken(&self, reference: impl std::fmt::Display) -> i64 {
        let reference = reference.to_string();
        self.at_the_bank(&reference).iter().map(|payment| i64::try_from(payment.net_cents()).unwrap()).sum()
    }

    pub fn at_the_bank(&self, reference: &str) -> Vec<BankPayment> {
        let all = self.world().payments().into_iter();
        all.filter(|payment| payment.metadata.get("orderId").and_then(|v| v.as_str()) == Some(reference)).collect()
    }

    pub async fn calendar(&self) -> Vec<DunningStep> {
        let (caas, s) = (self.caas(), self.subscription().await);
        caas::subscriptions::dunning::calendar(&caas, &mut self.read().await, &s).await.unwrap()
    }

    /// How often the customer was told this by mail.
    pub async fn mails(&self, event: &str) -> usize {
        self.said(event).await.iter().filter(|said| said.channel == "EMAIL").count()
    }

    /// Invoice numbers of every series run from one on without a gap, the sum of each invoice's lines is its total, and every
    /// cent of every invoice stands in the books once; then the promises.
    pub async fn proven(self) {
        let mut tx = self.read().await;
        let gaps = sql!(
            &mut tx,
            all(String, i64, i64),
            "SELECT series, MAX(seq), COUNT(*) FROM invoices GROUP BY series, year HAVING MAX(seq) <> COUNT(*) OR MIN(seq) <> 1"
        )
        .unwrap();
        assert_eq!(gaps, [], "numbers have gaps");
        let sums = sql!(
            &mut tx,
            all(String, i64),
            "SELECT i.number, i.gross_cents FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
             GROUP BY i.id, i.number, i.gross_cents, i.net_cents, i.vat_cents
             HAVING SUM(l.gross_cents) <> i.gross_cents OR SUM(l.net_cents) <> i.net_cents OR SUM(l.vat_cents) <> i.vat_cents"
        )
        .unwrap();
        assert_eq!(sums, [], "lines do not add up");
        // What customers owe by the books is what is issued or in debt and not written off.
        let (booked, _) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT CAST(COALESCE(SUM(debit_cents - credit_cents), 0) AS BIGINT), COUNT(*) FROM ledger_entries
             WHERE account = 'CUSTOMERS_RECEIVABLE'"
        )
        .unwrap();
        let (owed, _) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT CAST(COALESCE(SUM(i.gross_cents), 0) AS BIGINT), COUNT(*) FROM invoices i
             LEFT JOIN debts d ON d.id = i.debt_id
             WHERE i.state IN ('ISSUED', 'IN_DEBT') AND COALESCE(d.state, '') <> 'WRITTEN_OFF'"
        )
        .unwrap();
        assert_eq!(booked, owed, "the books know what is owed");
        drop(tx);
        self.scene.proven().await;
    }
}
