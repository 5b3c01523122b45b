//! Cases for a person.

pub mod model;

#[cfg(feature = "ssr")]
mod tickets;

#[cfg(feature = "ssr")]
pub use tickets::{
    NewTicket, Ticket, TicketCase, TicketLine, TicketNote, by_number, note, notes_of, number_of, of_activation,
    open_ota_ticket, open_tickets,
};
