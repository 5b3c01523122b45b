//! What the rest of the house asks of the money room.

use super::failures;
use super::jobs::{CapturePayment, RefundPayment, ReverseHold};
use super::ledger;
use super::model::{BookEffect, OperationKind, PaymentEvent, PaymentState, PaymentType, Settlement};
use super::refunds::{self, WITHDRAWAL};
use super::repository::{self, Operation, Payment};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, OrderId, PaymentId, PaymentMethodId, UserId, VehicleId};
use crate::kernel::jobs::{self, Enqueue};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Money};
use crate::kernel::spans;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::repository::payment_columns;
use crate::subscriptions::model::{DebtId, InvoiceId};
use sqlx::types::Json;
use uuid::Uuid;

/// What a payment is made out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentFor {
    /// A service: held first, taken once the vehicle has confirmed.
    Service(ActivationId),
    /// A part of a car's price: taken at once.
    Car {
        /// The order.
        order: OrderId,
        /// The señal or the rest.
        part: PaymentType,
        /// Of the form it was begun with: one form begins one payment.
        form_key: String,
    },
    /// A period of a subscription: taken at once, after the period.
    Invoice {
        /// The invoice.
        invoice: InvoiceId,
        /// Of the form, when the customer is there; nothing when we charge by ourselves.
        form_key: Option<String>,
    },
    /// What was left unpaid of a subscription: taken at once, at the customer's click.
    Debt {
        /// The debt.
        debt: DebtId,
        /// Of the form it was begun with.
        form_key: String,
    },
}

/// A payment to be made out.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// What it is for.
    pub purpose: PaymentFor,
    /// Who pays.
    pub customer: UserId,
    /// With what.
    pub method: PaymentMethodId,
    /// How much.
    pub amount: Money,
    /// The VAT in it, in hundredths of a percent.
    pub vat_rate_basis_points: i64,
}

/// Makes a payment out. Nothing is sent yet.
pub async fn open(caas: &Caas, tx: &mut Tx, new: &NewPayment) -> Result<PaymentId> {
    let id = caas.new_id();
    open_as(caas, tx, id, new).await?;
    Ok(id)
}

/// The same under an id that what is paid for knows already.
pub async fn open_as(caas: &Caas, tx: &mut Tx, id: PaymentId, new: &NewPayment) -> Result<()> {
    let now = caas.now();
    let (mut activation, mut order, mut invoice, mut debt) = (None, None, None, None);
    let (part, form_key) = match &new.purpose {
        PaymentFor::Service(id) => {
            activation = Some(*id);
            (PaymentType::Service, None)
        }
        PaymentFor::Car { order: id, part, form_key } => {
            order = Some(*id);
            (*part, Some(form_key.as_str()))
        }
        PaymentFor::Invoice { invoice: id, form_key } => {
            invoice = Some(*id);
            (PaymentType::Subscription, form_key.as_deref())
        }
        PaymentFor::Debt { debt: id, form_key } => {
            debt = Some(*id);
            (PaymentType::Subscription, Some(form_key.as_str()))
        }
    };
    let payment = sql!(tx, one Payment,
        concat!("INSERT INTO payments (id, service_activation_id, order_id, invoice_id, debt_id, form_key, customer_id,
                               payment_method_id, payment_type, amount_cents, currency, vat_rate_basis_points, state,
                               settlement, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'INITIATED', 'NONE', $13, $13)
         RETURNING ", payment_columns!(""), ", (SELECT a.vehicle_id FROM service_activations a
                       WHERE a.service_activation_id = payments.service_activation_id) AS service_vehicle_id"),
        id, activation, order, invoice, debt, form_key, new.customer, new.method, part.as_str(), new.amount.cents,
        new.amount.currency.as_str(), new.vat_rate_basis_points, now)?;
    let (vehicle, data) = about(tx, &payment).await?;
    let entry = Entry {
        vehicle,
        after: Some(PaymentState::Initiated.as_str()),
        data,
        ..Entry::new(
            Some(new.customer),
            Actor::customer(new.customer),
            EntryKind::PaymentOpened,
            SubjectKind::Payment,
            id.0,
        )
    };
    record(caas, tx, entry).await
}

