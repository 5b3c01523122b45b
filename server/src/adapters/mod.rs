//! What stands between the business's ports and the systems of other companies.
//!
//! An adapter puts a request on the wire as the contract says, reads the answer strictly, and says which of three things
//! happened: an answer, certainly nothing (`Unavailable`), or nobody knows (`NoAnswer`). It never tries again: that is the
//! business's decision. Bodies and tokens are never logged.

pub mod http;
pub mod iot;
pub mod payments;
pub mod sandbox_mail;
pub mod smtp;
mod wire;

pub use http::{OutsideSystem, SetupError};
pub use iot::HttpIotApi;
pub use payments::HttpPaymentGateway;
pub use sandbox_mail::SandboxMailer;
pub use smtp::{SmtpMailer, SmtpSettings};
