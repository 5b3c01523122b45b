//! A catcher of mails: nothing leaves the machine, everything can be read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Mails kept; the oldest go first.
const KEPT: usize = 2_000;

/// A mail as it would have been delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Address of the receiver.
    pub to: String,
    /// Address of the sender.
    pub from: String,
    /// Subject line.
    pub subject: String,
    /// Plain text part.
    pub text: String,
    /// HTML part.
    #[serde(default)]
    pub html: Option<String>,
    /// `Message-ID`: the same one again is the same mail.
    pub message_id: String,
    /// When it was handed over.
    pub at: DateTime<Utc>,
}

/// Mails received.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Mailbox {
    mails: Vec<Mail>,
}

impl Mailbox {
    /// Takes a mail in. A repeated `Message-ID` is kept too: tests look for exactly that.
    pub fn deliver(&mut self, mail: Mail) {
        self.mails.push(mail);
        if self.mails.len() > KEPT {
            self.mails.remove(0);
        }
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Mail> {
        self.mails.iter().rev()
    }

    /// The newest mail with this `Message-ID`.
    #[must_use]
    pub fn get(&self, message_id: &str) -> Option<&Mail> {
        self.newest_first().find(|mail| mail.message_id == message_id)
    }
}