/// Takes a payment one step on: state, books and entry, in the caller's transaction.
///
/// Fields that come with the step (the gateway's id, what was captured …) are set on `payment` by the caller before.
pub async fn apply(caas: &Caas, tx: &mut Tx, payment: &mut Payment, event: PaymentEvent) -> Result<()> {
    let before = payment.state;
    let (after, effect) = before.on(event).map_err(|refusal| Failure::Stored(refusal.to_string()))?;
    payment.state = after;
    let refunded_before = match effect {
        Some(BookEffect::Refund) => repository::load(tx, payment.id).await?.refunded_cents,
        _ => payment.refunded_cents,
    };
    repository::save(caas, tx, payment).await?;
    if let Some(effect) = effect {
        ledger::book(caas, tx, payment, effect, refunded_before).await?;
    }
    let (kind, actor, visible) = match event {
        PaymentEvent::Sent => (EntryKind::PaymentSent, Actor::SYSTEM, false),
        PaymentEvent::AnswerLost => (EntryKind::PaymentAnswerLost, Actor::SYSTEM, true),
        PaymentEvent::Held => (EntryKind::PaymentHeld, Actor::GATEWAY, true),
        PaymentEvent::Declined => (EntryKind::PaymentDeclined, Actor::GATEWAY, true),
        PaymentEvent::AuthenticationNeeded => (EntryKind::AuthenticationNeeded, Actor::GATEWAY, true),
        PaymentEvent::Abandoned => (EntryKind::PaymentAbandoned, Actor::customer(payment.customer_id), false),
        PaymentEvent::NeverMade => (EntryKind::PaymentAbandoned, Actor::SYSTEM, false),
        PaymentEvent::Captured | PaymentEvent::Taken => (EntryKind::PaymentCaptured, Actor::GATEWAY, true),
        PaymentEvent::ReversedByCustomer | PaymentEvent::ReversedNotDelivered => {
            (EntryKind::HoldReversed, Actor::GATEWAY, true)
        }
        PaymentEvent::LapsedAfterDelivery => (EntryKind::CostAbsorbed, Actor::GATEWAY, true),
        PaymentEvent::Refunded | PaymentEvent::PartlyRefunded => (EntryKind::PaymentRefunded, Actor::GATEWAY, true),
    };
    let (vehicle, mut data) = about(tx, payment).await?;
    data["reason"] = payment.decline_reason.clone().into();
    data["holdUntil"] = serde_json::json!(payment.capture_before);
    if effect == Some(BookEffect::Refund) {
        let back = Money::new(payment.refunded_cents - refunded_before, payment.currency);
        data["amount"] = serde_json::json!(back);
    }
    let entry = Entry {
        vehicle,
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data,
        visible,
        ..Entry::new(Some(payment.customer_id), actor, kind, SubjectKind::Payment, payment.id.0)
    };
    record(caas, tx, entry).await?;
    failures::on_step(caas, tx, payment, event).await?;
    metrics::counter!("caas_payment_steps_total", "to" => after.as_str()).increment(1);
    payment.is_worked_on();
    if let (Some(activation), PaymentEvent::Captured | PaymentEvent::LapsedAfterDelivery) = (payment.activation, event)
    {
        spans::is_over(activation, "purchase", after.as_str());
    }
    announce(tx, payment);
    Ok(())
}

/// Tells the open pages that something about this payment has changed.
pub(crate) fn announce(tx: &mut Tx, payment: &Payment) {
    if let Some(activation) = payment.activation {
        tx.announce(format!("activation:{activation}"));
    }
    if let Some(order) = payment.order {
        tx.announce(format!("order:{order}"));
    }
}

