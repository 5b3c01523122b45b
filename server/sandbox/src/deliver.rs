//! Sends webhooks to CaaS, in a task of its own or when a test asks for it.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use chrono::{DateTime, Utc};

use crate::sandbox::Sandbox;
use crate::webhook::WebhookTarget;
use crate::world::outbox::OutgoingWebhook;

/// How often the task looks by itself: the clock may have been moved by the application.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Webhooks that the task has on their way together: real systems don't wait for one answer before the next call either.
const AT_ONCE: usize = 16;
/// How long CaaS may take for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a round of deliveries achieved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Answered 2xx.
    pub accepted: usize,
    /// Answered otherwise or not at all; they are tried again later.
    pub failed: usize,
}

pub(crate) fn http_client() -> reqwest::Client {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("invariant: a client without files and proxies can be built")
}

impl Sandbox {
    /// Delivers what is due at `now`, one after the other, and plans the repetition of what fails.
    ///
    /// Nothing is sent, and nothing counts as failed, while there is no target or no secret for it.
    pub async fn deliver_due(&self, now: DateTime<Utc>) -> Delivered {
        self.deliver(now, 1).await
    }

    async fn deliver(&self, now: DateTime<Utc>, at_once: usize) -> Delivered {
        let target = self.wiring().target;
        if target.base_url.is_none() {
            return Delivered::default();
        }
        // An early callback may already be in the hands of the task: its answer waits until that round is over.
        let _round = self.shared.delivering.lock().await;
        let due = stream::iter(self.lease_due(now, &target));
        let answers = due.map(|webhook| self.deliver_one(&target, webhook, now)).buffer_unordered(at_once);
        answers
            .fold(Delivered::default(), async |delivered, accepted| Delivered {
                accepted: delivered.accepted + usize::from(accepted),
                failed: delivered.failed + usize::from(!accepted),
            })
            .await
    }

    async fn deliver_one(&self, target: &WebhookTarget, webhook: OutgoingWebhook, now: DateTime<Utc>) -> bool {
        let accepted = self.send(target, &webhook, now).await;
        self.change(|world, _| {
            if accepted {
                world.outbox_mut().delivered(webhook.row);
            } else {
                world.outbox_mut().failed(webhook.row, now);
            }
        });
        accepted
    }

    fn lease_due(&self, now: DateTime<Utc>, target: &WebhookTarget) -> Vec<OutgoingWebhook> {
        let anything = self.look(|world| {
            world.outbox().waiting().iter().any(|row| row.due <= now && target.secret(row.system).is_some())
        });
        if !anything {
            return Vec::new();
        }
        self.change(|world, _| world.outbox_mut().lease(now, |system| target.secret(system).is_some()))
    }

    async fn send(&self, target: &WebhookTarget, webhook: &OutgoingWebhook, now: DateTime<Utc>) -> bool {
        let (Some(base), Some(secret)) = (&target.base_url, target.secret(webhook.system)) else {
            return false;
        };
        let url = format!("{}{}", base.as_str().trim_end_matches('/'), webhook.path);
        let body = webhook.body.to_string();
        let signature = secret.sign(&webhook.webhook_id, now, body.as_bytes());
        let answer = self
            .shared
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &webhook.webhook_id)
            .header("webhook-timestamp", now.timestamp().to_string())
            .header("webhook-signature", signature)
            .body(body)
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                let status = answer.status().as_u16();
                tracing::warn!(webhook_id = %webhook.webhook_id, status, "sandbox_webhook_refused");
                false
            }
            Err(error) => {
                tracing::warn!(webhook_id = %webhook.webhook_id, %error, "sandbox_webhook_failed");
                false
            }
        }
    }

    /// Drives the world until cancelled: what falls due happens, and CaaS is told.
    pub async fn run(&self, cancelled: CancellationToken) {
        loop {
            tokio::select! {
                () = cancelled.cancelled() => return,
                () = self.shared.changed.notified() => {}
                () = until_the_next_look() => {}
            }
            tokio::select! {
                () = cancelled.cancelled() => return,
                _ = self.deliver(self.now(), AT_ONCE) => {}
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the application may move the shared clock without telling: somebody has to look"
)]
async fn until_the_next_look() {
    tokio::time::sleep(LOOK_EVERY).await;
}
