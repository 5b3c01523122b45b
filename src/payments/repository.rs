//! Payments and the requests to the gateway, in the database.

use super::model::{DeclineReason, OperationKind, PaymentState, PaymentType, Settlement};
use crate::Caas;
use crate::breaker::{BreakerState, System};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, OperationId, OrderId, PaymentId, PaymentMethodId, UserId, VehicleId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::spans;
use crate::subscriptions::model::{DebtId, InvoiceId, invoice_names};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// The columns of a [`Payment`], each behind `$of`.
macro_rules! payment_columns {
    ($of:literal) => {
        columns!($of; id, payment_type, service_activation_id, order_id, invoice_id, debt_id, form_key, customer_id,
            payment_method_id, amount_cents, currency, vat_rate_basis_points, state, settlement, gateway_payment_id,
            capture_before, captured_cents, refunded_cents, decline_reason, authentication_url, confirmation_id,
            captured_at, version, created_at)
    };
}
pub(crate) use payment_columns;

/// The money side of one purchase.
#[derive(Debug, Clone, FromRow)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What it is for: a service, or a part of a car's price.
    #[sqlx(try_from = "String")]
    pub payment_type: PaymentType,
    /// The service; none for a car.
    #[sqlx(rename = "service_activation_id")]
    pub activation: Option<ActivationId>,
    /// The car's order; none for a service.
    #[sqlx(rename = "order_id")]
    pub order: Option<OrderId>,
    /// The invoice of a subscription's period.
    #[sqlx(rename = "invoice_id")]
    pub invoice: Option<InvoiceId>,
    /// What was left unpaid of a subscription.
    #[sqlx(rename = "debt_id")]
    pub debt: Option<DebtId>,
    /// Of the form it was begun with, when the customer was there.
    pub form_key: Option<String>,
    /// Who pays.
    pub customer_id: UserId,
    /// With what.
    pub payment_method_id: PaymentMethodId,
    /// How much.
    pub amount_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The VAT in it, in hundredths of a percent.
    pub vat_rate_basis_points: i64,
    /// Where the money is.
    #[sqlx(try_from = "String")]
    pub state: PaymentState,
    /// Whether the bank moved it.
    #[sqlx(try_from = "String")]
    pub settlement: Settlement,
    /// The gateway's id.
    pub gateway_payment_id: Option<String>,
    /// Until when the hold can be taken.
    pub capture_before: Option<Timestamp>,
    /// What was taken.
    pub captured_cents: Cents,
    /// What was given back.
    pub refunded_cents: Cents,
    /// Code of why the bank said no.
    pub decline_reason: Option<String>,
    /// Where the bank wants the customer to confirm.
    pub authentication_url: Option<String>,
    /// The vehicle's word that the capture stands on.
    pub confirmation_id: Option<Uuid>,
    /// When it was taken.
    pub captured_at: Option<Timestamp>,
    /// Against lost updates.
    pub version: i64,
    /// When it was made out.
    pub created_at: Timestamp,
    /// The car that the service is for; not one that is paid for. It comes along because every entry names it.
    pub service_vehicle_id: Option<VehicleId>,
}

impl Payment {
    /// The amount with its currency.
    pub fn amount(&self) -> Money {
        Money::new(self.amount_cents, self.currency)
    }

    /// The service it is for. Fails for a car's payment, which no path of a service leads to.
    pub fn service(&self) -> Result<ActivationId> {
        self.activation.ok_or_else(|| Failure::Stored("a car's payment on the path of a service".to_owned()))
    }

    /// The car's order it is for. Fails for a service's payment.
    pub fn car_order(&self) -> Result<OrderId> {
        self.order.ok_or_else(|| Failure::Stored("a service's payment on the path of a car".to_owned()))
    }

    /// The present work belongs to the trace of what it pays for. An invoice has none: a purchase is long over by then.
    pub(crate) fn is_worked_on(&self) {
        let row = self.activation.map(Uuid::from).or(self.order.map(Uuid::from));
        row.into_iter().for_each(spans::concerns);
    }

    /// Whether it is for invoices: one, or those of a debt.
    pub fn is_for_invoices(&self) -> bool {
        self.invoice.is_some() || self.debt.is_some()
    }

    /// What was taken and not given back.
    pub fn net_cents(&self) -> Cents {
        self.captured_cents - self.refunded_cents
    }

