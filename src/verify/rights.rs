//! Promises about what customers may do: withdraw, be refused for maintenance without a charge, pass a car on.

use super::Findings;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use uuid::Uuid;

/// Promises 2 and 8: what a customer withdrew from goes back as the receipt says, is not billed any more, and is switched off.
pub(super) async fn withdrawn(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT w.id FROM withdrawals w JOIN payments p ON p.id = w.payment_id
         WHERE p.captured_cents - p.refunded_cents > p.amount_cents - w.refund_cents
           AND (w.money IN ('REFUND', 'REFUND_ONCE_CHARGED') OR (w.money = 'NOT_MOVED' AND p.refunded_cents = 0))
           AND (w.money <> 'NOT_MOVED' OR w.refund_cents > 0)
           AND p.settlement NOT IN ('FAILED', 'ABSORBED', 'CHARGED_BACK')
           AND NOT EXISTS (SELECT 1 FROM payment_operations r
                           WHERE r.payment_id = p.id AND r.kind = 'REFUND' AND r.state = 'REQUESTED')
         ORDER BY w.id"
    )?;
    found.each(2, "withdrawal", ids, "keeps money that its receipt gives back");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT w.id FROM withdrawals w JOIN subscriptions s ON s.service_activation_id = w.service_activation_id
         WHERE s.next_billing_at IS NOT NULL
            OR EXISTS (SELECT 1 FROM invoices i
                       WHERE i.subscription_id = s.id AND i.kind <> 'CREDIT_NOTE' AND i.created_at < w.declared_at
                         AND i.state IN ('ISSUED', 'PAID'))
         ORDER BY w.id"
    )?;
    found.each(2, "withdrawal", ids, "is from a subscription that is still billed");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT w.id FROM withdrawals w
         LEFT JOIN service_activations a ON a.service_activation_id = w.service_activation_id
         WHERE w.declared_at >= w.window_ends_at OR a.withdrawal_id IS NULL OR a.withdrawal_id <> w.id
            OR a.customer_id <> w.customer_id
            OR (a.current_state = 'ACTIVE'
                AND NOT EXISTS (SELECT 1 FROM deactivations d WHERE d.service_activation_id = a.service_activation_id))
         ORDER BY w.id"
    )?;
    found.each(8, "withdrawal", ids, "came too late, is not its customer's, or nobody switches the service off");
    Ok(())
}

/// Promise 2: what maintenance stood in the way of cost nothing and is over.
pub(super) async fn blocked_is_free(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT a.service_activation_id FROM service_activations a
         LEFT JOIN payments p ON p.service_activation_id = a.service_activation_id
         WHERE a.last_failure IN ('MAINTENANCE_OVERDUE', 'VSS_SILENT')
           AND (NOT a.is_over OR a.activated_at IS NOT NULL OR p.captured_cents > p.refunded_cents)
         ORDER BY a.service_activation_id"
    )?;
    found.each(2, "activation", ids, "was blocked by maintenance, but goes on or has a charge");
    Ok(())
}

/// Promise 6: a car that was passed on is its new owner's, with nothing of the old one's left running in it.
pub(super) async fn passed_on(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT v.id FROM owner_changes c
         JOIN (SELECT vehicle_id, MAX(ended_at) AS at FROM owner_changes WHERE state = 'ACCEPTED' GROUP BY vehicle_id) l
           ON l.vehicle_id = c.vehicle_id AND l.at = c.ended_at
         JOIN vehicles v ON v.id = c.vehicle_id
         WHERE c.state = 'ACCEPTED' AND v.customer_id IS NOT NULL AND v.customer_id <> c.to_customer ORDER BY v.id"
    )?;
    found.each(6, "vehicle", ids, "is not its new owner's");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT a.id FROM linked_apps a JOIN vehicles v ON v.id = a.vehicle_id
         WHERE v.customer_id IS NOT NULL AND v.customer_id <> a.user_id ORDER BY a.id"
    )?;
    found.each(6, "linked app", ids, "reaches a car that is somebody else's");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT s.id FROM subscriptions s JOIN vehicles v ON v.id = s.vehicle_id
         WHERE s.next_billing_at IS NOT NULL AND (v.customer_id IS NULL OR v.customer_id <> s.customer_id) ORDER BY s.id"
    )?;
    found.each(6, "subscription", ids, "is billed to somebody who has no longer the car");
    Ok(())
}
