//! Promises about money: 1 to 4, and the half of 7 that is about the gateway.

use super::{BATCH, Findings};
use crate::finance::books::last_closed;
use crate::finance::ends;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::payments::model::PaymentState;
use std::collections::HashMap;
use uuid::Uuid;

/// Promise 1: what was taken for a service was confirmed before, by the vehicle, for the same activation. A car is paid
/// before it is handed over.
pub(super) async fn captured_after_delivery(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p
         LEFT JOIN delivery_confirmations c
           ON c.id = p.confirmation_id AND c.service_activation_id = p.service_activation_id
         WHERE p.service_activation_id IS NOT NULL
           AND (p.captured_cents > 0 OR p.captured_at IS NOT NULL OR p.state IN ('CHARGED', 'REFUNDED'))
           AND (c.id IS NULL OR p.captured_at IS NULL OR c.confirmed_at > p.captured_at
                OR EXISTS (SELECT 1 FROM payment_operations o
                           WHERE o.payment_id = p.id AND o.kind = 'CAPTURE' AND o.requested_at < c.confirmed_at))
         ORDER BY p.id"
    )?;
    found.each(1, "payment", ids, "was captured without an earlier confirmation of its activation");
    Ok(())
}

/// Promise 2: an order that ended without delivery costs nothing. Money on its way back has its request written down.
pub(super) async fn failed_is_free(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids =
        sql!(tx, all (Uuid,),
        "SELECT p.id FROM payments p JOIN service_activations a ON a.service_activation_id = p.service_activation_id
         WHERE p.captured_cents > p.refunded_cents
           AND (p.state IN ('FAILED_NO_CHARGE', 'REJECTED') OR a.final_result = 'FAILED_NO_CHARGE'
                OR a.current_state IN ('FAILED_NO_CHARGE', 'PAYMENT_REJECTED'))
           AND NOT EXISTS (SELECT 1 FROM payment_operations o
                           WHERE o.payment_id = p.id AND o.kind = 'REFUND' AND o.state = 'REQUESTED')
         ORDER BY p.id")?;
    found.each(2, "payment", ids, "of what was never delivered has a net charge");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p JOIN ledger_entries l ON l.payment_id = p.id
         WHERE p.state = 'FAILED_NO_CHARGE' AND l.account IN ('REVENUE', 'VAT_PAYABLE', 'GATEWAY_RECEIVABLE', 'BANK')
         GROUP BY p.id HAVING SUM(l.debit_cents) <> SUM(l.credit_cents)
                           OR SUM(CASE WHEN l.account = 'REVENUE' THEN l.credit_cents - l.debit_cents ELSE 0 END) <> 0
         ORDER BY p.id"
    )?;
    found.each(2, "payment", ids, "failed without a charge, but the books keep money of it");
    Ok(())
}

/// A payment with what the books say of it.
struct Sums {
    id: Uuid,
    state: String,
    at_once: bool,
    amount_cents: i64,
    captured_cents: i64,
    refunded_cents: i64,
    held: i64,
    ended: i64,
    booked_captured: i64,
    booked_refunded: i64,
}

/// Promise 3: captured less refunded stays between nothing and what was authorised, and a hold ends once.
pub(super) async fn each_payment(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let payments = sql!(
            tx,
            all(Uuid, String, bool, i64, i64, i64),
            "SELECT id, state, service_activation_id IS NULL, amount_cents, captured_cents, refunded_cents FROM payments
             WHERE id > $1 ORDER BY id LIMIT $2",
            after,
            BATCH
        )?;
        let Some((last, ..)) = payments.last() else { return Ok(()) };
        // By a range of ids, not by a join: it is read from the index, whatever the engine knows of the tables' sizes.
        let booked = sql!(
            tx,
            all(Uuid, i64, i64, i64, i64),
            "SELECT payment_id,
                    CAST(COALESCE(SUM(CASE WHEN account = 'HOLDS' THEN debit_cents END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN account = 'HOLDS' THEN credit_cents END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN account = 'GATEWAY_RECEIVABLE' AND movement IN ('CAPTURE', 'CHARGE')
                                           THEN debit_cents END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN account = 'GATEWAY_RECEIVABLE' AND movement = 'REFUND'
                                           THEN credit_cents END), 0) AS BIGINT)
             FROM ledger_entries WHERE payment_id > $1 AND payment_id <= $2 GROUP BY payment_id",
            after,
            *last
        )?;
        after = *last;
        let booked: HashMap<Uuid, (i64, i64, i64, i64)> = booked
            .into_iter()
            .map(|(id, held, ended, captured, refunded)| (id, (held, ended, captured, refunded)))
            .collect();
        for (id, state, at_once, amount_cents, captured_cents, refunded_cents) in payments {
            let (held, ended, booked_captured, booked_refunded) = booked.get(&id).copied().unwrap_or_default();
            let sums = Sums {
                id,
                state,
                at_once,
                amount_cents,
                captured_cents,
                refunded_cents,
                held,
                ended,
                booked_captured,
                booked_refunded,
            };
            if let Some(what) = broken(&sums)? {
                found.add(3, format_args!("payment {} {what}", sums.id));
            }
        }
    }
}