    /// Why the bank said no.
    pub fn declined_because(&self) -> Option<DeclineReason> {
        self.decline_reason.as_deref().and_then(|code| code.parse().ok())
    }
}

/// Payments; the rest of the statement says which.
macro_rules! payments {
    ($which:literal) => {
        concat!(
            "SELECT ",
            payment_columns!("p."),
            ", (SELECT a.vehicle_id FROM service_activations a
                          WHERE a.service_activation_id = p.service_activation_id) AS service_vehicle_id
             FROM payments p ",
            $which
        )
    };
}

/// Reads a payment.
pub async fn load(tx: &mut Tx, id: PaymentId) -> Result<Payment> {
    Ok(sql!(tx, one Payment, payments!("WHERE p.id = $1"), id)?)
}

/// A payment with the request of one kind that has no verdict yet, and whether the gateway can be called.
pub struct Waiting {
    /// The payment.
    pub payment: Payment,
    /// The request.
    pub operation: Option<Operation>,
    /// Of the gateway.
    pub breaker: BreakerState,
    /// Whether a success of the gateway is nothing to note: its breaker is closed, and no failure is counted.
    pub is_quiet: bool,
}

#[derive(FromRow)]
struct WaitingRow {
    #[sqlx(flatten)]
    payment: Payment,
    operation_id: Option<OperationId>,
    operation_key: Option<String>,
    operation_cents: Option<Cents>,
    operation_reason: Option<String>,
    breaker: Option<String>,
    breaker_failures: Option<i64>,
}

/// Reads in one statement all that a job about a payment begins with.
pub async fn waiting(tx: &mut Tx, id: PaymentId, kind: OperationKind) -> Result<Waiting> {
    let row = sql!(tx, one WaitingRow,
        concat!("SELECT ", payment_columns!("p."), ", (SELECT a.vehicle_id FROM service_activations a
                      WHERE a.service_activation_id = p.service_activation_id) AS service_vehicle_id,
                o.id AS operation_id, o.idempotency_key AS operation_key, o.amount_cents AS operation_cents,
                o.reason AS operation_reason, b.state AS breaker, b.failures AS breaker_failures
         FROM payments p
         LEFT JOIN breakers b ON b.system = $3
         LEFT JOIN payment_operations o ON o.payment_id = p.id AND o.kind = $2 AND o.state = 'REQUESTED'
         WHERE p.id = $1 ORDER BY o.requested_at LIMIT 1"), id, kind.as_str(), System::Payments.as_str())?;
    let operation = match (row.operation_id, row.operation_key, row.operation_cents, row.operation_reason) {
        (Some(id), Some(idempotency_key), Some(amount_cents), Some(reason)) => {
            Some(Operation { id, idempotency_key, amount_cents, reason })
        }
        _ => None,
    };
    let breaker = row.breaker.map_or(Ok(BreakerState::Closed), |state| state.parse())?;
    let is_quiet = breaker == BreakerState::Closed && row.breaker_failures.unwrap_or(0) == 0;
    row.payment.is_worked_on();
    Ok(Waiting { payment: row.payment, operation, breaker, is_quiet })
}

/// Finds a payment by the gateway's id.
pub async fn find_by_gateway_id(tx: &mut Tx, gateway_payment_id: &str) -> Result<Option<Payment>> {
    Ok(sql!(tx, optional Payment, payments!("WHERE p.gateway_payment_id = $1"), gateway_payment_id)?)
}

/// Writes a payment that was read before. Fails with a conflict when somebody else wrote it meanwhile.
pub(super) async fn save(caas: &Caas, tx: &mut Tx, p: &mut Payment) -> Result<()> {
    let changed = sql!(tx, execute
        "UPDATE payments SET state = $1, settlement = $2, gateway_payment_id = $3, capture_before = $4, captured_cents = $5,
                refunded_cents = $6, decline_reason = $7, authentication_url = $8, confirmation_id = $9, captured_at = $10,
                payment_method_id = $11, updated_at = $12, version = version + 1
         WHERE id = $13 AND version = $14",
        p.state.as_str(), p.settlement.as_str(), p.gateway_payment_id.as_deref(), p.capture_before, p.captured_cents,
        p.refunded_cents, p.decline_reason.as_deref(), p.authentication_url.as_deref(), p.confirmation_id, p.captured_at,
        p.payment_method_id, caas.now(), p.id, p.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("payment"));
    }
    p.version += 1;
    Ok(())
}

