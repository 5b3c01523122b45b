//! Cases for a person: work lists, the conversation with the customer, clocks, and the ways out of a case.
//!
//! `tickets` opens a case and takes it from state to state, `clock` counts the time until an answer is due, by the queue's
//! hours in `business`, which administrators keep with `calendars`, `lists` finds cases, `conversation` is what is said on one, `desk` who works on it, `together` keeps two agents from losing each
//! other's words, `shelf` holds ready-made texts, views and tasks, `questions` is the customer's side, and `ways_out` ends
//! what an activation could not.

pub mod model;

#[cfg(feature = "ssr")]
pub mod business;
#[cfg(feature = "ssr")]
pub mod calendars;
#[cfg(feature = "ssr")]
pub(crate) mod clock;
#[cfg(feature = "ssr")]
pub(crate) mod conversation;
#[cfg(feature = "ssr")]
mod demo;
#[cfg(feature = "ssr")]
mod desk;
#[cfg(feature = "ssr")]
mod lists;
#[cfg(feature = "ssr")]
mod questions;
#[cfg(feature = "ssr")]
pub(crate) mod shelf;
#[cfg(feature = "ssr")]
pub(crate) mod tickets;
#[cfg(feature = "ssr")]
mod together;
#[cfg(feature = "ssr")]
pub(crate) mod ways_out;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub use crate::activation::manual::{
    HoldOffer, HoldRefusal, Manual, ManualState, accept_manual_hold, hold_consent, manual_of, open_hold_offer,
    refuse_manual_hold,
};
#[cfg(feature = "ssr")]
pub use conversation::{
    Attachment, Message, OwnCase, Reply, attachment, attachments, close, messages, note, own_attachment, own_case,
    reply, reply_to_group, system,
};
#[cfg(feature = "ssr")]
pub use demo::seed_demo;
#[cfg(feature = "ssr")]
pub use desk::{AgentName, agents, assign, hand_over, merge, reopen, set_priority, take, unmerge};
#[cfg(feature = "ssr")]
pub use lists::{Group, TicketLine, counts, list, similar, tickets_of_customer};
#[cfg(feature = "ssr")]
pub use questions::{Question, customer_writes, open_question};
#[cfg(feature = "ssr")]
pub use shelf::{
    Task, apply_macro, delete_macro, delete_view, finish_task, follow_up, macros, save_macro, save_view, tasks_of,
    tasks_on, views,
};
#[cfg(feature = "ssr")]
pub use tickets::{
    Agent, Answer, NewTicket, Ticket, TicketCase, case, history, number_of, of_activation, open_ota_ticket, package_of,
};
#[cfg(feature = "ssr")]
pub use together::{Presence, draft, presence, save_draft, touch_presence};
#[cfg(feature = "ssr")]
pub use ways_out::{
    Appointment, RuleProposal, appointment_made, appointments_of, dealership_appointment, decide_catalogue_rule,
    manual_activation, note_theft, permanent_failure, propose_catalogue_rule, rule_proposals, vehicle_status_now,
};
