//! What people do: order, click twice, order from another tab, confirm with their bank, cancel, lose the net, look back
//! and order again; look after their cars, or not ([`garage`]); pass them on ([`owners`]).

pub mod garage;
pub mod owners;

use self::owners::HandOver;
use crate::dice::Dice;
use crate::outside::Outside;
use crate::settings::{ORDERS_A_YEAR, Settings};
use caas::Caas;
use caas::catalogue::{Market, OfferKind, RequiredBlock, Service, repository as catalogue};
use caas::kernel::Timestamp;
use caas::kernel::database::Tx;
use caas::kernel::error::Result;
use caas::kernel::ids::{ActivationId, OfferId, PaymentMethodId, UserId, VehicleId};
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::GatewayMethod;
use caas::purchases::cancel::{Cancelled, cancel};
use caas::purchases::model::OrderRefusal;
use caas::purchases::service::{Order, continue_after_authentication, place};
use caas::sql;
use caas::subscriptions::model::{ChangeRefusal, EndReason, InvoiceKind, InvoiceState};
use caas::subscriptions::{changes, debts, end, invoices, repository as subscriptions};
use caas::support::Agent;
use caas::support::model::Terms;
use caas::vehicles::{self, NewVehicle};
use caas::ways_out::{accept_manual_hold, manual_activation, note_theft, permanent_failure};
use caas::withdrawal::model::{Via, WithdrawalRefusal};
use caas::withdrawal::service::{Declarant, reference, withdraw};
use caas_sandbox::world::gateway::model::Payment;
use caas_sandbox::world::iot::model::VehiclePatch;
use caas_sandbox::{Connectivity, TestCard, VehicleSpec, Vin};
use chrono::{NaiveDate, TimeDelta};
use sqlx::types::Uuid;
use std::collections::BTreeMap;

/// Somebody who buys.
struct Customer {
    id: UserId,
    email: String,
    locale: Locale,
    methods: Vec<(PaymentMethodId, TestCard)>,
}

struct Car {
    id: VehicleId,
    vin: Vin,
    model: &'static str,
    /// Whose it is, among the customers.
    owner: usize,
}

/// Something to buy.
struct Ware {
    offer: OfferId,
    service: String,
    kind: OfferKind,
    days: Option<i64>,
    price: Money,
    models: Vec<String>,
    asks_for: Vec<RequiredBlock>,
    safety_critical: bool,
}

/// An order, as its customer knows it.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Its number.
    pub id: ActivationId,
    /// For which car.
    pub vin: Vin,
    /// Which service.
    pub service: String,
    /// How it was bought.
    pub kind: OfferKind,
    /// For how many days, when not for ever.
    pub days: Option<i64>,
    /// The price on the button.
    pub price: Money,
    /// When the button was clicked.
    pub at: Timestamp,
    /// When the order was known to be taken: later, if the platform died meanwhile.
    pub taken: Timestamp,
    /// Its customer's mail address.
    pub buyer: String,
    /// The maintenance that the service asks for.
    pub asks_for: Vec<RequiredBlock>,
    /// Whether it is critical for safety.
    pub safety_critical: bool,
    /// Whether its customer has agreed to buy it although the workshops can't be asked.
    pub knows_the_risk: bool,
    /// When its customer was told that it is cancelled.
    pub cancelled: Option<Timestamp>,
    /// When support took it into its hands.
    pub by_hand: Option<ByHand>,
    /// When its customer withdrew, as the receipt says, and the receipt's number.
    pub withdrawn: Option<(Timestamp, String)>,
    /// When its customer ended it at once.
    pub ended_now: Option<Timestamp>,
    /// Since when its customer wants it to end with its period.
    pub to_end: Option<Timestamp>,
    owner: usize,
    card: TestCard,
}

/// A subscription as its customer's page tells it in the end.
#[derive(Clone, Debug)]
pub struct Subscribed {
    /// The order it began with.
    pub order: ActivationId,
    /// The first day that is billed.
    pub from: NaiveDate,
    /// When it ended, and why.
    pub ended: Option<(Timestamp, Option<EndReason>)>,
    /// What the bank knows its invoices and its debt by.
    pub references: Vec<String>,
    /// What is still to be paid, in cents.
    pub unpaid: i64,
}

/// Support tried an order by hand.
#[derive(Clone, Debug)]
pub struct ByHand {
    /// When it was decided.
    pub at: Timestamp,
    /// What it costs the customer.
    pub terms: Terms,
    /// The number of the case.
    pub case: String,
}

/// A click on the button, which may be repeated.
#[derive(Clone, Copy, Debug)]
struct Click {
    customer: usize,
    car: usize,
    ware: usize,
    method: usize,
    form: u64,
    first: Timestamp,
    knows_the_risk: bool,
}

