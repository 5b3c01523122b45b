//! What the catalogue is made of.

use crate::kernel::ids::{OfferId, ServiceId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::{Cents, Currency, Money};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

codes! {
    /// How an offer runs: the API IoT's duration type.
    pub enum OfferKind {
        /// For a number of days, then it is switched off.
        Temporary = "TEMPORARY",
        /// For as long as the vehicle lives.
        Permanent = "PERMANENT",
        /// Month after month, billed after each, until it is cancelled.
        Subscription = "SUBSCRIPTION",
    }
}

codes! {
    /// Whether a service is sold.
    pub enum ServiceStatus {
        /// Sold.
        Active = "ACTIVE",
        /// Sold no more; where it runs it keeps running.
        Retired = "RETIRED",
    }
}

codes! {
    /// What a service is about.
    pub enum Category {
        /// Power and performance.
        Power = "POWER",
        /// Suspension and chassis.
        Suspension = "SUSPENSION",
        /// Driver assistance.
        DriverAssistance = "DRIVER_ASSISTANCE",
        /// Navigation and head-up display.
        Navigation = "NAVIGATION",
        /// Battery, range and charging.
        Range = "RANGE",
        /// Parking and manoeuvring.
        Parking = "PARKING",
        /// Light.
        Light = "LIGHT",
        /// Climate.
        Climate = "CLIMATE",
        /// Seats and comfort.
        Comfort = "COMFORT",
        /// Audio.
        Audio = "AUDIO",
        /// Off-road.
        Offroad = "OFFROAD",
        /// Winter.
        Winter = "WINTER",
        /// Towing.
        Towing = "TOWING",
        /// Security.
        Security = "SECURITY",
    }
}

impl Category {
    /// Its name for people.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            Category::Power => locale.t("Potencia", "Power"),
            Category::Suspension => locale.t("Suspensión", "Suspension"),
            Category::DriverAssistance => locale.t("Ayuda a la conducción", "Driver assistance"),
            Category::Navigation => locale.t("Navegación", "Navigation"),
            Category::Range => locale.t("Autonomía y carga", "Range and charging"),
            Category::Parking => locale.t("Aparcamiento", "Parking"),
            Category::Light => locale.t("Luz", "Light"),
            Category::Climate => locale.t("Clima", "Climate"),
            Category::Comfort => locale.t("Confort", "Comfort"),
            Category::Audio => locale.t("Sonido", "Sound"),
            Category::Offroad => locale.t("Todoterreno", "Off-road"),
            Category::Winter => locale.t("Invierno", "Winter"),
            Category::Towing => locale.t("Remolque", "Towing"),
            Category::Security => locale.t("Seguridad", "Security"),
        }
    }

    /// What people want it for.
    pub const fn purpose(self) -> Purpose {
        match self {
            Category::Power | Category::Suspension => Purpose::Character,
            Category::DriverAssistance | Category::Navigation | Category::Range => Purpose::Journey,
            Category::Parking | Category::Light => Purpose::City,
            Category::Climate | Category::Comfort | Category::Audio => Purpose::Inside,
            Category::Offroad | Category::Winter | Category::Towing => Purpose::Terrain,
            Category::Security => Purpose::Guard,
        }
    }
}

codes! {
    /// What people want a service for: the catalogue's groups, in their order.
    pub enum Purpose {
        /// A car that answers differently.
        Character = "CHARACTER",
        /// Long distances with less effort.
        Journey = "JOURNEY",
        /// Seeing, being seen and parking.
        City = "CITY",
        /// Being at ease inside.
        Inside = "INSIDE",
        /// Bad roads, bad weather, heavy loads.
        Terrain = "TERRAIN",
        /// Looking after the car.
        Guard = "GUARD",
    }
}

impl Purpose {
    /// Its name for people.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            Purpose::Character => locale.t("Conducir con otro carácter", "Drive with another character"),
            Purpose::Journey => locale.t("Viajar lejos y descansado", "Travel far and arrive rested"),
            Purpose::City => locale.t("Ver mejor y aparcar sin tensión", "See better and park at ease"),
            Purpose::Inside => locale.t("Estar a gusto dentro", "Feel at home inside"),
            Purpose::Terrain => locale.t("Ir donde el asfalto no llega", "Go where the tarmac ends"),
            Purpose::Guard => locale.t("Cuidar del coche aparcado", "Look after the parked car"),
        }
    }
}

codes! {
    /// A country the catalogue has prices for (ISO 3166).
    pub enum Market {
        /// Spain.
        Es = "ES",
        /// France.
        Fr = "FR",
        /// Germany.
        De = "DE",
        /// United Kingdom.
        Gb = "GB",
        /// United States.
        Us = "US",
    }
}

impl Market {
    /// The market of a country by its ISO code; `None` where nothing is sold.
    pub fn of_country(code: &str) -> Option<Market> {
        code.parse().ok()
    }

