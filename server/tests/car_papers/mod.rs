//! From the final payment to the key: registration, papers, transport, pick-ups and the hand-over, on both engines.

mod delivery;
mod hand_over;
mod pages;
mod papers;
mod pick_ups;
mod played;
mod registration;
mod scene;
