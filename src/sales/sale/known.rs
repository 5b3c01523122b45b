//! Customers that a dealership has sold to before.

use super::Seller;
use super::forms::CustomerForm;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::OrderId;
use crate::sales::model::OrderStatus;
use crate::sales::orders;

/// Who bought with an order of the seller's dealership, as the form of the next sale begins. `None` when there is no such
/// order, it is still a draft, or its customer's account is closed.
pub async fn buyer_of(tx: &mut Tx, seller: Seller, order: OrderId) -> Result<Option<CustomerForm>> {
    let found = orders::of_dealership(tx, Some(seller.dealership), order).await?;
    let Some(order) = found.filter(|order| order.status != OrderStatus::Draft) else { return Ok(None) };
    let Some(customer) = order.customer_id else { return Ok(None) };
    let account = sql!(
        tx,
        optional(String, String, Option<String>, String),
        "SELECT name, email, phone, locale FROM users WHERE id = $1 AND disabled_at IS NULL",
        customer
    )?;
    let Some((name, email, phone, language)) = account else { return Ok(None) };
    let country = order.country.unwrap_or_default();
    let mut form =
        CustomerForm { name, email, phone: phone.unwrap_or_default(), language, country, ..CustomerForm::default() };
    if let Some(owner) = order.owner.map(|owner| owner.0) {
        form.owner_kind = owner.kind.to_string();
        // The customer's own name needs no repeating.
        form.owner_name = if owner.name == form.name { String::new() } else { owner.name };
        form.tax_id = owner.tax_id;
        form.birth_date = owner.date_of_birth.unwrap_or_default();
        form.licence = owner.driver_license.unwrap_or_default();
    }
    Ok(Some(form))
}