#[derive(Clone, Debug)]
enum Deed {
    Choose { customer: usize },
    Click(Click),
    Confirm { order: usize, tries: u32 },
    Cancel { order: usize, tries: u32 },
    LookBack { order: usize },
    BankLetsGo { order: usize },
    Help { order: usize },
    AcceptHold { order: usize },
    Withdraw { order: usize, again: bool },
    EndNow { order: usize },
    EndWithPeriod { order: usize },
    KeepOn { order: usize },
    PreferAnother { customer: usize },
    PayDebts { customer: usize },
    Stolen { customer: usize },
    OffTheNet(Vin),
    BackOnTheNet(Vin),
    FallsDue { car: usize },
    BookedLate { car: usize },
    Workshop { car: usize },
    PassOn { customer: usize },
    Accept { change: Uuid, code: String, car: usize, to: usize },
}

/// Everybody, and what they are about to do.
pub struct People {
    dice: Dice,
    customers: Vec<Customer>,
    cars: Vec<Car>,
    wares: Vec<Ware>,
    agenda: BTreeMap<(Timestamp, u64), Deed>,
    deeds: u64,
    /// The order each form came to.
    forms: BTreeMap<u64, ActivationId>,
    ordered: Vec<Ordered>,
    handed_over: Vec<HandOver>,
    complaints: Vec<String>,
    still_buying: bool,
    agent: Agent,
}

/// Orders that are subscriptions on purpose: what goes wrong with them takes months to show.
const BY_MONTH: f64 = 0.3;
/// How long a card stays the preferred one, mostly.
const OTHER_CARD: TimeDelta = TimeDelta::days(45);
/// How often people look whether they owe anything.
const DEBTS: TimeDelta = TimeDelta::days(20);
/// After which a car is stolen, of those that are.
const THEFT: TimeDelta = TimeDelta::days(60);
/// How many pass a car on.
const PASSES_ON: f64 = 0.4;
/// After which they do.
const HAS_IT_FOR: TimeDelta = TimeDelta::days(150);

const MODELS: [&str; 4] = ["LINCE", "ALCOR", "BRISA", "TAJO"];
const FIRMWARE: &str = "9.0.0";

/// The cards in people's pockets.
const CARDS: &[(f64, TestCard)] = &[
    (40.0, TestCard::GoodVisa),
    (15.0, TestCard::GoodMastercard),
    (12.0, TestCard::NeedsAuthentication),
    (8.0, TestCard::BankTransfer),
    (7.0, TestCard::SettlementFails),
    (5.0, TestCard::ChargedBack),
    (4.0, TestCard::InsufficientFunds),
    (3.0, TestCard::DoNotHonor),
    (3.0, TestCard::TryAgainLater),
    (2.0, TestCard::Expired),
    (1.0, TestCard::Stolen),
];

const NOT_NOW: TimeDelta = TimeDelta::seconds(20);

impl People {
    /// Gives everybody an account, cars and cards.
    pub async fn settle(settings: &Settings, caas: &Caas, outside: &Outside) -> Result<People> {
        let dice = Dice::new(settings.seed, 1);
        let wares = wares(caas).await?;
        let (mut customers, mut cars) = (Vec::new(), Vec::new());
        let mut tx = caas.db.begin().await?;
        let now = caas.now();
        let agent = Agent { id: caas.new_id() };
        insert_person(&mut tx, agent.id, "iker@example.com", "SUPPORT", Locale::Es, now).await?;
        for number in 0..settings.customers {
            let id: UserId = caas.new_id();
            let locale = if dice.says(0.7) { Locale::Es } else { Locale::En };
            let email = format!("eva{number}@example.com");
            insert_person(&mut tx, id, &email, "CUSTOMER", locale, now).await?;
            let mut customer = Customer { id, email, locale, methods: Vec::new() };
            for car in 0..if dice.says(0.3) { 2 } else { 1 } {
                let model = dice.pick(&MODELS).copied().unwrap_or("LINCE");
                let text = format!("VSSZZZS1M{number:05}{car:03}");
                let new = NewVehicle {
                    vin: &text,
                    model_code: model,
                    colour: "BLUE",
                    plate: None,
                    firmware: FIRMWARE,
                    customer: id,
                    dealership: None,
                };
                let id = vehicles::enter_delivered(caas, &mut tx, &new).await?;
                let vin = Vin::parse(&text).expect("digits and letters without I, O and Q, 17 of them");
                outside.seen().world.iot_mut().add_vehicle(VehicleSpec::new(vin.clone(), model, FIRMWARE), now);
                cars.push(Car { id, vin, model, owner: customers.len() });
            }
            let one_that_works = dice.weighted(&CARDS[..3]);
            let another = dice.says(0.6).then(|| dice.weighted(CARDS)).flatten();
            for card in one_that_works.into_iter().chain(another) {
                let entered = outside.seen().world.add_payment_method(&id.to_string(), card, now);
                let method = GatewayMethod {
                    kind: if card == TestCard::BankTransfer { MethodKind::BankTransfer } else { MethodKind::Card },
                    token: entered.token,
                    brand: Some(entered.brand),
                    last4: Some(entered.last4),
                    exp_month: entered.exp_month.map(i64::from),
                    exp_year: entered.exp_year.map(i64::from),
                };
                customer.methods.push((methods::add(caas, &mut tx, id, &method).await?, card));
            }
            customers.push(customer);
        }
        tx.commit().await?;
        let mut people = People {
            dice,
            customers,
            cars,
            wares,
            agenda: BTreeMap::new(),
            deeds: 0,
            forms: BTreeMap::new(),
            ordered: Vec::new(),
            handed_over: Vec::new(),
            complaints: Vec::new(),
            still_buying: true,
            agent,
        };
        for customer in 0..people.customers.len() {
            people.choose_later(now, customer);
            people.manage_later(now, customer, OTHER_CARD, Deed::PreferAnother { customer });
            people.manage_later(now, customer, DEBTS, Deed::PayDebts { customer });
            if people.dice.says(0.2) {
                people.manage_later(now, customer, THEFT, Deed::Stolen { customer });
            }
            if people.dice.says(PASSES_ON) {
                people.manage_later(now, customer, HAS_IT_FOR, Deed::PassOn { customer });
            }
        }
        people.begin_maintenance(outside, now);
        Ok(people)
    }

