//! Promises 2 and 10, in the mailboxes.

use super::Case;
use crate::outside::Letter;
use std::collections::BTreeMap;

/// What a mail says when nothing was charged, in Spanish and English (rulebook §11).
pub(super) const NOT_CHARGED: [&str; 2] = ["no se te ha cobrado", "you have not been charged"];
/// What it says of a hold that has been given back.
const REVERSED: [&str; 2] = ["queda anulada", "has been reversed"];
/// What it says when the service works.
pub(super) const WORKS: [&str; 2] = ["ya funciona en tu coche", "is on in your car"];

/// What it says when support got the service to work.
pub(super) const BY_HAND: [&str; 2] = ["lo hemos activado a mano", "we activated it by hand"];

/// Whether a mail says this in either language.
pub(super) fn says(letter: &Letter, words: [&str; 2]) -> bool {
    let all = format!("{}\n{}", letter.subject, letter.text).to_lowercase();
    words.iter().any(|words| all.contains(words))
}

pub(super) fn judge(cases: &[Case<'_>], wrong: &mut Vec<String>) {
    for case in cases {
        heard_of_it(case, wrong);
        for letter in case.letters.iter().filter(|letter| says(letter, NOT_CHARGED)) {
            is_true(case, letter, wrong);
        }
        once(case, wrong);
    }
}

/// Every order comes to an end that its customer hears of: it works, or nothing was charged. Never both.
fn heard_of_it(case: &Case<'_>, wrong: &mut Vec<String>) {
    match (case.was_told(WORKS), case.was_told(NOT_CHARGED)) {
        (true, true) if case.order.by_hand.is_none() && case.order.withdrawn.is_none() => {
            wrong.push(format!("{}: the customer was told both that it works and that it does not", case.id))
        }
        (false, false) => wrong.push(format!("{}: the customer never heard how it ended", case.id)),
        (true, false) if case.delivered_at().is_none() => {
            wrong.push(format!("{}: the customer was told that it works, the vehicle never had it", case.id));
        }
        _ => {}
    }
}

/// "You have not been charged" is true when it is said, and stays true.
fn is_true(case: &Case<'_>, letter: &Letter, wrong: &mut Vec<String>) {
    // A new hold, which the customer accepts later, is another matter.
    let before = |created| case.by_hand_at().is_none_or(|at| created < at);
    for money in case.payments.iter().filter(|money| before(money.book.created)) {
        let id = &money.book.payment_id;
        if money.book.net_cents() > 0 {
            wrong.push(format!("{}: \"{}\" was not true, {id} was taken", case.id, letter.subject));
        }
        if says(letter, REVERSED) && money.is_held_at(letter.at) {
            wrong.push(format!("{}: \"{}\" said at {} that {id} was reversed", case.id, letter.subject, letter.at));
        }
    }
}

/// The same thing is said once; a repeated `Message-ID` is one mail.
fn once(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    // A try by hand says again how it ended.
    let before = |at| case.by_hand_at().is_none_or(|since| at < since);
    for letter in case.letters.iter().filter(|letter| before(letter.at)) {
        let first = *said.entry(&letter.subject).or_insert(&letter.message_id);
        if first != letter.message_id {
            wrong.push(format!("{}: \"{}\" was said twice", case.id, letter.subject));
        }
    }
}
