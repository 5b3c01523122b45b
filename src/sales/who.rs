//! Who does something with an order: its customer, or people of its dealership. Whoever else asks finds nothing.

use super::orders::{self, Order};
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, OrderId, UserId};
use crate::kernel::locale::Locale;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A customer, on an own order.
    Customer(UserId),
    /// A person of ours.
    Staff {
        /// The person.
        user: UserId,
        /// The dealership whose orders exist for this person; `None`: all of them (administrators, operations).
        dealership: Option<DealershipId>,
    },
}

impl Who {
    /// A person of ours, limited to a dealership unless `None`.
    pub fn staff(user: UserId, dealership: Option<DealershipId>) -> Who {
        Who::Staff { user, dealership }
    }

    /// The person.
    pub fn user(&self) -> UserId {
        match self {
            Who::Customer(user) | Who::Staff { user, .. } => *user,
        }
    }

    /// The same for the story.
    pub fn actor(&self) -> Actor {
        match self {
            Who::Customer(user) => Actor::customer(*user),
            Who::Staff { user, .. } => Actor::staff(*user),
        }
    }

    /// Whether it is a person of ours.
    pub fn is_staff(&self) -> bool {
        matches!(self, Who::Staff { .. })
    }

    /// An order, past its draft, that exists for this person.
    pub async fn order(&self, tx: &mut Tx, id: OrderId) -> Result<Option<Order>> {
        match self {
            Who::Customer(customer) => orders::of_customer(tx, *customer, id).await,
            Who::Staff { dealership, .. } => {
                let order = orders::of_dealership(tx, *dealership, id).await?;
                Ok(order.filter(|order| order.status != super::model::OrderStatus::Draft))
            }
        }
    }

    /// The same, locked until the end of the transaction: two who change it at once follow each other.
    pub async fn order_to_change(&self, tx: &mut Tx, id: OrderId) -> Result<Option<Order>> {
        lock(tx, id).await?;
        self.order(tx, id).await
    }
}

/// Locks an order until the end of the transaction. What is read of it afterwards is nobody else's to change meanwhile.
pub async fn lock(tx: &mut Tx, id: OrderId) -> Result<()> {
    sql!(tx, execute "UPDATE customer_orders SET version = version WHERE id = $1", id)?;
    Ok(())
}

/// In which language and time zone somebody reads.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The language.
    pub locale: Locale,
    /// IANA name of the time zone.
    pub zone: String,
}

/// In which language and time zone an order's customer reads.
pub async fn reader(tx: &mut Tx, order: &Order) -> Result<Reader> {
    let known = match order.customer_id {
        Some(customer) => {
            sql!(tx, optional(String, String), "SELECT locale, time_zone FROM users WHERE id = $1", customer)?
        }
        None => None,
    };
    Ok(match known {
        Some((locale, zone)) => Reader { locale: locale.parse()?, zone },
        None => Reader { locale: Locale::Es, zone: "Europe/Madrid".to_owned() },
    })
}
