//! Promises 1, 2, 3 and 7, in the gateway's books.

use super::{Case, Evidence, Money, subscriptions, trade};
use caas_sandbox::Operation;
use caas_sandbox::world::gateway::model::{PaymentStatus, SettlementState};
use std::collections::BTreeMap;

pub(super) fn judge(evidence: &Evidence<'_>, cases: &[Case<'_>], wrong: &mut Vec<String>) {
    let known = cases.iter().map(|case| case.payments.len()).sum::<usize>()
        + trade::payments(evidence)
        + subscriptions::payments(evidence);
    let all = evidence.world.gateway().payments().count();
    if known != all {
        wrong.push(format!("{} payments are for no order that anybody placed", all - known));
    }
    for case in cases {
        for money in &case.payments {
            one(case, money, wrong);
        }
        together(case, wrong);
    }
    keys(evidence, wrong);
}

fn one(case: &Case<'_>, money: &Money<'_>, wrong: &mut Vec<String>) {
    let (book, order) = (money.book, &case.id);
    let id = &book.payment_id;
    if i64::try_from(book.amount.cents).ok() != Some(case.order.price.cents.0) {
        wrong.push(format!(
            "{id}: {} was asked for, the button of {order} said {}",
            book.amount,
            case.order.price.decimal()
        ));
    }
    match book.status {
        PaymentStatus::Authorized | PaymentStatus::Processing | PaymentStatus::Initiated => {
            wrong.push(format!("{id} of {order} is still open: {:?}", book.status));
        }
        // Somebody's money was blocked for a week, for nothing. No outage lasts as long.
        PaymentStatus::Expired if case.delivered_at().is_none() && book.capture_before <= Some(book.timestamp) => {
            wrong.push(format!("{id} of {order}, never delivered, was left to lapse instead of being reversed"));
        }
        _ => {}
    }
    if let Some(captured_at) = money.captured_at
        && case.delivered_at().is_none_or(|delivered| delivered > captured_at)
    {
        wrong.push(format!("{id} of {order} was captured at {captured_at}, before the vehicle had confirmed"));
    }
    if book.captured_amount.is_some_and(|captured| captured.cents > book.amount.cents) {
        wrong.push(format!("{id} of {order}: more was captured than held"));
    }
    if book.net_cents() > 0 && money.captured_at.is_none() {
        wrong.push(format!("{id} of {order} was taken without a capture"));
    }
    // Money that the bank never moved is not given back.
    if book.net_cents() > 0
        && case.order.withdrawn.is_some()
        && book.settlement != SettlementState::Failed
        && !book.charged_back
    {
        wrong.push(format!("{id} of {order} was kept although its customer withdrew"));
    }
    if book.net_cents() > 0 && case.order.cancelled.is_some() {
        wrong.push(format!("{id} of {order} was taken although the order is cancelled"));
    }
}

/// One order is paid once, and never are two holds open for it.
fn together(case: &Case<'_>, wrong: &mut Vec<String>) {
    if case.payments.iter().filter(|money| money.book.net_cents() > 0).count() > 1 {
        wrong.push(format!("{} was paid more than once", case.id));
    }
    let held: Vec<&Money<'_>> = case.payments.iter().filter(|money| money.was_held()).collect();
    for (number, money) in held.iter().enumerate() {
        if held.iter().skip(number + 1).any(|later| money.is_held_at(later.book.created)) {
            wrong.push(format!("{} has two holds at the same time, {} is one", case.id, money.book.payment_id));
        }
    }
}

/// What is asked for again is asked for under the same key.
fn keys(evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
    let mut done: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for moved in evidence.moves.iter().filter(|moved| moved.operation != Operation::InitiatePayment) {
        let what = (moved.payment_id.as_str(), format!("{:?}", moved.operation));
        let first = *done.entry(what).or_insert(&moved.key);
        if first != moved.key {
            wrong.push(format!("{:?} of {} was executed under two keys", moved.operation, moved.payment_id));
        }
    }
}
