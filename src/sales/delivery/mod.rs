//! The way to the customer: transport to the door, or a pick-up at the dealership, and the hand-over at either.
//!
//! A car is never left on the street: either somebody takes it, or it goes back to its dealership and is picked up there.
//! There is no second transport.

pub mod model;
pub mod slots;

#[cfg(feature = "ssr")]
pub mod hand_over;
#[cfg(feature = "ssr")]
pub mod included;
#[cfg(feature = "ssr")]
pub mod link_codes;
#[cfg(feature = "ssr")]
pub mod opening;
#[cfg(feature = "ssr")]
pub mod pick_ups;
#[cfg(feature = "ssr")]
mod place;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
mod transport;
#[cfg(feature = "ssr")]
mod way;

#[cfg(feature = "ssr")]
pub use pick_ups::RemindPickUp;
#[cfg(feature = "ssr")]
pub use place::{Dealership, dealership};
#[cfg(feature = "ssr")]
pub use transport::{Delivery, ScheduleTransport, begin, find, on_event};
#[cfg(feature = "ssr")]
pub use way::{WayRefusal, choose_way, other_way};
