//! The platform's books against the gateway's, to the cent, at the end of every simulated day, and what the nights'
//! reconciliation found against what was lost on the way. A second opinion beside the oracle, for it reads the database.
//!
//! The day ends when nothing is due any more: messages that were to arrive have arrived, jobs that were to run have run.
//! What still differs by then is allowed only where it is under way ([`under_way`]).

mod under_way;

use self::under_way::{Difference, explain};
use crate::outside::Outside;
use caas::Caas;
use caas::finance::reconciliation::desk::{self, DiscrepancyFilter};
use caas::finance::reconciliation::model::{Class, Discrepancy, DiscrepancyState, Resolution};
use caas::kernel::Timestamp;
use caas::kernel::database::Tx;
use caas::kernel::error::Result;
use caas::kernel::ids::PaymentId;
use caas::payments::ledger::{Account, Movement};
use caas::payments::model::ReportKind;
use caas::sql;
use caas_sandbox::world::gateway::model::{EntryKind, Payment, PaymentStatus, SettlementState};
use chrono::{NaiveDate, TimeDelta};
use sqlx::types::Uuid;
use std::collections::{BTreeMap, BTreeSet};

/// How long after a line of a report everything is known of it: messages come two days late, and two nights compare them.
const KNOWN_AFTER: TimeDelta = TimeDelta::days(6);

/// What has become of a payment's money, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    /// Held and neither taken nor given up.
    held: i64,
    /// Taken.
    captured: i64,
    /// Given back.
    refunded: i64,
    /// Paid out, with the fees.
    settled: i64,
    /// Kept by the gateway.
    fees: i64,
    /// Taken back by the customer's bank.
    charged_back: i64,
}

/// One of the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Held,
    Captured,
    Refunded,
    Settled,
    Fees,
    ChargedBack,
}

impl Sums {
    fn parts(self) -> [(Part, i64); 6] {
        [
            (Part::Held, self.held),
            (Part::Captured, self.captured),
            (Part::Refunded, self.refunded),
            (Part::Settled, self.settled),
            (Part::Fees, self.fees),
            (Part::ChargedBack, self.charged_back),
        ]
    }

    fn add(&mut self, other: Sums) {
        self.held += other.held;
        self.captured += other.captured;
        self.refunded += other.refunded;
        self.settled += other.settled;
        self.fees += other.fees;
        self.charged_back += other.charged_back;
    }

    /// What an entry of our ledger does to its payment.
    fn of_entry(movement: Movement, account: Account, debit: i64, credit: i64) -> Sums {
        let none = Sums::default();
        match (movement, account) {
            (_, Account::Holds) => Sums { held: debit - credit, ..none },
            (Movement::Capture | Movement::Charge, Account::GatewayReceivable) => {
                Sums { captured: debit - credit, ..none }
            }
            (Movement::Refund, Account::GatewayReceivable) => Sums { refunded: credit - debit, ..none },
            (Movement::Settlement | Movement::Recovery, Account::Bank) => Sums { settled: debit - credit, ..none },
            (Movement::Settlement | Movement::Recovery, Account::Fees) => {
                Sums { settled: debit - credit, fees: debit - credit, ..none }
            }
            (Movement::Chargeback, Account::Bank) => Sums { charged_back: credit - debit, ..none },
            _ => none,
        }
    }
}

/// A payment as the gateway has it.
struct There {
    id: String,
    key: String,
    currency: String,
    sums: Sums,
    /// The bank let the hold go by itself.
    lapsed: bool,
    /// Whether the gateway tells of its settlement.
    told: bool,
    /// A message about it has not been handed over.
    message_waits: bool,
    /// The days whose reports name its payout or chargeback.
    reported: Vec<NaiveDate>,
}