    /// What is paid with there.
    pub const fn currency(self) -> Currency {
        match self {
            Market::Es | Market::Fr | Market::De => Currency::Eur,
            Market::Gb => Currency::Gbp,
            Market::Us => Currency::Usd,
        }
    }

    /// Its name for people.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            Market::Es => locale.t("España", "Spain"),
            Market::Fr => locale.t("Francia", "France"),
            Market::De => locale.t("Alemania", "Germany"),
            Market::Gb => locale.t("Reino Unido", "United Kingdom"),
            Market::Us => locale.t("Estados Unidos", "United States"),
        }
    }
}

codes! {
    /// A functional block of maintenance, as the workshops' system names it.
    pub enum Block {
        /// Motors, battery, transmission.
        Powertrain = "POWERTRAIN",
        /// Suspension and steering.
        SuspensionSteering = "SUSPENSION_STEERING",
        /// Brakes.
        Brakes = "BRAKES",
        /// Control units and sensors.
        Electronics = "ELECTRONICS",
        /// Air conditioning.
        ClimateControl = "CLIMATE_CONTROL",
        /// Differentials and all-wheel drive.
        Drivetrain = "DRIVETRAIN",
    }
}

impl Block {
    /// Its name for people, as it stands inside a sentence.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            Block::Powertrain => locale.t("tren motriz", "powertrain"),
            Block::SuspensionSteering => locale.t("suspensión y dirección", "suspension and steering"),
            Block::Brakes => locale.t("frenos", "brakes"),
            Block::Electronics => locale.t("electrónica", "electronics"),
            Block::ClimateControl => locale.t("climatización", "climate control"),
            Block::Drivetrain => locale.t("transmisión", "drivetrain"),
        }
    }
}

codes! {
    /// The shape of a vehicle model.
    pub enum Body {
        /// Four doors, three boxes.
        Sedan = "SEDAN",
        /// High and roomy.
        Suv = "SUV",
        /// Low and short.
        Sport = "SPORT",
    }
}

/// A vehicle model that services fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleModel {
    /// The code the API IoT and the vehicles use, e.g. `LINCE`.
    pub code: String,
    /// As people say it.
    pub name: String,
    /// Which drawing shows it.
    pub body: Body,
    /// One sentence.
    pub description: Bilingual,
}

/// Maintenance a service asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredBlock {
    /// Which block.
    pub block: Block,
    /// Compliance from which it is in order, in percent.
    pub threshold: i64,
}

/// Another service by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRef {
    /// Its id.
    pub id: ServiceId,
    /// Its code.
    pub code: String,
    /// Its page.
    pub slug: String,
    /// Its name.
    pub name: Bilingual,
}

/// A service (*opción disponible*) with everything a page or a purchase needs of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The API IoT's `serviceId`; never changes.
    pub code: String,
    /// Its page: `/catalogo/{slug}`.
    pub slug: String,
    /// What it is about.
    pub category: Category,
    /// Its name.
    pub name: Bilingual,
    /// The promise in one sentence.
    pub summary: Bilingual,
    /// What it does; a line is a paragraph.
    pub description: Bilingual,
    /// What it needs; a line is an item.
    pub needs: Bilingual,
    /// Further words people search by.
    pub keywords: Bilingual,
    /// Flags the command sets.
    pub feature_flags: Vec<String>,
    /// Parameters the command sets.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Codes of the models it fits.
    pub models: Vec<String>,
    /// The oldest firmware that has it.
    pub min_firmware: String,
    /// Maintenance it asks for.
    pub required_blocks: Vec<RequiredBlock>,
    /// Whether it is refused while maintenance can't be asked about.
    pub safety_critical: bool,
    /// Whether it is sold.
    pub status: ServiceStatus,
    /// Services it can't run with, by position.
    pub conflicts: Vec<ServiceRef>,
    /// The ways to buy it, in order.
    pub offers: Vec<Offer>,
}

impl Service {
    /// Itself by name.
    pub fn to_ref(&self) -> ServiceRef {
        ServiceRef { id: self.id, code: self.code.clone(), slug: self.slug.clone(), name: self.name.clone() }
    }

    /// The offers sold in a country, with their price there.
    pub fn offers_in(&self, market: Market) -> impl Iterator<Item = (&Offer, OfferPrice)> {
        self.offers.iter().filter_map(move |offer| offer.price(market).map(|price| (offer, price)))
    }
}

/// What an offer costs in a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferPrice {
    /// What is paid, VAT included; per month for a subscription.
    pub amount: Money,
    /// The VAT in it: 2100 is 21 %.
    pub vat_rate_basis_points: i64,
}

/// One way to buy a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// What is sold.
    pub service_id: ServiceId,
    /// How it runs.
    pub kind: OfferKind,
    /// How long a temporary one runs.
    pub days: Option<i64>,
    /// What it costs where it is sold.
    pub prices: BTreeMap<Market, OfferPrice>,
}

impl Offer {
    /// What it costs in a country; `None` where it is not sold.
    pub fn price(&self, market: Market) -> Option<OfferPrice> {
        self.prices.get(&market).copied()
    }

