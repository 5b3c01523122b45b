//! The draft becomes the customer's order.

use super::check::{self, Known};
use super::forms::{SaleField, SaleProblem};
use super::read::of_order;
use super::steps::load;
use super::{Contact, SaleError, Seller};
use crate::Caas;
use crate::accounts::{AccountError, Field, Invitation, Role, invite};
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::Failure;
use crate::kernel::ids::{OrderId, UserId};
use crate::notifications::model::NoticeEvent;
use crate::sales::model::OrderEvent;
use crate::sales::notices::{Say, tell};
use crate::sales::orders::{self, Cause, Order};
use crate::sales::pricing::Quote;
use crate::sales::{stock, words};
use sqlx::types::Json;

/// A registered sale.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The order, waiting for its señal.
    pub order: Order,
    /// Whether the customer had no account and was invited by mail.
    pub is_new_customer: bool,
}

/// Registers a sale: checks everything again, freezes the price, takes the car out of the stock, invites or tells the
/// customer. All of it or nothing: with [`SaleError::Wrong`] the draft stays as it is. A second click finds
/// [`SaleError::NoDraft`].
pub async fn register(caas: &Caas, seller: Seller, id: OrderId) -> Result<Registered, SaleError> {
    let mut tx = caas.db.begin().await?;
    let (order, _) = load(&mut tx, seller, id).await?;
    let sale = of_order(caas, &mut tx, order).await?;
    if !sale.problems.is_empty() {
        return Err(SaleError::Wrong(sale.problems));
    }
    let (Some(contact), Some(Ok(quote)), mut order) = (sale.contact, sale.quote, sale.order) else {
        return Err(SaleError::Failure(Failure::Stored("a sale without problems that lacks something".to_owned())));
    };
    let by = Actor::staff(seller.id);
    let (customer, is_new_customer) = customer(caas, &mut tx, by, &contact, &order).await?;
    order.customer_id = Some(customer);
    if let Some(vehicle) = sale.stock {
        // Whoever comes second finds it gone; dropping the transaction leaves the draft as it was.
        if !stock::take(caas, &mut tx, by, seller.dealership, vehicle, customer).await? {
            return Err(SaleError::Wrong(vec![(SaleField::Stock, SaleProblem::StockGone)]));
        }
        order.vehicle_id = Some(vehicle);
    }
    freeze(&mut order, &quote)?;
    order.registered_at = Some(caas.now());
    sql!(tx, execute "UPDATE customer_orders SET draft = NULL WHERE id = $1", id)?;
    let data = serde_json::json!({
        "plan": quote.plan, "planVersion": quote.version, "total": quote.money(quote.total).decimal(),
        "reservation": quote.money(quote.reservation).decimal(), "currency": quote.currency, "fromStock": order.from_stock,
    });
    orders::apply(caas, &mut tx, &mut order, OrderEvent::Registered, Cause { actor: by, data }).await?;
    words::keep(&mut tx, &order).await?;
    let say = Say { what: "REGISTERED".to_owned(), amount: order.reservation(), ..Say::default() };
    tell(caas, &mut tx, &order, NoticeEvent::ReservationDue, say).await?;
    tx.commit().await?;
    Ok(Registered { order, is_new_customer })
}

/// The price as agreed, which nothing changes any more.
fn freeze(order: &mut Order, quote: &Quote) -> Result<(), Failure> {
    order.quote = Some(Json(serde_json::to_value(quote)?));
    order.total_cents = Some(quote.total);
    order.reservation_cents = Some(quote.reservation);
    order.currency = Some(quote.currency.to_string());
    Ok(())
}

/// The customer's account, and whether it was made just now. An account that is there already is used as it is: the seller
/// learns nothing of it, and its owner is told of the sale.
async fn customer(
    caas: &Caas,
    tx: &mut Tx,
    by: Actor,
    contact: &Contact,
    order: &Order,
) -> Result<(UserId, bool), SaleError> {
    if let Known::Customer(id) = check::account(tx, &contact.email).await? {
        return Ok((id, false));
    }
    let invitation = Invitation {
        name: contact.name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        country: order.country.clone().unwrap_or_default(),
        locale: contact.locale,
        role: Role::Customer,
        dealership: None,
    };
    match invite(caas, tx, by, &invitation).await {
        Ok(id) => Ok((id, true)),
        Err(AccountError::Failure(failure)) => Err(SaleError::Failure(failure)),
        Err(AccountError::Invalid(wrong)) => {
            let fields = wrong.into_iter().map(|one| {
                let field = match one.field {
                    Field::Name => SaleField::Name,
                    Field::Phone => SaleField::Phone,
                    Field::Country => SaleField::Country,
                    _ => SaleField::Email,
                };
                (field, SaleProblem::from(one.problem))
            });
            Err(SaleError::Wrong(fields.collect()))
        }
        Err(_) => Err(SaleError::Wrong(vec![(SaleField::Email, SaleProblem::NoCustomer)])),
    }
}
