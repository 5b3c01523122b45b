//! The steps of a sale, each kept as soon as it is in order.

use super::forms::{CarForm, CustomerForm, DeliveryForm, Findings, SaleField, SaleProblem};
use super::read::{Contact, Draft, stock_car};
use super::{SaleError, Seller, check};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, OrderId, PlanVersionId};
use crate::kernel::when::day_there;
use crate::sales::model::OrderStatus;
use crate::sales::orders::{self, Order};
use crate::sales::plans;
use crate::sales::pricing::{Configuration, NoPrice, quote};
use chrono::Datelike as _;
use sqlx::types::Json;

/// Begins a sale with its customer. Nothing is kept when something is wrong.
pub async fn begin(caas: &Caas, seller: Seller, form: &CustomerForm) -> Result<OrderId, SaleError> {
    let mut tx = caas.db.begin().await?;
    let buyer = checked(caas, &mut tx, form).await?;
    let (id, now) = (caas.new_id::<OrderId>(), caas.now());
    let number = next_number(caas, &mut tx, seller.dealership).await?;
    sql!(tx, execute
        "INSERT INTO customer_orders (id, number, dealership_id, created_by, status, is_over, from_stock, status_at,
                                      created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'DRAFT', FALSE, FALSE, $5, $5, $5)",
        id, number.as_str(), seller.dealership, seller.id, now)?;
    let (mut order, draft) = load(&mut tx, seller, id).await?;
    set_customer(caas, &mut tx, &mut order, draft, buyer).await?;
    tx.commit().await?;
    Ok(id)
}

/// Keeps who buys. Another country makes plan and address void: both belong to the country.
pub async fn save_customer(caas: &Caas, seller: Seller, id: OrderId, form: &CustomerForm) -> Result<(), SaleError> {
    let mut tx = caas.db.begin().await?;
    let (mut order, draft) = load(&mut tx, seller, id).await?;
    let buyer = checked(caas, &mut tx, form).await?;
    set_customer(caas, &mut tx, &mut order, draft, buyer).await?;
    tx.commit().await?;
    Ok(())
}

async fn checked(caas: &Caas, tx: &mut Tx, form: &CustomerForm) -> Result<super::forms::Buyer, SaleError> {
    let mut found = Findings::default();
    let buyer = form.read(caas.now().date_naive(), &mut found);
    if check::account(tx, &form.email).await? == check::Known::Refused {
        found.note(SaleField::Email, SaleProblem::NoCustomer);
    }
    let known = plans::countries(tx).await?;
    if buyer.as_ref().is_some_and(|buyer| !known.iter().any(|country| country.code == buyer.country)) {
        found.note(SaleField::Country, SaleProblem::NoPlan);
    }
    match buyer {
        Some(buyer) if found.0.is_empty() => Ok(buyer),
        _ => Err(SaleError::Wrong(found.0)),
    }
}

async fn set_customer(
    caas: &Caas,
    tx: &mut Tx,
    order: &mut Order,
    draft: Draft,
    buyer: super::forms::Buyer,
) -> Result<()> {
    if order.country.as_deref() != Some(buyer.country) {
        order.plan_version_id = None;
        order.address = None;
    }
    order.country = Some(buyer.country.to_owned());
    order.owner = Some(Json(buyer.owner));
    let contact = Contact { name: buyer.name, email: buyer.email, phone: buyer.phone, locale: buyer.locale };
    keep(caas, tx, order, &Draft { contact: Some(contact), ..draft }).await
}

/// Keeps which car. What can be chosen are the configurations that some plan of the country sells, or a car that stands in
/// the dealership's stock now.
pub async fn save_car(caas: &Caas, seller: Seller, id: OrderId, form: &CarForm) -> Result<(), SaleError> {
    let mut tx = caas.db.begin().await?;
    let (mut order, draft) = load(&mut tx, seller, id).await?;
    let stock = if form.stock.is_empty() {
        let options = configured(caas, &mut tx, &order, form).await?;
        order.model_code = Some(form.model.clone());
        order.colour = Some(form.colour.clone());
        order.options = Some(Json(options));
        None
    } else {
        let car = match form.stock.parse() {
            Ok(id) => stock_car(&mut tx, seller.dealership, id).await?,
            Err(_) => None,
        };
        let car = car.ok_or_else(|| SaleError::Wrong(vec![(SaleField::Stock, SaleProblem::StockGone)]))?;
        order.model_code = Some(car.model_code.clone());
        order.colour = Some(car.colour.clone());
        order.options = Some(Json(car.options()));
        Some(car.id)
    };
    order.from_stock = stock.is_some();
    keep(caas, &mut tx, &mut order, &Draft { stock, ..draft }).await?;
    tx.commit().await?;
    Ok(())
}