    /// Nobody begins anything new; what was begun goes on, and every car is back on the net.
    pub fn stop_buying(&mut self, outside: &Outside) {
        self.still_buying = false;
        self.agenda.retain(|_, deed| matches!(deed, Deed::Click(_) | Deed::Confirm { .. } | Deed::Cancel { .. }));
        for car in &self.cars {
            set_net(outside, &car.vin, Connectivity::Online);
        }
    }

    /// Every order that was taken.
    pub fn ordered(&self) -> &[Ordered] {
        &self.ordered
    }

    /// What people noticed to be wrong at once.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// When somebody does something next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    /// Somebody does what is due now. When the platform dies under it, it is done again later.
    pub async fn act(&mut self, caas: &Caas, outside: &Outside) -> Result<()> {
        let now = outside.now();
        let Some(((due, number), deed)) = self.agenda.pop_first() else { return Ok(()) };
        if due > now {
            self.agenda.insert((due, number), deed);
            return Ok(());
        }
        // Kept until it is done: what follows may be cut off at any instant.
        let again = (now + TimeDelta::seconds(30), number);
        self.agenda.insert(again, deed.clone());
        self.carry_out(caas, outside, now, deed).await?;
        self.agenda.remove(&again);
        Ok(())
    }

    async fn carry_out(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, deed: Deed) -> Result<()> {
        match deed {
            Deed::Choose { customer } => self.choose(outside, now, customer),
            Deed::Click(click) => self.click(caas, outside, now, click).await?,
            Deed::Confirm { order, tries } => self.confirm(caas, outside, now, order, tries).await?,
            Deed::Cancel { order, tries } => self.cancel(caas, outside, now, order, tries).await?,
            Deed::LookBack { order } => self.look_back(outside, now, order),
            Deed::BankLetsGo { order } => self.bank_lets_go(outside, now, order),
            Deed::Help { order } => self.help(caas, outside, now, order).await?,
            Deed::AcceptHold { order } => self.accept_hold(caas, outside, order).await?,
            Deed::Withdraw { order, again } => self.withdraw(caas, outside, now, order, again).await?,
            Deed::EndNow { order } => self.end_now(caas, outside, now, order).await?,
            Deed::EndWithPeriod { order } => self.end_with_period(caas, outside, now, order).await?,
            Deed::KeepOn { order } => self.keep_on(caas, outside, order).await?,
            Deed::PreferAnother { customer } => self.prefer_another(caas, outside, now, customer).await?,
            Deed::Stolen { customer } => self.stolen(caas, outside, customer).await?,
            Deed::PayDebts { customer } => self.pay_debts(caas, outside, now, customer).await?,
            Deed::FallsDue { car } => self.falls_due(outside, now, car),
            Deed::BookedLate { car } => self.booked_late(outside, now, car),
            Deed::Workshop { car } => self.workshop(outside, now, car),
            Deed::PassOn { customer } => self.pass_on(caas, outside, now, customer).await?,
            Deed::Accept { change, code, car, to } => {
                self.accept(caas, outside, now, (change, &code), (car, to)).await?;
            }
            Deed::OffTheNet(vin) => set_net(outside, &vin, Connectivity::Offline),
            Deed::BackOnTheNet(vin) => set_net(outside, &vin, Connectivity::Online),
        }
        Ok(())
    }

