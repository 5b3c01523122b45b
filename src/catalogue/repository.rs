//! The catalogue's tables.

use super::model::*;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{OfferId, ServiceId};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Money};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::{BTreeMap, HashMap};

/// The topic announced when the catalogue changes.
pub const TOPIC: &str = "catalogue";

#[derive(FromRow)]
struct ModelRow {
    code: String,
    name: String,
    body: String,
    description: Json<Bilingual>,
}

/// The columns of a [`ServiceRow`], each behind `$of`.
macro_rules! service_columns {
    ($of:literal) => {
        columns!($of; id, code, slug, category, names, summaries, descriptions, needs, keywords, feature_flags,
            parameters, models, min_firmware, required_blocks, safety_critical, status)
    };
}

#[derive(FromRow)]
struct ServiceRow {
    id: ServiceId,
    code: String,
    slug: String,
    category: String,
    names: Json<Bilingual>,
    summaries: Json<Bilingual>,
    descriptions: Json<Bilingual>,
    needs: Json<Bilingual>,
    keywords: Json<Bilingual>,
    feature_flags: Json<Vec<String>>,
    parameters: Json<serde_json::Map<String, serde_json::Value>>,
    models: Json<Vec<String>>,
    min_firmware: String,
    required_blocks: Json<Vec<RequiredBlock>>,
    safety_critical: bool,
    status: String,
}

impl ServiceRow {
    fn into_service(self) -> Result<Service> {
        Ok(Service {
            id: self.id,
            code: self.code,
            slug: self.slug,
            category: self.category.parse()?,
            name: self.names.0,
            summary: self.summaries.0,
            description: self.descriptions.0,
            needs: self.needs.0,
            keywords: self.keywords.0,
            feature_flags: self.feature_flags.0,
            parameters: self.parameters.0,
            models: self.models.0,
            min_firmware: self.min_firmware,
            required_blocks: self.required_blocks.0,
            safety_critical: self.safety_critical,
            status: self.status.parse()?,
            conflicts: Vec::new(),
            offers: Vec::new(),
        })
    }
}

#[derive(FromRow)]
struct OfferRow {
    id: OfferId,
    service_id: ServiceId,
    kind: String,
    days: Option<i64>,
}

/// The columns of a [`PriceRow`], each behind `$of`.
macro_rules! price_columns {
    ($of:literal) => {
        columns!($of; offer_id, country, currency, amount_cents, vat_rate_basis_points)
    };
}

#[derive(FromRow)]
struct PriceRow {
    offer_id: OfferId,
    country: String,
    currency: String,
    amount_cents: i64,
    vat_rate_basis_points: i64,
}

/// An offer with one of its prices, or none.
#[derive(FromRow)]
struct PricedOfferRow {
    #[sqlx(flatten)]
    offer: OfferRow,
    country: Option<String>,
    currency: Option<String>,
    amount_cents: Option<i64>,
    vat_rate_basis_points: Option<i64>,
}

impl PricedOfferRow {
    fn price(&self) -> Option<PriceRow> {
        Some(PriceRow {
            offer_id: self.offer.id,
            country: self.country.clone()?,
            currency: self.currency.clone()?,
            amount_cents: self.amount_cents?,
            vat_rate_basis_points: self.vat_rate_basis_points?,
        })
    }
}

#[derive(FromRow)]
struct ConflictRow {
    service_id: ServiceId,
    id: ServiceId,
    code: String,
    slug: String,
    names: Json<Bilingual>,
}

/// How many changes there were. One small row, so that a process can ask often whether its copy is old.
pub async fn revision(tx: &mut Tx) -> Result<i64> {
    let (revision,) = sql!(tx, one(i64,), "SELECT revision FROM catalogue_revision WHERE id = 1")?;
    Ok(revision)
}

/// Notes a change: every process reads the catalogue anew. Belongs into each transaction that changes it.
pub async fn changed(tx: &mut Tx) -> Result<()> {
    sql!(tx, execute "UPDATE catalogue_revision SET revision = revision + 1 WHERE id = 1")?;
    tx.announce(TOPIC);
    Ok(())
}

