//! The two payments of a car: the señal and the rest (rulebook §3). Both are synchronous and taken at once.

use super::orders::Order;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{OrderId, PaymentId, PaymentMethodId, UserId};
use chrono::TimeDelta;

/// How cars are paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SalePolicy {
    /// How long the customer has for the final payment.
    pub final_payment_within: TimeDelta,
    /// After how many declines of the final payment the car is lost.
    pub final_declines_allowed: i64,
}

impl Default for SalePolicy {
    fn default() -> Self {
        SalePolicy { final_payment_within: TimeDelta::days(7), final_declines_allowed: 1 }
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

/// Begins a payment by the customer's click. The same form key begins it once. The gateway is asked by a job; the page
/// waits for it at most 2 s and then completes itself.
pub async fn pay(
    _caas: &Caas,
    _customer: UserId,
    _order: OrderId,
    _which: CarPayment,
    _method: PaymentMethodId,
    _form_key: &str,
) -> Result<std::result::Result<PaymentId, PayRefusal>> {
    Err(Failure::Stored("foundation".to_owned()))
}

/// The car is at the dealership: asks the customer for the rest, with its date, and tells.
pub async fn request_final(_caas: &Caas, _tx: &mut Tx, _order: &mut Order) -> Result<()> {
    Err(Failure::Stored("foundation".to_owned()))
}

/// Gives back everything that was taken for this order.
pub async fn refund_all(_caas: &Caas, _tx: &mut Tx, _order: &Order, _reason: &str) -> Result<()> {
    Err(Failure::Stored("foundation".to_owned()))
}
