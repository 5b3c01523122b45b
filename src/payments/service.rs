//! What the rest of the house asks of the money room.

use super::failures;
use super::jobs::{CapturePayment, RefundPayment, ReverseHold};
use super::ledger;
use super::model::{OperationKind, PaymentEvent, PaymentState, Settlement};
use super::repository::{self, Payment};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, PaymentId, PaymentMethodId, UserId, VehicleId};
use crate::kernel::jobs::{self, Enqueue};
use crate::kernel::money::Money;
use uuid::Uuid;

/// A payment to be made out.
#[derive(Debug, Clone, Copy)]
pub struct NewPayment {
    /// What it is for.
    pub activation: ActivationId,
    /// Who pays.
    pub customer: UserId,
    /// For which car.
    pub vehicle: VehicleId,
    /// With what.
    pub method: PaymentMethodId,
    /// How much.
    pub amount: Money,
    /// The VAT in it, in hundredths of a percent.
    pub vat_rate_basis_points: i64,
}

/// Makes a payment out. Nothing is sent yet.
pub async fn open(caas: &Caas, tx: &mut Tx, new: &NewPayment) -> Result<PaymentId> {
    let (id, now) = (caas.new_id::<PaymentId>(), caas.now());
    sql!(tx, execute
        "INSERT INTO payments (id, service_activation_id, customer_id, payment_method_id, payment_type, amount_cents, currency,
                               vat_rate_basis_points, state, settlement, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'SERVICE', $5, $6, $7, 'INITIATED', 'NONE', $8, $8)",
        id, new.activation, new.customer, new.method, new.amount.cents, new.amount.currency.as_str(),
        new.vat_rate_basis_points, now)?;
    let entry = Entry {
        vehicle: Some(new.vehicle),
        after: Some(PaymentState::Initiated.as_str()),
        data: serde_json::json!({ "amount": new.amount, "activation": new.activation }),
        ..Entry::new(
            Some(new.customer),
            Actor::customer(new.customer),
            EntryKind::PaymentOpened,
            SubjectKind::Payment,
            id.0,
        )
    };
    record(caas, tx, entry).await?;
    Ok(id)
}

/// Takes a payment one step on: state, books and entry, in the caller's transaction.
///
/// Fields that come with the step (the gateway's id, what was captured …) are set on `payment` by the caller before.
pub async fn apply(caas: &Caas, tx: &mut Tx, payment: &mut Payment, event: PaymentEvent) -> Result<()> {
    let before = payment.state;
    let (after, effect) = before.on(event).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    payment.state = after;
    repository::save(caas, tx, payment).await?;
    if let Some(effect) = effect {
        ledger::book(caas, tx, payment, effect).await?;
    }
    let (kind, actor, visible) = match event {
        PaymentEvent::Sent => (EntryKind::PaymentSent, Actor::SYSTEM, false),
        PaymentEvent::AnswerLost => (EntryKind::PaymentAnswerLost, Actor::SYSTEM, true),
        PaymentEvent::Held => (EntryKind::PaymentHeld, Actor::GATEWAY, true),
        PaymentEvent::Declined => (EntryKind::PaymentDeclined, Actor::GATEWAY, true),
        PaymentEvent::AuthenticationNeeded => (EntryKind::AuthenticationNeeded, Actor::GATEWAY, true),
        PaymentEvent::Abandoned => (EntryKind::PaymentAbandoned, Actor::customer(payment.customer_id), false),
        PaymentEvent::NeverMade => (EntryKind::PaymentAbandoned, Actor::SYSTEM, false),
        PaymentEvent::Captured => (EntryKind::PaymentCaptured, Actor::GATEWAY, true),
        PaymentEvent::ReversedByCustomer | PaymentEvent::ReversedNotDelivered => {
            (EntryKind::HoldReversed, Actor::GATEWAY, true)
        }
        PaymentEvent::LapsedAfterDelivery => (EntryKind::CostAbsorbed, Actor::GATEWAY, true),
        PaymentEvent::Refunded => (EntryKind::PaymentRefunded, Actor::GATEWAY, true),
    };
    let entry = Entry {
        vehicle: vehicle_of(tx, payment).await?,
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data: serde_json::json!({
            "amount": payment.amount(),
            "activation": payment.activation,
            "reason": payment.decline_reason,
            "holdUntil": payment.capture_before,
        }),
        visible,
        ..Entry::new(Some(payment.customer_id), actor, kind, SubjectKind::Payment, payment.id.0)
    };
    record(caas, tx, entry).await?;
    failures::on_step(caas, tx, payment, event).await?;
    metrics::counter!("caas_payment_steps_total", "to" => after.as_str()).increment(1);
    tx.announce(format!("activation:{}", payment.activation));
    Ok(())
}

