//! The judge. It knows the outside only: the gateway's books, the vehicles and the commands they were sent, the mails that
//! arrived, and what people clicked. What CaaS believes in its database is none of its business.

mod letters;
mod maintenance;
mod money;
mod owners;
mod settlements;
mod subscriptions;
mod trade;
mod vehicles;

use crate::outside::{Asked, Letter, Move};
use crate::people::garage::CarPage;
use crate::people::owners::{DataCopy, HandOver};
use crate::people::{Ordered, Subscribed};
use crate::trade::Sold;
use caas::catalogue::OfferKind;
use caas::kernel::Timestamp;
use caas::support::model::Terms;
use caas_sandbox::world::gateway::model::{Payment, PaymentStatus};
use caas_sandbox::world::iot::model::{Command, CommandKind, CommandStatus};
use caas_sandbox::{Operation, World};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// What can be seen from outside at the end.
pub struct Evidence<'a> {
    /// The moment of judgement.
    pub now: Timestamp,
    /// Books and vehicles.
    pub world: &'a World,
    /// Requests that moved money, as they were executed.
    pub moves: &'a [Move],
    /// Mails that arrived.
    pub letters: &'a [Letter],
    /// What people ordered.
    pub orders: &'a [Ordered],
    /// What the customers' pages say of their subscriptions.
    pub subscribed: &'a [Subscribed],
    /// Cars that were sold.
    pub sold: &'a [Sold],
    /// Questions to the workshops' system, and what the platform heard.
    pub asked: &'a [Asked],
    /// What the customers' pages say of their cars' warranties.
    pub cars: &'a [CarPage],
    /// Cars that changed hands.
    pub handed_over: &'a [HandOver],
    /// Everybody's copy of their data, if cars changed hands.
    pub copies: &'a [DataCopy],
    /// When the process died.
    pub deaths: &'a [Timestamp],
    /// Whether all cars are asked about every day.
    pub checks_the_fleet: bool,
}

/// Everything that is wrong, in words that name the order, payment or vehicle.
pub fn judge(evidence: &Evidence<'_>) -> Vec<String> {
    let cases = Case::all(evidence);
    let mut wrong = Vec::new();
    money::judge(evidence, &cases, &mut wrong);
    settlements::judge(evidence, &mut wrong);
    vehicles::judge(evidence, &cases, &mut wrong);
    letters::judge(&cases, &mut wrong);
    subscriptions::judge(evidence, &cases, &mut wrong);
    maintenance::judge(evidence, &cases, &mut wrong);
    owners::judge(evidence, &mut wrong);
    trade::judge(evidence, &mut wrong);
    wrong
}

/// How much later than exactly something may be switched off: cars are away for weeks, and are given time to come back.
const SLACK: TimeDelta = TimeDelta::days(3);

/// What could be an id in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
}

/// One order with all traces it left outside.
struct Case<'a> {
    order: &'a Ordered,
    id: String,
    /// What the gateway has for it, oldest first.
    payments: Vec<Money<'a>>,
    /// Commands that switch its service on, from this order up to the next one of the same service.
    on: Vec<&'a Command>,
    /// Commands of an earlier order of the same service that the vehicle carried out only after this order was placed: what
    /// was ordered is there, and no second command is sent (rulebook §6).
    inherited: Vec<&'a Command>,
    /// Every command that switched this service off in this vehicle.
    off: Vec<&'a Command>,
    /// Mails about it.
    letters: Vec<&'a Letter>,
    /// Its customer was told that support got it to work.
    told_by_hand: bool,
    /// When it ended, of a subscription that has.
    ended: Option<Timestamp>,
}

/// A payment in the gateway's books, and when what happened to it.
struct Money<'a> {
    book: &'a Payment,
    captured_at: Option<Timestamp>,
    /// The last moment at which money was held: until it was taken, given back, or lapsed.
    held_until: Option<Timestamp>,
}

impl Money<'_> {
    /// Whether the bank held money for it at any time.
    fn was_held(&self) -> bool {
        self.book.capture_before.is_some()
    }

    fn is_held_at(&self, at: Timestamp) -> bool {
        self.was_held() && self.book.created <= at && self.held_until.is_none_or(|end| at < end)
    }
}

