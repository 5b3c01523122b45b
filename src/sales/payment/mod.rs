//! The two payments of a car: the señal and the rest (rulebook §3). Both are taken at once, at the customer's click.
//!
//! `begin` writes a payment down, `charge` asks the gateway, `outcome` is what follows from its answer, `due` asks for the
//! rest and holds its date.
//!
//! Three ends are told apart. Taken: the order goes on. Declined by the bank: the señal ends the order, the rest may cost the
//! customer the car. Not made, because the gateway failed: nothing has happened, and the customer tries again.

mod begin;
mod charge;
mod due;
mod outcome;

pub use begin::{continue_after_authentication, pay};
pub use charge::PayForCar;
pub use due::{FinalPaymentDue, RemindFinalPayment, request_final};

use super::orders::{self, Order};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::OrderId;
use crate::kernel::money::Money;
use crate::payments::model::{OperationKind, PaymentEvent, PaymentState, PaymentType};
use crate::payments::repository::{self as payments, Payment};
use crate::payments::service::{apply as apply_payment, request_refund};
use chrono::TimeDelta;

/// How cars are paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SalePolicy {
    /// How long the customer has for the final payment.
    pub final_payment_within: TimeDelta,
    /// How long before the end of that time the customer is reminded.
    pub final_payment_reminder: TimeDelta,
    /// After how many declines of the final payment the car is lost.
    pub final_declines_allowed: i64,
}

impl Default for SalePolicy {
    fn default() -> Self {
        SalePolicy {
            final_payment_within: TimeDelta::days(7),
            final_payment_reminder: TimeDelta::days(2),
            final_declines_allowed: 1,
        }
    }
}

codes! {
    /// Which payment of a car.
    pub enum CarPayment {
        /// The señal.
        Reservation = "RESERVATION",
        /// The rest.
        Final = "FINAL",
    }
}

impl CarPayment {
    /// The same for the money room.
    pub fn payment_type(self) -> PaymentType {
        match self {
            CarPayment::Reservation => PaymentType::Reservation,
            CarPayment::Final => PaymentType::Final,
        }
    }

    /// How much it is. None in a draft.
    pub fn amount(self, order: &Order) -> Option<Money> {
        match self {
            CarPayment::Reservation => order.reservation(),
            CarPayment::Final => order.remainder(),
        }
    }
}

codes! {
    /// Why a payment is not begun.
    pub enum PayRefusal {
        /// No such order, or somebody else's.
        NotFound = "NOT_FOUND",
        /// It is not the time for this payment, or it is too late.
        NotDue = "NOT_DUE",
        /// One is under way.
        UnderWay = "UNDER_WAY",
        /// No such payment method.
        NoMethod = "NO_METHOD",
    }
}

/// Why the final payment failed when it was not the bank: its date has passed.
pub const OVERDUE: &str = "FINAL_PAYMENT_OVERDUE";

/// Gives back everything that was taken for this order. What the gateway is still being asked for is given back when it
/// turns out to have been taken; what nobody has asked it for is dropped.
pub async fn refund_all(caas: &Caas, tx: &mut Tx, order: &Order, reason: &str) -> Result<()> {
    for mut payment in payments::of_order(tx, order.id).await? {
        match payment.state {
            PaymentState::Charged => refund_once(caas, tx, &payment, reason).await?,
            PaymentState::Initiated => {
                payment.authentication_url = None;
                apply_payment(caas, tx, &mut payment, PaymentEvent::Abandoned).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn refund_once(caas: &Caas, tx: &mut Tx, payment: &Payment, reason: &str) -> Result<()> {
    if payments::open_operation_of(tx, payment.id, OperationKind::Refund).await?.is_some() {
        return Ok(());
    }
    request_refund(caas, tx, payment, reason).await
}

/// Reads an order so that nobody else takes it a step on before this transaction ends.
async fn lock(tx: &mut Tx, id: OrderId) -> Result<Order> {
    // SQLite has one writer; PostgreSQL locks the row for what is read next.
    sql!(tx, execute "UPDATE customer_orders SET version = version WHERE id = $1", id)?;
    orders::load(tx, id).await
}

/// Whether the date by which the rest is due has come.
fn is_overdue(caas: &Caas, order: &Order) -> bool {
    order.final_payment_due_at.is_some_and(|due| caas.now() >= due)
}

fn missing(what: &str) -> Failure {
    Failure::Stored(format!("a sold car without {what}"))
}
