//! What is still missing before a registration can be submitted, and what is submitted.

use super::owner::{self, OwnerFieldProblem};
use super::port::{RegistrationRequest, VehicleData};
use super::store::Registration;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::when::day_there;
use crate::sales::documents::{self, NeededPaper, PaperState};
use crate::sales::model::{Address, Owner};
use crate::sales::orders::Order;
use crate::sales::registration::countries::Paper;
use chrono::Datelike as _;
use sqlx::FromRow;

/// What keeps a registration from being submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A field of owner or address is not right.
    Field(OwnerFieldProblem),
    /// A paper is not there, or was refused.
    Paper(&'static Paper, PaperState),
}

/// Everything that keeps an order's registration from being submitted; nothing: it can be.
pub async fn missing(caas: &Caas, tx: &mut Tx, order: &Order) -> Result<Vec<Missing>> {
    let mut missing = Vec::new();
    let (owner, address) = owner_of(order);
    let country = documents::country_of(order);
    let today = day_there(caas.now(), "UTC");
    if let Err(problems) = owner::check(&country, &owner, &address, today) {
        missing.extend(problems.into_iter().map(Missing::Field));
    }
    let papers = documents::needed(tx, order).await?;
    missing.extend(papers.iter().filter(|p| !p.state.is_there()).map(|p| Missing::Paper(p.paper, p.state)));
    Ok(missing)
}

/// Whom the papers name and where they live, empty where nothing is known.
fn owner_of(order: &Order) -> (Owner, Address) {
    let owner = order.owner.as_ref().map(|owner| owner.0.clone()).unwrap_or_else(|| Owner {
        kind: documents::owner_kind(order),
        name: String::new(),
        tax_id: String::new(),
        date_of_birth: None,
        driver_license: None,
        insurance: None,
    });
    (owner, order.address.as_ref().map(|address| address.0.clone()).unwrap_or_default())
}

#[derive(FromRow)]
struct VehicleRow {
    vin: String,
    colour: String,
    created_at: crate::kernel::Timestamp,
    model: String,
    make: Option<String>,
    engine_type: Option<String>,
    emissions: Option<i64>,
    kw: Option<i64>,
    weight: Option<i64>,
}

/// The technical data of an order's car; `None` for a model whose data nobody has entered.
async fn vehicle_data(tx: &mut Tx, order: &Order) -> Result<Option<VehicleData>> {
    let row = sql!(tx, optional VehicleRow,
        "SELECT v.vin, v.colour, v.created_at, m.name AS model, d.make, d.engine_type, d.emissions, d.kw, d.weight
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN vehicle_model_data d ON d.model_code = v.model_code
         WHERE v.id = $1", order.vehicle_id)?;
    let Some(row) = row else { return Err(Failure::Stored("a paid order without a car".to_owned())) };
    let (Some(make), Some(engine_type)) = (row.make, row.engine_type) else { return Ok(None) };
    #[expect(clippy::cast_precision_loss, reason = "grams, kilowatts and kilograms of a car are small")]
    let number = |value: Option<i64>| value.unwrap_or_default() as f64;
    Ok(Some(VehicleData {
        vin: row.vin,
        make,
        model: row.model,
        year: i64::from(row.created_at.year()),
        engine_type,
        emissions: number(row.emissions),
        kw: number(row.kw),
        weight: number(row.weight),
        colour: row.colour,
    }))
}

/// What is submitted, from what the order holds now; `None` for a model without technical data.
pub(super) async fn request(tx: &mut Tx, order: &Order) -> Result<Option<RegistrationRequest>> {
    let Some(vehicle) = vehicle_data(tx, order).await? else { return Ok(None) };
    let papers = documents::needed(tx, order).await?;
    let (zone, _) =
        sql!(tx, one(String, String), "SELECT time_zone, name FROM dealerships WHERE id = $1", order.dealership_id)?;
    let (owner, address) = owner_of(order);
    let reference = |paper: &NeededPaper| {
        let reference = paper.file.as_ref().map_or_else(|| order.number.clone(), |file| file.id.to_string());
        (paper.paper.code.to_owned(), reference)
    };
    Ok(Some(RegistrationRequest {
        reference: order.number.clone(),
        vehicle,
        owner,
        address,
        purchase_date: day_there(order.registered_at.unwrap_or(order.created_at), &zone).to_string(),
        price: order.total().ok_or_else(|| Failure::Stored("a paid order without a price".to_owned()))?,
        dealership: order.dealership_id.to_string(),
        // One order has one invoice, under the same number.
        invoice: order.number.clone(),
        documents: papers.iter().filter(|paper| paper.state.is_there()).map(reference).collect(),
    }))
}

/// Everything that is printed for a submission by hand.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The order.
    pub order: Order,
    /// The registration.
    pub registration: Registration,
    /// What is submitted; `None` for a model without technical data.
    pub request: Option<RegistrationRequest>,
    /// The papers that go with it.
    pub papers: Vec<NeededPaper>,
    /// The dealership that submits it: name, street, postal code and city, phone.
    pub dealership: super::super::delivery::Dealership,
}

/// The dossier of an order's registration; `None` before it began.
pub async fn dossier(tx: &mut Tx, order: Order) -> Result<Option<Dossier>> {
    let Some(registration) = super::find(tx, order.id).await? else { return Ok(None) };
    // The car may be gone already where the sale was given up.
    let request = if order.vehicle_id.is_some() { request(tx, &order).await? } else { None };
    let papers = documents::needed(tx, &order).await?;
    let dealership = super::super::delivery::dealership(tx, order.dealership_id).await?;
    Ok(Some(Dossier { order, registration, request, papers, dealership }))
}