fn cents(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

/// All payments in the gateway's books.
fn gateways_books(outside: &Outside) -> Vec<There> {
    let seen = outside.seen();
    let gateway = seen.world.gateway();
    let mut fees: BTreeMap<&str, i64> = BTreeMap::new();
    let mut reported: BTreeMap<&str, Vec<NaiveDate>> = BTreeMap::new();
    for entry in gateway.entries().iter().filter(|entry| entry.kind != EntryKind::Refund) {
        *fees.entry(&entry.payment_id).or_default() += entry.fees.map_or(0, |fees| cents(fees.cents));
        reported.entry(&entry.payment_id).or_default().push(entry.at.date_naive());
    }
    let waiting: BTreeSet<&str> =
        seen.world.outbox().waiting().iter().filter_map(|message| message.body["paymentId"].as_str()).collect();
    let there = |payment: &Payment| {
        let id = payment.payment_id.as_str();
        let captured = payment.captured_amount.map_or(0, |amount| cents(amount.cents));
        There {
            id: id.to_owned(),
            key: payment.idempotency_key.clone(),
            currency: format!("{:?}", payment.amount.currency),
            sums: Sums {
                held: if payment.status == PaymentStatus::Authorized { cents(payment.amount.cents) } else { 0 },
                captured,
                refunded: payment.refunded_amount.map_or(0, |amount| cents(amount.cents)),
                settled: if payment.settlement == SettlementState::Settled { captured } else { 0 },
                fees: fees.get(id).copied().unwrap_or_default(),
                charged_back: if payment.charged_back { captured } else { 0 },
            },
            lapsed: payment.status == PaymentStatus::Expired,
            told: payment.is_told(),
            message_waits: waiting.contains(id),
            reported: reported.remove(id).unwrap_or_default(),
        }
    };
    gateway.payments().map(there).collect()
}

/// Compares, day after day.
pub struct Books {
    /// Whether somebody reads the gateway's reports here.
    reads_reports: bool,
    /// What our ledger says, by payment and currency. Its entries never change, so each is read once.
    ours: BTreeMap<(PaymentId, String), Sums>,
    entries: BTreeSet<Uuid>,
    read_until: Timestamp,
    /// Which of our payments a request at the gateway is for.
    by_key: BTreeMap<String, PaymentId>,
    days: u32,
    wrong: Vec<String>,
    /// What has been named is not named again every day.
    named: BTreeSet<String>,
}

impl Books {
    /// Empty books.
    pub fn new(now: Timestamp, reads_reports: bool) -> Books {
        Books {
            reads_reports,
            ours: BTreeMap::new(),
            entries: BTreeSet::new(),
            read_until: now,
            by_key: BTreeMap::new(),
            days: 0,
            wrong: Vec::new(),
            named: BTreeSet::new(),
        }
    }

    /// The days that were compared.
    pub fn days(&self) -> u32 {
        self.days
    }

    /// Everything that differed although nothing was under way.
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    /// Compares both sides as they stand now, when nothing is due.
    pub async fn end_of_day(&mut self, caas: &Caas, outside: &Outside) -> Result<()> {
        self.days += 1;
        let now = caas.now();
        let there = gateways_books(outside);
        let mut tx = caas.db.read().await?;
        self.read_entries(&mut tx, now).await?;
        let mut sums: BTreeMap<(PaymentId, String), (Sums, Vec<&There>)> = BTreeMap::new();
        for payment in &there {
            let Some(ours) = self.payment_of(&mut tx, &payment.key).await? else {
                self.add(&payment.id, format_args!("is at the gateway under a key that nobody wrote down"), now);
                continue;
            };
            let (sum, parts) = sums.entry((ours, payment.currency.clone())).or_default();
            sum.add(payment.sums);
            parts.push(payment);
        }
        for key in self.ours.keys() {
            sums.entry(key.clone()).or_default();
        }
        for ((payment, currency), (theirs, parts)) in sums {
            let ours = self.ours.get(&(payment, currency)).copied().unwrap_or_default();
            if ours == theirs {
                continue;
            }
            let difference = Difference { payment, ours, theirs, there: &parts, reads_reports: self.reads_reports };
            for (part, ours, theirs) in explain(&mut tx, &difference).await? {
                let ids: Vec<&str> = parts.iter().map(|payment| payment.id.as_str()).collect();
                let of = format!("{payment} ({}) {part:?}", ids.join(", "));
                self.add(&of, format_args!("is {ours} cents here and {theirs} at the gateway"), now);
            }
        }
        Ok(())
    }

    fn add(&mut self, of: &str, what: std::fmt::Arguments<'_>, now: Timestamp) {
        if self.named.insert(of.to_owned()) {
            self.wrong.push(format!("at the end of {}: {of} {what}", now.format("%Y-%m-%d %H:%M")));
        }
    }

    /// Adds up what was booked since the last time. Ids begin with their moment, so that only the end of the table is read.
    async fn read_entries(&mut self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        // A margin, in which each entry is met twice and counted once.
        let from = u64::try_from((self.read_until - TimeDelta::hours(1)).timestamp_millis()).unwrap_or_default();
        let mut first = [0u8; 16];
        first[..6].copy_from_slice(&from.to_be_bytes()[2..]);
        let rows = sql!(
            tx,
            all(Uuid, PaymentId, String, String, String, i64, i64),
            "SELECT id, payment_id, currency, movement, account, debit_cents, credit_cents FROM ledger_entries
             WHERE id >= $1 AND payment_id IS NOT NULL ORDER BY id",
            Uuid::from_bytes(first)
        )?;
        for (id, payment, currency, movement, account, debit, credit) in rows {
            if self.entries.insert(id) {
                let sums = Sums::of_entry(movement.parse()?, account.parse()?, debit, credit);
                self.ours.entry((payment, currency)).or_default().add(sums);
            }
        }
        self.read_until = now;
        Ok(())
    }

    async fn payment_of(&mut self, tx: &mut Tx, key: &str) -> Result<Option<PaymentId>> {
        if let Some(known) = self.by_key.get(key) {
            return Ok(Some(*known));
        }
        let found = sql!(
            tx,
            optional(PaymentId,),
            "SELECT payment_id FROM payment_operations WHERE idempotency_key = $1",
            key
        )?;
        if let Some((payment,)) = found {
            self.by_key.insert(key.to_owned(), payment);
        }
        Ok(found.map(|(payment,)| payment))
    }

    /// In the end: what the reconciliation names is exactly what was lost on the way or failed at the bank.
    pub async fn judge_reconciliation(&mut self, caas: &Caas, outside: &Outside) -> Result<()> {
        if !self.reads_reports {
            return Ok(());
        }
        let now = caas.now();
        let found = desk::list(&mut caas.db.read().await?, &DiscrepancyFilter::default(), i64::MAX).await?;
        // What was found no more is no disagreement: it was only late.
        let found: Vec<_> = found.into_iter().filter(|one| one.resolved_as() != Some(Resolution::Gone)).collect();
        let events = Event::all(outside);
        for one in &found {
            let explained = events.iter().any(|event| event.is_of(one) && event.may_be_named(one, now));
            if !explained {
                let Discrepancy { day, gateway_payment_id, kind, class, .. } = one;
                let what = format!("reconciliation names {class} of {gateway_payment_id}'s {kind} on {day}");
                self.add(&what, format_args!("for no reason"), now);
            }
        }
        for event in events.iter().filter(|event| event.at < now - KNOWN_AFTER) {
            if !event.is_named_by(&found) {
                let what = format!("reconciliation: {} {}", event.payment, event.kind);
                self.add(&what, format_args!("of {} is not named: {:?}", event.at, event.what), now);
            }
        }
        Ok(())
    }
}

/// What a line of a report has in it for the reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    /// All is as it should be, sooner or later.
    Nothing,
    /// The line got lost on its way.
    Line,
    /// The bank did not move the money.
    Money,
    /// No message tells of it.
    Message,
}

