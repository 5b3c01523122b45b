//! The demo catalogue: what a car of this make would really have. Also what the tests and the simulation sell.

use super::model::*;
use super::repository;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::ServiceId;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Money};
use serde::Deserialize;
use std::collections::BTreeMap;

const MODELS: &str = include_str!("demo/models.json");
const SERVICES: &[&str] = &[
    include_str!("demo/character.json"),
    include_str!("demo/journey.json"),
    include_str!("demo/city.json"),
    include_str!("demo/inside.json"),
    include_str!("demo/terrain_and_guard.json"),
];

/// A service as the demo files write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoService {
    code: String,
    slug: String,
    category: Category,
    name: Bilingual,
    summary: Bilingual,
    description: Lines,
    needs: Lines,
    keywords: Bilingual,
    feature_flags: Vec<String>,
    parameters: serde_json::Map<String, serde_json::Value>,
    models: Vec<String>,
    min_firmware: String,
    required_blocks: BTreeMap<Block, i64>,
    safety_critical: bool,
    /// Codes of services it can't run with; saying it once is enough.
    conflicts: Vec<String>,
    offers: Vec<DemoOffer>,
}

/// A text of several lines in both languages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    es: Vec<String>,
    en: Vec<String>,
}

impl Lines {
    fn joined(&self) -> Bilingual {
        Bilingual { es: self.es.join("\n"), en: self.en.join("\n") }
    }
}

/// An offer as the demo files write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoOffer {
    kind: OfferKind,
    days: Option<i64>,
    /// Cents by country, VAT included.
    prices: BTreeMap<Market, i64>,
}

/// What VAT is in a price of a country (none is included in the United States).
const fn vat_rate(market: Market) -> i64 {
    match market {
        Market::Es => 2100,
        Market::Fr | Market::Gb => 2000,
        Market::De => 1900,
        Market::Us => 0,
    }
}

/// Fills the catalogue. What is there already stays as it is, so it can be done again.
pub async fn seed_demo(caas: &Caas, tx: &mut Tx) -> Result<()> {
    let mut changed = false;
    let models: Vec<VehicleModel> = serde_json::from_str(MODELS)?;
    for (position, model) in (1i64..).zip(&models) {
        changed |= repository::add_model(tx, model, position).await?;
    }
    let mut conflicts = Vec::new();
    for (position, demo) in (1i64..).zip(demo_services()?) {
        let service = as_service(caas, &demo);
        if repository::add_service(tx, &service, position).await? {
            changed = true;
            conflicts.extend(demo.conflicts.into_iter().map(|other| (service.code.clone(), other)));
        }
    }
    for (one, other) in conflicts {
        let (one, other) = (id_of(tx, &one).await?, id_of(tx, &other).await?);
        repository::add_conflict(tx, one, other).await?;
    }
    if changed {
        repository::changed(tx).await?;
    }
    Ok(())
}

/// A service of the demo catalogue, for other seeds and tests.
pub async fn demo_service(tx: &mut Tx, code: &str) -> Result<Service> {
    repository::service_by_code(tx, code).await?.ok_or_else(|| not_in_demo(code))
}

fn demo_services() -> Result<Vec<DemoService>> {
    let mut services = Vec::new();
    for file in SERVICES {
        services.extend(serde_json::from_str::<Vec<DemoService>>(file)?);
    }
    Ok(services)
}

async fn id_of(tx: &mut Tx, code: &str) -> Result<ServiceId> {
    let found = sql!(tx, optional(ServiceId,), "SELECT id FROM services WHERE code = $1", code)?;
    found.map(|(id,)| id).ok_or_else(|| not_in_demo(code))
}

fn not_in_demo(code: &str) -> Failure {
    Failure::Stored(format!("the demo catalogue has no service {code}"))
}

fn as_service(caas: &Caas, demo: &DemoService) -> Service {
    let id = caas.new_id();
    let offers = demo.offers.iter().map(|offer| Offer {
        id: caas.new_id(),
        service_id: id,
        kind: offer.kind,
        days: offer.days,
        prices: offer
            .prices
            .iter()
            .map(|(&market, &cents)| {
                let amount = Money::new(Cents(cents), market.currency());
                (market, OfferPrice { amount, vat_rate_basis_points: vat_rate(market) })
            })
            .collect(),
    });
    Service {
        id,
        code: demo.code.clone(),
        slug: demo.slug.clone(),
        category: demo.category,
        name: demo.name.clone(),
        summary: demo.summary.clone(),
        description: demo.description.joined(),
        needs: demo.needs.joined(),
        keywords: demo.keywords.clone(),
        feature_flags: demo.feature_flags.clone(),
        parameters: demo.parameters.clone(),
        models: demo.models.clone(),
        min_firmware: demo.min_firmware.clone(),
        required_blocks: demo
            .required_blocks
            .iter()
            .map(|(&block, &threshold)| RequiredBlock { block, threshold })
            .collect(),
        safety_critical: demo.safety_critical,
        status: ServiceStatus::Active,
        conflicts: Vec::new(),
        offers: offers.collect(),
    }
}

#[cfg(test)]
mod tests;
