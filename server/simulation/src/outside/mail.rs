//! The mail system: mails arrive, do not arrive, or arrive without the platform hearing of it. Nobody here has a number
//! for text messages or a browser for push messages.

use super::{Letter, Outside};
use crate::mishaps::MailFate;
use async_trait::async_trait;
use caas::kernel::failpoint::crash_here;
use caas::notifications::port::{
    DeliveryError, Email, Mailer, PushDevice, PushMessage, PushSender, SmsSender, TextMessage,
};

#[async_trait]
impl Mailer for Outside {
    async fn send(&self, email: &Email) -> Result<(), DeliveryError> {
        crash_here("before a mail");
        let now = self.now();
        let fate = {
            let mut seen = self.seen();
            let fate = seen.mishaps.mail(now);
            seen.story.tell(now, format_args!("mail {} {} {}: {fate:?}", email.message_id, email.to, email.subject));
            if fate != MailFate::NotTaken {
                seen.letters.push(Letter {
                    at: now,
                    to: email.to.clone(),
                    subject: email.subject.clone(),
                    text: email.text.clone(),
                    message_id: email.message_id.clone(),
                });
            }
            fate
        };
        crash_here("after a mail");
        match fate {
            MailFate::Arrives => Ok(()),
            MailFate::NotTaken | MailFate::AnswerLost => Err(DeliveryError::Transient("no answer".to_owned())),
        }
    }
}

#[async_trait]
impl SmsSender for Outside {
    async fn send(&self, _message: &TextMessage) -> Result<(), DeliveryError> {
        Err(DeliveryError::Gone)
    }
}

#[async_trait]
impl PushSender for Outside {
    fn public_key(&self) -> &str {
        ""
    }

    fn accepts(&self, _endpoint: &str) -> bool {
        false
    }

    async fn send(&self, _device: &PushDevice, _message: &PushMessage) -> Result<(), DeliveryError> {
        Err(DeliveryError::Gone)
    }
}
