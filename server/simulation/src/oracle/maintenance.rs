//! Maintenance (rulebook §4): what is bought and what is first sent to a car rests on what the workshops said within the
//! hour, and the warranty is what their answers make of it. Judged by the questions and answers at the workshops' system;
//! the rules are written down here a second time.

use super::letters::says;
use super::{Case, Evidence};
use crate::outside::Asked;
use crate::people::Ordered;
use crate::people::garage::CarPage;
use caas::kernel::Timestamp;
use caas::kernel::when::day_there;
use caas_sandbox::{Block, Vin};
use chrono::{NaiveDate, TimeDelta};
use std::collections::BTreeSet;

const ZONE: &str = "Europe/Madrid";
/// How long an answer counts.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// How long it may take from the question to the command: the car is asked in between, and may be slow.
const ON_THE_WAY: TimeDelta = TimeDelta::minutes(4);
/// A question that came to nothing says for so long that the workshops are silent: for five minutes, or while they are
/// given a rest.
const SILENT: TimeDelta = TimeDelta::minutes(10);
/// How long work may be overdue.
const GRACE_DAYS: i64 = 30;
/// From one question about a car to the next, where there is one a day: it is left out when an order has asked within the
/// hour, and put off while the workshops are silent.
const A_DAY_AT_MOST: TimeDelta = TimeDelta::hours(40);
/// An answer may be lost with the process that heard it.
const LOST_WITHIN: TimeDelta = TimeDelta::minutes(10);

const OVERDUE: [&str; 2] = ["falta mantenimiento", "maintenance is due"];
const LOST: [&str; 2] = ["ha perdido la garantía", "has lost its warranty"];
const BACK: [&str; 2] = ["vuelve a tener garantía", "has its warranty back"];

pub(super) fn judge(evidence: &Evidence<'_>, cases: &[Case<'_>], wrong: &mut Vec<String>) {
    for case in cases.iter().filter(|case| !case.order.asks_for.is_empty()) {
        bought_rightly(evidence, case, wrong);
        sent_rightly(evidence, case, wrong);
        stopped_rightly(evidence, case, wrong);
    }
    for car in evidence.cars {
        warranty(evidence, car, wrong);
        if evidence.checks_the_fleet {
            is_asked_about(evidence, car, wrong);
        }
    }
}

/// What the platform heard of a car, oldest first.
fn heard<'a>(evidence: &'a Evidence<'_>, vin: &'a Vin) -> impl DoubleEndedIterator<Item = (Timestamp, &'a [Block])> {
    let asked: &'a [Asked] = evidence.asked;
    asked.iter().filter(move |asked| asked.vin == *vin).filter_map(|asked| Some((asked.at, asked.blocks.as_deref()?)))
}

fn were_silent(evidence: &Evidence<'_>, from: Timestamp, until: Timestamp) -> bool {
    let silence = |asked: &Asked| asked.blocks.is_none() && from - SILENT <= asked.at && asked.at <= until;
    evidence.asked.iter().any(silence)
}

fn overdue_days(block: &Block, day: NaiveDate) -> Option<i64> {
    Some((day - block.overdue_since?).num_days())
}

/// Whether a block that the service asks for has too little done, and for too long.
fn is_critical(order: &Ordered, blocks: &[Block], at: Timestamp) -> bool {
    let day = day_there(at, ZONE);
    order.asks_for.iter().any(|asked| {
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let threshold = asked.threshold as f64;
        blocks
            .iter()
            .filter(|block| serde_json::to_value(block.name).ok() == serde_json::to_value(asked.block).ok())
            .any(|block| {
                block.compliance < threshold && overdue_days(block, day).is_some_and(|days| days >= GRACE_DAYS)
            })
    })
}

/// When the order was taken, the last answer had nothing against it; or nobody answered, and its customer knew.
fn bought_rightly(evidence: &Evidence<'_>, case: &Case<'_>, wrong: &mut Vec<String>) {
    let order = case.order;
    let last = heard(evidence, &order.vin).rfind(|(at, _)| *at <= order.at).filter(|(at, _)| order.at - *at < KEPT);
    let meanwhile = heard(evidence, &order.vin).filter(|(at, _)| order.at < *at && *at <= order.taken);
    let answers: Vec<_> = last.into_iter().chain(meanwhile).collect();
    if !answers.is_empty() {
        if answers.iter().all(|(_, blocks)| is_critical(order, blocks, order.at)) {
            wrong.push(format!("{}: {} was sold although maintenance is critical", case.id, order.service));
        }
    } else if order.safety_critical {
        wrong.push(format!("{}: {} was sold although the workshops had not answered", case.id, order.service));
    } else if !order.knows_the_risk {
        wrong.push(format!("{}: {} was sold unseen to somebody who had not agreed to that", case.id, order.service));
    } else if !were_silent(evidence, order.at, order.taken) {
        wrong.push(format!("{}: {} was sold unseen although the workshops were not silent", case.id, order.service));
    }
}

