//! The two payments of a car (rulebook §3, seed "Payment Failure Scenarios"), each way they can end, on both engines. Each
//! story ends by proving the ten promises over the whole database.

mod crash;
mod failing;
mod final_payment;
mod included;
mod reminder;
mod reservation;
mod returned;
pub mod scene;
