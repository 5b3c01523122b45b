//! Subscriptions over months and years: billed after each period, charged, dunned, ended, left unpaid and paid after all.

mod billing;
mod changes;
mod debts;
mod dunning;
mod failing;
pub mod scene;
mod withdrawal;