fn broken(sums: &Sums) -> Result<Option<&'static str>> {
    let state: PaymentState = sums.state.parse()?;
    let amount = sums.amount_cents;
    let (held, ended) = match state {
        // A car is paid at once, and so is a subscription's period.
        _ if sums.at_once => (0, 0),
        PaymentState::Initiated | PaymentState::Pending | PaymentState::Unknown | PaymentState::Rejected => (0, 0),
        PaymentState::HeldForActivation => (amount, 0),
        PaymentState::Charged | PaymentState::Refunded | PaymentState::FailedNoCharge => (amount, amount),
        PaymentState::Cancelled if sums.held == 0 => (0, 0),
        PaymentState::Cancelled => (amount, amount),
    };
    let net = sums.captured_cents - sums.refunded_cents;
    Ok(if !(0..=amount).contains(&net) {
        Some("has taken more than was authorised, or given back more than was taken")
    } else if (sums.held, sums.ended) != (held, ended) {
        Some("has a hold that did not begin and end as its state says")
    } else if (sums.captured_cents, sums.refunded_cents) != (sums.booked_captured, sums.booked_refunded) {
        Some("was captured or refunded otherwise than the books say")
    } else if state == PaymentState::Charged && (sums.captured_cents != amount || net == 0)
        || state == PaymentState::Refunded && net != 0
    {
        Some("is not charged or refunded in full, as its state says")
    } else {
        None
    })
}

/// Promises 2 and 3, for what support agreed with a customer: one order is paid once, what was promised for free is free, a
/// new hold was accepted by an own click, and a discount was used once, by its customer, at the price it makes.
pub(super) async fn paid_as_agreed(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let twice = sql!(
        tx,
        all(Uuid, i64),
        "SELECT service_activation_id, COUNT(*) FROM payments
         WHERE captured_cents > refunded_cents AND service_activation_id IS NOT NULL
         GROUP BY service_activation_id HAVING COUNT(*) > 1 ORDER BY service_activation_id"
    )?;
    for (id, count) in twice {
        found.add(3, format_args!("activation {id} was paid {count} times"));
    }
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM manual_activations m JOIN payments p ON p.service_activation_id = m.service_activation_id
         WHERE m.terms = 'FREE' AND m.state = 'SUCCEEDED' AND p.captured_cents > p.refunded_cents ORDER BY p.id"
    )?;
    found.each(2, "payment", ids, "was taken for what was switched on by hand for free");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM manual_activations m JOIN payments p ON p.id = m.payment_id
         WHERE NOT EXISTS (SELECT 1 FROM consents c
                           WHERE c.service_activation_id = m.service_activation_id AND c.kind = 'NEW_HOLD'
                             AND c.customer_id = p.customer_id AND c.given_at <= p.created_at)
         ORDER BY p.id"
    )?;
    found.each(3, "payment", ids, "is a new hold that its customer did not accept");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT d.id FROM discounts d JOIN service_activations a ON a.service_activation_id = d.redeemed_by
         WHERE a.customer_id <> d.customer_id OR (d.service_id IS NOT NULL AND d.service_id <> a.service_id)
            OR a.amount_cents <> CASE WHEN d.full_cents * (100 - d.percent) / 100 < 1 THEN 1
                                      ELSE d.full_cents * (100 - d.percent) / 100 END
         ORDER BY d.id"
    )?;
    found.each(3, "discount", ids, "was used by somebody else, for something else, or at another price");
    Ok(())
}

