//! The work of support agents, and what customers see of it: on both engines, with a clock that is moved by hand.
//! What touches money or cars ends by proving the ten promises over the whole database.

mod clock;
mod conversation;
mod desk;
mod lists;
mod manual;
pub mod office;
mod questions;
mod ways_out;
