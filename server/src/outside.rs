//! The outside systems: real ones over HTTP where an address is configured, played ones for the rest.

use crate::adapters::{
    CountedMailer, CountedPush, HttpFactory, HttpIotApi, HttpPaymentGateway, HttpRegistrationBodies, HttpSmsSender,
    HttpTransport, HttpVss, Meter, OutsideSystem, PushKey, PushSettings, SandboxMailer, SandboxPush, SetupError,
    SmtpMailer, SmtpSettings, WebPush, registration, transport, vss,
};
use crate::config::{Config, Endpoints, Secret, System};
use base64::Engine as _;
use caas::activation::port::IotApi;
use caas::kernel::Timestamp;
use caas::kernel::clock::{Clock, SystemClock};
use caas::kernel::rng::Rng;
use caas::maintenance::port::Vss;
use caas::notifications::port::{Mailer, PushSender, SmsSender};
use caas::payments::port::PaymentGateway;
use caas::sales::delivery::port::Transport;
use caas::sales::factory::port::Factory;
use caas::sales::registration::port::RegistrationBodies;
use caas::watch::calls::CallTally;
use caas::watch::model::Outside as Watched;
use caas_sandbox::start::Tokens;
use caas_sandbox::{Country, Running, Sandbox, SandboxClock, SandboxConfig, WebhookSecret, WebhookTarget};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long the gateway may take for an answer.
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long handing over one text message or push message may take.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long handing over one mail may take.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// Why the outside systems can't be reached as configured.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// An adapter can't be made.
    #[error("{0}: {1}")]
    Setup(&'static str, SetupError),
    /// The sandbox can't be started.
    #[error("sandbox: {0}")]
    Sandbox(#[from] caas_sandbox::StartError),
    /// A played system's secret is none.
    #[error("sandbox: {0}")]
    Secret(#[from] caas_sandbox::webhook::NotASecret),
}

/// How the sandbox is to be set up.
pub struct SandboxOptions {
    /// The clock of the app and of the played systems.
    pub clock: SandboxClock,
    /// Where the played world is kept; nothing: it is forgotten.
    pub snapshot: Option<PathBuf>,
    /// Where webhooks go; nothing: they wait until somebody takes them.
    pub webhooks_to: Option<Url>,
}

impl SandboxOptions {
    /// Forgets the played world of an earlier database: its cars, faults and clock belong to nobody any more.
    pub fn forget(&self) {
        if let Some(snapshot) = &self.snapshot
            && let Err(error) = std::fs::remove_file(snapshot)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "old_sandbox_not_forgotten");
        }
    }
}

/// The ways out.
pub struct Outside {
    /// Time, which the sandbox can move.
    pub clock: Arc<dyn Clock>,
    /// The payment gateway.
    pub gateway: Arc<dyn PaymentGateway>,
    /// API IoT.
    pub iot: Arc<dyn IotApi>,
    /// The factory.
    pub factory: Arc<dyn Factory>,
    /// The national registration bodies.
    pub registration: Arc<dyn RegistrationBodies>,
    /// The transport company.
    pub transport: Arc<dyn Transport>,
    /// The workshops' maintenance history.
    pub vss: Arc<dyn Vss>,
    /// Email.
    pub mailer: Arc<dyn Mailer>,
    /// Text messages.
    pub sms: Arc<dyn SmsSender>,
    /// Push messages.
    pub push: Arc<dyn PushSender>,
    /// Addresses, tokens and secrets in force, those of played systems included.
    pub systems: Endpoints,
    /// Where browsers may be sent by a form.
    pub form_origins: Vec<String>,
    /// The played systems.
    pub sandbox: Option<Running>,
    /// Counts of calls that are not in the database yet.
    pub calls: CallTally,
}

