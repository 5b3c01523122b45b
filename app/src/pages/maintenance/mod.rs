//! The maintenance of a car where it matters: beside the offers that ask for it, before an order, and on a page of its
//! own with the warranty. No page waits for VSS: it shows what is known and completes itself.

mod car;
mod outstanding;
mod words;

pub use outstanding::{OUTSTANDING, asking, for_service, in_the_way, warning};
pub use words::{for_agents, in_short, say};

use crate::ui::StatusPill;
use crate::web::{Refusal, Role, Route, WebContext, get};
use caas::kernel::ids::VehicleId;
use caas::kernel::locale::Locale;
use caas::maintenance::Upkeep;
use caas::maintenance::model::Warranty;
use caas::vehicles::{Vehicle, vehicle_of};
use leptos::prelude::*;

/// Without a script the page asks for itself anew after this time, while it is not complete.
pub const REFRESH_SECONDS: u32 = 3;

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![get("/expediente/coches/{id}/mantenimiento", car::car_page)]
}

/// Where a car's maintenance is shown.
pub fn href(vehicle: VehicleId) -> String {
    format!("/expediente/coches/{vehicle}/mantenimiento")
}

/// A car of the signed-in customer with its maintenance; for everybody else there is no such car.
pub(in crate::pages) async fn own(web: &WebContext, id: VehicleId) -> Result<(Vehicle, Upkeep), Refusal> {
    let customer = web.require_role(&[Role::Customer])?;
    let mut tx = web.caas.db.read().await?;
    let vehicle = vehicle_of(&mut tx, customer.id, id).await?.ok_or(Refusal::Hidden("vehicle"))?;
    let upkeep = Upkeep::of(&web.caas, &mut tx, id, &customer.time_zone).await?;
    Ok((vehicle, upkeep))
}

/// What shows that something new is known of a car of one's own.
pub async fn stamp(web: &WebContext, id: VehicleId) -> Result<String, Refusal> {
    Ok(own(web, id).await?.1.stamp())
}

/// The state of a warranty as a pill.
pub fn warranty_pill(warranty: Warranty, locale: Locale) -> AnyView {
    let (kind, word) = words::warranty(warranty, locale);
    view! { <StatusPill kind=kind word=word/> }.into_any()
}
