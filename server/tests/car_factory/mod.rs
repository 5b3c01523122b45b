//! The factory: one order there for each car that has to be built, whatever is lost on the way (rulebook §3).

mod desk;
mod messages;
mod placing;
mod sandbox;
pub mod scene;
mod stock;
