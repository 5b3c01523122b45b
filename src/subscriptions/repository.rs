//! Subscriptions in the database.

use super::model::{Day, EndReason, Period, SubscriptionEvent, SubscriptionId, SubscriptionStatus};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, OfferId, PaymentMethodId, ServiceId, UserId, VehicleId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use sqlx::FromRow;
use sqlx::types::Json;

/// The columns of a [`Subscription`], each behind `$of`.
macro_rules! subscription_columns {
    ($of:literal) => {
        columns!($of; id, service_activation_id, customer_id, vehicle_id, service_id, offer_id, service_names,
            price_cents, currency, vat_rate_basis_points, country, time_zone, anchor_day, started_on, period_start,
            period_end, next_billing_at, status, cancel_at_period_end, next_offer_id, next_price_cents,
            next_vat_rate_basis_points, failures, next_charge_at, dunning_ends_at, refused_method_id, ended_at,
            end_reason, version, created_at)
    };
}
pub(crate) use subscription_columns;

/// One subscription, from the vehicle's confirmation on.
#[derive(Debug, Clone, FromRow)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What was activated.
    #[sqlx(rename = "service_activation_id")]
    pub activation: ActivationId,
    /// Who pays.
    pub customer_id: UserId,
    /// In which car.
    pub vehicle_id: VehicleId,
    /// Which service.
    pub service_id: ServiceId,
    /// The offer it was agreed by.
    pub offer_id: OfferId,
    /// The service's name as ordered.
    pub service_names: Json<Bilingual>,
    /// The price of a whole period, VAT included, as agreed.
    pub price_cents: Cents,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The VAT in it, in hundredths of a percent.
    pub vat_rate_basis_points: i64,
    /// Whose legal entity bills it.
    pub country: String,
    /// In whose days its periods are counted.
    pub time_zone: String,
    /// The day of the month a period begins on, where there is one.
    pub anchor_day: i64,
    /// The day the vehicle confirmed.
    #[sqlx(try_from = "String")]
    pub started_on: Day,
    /// The first day of the period that runs.
    #[sqlx(try_from = "String")]
    pub period_start: Day,
    /// The first day of the next one.
    #[sqlx(try_from = "String")]
    pub period_end: Day,
    /// When the period is over and billed; nothing once the subscription has ended.
    pub next_billing_at: Option<Timestamp>,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub status: SubscriptionStatus,
    /// Whether it ends with the period, by the customer's wish.
    pub cancel_at_period_end: bool,
    /// The offer from the next period on.
    pub next_offer_id: Option<OfferId>,
    /// Its price.
    pub next_price_cents: Option<Cents>,
    /// The VAT in that.
    pub next_vat_rate_basis_points: Option<i64>,
    /// Tries of the dunning calendar that failed.
    pub failures: i64,
    /// The next step of the dunning calendar.
    pub next_charge_at: Option<Timestamp>,
    /// Its last step.
    pub dunning_ends_at: Option<Timestamp>,
    /// The way to pay that the bank refused for good.
    pub refused_method_id: Option<PaymentMethodId>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why; a code of [`EndReason`].
    pub end_reason: Option<String>,
    /// Against lost updates.
    pub version: i64,
    /// When the vehicle confirmed.
    pub created_at: Timestamp,
}

impl Subscription {
    /// The price of a whole period.
    pub fn price(&self) -> Money {
        Money::new(self.price_cents, self.currency)
    }

    /// The price from the next period on, when the customer has chosen another offer.
    pub fn next_price(&self) -> Option<Money> {
        self.next_price_cents.map(|cents| Money::new(cents, self.currency))
    }

    /// The period that runs, or that was cut short by the end.
    pub fn period(&self) -> Period {
        Period { start: self.period_start, end: self.period_end }
    }

    /// Why it ended.
    pub fn ended_because(&self) -> Option<EndReason> {
        self.end_reason.as_deref().and_then(|code| code.parse().ok())
    }

    /// Whether a charge of it failed and is being tried again, also after its end.
    pub fn is_dunned(&self) -> bool {
        self.next_charge_at.is_some()
    }

    /// The page it is told on.
    pub fn link(&self) -> String {
        format!("/expediente/suscripciones/{}", self.id)
    }
}

/// Reads a subscription.
pub async fn load(tx: &mut Tx, id: SubscriptionId) -> Result<Subscription> {
    Ok(sql!(tx, one Subscription,
        concat!("SELECT ", subscription_columns!(""), " FROM subscriptions WHERE id = $1"), id)?)
}

/// Reads a subscription so that nobody else takes it a step on before this transaction ends.
pub async fn lock(tx: &mut Tx, id: SubscriptionId) -> Result<Subscription> {
    // SQLite has one writer; PostgreSQL locks the row for what is read next.
    sql!(tx, execute "UPDATE subscriptions SET version = version WHERE id = $1", id)?;
    load(tx, id).await
}

