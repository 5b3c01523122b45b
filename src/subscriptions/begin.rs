//! The beginning: the vehicle has confirmed, the first period runs.

use super::model::{Begin, Day, SubscriptionId, SubscriptionStatus};
use super::repository::{self as store, Subscription};
use super::rules::period_from;
use crate::Caas;
use crate::activation::model::FinalResult;
use crate::activation::repository::{self as activations, Activation};
use crate::catalogue::OfferKind;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::jobs::{Job, JobError, Outcome, Run};
use crate::kernel::when::{day_there, start_of_day};
use chrono::Datelike as _;
use sqlx::types::Json;

impl Job for Begin {
    const KIND: &'static str = "subscriptions.begin";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let activation = activations::load(&mut tx, self.activation).await?;
        begun(caas, &mut tx, &activation).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// The subscription of an activation, begun now if that has not happened yet. `None` for what is never billed: no
/// subscription, not confirmed, or switched on by a person after its first activation had failed.
pub async fn begun(caas: &Caas, tx: &mut Tx, activation: &Activation) -> Result<Option<Subscription>> {
    if let Some(known) = store::of_activation(tx, activation.id).await? {
        return Ok(Some(known));
    }
    let (OfferKind::Subscription, Some(FinalResult::Active), Some(at)) =
        (activation.offer_kind, activation.result(), activation.activated_at)
    else {
        return Ok(None);
    };
    let (country, time_zone) =
        sql!(tx, one(String, String), "SELECT country, time_zone FROM users WHERE id = $1", activation.customer_id)?;
    let (vat_rate, _) = sql!(
        tx,
        one(i64, i64),
        "SELECT vat_rate_basis_points, version FROM service_activations WHERE service_activation_id = $1",
        activation.id
    )?;
    let start = Day(day_there(at, &time_zone));
    let period = period_from(start, start.0.day());
    let id: SubscriptionId = caas.new_id();
    sql!(tx, execute
        "INSERT INTO subscriptions (id, service_activation_id, customer_id, vehicle_id, service_id, offer_id, service_names,
             price_cents, currency, vat_rate_basis_points, country, time_zone, anchor_day, started_on, period_start,
             period_end, next_billing_at, status, cancel_at_period_end, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'ACTIVE', $18, $19, $20)
         ON CONFLICT (service_activation_id) DO NOTHING",
        id, activation.id, activation.customer_id, activation.vehicle_id, activation.service_id, activation.offer_id,
        Json(&activation.service_names.0), activation.amount_cents, activation.currency.as_str(), vat_rate, country,
        &time_zone, i64::from(start.0.day()), start.to_string(), period.start.to_string(), period.end.to_string(),
        start_of_day(period.end.0, &time_zone), false, at, caas.now())?;
    let subscription = store::of_activation(tx, activation.id)
        .await?
        .ok_or_else(|| Failure::Stored("a subscription that was just written".to_owned()))?;
    if subscription.id == id {
        let data = serde_json::json!({
            "price": subscription.price(), "from": period.start, "until": period.last(), "next": subscription.next_billing_at,
        });
        let step = (None, SubscriptionStatus::Active);
        let kind = EntryKind::SubscriptionBegun;
        store::note(caas, tx, &subscription, kind, Actor::VEHICLE, step, data, true).await?;
        store::announce(tx, &subscription);
    }
    Ok(Some(subscription))
}
