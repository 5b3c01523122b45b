//! The purchase of a car as its customer follows it: the journey with its dates, the two payments, the papers, the way
//! to the customer and the link to the telephone.
//!
//! The page says first what the customer has to do now, in one sentence with one button; everything else is below.

mod link;
mod list;
mod money;
mod now;
mod owner;
mod page;
mod papers;
mod pay;
mod pay_actions;
mod pick_up;
mod place;
mod steps;
mod upload;
mod words;

pub(in crate::pages) use owner::{Typed, fields as owner_fields};
pub use upload::{MAX_PAPER_UPLOAD, provide_paper};

pub(in crate::pages) use list::{Needs, needs, orders};
pub(in crate::pages) use now::Paying;

use crate::islands::OrderStory;
use crate::pages::expediente::states::Reader;
use crate::ui::Crumb;
use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::ids::OrderId;
use caas::sales::journey::{self, Journey};

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get("/expediente/pedidos/{id}", page::order_page),
        get("/expediente/pedidos/{id}/senal", pay::reservation_page),
        get("/expediente/pedidos/{id}/pago-final", pay::final_page),
        get("/expediente/pedidos/{id}/documentos", papers::papers_page),
        get("/expediente/pedidos/{id}/documentos/{paper}", papers::own_paper),
        get("/expediente/pedidos/{id}/recogida", pick_up::pick_up_page),
        get("/expediente/pedidos/{id}/vinculo", link::link_page),
    ]
}

/// How an order of the signed-in customer stands; for everybody else there is no such order.
pub async fn story(web: &WebContext, id: OrderId) -> Result<OrderStory, Refusal> {
    let customer = customer(web)?.clone();
    let mut tx = web.caas.db.read().await?;
    let journey = journey::of_customer(&mut tx, customer.id, id).await?.ok_or(Refusal::Hidden("order"))?;
    let missing = papers::missing(&mut tx, &journey).await?;
    drop(tx);
    Ok(page::tell(web, &customer, &journey, missing))
}

/// What shows that something about an order has changed.
pub async fn stamp(web: &WebContext, id: OrderId) -> Result<String, Refusal> {
    Ok(own(web, id).await?.stamp())
}

/// Whose orders they are. For staff there are none.
fn customer(web: &WebContext) -> Result<&CurrentUser, Refusal> {
    web.require_role(&[Role::Customer])
}

/// The signed-in customer's order.
async fn own(web: &WebContext, id: OrderId) -> Result<Journey, Refusal> {
    let customer = customer(web)?.id;
    let mut tx = web.caas.db.read().await?;
    journey::of_customer(&mut tx, customer, id).await?.ok_or(Refusal::Hidden("order"))
}

/// Who reads, and in which time zone.
fn reader<'a>(web: &WebContext, customer: &'a CurrentUser) -> Reader<'a> {
    Reader { locale: web.locale, zone: &customer.time_zone }
}

/// Where an order is followed.
pub(in crate::pages) fn path_of(id: OrderId) -> String {
    format!("/expediente/pedidos/{id}")
}

/// The way back from a page about a part of an order.
fn crumbs(journey: &Journey, web: &WebContext) -> Vec<Crumb> {
    vec![
        Crumb::new("/expediente", web.t("Expediente", "My cars")),
        Crumb::new(path_of(journey.order.id), name(journey)),
    ]
}

/// What an order is called: the model.
fn name(journey: &Journey) -> String {
    journey.model.0.clone()
}
