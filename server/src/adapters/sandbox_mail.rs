//! Email that goes nowhere: into the sandbox's mailbox, where the page `/sandbox` and the tests read it. Push messages
//! leave, and their text is kept there too.

use async_trait::async_trait;
use caas::notifications::port::{DeliveryError, Email, Mailer, PushDevice, PushMessage, PushSender};
use caas_sandbox::{Mail, PushShown, Sandbox};
use std::sync::Arc;

/// Puts mails into the sandbox's mailbox.
pub struct SandboxMailer {
    sandbox: Sandbox,
    from: String,
}

impl SandboxMailer {
    /// Mails of this sender, into this sandbox.
    pub fn new(sandbox: Sandbox, from: impl Into<String>) -> SandboxMailer {
        SandboxMailer { sandbox, from: from.into() }
    }
}

#[async_trait]
impl Mailer for SandboxMailer {
    async fn send(&self, email: &Email) -> Result<(), DeliveryError> {
        self.sandbox.deliver_mail(Mail {
            to: email.to.clone(),
            from: self.from.clone(),
            subject: email.subject.clone(),
            text: email.text.clone(),
            html: Some(email.html.clone()),
            message_id: email.message_id.clone(),
            at: self.sandbox.now(),
        });
        Ok(())
    }
}

/// Sends push messages and keeps what they say.
pub struct SandboxPush {
    sandbox: Sandbox,
    way_out: Arc<dyn PushSender>,
}

impl SandboxPush {
    /// Messages that leave this way, with a copy into this sandbox.
    pub fn new(sandbox: Sandbox, way_out: Arc<dyn PushSender>) -> SandboxPush {
        SandboxPush { sandbox, way_out }
    }
}

#[async_trait]
impl PushSender for SandboxPush {
    fn public_key(&self) -> &str {
        self.way_out.public_key()
    }

    fn accepts(&self, endpoint: &str) -> bool {
        self.way_out.accepts(endpoint)
    }

    async fn send(&self, device: &PushDevice, message: &PushMessage) -> Result<(), DeliveryError> {
        self.way_out.send(device, message).await?;
        self.sandbox.show_push(PushShown {
            endpoint: device.endpoint.clone(),
            title: message.title.clone(),
            body: message.body.clone(),
            link: message.link.clone(),
            id: message.id.to_string(),
            at: self.sandbox.now(),
        });
        Ok(())
    }
}
