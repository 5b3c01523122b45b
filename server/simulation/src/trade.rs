//! Dealership staff sell cars, and what customers and staff do until each car is with its customer or the sale is over.
//!
//! Everybody looks after an order now and then and does what its page would ask for: pay, confirm with the bank, bring
//! papers, type a plate, choose a time, hand the key over. Some dawdle, some never pay, some staff give up.

use crate::dice::Dice;
use crate::outside::Outside;
use crate::settings::Settings;
use caas::Caas;
use caas::kernel::Timestamp;
use caas::kernel::database::Tx;
use caas::kernel::error::{Failure, Result};
use caas::kernel::ids::{DealershipId, OfferId, OrderId, PaymentMethodId, UserId};
use caas::kernel::locale::Bilingual;
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::GatewayMethod;
use caas::payments::repository as payments;
use caas::sales::delivery::model::{ChecklistItem, IdentityPaper};
use caas::sales::delivery::{hand_over, pick_ups};
use caas::sales::factory::{manual, queue::PlacingState};
use caas::sales::model::{Address, DeliveryMode, OrderStatus, Owner};
use caas::sales::orders::{self, Order};
use caas::sales::payment::{CarPayment, continue_after_authentication, pay};
use caas::sales::plans::{self, ColourPrice, NewPlan, NewVersion, PriceList};
use caas::sales::sale::{self, CarForm, CustomerForm, DeliveryForm, SaleError, Seller};
use caas::sales::who::Who;
use caas::sales::{documents, registration};
use caas::sql;
use caas::support::model::NewAttachment;
use caas::vehicles;
use caas_sandbox::{Call, Operation, TestCard};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// Cars sold in a year to as many people as buy services.
const SALES_A_YEAR: f64 = 0.8;
/// What comes with every car, in the demo catalogue.
pub const INCLUDED: &str = "LIGHT_SIGNATURE";
/// How often somebody looks after an order, on average.
const LOOK: TimeDelta = TimeDelta::hours(18);

/// A sale, as its customer and its dealership know it.
#[derive(Clone, Debug)]
pub struct Sold {
    /// The order.
    pub id: OrderId,
    /// For people.
    pub number: String,
    /// The whole price.
    pub total: Money,
    /// The señal.
    pub reservation: Money,
    /// Where it will be registered.
    pub country: &'static str,
    /// Its buyer's mail address.
    pub email: String,
    /// When the dealership gave the registration up.
    pub given_up: bool,
    /// Where it stands by its own page, as last seen.
    pub status: OrderStatus,
    /// The car, by the page.
    pub vin: Option<String>,
    customer: UserId,
    methods: Vec<PaymentMethodId>,
    looks: u32,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Sell,
    Look { sale: usize },
}

/// A dealership with its customers.
pub struct Trade {
    dice: Dice,
    seller: Seller,
    operations: UserId,
    between_sales: TimeDelta,
    agenda: BTreeMap<(Timestamp, u64), Deed>,
    deeds: u64,
    sold: Vec<Sold>,
    is_open: bool,
}

/// Where a buyer lives: country, tax id, postal code.
const HOMES: &[(f64, (&str, &str, &str))] = &[
    (5.0, ("ES", "12345678Z", "28001")),
    (2.0, ("FR", "3023217600053", "75001")),
    (2.0, ("GB", "AB123456C", "SW1A 1AA")),
    (1.0, ("DE", "36574261809", "10115")),
];

/// The cards that buyers of cars have.
const CARDS: &[(f64, TestCard)] = &[
    (10.0, TestCard::GoodVisa),
    (3.0, TestCard::NeedsAuthentication),
    (1.0, TestCard::InsufficientFunds),
    (1.0, TestCard::DoNotHonor),
];

