//! Promises about the sale of a car: the money halves of 2 and 3, and 6.

use super::Findings;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::sales::model::OrderStatus;
use uuid::Uuid;

/// Promises 2 and 3 for cars: whoever pays the rest gets the car, what the factory or a country refuses is given back, and
/// no part of a price is paid twice. Money on its way back has its request written down.
pub(super) async fn paid_fairly(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p JOIN customer_orders o ON o.id = p.order_id
         WHERE p.payment_type = 'FINAL' AND p.captured_cents > p.refunded_cents
           AND o.status NOT IN ('FINAL_PAYMENT_RECEIVED', 'REGISTRATION', 'READY_FOR_DELIVERY', 'DELIVERY_SCHEDULED',
                                'RETURNED_TO_DEALERSHIP', 'DELIVERED')
           AND NOT EXISTS (SELECT 1 FROM payment_operations r
                           WHERE r.payment_id = p.id AND r.kind = 'REFUND' AND r.state = 'REQUESTED')
         ORDER BY p.id"
    )?;
    found.each(2, "payment", ids, "was taken for the rest of a car that its customer does not get");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p JOIN customer_orders o ON o.id = p.order_id
         WHERE p.captured_cents > p.refunded_cents
           AND o.status IN ('DRAFT', 'AWAITING_RESERVATION', 'CANCELLED_RESERVATION_FAILED', 'CANCELLED_FACTORY_REJECTED',
                            'CANCELLED_REGISTRATION')
           AND NOT EXISTS (SELECT 1 FROM payment_operations r
                           WHERE r.payment_id = p.id AND r.kind = 'REFUND' AND r.state = 'REQUESTED')
         ORDER BY p.id"
    )?;
    found.each(2, "payment", ids, "was taken for a car that could not be had, and is not given back");
    let twice = sql!(
        tx,
        all(Uuid, String, i64),
        "SELECT order_id, payment_type, COUNT(*) FROM payments WHERE order_id IS NOT NULL AND captured_cents > refunded_cents
         GROUP BY order_id, payment_type HAVING COUNT(*) > 1 ORDER BY order_id, payment_type"
    )?;
    for (id, part, count) in twice {
        found.add(3, format_args!("the {part} of order {id} was paid {count} times"));
    }
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p JOIN customer_orders o ON o.id = p.order_id
         WHERE p.customer_id <> o.customer_id OR p.currency <> o.currency
            OR p.amount_cents <> CASE p.payment_type WHEN 'FINAL' THEN o.total_cents - o.reservation_cents
                                                     ELSE o.reservation_cents END
         ORDER BY p.id"
    )?;
    found.each(3, "payment", ids, "is not the part of the car's price that was agreed, or not its customer's");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT o.id FROM customer_orders o
         WHERE o.status NOT IN ('DRAFT', 'AWAITING_RESERVATION', 'CANCELLED_RESERVATION_FAILED', 'CANCELLED_FACTORY_REJECTED',
                                'CANCELLED_REGISTRATION')
           AND NOT EXISTS (SELECT 1 FROM payments p
                           WHERE p.order_id = o.id AND p.payment_type = 'RESERVATION' AND p.captured_cents > p.refunded_cents)
         ORDER BY o.id"
    )?;
    found.each(3, "order", ids, "has come so far without its reservation");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT o.id FROM customer_orders o
         WHERE o.status IN ('FINAL_PAYMENT_RECEIVED', 'REGISTRATION', 'READY_FOR_DELIVERY', 'DELIVERY_SCHEDULED',
                            'RETURNED_TO_DEALERSHIP', 'DELIVERED')
           AND NOT EXISTS (SELECT 1 FROM payments p
                           WHERE p.order_id = o.id AND p.payment_type = 'FINAL' AND p.captured_cents > p.refunded_cents)
         ORDER BY o.id"
    )?;
    found.each(3, "order", ids, "has come so far without its final payment");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT o.id FROM customer_orders o
         JOIN payments p ON p.order_id = o.id AND p.payment_type = 'RESERVATION' AND p.captured_cents > p.refunded_cents
         JOIN payment_operations r ON r.payment_id = p.id AND r.kind = 'REFUND' AND r.state = 'REQUESTED'
         WHERE o.status = 'CANCELLED_PAYMENT_FAILURE' ORDER BY o.id"
    )?;
    found.each(3, "order", ids, "gives back a reservation that is to be kept");
    Ok(())
}

/// Promise 6, for orders: the car of an order is its customer's as long as the order goes on, a lost car is nobody's, and
/// nothing of its former customer stays with it.
pub(super) async fn one_buyer(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT o.id FROM customer_orders o JOIN vehicles v ON v.id = o.vehicle_id
         WHERE NOT o.is_over AND o.status <> 'DRAFT' AND (v.customer_id IS NULL OR v.customer_id <> o.customer_id)
         ORDER BY o.id"
    )?;
    found.each(6, "order", ids, "is for a vehicle that is not its customer's");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT id FROM customer_orders
         WHERE vehicle_id IS NOT NULL
           AND status IN ('CANCELLED_RESERVATION_FAILED', 'CANCELLED_FACTORY_REJECTED', 'CANCELLED_PAYMENT_FAILURE',
                          'CANCELLED_REGISTRATION')
         ORDER BY id"
    )?;
    found.each(6, "order", ids, "keeps a vehicle that its customer has lost");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT v.id FROM vehicles v
         WHERE v.assignment_status = 'SIN_ASIGNAR'
           AND (v.plate IS NOT NULL OR v.purchased_at IS NOT NULL
                OR EXISTS (SELECT 1 FROM customer_orders o WHERE o.vehicle_id = v.id))
         ORDER BY v.id"
    )?;
    found.each(
        6,
        "vehicle",
        ids,
        "is nobody's, but an order, a plate or a purchase of a former customer is left with it",
    );
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT vehicle_id FROM customer_orders WHERE vehicle_id IS NOT NULL
         GROUP BY vehicle_id HAVING COUNT(*) > 1 ORDER BY vehicle_id"
    )?;
    found.each(6, "vehicle", ids, "is sold by more than one order");
    let states = sql!(tx, all(String, bool), "SELECT DISTINCT status, is_over FROM customer_orders ORDER BY status")?;
    for (status, is_over) in states {
        if status.parse::<OrderStatus>()?.is_over() != is_over {
            found.add(6, format_args!("an order in {status} counts as {}", if is_over { "over" } else { "open" }));
        }
    }
    Ok(())
}