impl Outside {
    /// Makes the ways out, and starts the sandbox for what has no address. Push messages are signed with `push_key`.
    pub async fn start(
        config: &Config,
        options: SandboxOptions,
        push_key: PushKey,
        rng: Arc<dyn Rng>,
    ) -> Result<Outside, OutsideError> {
        let mut systems = config.systems.clone();
        let played: Vec<System> = PLAYED.into_iter().filter(|system| systems.get(*system).url.is_none()).collect();
        let needs_sandbox = !config.is_production() && (!played.is_empty() || config.mail.smtp.is_none());
        let sandbox = if needs_sandbox {
            Some(start_sandbox(config, options, &played, &mut systems, &*rng).await?)
        } else {
            None
        };
        let clock: Arc<dyn Clock> = match &sandbox {
            Some(running) => Arc::new(SandboxTime(running.handle.clock())),
            None => Arc::new(SystemClock),
        };
        let calls = CallTally::default();
        let reach = |systems: &Endpoints, system| {
            let meter = Meter::new(watched(system), calls.clone(), clock.clone());
            OutsideSystem { meter: Some(meter), ..reach(systems, system) }
        };
        let gateway = HttpPaymentGateway::new(&reach(&systems, System::Payments), GATEWAY_TIMEOUT)
            .map_err(|error| OutsideError::Setup("payment gateway", error))?;
        let seconds = |time: chrono::TimeDelta| time.to_std().unwrap_or_default();
        let iot = HttpIotApi::new(
            &reach(&systems, System::Iot),
            seconds(config.ota.status_timeout),
            seconds(config.ota.command_timeout),
        )
        .map_err(|error| OutsideError::Setup("API IoT", error))?;
        let factory = HttpFactory::new(&reach(&systems, System::Factory), seconds(config.factory.timeout))
            .map_err(|error| OutsideError::Setup("factory", error))?;
        let bodies = BODIES.map(|(country, system)| (country, reach(&systems, system)));
        let registration = HttpRegistrationBodies::new(bodies, registration::DEFAULT_TIMEOUT)
            .map_err(|error| OutsideError::Setup("registration bodies", error))?;
        let transport = HttpTransport::new(&reach(&systems, System::Transport), transport::DEFAULT_TIMEOUT)
            .map_err(|error| OutsideError::Setup("transport company", error))?;
        let vss = HttpVss::new(&reach(&systems, System::Vss), vss::DEFAULT_TIMEOUT)
            .map_err(|error| OutsideError::Setup("maintenance history (VSS)", error))?;
        let mailer: Arc<dyn Mailer> = match (&config.mail.smtp, &sandbox) {
            (None, Some(running)) => Arc::new(SandboxMailer::new(running.handle.clone(), &config.mail.from)),
            (url, _) => {
                let url = url.clone().unwrap_or_else(nowhere);
                let authority = config.mail.authority.as_ref().map(std::fs::read_to_string).transpose();
                let authority =
                    authority.map_err(|_| OutsideError::Setup("CAAS_SMTP_CA_FILE", SetupError::Certificate))?;
                let settings = SmtpSettings { url, from: config.mail.from.clone(), authority, timeout: SMTP_TIMEOUT };
                let mailer =
                    SmtpMailer::new(&settings, clock.clone()).map_err(|error| OutsideError::Setup("mail", error))?;
                Arc::new(mailer)
            }
        };
        let mailer = Arc::new(CountedMailer::new(mailer, Meter::new(Watched::Mail, calls.clone(), clock.clone())));
        let sms = HttpSmsSender::new(&reach(&systems, System::Sms), MESSAGE_TIMEOUT)
            .map_err(|error| OutsideError::Setup("SMS", error))?;
        let push = push(config, push_key, rng, sandbox.as_ref())?;
        let push = Arc::new(CountedPush::new(push, Meter::new(Watched::Push, calls.clone(), clock.clone())));
        let form_origins =
            systems.get(System::Payments).url.iter().map(|url| url.origin().ascii_serialization()).collect();
        Ok(Outside {
            clock,
            gateway: Arc::new(gateway),
            iot: Arc::new(iot),
            factory: Arc::new(factory),
            registration: Arc::new(registration),
            transport: Arc::new(transport),
            vss: Arc::new(vss),
            mailer,
            sms: Arc::new(sms),
            push,
            systems,
            form_origins,
            sandbox,
            calls,
        })
    }
}

/// The registration bodies that have an API, by country.
pub const BODIES: [(&str, System); 4] = [
    ("ES", System::RegistrationEs),
    ("FR", System::RegistrationFr),
    ("DE", System::RegistrationDe),
    ("GB", System::RegistrationGb),
];

/// The systems the sandbox can play.
pub const PLAYED: [System; 10] = [
    System::Payments,
    System::Iot,
    System::Sms,
    System::Factory,
    System::RegistrationEs,
    System::RegistrationFr,
    System::RegistrationDe,
    System::RegistrationGb,
    System::Transport,
    System::Vss,
];

/// The way out for push messages. Push services are nobody's sandbox: they live in real time, whatever ours says.
fn push(
    config: &Config,
    key: PushKey,
    rng: Arc<dyn Rng>,
    sandbox: Option<&Running>,
) -> Result<Arc<dyn PushSender>, OutsideError> {
    let address = config.mail.from.rsplit('<').next().unwrap_or_default().trim_end_matches('>').trim();
    let settings = PushSettings {
        key,
        contact: format!("mailto:{address}"),
        local_addresses: !config.is_production(),
        timeout: MESSAGE_TIMEOUT,
    };
    let push =
        WebPush::new(settings, rng, Arc::new(SystemClock)).map_err(|error| OutsideError::Setup("push", error))?;
    Ok(match sandbox {
        Some(running) => Arc::new(SandboxPush::new(running.handle.clone(), Arc::new(push))),
        None => Arc::new(push),
    })
}

