//! HTTP in front of the world: one server per system, one for control.

mod api;
mod control;
mod hosted;
mod pages;

pub use api::{gateway_router, iot_router, sms_router};
pub use control::control_router;
