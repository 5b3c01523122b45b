//! A catcher of mails and of copies of push messages: everything can be read.

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

/// A push message as the device shows it once it has decrypted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushShown {
    /// Where its push service took it.
    pub endpoint: String,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// The page it opens.
    pub link: String,
    /// The same id again is shown as one.
    pub id: String,
    /// When it was handed over.
    pub at: DateTime<Utc>,
}

/// Mails and push messages received.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Mailbox {
    mails: Vec<Mail>,
    #[serde(default)]
    pushes: Vec<PushShown>,
}

impl Mailbox {
    /// Takes a mail in. A repeated `Message-ID` is kept too: tests look for exactly that.
    pub fn deliver(&mut self, mail: Mail) {
        self.mails.push(mail);
        if self.mails.len() > KEPT {
            self.mails.remove(0);
        }
    }

    /// Keeps a copy of a push message.
    pub fn show_push(&mut self, push: PushShown) {
        self.pushes.push(push);
        if self.pushes.len() > KEPT {
            self.pushes.remove(0);
        }
    }

    /// Push messages, newest first.
    pub fn pushes(&self) -> impl Iterator<Item = &PushShown> {
        self.pushes.iter().rev()
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
