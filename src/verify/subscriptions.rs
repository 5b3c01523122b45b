//! Promises about subscriptions: a day is billed once and only if it was delivered, an invoice is paid by one payment of its
//! amount, and what is left unpaid is a debt.

use super::{BATCH, Findings};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::money::{Cents, Currency, Money};
use crate::kernel::when::{day_there, start_of_day};
use crate::subscriptions::model::{Day, EndReason, InvoiceKind, Period, SubscriptionStatus};
use crate::subscriptions::rules::{period_from, used_days};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::HashSet;
use uuid::Uuid;

/// What of a subscription decides which days are billed.
#[derive(FromRow)]
struct Contract {
    id: Uuid,
    time_zone: String,
    anchor_day: i64,
    price_cents: Cents,
    #[sqlx(try_from = "String")]
    currency: Currency,
    #[sqlx(try_from = "String")]
    started_on: Day,
    #[sqlx(try_from = "String")]
    period_start: Day,
    #[sqlx(try_from = "String")]
    period_end: Day,
    next_billing_at: Option<Timestamp>,
    #[sqlx(try_from = "String")]
    status: SubscriptionStatus,
    ended_at: Option<Timestamp>,
    end_reason: Option<String>,
    created_at: Timestamp,
}

/// What of an invoice says which days it bills.
#[derive(FromRow)]
struct Billed {
    subscription_id: Uuid,
    #[sqlx(try_from = "String")]
    kind: InvoiceKind,
    #[sqlx(try_from = "String")]
    period_start: Day,
    #[sqlx(try_from = "String")]
    period_end: Day,
    gross_cents: Cents,
}

