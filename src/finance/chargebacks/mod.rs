//! Charges that a customer's bank took back: the tasks of finance, and the evidence that goes to the bank.

pub mod desk;
pub mod evidence;
