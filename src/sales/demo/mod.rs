//! The demo's dealerships with plans, prices and stock, and two sales under way. Never in production.

mod buyers;

pub use buyers::{BUYERS, CARMEN, DemoBuyer, HUGO, INES, JORGE, PABLO, SOFIA, Wanted};

use super::plans::{self, ColourPrice, NewPlan, NewVersion, OptionPrice, PriceList};
use super::sale::{self, CarForm, CustomerForm, DeliveryForm, SaleError, Seller};
use crate::Caas;
use crate::accounts::DemoAccounts;
use crate::catalogue::{OfferKind, demo_service};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{DealershipId, OfferId, OrderId, UserId, VehicleId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency};
use buyers::TOMÁS;
use chrono::TimeDelta;
use sqlx::types::Json;

/// A car of the demo's stock.
#[derive(Debug, Clone, Copy)]
pub struct DemoStock {
    /// Its 17 characters.
    pub vin: &'static str,
    /// The model's code.
    pub model: &'static str,
    /// The drawing's colour.
    pub colour: &'static str,
    /// Codes of its factory options.
    pub options: &'static [&'static str],
    /// For how many days it has stood there.
    pub days: i64,
}

const fn car(
    vin: &'static str,
    model: &'static str,
    colour: &'static str,
    options: &'static [&'static str],
    days: i64,
) -> DemoStock {
    DemoStock { vin, model, colour, options, days }
}

/// What every car of the demo's stock runs.
pub const STOCK_FIRMWARE: &str = "4.10.2";

/// What stands in Madrid.
pub const MADRID_STOCK: [DemoStock; 5] = [
    car("VSSZZZLNCTR000501", "LINCE", "WHITE", &["HEAT_PUMP"], 41),
    car("VSSZZZLNCTR000502", "LINCE", "BLACK", &["GLASS_ROOF", "LEATHER"], 12),
    car("VSSZZZALCTR000503", "ALCOR", "GREEN", &["TOW_BAR", "ROOF_RAILS"], 96),
    car("VSSZZZBRSTR000504", "BRISA", "RED", &["SPORT_SEATS", "WHEELS_20"], 7),
    car("VSSZZZTAJTR000505", "TAJO", "SAND", &["WINTER_PACK"], 23),
];

/// What stood in Madrid and was sold before the demo begins.
pub const SOLD_STOCK: [DemoStock; 3] = [
    car("VSSZZZBRSTR000506", "BRISA", "RED", &["WHEELS_20"], 5),
    car("VSSZZZLNCTR000507", "LINCE", "WHITE", &["HEAT_PUMP"], 9),
    car("VSSZZZALCTR000508", "ALCOR", "GREEN", &["TOW_BAR"], 2),
];

/// What stands in Valencia.
pub const VALENCIA_STOCK: [DemoStock; 2] = [
    car("VSSZZZLNCTR000601", "LINCE", "BLUE", &["HEAT_PUMP", "WHEELS_20"], 30),
    car("VSSZZZALCTR000602", "ALCOR", "SILVER", &[], 3),
];

/// Models with their price in cents, before the level of a plan.
const MODELS: [(&str, i64); 4] =
    [("LINCE", 3_899_000), ("ALCOR", 4_649_000), ("BRISA", 5_490_000), ("TAJO", 4_975_000)];

/// Options: code, names, price in cents, models.
const OPTIONS: [(&str, &str, &str, i64, &[&str]); 8] = [
    ("GLASS_ROOF", "Techo de cristal", "Glass roof", 120_000, &["LINCE", "ALCOR", "TAJO"]),
    ("LEATHER", "Tapicería de cuero", "Leather upholstery", 189_000, &["LINCE", "ALCOR", "BRISA", "TAJO"]),
    ("HEAT_PUMP", "Bomba de calor", "Heat pump", 95_000, &["LINCE", "ALCOR", "BRISA", "TAJO"]),
    ("WHEELS_20", "Llantas de 20 pulgadas", "20-inch wheels", 145_000, &["LINCE", "ALCOR", "BRISA"]),
    ("TOW_BAR", "Bola de remolque", "Tow bar", 78_000, &["ALCOR", "TAJO"]),
    ("ROOF_RAILS", "Barras de techo", "Roof rails", 35_000, &["ALCOR", "TAJO"]),
    ("WINTER_PACK", "Paquete de invierno", "Winter pack", 64_050, &["LINCE", "ALCOR", "TAJO"]),
    ("SPORT_SEATS", "Asientos deportivos", "Sport seats", 230_000, &["BRISA"]),
];

