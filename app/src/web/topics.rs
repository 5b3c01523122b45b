//! Who may be told of which changes.

use super::{CurrentUser, Role, WebContext};
use caas::activation::repository::of_customer;
use caas::kernel::error::Result;
use caas::kernel::ids::{ActivationId, OrderId, VehicleId};
use caas::sales::orders::{self, ALL_DEALERSHIPS};
use caas::vehicles::vehicle_of;

/// Whether the signed-in person may watch a topic of the database's announcements.
pub async fn may_watch(web: &WebContext, topic: &str) -> Result<bool> {
    let Some(user) = &web.user else { return Ok(false) };
    if topic == "tickets" {
        return Ok(user.role == Role::Support);
    }
    if topic == ALL_DEALERSHIPS {
        return Ok(user.role == Role::Administrator);
    }
    let Some((kind, id)) = topic.split_once(':') else { return Ok(false) };
    Ok(match kind {
        "ticket" => user.role == Role::Support,
        "user" | "bell" => id == user.id.to_string(),
        "dealership" => user.role == Role::Administrator || user.dealership_id.is_some_and(|own| own.to_string() == id),
        "order" => match id.parse::<OrderId>() {
            Ok(id) => may_watch_order(web, user, id).await?,
            Err(_) => false,
        },
        "maintenance" => match id.parse::<VehicleId>() {
            Ok(id) => vehicle_of(&mut web.caas.db.read().await?, user.id, id).await?.is_some(),
            Err(_) => false,
        },
        "activation" => match id.parse::<ActivationId>() {
            Ok(id) => of_customer(&mut web.caas.db.read().await?, user.id, id).await?.is_some(),
            Err(_) => false,
        },
        _ => false,
    })
}

/// An order's customer, its dealership and administrators.
async fn may_watch_order(web: &WebContext, user: &CurrentUser, id: OrderId) -> Result<bool> {
    let mut tx = web.caas.db.read().await?;
    Ok(match user.role {
        Role::Customer => orders::of_customer(&mut tx, user.id, id).await?.is_some(),
        Role::Administrator => true,
        _ if user.dealership_id.is_some() => orders::of_dealership(&mut tx, user.dealership_id, id).await?.is_some(),
        _ => false,
    })
}
