//! The demo world: people, cars and a catalogue to try the product with. Never in production.

mod past;
mod subscriber;

use crate::application::{Application, StartError};
use crate::config::Config;
use crate::outside::{PLAYED, SandboxOptions};
use caas::Caas;
use caas::accounts::{DEMO_ACCOUNTS, DEMO_PASSWORD};
use caas::kernel::Timestamp;
use caas::kernel::database::Database;
use caas::kernel::error::Result;
use caas::kernel::ids::UserId;
use caas::kernel::rng::SystemRng;
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::GatewayMethod;
use caas::sales::demo::{BUYERS, DemoStock, MADRID_STOCK, SOLD_STOCK, STOCK_FIRMWARE, VALENCIA_STOCK};
use caas::sql;
use caas::vehicles::{self, NewVehicle};
use caas_sandbox::world::gateway::TestCard;
use caas_sandbox::{Block, BlockName, Sandbox, SandboxClock, VehicleSpec, Vin};
use past::Past;
use std::path::PathBuf;
use std::sync::Arc;

/// A car of the demo world.
pub struct DemoCar {
    /// Its 17 characters.
    pub vin: &'static str,
    model: &'static str,
    colour: &'static str,
    plate: &'static str,
    firmware: &'static str,
}

/// Lucía's two cars, then Tomás's.
pub const DEMO_CARS: [DemoCar; 3] = [
    DemoCar { vin: "VSSZZZLNCTR000101", model: "LINCE", colour: "BLUE", plate: "4821 MKD", firmware: "4.10.2" },
    DemoCar { vin: "VSSZZZALCTR000202", model: "ALCOR", colour: "RED", plate: "7350 LZB", firmware: "4.8.0" },
    DemoCar { vin: "VSSZZZBRSTR000303", model: "BRISA", colour: "GREY", plate: "1902 MNF", firmware: "4.10.2" },
];

/// Makes the demo world in an empty database, before the app itself is started: people, cars, a catalogue, and the weeks
/// in which the dealership sold its first cars. Returns whether it did.
///
/// The past is lived by an app of its own, whose clock begins in the past. Where an outside system or the mail is a real
/// one nothing is made up: the world begins today, without sales that are further than their beginning.
pub async fn make_if_new(config: &Config, snapshot: PathBuf) -> Result<bool, StartError> {
    let db = Database::connect(&config.database_url).await?;
    db.migrate().await?;
    let is_new = !has_people(&db).await?;
    db.close().await;
    if !is_new {
        return Ok(false);
    }
    let is_played = config.mail.smtp.is_none() && PLAYED.iter().all(|one| config.systems.get(*one).url.is_none());
    let begin = if is_played { -past::LENGTH } else { chrono::TimeDelta::zero() };
    let clock = SandboxClock::from_offset(begin.num_microseconds().unwrap_or_default());
    // Kept once in the end: at each change of ten weeks it would take longer than living them.
    let sandbox = SandboxOptions { clock, snapshot: None, webhooks_to: None };
    let app = Application::assemble(config.clone(), sandbox, Arc::new(SystemRng)).await?;
    let handle = app.sandbox.as_ref().map(|running| &running.handle);
    seed_if_new(&app.caas, handle).await?;
    if let (true, Some(sandbox)) = (is_played, handle) {
        behind_with_brakes(sandbox, SandboxClock::system().now());
        live_the_past(&app, sandbox).await?;
    }
    caas::sales::demo::begin_sales(&app.caas).await?;
    if let Some(sandbox) = app.sandbox {
        if let Err(error) = sandbox.handle.snapshot_to(&snapshot) {
            tracing::warn!(%error, "played_world_not_kept");
        }
        sandbox.shutdown().await;
    }
    app.caas.db.close().await;
    Ok(true)
}

async fn live_the_past(app: &Application, sandbox: &Sandbox) -> Result<()> {
    let caas = &app.caas;
    let Some(seller) = caas::sales::demo::seller(caas).await? else { return Ok(()) };
    let mut tx = caas.db.begin().await?;
    for car in &SOLD_STOCK {
        caas::sales::demo::stock(caas, &mut tx, seller.dealership, car).await?;
    }
    tx.commit().await?;
    sandbox.add_vehicles(SOLD_STOCK.iter().filter_map(in_stock));
    Past { caas, registry: &app.registry, sandbox, seller }.live(SandboxClock::system().now()).await
}

