//! Writing messages with what they tell, and sending them.

use super::model::{Channel, NoticeEvent};
use super::port::{DeliveryError, Email};
use super::texts;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::{NotificationId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::Money;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

pub use super::texts::reason_in_words;

/// Something to be said about a service.
#[derive(Debug, Clone)]
pub struct Notice {
    /// To whom.
    pub user: UserId,
    /// Which message.
    pub event: NoticeEvent,
    /// The same key is said once: event and the thing it is about.
    pub key: String,
    /// The service's name.
    pub service: Bilingual,
    /// The car, as its owner knows it.
    pub vehicle: String,
    /// The amount at stake.
    pub amount: Option<Money>,
    /// Code of the reason, put into words for the reader.
    pub reason: Option<String>,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// The page it leads to, local.
    pub link: String,
}

#[derive(FromRow)]
struct Reader {
    email: String,
    name: String,
    locale: String,
}

/// Writes a message for each of its channels, in the caller's transaction. Saying the same thing again writes nothing.
pub async fn notify(caas: &Caas, tx: &mut Tx, notice: &Notice) -> Result<()> {
    let Some(reader) = sql!(tx, optional Reader, "SELECT email, name, locale FROM users WHERE id = $1", notice.user)?
    else {
        return Err(Failure::Stored("a notice for nobody".to_owned()));
    };
    let locale: Locale = reader.locale.parse()?;
    let message = texts::render(notice, locale);
    let link = format!("{}{}", caas.public_url, notice.link);
    for &channel in notice.event.channels() {
        let row = match channel {
            Channel::Email => NewRow {
                address: Some(reader.email.clone()),
                body_text: texts::plain(&message, &reader.name, Some(&link), locale),
                body_html: texts::html(&message, &reader.name, Some(&link), locale),
                ..NewRow::of(notice, channel, locale, &message.subject)
            },
            Channel::InApp => NewRow {
                body_text: message.paragraphs.join("\n"),
                ..NewRow::of(notice, channel, locale, &message.subject)
            },
        };
        insert(caas, tx, row).await?;
    }
    Ok(())
}

/// A mail about the account itself, with texts of the accounts' own.
#[derive(Debug, Clone)]
pub struct AccountEmail {
    /// To whom.
    pub user: UserId,
    /// The address, which may be one that is not confirmed yet.
    pub address: String,
    /// The person's name for the salutation.
    pub name: String,
    /// The language.
    pub locale: Locale,
    /// One line.
    pub subject: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// Label and full address of the link.
    pub link: Option<(String, String)>,
    /// The link is a secret: the row forgets it after sending.
    pub secret: bool,
}

/// Writes a mail about the account, in the caller's transaction.
pub async fn send_account_email(caas: &Caas, tx: &mut Tx, mail: &AccountEmail) -> Result<()> {
    let (action, link) = mail.link.clone().unzip();
    let message = texts::Message {
        subject: mail.subject.clone(),
        paragraphs: mail.paragraphs.clone(),
        action: action.unwrap_or_default(),
    };
    let row = NewRow {
        user: mail.user,
        event: NoticeEvent::Account,
        channel: Channel::Email,
        unique_key: format!("account:{}", caas.new_uuid()),
        locale: mail.locale,
        address: Some(mail.address.clone()),
        subject: mail.subject.clone(),
        body_text: texts::plain(&message, &mail.name, link.as_deref(), mail.locale),
        body_html: texts::html(&message, &mail.name, link.as_deref(), mail.locale),
        link: None,
        secret: mail.secret,
    };
    insert(caas, tx, row).await
}

struct NewRow {
    user: UserId,
    event: NoticeEvent,
    channel: Channel,
    unique_key: String,
    locale: Locale,
    address: Option<String>,
    subject: String,
    body_text: String,
    body_html: String,
    link: Option<String>,
    secret: bool,
}

impl NewRow {
    fn of(notice: &Notice, channel: Channel, locale: Locale, subject: &str) -> NewRow {
        NewRow {
            user: notice.user,
            event: notice.event,
            channel,
            unique_key: format!("{}:{}:{channel}", notice.event, notice.key),
            locale,
            address: None,
            subject: subject.to_owned(),
            body_text: String::new(),
            body_html: String::new(),
            link: Some(notice.link.clone()),
            secret: false,
        }
    }
}

async fn insert(caas: &Caas, tx: &mut Tx, row: NewRow) -> Result<()> {
    let now = caas.now();
    let id: NotificationId = caas.new_id();
    let in_app = row.channel == Channel::InApp;
    let written = sql!(tx, execute
        "INSERT INTO notifications (id, user_id, event, channel, unique_key, locale, address, subject, body_text, body_html,
                                    link, secret, deadline_at, status, created_at, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT (unique_key) DO NOTHING",
        id, row.user, row.event.as_str(), row.channel.as_str(), &row.unique_key, row.locale.as_str(), row.address.as_deref(),
        &row.subject, &row.body_text, &row.body_html, row.link.as_deref(), row.secret,
        now + TimeDelta::minutes(row.event.within_minutes()), if in_app { "SENT" } else { "WAITING" }, now,
        in_app.then_some(now))?;
    if written == 1 {
        if in_app {
            tx.announce(format!("bell:{}", row.user));
        } else {
            jobs::enqueue(caas, tx, &SendEmail { notification: id }, Enqueue::now()).await?;
        }
    }
    Ok(())
}

/// Hands one email to the mail system.
#[derive(Serialize, Deserialize)]
pub struct SendEmail {
    notification: NotificationId,
}

#[derive(FromRow)]
struct Unsent {
    address: Option<String>,
    subject: String,
    body_text: String,
    body_html: String,
    secret: bool,
    created_at: Timestamp,
}

impl Job for SendEmail {
    const KIND: &'static str = "notifications.send_email";
    const MAX_ATTEMPTS: i64 = 100;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let unsent = sql!(tx, optional Unsent,
            "SELECT address, subject, body_text, body_html, secret, created_at FROM notifications
             WHERE id = $1 AND status = 'WAITING'", self.notification)?;
        drop(tx);
        let Some(unsent) = unsent else { return Ok(Outcome::Done) };
        let email = Email {
            to: unsent.address.unwrap_or_default(),
            subject: unsent.subject,
            text: unsent.body_text,
            html: unsent.body_html,
            message_id: format!("{}@caas", self.notification),
        };
        let result = caas.mailer.send(&email).await;
        failpoint::hit("notification.email.answered");
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        let (status, error) = match &result {
            Ok(()) => ("SENT", None),
            // After a day the other channels have to do.
            Err(DeliveryError::Transient(why)) if now - unsent.created_at < TimeDelta::days(1) => {
                ("WAITING", Some(why))
            }
            Err(DeliveryError::Transient(why) | DeliveryError::Permanent(why)) => ("FAILED", Some(why)),
        };
        metrics::counter!("caas_emails_total", "status" => status).increment(1);
        sql!(tx, execute
            "UPDATE notifications SET status = $1, last_error = $2, attempts = attempts + 1, sent_at = $3 WHERE id = $4",
            status, error.map(String::as_str), (status == "SENT").then_some(now), self.notification)?;
        if status == "WAITING" {
            tx.commit().await?;
            return Err(JobError::Outside("email not taken over for now".to_owned()));
        }
        if unsent.secret {
            sql!(tx, execute "UPDATE notifications SET body_text = '', body_html = '' WHERE id = $1", self.notification)?;
        }
        Ok(Outcome::DoneIn(tx))
    }
}