/// When the first command was sent, what was known an hour before at most had nothing against it.
fn sent_rightly(evidence: &Evidence<'_>, case: &Case<'_>, wrong: &mut Vec<String>) {
    let (order, first) = (case.order, case.on.iter().map(|command| command.at).min());
    // A person who tries it by hand decides for themselves.
    let Some(first) = first.filter(|first| case.by_hand_at().is_none_or(|by_hand| *first < by_hand)) else { return };
    let is_fresh = |at: Timestamp| at <= first && first - at < KEPT + ON_THE_WAY;
    let answers: Vec<_> = heard(evidence, &order.vin).filter(|(at, _)| is_fresh(*at)).collect();
    if answers.is_empty() {
        if order.safety_critical || !were_silent(evidence, first - ON_THE_WAY, first) {
            wrong.push(format!("{}: the first command was sent at {first} without asking about maintenance", case.id));
        }
    } else if answers.iter().all(|(_, blocks)| is_critical(order, blocks, first - ON_THE_WAY)) {
        wrong.push(format!("{}: the first command was sent at {first}, maintenance was critical", case.id));
    }
}

/// What was ended for maintenance was critical by the workshops' word, and nothing had been sent for it.
fn stopped_rightly(evidence: &Evidence<'_>, case: &Case<'_>, wrong: &mut Vec<String>) {
    let is_said = |subject: &str| OVERDUE.iter().any(|words| subject.to_lowercase().contains(words));
    let Some(letter) = case.letters.iter().find(|letter| is_said(&letter.subject)) else { return };
    let order = case.order;
    let mut answers = heard(evidence, &order.vin).filter(|(at, _)| order.at - KEPT < *at && *at <= letter.at);
    if !answers.any(|(_, blocks)| is_critical(order, blocks, letter.at)) {
        wrong.push(format!("{}: was ended for maintenance that nobody missed", case.id));
    }
    if !case.on.is_empty() {
        wrong.push(format!("{}: was ended for maintenance after its first command", case.id));
    }
}

/// The warranty's story is what the answers make of it, and each change was told.
fn warranty(evidence: &Evidence<'_>, car: &CarPage, wrong: &mut Vec<String>) {
    let died_then = |at: Timestamp| evidence.deaths.iter().any(|death| at <= *death && *death - at < LOST_WITHIN);
    let mut changes = car.changes.iter().peekable();
    let mut lost = false;
    for (at, blocks) in heard(evidence, &car.vin) {
        let longest = blocks.iter().filter_map(|block| overdue_days(block, day_there(at, ZONE))).max();
        let after = match longest {
            Some(days) => lost || days >= GRACE_DAYS,
            None => lost && blocks.is_empty(),
        };
        if after == lost {
            continue;
        }
        let is_this = |(then, to): &&(Timestamp, bool)| *to == after && (*then - at).abs() < TimeDelta::minutes(1);
        if changes.next_if(is_this).is_some() {
            lost = after;
        } else if !died_then(at) {
            let word = if after { "lost" } else { "back" };
            return wrong.push(format!("{}: its warranty was {word} at {at}, and its page does not say so", car.vin));
        }
    }
    if let Some((at, _)) = changes.next() {
        wrong.push(format!("{}: its warranty changed at {at} for no reason of the workshops'", car.vin));
    }
    if car.lost != lost {
        wrong.push(format!("{}: its page says of the warranty what its history does not", car.vin));
    }
    for (words, to) in [(LOST, true), (BACK, false)] {
        let about = |text: &str| text.contains(&car.path);
        let told: BTreeSet<&str> = evidence
            .letters
            .iter()
            .filter(|letter| says(letter, words) && about(&letter.text))
            .map(|letter| letter.message_id.as_str())
            .collect();
        let changed = car.changes.iter().filter(|change| change.1 == to).count();
        if told.len() != changed {
            wrong.push(format!("{}: {changed} times {:?}, but told {} times", car.vin, words[1], told.len()));
        }
    }
}

/// The fleet's daily check leaves no car out.
fn is_asked_about(evidence: &Evidence<'_>, car: &CarPage, wrong: &mut Vec<String>) {
    let times = evidence.asked.iter().filter(|asked| asked.vin == car.vin).map(|asked| asked.at);
    let mut last = crate::run::START;
    for at in times.chain([evidence.now]) {
        if at - last > A_DAY_AT_MOST {
            wrong.push(format!("{}: nobody asked about its maintenance from {last} to {at}", car.vin));
        }
        last = at;
    }
}
