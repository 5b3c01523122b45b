//! Ordering one service for one car.

mod choice;
mod order;
mod page;
mod steps;
mod summary;

use crate::web::{Route, get};
use caas::kernel::ids::{OfferId, VehicleId};

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![get("/comprar/{offer}", page::purchase_page)]
}

/// Where an offer is bought for a car.
fn path_of(offer: OfferId, vehicle: VehicleId) -> String {
    format!("/comprar/{offer}?coche={vehicle}")
}

/// The form's name in what comes back with it.
const FORM: &str = "comprar";