/// The whole catalogue.
pub async fn snapshot(tx: &mut Tx) -> Result<Snapshot> {
    // The revision first: were it read last, a change in between (read committed) would look as if it were in the copy.
    let revision = revision(tx).await?;
    let services =
        sql!(tx, all ServiceRow, concat!("SELECT ", service_columns!(""), " FROM services ORDER BY position, code"))?
            .into_iter()
            .map(ServiceRow::into_service);
    let mut services = services.collect::<Result<Vec<Service>>>()?;
    let offers = sql!(tx, all OfferRow, "SELECT id, service_id, kind, days FROM offers ORDER BY position, id")?;
    let prices = sql!(tx, all PriceRow, concat!("SELECT ", price_columns!(""), " FROM offer_prices"))?;
    let conflicts = sql!(tx, all ConflictRow,
        "SELECT c.service_id, s.id, s.code, s.slug, s.names
         FROM service_conflicts c
         JOIN services s ON s.id = c.other_id
         ORDER BY s.position, s.code")?;
    attach(&mut services, offers, prices, conflicts)?;
    Ok(Snapshot::new(revision, models(tx).await?, services))
}

/// The models, in order.
pub async fn models(tx: &mut Tx) -> Result<Vec<VehicleModel>> {
    sql!(tx, all ModelRow, "SELECT code, name, body, description FROM vehicle_models ORDER BY position, code")?
        .into_iter()
        .map(|row| {
            Ok(VehicleModel { code: row.code, name: row.name, body: row.body.parse()?, description: row.description.0 })
        })
        .collect()
}

/// One service as it stands in the database now.
pub async fn service(tx: &mut Tx, id: ServiceId) -> Result<Option<Service>> {
    let Some(row) =
        sql!(tx, optional ServiceRow, concat!("SELECT ", service_columns!(""), " FROM services WHERE id = $1"), id)?
    else {
        return Ok(None);
    };
    whole(tx, row).await.map(Some)
}

/// A service with its offers, their prices, and what it can't be in one car with.
async fn whole(tx: &mut Tx, row: ServiceRow) -> Result<Service> {
    let id = row.id;
    let mut services = [row.into_service()?];
    let lines = sql!(tx, all PricedOfferRow,
        "SELECT o.id, o.service_id, o.kind, o.days, p.country, p.currency, p.amount_cents, p.vat_rate_basis_points
         FROM offers o LEFT JOIN offer_prices p ON p.offer_id = o.id
         WHERE o.service_id = $1 ORDER BY o.position, o.id", id)?;
    let (mut offers, mut prices): (Vec<OfferRow>, Vec<PriceRow>) = Default::default();
    for line in lines {
        prices.extend(line.price());
        if offers.last().is_none_or(|last| last.id != line.offer.id) {
            offers.push(line.offer);
        }
    }
    let conflicts = sql!(tx, all ConflictRow,
        "SELECT c.service_id, s.id, s.code, s.slug, s.names
         FROM service_conflicts c
         JOIN services s ON s.id = c.other_id
         WHERE c.service_id = $1
         ORDER BY s.position, s.code",
        id)?;
    attach(&mut services, offers, prices, conflicts)?;
    let [service] = services;
    Ok(service)
}

/// One offer and its service as they stand in the database now.
pub async fn offer(tx: &mut Tx, id: OfferId) -> Result<Option<(Service, Offer)>> {
    let row = sql!(tx, optional ServiceRow,
        concat!("SELECT ", service_columns!(""),
                " FROM services WHERE id = (SELECT service_id FROM offers WHERE id = $1)"), id)?;
    let Some(row) = row else { return Ok(None) };
    let service = whole(tx, row).await?;
    let offer = service.offers.iter().find(|offer| offer.id == id).cloned();
    Ok(offer.map(|offer| (service, offer)))
}

/// One service by its code.
pub async fn service_by_code(tx: &mut Tx, code: &str) -> Result<Option<Service>> {
    match sql!(tx, optional(ServiceId,), "SELECT id FROM services WHERE code = $1", code)? {
        Some((id,)) => service(tx, id).await,
        None => Ok(None),
    }
}

/// Puts offers with their prices, and conflicts, to the services they belong to.
fn attach(
    services: &mut [Service],
    offers: Vec<OfferRow>,
    prices: Vec<PriceRow>,
    conflicts: Vec<ConflictRow>,
) -> Result<()> {
    let mut prices_of: HashMap<OfferId, BTreeMap<Market, OfferPrice>> = HashMap::new();
    for row in prices {
        let price = OfferPrice {
            amount: Money::new(Cents(row.amount_cents), row.currency.parse()?),
            vat_rate_basis_points: row.vat_rate_basis_points,
        };
        prices_of.entry(row.offer_id).or_default().insert(row.country.parse()?, price);
    }
    let places: HashMap<ServiceId, usize> = services.iter().enumerate().map(|(i, service)| (service.id, i)).collect();
    let missing = || Failure::Stored("an offer or conflict without its service".to_owned());
    for row in offers {
        let place = *places.get(&row.service_id).ok_or_else(missing)?;
        services[place].offers.push(Offer {
            id: row.id,
            service_id: row.service_id,
            kind: row.kind.parse()?,
            days: row.days,
            prices: prices_of.remove(&row.id).unwrap_or_default(),
        });
    }
    for row in conflicts {
        let place = *places.get(&row.service_id).ok_or_else(missing)?;
        services[place].conflicts.push(ServiceRef { id: row.id, code: row.code, slug: row.slug, name: row.names.0 });
    }
    Ok(())
}

/// Adds a model unless its code is known.
pub async fn add_model(tx: &mut Tx, model: &VehicleModel, position: i64) -> Result<bool> {
    let added = sql!(tx, execute
        "INSERT INTO vehicle_models (code, name, body, description, position)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (code) DO NOTHING",
        &model.code, &model.name, model.body.as_str(), Json(&model.description), position)?;
    Ok(added == 1)
}

/// Adds a service with its offers unless its code is known. Its conflicts are added with [`add_conflict`].
pub async fn add_service(tx: &mut Tx, service: &Service, position: i64) -> Result<bool> {
    let added = sql!(tx, execute
        "INSERT INTO services (id, code, slug, category, names, summaries, descriptions, needs, keywords, feature_flags,
                               parameters, models, min_firmware, required_blocks, safety_critical, status, position)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (code) DO NOTHING",
        service.id, &service.code, &service.slug, service.category.as_str(), Json(&service.name), Json(&service.summary),
        Json(&service.description), Json(&service.needs), Json(&service.keywords), Json(&service.feature_flags),
        Json(&service.parameters), Json(&service.models), &service.min_firmware, Json(&service.required_blocks),
        service.safety_critical, service.status.as_str(), position)?;
    if added == 0 {
        return Ok(false);
    }
    for (position, offer) in (1i64..).zip(&service.offers) {
        sql!(tx, execute "INSERT INTO offers (id, service_id, kind, days, position) VALUES ($1, $2, $3, $4, $5)",
            offer.id, service.id, offer.kind.as_str(), offer.days, position)?;
        for (market, price) in &offer.prices {
            sql!(tx, execute
                "INSERT INTO offer_prices (offer_id, country, currency, amount_cents, vat_rate_basis_points)
                 VALUES ($1, $2, $3, $4, $5)",
                offer.id, market.as_str(), price.amount.currency.as_str(), price.amount.cents, price.vat_rate_basis_points)?;
        }
    }
    Ok(true)
}

/// Changes which models and firmware a service fits.
pub async fn set_fit(tx: &mut Tx, id: ServiceId, models: &[String], min_firmware: &str) -> Result<()> {
    sql!(tx, execute
        "UPDATE services SET models = $1, min_firmware = $2, version = version + 1 WHERE id = $3",
        Json(models), min_firmware, id)?;
    Ok(())
}

/// Says that two services can't run together, in both directions.
pub async fn add_conflict(tx: &mut Tx, one: ServiceId, other: ServiceId) -> Result<()> {
    for (service, other) in [(one, other), (other, one)] {
        sql!(tx, execute
            "INSERT INTO service_conflicts (service_id, other_id)
             VALUES ($1, $2)
             ON CONFLICT (service_id, other_id) DO NOTHING",
            service, other)?;
    }
    Ok(())
}
