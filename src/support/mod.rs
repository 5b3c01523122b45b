//! Cases for a person: work lists, the conversation with the customer, and clocks.
//!
//! `tickets` opens a case and takes it from state to state, `clock` counts the time until an answer is due, by the queue's
//! hours in `business`, which administrators keep with `calendars`, `lists` finds cases, `conversation` is what is said on
//! one, `desk` who works on it, `together` keeps two agents from losing each other's words, `shelf` holds ready-made texts,
//! views and tasks, and `questions` is the customer's side. What ends an activation stands in `ways_out`, a room above.

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
mod words;

#[cfg(feature = "ssr")]
pub use conversation::{
    Attachment, Message, OwnCase, Reply, attachment, attachments, close, close_all_of, messages, note, own_attachment,
    own_case, reply, reply_to_group, system,
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
