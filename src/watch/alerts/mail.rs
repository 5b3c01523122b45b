//! Mails to the teams: one to each address when an alert fires and one when it is over, in both languages.

use super::model::Rule;
use super::store::{self, Alert, RuleRow};
use super::texts;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use crate::kernel::locale::Locale;
use crate::notifications::port::{DeliveryError, Email};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Mails one address about an alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailAlert {
    /// Of this mail: it stays the same with every try.
    id: Uuid,
    alert: Uuid,
    to: String,
    /// It is over; else it has begun.
    over: bool,
}

/// Has the teams of a rule told, unless somebody silenced it. An address of two teams gets one mail.
pub(super) async fn tell(caas: &Caas, tx: &mut Tx, row: &RuleRow, over: bool, now: Timestamp) -> Result<()> {
    let Some(alert) = row.alert_id.filter(|_| !row.is_silent(now)) else { return Ok(()) };
    for to in addresses(caas, row.rule) {
        let job = MailAlert { id: caas.new_uuid(), alert, to: to.to_owned(), over };
        enqueue(caas, tx, &job, Enqueue::now().keyed(job.key())).await?;
    }
    Ok(())
}

/// Where mails about a rule go.
pub fn addresses(caas: &Caas, rule: Rule) -> BTreeSet<&str> {
    let of_team = |team| caas.policies.alerts.addresses.get(team).into_iter().flatten();
    rule.teams().iter().flat_map(of_team).map(String::as_str).collect()
}

impl MailAlert {
    fn key(&self) -> String {
        format!("alert:{}:{}:{}", self.alert, if self.over { "over" } else { "fires" }, self.to)
    }

    /// The mail. One that was sent twice is recognised as one by its Message-ID.
    fn email(&self, caas: &Caas, alert: &Alert) -> Email {
        let subject = texts::subject(alert, self.over);
        let link = format!("{}/operaciones/alertas/{}", caas.public_url, alert.rule);
        let body = |locale| texts::letter(alert, self.over, locale);
        let text = format!("{}\n\n{}\n\n{link}\n", body(Locale::Es), body(Locale::En));
        let html = format!("<pre>{}</pre><p><a href=\"{link}\">{link}</a></p>", escaped(&text));
        Email { to: self.to.clone(), subject, text, html, message_id: format!("{}@caas", self.id), unsubscribe: None }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Job for MailAlert {
    const KIND: &'static str = "watch.mail_alert";

    async fn run(self, caas: &Caas, _run: Run) -> std::result::Result<Outcome, JobError> {
        let Some(alert) = store::alert(&mut caas.db.read().await?, self.alert).await? else { return Ok(Outcome::Done) };
        match caas.mailer.send(&self.email(caas, &alert)).await {
            Ok(()) => Ok(Outcome::Done),
            Err(DeliveryError::NotBefore(pause)) => Ok(Outcome::Again(caas.now() + pause)),
            Err(DeliveryError::Transient(why)) => Err(JobError::Outside(why)),
            Err(error @ (DeliveryError::Permanent(_) | DeliveryError::Gone)) => {
                tracing::error!(rule = %alert.rule, %error, "alert_not_mailed");
                Ok(Outcome::Done)
            }
        }
    }
}