impl<'a> Case<'a> {
    fn all(evidence: &Evidence<'a>) -> Vec<Case<'a>> {
        let mut cases: Vec<Case<'a>> = evidence
            .orders
            .iter()
            .map(|order| Case {
                order,
                id: order.id.to_string(),
                payments: Vec::new(),
                on: Vec::new(),
                inherited: Vec::new(),
                off: Vec::new(),
                letters: Vec::new(),
                ended: evidence
                    .subscribed
                    .iter()
                    .find(|subscribed| subscribed.order == order.id)
                    .and_then(|subscribed| Some(subscribed.ended?.0)),
                told_by_hand: order.by_hand.as_ref().is_some_and(|by_hand| {
                    evidence
                        .letters
                        .iter()
                        .any(|l| l.text.contains(&by_hand.case) && letters::says(l, letters::BY_HAND))
                }),
            })
            .collect();
        let by_id: BTreeMap<String, usize> =
            cases.iter().enumerate().map(|(index, case)| (case.id.clone(), index)).collect();
        let mut by_car: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (index, order) in evidence.orders.iter().enumerate() {
            by_car.entry((order.vin.as_str(), order.service.as_str())).or_default().push(index);
        }
        for orders in by_car.values_mut() {
            orders.sort_by_key(|&index| evidence.orders[index].at);
        }
        for book in evidence.world.gateway().payments() {
            let order = book.metadata.get("orderId").and_then(|id| id.as_str());
            if let Some(&index) = order.and_then(|id| by_id.get(id)) {
                cases[index].payments.push(evidence.money(book));
            }
        }
        for command in evidence.world.iot().commands() {
            let Some(orders) = by_car.get(&(command.vin.as_str(), command.service_id.as_str())) else { continue };
            match command.kind {
                CommandKind::Activate => {
                    let present =
                        |at: Timestamp| orders.iter().rev().copied().find(|&index| evidence.orders[index].at <= at);
                    let sent_for = present(command.at);
                    if let Some(index) = sent_for {
                        cases[index].on.push(command);
                    }
                    let carried_out_for = command.ended.and_then(present);
                    if let Some(index) = carried_out_for.filter(|_| carried_out_for != sent_for) {
                        cases[index].inherited.push(command);
                    }
                }
                CommandKind::Deactivate => {
                    for &index in orders {
                        cases[index].off.push(command);
                    }
                }
            }
        }
        for letter in evidence.letters {
            // Every mail about an order leads to its page.
            if let Some(&index) = words(&letter.text).find_map(|word| by_id.get(word)) {
                cases[index].letters.push(letter);
            }
        }
        cases
    }

    /// When the vehicle first carried it out.
    fn delivered_at(&self) -> Option<Timestamp> {
        let commands = self.on.iter().chain(&self.inherited);
        commands.filter(|command| command.status == CommandStatus::Completed).filter_map(|c| c.ended).min()
    }

    /// When the vehicle carried it out for good: after support had taken it into its hands, what came before was undone.
    fn begins_at(&self) -> Option<Timestamp> {
        let Some(since) = self.by_hand_at() else { return self.delivered_at() };
        let done = self.on.iter().filter(|command| command.status == CommandStatus::Completed).filter_map(|c| c.ended);
        done.filter(|ended| *ended >= since).max().or(self.delivered_at().map(|_| since))
    }

    /// When support took it into its hands.
    fn by_hand_at(&self) -> Option<Timestamp> {
        self.order.by_hand.as_ref().map(|by_hand| by_hand.at)
    }

    /// Whether support gave it away.
    fn is_given(&self) -> bool {
        self.told_by_hand && self.order.by_hand.as_ref().is_some_and(|by_hand| by_hand.terms == Terms::Free)
    }

    /// Whether its customer paid, or would have, had the hold not lapsed before the money could be taken.
    fn is_paid_for(&self) -> bool {
        self.is_given()
            || (self.order.kind == OfferKind::Subscription && !self.was_told(letters::NOT_CHARGED))
            || self.payments.iter().any(|money| {
                money.book.net_cents() > 0
                    || (money.book.status == PaymentStatus::Expired && self.was_told(letters::WORKS))
            })
    }

    /// Until when its customer has a right to the service: `None` is for ever.
    fn right_until(&self) -> Option<Timestamp> {
        let bought = || Some(self.begins_at()? + TimeDelta::days(self.order.days?));
        let withdrawn = self.order.withdrawn.as_ref().map(|(at, _)| *at);
        [withdrawn, self.ended, bought()].into_iter().flatten().min()
    }

    fn was_told(&self, words: [&str; 2]) -> bool {
        self.letters.iter().any(|letter| letters::says(letter, words))
    }
}

impl<'a> Evidence<'a> {
    fn money(&self, book: &'a Payment) -> Money<'a> {
        let moved = |operation: Operation| {
            self.moves.iter().find(|m| m.operation == operation && m.payment_id == book.payment_id).map(|m| m.at)
        };
        let captured_at = moved(Operation::CapturePayment);
        let lapsed = (book.status == PaymentStatus::Expired).then_some(book.timestamp);
        let held_until = captured_at.or_else(|| moved(Operation::CancelPayment)).or(lapsed);
        Money { book, captured_at, held_until }
    }
}