/// Colours: code, names, price in cents.
const COLOURS: [(&str, &str, &str, i64); 8] = [
    ("SILVER", "Plata", "Silver", 0),
    ("WHITE", "Blanco", "White", 0),
    ("GREY", "Gris grafito", "Graphite grey", 60_000),
    ("BLACK", "Negro", "Black", 60_000),
    ("BLUE", "Azul océano", "Ocean blue", 75_000),
    ("RED", "Rojo", "Red", 75_000),
    ("GREEN", "Verde bosque", "Forest green", 90_000),
    ("SAND", "Arena", "Sand", 90_000),
];

/// A plan of the demo.
struct DemoPlan {
    code: &'static str,
    es: &'static str,
    en: &'static str,
    country: &'static str,
    currency: Currency,
    vat: i64,
    reservation: i64,
    /// Prices against the list above, in percent.
    level: i64,
    /// Codes of the services that come with the car, each with its kind of offer.
    included: &'static [(&'static str, OfferKind)],
}

const CONNECTED: &[(&str, OfferKind)] = &[("SEAT_HEATING", OfferKind::Permanent), ("NAV_LIVE", OfferKind::Temporary)];

const PLANS: [DemoPlan; 5] = [
    DemoPlan {
        code: "CONTADO-ES",
        es: "Compra directa",
        en: "Direct purchase",
        country: "ES",
        currency: Currency::Eur,
        vat: 2100,
        reservation: 1000,
        level: 100,
        included: &[],
    },
    DemoPlan {
        code: "CONECTADO-ES",
        es: "Conectado",
        en: "Connected",
        country: "ES",
        currency: Currency::Eur,
        vat: 2100,
        reservation: 500,
        level: 102,
        included: CONNECTED,
    },
    DemoPlan {
        code: "CONNECTE-FR",
        es: "Conectado Francia",
        en: "Connected France",
        country: "FR",
        currency: Currency::Eur,
        vat: 2000,
        reservation: 800,
        level: 101,
        included: CONNECTED,
    },
    DemoPlan {
        code: "DIREKT-DE",
        es: "Directo Alemania",
        en: "Direct Germany",
        country: "DE",
        currency: Currency::Eur,
        vat: 1900,
        reservation: 1000,
        level: 99,
        included: &[],
    },
    DemoPlan {
        code: "DIRECT-GB",
        es: "Directo Reino Unido",
        en: "Direct United Kingdom",
        country: "GB",
        currency: Currency::Gbp,
        vat: 2000,
        reservation: 1000,
        level: 86,
        included: &[("SEAT_HEATING", OfferKind::Permanent)],
    },
];

/// Gives the demo's dealerships addresses, hours, plans and stock, in the caller's transaction. Once per database.
pub async fn seed_demo(caas: &Caas, tx: &mut Tx, people: &DemoAccounts) -> Result<()> {
    let madrid = ("Paseo de la Castellana 200", "28046", "+34910000200");
    let valencia = ("Camí del Port 12", "46024", "+34960000012");
    for (dealership, (street, postal_code, phone)) in
        [(people.dealership, madrid), (people.second_dealership, valencia)]
    {
        sql!(tx, execute
            "UPDATE dealerships SET street = $1, postal_code = $2, phone = $3 WHERE id = $4",
            street, postal_code, phone, dealership)?;
        hours(tx, dealership).await?;
    }
    for plan in &PLANS {
        seed_plan(caas, tx, plan).await?;
    }
    for (dealership, cars) in
        [(people.dealership, MADRID_STOCK.as_slice()), (people.second_dealership, VALENCIA_STOCK.as_slice())]
    {
        for car in cars {
            stock(caas, tx, dealership, car).await?;
        }
    }
    Ok(())
}

