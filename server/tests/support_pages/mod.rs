//! The desk of support and the customer's help pages over HTTP and without JavaScript: who may see what, what every form
//! does, and that no text is lost.

mod admin;
mod case;
pub mod counter;
mod desk;
mod files;
mod money;
mod questions;
mod walls;
mod ways_out;
