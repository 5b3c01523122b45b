//! Cases for a person.

#[cfg(feature = "ssr")]
mod tickets;

#[cfg(feature = "ssr")]
pub use tickets::{NewTicket, Ticket, note, number_of, of_activation, open_ota_ticket};
