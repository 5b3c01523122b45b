//! Withdrawal from contracts about services (*desistimiento*, rulebook §8): the legal clock, the declaration, and what comes
//! of it: money back by the same means, the function off over the air.
//!
//! `clock` counts the days and `holidays` knows the days off; `calendar` has those that an administrator adds. `service`
//! takes the declaration, `view` is what pages read.

pub mod calendar;
pub mod clock;
pub mod holidays;
pub mod model;
pub mod service;
pub mod view;
