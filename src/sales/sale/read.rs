//! A sale as it stands, for pages and for the last check.

use super::Problems;
use super::check;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, OrderId, VehicleId};
use crate::kernel::locale::Locale;
use crate::sales::orders::{self, Order};
use crate::sales::plans::{self, Plan, Version};
use crate::sales::pricing::{Configuration, NoPrice, Quote, quote};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;

/// Whom to write to, before there is an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The customer's name.
    pub name: String,
    /// Where mails go.
    pub email: String,
    /// International form.
    pub phone: String,
    /// The language to write in.
    pub locale: Locale,
}

/// What a draft holds that an order has no column for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Draft {
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<Contact>,
    /// The car of the stock that was chosen. It is taken when the sale is registered, by whoever is first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stock: Option<VehicleId>,
}

/// A car that its dealership can sell at once.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct StockCar {
    /// Its id.
    pub id: VehicleId,
    /// Its 17 characters.
    pub vin: String,
    /// The model's code.
    pub model_code: String,
    /// The model's name.
    pub model_name: String,
    /// Which drawing shows it.
    pub body: String,
    /// The drawing's colour.
    pub colour: String,
    /// Codes of its factory options.
    pub configuration: Option<Json<Vec<String>>>,
    /// Since when it stands there.
    pub stocked_at: Option<Timestamp>,
}

impl StockCar {
    /// Codes of its factory options.
    pub fn options(&self) -> Vec<String> {
        self.configuration.as_ref().map(|codes| codes.0.clone()).unwrap_or_default()
    }
}

/// A sale as it stands.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The order, in `DRAFT` until it is registered.
    pub order: Order,
    /// Whom to write to.
    pub contact: Option<Contact>,
    /// The car of the stock that was chosen, whether or not it is still there.
    pub stock: Option<VehicleId>,
    /// That car, while it can be sold.
    pub stock_car: Option<StockCar>,
    /// The plan that was chosen, as it was then.
    pub plan: Option<(Plan, Version)>,
    /// The price under that plan; `None` while car or plan are missing.
    pub quote: Option<std::result::Result<Quote, NoPrice>>,
    /// What stands against registering it. Empty when it can be.
    pub problems: Problems,
}

impl Sale {
    /// Codes of the factory options.
    pub fn options(&self) -> Vec<String> {
        self.order.options.as_ref().map(|codes| codes.0.clone()).unwrap_or_default()
    }
}

/// A sale of this dealership; of any one when `None` (administrators, who only read).
pub async fn read(caas: &Caas, tx: &mut Tx, dealership: Option<DealershipId>, id: OrderId) -> Result<Option<Sale>> {
    match orders::of_dealership(tx, dealership, id).await? {
        Some(order) => Ok(Some(of_order(caas, tx, order).await?)),
        None => Ok(None),
    }
}

pub(super) async fn of_order(caas: &Caas, tx: &mut Tx, order: Order) -> Result<Sale> {
    let (draft, _) = sql!(
        tx,
        one(Option<Json<Draft>>, bool),
        "SELECT draft, from_stock FROM customer_orders WHERE id = $1",
        order.id
    )?;
    let Draft { contact, stock } = draft.map(|json| json.0).unwrap_or_default();
    let stock_car = match stock {
        Some(id) => stock_car(tx, order.dealership_id, id).await?,
        None => None,
    };
    let plan = match order.plan_version_id {
        Some(id) => plans::version(tx, id).await?,
        None => None,
    };
    let mut sale = Sale { order, contact, stock, stock_car, plan, quote: None, problems: Vec::new() };
    sale.quote = match sale.plan.clone() {
        Some((plan, version)) => price(caas, &sale.order, &plan, &version).await?,
        None => None,
    };
    sale.problems = check::problems(caas, tx, &sale).await?;
    Ok(sale)
}

/// What the order's car costs under a plan; `None` while there is no car.
pub(super) async fn price(
    caas: &Caas,
    order: &Order,
    plan: &Plan,
    version: &Version,
) -> Result<Option<std::result::Result<Quote, NoPrice>>> {
    let (Some(model), Some(colour)) = (&order.model_code, &order.colour) else { return Ok(None) };
    let catalogue = caas.catalogue().await?;
    let options = order.options.as_ref().map(|codes| codes.0.clone()).unwrap_or_default();
    let model_name = catalogue.model(model).map_or(model.as_str(), |known| known.name.as_str());
    let car = Configuration { model, model_name, colour, options: &options };
    Ok(Some(quote(&version.price_list.0, &version.terms(plan, &catalogue), car)))
}

impl Sale {
    /// What its car costs under another plan; `None` while there is no car.
    pub async fn price_under(
        &self,
        caas: &Caas,
        plan: &Plan,
        version: &Version,
    ) -> Result<Option<std::result::Result<Quote, NoPrice>>> {
        price(caas, &self.order, plan, version).await
    }
}

/// A car of this dealership that can be sold now.
pub async fn stock_car(tx: &mut Tx, dealership: DealershipId, id: VehicleId) -> Result<Option<StockCar>> {
    Ok(sql!(tx, optional StockCar,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.configuration, v.stocked_at
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.id = $1 AND v.dealership_id = $2 AND v.inventory_status = 'DEALERSHIP_STOCK'", id, dealership)?)
}

/// What a dealership can sell at once, what stands there longest first.
pub async fn for_sale(tx: &mut Tx, dealership: DealershipId) -> Result<Vec<StockCar>> {
    Ok(sql!(tx, all StockCar,
        "SELECT v.id, v.vin, v.model_code, m.name AS model_name, m.body, v.colour, v.configuration, v.stocked_at
         FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.dealership_id = $1 AND v.inventory_status = 'DEALERSHIP_STOCK'
         ORDER BY v.stocked_at, v.id LIMIT 100", dealership)?)
}

/// A draft in a list.
#[derive(Clone, Debug, FromRow)]
pub struct DraftLine {
    /// The sale.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// The customer's name, from the draft.
    pub draft: Option<Json<serde_json::Value>>,
    /// The model, once chosen.
    pub model_name: Option<String>,
    /// Who began it.
    pub seller: Option<String>,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

impl DraftLine {
    /// The customer's name, as typed.
    pub fn customer(&self) -> String {
        let name = self.draft.as_ref().and_then(|draft| draft.0.pointer("/contact/name")?.as_str().map(str::to_owned));
        name.unwrap_or_default()
    }
}

/// The sales that a dealership has begun and not registered, newest first.
pub async fn drafts(tx: &mut Tx, dealership: DealershipId) -> Result<Vec<DraftLine>> {
    Ok(sql!(tx, all DraftLine,
        "SELECT o.id, o.number, o.draft, m.name AS model_name, u.name AS seller, o.updated_at
         FROM customer_orders o LEFT JOIN vehicle_models m ON m.code = o.model_code LEFT JOIN users u ON u.id = o.created_by
         WHERE o.dealership_id = $1 AND o.status = 'DRAFT' ORDER BY o.status_at DESC, o.id DESC LIMIT 50", dealership)?)
}