/// A subscription of this customer; `None` when it does not exist or is somebody else's.
pub async fn of_customer(tx: &mut Tx, customer: UserId, id: SubscriptionId) -> Result<Option<Subscription>> {
    Ok(sql!(tx, optional Subscription,
        concat!("SELECT ", subscription_columns!(""),
                " FROM subscriptions WHERE id = $1 AND customer_id = $2"), id, customer)?)
}

/// A customer's subscriptions, newest first, older than `before` when given.
pub async fn list_of_customer(
    tx: &mut Tx,
    customer: UserId,
    before: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    Ok(sql!(tx, all Subscription,
        concat!("SELECT ", subscription_columns!(""),
                " FROM subscriptions WHERE customer_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"),
        customer, before.unwrap_or(SubscriptionId(uuid::Uuid::max())), limit)?)
}

/// The subscription that began with this activation.
pub async fn of_activation(tx: &mut Tx, activation: ActivationId) -> Result<Option<Subscription>> {
    Ok(sql!(tx, optional Subscription,
        concat!("SELECT ", subscription_columns!(""),
                " FROM subscriptions WHERE service_activation_id = $1"), activation)?)
}

/// Writes a subscription that was read before. Fails with a conflict when somebody else wrote it meanwhile.
pub(super) async fn save(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE subscriptions SET offer_id = $1, price_cents = $2, vat_rate_basis_points = $3, period_start = $4,
                period_end = $5, next_billing_at = $6, status = $7, cancel_at_period_end = $8, next_offer_id = $9,
                next_price_cents = $10, next_vat_rate_basis_points = $11, failures = $12, next_charge_at = $13,
                dunning_ends_at = $14, refused_method_id = $15, ended_at = $16, end_reason = $17, updated_at = $18,
                version = version + 1
         WHERE id = $19 AND version = $20",
        s.offer_id, s.price_cents, s.vat_rate_basis_points, s.period_start.to_string(), s.period_end.to_string(),
        s.next_billing_at, s.status.as_str(), s.cancel_at_period_end, s.next_offer_id, s.next_price_cents,
        s.next_vat_rate_basis_points, s.failures, s.next_charge_at, s.dunning_ends_at, s.refused_method_id, s.ended_at,
        s.end_reason.as_deref(), caas.now(), s.id, s.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("subscription"));
    }
    s.version += 1;
    announce(tx, s);
    Ok(())
}

/// Tells the open pages that something about this subscription has changed.
pub(super) fn announce(tx: &mut Tx, s: &Subscription) {
    tx.announce(format!("activation:{}", s.activation));
    tx.announce(format!("subscription:{}", s.id));
}

/// Takes a subscription one step on: status, row and entry, in the caller's transaction. Fields that come with the step are
/// set by the caller before.
pub(super) async fn apply(
    caas: &Caas,
    tx: &mut Tx,
    s: &mut Subscription,
    event: SubscriptionEvent,
    actor: Actor,
    data: serde_json::Value,
) -> Result<()> {
    let before = s.status;
    let refused = || Failure::Stored(format!("a subscription in {before} does not take {event:?}"));
    s.status = before.on(event).ok_or_else(refused)?;
    save(caas, tx, s).await?;
    let (kind, visible) = match event {
        SubscriptionEvent::ChargeFailed | SubscriptionEvent::Paid => (EntryKind::SubscriptionPayment, true),
        SubscriptionEvent::EndWished | SubscriptionEvent::Reactivated => (EntryKind::SubscriptionChanged, true),
        SubscriptionEvent::Ended | SubscriptionEvent::GivenUp => (EntryKind::SubscriptionEnded, true),
    };
    note(caas, tx, s, kind, actor, (Some(before), s.status), data, visible).await?;
    metrics::counter!("caas_subscription_steps_total", "to" => s.status.as_str()).increment(1);
    Ok(())
}

/// Writes an entry about a subscription.
#[expect(clippy::too_many_arguments, reason = "an entry says who, what and how it was before and after")]
pub(super) async fn note(
    caas: &Caas,
    tx: &mut Tx,
    s: &Subscription,
    kind: EntryKind,
    actor: Actor,
    step: (Option<SubscriptionStatus>, SubscriptionStatus),
    mut data: serde_json::Value,
    visible: bool,
) -> Result<()> {
    if let Some(object) = data.as_object_mut() {
        object.insert("service".to_owned(), serde_json::to_value(&s.service_names.0)?);
        object.insert("activation".to_owned(), serde_json::to_value(s.activation)?);
    }
    let entry = Entry {
        vehicle: Some(s.vehicle_id),
        before: step.0.map(SubscriptionStatus::as_str),
        after: Some(step.1.as_str()),
        data,
        visible,
        ..Entry::new(Some(s.customer_id), actor, kind, SubjectKind::Subscription, s.id.0)
    };
    record(caas, tx, entry).await
}