/// Changes what the bank says of captured money.
pub(super) async fn settle(caas: &Caas, tx: &mut Tx, payment: &mut Payment, settlement: Settlement) -> Result<()> {
    let before = payment.settlement;
    payment.settlement = settlement;
    repository::save(caas, tx, payment).await?;
    let entry = Entry {
        vehicle: vehicle_of(tx, payment).await?,
        before: Some(before.as_str()),
        after: Some(settlement.as_str()),
        data: serde_json::json!({ "amount": payment.amount(), "activation": payment.activation }),
        ..Entry::new(
            Some(payment.customer_id),
            Actor::GATEWAY,
            EntryKind::SettlementChanged,
            SubjectKind::Payment,
            payment.id.0,
        )
    };
    record(caas, tx, entry).await?;
    failures::on_settlement(caas, tx, payment, before).await
}

async fn vehicle_of(tx: &mut Tx, payment: &Payment) -> Result<Option<VehicleId>> {
    let row = sql!(
        tx,
        optional(VehicleId,),
        "SELECT vehicle_id FROM service_activations WHERE service_activation_id = $1",
        payment.activation
    )?;
    Ok(row.map(|(id,)| id))
}

/// The vehicle has confirmed: the held money is to be taken. The confirmation stands with the request from the start.
pub async fn request_capture(caas: &Caas, tx: &mut Tx, id: PaymentId, confirmation: Uuid) -> Result<()> {
    let payment = repository::load(tx, id).await?;
    if payment.state != PaymentState::HeldForActivation {
        return Err(Failure::Stored(format!("capture of a payment in {}", payment.state)));
    }
    sql!(tx, execute "UPDATE payments SET confirmation_id = $1, version = version + 1 WHERE id = $2", confirmation, id)?;
    repository::open_operation(caas, tx, id, OperationKind::Capture, payment.amount_cents, "DELIVERED").await?;
    jobs::enqueue(caas, tx, &CapturePayment { payment: id }, Enqueue::now().keyed(format!("capture:{id}"))).await
}

/// Why money is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum GiveBack {
    /// The service could not be delivered.
    NotDelivered,
    /// The customer cancelled before delivery.
    Cancelled,
}

/// The service will not be delivered: a hold is to be reversed, captured money to be refunded at once.
pub async fn give_back(caas: &Caas, tx: &mut Tx, id: PaymentId, why: GiveBack) -> Result<()> {
    let mut payment = repository::load(tx, id).await?;
    let reason = match why {
        GiveBack::NotDelivered => "NOT_DELIVERED",
        GiveBack::Cancelled => "CANCELLED_BY_CUSTOMER",
    };
    match payment.state {
        PaymentState::HeldForActivation => {
            repository::open_operation(caas, tx, id, OperationKind::Cancel, payment.amount_cents, reason).await?;
            jobs::enqueue(caas, tx, &ReverseHold { payment: id, why }, Enqueue::now().keyed(format!("reverse:{id}")))
                .await
        }
        PaymentState::Charged => request_refund(caas, tx, &payment, reason).await,
        PaymentState::Initiated => apply(caas, tx, &mut payment, PaymentEvent::Abandoned).await,
        PaymentState::Pending | PaymentState::Unknown => {
            Err(Failure::Stored("money is given back while the gateway is still asked".to_owned()))
        }
        PaymentState::Cancelled | PaymentState::Refunded | PaymentState::FailedNoCharge | PaymentState::Rejected => {
            Ok(())
        }
    }
}

/// Captured money is to be given back in full.
pub async fn request_refund(caas: &Caas, tx: &mut Tx, payment: &Payment, reason: &str) -> Result<()> {
    repository::open_operation(caas, tx, payment.id, OperationKind::Refund, payment.captured_cents, reason).await?;
    jobs::enqueue(
        caas,
        tx,
        &RefundPayment { payment: payment.id },
        Enqueue::now().keyed(format!("refund:{}", payment.id)),
    )
    .await
}
