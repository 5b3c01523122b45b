//! Subscriptions: what the bank took is the price of the days that were delivered, from the vehicle's word to the customer's
//! last click, and nothing goes on or ends otherwise. The months are counted here in a way of their own.

use super::{Case, Evidence, SLACK, owners};
use crate::people::Subscribed;
use caas::kernel::Timestamp;
use caas::kernel::when::day_there;
use caas::subscriptions::model::EndReason;
use caas_sandbox::world::gateway::model::{Payment, SettlementState};
use chrono::{Months, NaiveDate, TimeDelta};

/// Where everybody lives.
const ZONE: &str = "Europe/Madrid";

pub(super) fn judge(evidence: &Evidence<'_>, cases: &[Case<'_>], wrong: &mut Vec<String>) {
    for subscribed in evidence.subscribed {
        let Some(case) = cases.iter().find(|case| case.order.id == subscribed.order) else { continue };
        begins_with_the_vehicle(case, subscribed, wrong);
        let withdrawn = case.order.withdrawn.is_some();
        let taken = taken(evidence, subscribed, withdrawn);
        match owed(evidence, case, subscribed) {
            Ok(owed) if taken + subscribed.unpaid != owed => wrong.push(format!(
                "{}: {owed} cents were delivered, the bank took {taken} and {} are to be paid",
                case.id, subscribed.unpaid
            )),
            Ok(_) => {}
            Err(what) => wrong.push(format!("{}: {what}", case.id)),
        }
    }
}

/// Payments at the gateway that are for subscriptions.
pub(super) fn payments(evidence: &Evidence<'_>) -> usize {
    evidence.subscribed.iter().map(|subscribed| books(evidence, subscribed).count()).sum()
}

fn books<'a>(evidence: &Evidence<'a>, subscribed: &'a Subscribed) -> impl Iterator<Item = &'a Payment> {
    evidence.world.gateway().payments().filter(|book| {
        let order = book.metadata.get("orderId").and_then(|order| order.as_str());
        order.is_some_and(|order| subscribed.references.iter().any(|reference| reference == order))
    })
}

/// What was taken and not given back. Who withdrew gets back what the bank really moved, and has not taken back itself.
fn taken(evidence: &Evidence<'_>, subscribed: &Subscribed, withdrawn: bool) -> i64 {
    let counts = |book: &&Payment| !withdrawn || (book.settlement != SettlementState::Failed && !book.charged_back);
    books(evidence, subscribed).filter(counts).filter_map(|book| i64::try_from(book.net_cents()).ok()).sum()
}

/// It begins on the day the vehicle had it, or some days later when its word was lost on the way.
fn begins_with_the_vehicle(case: &Case<'_>, subscribed: &Subscribed, wrong: &mut Vec<String>) {
    let Some(delivered) = case.delivered_at() else {
        return wrong.push(format!("{}: is billed, but the vehicle never had it", case.id));
    };
    let days = day_there(delivered, ZONE)..=day_there(delivered + SLACK, ZONE);
    if !days.contains(&subscribed.from) {
        wrong.push(format!("{}: is billed from {} on, the vehicle had it at {delivered}", case.id, subscribed.from));
    }
}

/// What its days cost, in cents, up to its end or to the last period that is over.
fn owed(evidence: &Evidence<'_>, case: &Case<'_>, subscribed: &Subscribed) -> Result<i64, String> {
    let (order, from) = (case.order, subscribed.from);
    if order.withdrawn.is_some() {
        return Ok(0);
    }
    let day = |at: Timestamp| day_there(at, ZONE);
    let next_period = |after: NaiveDate| (1..).map(|month| period(from, month)).find(|start| *start > after);
    let wished = order.to_end.and_then(|at| next_period(day(at)));
    let price = order.price.cents.0;
    let passed_on = owners::passed_on(evidence, order);
    match subscribed.ended {
        None if passed_on.is_some() => Err("goes on although its customer has passed the car on".to_owned()),
        None if order.ended_now.is_some() => Err("goes on although its customer ended it".to_owned()),
        None if wished.is_some_and(|end| end <= day(evidence.now)) => {
            Err("goes on although its customer let it end with its period".to_owned())
        }
        None => Ok(months(from, day(evidence.now)) * price),
        Some((_, Some(EndReason::AtOnce))) => match order.ended_now {
            Some(at) => Ok(share(from, day(at), price)),
            None => Err("was ended at once by nobody".to_owned()),
        },
        Some((_, Some(EndReason::PeriodEnd))) => match wished {
            Some(end) => Ok(months(from, end) * price),
            None => Err("was ended with its period by nobody".to_owned()),
        },
        Some((at, Some(EndReason::Unpaid))) => {
            if books(evidence, subscribed).any(|book| book.captured_amount.is_none()) {
                Ok(share(from, day(at), price))
            } else {
                Err("was ended unpaid, but no bank ever said no".to_owned())
            }
        }
        Some((at, Some(EndReason::NewOwner))) => match passed_on {
            // The new owner may have learned of it a little later, when the platform died meanwhile.
            Some(known) if at <= known && known - at <= TimeDelta::hours(2) => Ok(share(from, day(at), price)),
            _ => Err("was ended because of a new owner that there is not".to_owned()),
        },
        Some((at, reason)) => Err(format!("ended at {at} for no reason of its customer's: {reason:?}")),
    }
}

/// The first day of a period: always so many months after the very first one, on the last day of a month without that day.
fn period(from: NaiveDate, month: u32) -> NaiveDate {
    from.checked_add_months(Months::new(month)).unwrap_or(NaiveDate::MAX)
}

/// How many periods are over on this day.
fn months(from: NaiveDate, day: NaiveDate) -> i64 {
    let over = (1..1200).take_while(|&month| period(from, month) <= day).count();
    i64::try_from(over).unwrap_or_default()
}

/// The periods that are over, and the days of the one that is not, rounded down; this day itself is not used any more.
fn share(from: NaiveDate, day: NaiveDate, price: i64) -> i64 {
    let over = months(from, day);
    let number = u32::try_from(over).unwrap_or_default();
    let (begun, ends) = (period(from, number), period(from, number + 1));
    over * price + price * (day - begun).num_days().max(0) / (ends - begun).num_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_cost_their_share() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(share(day("2026-01-31"), day("2026-01-31"), 2_800), 0);
        assert_eq!(share(day("2026-01-31"), day("2026-02-14"), 2_800), 1_400);
        assert_eq!(share(day("2026-01-31"), day("2026-02-28"), 2_800), 2_800);
        assert_eq!(share(day("2026-01-31"), day("2026-03-31"), 2_800), 5_600);
        assert_eq!(months(day("2026-01-31"), day("2026-04-29")), 2);
    }
}