    fn later(&mut self, at: Timestamp, deed: Deed) {
        self.deeds += 1;
        self.agenda.insert((at, self.deeds), deed);
    }

    fn choose_later(&mut self, now: Timestamp, customer: usize) {
        #[expect(clippy::cast_possible_truncation, reason = "minutes of a year fit")]
        let mean = TimeDelta::minutes((365.0 * 24.0 * 60.0 / ORDERS_A_YEAR) as i64);
        let at = now + self.dice.wait(mean);
        self.later(at, Deed::Choose { customer });
    }

    /// The cars of a customer, by their place.
    fn cars_of(&self, customer: usize) -> Vec<usize> {
        (0..self.cars.len()).filter(|&car| self.cars[car].owner == customer).collect()
    }

    fn choose(&mut self, outside: &Outside, now: Timestamp, customer: usize) {
        self.choose_later(now, customer);
        outside.seen().mishaps.at_a_choice(now);
        let Some(buyer) = self.customers.get(customer) else { return };
        let method = self.dice.below(buyer.methods.len());
        let Some(&car) = self.dice.pick(&self.cars_of(customer)) else { return };
        let model = self.cars[car].model;
        let fitting: Vec<usize> =
            (0..self.wares.len()).filter(|&ware| self.wares[ware].models.iter().any(|fits| fits == model)).collect();
        let by_month: Vec<usize> =
            fitting.iter().copied().filter(|&ware| self.wares[ware].kind == OfferKind::Subscription).collect();
        let among = if self.dice.says(BY_MONTH) && !by_month.is_empty() { &by_month } else { &fitting };
        let Some(&ware) = self.dice.pick(among) else { return };
        let form = self.new_form();
        let knows_the_risk = self.dice.says(0.5);
        let click = Click { customer, car, ware, method, form, first: now, knows_the_risk };
        self.later(now, Deed::Click(click));
        if self.dice.says(0.15) {
            let at = now + self.dice.seconds(0, 3);
            self.later(at, Deed::Click(click));
        }
        if self.dice.says(0.08) {
            let (at, form) = (now + self.dice.seconds(0, 60), self.new_form());
            self.later(at, Deed::Click(Click { form, first: at, ..click }));
        }
    }

    fn new_form(&mut self) -> u64 {
        self.deeds += 1;
        self.deeds
    }

    async fn click(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, click: Click) -> Result<()> {
        let (buyer, ware) = (&self.customers[click.customer], &self.wares[click.ware]);
        let (car, (method, card)) = (&self.cars[click.car], buyer.methods[click.method]);
        let order = Order {
            customer: buyer.id,
            vehicle: car.id,
            offer: ware.offer,
            method: Some(method),
            shown_price: ware.price,
            purchase_key: format!("form-{}", click.form),
            consents: true,
            maintenance_risk: click.knows_the_risk,
            locale: buyer.locale,
        };
        let placed = match place(caas, &order).await? {
            Ok(placed) => placed,
            // The page fills in by itself; whoever wants the service clicks once it has.
            Err(OrderRefusal::MaintenanceUnknown) => {
                // Nothing was ordered by the click before.
                let at = now + self.dice.seconds(3, 60);
                self.later(at, Deed::Click(Click { first: at, ..click }));
                return Ok(());
            }
            Err(OrderRefusal::ConsentMissing) if !click.knows_the_risk => {
                outside.tell(format_args!("the workshops are silent: {} for {}", ware.service, car.vin));
                if self.dice.says(0.6) {
                    let at = now + self.dice.seconds(5, 120);
                    self.later(at, Deed::Click(Click { first: at, knows_the_risk: true, ..click }));
                }
                return Ok(());
            }
            Err(refusal) => {
                outside.tell(format_args!("refused: {} for {}: {refusal:?}", ware.service, car.vin));
                return Ok(());
            }
        };
        outside.tell(format_args!("ordered: {} for {}: {}", ware.service, car.vin, placed.activation));
        let first = *self.forms.entry(click.form).or_insert(placed.activation);
        if first != placed.activation && !placed.already {
            self.complaints.push(format!("one form came to two orders: {} is another one", placed.activation));
        }
        if self.ordered.iter().any(|known| known.id == placed.activation) {
            return Ok(());
        }
        if car.owner != click.customer {
            self.complaints.push(format!("{} was ordered for a car that somebody else has", placed.activation));
        }
        let order = self.ordered.len();
        let vin = car.vin.clone();
        self.ordered.push(Ordered {
            id: placed.activation,
            vin: vin.clone(),
            service: ware.service.clone(),
            kind: ware.kind,
            days: ware.days,
            price: ware.price,
            at: click.first,
            taken: now,
            buyer: buyer.email.clone(),
            asks_for: ware.asks_for.clone(),
            safety_critical: ware.safety_critical,
            knows_the_risk: click.knows_the_risk,
            cancelled: None,
            by_hand: None,
            withdrawn: None,
            ended_now: None,
            to_end: None,
            owner: click.customer,
            card,
        });
        self.after_ordering(outside, now, order, &vin);
        if self.still_buying && self.dice.says(0.1) {
            let at = now + self.dice.wait(TimeDelta::minutes(20));
            self.later(at, Deed::BookedLate { car: click.car });
        }
        Ok(())
    }