impl Trade {
    /// Opens a dealership with a plan for each country.
    pub async fn open(settings: &Settings, caas: &Caas) -> Result<Trade> {
        let dice = Dice::new(settings.seed, 5);
        let now = caas.now();
        let (dealership, dealer, operations) =
            (caas.new_id::<DealershipId>(), caas.new_id::<UserId>(), caas.new_id::<UserId>());
        let catalogue = caas.catalogue().await?;
        let included = catalogue
            .services
            .iter()
            .filter(|service| service.code == INCLUDED)
            .flat_map(|service| &service.offers)
            .find(|offer| offer.kind == caas::catalogue::OfferKind::Permanent)
            .map(|offer| offer.id);
        let mut tx = caas.db.begin().await?;
        sql!(&mut tx, execute
            "INSERT INTO dealerships (id, name, city, country, created_at) VALUES ($1, 'Castellana', 'Madrid', 'ES', $2)",
            dealership, now)?;
        for (id, email, role, place) in [
            (dealer, "marta@example.com", "DEALER", Some(dealership)),
            (operations, "nuria@example.com", "OPERATIONS", None),
        ] {
            sql!(&mut tx, execute
                "INSERT INTO users (id, email, email_key, name, role, dealership_id, locale, country, time_zone,
                                    email_confirmed_at, created_at, updated_at)
                 VALUES ($1, $2, $2, 'Marta', $3, $4, 'es', 'ES', 'Europe/Madrid', $5, $5, $5)",
                id, email, role, place, now)?;
        }
        for (_, (country, ..)) in HOMES {
            open_plan(caas, &mut tx, country, included).await?;
        }
        tx.commit().await?;
        let per_year = f64::from(settings.customers.max(1)) * SALES_A_YEAR;
        #[expect(clippy::cast_possible_truncation, reason = "minutes of a year fit")]
        let between_sales = TimeDelta::minutes((365.0 * 24.0 * 60.0 / per_year) as i64);
        let mut trade = Trade {
            dice,
            seller: Seller { id: dealer, dealership },
            operations,
            between_sales,
            agenda: BTreeMap::new(),
            deeds: 0,
            sold: Vec::new(),
            is_open: true,
        };
        let first = now + trade.dice.wait(between_sales / 4);
        trade.later(first, Deed::Sell);
        Ok(trade)
    }

    /// Nothing new is sold; what was begun goes on.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// Every sale that was registered.
    pub fn sold(&self) -> &[Sold] {
        &self.sold
    }

    /// When somebody does something next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    fn later(&mut self, at: Timestamp, deed: Deed) {
        self.deeds += 1;
        self.agenda.insert((at, self.deeds), deed);
    }

    /// Somebody does what is due now. When the platform dies under it, it is done again later.
    pub async fn act(&mut self, caas: &Caas, outside: &Outside) -> Result<()> {
        let now = outside.now();
        let Some(((due, number), deed)) = self.agenda.pop_first() else { return Ok(()) };
        if due > now {
            self.agenda.insert((due, number), deed);
            return Ok(());
        }
        let again = (now + TimeDelta::seconds(30), number);
        self.agenda.insert(again, deed);
        match deed {
            Deed::Sell => self.sell(caas, outside, now).await?,
            Deed::Look { sale } => self.look(caas, outside, now, sale).await?,
        }
        self.agenda.remove(&again);
        Ok(())
    }

    async fn sell(&mut self, caas: &Caas, outside: &Outside, now: Timestamp) -> Result<()> {
        if !self.is_open {
            return Ok(());
        }
        let next = now + self.dice.wait(self.between_sales);
        self.later(next, Deed::Sell);
        let Some((country, tax_id, postal_code)) = self.dice.weighted(HOMES) else { return Ok(()) };
        let email = format!("nuevo{}@example.com", self.deeds);
        let mode = if self.dice.says(0.7) { DeliveryMode::Home } else { DeliveryMode::PickUp };
        let customer = CustomerForm {
            name: "Noa Prado".to_owned(),
            email: email.clone(),
            phone: "+34600000000".to_owned(),
            language: if self.dice.says(0.7) { "es" } else { "en" }.to_owned(),
            country: country.to_owned(),
            owner_kind: "INDIVIDUAL".to_owned(),
            owner_name: String::new(),
            tax_id: tax_id.to_owned(),
            birth_date: "1980-02-29".to_owned(),
            licence: "12345678".to_owned(),
        };
        let delivery = DeliveryForm {
            mode: mode.to_string(),
            street: "Calle Mayor 1".to_owned(),
            city: "Ciudad".to_owned(),
            postal_code: postal_code.to_owned(),
        };
        let from_stock = if self.dice.says(0.4) { self.a_car_in_stock(caas).await? } else { None };
        let car = CarForm {
            model: "LINCE".to_owned(),
            colour: "BLUE".to_owned(),
            options: Vec::new(),
            stock: from_stock.unwrap_or_default(),
        };
        let registered = match self.register(caas, country, &customer, &car, &delivery).await {
            Ok(registered) => registered,
            Err(SaleError::Failure(failure)) => return Err(failure),
            Err(refusal) => {
                outside.tell(format_args!("not sold: {refusal}: {refusal:?}"));
                return Ok(());
            }
        };
        let (order, id) = (registered.order.clone(), registered.order.id);
        let mut methods = Vec::new();
        let mut tx = caas.db.begin().await?;
        let buyer = order.customer()?;
        for _ in 0..2 {
            let Some(card) = self.dice.weighted(CARDS) else { continue };
            let entered = outside.seen().world.add_payment_method(&buyer.to_string(), card, now);
            let method = GatewayMethod {
                kind: MethodKind::Card,
                token: entered.token,
                brand: Some(entered.brand),
                last4: Some(entered.last4),
                exp_month: entered.exp_month.map(i64::from),
                exp_year: entered.exp_year.map(i64::from),
            };
            methods.push(methods::add(caas, &mut tx, buyer, &method).await?);
        }
        tx.commit().await?;
        outside.tell(format_args!(
            "sold: {} to {email} in {country}, {mode}, from stock {}",
            order.number, order.from_stock
        ));
        outside.seen().mishaps.at_a_sale(now);
        let sale = self.sold.len();
        let price = |money: Option<Money>| money.ok_or_else(|| Failure::Stored("a sale without a price".to_owned()));
        self.sold.push(Sold {
            id,
            number: order.number.clone(),
            total: price(order.total())?,
            reservation: price(order.reservation())?,
            country,
            email,
            given_up: false,
            status: order.status,
            vin: None,
            customer: buyer,
            methods,
            looks: 0,
        });
        self.look_later(now, sale);
        Ok(())
    }

    async fn register(
        &self,
        caas: &Caas,
        country: &str,
        customer: &CustomerForm,
        car: &CarForm,
        delivery: &DeliveryForm,
    ) -> std::result::Result<sale::Registered, SaleError> {
        let id = sale::begin(caas, self.seller, customer).await?;
        sale::save_car(caas, self.seller, id, car).await?;
        sale::save_delivery(caas, self.seller, id, delivery).await?;
        let mut tx = caas.db.read().await?;
        let offered = plans::active(&mut tx, country).await?;
        drop(tx);
        if let Some((_, version)) = offered.first() {
            sale::save_plan(caas, self.seller, id, version.id).await?;
        }
        sale::register(caas, self.seller, id).await
    }

    async fn a_car_in_stock(&self, caas: &Caas) -> Result<Option<String>> {
        let mut tx = caas.db.read().await?;
        let cars = sale::for_sale(&mut tx, self.seller.dealership).await?;
        Ok(self.dice.pick(&cars).map(|car| car.id.to_string()))
    }

    fn look_later(&mut self, now: Timestamp, sale: usize) {
        let at = now + self.dice.wait(LOOK);
        self.later(at, Deed::Look { sale });
    }

    /// What the pages of one order ask people to do, as far as they feel like it.
    async fn look(&mut self, caas: &Caas, outside: &Outside, now: Timestamp, sale: usize) -> Result<()> {
        let (id, customer) = (self.sold[sale].id, self.sold[sale].customer);
        let mut tx = caas.db.read().await?;
        let Some(order) = orders::of_customer(&mut tx, customer, id).await? else { return Ok(()) };
        let car = match order.vehicle_id {
            Some(vehicle) => vehicles::find(&mut tx, vehicle).await?,
            None => None,
        };
        drop(tx);
        self.sold[sale].vin = car.map(|car| car.vin);
        self.sold[sale].status = order.status;
        self.sold[sale].looks += 1;
        if order.status.is_over() {
            outside.tell(format_args!("{} is over: {}", order.number, order.status));
            return Ok(());
        }
        match order.status {
            OrderStatus::AwaitingReservation => self.pay(caas, outside, &order, sale, CarPayment::Reservation).await?,
            OrderStatus::AwaitingFinalPayment => self.pay(caas, outside, &order, sale, CarPayment::Final).await?,
            OrderStatus::ReservationPaid => self.by_phone(caas, outside, id).await?,
            OrderStatus::Registration => self.papers(caas, outside, &order, sale).await?,
            OrderStatus::ReadyForDelivery | OrderStatus::ReturnedToDealership => {
                self.choose_a_time(caas, outside, &order).await?;
                self.tick_off(caas, &order).await?;
            }
            OrderStatus::DeliveryScheduled => {
                self.tick_off(caas, &order).await?;
                self.at_the_counter(caas, outside, now, &order).await?;
            }
            _ => {}
        }
        self.look_later(now, sale);
        Ok(())
    }

    async fn pay(
        &mut self,
        caas: &Caas,
        outside: &Outside,
        order: &Order,
        sale: usize,
        which: CarPayment,
    ) -> Result<()> {
        // Some never pay the señal; most pay the rest in time.
        if !self.dice.says(0.5) {
            return Ok(());
        }
        let (customer, id) = (self.sold[sale].customer, order.id);
        if self.confirm(caas, outside, customer, id).await? {
            return Ok(());
        }
        let Some(&method) = self.dice.pick(&self.sold[sale].methods) else { return Ok(()) };
        let form = format!("form-{}-{}", id, self.sold[sale].looks);
        let clicks = if self.dice.says(0.3) { 2 } else { 1 };
        for _ in 0..clicks {
            let begun = pay(caas, customer, id, which, method, &form).await?;
            outside.tell(format_args!("{} pays {which}: {begun:?}", order.number));
        }
        Ok(())
    }

    /// The bank's app asks, and the customer says yes.
    async fn confirm(&self, caas: &Caas, outside: &Outside, customer: UserId, id: OrderId) -> Result<bool> {
        let mut tx = caas.db.read().await?;
        let waiting = payments::of_order(&mut tx, id).await?.into_iter().find(|p| p.authentication_url.is_some());
        drop(tx);
        let Some(payment) = waiting else { return Ok(false) };
        {
            let mut seen = outside.seen();
            let gateway = seen.world.gateway_mut();
            let of = id.to_string();
            let asked = gateway
                .payments()
                .filter(|known| known.metadata.get("orderId").and_then(|order| order.as_str()) == Some(&of))
                .filter(|known| gateway.awaits_authentication(&known.payment_id))
                .last()
                .map(|known| known.payment_id.clone());
            if let Some(asked) = asked {
                let _ = gateway.confirm_authentication(&asked);
            }
        }
        let done = continue_after_authentication(caas, customer, payment.id).await?;
        outside.tell(format_args!("confirmed with the bank: order {id}: {done}"));
        Ok(done)
    }

    /// Operations ring the factory up about an order that it could not be brought to take.
    async fn by_phone(&self, caas: &Caas, outside: &Outside, id: OrderId) -> Result<()> {
        let mut tx = caas.db.read().await?;
        let Some((order, placing)) = manual::case(&mut tx, id).await? else { return Ok(()) };
        drop(tx);
        if placing.state != PlacingState::Manual || !self.dice.says(0.6) {
            return Ok(());
        }
        let there = {
            let seen = outside.seen();
            let of = id.to_string();
            let found = seen.world.factory().orders().iter().find(|known| known.order_reference == of);
            found.map(|known| known.order_id.clone())
        };
        let told = match (there, self.dice.says(0.2)) {
            (Some(known), _) => format!("{:?}", manual::mark_ordered(caas, self.operations, id, &known, "").await?),
            (None, true) => format!("{:?}", manual::cancel(caas, self.operations, id).await?),
            (None, false) if self.dice.says(0.5) => {
                format!("{:?}", manual::retry(caas, self.operations, id, true).await?)
            }
            (None, false) => {
                let taken = dictated(outside, &order);
                format!("{:?}", manual::mark_ordered(caas, self.operations, id, &taken, "").await?)
            }
        };
        outside.tell(format_args!("operations rang about {}: {told}", order.number));
        Ok(())
    }

    /// Papers are brought, data put right, plates typed in, or all of it given up.
    async fn papers(&mut self, caas: &Caas, outside: &Outside, order: &Order, sale: usize) -> Result<()> {
        let staff = self.staff();
        let buyer = Who::Customer(self.sold[sale].customer);
        let mut tx = caas.db.begin().await?;
        for needed in documents::needed(&mut tx, order).await? {
            if !needed.state.is_there() && self.dice.says(0.7) {
                let file = NewAttachment { name: "papel.pdf".to_owned(), bytes: b"%PDF-1.7 papel".to_vec() };
                let mut who = &buyer;
                if needed.is_asked_of(registration::countries::Provider::Dealership) {
                    who = &staff;
                }
                let brought = documents::upload(caas, &mut tx, who, order.id, needed.paper.code, &file).await?;
                outside.tell(format_args!("{}: {} brought: {}", order.number, needed.paper.code, brought.is_ok()));
            }
        }
        tx.commit().await?;
        let mut tx = caas.db.begin().await?;
        let order = orders::load(&mut tx, order.id).await?;
        let Some(overview) = registration::overview(caas, &mut tx, &order).await? else { return Ok(()) };
        let allowed = &overview.allowed;
        let refused = !overview.registration.reasons().is_empty();
        if allowed.type_plate && self.dice.says(0.5) {
            let typed = plate(self.sold[sale].country, sale);
            let done = registration::type_plate(caas, &mut tx, &staff, order.id, &typed).await?;
            outside.tell(format_args!("{}: plate {typed}: {}", order.number, done.is_ok()));
        } else if allowed.give_up && refused && self.dice.says(0.2) {
            let done = registration::give_up(caas, &mut tx, &staff, order.id).await?;
            outside.tell(format_args!("{}: registration given up: {}", order.number, done.is_ok()));
            self.sold[sale].given_up |= done.is_ok();
        } else if allowed.submit_again && self.dice.says(0.5) {
            let done = registration::submit_again(caas, &mut tx, &staff, order.id).await?;
            outside.tell(format_args!("{}: submitted again: {}", order.number, done.is_ok()));
        } else if allowed.correct && refused {
            let (owner, address): (Option<Owner>, Option<Address>) =
                (order.owner.clone().map(|json| json.0), order.address.clone().map(|json| json.0));
            if let (Some(owner), Some(address)) = (owner, address) {
                let done = registration::correct(caas, &mut tx, &staff, order.id, &owner, &address).await?;
                outside.tell(format_args!("{}: corrected: {}", order.number, done.is_ok()));
            }
        }
        tx.commit().await
    }

    async fn choose_a_time(&self, caas: &Caas, outside: &Outside, order: &Order) -> Result<()> {
        let customer = Who::Customer(order.customer()?);
        let mut tx = caas.db.begin().await?;
        if !pick_ups::is_possible(&mut tx, order).await? || !self.dice.says(0.7) {
            return Ok(());
        }
        let free: Vec<_> = pick_ups::free_slots(caas, &mut tx, order.dealership_id)
            .await?
            .into_iter()
            .filter(|s| s.free() > 0)
            .collect();
        if let Some(slot) = self.dice.pick(&free) {
            let booked = pick_ups::book(caas, &mut tx, &customer, order.id, slot.starts_at).await?;
            outside.tell(format_args!("{}: pick-up at {}: {}", order.number, slot.starts_at, booked.is_ok()));
        }
        tx.commit().await
    }

    async fn tick_off(&self, caas: &Caas, order: &Order) -> Result<()> {
        let staff = self.staff();
        let mut tx = caas.db.begin().await?;
        for item in ChecklistItem::ALL {
            if self.dice.says(0.9) {
                let _ = hand_over::check(caas, &mut tx, &staff, order.id, *item, true).await?;
            }
        }
        tx.commit().await
    }

    async fn at_the_counter(&self, caas: &Caas, outside: &Outside, now: Timestamp, order: &Order) -> Result<()> {
        let staff = self.staff();
        let mut tx = caas.db.begin().await?;
        let booked = pick_ups::booked(&mut tx, order.id).await?.filter(|booked| booked.starts_at <= now);
        let done = match booked {
            Some(_) if self.dice.says(0.2) => {
                format!("missed: {:?}", pick_ups::missed(caas, &mut tx, &staff, order.id).await?.is_ok())
            }
            _ => {
                let paper = IdentityPaper::Passport;
                let seen = hand_over::identify(caas, &mut tx, &staff, order.id, paper, "678Z").await?;
                let handed = hand_over::complete(caas, &mut tx, &staff, order.id).await?;
                format!("identity {}, handed over {}", seen.is_ok(), handed.is_ok())
            }
        };
        tx.commit().await?;
        outside.tell(format_args!("{}: {done}", order.number));
        Ok(())
    }

    fn staff(&self) -> Who {
        Who::staff(self.seller.id, Some(self.seller.dealership))
    }
}

