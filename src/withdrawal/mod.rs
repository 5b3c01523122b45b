//! Withdrawal from contracts about services (*desistimiento*, rulebook §8): the legal clock, the declaration, and what comes
//! of it: money back by the same means, the function off over the air.

pub mod clock;
pub mod holidays;
