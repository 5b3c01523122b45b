//! Where the outside systems are and how they and we know each other.

use super::{ConfigError, Reader};
use base64::Engine as _;
use std::collections::BTreeMap;
use std::fmt;
use url::Url;

/// An outside system, in the words of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// The payment gateway.
    Payments,
    /// API IoT.
    Iot,
    /// The factory.
    Factory,
    /// The workshops' maintenance history.
    Vss,
    /// Registration in Spain.
    RegistrationEs,
    /// Registration in France.
    RegistrationFr,
    /// Registration in Germany.
    RegistrationDe,
    /// Registration in the United Kingdom.
    RegistrationGb,
    /// Home delivery.
    Transport,
    /// Text messages.
    Sms,
}

impl System {
    /// All of them.
    pub const ALL: [System; 10] = [
        System::Payments,
        System::Iot,
        System::Factory,
        System::Vss,
        System::RegistrationEs,
        System::RegistrationFr,
        System::RegistrationDe,
        System::RegistrationGb,
        System::Transport,
        System::Sms,
    ];

    /// Its name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            System::Payments => "PAYMENTS",
            System::Iot => "IOT",
            System::Factory => "FACTORY",
            System::Vss => "VSS",
            System::RegistrationEs => "REGISTRATION_ES",
            System::RegistrationFr => "REGISTRATION_FR",
            System::RegistrationDe => "REGISTRATION_DE",
            System::RegistrationGb => "REGISTRATION_GB",
            System::Transport => "TRANSPORT",
            System::Sms => "SMS",
        }
    }

    /// What it is, in words.
    pub const fn about(self) -> &'static str {
        match self {
            System::Payments => "payment gateway",
            System::Iot => "API IoT",
            System::Factory => "factory",
            System::Vss => "maintenance history (VSS)",
            System::RegistrationEs => "registration body of Spain",
            System::RegistrationFr => "registration body of France",
            System::RegistrationDe => "registration body of Germany",
            System::RegistrationGb => "registration body of the United Kingdom",
            System::Transport => "transport company",
            System::Sms => "SMS provider",
        }
    }

    /// Whether it tells us things by webhook.
    pub const fn calls_us(self) -> bool {
        !matches!(self, System::Vss | System::Sms)
    }
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How one outside system is reached, as far as it was configured.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    /// Its base address; nothing: the sandbox plays it.
    pub url: Option<Url>,
    /// What we show it.
    pub token: Option<Secret>,
    /// What it signs its webhooks with; two during a rotation.
    pub webhook_secrets: Vec<Secret>,
}

/// All outside systems.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(BTreeMap<System, Endpoint>);

impl Endpoints {
    pub(super) fn read(from: &mut Reader) -> Result<Endpoints, ConfigError> {
        let mut all = BTreeMap::new();
        for system in System::ALL {
            let (name, about) = (system.name(), system.about());
            let url = from.url(
                &format!("CAAS_{name}_URL"),
                &format!("Base address of the {about}; empty: the sandbox plays it"),
            )?;
            let token = from.secret(&format!("CAAS_{name}_TOKEN"), &format!("Bearer token we show the {about}"));
            let webhook_secrets = if system.calls_us() {
                let setting = format!("CAAS_{name}_WEBHOOK_SECRET");
                let text = from.secret_text(
                    &setting,
                    "",
                    &format!("Secret (whsec_…) that the {about} signs its webhooks with; two, separated by a comma, during a rotation"),
                );
                parse_webhook_secrets(&setting, &text)?
            } else {
                Vec::new()
            };
            if url.is_some() && token.is_none() {
                return Err(ConfigError::wrong(
                    &format!("CAAS_{name}_TOKEN"),
                    "it is needed, because the address is set",
                ));
            }
            all.insert(system, Endpoint { url, token, webhook_secrets });
        }
        Ok(Endpoints(all))
    }

    /// How a system is reached.
    pub fn get(&self, system: System) -> Endpoint {
        self.0.get(&system).cloned().unwrap_or_default()
    }

    /// Replaces how a system is reached, for tests.
    pub fn set(&mut self, system: System, endpoint: Endpoint) {
        self.0.insert(system, endpoint);
    }

    /// The settings without which production does not start.
    pub(super) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (system, endpoint) in &self.0 {
            let name = system.name();
            if endpoint.url.is_none() {
                missing.push(format!("CAAS_{name}_URL"));
            }
            if endpoint.token.is_none() {
                missing.push(format!("CAAS_{name}_TOKEN"));
            }
            if system.calls_us() && endpoint.webhook_secrets.is_empty() {
                missing.push(format!("CAAS_{name}_WEBHOOK_SECRET"));
            }
        }
        missing
    }
}

fn parse_webhook_secrets(name: &str, text: &str) -> Result<Vec<Secret>, ConfigError> {
    let secrets: Vec<_> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if secrets.len() > 2 {
        return Err(ConfigError::wrong(name, "at most two secrets are accepted"));
    }
    for secret in &secrets {
        let key =
            secret.strip_prefix("whsec_").and_then(|key| base64::engine::general_purpose::STANDARD.decode(key).ok());
        if key.is_none_or(|key| key.is_empty()) {
            return Err(ConfigError::wrong(name, "each secret must be whsec_ followed by Base64"));
        }
    }
    Ok(secrets.into_iter().map(Secret::new).collect())
}
