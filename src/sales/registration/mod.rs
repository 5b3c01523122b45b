//! Registration with the body of the customer's country: one way for all of them, and what differs as data.
//!
//! It begins with the final payment and never before. What is missing is shown until it is there; then the papers are
//! submitted, by the platform where the body has a way in and by hand where it has none or does not answer.

pub mod countries;
pub mod model;
pub mod owner;
pub mod plates;
pub mod tax_ids;

#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
mod papers;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod verdict;

#[cfg(feature = "ssr")]
pub use jobs::{AskRegistration, SubmitRegistration};
#[cfg(feature = "ssr")]
pub use papers::{Dossier, Missing, dossier, missing};
#[cfg(feature = "ssr")]
pub use service::{
    Allowed, GiveUpRefusal, Overview, PlateRefusal, SubmitRefusal, begin, correct, give_up, go_on, overview,
    submit_again, takes_corrections, type_plate,
};
#[cfg(feature = "ssr")]
pub use store::{Registration, find};
#[cfg(feature = "ssr")]
pub use verdict::on_status;