    /// What an order brings with it: in life, too, things go wrong when something is going on.
    fn after_ordering(&mut self, outside: &Outside, now: Timestamp, order: usize, vin: &Vin) {
        if self.dice.says(0.2) {
            let at = now + self.dice.wait(TimeDelta::minutes(30));
            self.later(at, Deed::Cancel { order, tries: 8 });
        }
        if self.ordered[order].card == TestCard::NeedsAuthentication && self.dice.says(0.8) {
            let mean = if self.dice.says(0.3) { TimeDelta::hours(5) } else { TimeDelta::minutes(20) };
            let at = now + self.dice.wait(mean);
            self.later(at, Deed::Confirm { order, tries: 5 });
        }
        if self.still_buying && self.dice.says(0.4) {
            let at = now + self.dice.wait(TimeDelta::hours(12));
            self.later(at, Deed::Help { order });
        }
        if self.still_buying && self.dice.says(0.5) {
            let wait = if self.dice.says(0.5) { TimeDelta::hours(3) } else { TimeDelta::hours(30) };
            let at = now + self.dice.wait(wait);
            self.later(at, Deed::LookBack { order });
        }
        self.over_time(now, order);
        let (off_the_net, lets_go) = {
            let mut seen = outside.seen();
            let manners = seen.mishaps.manners();
            seen.world.iot_mut().set_settings(manners);
            (seen.mishaps.at_an_order(now), seen.mishaps.bank_lets_go())
        };
        if lets_go {
            let at = now + self.dice.wait(TimeDelta::minutes(10));
            self.later(at, Deed::BankLetsGo { order });
        }
        if let Some(time) = off_the_net.filter(|_| self.still_buying) {
            let from = now + self.dice.seconds(0, 900);
            self.later(from, Deed::OffTheNet(vin.clone()));
            self.later(from + time, Deed::BackOnTheNet(vin.clone()));
        }
    }

    /// What an order brings with it in weeks and months.
    fn over_time(&mut self, now: Timestamp, order: usize) {
        if !self.still_buying {
            return;
        }
        let is_subscription = self.ordered[order].kind == OfferKind::Subscription;
        if self.ordered[order].days.is_none_or(|days| days > 14) && self.dice.says(0.15) {
            let at = now + self.dice.wait(TimeDelta::days(5));
            self.later(at, Deed::Withdraw { order, again: self.dice.says(0.5) });
        }
        if is_subscription && self.dice.says(0.3) {
            let at = now + self.dice.wait(TimeDelta::days(40));
            self.later(at, Deed::EndWithPeriod { order });
        }
        if is_subscription && self.dice.says(0.2) {
            let at = now + self.dice.wait(TimeDelta::days(50));
            self.later(at, Deed::EndNow { order });
        }
    }

    fn manage_later(&mut self, now: Timestamp, customer: usize, mean: TimeDelta, deed: Deed) {
        // Whoever has one card only, prefers it.
        if mean == OTHER_CARD && self.customers[customer].methods.len() < 2 {
            return;
        }
        let at = now + self.dice.wait(mean);
        self.later(at, deed);
    }

    /// On the own page, or by the mail's link; perhaps twice.
    async fn withdraw(
        &mut self,
        caas: &Caas,
        outside: &Outside,
        now: Timestamp,
        order: usize,
        again: bool,
    ) -> Result<()> {
        let (id, owner) = (self.ordered[order].id, &self.customers[self.ordered[order].owner]);
        let via = if again { Via::EmailLink } else { Via::Expediente };
        let who = Declarant { customer: owner.id, via, locale: owner.locale };
        let outcome = withdraw(caas, who, id).await?;
        outside.tell(format_args!("withdraws from {id}: {:?}", outcome.as_ref().map(|receipt| receipt.declared_at)));
        match outcome {
            Ok(receipt) => {
                let shown = (receipt.declared_at, reference(receipt.id));
                let known = self.ordered[order].withdrawn.get_or_insert(shown.clone());
                if *known != shown {
                    self.complaints.push(format!("{id} was withdrawn from twice: two receipts"));
                }
                if again {
                    let at = now + self.dice.seconds(0, 60);
                    self.later(at, Deed::Withdraw { order, again: false });
                }
            }
            Err(WithdrawalRefusal::NotFound) => {
                self.complaints.push(format!("{id} is not found by its own customer"));
            }
            Err(_) => {}
        }
        Ok(())
    }