/// The factory takes an order down on the telephone. Nothing goes wrong with that.
fn dictated(outside: &Outside, order: &Order) -> String {
    let now = outside.now();
    let mut seen = outside.seen();
    let body = serde_json::json!({
        "orderReference": order.id.to_string(), "model": order.model_code, "options": [], "colour": order.colour,
        "customer": { "id": "telephone", "name": "Noa Prado", "country": order.country },
        "dealershipId": order.dealership_id.to_string(),
    });
    let call = Call::new(Operation::PlaceOrder, "").key(format!("telephone-{}", order.id)).body(body);
    let answer = seen.world.call(now, &call).answer;
    answer.and_then(|answer| answer.body["orderId"].as_str().map(str::to_owned)).unwrap_or_default()
}

/// A plate that no other sale has.
fn plate(country: &str, sale: usize) -> String {
    match country {
        "DE" => format!("B AB {}", 1 + sale % 9_999),
        "FR" => format!("AA-{:03}-BB", 1 + sale % 999),
        "GB" => format!("AB{:02} CDE", sale % 100),
        _ => format!("{:04} BCD", sale % 10_000),
    }
}

async fn open_plan(caas: &Caas, tx: &mut Tx, country: &str, included: Option<OfferId>) -> Result<()> {
    let currency = if country == "GB" { Currency::Gbp } else { Currency::Eur };
    let name = || Bilingual { es: "Plan".to_owned(), en: "Plan".to_owned() };
    let plan = NewPlan { code: format!("SIM-{country}"), names: name(), country: country.to_owned() };
    let id = plans::insert(caas, tx, &plan, true).await?;
    let version = NewVersion {
        price_list: PriceList {
            models: BTreeMap::from([("LINCE".to_owned(), Cents(3_499_900))]),
            options: Vec::new(),
            colours: vec![ColourPrice { code: "BLUE".to_owned(), names: name(), price: Cents(50_000) }],
        },
        currency,
        vat_rate_basis_points: 2_100,
        reservation_basis_points: 500,
        included: included.into_iter().collect(),
    };
    plans::insert_version(caas, tx, id, &version, None).await?;
    Ok(())
}
