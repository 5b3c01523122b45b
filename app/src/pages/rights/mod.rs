//! What a customer may ask of us: a copy of the data, being forgotten, passing a car on, and settling a stolen one.

mod accept;
mod erasure;
mod export;
mod hand_over;
mod staff;
mod theft;

pub(in crate::pages) use accept::{offers, services};

use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::ids::VehicleId;
use caas::vehicles::{Vehicle, vehicle_of};

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get("/cuenta/datos", export::export_page),
        get("/cuenta/datos/{id}", export::download),
        get("/cuenta/borrar", erasure::erasure_page),
        get("/expediente/coches/{id}/robo", theft::theft_page),
        get("/expediente/coches/{id}/traspaso", hand_over::hand_over_page),
        get("/expediente/traspasos/{id}", accept::accept_page),
        get("/cambio-de-dueno", staff::staff_page),
    ]
}

/// Whose rights they are. For staff there are none.
fn customer(web: &WebContext) -> Result<&CurrentUser, Refusal> {
    web.require_role(&[Role::Customer])
}

/// One's own car. Somebody else's does not exist, and the try is noted.
async fn own_car(web: &WebContext, id: &str) -> Result<Vehicle, Refusal> {
    let user = customer(web)?.id;
    let id: VehicleId = id.parse().map_err(|_| Refusal::NotFound)?;
    let mut tx = web.caas.db.read().await?;
    vehicle_of(&mut tx, user, id).await?.ok_or(Refusal::Hidden("vehicle"))
}
