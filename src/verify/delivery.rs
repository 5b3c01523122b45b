//! Promises about vehicles: 5, 6, 8, and the half of 7 that is about commands.

use super::Findings;
use crate::activation::model::ActivationState;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use uuid::Uuid;

/// Promise 5: at most one activation of a vehicle and service is not over; the state says which are, not only the flag.
pub(super) async fn one_open_activation(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let pairs = sql!(
        tx,
        all(Uuid, Uuid, i64),
        "SELECT vehicle_id, service_id, COUNT(*) FROM service_activations
         WHERE current_state NOT IN ('PAYMENT_REJECTED', 'FAILED_NO_CHARGE', 'EXPIRED', 'WITHDRAWN', 'CANCELLED')
         GROUP BY vehicle_id, service_id HAVING COUNT(*) > 1 ORDER BY vehicle_id, service_id"
    )?;
    for (vehicle, service, count) in pairs {
        found.add(5, format_args!("vehicle {vehicle} has {count} open activations of service {service}"));
    }
    let states = sql!(
        tx,
        all(String, bool),
        "SELECT DISTINCT current_state, is_over FROM service_activations ORDER BY current_state"
    )?;
    for (state, is_over) in states {
        if state.parse::<ActivationState>()?.is_over() != is_over {
            found.add(5, format_args!("an activation in {state} counts as {}", if is_over { "over" } else { "open" }));
        }
    }
    Ok(())
}

/// Promise 6: a VIN, however written, belongs to one customer, and the assignment says the same.
pub(super) async fn one_owner(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let vins = sql!(
        tx,
        all(String,),
        "SELECT UPPER(TRIM(vin)) FROM vehicles WHERE customer_id IS NOT NULL
         GROUP BY UPPER(TRIM(vin)) HAVING COUNT(*) > 1 ORDER BY 1"
    )?;
    for (vin,) in vins {
        found.add(6, format_args!("VIN {vin} has more than one owner"));
    }
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT id FROM vehicles WHERE (customer_id IS NOT NULL) <> (assignment_status = 'ASSIGNED_TO_CUSTOMER') ORDER BY id"
    )?;
    found.each(6, "vehicle", ids, "has an owner that its assignment does not know");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT id FROM vehicles
         WHERE (inventory_status = 'DEALERSHIP_STOCK' AND assignment_status <> 'SIN_ASIGNAR')
            OR (inventory_status IN ('AWAITING_DELIVERY', 'DELIVERED') AND assignment_status <> 'ASSIGNED_TO_CUSTOMER'
                AND (inventory_status <> 'DELIVERED' OR assignment_status <> 'OWNER_UNKNOWN'))
         ORDER BY id"
    )?;
    found.each(6, "vehicle", ids, "stands otherwise than its assignment says");
    Ok(())
}

/// Promise 7, for vehicles: no confirmation and no command of API IoT's without an attempt written before it.
pub(super) async fn written_before_sent(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT c.service_activation_id FROM delivery_confirmations c
         LEFT JOIN activation_attempts t ON t.attempt_id = c.attempt_id
               AND t.service_activation_id = c.service_activation_id AND t.command = 'ACTIVATE'
         WHERE t.attempt_id IS NULL OR t.attempt_timestamp > c.confirmed_at
            OR NOT EXISTS (SELECT 1 FROM activation_attempts s
                           WHERE s.service_activation_id = c.service_activation_id AND s.command = 'ACTIVATE'
                             AND s.ota_command_sent AND s.attempt_timestamp <= c.confirmed_at)
         ORDER BY c.service_activation_id"
    )?;
    found.each(7, "activation", ids, "was confirmed without an earlier attempt that sent a command");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT attempt_id FROM activation_attempts WHERE request_id IS NOT NULL AND NOT ota_command_sent ORDER BY attempt_id"
    )?;
    found.each(7, "attempt", ids, "has a command's id, but no command was to be sent");
    let ids = sql!(tx, all (Uuid,),
        "SELECT service_activation_id FROM service_activations a
         WHERE activated_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM delivery_confirmations c WHERE c.service_activation_id = a.service_activation_id)
         ORDER BY service_activation_id")?;
    found.each(7, "activation", ids, "is active without the vehicle's confirmation");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT t.attempt_id FROM activation_attempts t
         JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         WHERE t.command = 'ACTIVATE' AND t.attempt_result IS NULL
           AND a.current_state NOT IN ('ATTEMPT_IN_PROGRESS', 'MANUAL_ACTIVATION_ATTEMPT')
         ORDER BY t.attempt_id"
    )?;
    found.each(7, "attempt", ids, "is under way, but nobody follows it up");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT c.vehicle_id FROM vehicle_commands c JOIN activation_attempts t ON t.attempt_id = c.attempt_id
         WHERE t.attempt_result IS NOT NULL OR NOT t.ota_command_sent ORDER BY c.vehicle_id"
    )?;
    found.each(7, "vehicle", ids, "is booked for a command that has ended or was never sent");
    Ok(())
}

