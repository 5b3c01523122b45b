//! What outside systems tell us by themselves: stored first, answered 200, understood afterwards.
//!
//! A message is a row, unique by its sender and the sender's id for it, so that one delivered again has one effect. A job
//! interprets it: `message` reads it, `dispatch` hands it to the room it concerns. What concerns nothing known is kept and
//! tried again for three days, because the reference may become known later: also the answer of the very call that caused
//! it. Who may send, and how that is proved, is the business of the HTTP side.

#[cfg(feature = "ssr")]
mod dispatch;
#[cfg(feature = "ssr")]
mod job;
#[cfg(feature = "ssr")]
pub mod message;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod repository;
#[cfg(feature = "ssr")]
pub mod service;

#[cfg(feature = "ssr")]
pub use job::{InterpretWebhook, conclude};
#[cfg(feature = "ssr")]
pub use message::{DoesNotFit, Message, OtaStatus, OtaVerdict, SettlementNotice, SettlementVerdict};
#[cfg(feature = "ssr")]
pub use model::{InboxId, Interpretation, Sender, State};
