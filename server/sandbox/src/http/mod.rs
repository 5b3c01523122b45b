//! HTTP in front of the world: one server per system, one for control.

mod api;
mod control;
mod hosted;
mod pages;

pub use api::{
    factory_router, gateway_router, iot_router, registration_router, sms_router, transport_router, vss_router,
};
pub use control::control_router;
