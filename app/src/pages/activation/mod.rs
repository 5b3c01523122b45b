//! Following one order: from the click to the car's confirmation, or to the proof that nothing was charged.

mod actions;
mod money;
mod page;
mod state;
mod story;
mod timeline;

pub(in crate::pages) use page::term;

use crate::islands::ActivationStory;
use crate::web::{Refusal, Role, Route, WebContext, get};
use caas::kernel::ids::ActivationId;
use caas::purchases::view::{self, OrderView};

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![get("/expediente/activaciones/{id}", page::activation_page)]
}

/// How an order of the signed-in customer stands; for everybody else there is no such order.
pub async fn story(web: &WebContext, id: ActivationId) -> Result<ActivationStory, Refusal> {
    let order = own_order(web, id).await?;
    Ok(story::tell(web, &order))
}

async fn own_order(web: &WebContext, id: ActivationId) -> Result<OrderView, Refusal> {
    let customer = web.require_role(&[Role::Customer])?.id;
    let mut tx = web.caas.db.read().await?;
    view::order(&mut tx, customer, id).await?.ok_or(Refusal::Hidden("activation"))
}

/// Where an order is followed.
fn path_of(id: ActivationId) -> String {
    format!("/expediente/activaciones/{id}")
}
