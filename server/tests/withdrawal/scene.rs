//! A customer with a delivered service, and the words for withdrawing from it.

pub use crate::support::Engine;
pub use crate::use_cases::scenario::{AUDIO, NAVIGATION, SEATS, Scene};
pub use caas::catalogue::OfferKind;
pub use caas::kernel::ids::ActivationId;
pub use caas::kernel::locale::Locale;
pub use caas::sql;
pub use caas::withdrawal::model::{MoneyFate, RefundPolicy, Via, WithdrawalRefusal};
pub use caas::withdrawal::service::{Declarant, withdraw};
pub use caas::withdrawal::view::{self, Withdrawal};
pub use chrono::TimeDelta;

impl Scene {
    /// A service of this kind, delivered and charged.
    pub async fn delivered(&mut self, code: &str, kind: OfferKind) -> ActivationId {
        let id = self.order_kind(code, kind).await;
        self.live(TimeDelta::minutes(1)).await;
        assert_eq!(self.state(id).await, "ACTIVE");
        id
    }

    pub async fn withdraw(&self, id: ActivationId) -> Result<Withdrawal, WithdrawalRefusal> {
        let who = Declarant { customer: self.customer, via: Via::Expediente, locale: Locale::Es };
        withdraw(&self.caas(), who, id).await.unwrap()
    }

    pub async fn withdrawals(&self) -> i64 {
        let mut tx = self.read().await;
        sql!(tx, one(i64, i64), "SELECT COUNT(*), CAST(0 AS BIGINT) FROM withdrawals").unwrap().0
    }

    /// Kind and state of a payment's requests.
    pub async fn requests(&self, id: ActivationId) -> Vec<String> {
        let payment = self.payment(id).await.id;
        let mut tx = self.read().await;
        let rows = sql!(
            tx,
            all(String, String),
            "SELECT kind, state FROM payment_operations WHERE payment_id = $1 ORDER BY requested_at, id",
            payment
        )
        .unwrap();
        rows.into_iter().map(|(kind, state)| format!("{kind} {state}")).collect()
    }

    /// Credits less debits of an account.
    pub async fn balance(&self, account: &str) -> i64 {
        let mut tx = self.read().await;
        let (cents, _) = sql!(
            tx,
            one(i64, i64),
            "SELECT CAST(COALESCE(SUM(credit_cents - debit_cents), 0) AS BIGINT), COUNT(*) FROM ledger_entries WHERE account = $1",
            account
        )
        .unwrap();
        cents
    }

    /// The customer moves to another country.
    pub async fn lives_in(&self, country: &str, zone: &str) {
        let caas = self.caas();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE users SET country = $1, time_zone = $2 WHERE id = $3", country, zone, self.customer)
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// When the time to withdraw ends.
    pub async fn window_ends(&self, id: ActivationId) -> caas::kernel::Timestamp {
        let activation = self.activation(id).await;
        let caas = self.caas();
        let mut tx = self.read().await;
        match view::read(&caas, &mut tx, &activation).await.unwrap().right {
            caas::withdrawal::model::Right::Open(window) | caas::withdrawal::model::Right::Over(window) => {
                window.ends_at
            }
            other => panic!("no period: {other:?}"),
        }
    }

    /// Lives until this moment.
    pub async fn live_until(&mut self, at: caas::kernel::Timestamp) {
        let wait = at - self.app.now();
        self.live(wait).await;
    }
}