    async fn end_now(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, order: usize) -> Result<()> {
        let (id, customer) = (self.ordered[order].id, self.customers[self.ordered[order].owner].id);
        let mut tx = caas.db.read().await?;
        let Some(known) = subscriptions::of_activation(&mut tx, id).await? else { return Ok(()) };
        drop(tx);
        let shown = end::cost_of_ending_now(&known, now).amount;
        // Noted before it is known: should the platform die, it may have been done.
        let before = self.ordered[order].ended_now.replace(now);
        let outcome = changes::cancel_now(caas, customer, known.id, shown).await?;
        outside.tell(format_args!("ends {id} now for {}: {outcome:?}", shown.decimal()));
        if outcome.is_err() {
            self.ordered[order].ended_now = before.filter(|_| outcome == Err(ChangeRefusal::Ended));
        }
        Ok(())
    }

    async fn end_with_period(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, order: usize) -> Result<()> {
        let (id, customer) = (self.ordered[order].id, self.customers[self.ordered[order].owner].id);
        let mut tx = caas.db.read().await?;
        let Some(known) = subscriptions::of_activation(&mut tx, id).await? else { return Ok(()) };
        drop(tx);
        let outcome = changes::cancel_at_period_end(caas, customer, known.id).await?;
        outside.tell(format_args!("ends {id} with its period: {outcome:?}"));
        if matches!(outcome, Ok(()) | Err(ChangeRefusal::AlreadySo)) {
            self.ordered[order].to_end.get_or_insert(now);
            if self.dice.says(0.4) {
                let at = now + self.dice.wait(TimeDelta::days(10));
                self.later(at, Deed::KeepOn { order });
            }
        }
        Ok(())
    }

    async fn keep_on(&mut self, caas: &Caas, outside: &Outside, order: usize) -> Result<()> {
        let (id, customer) = (self.ordered[order].id, self.customers[self.ordered[order].owner].id);
        let mut tx = caas.db.read().await?;
        let Some(known) = subscriptions::of_activation(&mut tx, id).await? else { return Ok(()) };
        drop(tx);
        let outcome = changes::reactivate(caas, customer, known.id).await?;
        outside.tell(format_args!("keeps {id}: {outcome:?}"));
        if matches!(outcome, Ok(()) | Err(ChangeRefusal::AlreadySo)) {
            self.ordered[order].to_end = None;
        }
        Ok(())
    }

    /// Another card is preferred: for some weeks it may be one without money.
    async fn prefer_another(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, customer: usize) -> Result<()> {
        let owner = &self.customers[customer];
        let (method, card) = owner.methods[self.dice.below(owner.methods.len())];
        let done = methods::make_default(caas, owner.id, method).await?;
        outside.tell(format_args!("customer {customer} prefers {card:?}: {done:?}"));
        self.manage_later(now, customer, OTHER_CARD, Deed::PreferAnother { customer });
        Ok(())
    }

    /// Support notes that a car was stolen: nothing happens by itself.
    async fn stolen(&mut self, caas: &Caas, outside: &Outside, customer: usize) -> Result<()> {
        let owner = &self.customers[customer];
        let Some(car) = self.cars.iter().find(|car| car.owner == customer) else { return Ok(()) };
        let noted = note_theft(caas, &self.agent, owner.id, Some(car.id), "Denunciado.").await?;
        outside.tell(format_args!("car {} was stolen: {}", car.vin, noted.is_ok()));
        Ok(())
    }

    async fn pay_debts(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, customer: usize) -> Result<()> {
        let owner = &self.customers[customer];
        let mut tx = caas.db.read().await?;
        let owed = debts::list_of_customer(&mut tx, owner.id).await?;
        drop(tx);
        for debt in owed.iter().filter(|debt| debt.state.is_unpaid()) {
            let (method, card) = owner.methods[self.dice.below(owner.methods.len())];
            let form = format!("debt-{}", now.timestamp_micros());
            let begun = debts::pay(caas, owner.id, debt.id, method, &form).await?;
            outside.tell(format_args!("customer {customer} pays {} by {card:?}: {}", debt.id, begun.is_ok()));
        }
        self.manage_later(now, customer, DEBTS, Deed::PayDebts { customer });
        Ok(())
    }

