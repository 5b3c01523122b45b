//! What stands between the business's ports and the systems of other companies.
//!
//! An adapter puts a request on the wire as the contract says, reads the answer strictly, and says which of three things
//! happened: an answer, certainly nothing (`Unavailable`), or nobody knows (`NoAnswer`). It never tries again: that is the
//! business's decision. Bodies and tokens are never logged.

pub mod factory;
pub mod http;
pub mod iot;
pub mod meter;
pub mod payments;
pub mod push;
pub mod registration;
pub mod sandbox_mail;
pub mod sms;
pub mod smtp;
pub mod transport;
pub mod vss;
mod wire;

pub use factory::HttpFactory;
pub use http::{OutsideSystem, SetupError};
pub use iot::HttpIotApi;
pub use meter::{CountedMailer, CountedPush, Meter};
pub use payments::HttpPaymentGateway;
pub use push::{PushKey, PushSettings, WebPush};
pub use registration::HttpRegistrationBodies;
pub use sandbox_mail::{SandboxMailer, SandboxPush};
pub use sms::HttpSmsSender;
pub use smtp::{SmtpMailer, SmtpSettings};
pub use transport::HttpTransport;
pub use vss::HttpVss;
