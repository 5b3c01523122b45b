//! Rulebook §5, as an outsider sees it: money that a bank did not move is asked for once, in a friendly way and for two weeks
//! at most; what was failed or taken back is not charged again. That the service stays is judged with the vehicles.

use super::{Evidence, letters};
use crate::outside::Letter;
use caas::kernel::Timestamp;
use caas_sandbox::world::gateway::model::{EntryKind, Payment, SettlementEntry, SettlementState};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// What the friendly request says.
const REQUEST: [&str; 2] = ["tu banco no ha completado el pago", "your bank did not complete the payment"];

/// For so long the customer may pay with another method; then the cost is ours.
const ASKED_FOR: TimeDelta = TimeDelta::days(14);

pub(super) fn judge(evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
    let ended: Vec<&SettlementEntry> =
        evidence.world.gateway().entries().iter().filter(|entry| is_unpaid(entry)).collect();
    for entry in &ended {
        not_asked_again(evidence, entry, wrong);
    }
    let buyers = buyers(evidence);
    let mut failed: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for entry in ended.iter().filter(|entry| entry.kind == EntryKind::Capture) {
        if let Some(buyer) = order_of(evidence, &entry.payment_id).and_then(|order| buyers.get(order)) {
            failed.entry(buyer).or_default().push(entry.at);
        }
    }
    let mut said: BTreeSet<&str> = BTreeSet::new();
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for letter in evidence.letters.iter().filter(|letter| letters::says(letter, REQUEST)) {
        // A mail whose receipt got lost comes twice under one id.
        if !said.insert(&letter.message_id) {
            continue;
        }
        *asked.entry(&letter.to).or_default() += 1;
        in_time(letter, failed.get(letter.to.as_str()).map_or(&[], Vec::as_slice), wrong);
    }
    for (to, times) in asked {
        let reasons = failed.get(to).map_or(0, Vec::len);
        if times > reasons {
            wrong.push(format!("{to} was asked {times} times for money, {reasons} payments did not arrive"));
        }
    }
}

/// Money that did not arrive, or went back.
fn is_unpaid(entry: &SettlementEntry) -> bool {
    entry.kind == EntryKind::Chargeback || (entry.kind == EntryKind::Capture && entry.status == SettlementState::Failed)
}

/// The mail address behind whatever the bank knows a payment for a service by.
fn buyers<'a>(evidence: &Evidence<'a>) -> BTreeMap<String, &'a str> {
    let mut buyers: BTreeMap<String, &str> = BTreeMap::new();
    for order in evidence.orders {
        buyers.insert(order.id.to_string(), &order.buyer);
        let billed = evidence.subscribed.iter().filter(|subscribed| subscribed.order == order.id);
        for reference in billed.flat_map(|subscribed| &subscribed.references) {
            buyers.insert(reference.clone(), &order.buyer);
        }
    }
    buyers
}

fn order_of<'a>(evidence: &Evidence<'a>, payment: &str) -> Option<&'a str> {
    evidence.world.gateway().payment(payment)?.metadata.get("orderId")?.as_str()
}

fn in_time(letter: &Letter, failed: &[Timestamp], wrong: &mut Vec<String>) {
    if !failed.iter().any(|at| (*at..=*at + ASKED_FOR).contains(&letter.at)) {
        wrong.push(format!("{} was asked for money on {}, when none was missing", letter.to, letter.at));
    }
}

/// CaaS bears it, or finance deals with it: the customer's bank hears no more of it.
fn not_asked_again(evidence: &Evidence<'_>, entry: &SettlementEntry, wrong: &mut Vec<String>) {
    let gateway = evidence.world.gateway();
    let Some(first) = gateway.payment(&entry.payment_id) else { return };
    // Of a car the señal and the rest are two things.
    let same = |later: &&Payment| later.metadata == first.metadata && later.payment_type == first.payment_type;
    for later in gateway.payments().filter(same).filter(|later| later.created > entry.at) {
        wrong.push(format!("{} was asked for again by {}", first.payment_id, later.payment_id));
    }
}