/// Promise 8: only what may be switched off was, at a time when it might.
pub(super) async fn never_switched_off(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT d.id FROM deactivations d
         JOIN service_activations a ON a.service_activation_id = d.service_activation_id
         JOIN services s ON s.id = a.service_id
         LEFT JOIN delivery_confirmations c ON c.service_activation_id = a.service_activation_id
         WHERE s.code = 'BASE_PLATFORM'
            OR d.reason NOT IN ('TIME_OVER', 'COMPENSATION', 'WITHDRAWAL', 'SUSPENSION', 'SUBSCRIPTION_OVER')
            OR (d.reason = 'TIME_OVER'
                AND (a.offer_kind <> 'TEMPORARY' OR a.expires_at IS NULL OR a.expires_at > d.created_at))
            OR (d.reason = 'COMPENSATION' AND c.confirmed_at <= d.created_at)
            OR (d.reason IN ('SUSPENSION', 'SUBSCRIPTION_OVER') AND a.offer_kind <> 'SUBSCRIPTION')
            OR (d.reason = 'WITHDRAWAL'
                AND NOT EXISTS (SELECT 1 FROM withdrawals w
                                WHERE w.service_activation_id = a.service_activation_id AND w.id = a.withdrawal_id
                                  AND w.customer_id = a.customer_id AND w.declared_at <= d.created_at))
         ORDER BY d.id"
    )?;
    found.each(8, "deactivation", ids, "switches off what may not be switched off");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT t.attempt_id FROM activation_attempts t
         LEFT JOIN deactivations d ON d.id = t.deactivation_id AND d.service_activation_id = t.service_activation_id
         WHERE t.command = 'DEACTIVATE' AND d.id IS NULL ORDER BY t.attempt_id"
    )?;
    found.each(8, "attempt", ids, "switches off without a reason written down");
    // A command is about a vehicle and a service, so it also meets what another order has paid for since.
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT t.attempt_id FROM activation_attempts t
         JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         JOIN service_activations b ON b.vehicle_id = a.vehicle_id AND b.service_id = a.service_id
              AND b.service_activation_id <> a.service_activation_id
         WHERE t.command = 'DEACTIVATE' AND t.ota_command_sent
           AND b.activated_at <= t.attempt_timestamp AND (b.ended_at IS NULL OR b.ended_at > t.attempt_timestamp)
         ORDER BY t.attempt_id"
    )?;
    found.each(8, "attempt", ids, "switches off a service that another order has running");
    let ids = sql!(tx, all (Uuid,),
        "SELECT service_activation_id FROM service_activations
         WHERE (current_state = 'EXPIRED' AND (offer_kind <> 'TEMPORARY' OR expires_at IS NULL OR expires_at > ended_at))
            OR (current_state = 'SUSPENDED' AND offer_kind <> 'SUBSCRIPTION')
            OR (current_state = 'WITHDRAWN' AND withdrawal_id IS NULL)
         ORDER BY service_activation_id")?;
    found.each(8, "activation", ids, "ended although it was bought for longer");
    Ok(())
}