/// Monday to Friday all day, Saturday in the morning.
async fn hours(tx: &mut Tx, dealership: DealershipId) -> Result<()> {
    for weekday in 1..=6i64 {
        let (opens, closes) = if weekday == 6 { ("10:00", "13:00") } else { ("09:00", "18:00") };
        sql!(tx, execute
            "INSERT INTO pick_up_hours (dealership_id, weekday, opens, closes, slot_minutes, capacity)
             VALUES ($1, $2, $3, $4, 60, 2)", dealership, weekday, opens, closes)?;
    }
    Ok(())
}

async fn seed_plan(caas: &Caas, tx: &mut Tx, plan: &DemoPlan) -> Result<()> {
    let mut included = Vec::new();
    for (code, kind) in plan.included {
        included.push(offer(tx, code, *kind).await?);
    }
    let names = |es: &str, en: &str| Bilingual { es: es.to_owned(), en: en.to_owned() };
    // To the ten, as price lists are.
    let level = |cents: i64| Cents(cents * plan.level / 100 / 1000 * 1000);
    let models = MODELS.iter().map(|(code, cents)| ((*code).to_owned(), level(*cents)));
    let options = OPTIONS.iter().map(|(code, es, en, cents, models)| OptionPrice {
        code: (*code).to_owned(),
        names: names(es, en),
        price: Cents(*cents),
        models: models.iter().map(|model| (*model).to_owned()).collect(),
    });
    let colours = COLOURS.iter().map(|(code, es, en, cents)| ColourPrice {
        code: (*code).to_owned(),
        names: names(es, en),
        price: Cents(*cents),
    });
    let version = NewVersion {
        price_list: PriceList { models: models.collect(), options: options.collect(), colours: colours.collect() },
        currency: plan.currency,
        vat_rate_basis_points: plan.vat,
        reservation_basis_points: plan.reservation,
        included,
    };
    let new = NewPlan { code: plan.code.to_owned(), names: names(plan.es, plan.en), country: plan.country.to_owned() };
    let id = plans::insert(caas, tx, &new, true).await?;
    plans::insert_version(caas, tx, id, &version, None).await?;
    Ok(())
}

async fn offer(tx: &mut Tx, code: &str, kind: OfferKind) -> Result<OfferId> {
    let service = demo_service(tx, code).await?;
    let found = service.offers.iter().filter(|offer| offer.kind == kind).max_by_key(|offer| offer.days);
    found
        .map(|offer| offer.id)
        .ok_or_else(|| Failure::Stored(format!("the demo catalogue has no such offer of {code}")))
}

/// Puts a car into a dealership's stock.
pub async fn stock(caas: &Caas, tx: &mut Tx, dealership: DealershipId, car: &DemoStock) -> Result<()> {
    let now = caas.now();
    sql!(tx, execute
        "INSERT INTO vehicles (id, vin, model_code, colour, firmware, dealership_id, assignment_status, inventory_status,
                               stocked_at, configuration, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'SIN_ASIGNAR', 'DEALERSHIP_STOCK', $7, $8, $9, $9)",
        caas.new_id::<VehicleId>(), car.vin, car.model, car.colour, STOCK_FIRMWARE, dealership,
        now - TimeDelta::days(car.days), Json(car.options), now)?;
    Ok(())
}

/// The salesperson of the demo's dealership in Madrid.
pub async fn seller(caas: &Caas) -> Result<Option<Seller>> {
    let mut tx = caas.db.read().await?;
    let found = sql!(
        &mut tx,
        optional(UserId, DealershipId),
        "SELECT id, dealership_id FROM users WHERE email_key = 'concesionario@demo.caas.example'"
    )?;
    Ok(found.map(|(id, dealership)| Seller { id, dealership }))
}

