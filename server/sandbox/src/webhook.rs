//! Signatures as Standard Webhooks describes them: HMAC-SHA-256 over `id.timestamp.body`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use url::Url;

use crate::world::call::System;
use crate::world::country::Country;

const PREFIX: &str = "whsec_";

/// A signing secret, `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

/// The text is no `whsec_…` secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a webhook secret: it must be whsec_ followed by base64")]
pub struct NotASecret;

impl WebhookSecret {
    /// Reads `whsec_<base64>`.
    ///
    /// # Errors
    /// When the prefix is missing or the rest is no base64, or empty.
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(NotASecret)?;
        let key = STANDARD.decode(encoded).map_err(|_| NotASecret)?;
        if key.is_empty() {
            return Err(NotASecret);
        }
        Ok(Self(key))
    }

    /// Value of the header `webhook-signature`.
    #[must_use]
    pub fn sign(&self, webhook_id: &str, at: DateTime<Utc>, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("invariant: HMAC takes keys of any length");
        mac.update(format!("{webhook_id}.{}.", at.timestamp()).as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Secrets stay out of logs.
impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// Where CaaS listens, and which secrets it checks. A system without a secret sends nothing.
#[derive(Clone, Debug, Default)]
pub struct WebhookTarget {
    /// Address before the paths of the contract; without it, webhooks wait.
    pub base_url: Option<Url>,
    /// Secret of the gateway.
    pub gateway_secret: Option<WebhookSecret>,
    /// Secret of API IoT.
    pub iot_secret: Option<WebhookSecret>,
    /// Secret of the factory.
    pub factory_secret: Option<WebhookSecret>,
    /// Secrets of the registration bodies.
    pub registration_secrets: BTreeMap<Country, WebhookSecret>,
    /// Secret of the transport company.
    pub transport_secret: Option<WebhookSecret>,
}

impl WebhookTarget {
    pub(crate) fn secret(&self, system: System) -> Option<&WebhookSecret> {
        match system {
            System::Gateway => self.gateway_secret.as_ref(),
            System::Iot => self.iot_secret.as_ref(),
            System::Sms | System::Vss => None,
            System::Factory => self.factory_secret.as_ref(),
            System::RegistrationEs => self.registration_secrets.get(&Country::ES),
            System::RegistrationFr => self.registration_secrets.get(&Country::FR),
            System::RegistrationGb => self.registration_secrets.get(&Country::GB),
            System::RegistrationDe => self.registration_secrets.get(&Country::DE),
            System::Transport => self.transport_secret.as_ref(),
        }
    }
}