/// Changes what the bank says of captured money.
pub(super) async fn settle(caas: &Caas, tx: &mut Tx, payment: &mut Payment, settlement: Settlement) -> Result<()> {
    let before = payment.settlement;
    payment.settlement = settlement;
    payment.is_worked_on();
    repository::save(caas, tx, payment).await?;
    let (vehicle, data) = about(tx, payment).await?;
    let entry = Entry {
        vehicle,
        before: Some(before.as_str()),
        after: Some(settlement.as_str()),
        data,
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

/// The car that a payment's entry is about, and the facts that every one of its entries tells.
async fn about(tx: &mut Tx, payment: &Payment) -> Result<(Option<VehicleId>, serde_json::Value)> {
    if let Some(order) = payment.order {
        let (vehicle, number) = sql!(
            tx,
            one(Option<VehicleId>, String),
            "SELECT vehicle_id, number FROM customer_orders WHERE id = $1",
            order
        )?;
        let data = serde_json::json!({ "amount": payment.amount(), "order": number, "part": payment.payment_type });
        return Ok((vehicle, data));
    }
    if payment.activation.is_none() {
        let (vehicle, numbers) = repository::billed(tx, payment).await?;
        let data = serde_json::json!({ "amount": payment.amount(), "invoices": numbers, "debt": payment.debt });
        return Ok((vehicle, data));
    }
    let data = serde_json::json!({ "amount": payment.amount(), "activation": payment.activation });
    Ok((payment.service_vehicle_id, data))
}

/// The vehicle has confirmed: the held money is to be taken. The confirmation stands with the request from the start.
pub async fn request_capture(caas: &Caas, tx: &mut Tx, id: PaymentId, confirmation: Uuid) -> Result<()> {
    let held = sql!(
        tx,
        optional(Cents, i64),
        "UPDATE payments SET confirmation_id = $1, version = version + 1 WHERE id = $2 AND state = $3
         RETURNING amount_cents, version",
        confirmation,
        id,
        PaymentState::HeldForActivation.as_str()
    )?;
    let Some((amount, _)) = held else {
        let payment = repository::load(tx, id).await?;
        return Err(Failure::Stored(format!("capture of a payment in {}", payment.state)));
    };
    repository::open_operation(caas, tx, id, OperationKind::Capture, amount, "DELIVERED").await?;
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
    let left = payment.captured_cents - payment.refunded_cents;
    request_refund_of(caas, tx, payment, left, reason).await
}

/// A part of a payment is to be given back. It may be asked for while the capture is on its way: it waits for it, and comes
/// to nothing when nothing was captured. From now on the deadline is watched.
pub async fn request_refund_of(caas: &Caas, tx: &mut Tx, payment: &Payment, amount: Cents, reason: &str) -> Result<()> {
    let operation = repository::open_operation(caas, tx, payment.id, OperationKind::Refund, amount, reason).await?;
    let job = RefundPayment { payment: payment.id, operation: Some(operation.id) };
    jobs::enqueue(caas, tx, &job, Enqueue::now().keyed(format!("refund:{}", operation.id))).await?;
    refunds::watch(caas, tx, operation.id).await
}

/// Money has gone back: the customer is told, now that it is true. Of a service's refund for lack of delivery tells whoever
/// asked for it.
pub(super) async fn tell_refunded(caas: &Caas, tx: &mut Tx, payment: &Payment, operation: &Operation) -> Result<()> {
    let amount = Some(Money::new(operation.amount_cents, payment.currency));
    let Some(order) = payment.order else {
        if operation.reason != WITHDRAWAL {
            return Ok(());
        }
        return tell_withdrawn(caas, tx, payment, amount).await;
    };
    let (number, model) = sql!(
        tx,
        one(String, Option<String>),
        "SELECT o.number, m.name FROM customer_orders o LEFT JOIN vehicle_models m ON m.code = o.model_code WHERE o.id = $1",
        order
    )?;
    let notice = Notice {
        service: repository::car_payment_names(payment.payment_type, &number),
        vehicle: model.unwrap_or_default(),
        of_car: true,
        amount,
        ..Notice::about(
            payment.customer_id,
            NoticeEvent::Refunded,
            payment.id.to_string(),
            format!("/expediente/pedidos/{order}"),
        )
    };
    notify(caas, tx, &notice).await
}

async fn tell_withdrawn(caas: &Caas, tx: &mut Tx, payment: &Payment, amount: Option<Money>) -> Result<()> {
    let about = |link: String| Notice {
        amount,
        ..Notice::about(payment.customer_id, NoticeEvent::Refunded, payment.id.to_string(), link)
    };
    let notice = match payment.activation {
        Some(activation) => {
            let (service, vehicle) = subject_of(tx, activation).await?;
            let link = format!("/expediente/activaciones/{activation}");
            Notice { service, vehicle, activation: Some(activation), ..about(link) }
        }
        // A period of a subscription.
        None => {
            let (_, numbers) = repository::billed(tx, payment).await?;
            let numbers = numbers.join(", ");
            let service = Bilingual { es: format!("la factura {numbers}"), en: format!("invoice {numbers}") };
            Notice { service, ..about("/expediente/facturas".to_owned()) }
        }
    };
    notify(caas, tx, &notice).await
}

/// The service and the car of an activation, as its customer knows them.
pub(super) async fn subject_of(tx: &mut Tx, activation: ActivationId) -> Result<(Bilingual, String)> {
    let (names, vehicle) = sql!(
        tx,
        one(Json<Bilingual>, String),
        "SELECT a.service_names, m.name FROM service_activations a
         JOIN vehicles v ON v.id = a.vehicle_id JOIN vehicle_models m ON m.code = v.model_code
         WHERE a.service_activation_id = $1",
        activation
    )?;
    Ok((names.0, vehicle))
}

/// The same of the subscription that a payment was for; `None` when it was for none.
pub(super) async fn subject_of_invoices(tx: &mut Tx, payment: &Payment) -> Result<Option<(Bilingual, String)>> {
    let row = sql!(
        tx,
        optional(Json<Bilingual>, String),
        "SELECT s.service_names, m.name FROM invoices i JOIN subscriptions s ON s.id = i.subscription_id
         JOIN vehicles v ON v.id = s.vehicle_id JOIN vehicle_models m ON m.code = v.model_code
         WHERE i.id = $1 OR i.debt_id = $2 LIMIT 1",
        payment.invoice,
        payment.debt
    )?;
    Ok(row.map(|(names, vehicle)| (names.0, vehicle)))
}