/// Promise 3: from the day the vehicle confirmed to the day the contract ended each day is billed once, period after period.
pub(super) async fn each_day_once(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let contracts = sql!(tx, all Contract,
            "SELECT id, time_zone, anchor_day, price_cents, currency, started_on, period_start, period_end, next_billing_at,
                    status, ended_at, end_reason, created_at
             FROM subscriptions WHERE id > $1 ORDER BY id LIMIT $2", after, BATCH)?;
        let Some(last) = contracts.last() else { return Ok(()) };
        // By a range of ids, not by a join: it is read from the index, whatever the engine knows of the tables' sizes.
        let billed = sql!(tx, all Billed,
            "SELECT subscription_id, kind, period_start, period_end, gross_cents FROM invoices
             WHERE subscription_id > $1 AND subscription_id <= $2 AND kind <> 'CREDIT_NOTE'
             ORDER BY subscription_id, period_start", after, last.id)?;
        after = last.id;
        let mut billed = billed.into_iter().peekable();
        for contract in contracts {
            let mut of_one = Vec::new();
            while let Some(invoice) = billed.next_if(|invoice| invoice.subscription_id == contract.id) {
                of_one.push(invoice);
            }
            if let Some(what) = broken(&contract, &of_one) {
                found.add(3, format_args!("subscription {} {what}", contract.id));
            }
        }
    }
}

/// What is wrong with the days that are billed of a contract.
fn broken(contract: &Contract, billed: &[Billed]) -> Option<String> {
    let anchor = u32::try_from(contract.anchor_day).unwrap_or(1);
    if contract.started_on.0 != day_there(contract.created_at, &contract.time_zone) {
        return Some("does not begin on the day the vehicle confirmed".to_owned());
    }
    let (mut until, mut used) = (contract.started_on, None);
    for invoice in billed {
        if used.is_some() {
            return Some(format!("bills days from {} on although it had ended", invoice.period_start));
        }
        if invoice.period_start != until {
            return Some(format!("bills days twice or never: after {until} comes {}", invoice.period_start));
        }
        match invoice.kind {
            InvoiceKind::Period if invoice.period_end != period_from(until, anchor).end => {
                return Some(format!("bills a period to {} that is none", invoice.period_end));
            }
            InvoiceKind::Period => until = invoice.period_end,
            InvoiceKind::UsedDays | InvoiceKind::CreditNote => used = Some(invoice),
        }
    }
    let period = Period { start: contract.period_start, end: contract.period_end };
    if contract.period_end != period_from(contract.period_start, anchor).end {
        return Some("is in a period that is none".to_owned());
    }
    let reason = contract.end_reason.as_deref().and_then(|code| code.parse::<EndReason>().ok());
    let (at, ended) = (contract.next_billing_at, contract.ended_at);
    match (contract.status == SubscriptionStatus::Cancelled, ended, reason) {
        (false, None, None) => {
            if at != Some(start_of_day(contract.period_end.0, &contract.time_zone)) {
                return Some("is not billed when its period is over".to_owned());
            }
            (until != period.start || used.is_some()).then(|| format!("is billed until {until}, not {}", period.start))
        }
        (true, Some(_), Some(_)) if at.is_some() => Some("has ended, but is to be billed again".to_owned()),
        (true, Some(_), Some(EndReason::PeriodEnd)) => {
            (until != period.end || used.is_some()).then(|| format!("is billed until {until}, not {}", period.end))
        }
        (true, Some(_), Some(EndReason::Withdrawn)) => {
            // The days used are billed only where the business keeps to that.
            let within = used.is_none_or(|used| used.period_end <= period.end);
            (until != period.start || !within).then(|| format!("is billed until {until}, but was withdrawn from"))
        }
        (true, Some(ended), Some(EndReason::AtOnce | EndReason::Unpaid | EndReason::NewOwner)) => {
            let price = Money::new(contract.price_cents, contract.currency);
            let owed = used_days(period, price, Day(day_there(ended, &contract.time_zone)));
            let owed = (owed.amount.cents > Cents::ZERO).then_some((owed.period.end, owed.amount.cents));
            let billed = used.map(|used| (used.period_end, used.gross_cents));
            (until != period.start || billed != owed).then(|| "does not bill the days used until its end".to_owned())
        }
        _ => Some("has ended and has not".to_owned()),
    }
}

/// Promises 1 to 4 about invoices: nothing is billed that was not delivered, the lines are the invoice, the numbers have no
/// gap, and what is paid was taken once, by a payment of that amount.
pub(super) async fn billed_fairly(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT s.id FROM subscriptions s
         JOIN service_activations a ON a.service_activation_id = s.service_activation_id
         WHERE a.offer_kind <> 'SUBSCRIPTION' OR a.activated_at IS NULL OR COALESCE(a.final_result, '') <> 'ACTIVE'
            OR NOT EXISTS (SELECT 1 FROM delivery_confirmations c
                           WHERE c.service_activation_id = s.service_activation_id AND c.confirmed_at <= s.created_at)
         ORDER BY s.id"
    )?;
    found.each(1, "subscription", ids, "is billed although the vehicle never confirmed it");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT s.id FROM subscriptions s
         JOIN service_activations a ON a.service_activation_id = s.service_activation_id
         WHERE s.status <> 'CANCELLED' AND a.ended_at IS NOT NULL ORDER BY s.id"
    )?;
    found.each(1, "subscription", ids, "goes on although its service was switched off");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT i.id FROM invoices i
         LEFT JOIN (SELECT invoice_id, SUM(net_cents) AS net, SUM(vat_cents) AS vat, SUM(gross_cents) AS gross,
                           SUM(CASE WHEN days > of_days OR net_cents + vat_cents <> gross_cents THEN 1 ELSE 0 END) AS odd
                    FROM invoice_lines GROUP BY invoice_id) l ON l.invoice_id = i.id
         WHERE l.invoice_id IS NULL OR l.net <> i.net_cents OR l.vat <> i.vat_cents OR l.gross <> i.gross_cents OR l.odd > 0
         ORDER BY i.id"
    )?;
    found.each(4, "invoice", ids, "is not the sum of its lines");
    let gaps = sql!(
        tx,
        all(String, i64, i64),
        "SELECT i.series, i.year, COUNT(*) FROM invoices i
         LEFT JOIN invoice_numbers n ON n.series = i.series AND n.year = i.year
         GROUP BY i.series, i.year, n.last HAVING MIN(i.seq) <> 1 OR MAX(i.seq) <> COUNT(*) OR COALESCE(n.last, 0) <> COUNT(*)
         ORDER BY i.series, i.year"
    )?;
    for (series, year, count) in gaps {
        found.add(4, format_args!("the {count} invoice numbers of {series} {year} have a gap"));
    }
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT i.id FROM invoices i
         LEFT JOIN (SELECT invoice_id, SUM(CASE WHEN account = 'CUSTOMERS_RECEIVABLE' THEN debit_cents - credit_cents ELSE 0 END) AS owed,
                           SUM(CASE WHEN account = 'VAT_PAYABLE' THEN credit_cents - debit_cents ELSE 0 END) AS vat
                    FROM ledger_entries WHERE invoice_id IS NOT NULL AND movement IN ('INVOICE', 'CREDIT_NOTE')
                    GROUP BY invoice_id) l ON l.invoice_id = i.id
         WHERE COALESCE(l.owed, 0) <> i.gross_cents OR COALESCE(l.vat, 0) <> i.vat_cents ORDER BY i.id"
    )?;
    found.each(4, "invoice", ids, "stands otherwise in the books");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT i.id FROM invoices i
         WHERE i.kind <> 'CREDIT_NOTE' AND (i.state = 'CANCELLED') <> EXISTS
               (SELECT 1 FROM invoices c WHERE c.credits_id = i.id AND c.kind = 'CREDIT_NOTE'
                AND c.gross_cents = -i.gross_cents AND c.vat_cents = -i.vat_cents AND c.currency = i.currency)
         ORDER BY i.id"
    )?;
    found.each(4, "invoice", ids, "is cancelled without its credit note, or the other way round");
    Ok(())
}