/// Where a system is reached: by now every system has an address, its own or the sandbox's.
fn reach(systems: &Endpoints, system: System) -> OutsideSystem {
    let endpoint = systems.get(system);
    OutsideSystem {
        url: endpoint.url.unwrap_or_else(nowhere),
        token: endpoint.token.map(|token| token.reveal().to_owned()).unwrap_or_default(),
        meter: None,
    }
}

/// A system of the settings as it is watched.
fn watched(system: System) -> Watched {
    match system {
        System::Payments => Watched::Payments,
        System::Iot => Watched::Iot,
        System::Factory => Watched::Factory,
        System::Vss => Watched::Vss,
        System::RegistrationEs => Watched::RegistrationEs,
        System::RegistrationFr => Watched::RegistrationFr,
        System::RegistrationDe => Watched::RegistrationDe,
        System::RegistrationGb => Watched::RegistrationGb,
        System::Transport => Watched::Transport,
        System::Sms => Watched::Sms,
    }
}

/// An address at which nobody is (RFC 6761 §6.4).
fn nowhere() -> Url {
    Url::parse("http://nobody.invalid").expect("a constant")
}

/// Starts the sandbox and enters the played systems' addresses, tokens and secrets.
async fn start_sandbox(
    config: &Config,
    options: SandboxOptions,
    played: &[System],
    systems: &mut Endpoints,
    rng: &dyn Rng,
) -> Result<Running, OutsideError> {
    for system in played {
        let mut endpoint = systems.get(*system);
        endpoint.token.get_or_insert_with(|| Secret::new(rng.token()));
        if system.calls_us() && endpoint.webhook_secrets.is_empty() {
            endpoint.webhook_secrets.push(new_webhook_secret(rng));
        }
        systems.set(*system, endpoint);
    }
    let secret_of = |system: System| -> Result<Option<WebhookSecret>, OutsideError> {
        if !played.contains(&system) {
            return Ok(None);
        }
        let secret = systems.get(system).webhook_secrets.first().cloned();
        Ok(secret.map(|secret| WebhookSecret::parse(secret.reveal())).transpose()?)
    };
    let mut body_secrets = BTreeMap::new();
    for country in Country::ALL {
        if let Some(secret) = secret_of(body_of(country))? {
            body_secrets.insert(country, secret);
        }
    }
    let token_of =
        |system: System| systems.get(system).token.map(|token| token.reveal().to_owned()).unwrap_or_default();
    let running = Sandbox::start(SandboxConfig {
        control_addr: config.sandbox_control_port.map(|port| SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)),
        tokens: Tokens {
            gateway: token_of(System::Payments),
            iot: token_of(System::Iot),
            sms: token_of(System::Sms),
            factory: token_of(System::Factory),
            registration: Country::ALL.into_iter().map(|country| (country, token_of(body_of(country)))).collect(),
            transport: token_of(System::Transport),
            vss: token_of(System::Vss),
        },
        webhook_target: WebhookTarget {
            base_url: options.webhooks_to,
            gateway_secret: secret_of(System::Payments)?,
            iot_secret: secret_of(System::Iot)?,
            factory_secret: secret_of(System::Factory)?,
            registration_secrets: body_secrets,
            transport_secret: secret_of(System::Transport)?,
        },
        snapshot_path: options.snapshot,
        clock: options.clock,
        ..SandboxConfig::default()
    })
    .await?;
    for system in played {
        let body = |country| running.registration_urls.get(&country).map(String::as_str).unwrap_or_default();
        let address = match system {
            System::Payments => &running.gateway_url,
            System::Iot => &running.iot_url,
            System::Sms => &running.sms_url,
            System::Factory => &running.factory_url,
            System::RegistrationEs => body(Country::ES),
            System::RegistrationFr => body(Country::FR),
            System::RegistrationDe => body(Country::DE),
            System::RegistrationGb => body(Country::GB),
            System::Transport => &running.transport_url,
            System::Vss => &running.vss_url,
        };
        let mut endpoint = systems.get(*system);
        endpoint.url = Url::parse(address).ok();
        systems.set(*system, endpoint);
    }
    Ok(running)
}

/// A country's body in the words of the settings.
fn body_of(country: Country) -> System {
    match country {
        Country::ES => System::RegistrationEs,
        Country::FR => System::RegistrationFr,
        Country::DE => System::RegistrationDe,
        Country::GB => System::RegistrationGb,
    }
}

fn new_webhook_secret(rng: &dyn Rng) -> Secret {
    let mut key = [0u8; 32];
    rng.fill(&mut key);
    Secret::new(format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(key)))
}

/// The sandbox's clock as the business's.
struct SandboxTime(SandboxClock);

impl Clock for SandboxTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}
