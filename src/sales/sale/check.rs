//! What stands against registering a sale.

use super::forms::{CustomerForm, DeliveryForm, Findings, Problems, SaleField, SaleProblem};
use super::read::Sale;
use crate::Caas;
use crate::accounts::{Email, Role};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::money::Cents;
use crate::sales::model::OrderStatus;
use crate::sales::plans::{self, Plan, Version};
use crate::sales::pricing::{NoPrice, Quote};

/// Reads every step again as if it were typed now: days, stock and prices have moved on since.
pub(super) async fn problems(caas: &Caas, tx: &mut Tx, sale: &Sale) -> Result<Problems> {
    let mut found = Findings::default();
    if sale.order.status != OrderStatus::Draft {
        return Ok(found.0);
    }
    customer(caas, tx, sale, &mut found).await?;
    car(sale, &mut found);
    delivery(sale, &mut found);
    plan(tx, sale, &mut found).await?;
    Ok(found.0)
}

async fn customer(caas: &Caas, tx: &mut Tx, sale: &Sale, found: &mut Findings) -> Result<()> {
    let (Some(contact), Some(owner)) = (&sale.contact, &sale.order.owner) else {
        found.note(SaleField::Name, SaleProblem::Missing);
        return Ok(());
    };
    let form = CustomerForm {
        name: contact.name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        language: contact.locale.to_string(),
        country: sale.order.country.clone().unwrap_or_default(),
        owner_kind: owner.kind.to_string(),
        owner_name: owner.name.clone(),
        tax_id: owner.tax_id.clone(),
        birth_date: owner.date_of_birth.clone().unwrap_or_default(),
        licence: owner.driver_license.clone().unwrap_or_default(),
    };
    form.read(caas.now().date_naive(), found);
    if let Known::Refused = account(tx, &contact.email).await? {
        found.note(SaleField::Email, SaleProblem::NoCustomer);
    }
    Ok(())
}

/// Whether somebody has an account under an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nobody: they will be invited.
    Nobody,
    /// A customer.
    Customer(UserId),
    /// Somebody who works here, or whose account is closed: they can't buy with this address.
    Refused,
}

pub(super) async fn account(tx: &mut Tx, email: &str) -> Result<Known> {
    let Ok(email) = Email::parse(email) else { return Ok(Known::Nobody) };
    let found = sql!(
        tx,
        optional(UserId, String, Option<Timestamp>),
        "SELECT id, role, disabled_at FROM users WHERE email_key = $1",
        email.key()
    )?;
    Ok(match found {
        None => Known::Nobody,
        Some((id, role, None)) if role == Role::Customer.as_str() => Known::Customer(id),
        Some(_) => Known::Refused,
    })
}

fn car(sale: &Sale, found: &mut Findings) {
    if sale.stock.is_some() && sale.stock_car.is_none() {
        found.note(SaleField::Stock, SaleProblem::StockGone);
    }
    if sale.order.model_code.is_none() || sale.order.colour.is_none() {
        found.note(SaleField::Model, SaleProblem::Missing);
    }
}

fn delivery(sale: &Sale, found: &mut Findings) {
    let order = &sale.order;
    let (Some(address), Some(mode)) = (&order.address, &order.delivery_mode) else {
        found.note(SaleField::Street, SaleProblem::Missing);
        return;
    };
    let form = DeliveryForm {
        mode: mode.clone(),
        street: address.street.clone(),
        city: address.city.clone(),
        postal_code: address.postal_code.clone(),
    };
    form.read(order.country.as_deref().unwrap_or_default(), found);
}

async fn plan(tx: &mut Tx, sale: &Sale, found: &mut Findings) -> Result<()> {
    let Some((plan, version)) = &sale.plan else {
        found.note(SaleField::Plan, SaleProblem::Missing);
        return Ok(());
    };
    if !is_current(tx, plan, version, sale.order.country.as_deref()).await? {
        found.note(SaleField::Plan, SaleProblem::PlanChanged);
    }
    if sale.quote.as_ref().is_some_and(|quote| !is_sellable(quote)) {
        found.note(SaleField::Plan, SaleProblem::NotInPlan);
    }
    Ok(())
}

/// Whether there is a price with two payments: where one came to nothing, nothing would be waited for.
pub(super) fn is_sellable(quote: &std::result::Result<Quote, NoPrice>) -> bool {
    quote.as_ref().is_ok_and(|quote| quote.reservation > Cents::ZERO && quote.remainder > Cents::ZERO)
}

/// Whether a version is what is sold in a country today.
pub(super) async fn is_current(tx: &mut Tx, plan: &Plan, version: &Version, country: Option<&str>) -> Result<bool> {
    let latest = plans::latest(tx, plan.id).await?;
    Ok(plan.active && country == Some(plan.country.as_str()) && latest.is_some_and(|newest| newest.id == version.id))
}