/// Promise 3: an invoice that counts as paid was taken once, and what was taken counts as paid or is on its way back.
pub(super) async fn paid_once(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT i.id FROM invoices i
         WHERE i.state = 'PAID' AND i.debt_id IS NULL AND i.kind <> 'CREDIT_NOTE'
           AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.invoice_id = i.id AND p.state = 'CHARGED'
                           AND p.captured_cents = i.gross_cents AND p.refunded_cents = 0 AND p.currency = i.currency)
         ORDER BY i.id"
    )?;
    found.each(3, "invoice", ids, "counts as paid, but nobody paid it");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT p.id FROM payments p JOIN invoices i ON i.id = p.invoice_id
         WHERE p.amount_cents <> i.gross_cents OR p.currency <> i.currency OR p.customer_id <> i.customer_id
            OR i.kind = 'CREDIT_NOTE'
            OR (p.captured_cents > p.refunded_cents AND (i.state <> 'PAID' OR i.debt_id IS NOT NULL)
                AND p.settlement NOT IN ('FAILED', 'ABSORBED', 'CHARGED_BACK')
                AND NOT EXISTS (SELECT 1 FROM payment_operations r
                                WHERE r.payment_id = p.id AND r.kind = 'REFUND' AND r.state = 'REQUESTED'))
         ORDER BY p.id"
    )?;
    found.each(3, "payment", ids, "is not what its invoice says, or was taken for one that is not to be paid");
    let twice = sql!(
        tx,
        all(Uuid, i64),
        "SELECT COALESCE(invoice_id, debt_id), COUNT(*) FROM payments
         WHERE (invoice_id IS NOT NULL OR debt_id IS NOT NULL) AND captured_cents > refunded_cents
         GROUP BY COALESCE(invoice_id, debt_id) HAVING COUNT(*) > 1 ORDER BY 1"
    )?;
    for (id, count) in twice {
        found.add(3, format_args!("invoice or debt {id} was paid {count} times"));
    }
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT d.id FROM debts d
         LEFT JOIN (SELECT debt_id, SUM(gross_cents) AS owed, SUM(CASE WHEN state = 'IN_DEBT' THEN 1 ELSE 0 END) AS unpaid,
                           COUNT(*) AS invoices
                    FROM invoices WHERE debt_id IS NOT NULL AND state <> 'CANCELLED' GROUP BY debt_id) i ON i.debt_id = d.id
         WHERE COALESCE(i.owed, 0) <> CASE WHEN d.state = 'CANCELLED' THEN 0 ELSE d.amount_cents END
            OR (d.state = 'PAID' AND i.unpaid > 0) OR (d.state <> 'PAID' AND i.unpaid <> i.invoices)
         ORDER BY d.id"
    )?;
    found.each(3, "debt", ids, "is not the sum of its unpaid invoices");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT id FROM invoices WHERE (state = 'IN_DEBT' AND debt_id IS NULL) OR (state = 'ISSUED' AND debt_id IS NOT NULL)
         ORDER BY id"
    )?;
    found.each(3, "invoice", ids, "is in debt and in no debt");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT d.id FROM debts d
         WHERE (d.state = 'PAID') <> EXISTS (SELECT 1 FROM payments p WHERE p.debt_id = d.id AND p.state = 'CHARGED'
                                             AND p.captured_cents = d.amount_cents AND p.currency = d.currency
                                             AND p.customer_id = d.customer_id
                                             AND NOT EXISTS (SELECT 1 FROM payment_operations r
                                                             WHERE r.payment_id = p.id AND r.kind = 'REFUND'))
         ORDER BY d.id"
    )?;
    found.each(3, "debt", ids, "counts as paid and nobody paid it, or the other way round");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT d.id FROM debts d
         LEFT JOIN (SELECT i.debt_id, SUM(l.debit_cents) AS given_up FROM ledger_entries l JOIN invoices i ON i.id = l.invoice_id
                    WHERE l.movement = 'WRITE_OFF' AND l.account = 'WRITTEN_OFF' GROUP BY i.debt_id) w ON w.debt_id = d.id
         WHERE COALESCE(w.given_up, 0) <> CASE WHEN d.state = 'WRITTEN_OFF' THEN d.amount_cents ELSE 0 END
         ORDER BY d.id"
    )?;
    found.each(4, "debt", ids, "was written off otherwise than the books say");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT s.id FROM subscriptions s
         WHERE (s.status = 'PAST_DUE' OR s.next_charge_at IS NOT NULL)
           AND (s.next_charge_at IS NULL OR s.dunning_ends_at IS NULL
                OR NOT EXISTS (SELECT 1 FROM invoices i WHERE i.subscription_id = s.id AND i.state = 'ISSUED'))
         ORDER BY s.id"
    )?;
    found.each(3, "subscription", ids, "is past due and owes nothing, or has no calendar");
    Ok(())
}

