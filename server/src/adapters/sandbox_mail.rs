//! Email that goes nowhere: into the sandbox's mailbox, where the page `/sandbox` and the tests read it.

use async_trait::async_trait;
use caas::notifications::port::{DeliveryError, Email, Mailer};
use caas_sandbox::{Mail, Sandbox};

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
