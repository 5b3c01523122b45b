//! Cars that changed hands (promise 6, rulebook §15): nobody learns from a mail or from the copy of their data what others
//! ordered. That what was bought for good stays with the car, and that subscriptions end, is judged with the vehicles and
//! the bank's books.

use super::{Evidence, words};
use crate::people::Ordered;
use caas::kernel::Timestamp;
use std::collections::BTreeMap;

pub(super) fn judge(evidence: &Evidence<'_>, wrong: &mut Vec<String>) {
    let buyers: BTreeMap<String, &str> =
        evidence.orders.iter().map(|order| (order.id.to_string(), order.buyer.as_str())).collect();
    for letter in evidence.letters {
        for (id, buyer) in words(&letter.text).filter_map(|word| buyers.get_key_value(word)) {
            if letter.to != **buyer {
                wrong.push(format!("{id}: \"{}\" was told to {}, who did not order it", letter.subject, letter.to));
            }
        }
    }
    for copy in evidence.copies {
        for (id, _) in words(&copy.text).filter_map(|word| buyers.get_key_value(word)).filter(|of| *of.1 != copy.of) {
            wrong.push(format!("{id} of somebody else stands in the data of {}", copy.of));
        }
        for other in evidence.copies.iter().filter(|other| other.of != copy.of && copy.text.contains(&other.of)) {
            wrong.push(format!("{} stands in the data of {}", other.of, copy.of));
        }
    }
}

/// When it was known that the customer of this order had passed the car on, if that came later.
pub(super) fn passed_on(evidence: &Evidence<'_>, order: &Ordered) -> Option<Timestamp> {
    let later = evidence.handed_over.iter().filter(|h| h.vin == order.vin && h.from == order.buyer && h.at > order.at);
    later.map(|hand_over| hand_over.at).min()
}