    /// What it costs a day in a country, rounded up to the cent, so that nobody pays more than is said here.
    /// A subscription counts twelve months to 365 days. `None` for what is bought for ever.
    pub fn price_per_day(&self, market: Market) -> Option<Money> {
        let Money { cents: Cents(cents), currency } = self.price(market)?.amount;
        let (amount, days) = match (self.kind, self.days) {
            (OfferKind::Temporary, Some(days)) => (cents, days),
            (OfferKind::Subscription, _) => (cents.checked_mul(12)?, 365),
            _ => return None,
        };
        let per_day = amount.checked_add(days - 1)?.checked_div(days)?;
        Some(Money::new(Cents(per_day), currency))
    }

    /// How long it runs, for people: "30 días", "Para siempre", "Suscripción".
    pub fn term(&self, locale: Locale) -> String {
        match (self.kind, self.days) {
            (OfferKind::Permanent, _) => locale.t("Para siempre", "For good").to_owned(),
            (OfferKind::Subscription, _) => locale.t("Suscripción", "Subscription").to_owned(),
            (OfferKind::Temporary, Some(365)) => locale.t("1 año", "1 year").to_owned(),
            (OfferKind::Temporary, Some(1)) => locale.t("1 día", "1 day").to_owned(),
            (OfferKind::Temporary, days) => format!("{} {}", days.unwrap_or_default(), locale.t("días", "days")),
        }
    }
}

/// The whole catalogue as it was at one revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// How many changes there had been.
    pub revision: i64,
    /// The models, in order.
    pub models: Vec<VehicleModel>,
    /// The services, retired ones too, by group and then in order.
    pub services: Vec<Service>,
    /// What each service is found by, folded; at the same place as in `services`.
    pub(super) haystacks: Vec<String>,
}

impl Snapshot {
    /// Puts a snapshot together: sorts the services by group and prepares the search.
    pub fn new(revision: i64, models: Vec<VehicleModel>, mut services: Vec<Service>) -> Snapshot {
        // The sort is stable: inside a group and category they stay by position.
        services.sort_by_key(|service| (service.category.purpose(), service.category));
        let haystacks = services.iter().map(super::search::haystack).collect();
        Snapshot { revision, models, services, haystacks }
    }

    /// The services that are sold.
    pub fn sold(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.status == ServiceStatus::Active)
    }

    /// The service of a page.
    pub fn by_slug(&self, slug: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.slug == slug)
    }

    /// The service of a code.
    pub fn by_code(&self, code: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.code == code)
    }

    /// The service of an id.
    pub fn by_id(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// An offer and its service.
    pub fn offer(&self, id: OfferId) -> Option<(&Service, &Offer)> {
        self.services
            .iter()
            .find_map(|service| service.offers.iter().find(|offer| offer.id == id).map(|offer| (service, offer)))
    }

    /// The model of a code.
    pub fn model(&self, code: &str) -> Option<&VehicleModel> {
        self.models.iter().find(|model| model.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offer(kind: OfferKind, days: Option<i64>, cents: i64) -> Offer {
        let price = OfferPrice { amount: Money::new(Cents(cents), Currency::Eur), vat_rate_basis_points: 2100 };
        let nil = uuid::Uuid::nil();
        Offer {
            id: OfferId(nil),
            service_id: ServiceId(nil),
            kind,
            days,
            prices: BTreeMap::from([(Market::Es, price)]),
        }
    }

    #[test]
    fn a_price_per_day_is_rounded_up_to_the_cent() {
        let per_day = |kind, days, cents| offer(kind, days, cents).price_per_day(Market::Es).map(|m| m.cents.0);
        assert_eq!(per_day(OfferKind::Temporary, Some(30), 2990), Some(100));
        assert_eq!(per_day(OfferKind::Temporary, Some(30), 3000), Some(100));
        assert_eq!(per_day(OfferKind::Temporary, Some(30), 3001), Some(101));
        assert_eq!(per_day(OfferKind::Temporary, Some(1), 690), Some(690));
        assert_eq!(per_day(OfferKind::Temporary, Some(365), 1), Some(1));
        assert_eq!(per_day(OfferKind::Subscription, None, 990), Some(33));
        assert_eq!(per_day(OfferKind::Permanent, None, 99_000), None);
        assert_eq!(offer(OfferKind::Temporary, Some(7), 700).price_per_day(Market::Gb), None);
    }

    proptest! {
        #[test]
        fn the_days_together_cost_at_least_the_price_and_less_than_a_cent_a_day_more(
            cents in 1i64..10_000_000, days in prop::sample::select(vec![1i64, 7, 30, 90, 365]),
        ) {
            let per_day = offer(OfferKind::Temporary, Some(days), cents).price_per_day(Market::Es).unwrap().cents.0;
            prop_assert!(per_day * days >= cents);
            prop_assert!(per_day * days < cents + days);
        }
    }
}
