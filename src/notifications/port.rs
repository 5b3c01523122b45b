//! The ways out for messages.

use crate::kernel::ids::NotificationId;
use async_trait::async_trait;
use chrono::TimeDelta;

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
    /// Only on mail that may be switched off: the address that does it when it is posted to (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// Why a message was not taken over by the next system.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// May pass: tried again.
    #[error("not delivered for now: {0}")]
    Transient(String),
    /// May pass, but not before this long.
    #[error("not before {0}")]
    NotBefore(TimeDelta),
    /// Never passes by itself: a refused address, for example.
    #[error("refused: {0}")]
    Permanent(String),
    /// The receiver is gone: a browser that takes no more push messages.
    #[error("gone")]
    Gone,
}

/// Sends email.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands the mail to the next system.
    async fn send(&self, email: &Email) -> Result<(), DeliveryError>;
}

/// One text message, ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessage {
    /// The receiver's number in international form (E.164).
    pub to: String,
    /// At most [`LONGEST_SMS`](super::forms::LONGEST_SMS) characters.
    pub body: String,
    /// Stable over retries: the provider sends one message for one key.
    pub idempotency_key: String,
}

/// Sends text messages.
#[async_trait]
pub trait SmsSender: Send + Sync + 'static {
    /// Hands the message to the provider.
    async fn send(&self, message: &TextMessage) -> Result<(), DeliveryError>;
}

/// A browser that takes push messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushDevice {
    /// Where its push service takes messages.
    pub endpoint: String,
    /// Its public key, Base64 for URLs.
    pub p256dh: String,
    /// Its authentication secret, likewise.
    pub auth: String,
}

/// How soon a push message has to be shown (RFC 8030 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Good to know; may wait for power.
    Low,
    /// As usual.
    Normal,
    /// At once.
    High,
}

/// One push message, ready to be encrypted for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// Which; a device shows two with the same id as one.
    pub id: NotificationId,
    /// One line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// The page it opens, local.
    pub link: String,
    /// The language.
    pub locale: &'static str,
    /// How long a push service keeps it for a device that is away.
    pub time_to_live: TimeDelta,
    /// How soon it has to be shown.
    pub urgency: Urgency,
}

/// Sends push messages.
#[async_trait]
pub trait PushSender: Send + Sync + 'static {
    /// The public key that browsers bind themselves to, Base64 for URLs (RFC 8292).
    fn public_key(&self) -> &str;

    /// Whether messages may be sent to this address: not into our own network.
    fn accepts(&self, endpoint: &str) -> bool;

    /// Hands the message to the device's push service.
    async fn send(&self, device: &PushDevice, message: &PushMessage) -> Result<(), DeliveryError>;
}
