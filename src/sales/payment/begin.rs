//! The customer's click.

use super::{CarPayment, PayForCar, PayRefusal, is_overdue, lock, missing};
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::failpoint;
use crate::kernel::ids::{OrderId, PaymentId, PaymentMethodId, UserId};
use crate::payments::methods;
use crate::payments::model::{PaymentEvent, PaymentState};
use crate::payments::repository::{self as payments, Payment};
use crate::payments::service::{NewPayment, PaymentFor, announce, apply as apply_payment, open};
use crate::sales::model::OrderStatus;
use crate::sales::orders::{self, Order};

/// Begins a payment by the customer's click. The same form key begins it once. The gateway is asked by a job; the page
/// waits for it at most 2 s and then completes itself.
pub async fn pay(
    caas: &Caas,
    customer: UserId,
    order: OrderId,
    which: CarPayment,
    method: PaymentMethodId,
    form_key: &str,
) -> Result<std::result::Result<PaymentId, PayRefusal>> {
    let mut tx = caas.db.begin().await?;
    if orders::of_customer(&mut tx, customer, order).await?.is_none() {
        return Ok(Err(PayRefusal::NotFound));
    }
    let order = lock(&mut tx, order).await?;
    // The key belongs to the order: nobody finds or blocks another's payment with it.
    let form_key = format!("{}:{form_key}", order.id);
    let begun =
        sql!(&mut tx, optional(PaymentId, i64), "SELECT id, version FROM payments WHERE form_key = $1", &form_key)?;
    if let Some((begun, _)) = begun {
        return Ok(Ok(begun));
    }
    if !is_due(caas, &order, which) {
        return Ok(Err(PayRefusal::NotDue));
    }
    if methods::find(&mut tx, customer, method).await?.is_none() {
        return Ok(Err(PayRefusal::NoMethod));
    }
    match under_way(&mut tx, &order, which).await? {
        None => {}
        // The customer left the bank's page and pays otherwise.
        Some(other) if other.authentication_url.is_some() => drop_unconfirmed(caas, &mut tx, other).await?,
        Some(_) => return Ok(Err(PayRefusal::UnderWay)),
    }
    begin(caas, tx, &order, which, method, form_key).await.map(Ok)
}

async fn begin(
    caas: &Caas,
    mut tx: Tx,
    order: &Order,
    which: CarPayment,
    method: PaymentMethodId,
    form_key: String,
) -> Result<PaymentId> {
    let (vat_rate_basis_points, _) = sql!(
        &mut tx,
        optional(i64, i64),
        "SELECT vat_rate_basis_points, version FROM plan_versions WHERE id = $1",
        order.plan_version_id
    )?
    .ok_or_else(|| missing("its plan"))?;
    let new = NewPayment {
        purpose: PaymentFor::Car { order: order.id, part: which.payment_type(), form_key },
        customer: order.customer()?,
        method,
        amount: which.amount(order).ok_or_else(|| missing("its price"))?,
        vat_rate_basis_points,
    };
    let payment = open(caas, &mut tx, &new).await?;
    PayForCar::enqueue(caas, &mut tx, payment).await?;
    orders::announce(&mut tx, order);
    tx.commit().await?;
    failpoint::hit("car.payment.begun");
    Ok(payment)
}

/// Whether this payment is to be made now.
fn is_due(caas: &Caas, order: &Order, which: CarPayment) -> bool {
    match which {
        CarPayment::Reservation => order.status == OrderStatus::AwaitingReservation,
        CarPayment::Final => order.status == OrderStatus::AwaitingFinalPayment && !is_overdue(caas, order),
    }
}

/// The payment of this kind that is not over, or was made.
pub(super) async fn under_way(tx: &mut Tx, order: &Order, which: CarPayment) -> Result<Option<Payment>> {
    let all = payments::of_order(tx, order.id).await?;
    Ok(all.into_iter().find(|payment| {
        let counts = !payment.state.is_over() || payment.state == PaymentState::Charged;
        payment.payment_type == which.payment_type() && counts
    }))
}

/// Ends a payment that waited for the customer's confirmation with the bank. Nothing was taken by it, and nothing can be:
/// it would have to be asked for again.
pub(super) async fn drop_unconfirmed(caas: &Caas, tx: &mut Tx, mut payment: Payment) -> Result<()> {
    payment.authentication_url = None;
    apply_payment(caas, tx, &mut payment, PaymentEvent::Abandoned).await
}

/// The customer has confirmed with the bank: the money is asked for again, with a new key. `false` when there is nothing to
/// confirm.
pub async fn continue_after_authentication(caas: &Caas, customer: UserId, payment: PaymentId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let found = sql!(
        &mut tx,
        optional(OrderId, i64),
        "SELECT order_id, version FROM payments WHERE id = $1 AND customer_id = $2 AND order_id IS NOT NULL",
        payment,
        customer
    )?;
    let Some((order, _)) = found else { return Ok(false) };
    let order = lock(&mut tx, order).await?;
    let payment = payments::load(&mut tx, payment).await?;
    if order.status.is_over() || payment.state != PaymentState::Initiated || payment.authentication_url.is_none() {
        return Ok(false);
    }
    ask_again(caas, &mut tx, &payment).await?;
    tx.commit().await?;
    Ok(true)
}

/// Asks for the money of a payment that waited for a confirmation, with a new key.
pub(super) async fn ask_again(caas: &Caas, tx: &mut Tx, payment: &Payment) -> Result<()> {
    sql!(tx, execute "UPDATE payments SET authentication_url = NULL, version = version + 1 WHERE id = $1", payment.id)?;
    announce(tx, payment);
    PayForCar::enqueue(caas, tx, payment.id).await
}