/// The options of a configuration that a plan of the order's country sells, in the order of its price list.
async fn configured(caas: &Caas, tx: &mut Tx, order: &Order, form: &CarForm) -> Result<Vec<String>, SaleError> {
    let wrong = |field, problem| Err(SaleError::Wrong(vec![(field, problem)]));
    let offered = plans::active(tx, order.country.as_deref().unwrap_or_default()).await?;
    if offered.is_empty() {
        return wrong(SaleField::Model, SaleProblem::NoPlan);
    }
    if form.model.is_empty() {
        return wrong(SaleField::Model, SaleProblem::Missing);
    }
    if form.colour.is_empty() {
        return wrong(SaleField::Colour, SaleProblem::Missing);
    }
    let catalogue = caas.catalogue().await?;
    let car =
        Configuration { model: &form.model, model_name: &form.model, colour: &form.colour, options: &form.options };
    let mut why = NoPrice::Model;
    for (plan, version) in &offered {
        let list = &version.price_list.0;
        match quote(list, &version.terms(plan, &catalogue), car) {
            Ok(_) => {
                let chosen = list.options_of(&form.model).filter(|option| form.options.contains(&option.code));
                return Ok(chosen.map(|option| option.code.clone()).collect());
            }
            Err(reason) => why = reason,
        }
    }
    let field = match why {
        NoPrice::Model => SaleField::Model,
        NoPrice::Colour => SaleField::Colour,
        NoPrice::Option => SaleField::Options,
    };
    wrong(field, SaleProblem::Choice)
}

/// Keeps how the car comes to the customer. The address is the owner's, also when the car is picked up.
pub async fn save_delivery(caas: &Caas, seller: Seller, id: OrderId, form: &DeliveryForm) -> Result<(), SaleError> {
    let mut tx = caas.db.begin().await?;
    let (mut order, draft) = load(&mut tx, seller, id).await?;
    let mut found = Findings::default();
    let read = form.read(order.country.as_deref().unwrap_or_default(), &mut found);
    let Some((mode, address)) = read.filter(|_| found.0.is_empty()) else {
        return Err(SaleError::Wrong(found.0));
    };
    order.delivery_mode = Some(mode.to_string());
    order.address = Some(Json(address));
    keep(caas, &mut tx, &mut order, &draft).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps the plan in the version that was shown. A version that is not sold any more is refused.
pub async fn save_plan(caas: &Caas, seller: Seller, id: OrderId, version: PlanVersionId) -> Result<(), SaleError> {
    let mut tx = caas.db.begin().await?;
    let (mut order, draft) = load(&mut tx, seller, id).await?;
    let wrong = |problem| Err(SaleError::Wrong(vec![(SaleField::Plan, problem)]));
    let Some((plan, version)) = plans::version(&mut tx, version).await? else {
        return wrong(SaleProblem::Choice);
    };
    if !check::is_current(&mut tx, &plan, &version, order.country.as_deref()).await? {
        return wrong(SaleProblem::PlanChanged);
    }
    if super::read::price(caas, &order, &plan, &version).await?.is_some_and(|quote| !check::is_sellable(&quote)) {
        return wrong(SaleProblem::NotInPlan);
    }
    order.plan_version_id = Some(version.id);
    keep(caas, &mut tx, &mut order, &draft).await?;
    tx.commit().await?;
    Ok(())
}

/// Throws a draft away. That it was there stays in the audit log; what was typed does not.
pub async fn discard(caas: &Caas, seller: Seller, id: OrderId) -> Result<(), SaleError> {
    let mut tx = caas.db.begin().await?;
    let (order, _) = load(&mut tx, seller, id).await?;
    sql!(tx, execute "DELETE FROM order_words WHERE order_id = $1", id)?;
    sql!(tx, execute "DELETE FROM customer_orders WHERE id = $1 AND status = 'DRAFT'", id)?;
    let entry = Entry {
        before: Some(OrderStatus::Draft.as_str()),
        data: serde_json::json!({ "order": order.number }),
        ..Entry::new(None, Actor::staff(seller.id), EntryKind::DraftDiscarded, SubjectKind::Order, id.0)
    };
    record(caas, &mut tx, entry).await?;
    orders::announce(&mut tx, &order);
    tx.commit().await?;
    Ok(())
}

/// A draft of the seller's dealership, locked until the commit.
pub(super) async fn load(tx: &mut Tx, seller: Seller, id: OrderId) -> Result<(Order, Draft), SaleError> {
    let known = sql!(tx, execute
        "UPDATE customer_orders SET updated_at = updated_at WHERE id = $1 AND dealership_id = $2", id, seller.dealership)?;
    if known != 1 {
        return Err(SaleError::NotFound);
    }
    let order = orders::load(tx, id).await?;
    if order.status != OrderStatus::Draft {
        return Err(SaleError::NoDraft);
    }
    let (draft, _) =
        sql!(tx, one(Option<Json<Draft>>, bool), "SELECT draft, from_stock FROM customer_orders WHERE id = $1", id)?;
    Ok((order, draft.map(|json| json.0).unwrap_or_default()))
}

async fn keep(caas: &Caas, tx: &mut Tx, order: &mut Order, draft: &Draft) -> Result<()> {
    orders::save(caas, tx, order).await?;
    sql!(tx, execute "UPDATE customer_orders SET draft = $1 WHERE id = $2", Json(draft), order.id)?;
    orders::announce(tx, order);
    Ok(())
}

/// The next number of the year that it is at the dealership. Two who ask at once wait for each other; a number that is
/// not used is lost.
async fn next_number(caas: &Caas, tx: &mut Tx, dealership: DealershipId) -> Result<String> {
    let (zone, _) =
        sql!(tx, one(String, String), "SELECT time_zone, country FROM dealerships WHERE id = $1", dealership)?;
    let year = i64::from(day_there(caas.now(), &zone).year());
    let (number, _) = sql!(
        tx,
        one(i64, i64),
        "INSERT INTO sale_numbers (year, last) VALUES ($1, 1)
         ON CONFLICT (year) DO UPDATE SET last = sale_numbers.last + 1
         RETURNING last, year",
        year
    )?;
    Ok(format!("V-{year}-{number:06}"))
}