struct Event {
    payment: String,
    kind: ReportKind,
    at: Timestamp,
    what: Lost,
}

impl Event {
    fn all(outside: &Outside) -> Vec<Event> {
        let seen = outside.seen();
        let gateway = seen.world.gateway();
        let event = |(number, entry): (usize, &caas_sandbox::world::gateway::model::SettlementEntry)| {
            let told = gateway.payment(&entry.payment_id).is_none_or(Payment::is_told);
            let kind = match entry.kind {
                EntryKind::Capture => ReportKind::Capture,
                EntryKind::Refund => ReportKind::Refund,
                EntryKind::Chargeback => ReportKind::Chargeback,
            };
            let what = match (seen.lost_lines.get(&number), entry.status) {
                (Some(true), _) => Lost::Line,
                (_, SettlementState::Failed) => Lost::Money,
                _ if !told && kind != ReportKind::Refund => Lost::Message,
                _ => Lost::Nothing,
            };
            Event { payment: entry.payment_id.clone(), kind, at: entry.at, what }
        };
        gateway.entries().iter().enumerate().map(event).collect()
    }

    fn is_of(&self, one: &Discrepancy) -> bool {
        one.gateway_payment_id == self.payment && one.kind == self.kind
    }

    /// Whether this is a reason for the discrepancy.
    fn may_be_named(&self, one: &Discrepancy, now: Timestamp) -> bool {
        match one.class {
            Class::MissingThere => self.what == Lost::Line,
            Class::SettlementFailed => self.what == Lost::Money,
            // Whatever comes late may be compared before it is told; the clerk takes over what the report says of it.
            Class::StatusDiffers => {
                let taken_over = one.resolved_as() == Some(Resolution::Applied);
                self.what != Lost::Line && (taken_over || self.at > now - KNOWN_AFTER)
            }
            Class::MissingHere | Class::AmountDiffers => false,
        }
    }

    fn is_named_by(&self, found: &[Discrepancy]) -> bool {
        let named = |class: Class, state: DiscrepancyState| {
            found.iter().any(|one| self.is_of(one) && one.class == class && one.state == state)
        };
        let taken_over = || named(Class::StatusDiffers, DiscrepancyState::Resolved);
        match self.what {
            Lost::Nothing => true,
            Lost::Line => named(Class::MissingThere, DiscrepancyState::Open),
            Lost::Money => named(Class::SettlementFailed, DiscrepancyState::Open) || taken_over(),
            Lost::Message => taken_over(),
        }
    }
}