/// Promise 7, for what goes on by itself: whatever is to be charged, asked for or begun has a job behind it, alive or dead.
pub(super) async fn looked_after(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let jobs = sql!(
        tx,
        all(String, Json<serde_json::Value>),
        "SELECT kind, payload FROM jobs WHERE kind LIKE 'subscriptions.%'"
    )?;
    let ids_in = |member: &str| -> HashSet<Uuid> {
        let values = jobs.iter().filter_map(|(_, payload)| payload.0.get(member));
        values
            .flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]))
            .filter_map(|value| value.as_str()?.parse().ok())
            .collect()
    };
    let without = |ids: Vec<(Uuid,)>, behind: &HashSet<Uuid>| -> Vec<(Uuid,)> {
        ids.into_iter().filter(|(id,)| !behind.contains(id)).collect()
    };
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT id FROM payments
         WHERE (invoice_id IS NOT NULL OR debt_id IS NOT NULL) AND state IN ('INITIATED', 'PENDING', 'UNKNOWN')
           AND authentication_url IS NULL ORDER BY id"
    )?;
    let charged = ids_in("payment").union(&ids_in("payments")).copied().collect();
    found.each(7, "payment", without(ids, &charged), "is to be asked for, but nobody does");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT DISTINCT i.subscription_id FROM invoices i
         WHERE i.state = 'ISSUED'
           AND NOT EXISTS (SELECT 1 FROM invoices o JOIN payments p ON p.invoice_id = o.id
                           WHERE o.subscription_id = i.subscription_id AND o.state = 'ISSUED'
                             AND p.state IN ('INITIATED', 'PENDING', 'UNKNOWN'))
         ORDER BY i.subscription_id"
    )?;
    found.each(7, "subscription", without(ids, &ids_in("subscription")), "has an unpaid invoice that nobody charges");
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT a.service_activation_id FROM service_activations a
         WHERE a.offer_kind = 'SUBSCRIPTION' AND a.final_result = 'ACTIVE' AND a.activated_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.service_activation_id = a.service_activation_id)
         ORDER BY a.service_activation_id"
    )?;
    found.each(
        7,
        "activation",
        without(ids, &ids_in("activation")),
        "is a delivered subscription that is never billed",
    );
    let ids = sql!(
        tx,
        all(Uuid,),
        "SELECT s.id FROM subscriptions s
         JOIN service_activations a ON a.service_activation_id = s.service_activation_id
         WHERE s.status = 'CANCELLED' AND a.current_state = 'ACTIVE'
           AND NOT EXISTS (SELECT 1 FROM deactivations d WHERE d.service_activation_id = s.service_activation_id)
         ORDER BY s.id"
    )?;
    found.each(7, "subscription", ids, "has ended, but nobody switches its service off");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day(text.parse().unwrap())
    }

    fn contract(ended: Option<(&str, EndReason)>) -> Contract {
        let period_end = day("2027-02-28");
        Contract {
            id: Uuid::nil(),
            time_zone: "Europe/Madrid".to_owned(),
            anchor_day: 31,
            price_cents: Cents(3_100),
            currency: Currency::Eur,
            started_on: day("2026-12-31"),
            period_start: day("2027-01-31"),
            period_end,
            next_billing_at: ended.is_none().then(|| start_of_day(period_end.0, "Europe/Madrid")),
            status: if ended.is_none() { SubscriptionStatus::Active } else { SubscriptionStatus::Cancelled },
            ended_at: ended.map(|(at, _)| at.parse().unwrap()),
            end_reason: ended.map(|(_, reason)| reason.to_string()),
            created_at: "2026-12-31T10:00:00Z".parse().unwrap(),
        }
    }

    fn billed(kind: InvoiceKind, from: &str, until: &str, cents: i64) -> Billed {
        let (period_start, period_end) = (day(from), day(until));
        Billed { subscription_id: Uuid::nil(), kind, period_start, period_end, gross_cents: Cents(cents) }
    }

    fn january() -> Billed {
        billed(InvoiceKind::Period, "2026-12-31", "2027-01-31", 3_100)
    }

    #[test]
    fn a_contract_that_runs_is_billed_up_to_its_period() {
        assert_eq!(broken(&contract(None), &[january()]), None);
        assert!(broken(&contract(None), &[]).unwrap().contains("is billed until 2026-12-31"));
        let gap = billed(InvoiceKind::Period, "2027-01-30", "2027-02-28", 3_100);
        assert!(broken(&contract(None), &[january(), gap]).unwrap().contains("twice or never"));
        let early = billed(InvoiceKind::UsedDays, "2027-01-31", "2027-02-10", 1_100);
        assert!(broken(&contract(None), &[january(), early]).is_some());
        let mut late = contract(None);
        late.next_billing_at = late.next_billing_at.map(|at| at + chrono::TimeDelta::hours(1));
        assert!(broken(&late, &[january()]).unwrap().contains("when its period is over"));
    }

    #[test]
    fn a_contract_that_ended_at_once_bills_its_days() {
        let used = |cents| billed(InvoiceKind::UsedDays, "2027-01-31", "2027-02-10", cents);
        let at_once = || contract(Some(("2027-02-10T08:00:00Z", EndReason::AtOnce)));
        assert_eq!(broken(&at_once(), &[january(), used(1_107)]), None);
        assert!(broken(&at_once(), &[january(), used(1_108)]).is_some(), "a cent too much");
        assert!(broken(&at_once(), &[january()]).is_some(), "not billed");
        let same_day = contract(Some(("2027-01-31T08:00:00Z", EndReason::Unpaid)));
        assert_eq!(broken(&same_day, &[january()]), None, "no day was used");
        let midnight_there = contract(Some(("2027-02-09T23:00:00Z", EndReason::AtOnce)));
        assert_eq!(broken(&midnight_there, &[january(), used(1_107)]), None);
    }

    #[test]
    fn a_contract_that_ended_with_its_period_bills_all_of_it() {
        let february = || billed(InvoiceKind::Period, "2027-01-31", "2027-02-28", 3_100);
        let ended = || contract(Some(("2027-02-27T23:00:00Z", EndReason::PeriodEnd)));
        assert_eq!(broken(&ended(), &[january(), february()]), None);
        assert!(broken(&ended(), &[january()]).is_some());
        let withdrawn = contract(Some(("2027-02-10T08:00:00Z", EndReason::Withdrawn)));
        assert_eq!(broken(&withdrawn, &[january()]), None);
        assert!(broken(&withdrawn, &[january(), february()]).is_some());
    }
}