/// Lucía's second car is a little behind with its brakes at that time: services that ask for them come with a warning.
fn behind_with_brakes(sandbox: &Sandbox, at: Timestamp) {
    if let Ok(vin) = Vin::parse(DEMO_CARS[1].vin) {
        sandbox.set_block(&vin, Block::overdue_by(BlockName::Brakes, 62.0, 10, at.date_naive()));
    }
}

/// Fills an empty database, and the played systems with what belongs to it. Returns whether it did.
pub async fn seed_if_new(caas: &Caas, sandbox: Option<&Sandbox>) -> Result<bool> {
    if has_people(&caas.db).await? {
        return Ok(false);
    }
    let mut tx = caas.db.begin().await?;
    let people = caas::accounts::seed_demo(caas, &mut tx).await?;
    caas::catalogue::seed_demo(caas, &mut tx).await?;
    caas::support::seed_demo(caas, &mut tx).await?;
    caas::sales::demo::seed_demo(caas, &mut tx, &people).await?;
    for (car, customer) in DEMO_CARS.iter().zip([people.customer, people.customer, people.second_customer]) {
        let vehicle = NewVehicle {
            vin: car.vin,
            model_code: car.model,
            colour: car.colour,
            plate: Some(car.plate),
            firmware: car.firmware,
            customer,
            dealership: Some(people.dealership),
        };
        vehicles::enter_delivered(caas, &mut tx, &vehicle).await?;
    }
    if let Some(sandbox) = sandbox {
        sandbox.add_vehicles(DEMO_CARS.iter().filter_map(played));
        for car in &DEMO_CARS {
            let Ok(vin) = Vin::parse(car.vin) else { continue };
            sandbox.set_maintenance(&vin, Some(BlockName::ALL.map(Block::current).to_vec()));
        }
        behind_with_brakes(sandbox, caas.now());
        sandbox.add_vehicles(MADRID_STOCK.iter().chain(&VALENCIA_STOCK).filter_map(in_stock));
        for customer in [people.customer, people.second_customer] {
            methods::add(caas, &mut tx, customer, &card(sandbox, customer, TestCard::GoodVisa)).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

fn played(car: &DemoCar) -> Option<VehicleSpec> {
    Some(VehicleSpec {
        vin: Vin::parse(car.vin).ok()?,
        model: car.model.to_owned(),
        firmware: car.firmware.to_owned(),
        base_services: vec!["BASE_PLATFORM".to_owned()],
        known_services: None,
    })
}

fn in_stock(car: &DemoStock) -> Option<VehicleSpec> {
    Some(VehicleSpec {
        vin: Vin::parse(car.vin).ok()?,
        model: car.model.to_owned(),
        firmware: STOCK_FIRMWARE.to_owned(),
        base_services: vec!["BASE_PLATFORM".to_owned()],
        known_services: None,
    })
}

fn card(sandbox: &Sandbox, customer: UserId, card: TestCard) -> GatewayMethod {
    let method = sandbox.add_payment_method(&customer.to_string(), card);
    GatewayMethod {
        kind: MethodKind::Card,
        token: method.token,
        brand: Some(method.brand),
        last4: Some(method.last4),
        exp_month: method.exp_month.map(i64::from),
        exp_year: method.exp_year.map(i64::from),
    }
}

/// Whether anybody has an account: if not, the database is new.
pub async fn has_people(db: &Database) -> Result<bool> {
    let mut tx = db.read().await?;
    let row = sql!(tx, optional(i64,), "SELECT CAST(1 AS BIGINT) FROM users LIMIT 1")?;
    Ok(row.is_some())
}

/// Whether this database holds the demo accounts.
pub async fn is_demo(caas: &Caas) -> Result<bool> {
    let mut tx = caas.db.read().await?;
    let first = DEMO_ACCOUNTS.first().map(|account| account.email).unwrap_or_default();
    let row = sql!(tx, optional(i64,), "SELECT CAST(1 AS BIGINT) FROM users WHERE email_key = $1", first)?;
    Ok(row.is_some())
}

/// Who can sign in, one a line.
pub fn accounts() -> String {
    let mut text = format!("  Demo accounts, password {DEMO_PASSWORD}\n");
    for account in DEMO_ACCOUNTS {
        text.push_str(&format!("    {:<34} {}\n", account.email, account.role));
    }
    text.push_str(&format!("    {:<34} CUSTOMER, con suscripciones / with subscriptions\n", subscriber::EMAIL));
    text.push_str("  Buyers of a car, with the same password\n");
    for buyer in BUYERS {
        text.push_str(&format!("    {:<34} {}\n", buyer.email, buyer.stage.1));
    }
    text
}
