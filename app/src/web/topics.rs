//! Who may be told of which changes.

use super::{Role, WebContext};
use caas::activation::repository::of_customer;
use caas::kernel::error::Result;
use caas::kernel::ids::ActivationId;

/// Whether the signed-in person may watch a topic of the database's announcements.
pub async fn may_watch(web: &WebContext, topic: &str) -> Result<bool> {
    let Some(user) = &web.user else { return Ok(false) };
    if topic == "tickets" {
        return Ok(user.role == Role::Support);
    }
    let Some((kind, id)) = topic.split_once(':') else { return Ok(false) };
    Ok(match kind {
        "ticket" => user.role == Role::Support,
        "user" | "bell" => id == user.id.to_string(),
        "dealership" => user.dealership_id.is_some_and(|own| own.to_string() == id),
        "activation" => match id.parse::<ActivationId>() {
            Ok(id) => of_customer(&mut web.caas.db.read().await?, user.id, id).await?.is_some(),
            Err(_) => false,
        },
        _ => false,
    })
}
