//! Failure analysis (rulebook §14): attempts to switch services on, by reason, model, service, hour and attempt; how long it
//! takes until a service is active and until a case is solved.
//!
//! **An attempt** is one row of `activation_attempts` whose command is to switch a service on for its order, by the engine or
//! by hand, whether or not a command went out in the end. Switching off, and switching on again what a stale command took
//! away, are no attempts here. It belongs to the UTC day and hour in which it began. It *failed* when it ended without the
//! vehicle's confirmation, for the reason that is its response code; what an earlier command overtook has succeeded. While
//! it has no verdict it is *under way*: counted, and no failure. An order that ran into its deadline or was stopped by
//! maintenance before anything was tried has no attempt, and is not counted.
//!
//! **Every attempt has exactly one value in each dimension**, so that all breakdowns of the same attempts come to the same.
//!
//! **A day that is over is added up once** ([`closing`]), when all of its attempts have their verdict; other days are added
//! up whenever they are looked at. A closed day stays what it is: the first verdict counts (`end_attempt` changes none), an
//! attempt begins with the present time, and neither the service of an activation nor the model of a car ever changes. A
//! confirmation is written once, with its time. That a case was solved is read from the story, which is only added to: a
//! case that is opened again and solved once more counts on both days. [`proof`] adds up every closed day anew all the same.
//!
//! No statement of this room stands on the path of a purchase, and no index is kept for it there: ids are UUIDs of version
//! 7, so a day is a piece of a table's key.

pub mod cases;
pub mod closing;
mod count;
mod kept;
pub mod model;
pub mod proof;
pub mod report;

pub use closing::CloseDays;
