//! Subscriptions: each period is billed after it has ended (*mes vencido*, rulebook §7).
//!
//! `begin` starts the first period with the vehicle's word. `billing` issues an `invoices` row for every period that is
//! over and has it charged: `charge` asks the gateway, `outcome` is what follows from its answer, `dunning` tries again.
//! What stays unpaid is a matter of `debts`. `changes` is what customers decide, `end` how a subscription ends otherwise.

pub mod model;
pub mod rules;

#[cfg(feature = "ssr")]
pub mod begin;
#[cfg(feature = "ssr")]
pub mod billing;
#[cfg(feature = "ssr")]
pub mod changes;
#[cfg(feature = "ssr")]
pub mod charge;
#[cfg(feature = "ssr")]
pub mod debts;
#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod dunning;
#[cfg(feature = "ssr")]
pub mod end;
#[cfg(feature = "ssr")]
pub mod invoices;
#[cfg(feature = "ssr")]
mod outcome;
#[cfg(feature = "ssr")]
pub mod preview;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
mod told;
#[cfg(feature = "ssr")]
pub mod view;
