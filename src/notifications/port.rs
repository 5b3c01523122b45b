//! The way out for messages.

use async_trait::async_trait;

/// One email, ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// The receiver's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The message as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Stable over retries, so that a mail sent twice is recognised as one (RFC 5322 §3.6.4), without angle brackets.
    pub message_id: String,
}

/// Why a message was not taken over by the next system.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// May pass: tried again.
    #[error("not delivered for now: {0}")]
    Transient(String),
    /// Never passes by itself: a refused address, for example.
    #[error("refused: {0}")]
    Permanent(String),
}

/// Sends email.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands the mail to the next system.
    async fn send(&self, email: &Email) -> Result<(), DeliveryError>;
}