    /// What the customers' pages say of their subscriptions.
    pub async fn subscribed(&self, caas: &Caas) -> Result<Vec<Subscribed>> {
        let mut tx = caas.db.read().await?;
        let mut all = Vec::new();
        for order in self.ordered.iter().filter(|order| order.kind == OfferKind::Subscription) {
            let Some(known) = subscriptions::of_activation(&mut tx, order.id).await? else { continue };
            let debt = debts::list_of_customer(&mut tx, known.customer_id).await?;
            let debt = debt.into_iter().find(|debt| debt.subscription_id == known.id);
            let billed = invoices::of_subscription(&mut tx, known.id).await?;
            let billed: Vec<_> = billed.into_iter().filter(|invoice| invoice.kind != InvoiceKind::CreditNote).collect();
            let unpaid = billed.iter().filter(|i| matches!(i.state, InvoiceState::Issued | InvoiceState::InDebt));
            all.push(Subscribed {
                order: order.id,
                from: known.started_on.0,
                ended: known.ended_at.map(|at| (at, known.ended_because())),
                unpaid: unpaid.map(|invoice| invoice.gross_cents.0).sum(),
                references: billed
                    .iter()
                    .map(|invoice| invoice.id.to_string())
                    .chain(debt.map(|debt| debt.id.to_string()))
                    .collect(),
            });
        }
        Ok(all)
    }

    /// The bank's app asks, and the customer says yes.
    async fn confirm(
        &mut self,
        caas: &Caas,
        outside: &Outside,
        now: Timestamp,
        order: usize,
        tries: u32,
    ) -> Result<()> {
        let ordered = &self.ordered[order];
        let customer = self.customers[ordered.owner].id;
        let asked = {
            let mut seen = outside.seen();
            let id = ordered.id.to_string();
            let gateway = seen.world.gateway_mut();
            let waiting = gateway
                .payments()
                .filter(|payment| is_for(payment, &id))
                .filter(|payment| gateway.awaits_authentication(&payment.payment_id))
                .last()
                .map(|payment| payment.payment_id.clone());
            waiting.is_some_and(|payment| gateway.confirm_authentication(&payment).is_ok())
        };
        let done = asked && continue_after_authentication(caas, customer, ordered.id).await?;
        outside.tell(format_args!("confirmed with the bank: {}: {done}", self.ordered[order].id));
        if !done && tries > 0 {
            let at = now + self.dice.wait(TimeDelta::minutes(30));
            self.later(at, Deed::Confirm { order, tries: tries - 1 });
        }
        Ok(())
    }

    async fn cancel(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, order: usize, tries: u32) -> Result<()> {
        let (id, customer) = (self.ordered[order].id, self.customers[self.ordered[order].owner].id);
        let outcome = cancel(caas, customer, id).await?;
        outside.tell(format_args!("cancel: {id}: {outcome:?}"));
        match outcome {
            Cancelled::Yes => self.ordered[order].cancelled = Some(now),
            Cancelled::AsSoonAsKnown if tries > 0 => {
                self.later(now + NOT_NOW, Deed::Cancel { order, tries: tries - 1 })
            }
            Cancelled::NotFound => self.complaints.push(format!("{id} is not found by its own customer")),
            Cancelled::AsSoonAsKnown | Cancelled::TooLate => {}
        }
        Ok(())
    }

    /// Somebody at support looks at the case, if there is one, and takes one of the ways out.
    async fn help(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, order: usize) -> Result<()> {
        let id = self.ordered[order].id;
        let mut tx = caas.db.read().await?;
        let ticket =
            caas::support::of_activation(&mut tx, id).await?.first().map(|ticket| (ticket.id, ticket.number.clone()));
        drop(tx);
        let Some((ticket, case)) = ticket else { return Ok(()) };
        // With a bug planted that never gives a hold back, such a case would be looked at every minute for ever.
        let giving_up = if cfg!(feature = "planted-bugs") { 0.0 } else { 1.0 };
        let ways = [(3.0, Some(Terms::Free)), (3.0, Some(Terms::NewHold)), (giving_up, None)];
        let way = self.dice.weighted(&ways).flatten();
        let Some(terms) = way else {
            let done = permanent_failure(caas, &self.agent, ticket, "No es posible.", None).await?;
            outside.tell(format_args!("support declares {id} a permanent failure: {}", done.is_ok()));
            return Ok(());
        };
        // Noted before it is known: should the platform die, the hand may have been at work.
        let before = self.ordered[order].by_hand.replace(ByHand { at: now, terms, case });
        let done = manual_activation(caas, &self.agent, ticket, terms).await?;
        outside.tell(format_args!("support activates {id} by hand, {terms}: {}", done.is_ok()));
        if done.is_err() {
            self.ordered[order].by_hand = before;
        } else if terms == Terms::NewHold && self.dice.says(0.8) {
            let at = now + self.dice.wait(TimeDelta::hours(1));
            self.later(at, Deed::AcceptHold { order });
        }
        Ok(())
    }

