//! Every line of the rulebook's §5 and §6, one test each, on both engines and with a clock that is moved by hand.
//! Each ends by proving the ten promises over the whole database.

mod activation;
mod aftermath;
mod breaker;
mod callbacks;
mod ending;
mod failures;
mod jobs;
mod maintenance;
mod purchase;
mod restore;
pub mod scenario;
mod settlement;
mod verify;