/// Whether this database holds the buyers whose past was lived.
pub async fn has_buyers(caas: &Caas) -> Result<bool> {
    let mut tx = caas.db.read().await?;
    let found =
        sql!(&mut tx, optional(UserId, String), "SELECT id, name FROM users WHERE email_key = $1", CARMEN.email)?;
    Ok(found.is_some())
}

/// Two sales of the demo's salesperson, made as people make them: Tomás has ordered a car and has to pay its señal, and a
/// draft stands at the delivery.
pub async fn begin_sales(caas: &Caas) -> Result<()> {
    let Some(seller) = seller(caas).await? else { return Ok(()) };
    sell(caas, seller, &TOMÁS).await?;
    begun(caas, seller).await.map_err(failure)
}

fn failure(error: SaleError) -> Failure {
    match error {
        SaleError::Failure(failure) => failure,
        other => Failure::Stored(format!("a sale of the demo: {other:?}")),
    }
}

/// Sells somebody the car they want, with the first plan for Spain, as a salesperson does step by step.
pub async fn sell(caas: &Caas, seller: Seller, buyer: &DemoBuyer) -> Result<OrderId> {
    sold(caas, seller, buyer).await.map_err(failure)
}

async fn sold(caas: &Caas, seller: Seller, buyer: &DemoBuyer) -> Result<OrderId, SaleError> {
    let form = customer(buyer.name, buyer.email, buyer.tax_id, buyer.born);
    let id = sale::begin(caas, seller, &form).await?;
    match buyer.wanted {
        Wanted::Built { model, colour, options } => car_of(caas, seller, id, model, colour, options).await?,
        Wanted::InStock(vin) => {
            let mut tx = caas.db.read().await?;
            let (car, _) = sql!(&mut tx, one(VehicleId, String), "SELECT id, vin FROM vehicles WHERE vin = $1", vin)?;
            drop(tx);
            let form = CarForm { stock: car.to_string(), ..CarForm::default() };
            sale::save_car(caas, seller, id, &form).await?;
        }
    }
    // Who comes for the car lives somewhere too: the registration names it.
    let (street, city, postal_code) = buyer.home.unwrap_or(("Calle de Atocha 55, 5.º", "Madrid", "28012"));
    let delivery = DeliveryForm {
        mode: if buyer.home.is_some() { "HOME" } else { "PICK_UP" }.to_owned(),
        street: street.to_owned(),
        city: city.to_owned(),
        postal_code: postal_code.to_owned(),
    };
    sale::save_delivery(caas, seller, id, &delivery).await?;
    let mut tx = caas.db.read().await?;
    let offered = plans::active(&mut tx, "ES").await?;
    drop(tx);
    let (_, version) = offered.first().ok_or_else(|| Failure::Stored("the demo has no plan for Spain".to_owned()))?;
    sale::save_plan(caas, seller, id, version.id).await?;
    sale::register(caas, seller, id).await?;
    Ok(id)
}

async fn begun(caas: &Caas, seller: Seller) -> Result<(), SaleError> {
    let form = customer("Elena Prat", "elena.prat@demo.caas.example", "87654321X", "1988-09-02");
    let id = sale::begin(caas, seller, &form).await?;
    car_of(caas, seller, id, "BRISA", "RED", &["SPORT_SEATS"]).await
}

fn customer(name: &str, email: &str, tax_id: &str, born: &str) -> CustomerForm {
    CustomerForm {
        name: name.to_owned(),
        email: email.to_owned(),
        phone: "+34600000001".to_owned(),
        language: "es".to_owned(),
        country: "ES".to_owned(),
        owner_kind: "INDIVIDUAL".to_owned(),
        owner_name: String::new(),
        tax_id: tax_id.to_owned(),
        birth_date: born.to_owned(),
        licence: String::new(),
    }
}

async fn car_of(
    caas: &Caas,
    seller: Seller,
    id: OrderId,
    model: &str,
    colour: &str,
    options: &[&str],
) -> Result<(), SaleError> {
    let form = CarForm {
        model: model.to_owned(),
        colour: colour.to_owned(),
        options: options.iter().map(|code| (*code).to_owned()).collect(),
        stock: String::new(),
    };
    sale::save_car(caas, seller, id, &form).await
}
