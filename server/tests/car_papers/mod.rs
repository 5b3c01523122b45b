//! From the final payment to the key: registration, papers, transport, pick-ups and the hand-over, on both engines.

mod delivery;
mod hand_over;
mod own_data;
mod pages;
mod papers;
mod pick_ups;
pub mod played;
mod registration;
pub mod scene;
mod way;
