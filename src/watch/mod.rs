//! What operations watch: the outside systems with their breakers, and alerts (rulebook §13, §14).

pub mod alerts;
pub mod by_hand;
pub mod calls;
pub mod gauges;
pub mod minute;
pub mod model;
pub mod sizes;
pub mod systems;