    /// The customer accepts the new hold that support asked for.
    async fn accept_hold(&mut self, caas: &Caas, outside: &Outside, order: usize) -> Result<()> {
        let (id, owner) = (self.ordered[order].id, &self.customers[self.ordered[order].owner]);
        let accepted = accept_manual_hold(caas, owner.id, id, None, owner.locale).await?;
        outside.tell(format_args!("new hold for {id}: {accepted:?}"));
        Ok(())
    }

    /// The customer's bank gives up a hold that nobody has taken yet.
    fn bank_lets_go(&self, outside: &Outside, now: Timestamp, order: usize) {
        let id = self.ordered[order].id.to_string();
        let mut seen = outside.seen();
        seen.world.advance_to(now);
        let held: Vec<String> =
            seen.world.gateway().payments().filter(|p| is_for(p, &id)).map(|p| p.payment_id.clone()).collect();
        for payment in held {
            let gone = seen.world.gateway_mut().lapse_hold(&payment, now);
            seen.story.tell(now, format_args!("the bank lets {payment} go: {gone}"));
        }
    }

    /// Somebody sits in the car, finds the service missing and orders it again.
    fn look_back(&mut self, outside: &Outside, now: Timestamp, order: usize) {
        let ordered = &self.ordered[order];
        let is_on =
            outside.seen().world.iot().vehicle(&ordered.vin).is_some_and(|vehicle| vehicle.is_active(&ordered.service));
        if is_on {
            return;
        }
        let owner = &self.customers[ordered.owner];
        let is_theirs = |car: &Car| car.vin == ordered.vin && car.owner == ordered.owner;
        let Some(car) = self.cars.iter().position(is_theirs) else { return };
        let (kind, service) = (ordered.kind, &ordered.service);
        let Some(ware) = self.wares.iter().position(|ware| &ware.service == service && ware.kind == kind) else {
            return;
        };
        let (customer, method) = (ordered.owner, self.dice.below(owner.methods.len()));
        let (form, knows_the_risk) = (self.new_form(), true);
        self.later(now, Deed::Click(Click { customer, car, ware, method, form, first: now, knows_the_risk }));
    }
}

/// Gives somebody an account.
pub(crate) async fn insert_person(
    tx: &mut Tx,
    id: UserId,
    email: &str,
    role: &str,
    locale: Locale,
    now: Timestamp,
) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
         VALUES ($1, $2, $2, 'Eva', $3, $4, 'ES', 'Europe/Madrid', $5, $5, $5)",
        id, email, role, locale.as_str(), now)?;
    Ok(())
}

fn is_for(payment: &Payment, order: &str) -> bool {
    payment.metadata.get("orderId").and_then(|of| of.as_str()) == Some(order)
}

fn set_net(outside: &Outside, vin: &Vin, connectivity: Connectivity) {
    let now = outside.now();
    let mut seen = outside.seen();
    seen.world.advance_to(now);
    let patch = VehiclePatch { connectivity: Some(connectivity), ..VehiclePatch::default() };
    seen.world.iot_mut().patch_vehicle(vin, &patch, now);
    seen.story.tell(now, format_args!("car {vin}: {connectivity:?}"));
}

/// Everything the demo catalogue sells in Spain.
async fn wares(caas: &Caas) -> Result<Vec<Ware>> {
    let mut tx = caas.db.read().await?;
    let codes = sql!(&mut tx, all(String, i64), "SELECT code, CAST(1 AS BIGINT) FROM services ORDER BY code")?;
    let mut wares = Vec::new();
    for (code, _) in codes {
        let Some(service) = catalogue::service_by_code(&mut tx, &code).await? else { continue };
        wares.extend(wares_of(&service));
    }
    Ok(wares)
}

fn wares_of(service: &Service) -> Vec<Ware> {
    let sold_here = service.offers.iter().filter_map(|offer| Some((offer, offer.price(Market::Es)?)));
    let mut wares: Vec<Ware> = sold_here
        .map(|(offer, price)| Ware {
            offer: offer.id,
            service: service.code.clone(),
            kind: offer.kind,
            days: offer.days,
            price: price.amount,
            models: service.models.clone(),
            asks_for: service.required_blocks.clone(),
            safety_critical: service.safety_critical,
        })
        .collect();
    wares.sort_by_key(|ware| (ware.kind, ware.days, ware.offer));
    wares
}