/// A request to the gateway.
#[derive(Debug, Clone, FromRow)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// The key it is sent with.
    pub idempotency_key: String,
    /// How much.
    pub amount_cents: Cents,
    /// Why it was asked for.
    pub reason: String,
}

/// Writes a request down before it is sent.
pub async fn open_operation(
    caas: &Caas,
    tx: &mut Tx,
    payment: PaymentId,
    kind: OperationKind,
    amount: Cents,
    reason: &str,
) -> Result<Operation> {
    let id: OperationId = caas.new_id();
    let operation = Operation {
        id,
        idempotency_key: format!("caas-{}-{id}", kind.as_str().to_ascii_lowercase()),
        amount_cents: amount,
        reason: reason.to_owned(),
    };
    sql!(tx, execute
        "INSERT INTO payment_operations (id, payment_id, kind, amount_cents, idempotency_key, state, reason, requested_at)
         VALUES ($1, $2, $3, $4, $5, 'REQUESTED', $6, $7)",
        id, payment, kind.as_str(), amount, &operation.idempotency_key, reason, caas.now())?;
    Ok(operation)
}

/// The request of this kind that has no verdict yet.
pub async fn open_operation_of(tx: &mut Tx, payment: PaymentId, kind: OperationKind) -> Result<Option<Operation>> {
    Ok(sql!(tx, optional Operation,
        "SELECT id, idempotency_key, amount_cents, reason FROM payment_operations
         WHERE payment_id = $1 AND kind = $2 AND state = 'REQUESTED' ORDER BY requested_at LIMIT 1", payment, kind.as_str())?)
}

/// A request, while it has no verdict yet.
pub(super) async fn requested(tx: &mut Tx, id: OperationId) -> Result<Option<Operation>> {
    Ok(sql!(tx, optional Operation,
        "SELECT id, idempotency_key, amount_cents, reason FROM payment_operations WHERE id = $1 AND state = 'REQUESTED'", id)?)
}

/// Writes down what the gateway said.
pub async fn close_operation(caas: &Caas, tx: &mut Tx, id: OperationId, succeeded: bool, answer: &str) -> Result<()> {
    sql!(tx, execute
        "UPDATE payment_operations SET state = $1, answer = $2, answered_at = $3 WHERE id = $4 AND state = 'REQUESTED'",
        if succeeded { "SUCCEEDED" } else { "REFUSED" }, answer, caas.now(), id)?;
    Ok(())
}

/// A customer's payments, newest first, older than `before` when given.
pub async fn of_customer(tx: &mut Tx, customer: UserId, before: Option<PaymentId>, limit: i64) -> Result<Vec<Payment>> {
    Ok(sql!(tx, all Payment,
        payments!("WHERE p.customer_id = $1 AND p.id < $2 ORDER BY p.created_at DESC, p.id DESC LIMIT $3"),
        customer, before.unwrap_or(PaymentId(Uuid::max())), limit)?)
}

/// The payments of a car's order, in the order they were begun.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Payment>> {
    Ok(sql!(tx, all Payment, payments!("WHERE p.order_id = $1 ORDER BY p.created_at, p.id"), order)?)
}

/// The car and the numbers of the invoices that a subscription's payment is for: one, or all of a debt.
pub(super) async fn billed(tx: &mut Tx, payment: &Payment) -> Result<(Option<VehicleId>, Vec<String>)> {
    let rows = sql!(
        tx,
        all(VehicleId, String),
        "SELECT vehicle_id, number FROM invoices WHERE id = $1 OR debt_id = $2 ORDER BY id",
        payment.invoice,
        payment.debt
    )?;
    let vehicle = rows.first().map(|(vehicle, _)| *vehicle);
    Ok((vehicle, rows.into_iter().map(|(_, number)| number).collect()))
}

/// The payments for an invoice or a debt, in the order they were begun.
pub async fn of_invoice_or_debt(tx: &mut Tx, invoice: Option<InvoiceId>, debt: Option<DebtId>) -> Result<Vec<Payment>> {
    Ok(
        sql!(tx, all Payment, payments!("WHERE p.invoice_id = $1 OR p.debt_id = $2 ORDER BY p.created_at, p.id"), invoice, debt)?,
    )
}

/// A payment with what it is for.
#[derive(Debug, Clone, FromRow)]
pub struct PaymentLine {
    /// The payment.
    #[sqlx(flatten)]
    pub payment: Payment,
    /// The service as it was ordered; see [`PaymentLine::names`].
    pub service_names: Option<Json<Bilingual>>,
    /// The number of the car's order.
    pub order_number: Option<String>,
    /// The number of the subscription's invoice.
    pub invoice_number: Option<String>,
    /// The car, as far as there is one.
    pub vehicle_id: Option<VehicleId>,
    /// When the vehicle confirmed what was captured.
    pub confirmed_at: Option<Timestamp>,
    /// Where that word came from.
    pub confirmed_by: Option<String>,
}

impl PaymentLine {
    /// What it is for, in words: the service, or which part of which car's price.
    pub fn names(&self) -> Bilingual {
        match (&self.service_names, &self.order_number, &self.invoice_number) {
            (Some(names), ..) => names.0.clone(),
            (None, Some(number), _) => car_payment_names(self.payment.payment_type, number),
            (None, None, Some(number)) => invoice_names(number),
            (None, None, None) => {
                Bilingual { es: "Suscripción sin pagar".to_owned(), en: "Unpaid subscription".to_owned() }
            }
        }
    }
}

/// A part of a car's price in words, with the number of the order.
pub fn car_payment_names(part: PaymentType, number: &str) -> Bilingual {
    match part {
        PaymentType::Final => {
            Bilingual { es: format!("Pago final del pedido {number}"), en: format!("Final payment of order {number}") }
        }
        _ => Bilingual { es: format!("Señal del pedido {number}"), en: format!("Reservation of order {number}") },
    }
}

/// A customer's payments with what they are for, newest first, older than `before` when given; of one car when given.
pub async fn list_with_subjects(
    tx: &mut Tx,
    customer: UserId,
    vehicle: Option<VehicleId>,
    before: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<PaymentLine>> {
    Ok(sql!(tx, all PaymentLine,
        concat!("SELECT ", payment_columns!("p."), ", a.vehicle_id AS service_vehicle_id, a.service_names, o.number AS order_number, i.number AS invoice_number,
                COALESCE(a.vehicle_id, o.vehicle_id, i.vehicle_id) AS vehicle_id,
                c.confirmed_at, c.source AS confirmed_by
         FROM payments p LEFT JOIN service_activations a ON a.service_activation_id = p.service_activation_id
         LEFT JOIN customer_orders o ON o.id = p.order_id
         LEFT JOIN invoices i ON i.id = p.invoice_id
         LEFT JOIN delivery_confirmations c ON c.id = p.confirmation_id
         WHERE p.customer_id = $1 AND ($2 IS NULL OR COALESCE(a.vehicle_id, o.vehicle_id, i.vehicle_id) = $2) AND p.id < $3
         ORDER BY p.created_at DESC, p.id DESC LIMIT $4"),
        customer, vehicle, before.unwrap_or(PaymentId(Uuid::max())), limit)?)
}

/// A customer's payments that wait for the customer: the bank wants a confirmation, or did not move captured money.
pub async fn waiting_for_customer(tx: &mut Tx, customer: UserId, limit: i64) -> Result<Vec<PaymentLine>> {
    Ok(sql!(tx, all PaymentLine,
        concat!("SELECT ", payment_columns!("p."), ", a.vehicle_id AS service_vehicle_id, a.service_names, o.number AS order_number, i.number AS invoice_number,
                COALESCE(a.vehicle_id, o.vehicle_id, i.vehicle_id) AS vehicle_id,
                c.confirmed_at, c.source AS confirmed_by
         FROM payments p LEFT JOIN service_activations a ON a.service_activation_id = p.service_activation_id
         LEFT JOIN customer_orders o ON o.id = p.order_id
         LEFT JOIN invoices i ON i.id = p.invoice_id
         LEFT JOIN delivery_confirmations c ON c.id = p.confirmation_id
         WHERE p.customer_id = $1
           AND (p.settlement = 'FAILED' OR (p.state = 'INITIATED' AND p.authentication_url IS NOT NULL))
         ORDER BY p.created_at DESC, p.id DESC LIMIT $2"), customer, limit)?)
}