/// Promise 4: debits equal credits, for each currency and each movement.
pub(super) async fn books_balance(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let currencies = sql!(
        tx,
        all(String, i64),
        "SELECT currency, CAST(SUM(debit_cents) - SUM(credit_cents) AS BIGINT) FROM ledger_entries
         GROUP BY currency HAVING SUM(debit_cents) <> SUM(credit_cents) ORDER BY currency"
    )?;
    for (currency, difference) in currencies {
        found.add(4, format_args!("the ledger's {currency} differ by {difference} cents"));
    }
    let ids = sql!(tx, all (Uuid,),
        "SELECT movement_id FROM ledger_entries GROUP BY movement_id
         HAVING SUM(debit_cents) <> SUM(credit_cents) OR COUNT(DISTINCT currency) <> 1 OR COUNT(DISTINCT COALESCE(payment_id, invoice_id)) <> 1
         ORDER BY movement_id")?;
    found.each(4, "movement", ids, "does not balance in one currency for one payment or invoice");
    closed_days(tx, found).await
}

/// Promise 4: the days that were closed come to what their entries come to, and so does what was folded of them.
async fn closed_days(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let Some(last) = last_closed(tx, None).await? else { return Ok(()) };
    let kept = sql!(
        tx,
        all(String, String, i64, i64, i64),
        "SELECT currency, account, CAST(SUM(debit_cents) AS BIGINT), CAST(SUM(credit_cents) AS BIGINT),
                CAST(SUM(entries) AS BIGINT) FROM ledger_days GROUP BY currency, account ORDER BY currency, account"
    )?;
    let booked = sql!(
        tx,
        all(String, String, i64, i64, i64),
        "SELECT currency, account, CAST(SUM(debit_cents) AS BIGINT), CAST(SUM(credit_cents) AS BIGINT), COUNT(*)
         FROM ledger_entries WHERE at < $1 GROUP BY currency, account ORDER BY currency, account",
        ends(last)
    )?;
    if kept != booked {
        found.add(4, format_args!("the closed days up to {last} do not come to what their entries come to"));
    }
    // Chargebacks stand beside revenue in what is folded: they are in another account.
    let folded = sql!(
        tx,
        all(String, i64, i64),
        "SELECT currency, CAST(SUM(sold_cents) AS BIGINT), CAST(SUM(back_cents) AS BIGINT) FROM revenue_days
         GROUP BY currency HAVING SUM(sold_cents) <> 0 OR SUM(back_cents) <> 0 ORDER BY currency"
    )?;
    let booked = sql!(
        tx,
        all(String, i64, i64),
        "SELECT currency, CAST(SUM(credit_cents) AS BIGINT), CAST(SUM(debit_cents) AS BIGINT) FROM ledger_days
         WHERE account = 'REVENUE' AND day <= (SELECT MAX(day) FROM revenue_foldings)
         GROUP BY currency HAVING SUM(credit_cents) <> 0 OR SUM(debit_cents) <> 0 ORDER BY currency"
    )?;
    if folded != booked {
        found.add(4, "the folded days of revenue do not come to what the revenue account came to");
    }
    Ok(())
}

/// Promise 7, for the gateway: no effect without a request that was written down, with its key, before.
pub(super) async fn written_before_sent(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p
         WHERE ((p.state NOT IN ('INITIATED', 'CANCELLED') OR p.gateway_payment_id IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM payment_operations o WHERE o.payment_id = p.id AND o.kind IN ('AUTHORISE', 'CHARGE')))
            OR (p.captured_cents > 0
                AND NOT EXISTS (SELECT 1 FROM payment_operations o
                                WHERE o.payment_id = p.id
                                  AND o.kind = CASE WHEN p.service_activation_id IS NULL THEN 'CHARGE' ELSE 'CAPTURE' END))
            OR (p.state = 'FAILED_NO_CHARGE'
                AND NOT EXISTS (SELECT 1 FROM payment_operations o WHERE o.payment_id = p.id AND o.kind = 'CANCEL'))
            OR (p.refunded_cents > 0
                AND NOT EXISTS (SELECT 1 FROM payment_operations o WHERE o.payment_id = p.id AND o.kind = 'REFUND'))
         ORDER BY p.id"
    )?;
    found.each(7, "payment", ids, "moved money without a request written down");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT DISTINCT l.movement_id FROM ledger_entries l
         WHERE l.movement IN ('HOLD', 'CAPTURE', 'CHARGE', 'RELEASE', 'REFUND')
           AND NOT EXISTS (SELECT 1 FROM payment_operations o
                           WHERE o.payment_id = l.payment_id AND o.idempotency_key <> '' AND o.requested_at <= l.at
                             AND o.kind = CASE l.movement WHEN 'HOLD' THEN 'AUTHORISE' WHEN 'RELEASE' THEN 'CANCEL'
                                                          ELSE l.movement END)
         ORDER BY l.movement_id"
    )?;
    found.each(7, "movement", ids, "was booked before its request was written down");
    Ok(())
}
