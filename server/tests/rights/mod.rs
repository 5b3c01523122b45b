//! What a person may ask of their data and their car: a copy, being forgotten, another owner, a theft settled. On both
//! engines, with a clock that is moved by hand.

mod erasure;
mod export;
mod inventory;
mod owner_change;
mod pages;
mod theft;
