//! The cars of a dealership: for sale, waiting for their customer, being built, and sold.

use super::{COUNTED_UP_TO, Key, Scope, within};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{OrderId, VehicleId};
use crate::kernel::{FAR_FUTURE, Timestamp};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

codes! {
    /// Where the cars of a list are.
    pub enum Shelf {
        /// *Sin asignar*: ready to be sold, those that stand longest first.
        ForSale = "DEALERSHIP_STOCK",
        /// At the dealership for their customers.
        ForDelivery = "AWAITING_DELIVERY",
        /// Being built, or on the road.
        InManufacturing = "IN_MANUFACTURING",
        /// With their customers.
        Delivered = "DELIVERED",
    }
}

impl Shelf {
    /// The code for addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Shelf::ForSale => "en-venta",
            Shelf::ForDelivery => "por-entregar",
            Shelf::InManufacturing => "en-fabrica",
            Shelf::Delivered => "entregados",
        }
    }

    /// The shelf with this code for addresses; the cars for sale when there is none.
    pub fn of_slug(slug: &str) -> Shelf {
        Shelf::ALL.iter().copied().find(|shelf| shelf.slug() == slug).unwrap_or(Shelf::ForSale)
    }
}

/// A car as the stock list shows it.
#[derive(Debug, Clone, FromRow)]
pub struct StockCar {
    /// Its id.
    pub id: VehicleId,
    /// Its 17 characters.
    pub vin: String,
    /// The model's name.
    pub model_name: String,
    /// Which drawing shows it: SEDAN, SUV, SPORT.
    pub body: String,
    /// Code of the drawing's colour.
    pub colour: String,
    /// Once registered.
    pub plate: Option<String>,
    /// Codes of its factory options.
    pub configuration: Option<Json<Vec<String>>>,
    /// Where it stands.
    pub dealership_name: Option<String>,
    /// Since when it stands in stock; since when it is known, for the others.
    pub since: Timestamp,
    /// Its customer's name, once it has one.
    pub customer_name: Option<String>,
    /// When its customer bought it.
    pub purchased_at: Option<Timestamp>,
    /// The order it belongs to.
    pub order_id: Option<OrderId>,
    /// That order's number.
    pub order_number: Option<String>,
}

impl StockCar {
    /// Where the next page begins after this car.
    pub fn key(&self) -> Key {
        Key { at: self.since, id: self.id.0 }
    }
}

/// Which cars are wanted.
#[derive(Debug, Clone, Copy)]
pub struct StockFilter<'a> {
    /// Where they are.
    pub shelf: Shelf,
    /// Code of the model.
    pub model: Option<&'a str>,
    /// Code of the colour.
    pub colour: Option<&'a str>,
    /// The beginning of the VIN.
    pub vin: Option<&'a str>,
    /// The key of the page before.
    pub after: Option<Key>,
}

/// The cars of a shelf: those for sale by how long they stand there, the others the latest first.
pub async fn stock(tx: &mut Tx, scope: Scope, filter: &StockFilter<'_>, limit: i64) -> Result<Vec<StockCar>> {
    let scoped = within(scope, "v");
    let since = "COALESCE(v.stocked_at, v.created_at)";
    let (at, order, paged) = match filter.shelf {
        Shelf::ForSale => (since, format!("{since}, v.id"), format!("{since} >= $6 AND ({since}, v.id) > ($6, $7)")),
        _ => ("v.created_at", "v.id DESC".to_owned(), "$6 IS NOT NULL AND v.id < $7".to_owned()),
    };
    // What is looked for leads to its cars by an index of its own, which a condition that may not hold would hide.
    let by_model = if filter.model.is_some() { "v.model_code = $2" } else { "$2 IS NULL" };
    let by_colour = if filter.colour.is_some() { "v.colour = $3" } else { "$3 IS NULL" };
    let by_vin = if filter.vin.is_some() { "v.vin >= $4 AND v.vin < $5" } else { "$4 IS NULL AND $5 IS NULL" };
    let text = format!(
        "SELECT v.id, v.vin, m.name AS model_name, m.body, v.colour, v.plate, v.configuration, d.name AS dealership_name,
                {at} AS since, u.name AS customer_name, v.purchased_at, o.id AS order_id, o.number AS order_number
         FROM (SELECT v.id FROM vehicles v
               WHERE {scoped} AND v.inventory_status = '{}' AND {by_model} AND {by_colour} AND {by_vin} AND {paged}
               ORDER BY {order} LIMIT $8) k
         JOIN vehicles v ON v.id = k.id
         JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN dealerships d ON d.id = v.dealership_id
         LEFT JOIN users u ON u.id = v.customer_id
         LEFT JOIN customer_orders o ON o.vehicle_id = v.id AND o.status NOT LIKE 'CANCELLED%'
         ORDER BY {order}",
        filter.shelf
    );
    let edge = match filter.shelf {
        Shelf::ForSale => Key { at: Timestamp::UNIX_EPOCH, id: Uuid::nil() },
        _ => Key { at: FAR_FUTURE, id: Uuid::max() },
    };
    let key = filter.after.unwrap_or(edge);
    let vin_end = filter.vin.map(|vin| format!("{vin}\u{10ffff}"));
    Ok(sql!(tx, all StockCar, AssertSqlSafe(text.clone()),
        scope, filter.model, filter.colour, filter.vin, vin_end.as_deref(), key.at, key.id, limit)?)
}

/// How many cars each shelf holds, counted up to [`COUNTED_UP_TO`].
pub async fn shelf_counts(tx: &mut Tx, scope: Scope) -> Result<Vec<(Shelf, i64)>> {
    let scoped = within(scope, "v");
    let parts: Vec<String> = Shelf::ALL
        .iter()
        .map(|shelf| {
            format!(
                "SELECT '{shelf}' AS shelf, COUNT(*) AS cars FROM (SELECT v.id FROM vehicles v
                 WHERE {scoped} AND v.inventory_status = '{shelf}' LIMIT {COUNTED_UP_TO}) n"
            )
        })
        .collect();
    let text = parts.join(" UNION ALL ");
    let counts = sql!(tx, all(String, i64), AssertSqlSafe(text.clone()), scope)?;
    counts.into_iter().map(|(shelf, count)| Ok((shelf.parse()?, count))).collect()
}

/// The colours that the cars for sale have, by code.
pub async fn colours(tx: &mut Tx, scope: Scope) -> Result<Vec<String>> {
    let scoped = within(scope, "v");
    let text = format!(
        "SELECT DISTINCT c.colour, c.colour FROM (SELECT v.colour FROM vehicles v
         WHERE {scoped} AND v.inventory_status = 'DEALERSHIP_STOCK' LIMIT {COUNTED_UP_TO}) c ORDER BY 1"
    );
    let rows = sql!(tx, all(String, String), AssertSqlSafe(text.clone()), scope)?;
    Ok(rows.into_iter().map(|(colour, _)| colour).collect())
}
