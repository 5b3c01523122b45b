//! What is said to customers, for the people who work here: to one of them, and in general.

mod communication;
mod masked;
mod preview;

use crate::web::{Route, get};

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/soporte/clientes/{id}/comunicacion", communication::communication_page),
        get("/admin/mensajes", preview::messages_page),
        get("/admin/mensajes/{event}", preview::message_page),
    ]
}
