//! Configuration from the environment: read once, typed, every setting documented with its default.
//!
//! [`Config::read`] is the list of settings: each is named, explained and parsed in one place. `caas config` prints the
//! same list. A wrong value is one line and exit code 2.

mod alerts;
mod factory;
mod read;
mod systems;
mod tracing;

pub use factory::FactorySettings;
pub use read::{ConfigError, Listed, Reader};
pub use systems::{Endpoint, Endpoints, Secret, System};
pub use tracing::TraceExport;

use crate::adapters::PushKey;
use caas::maintenance::rules::MaintenancePolicy;
use caas::payments::chargebacks::ChargebackPolicy;
use caas::sales::payment::SalePolicy;
use caas::subscriptions::rules::DunningPolicy;
use caas::watch::alerts::model::AlertPolicy;
use caas::withdrawal::model::{RefundPolicy, WithdrawalPolicy};
use chrono::TimeDelta;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// Where the app runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On a developer's machine: demo world and sandbox.
    Development,
    /// For customers: nothing is played, everything must be configured.
    Production,
    /// Under test.
    Test,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How email leaves.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server; nothing: the sandbox's mailbox.
    pub smtp: Option<Url>,
    /// A file (PEM) with the certificate of the server's own authority.
    pub authority: Option<PathBuf>,
    /// The sender.
    pub from: String,
}

/// How the OTA engine tries again (rulebook, section 6).
#[derive(Clone, Debug, PartialEq)]
pub struct Ota {
    /// Attempts in all.
    pub max_attempts: i64,
    /// The wait after the first attempt.
    pub initial_backoff: TimeDelta,
    /// How much longer each further wait is.
    pub multiplier: f64,
    /// No wait is longer.
    pub max_backoff: TimeDelta,
    /// Waits that replace the formula.
    pub explicit_backoff: Vec<TimeDelta>,
    /// How long API IoT may take to tell a vehicle's status.
    pub status_timeout: TimeDelta,
    /// How long the vehicle may take to answer a command.
    pub command_timeout: TimeDelta,
    /// The engine gives up this long after the purchase.
    pub deadline: TimeDelta,
    /// Whether waits vary by ±10 %.
    pub jitter: bool,
    /// Failures in a row after which API IoT is given a rest.
    pub breaker_failures: i64,
    /// How long the rest is.
    pub breaker_rest: TimeDelta,
}

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the app runs.
    pub stage: Stage,
    /// Where the HTTP server listens.
    pub listen: SocketAddr,
    /// Where people reach us, without a slash at the end.
    pub public_url: String,
    /// Which database.
    pub database_url: String,
    /// Which log lines are written.
    pub log: String,
    /// How they are written.
    pub log_format: LogFormat,
    /// Who takes traces; nothing: none are made.
    pub traces: Option<TraceExport>,
    /// How email leaves.
    pub mail: Mail,
    /// What push messages are signed with; nothing: a key that is made once and kept with the database.
    pub push_key: Option<PushKey>,
    /// The outside systems.
    pub systems: Endpoints,
    /// Where tests steer the sandbox from; nothing: nowhere.
    pub sandbox_control_port: Option<u16>,
    /// The OTA engine.
    pub ota: Ota,
    /// How cars are paid for.
    pub sale: SalePolicy,
    /// How a subscription's charge that failed is tried again.
    pub dunning: DunningPolicy,
    /// How charges that a bank takes back are answered.
    pub chargebacks: ChargebackPolicy,
    /// What comes back after a withdrawal.
    pub withdrawal: WithdrawalPolicy,
    /// How the factory is asked.
    pub factory: FactorySettings,
    /// When overdue maintenance counts.
    pub maintenance: MaintenancePolicy,
    /// Who is mailed about alerts.
    pub alerts: AlertPolicy,
    /// A session unused this long ends.
    pub session_idle: TimeDelta,
    /// A session ends this long after sign-in.
    pub session_absolute: TimeDelta,
    /// Jobs at work at the same time.
    pub job_concurrency: usize,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// Requests other than reading that one address may make in a minute; 0: no limit.
    pub rate_per_minute: u32,
    /// How long a request may take.
    pub request_timeout: std::time::Duration,
    /// Where the built site stands.
    pub site_root: PathBuf,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::read(&mut Reader::of_process())
    }

    /// Reads every setting. What is wrong is said for the first one, what is missing for all.
    pub fn read(from: &mut Reader) -> Result<Config, ConfigError> {
        let stage = from.choice(
            "CAAS_ENV",
            "development",
            "Where the app runs: development, production or test",
            &[("development", Stage::Development), ("production", Stage::Production), ("test", Stage::Test)],
        )?;
        let port: u16 = from.value("PORT", "3000", "Port of the HTTP server")?;
        let bind: IpAddr = from.value("CAAS_BIND", "127.0.0.1", "Address the HTTP server listens on")?;
        let public_url = from.text(
            "CAAS_PUBLIC_URL",
            &format!("http://localhost:{port}"),
            "Where people reach the app: begins every link in messages",
        );
        let public_url = parse_public_url(&public_url)?;
        let database_url = from.secret_text(
            "DATABASE_URL",
            "sqlite:data/caas.db",
            "sqlite:path or postgres://user:password@host/name",
        );
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme)) {
            return Err(ConfigError::wrong("DATABASE_URL", "it must begin with sqlite: or postgres://"));
        }
        let log = from.text(
            "CAAS_LOG",
            "info,sqlx=warn",
            "Which log lines are written, as tracing-subscriber's EnvFilter reads it",
        );
        let log_format = from.choice(
            "CAAS_LOG_FORMAT",
            if stage == Stage::Production { "json" } else { "text" },
            "Form of the log lines: text or json",
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        )?;
        let traces = TraceExport::read(from)?;
        let mail = Mail {
            smtp: from.secret_url(
                "CAAS_SMTP_URL",
                "Mail server: smtp://user:password@host:587 or smtps://…; empty: the sandbox's mailbox",
            )?,
            authority: from
                .list(
                    "CAAS_SMTP_CA_FILE",
                    "PEM file with the certificate of the mail server's own authority; empty: the public ones only",
                )?
                .pop(),
            from: from.text("CAAS_MAIL_FROM", "CaaS <no-reply@caas.example>", "Sender of every mail"),
        };
        let push_key = from
            .secret(
                "CAAS_VAPID_PRIVATE_KEY",
                "Private key that push messages are signed with (P-256, 32 bytes in Base64 for URLs); empty: one is made and kept with the database",
            )
            .map(|key| PushKey::parse(key.reveal()))
            .transpose()
            .map_err(|error| ConfigError::wrong("CAAS_VAPID_PRIVATE_KEY", error))?;
        let systems = Endpoints::read(from)?;
        let sandbox_control_port = from
            .list("CAAS_SANDBOX_CONTROL_PORT", "Loopback port from which tests steer the sandbox; empty: none, 0: any")?
            .first()
            .copied();
        let ota = read_ota(from)?;
        let sale = read_sale(from)?;
        let dunning = read_dunning(from)?;
        let chargebacks = read_chargebacks(from)?;
        let refund = from.value(
            "CAAS_WITHDRAWAL_REFUND",
            "full",
            "What comes back after a withdrawal: full, or pro_rata (less the days used, when an express request to start is on record)",
        )?;
        let withdrawal = WithdrawalPolicy { refund: read_refund(refund)? };
        let factory = FactorySettings::read(from)?;
        let grace: u16 = from.value(
            "CAAS_MAINTENANCE_GRACE_DAYS",
            "30",
            "Days a car's maintenance may be overdue before services are blocked and the warranty is lost",
        )?;
        let maintenance = MaintenancePolicy { grace_days: grace.into() };
        let alerts = alerts::read(from)?;
        let session_idle = from.minutes("CAAS_SESSION_IDLE_MINUTES", "720", "A session unused this long ends")?;
        let session_absolute =
            from.minutes("CAAS_SESSION_MAX_MINUTES", "10080", "A session ends this long after sign-in")?;
        let job_concurrency: usize = from.value("CAAS_JOB_CONCURRENCY", "8", "Jobs at work at the same time")?;
        if job_concurrency == 0 {
            return Err(ConfigError::wrong("CAAS_JOB_CONCURRENCY", "at least 1 is needed"));
        }
        let trusted_proxies = from.list(
            "CAAS_TRUSTED_PROXY",
            "Addresses of proxies whose X-Forwarded-For is believed, separated by commas",
        )?;
        let rate_per_minute = from.value(
            "CAAS_RATE_PER_MINUTE",
            "3000",
            "Requests other than reading that one network address may make in a minute; 0: no limit",
        )?;
        let request_timeout = from.value("CAAS_REQUEST_TIMEOUT_SECONDS", "30", "How long a request may take")?;
        let site_root =
            from.text("LEPTOS_SITE_ROOT", "target/site", "Folder with the built site: style, islands, icons");
        let config = Config {
            stage,
            listen: SocketAddr::new(bind, port),
            public_url,
            database_url,
            log,
            log_format,
            traces,
            mail,
            push_key,
            systems,
            sandbox_control_port,
            ota,
            sale,
            dunning,
            chargebacks,
            withdrawal,
            factory,
            maintenance,
            alerts,
            session_idle,
            session_absolute,
            job_concurrency,
            trusted_proxies,
            rate_per_minute,
            request_timeout: std::time::Duration::from_secs(request_timeout),
            site_root: PathBuf::from(site_root),
        };
        config.refuse_gaps_in_production(from)?;
        Ok(config)
    }

    fn refuse_gaps_in_production(&self, from: &Reader) -> Result<(), ConfigError> {
        if self.stage != Stage::Production {
            return Ok(());
        }
        let mut missing = self.systems.missing();
        missing.extend(
            ["CAAS_SMTP_URL", "CAAS_PUBLIC_URL"].into_iter().filter(|name| !from.is_set(name)).map(str::to_owned),
        );
        if missing.is_empty() { Ok(()) } else { Err(ConfigError::Missing(missing)) }
    }

    /// Whether nothing may be played.
    pub fn is_production(&self) -> bool {
        self.stage == Stage::Production
    }

    /// Whether nothing need survive a power cut: tests end with the machine they run on.
    pub fn is_test(&self) -> bool {
        self.stage == Stage::Test
    }
}

impl Default for Config {
    /// What an empty environment gives.
    fn default() -> Self {
        Config::read(&mut Reader::of([])).expect("every default is valid, as a test shows")
    }
}

fn read_ota(from: &mut Reader) -> Result<Ota, ConfigError> {
    let max_attempts =
        from.value("CAAS_OTA_MAX_RETRY_ATTEMPTS", "5", "max_retry_attempts: attempts to reach the vehicle in all")?;
    let ota = Ota {
        max_attempts,
        initial_backoff: from.seconds(
            "CAAS_OTA_INITIAL_BACKOFF_SECONDS",
            "60",
            "initial_backoff_seconds: wait after the first attempt",
        )?,
        multiplier: from.value(
            "CAAS_OTA_BACKOFF_MULTIPLIER",
            "2.0",
            "backoff_multiplier: how much longer each further wait is",
        )?,
        max_backoff: from.seconds("CAAS_OTA_MAX_BACKOFF_SECONDS", "3600", "max_backoff_seconds: no wait is longer")?,
        explicit_backoff: from
            .list::<u32>(
                "CAAS_OTA_BACKOFF_LIST",
                "Waits in seconds that replace the formula, separated by commas; the last repeats",
            )?
            .into_iter()
            .map(|seconds| TimeDelta::seconds(seconds.into()))
            .collect(),
        status_timeout: from.seconds(
            "CAAS_OTA_STATUS_QUERY_TIMEOUT",
            "30",
            "status_query_timeout: seconds API IoT may take to tell a status",
        )?,
        command_timeout: from.seconds(
            "CAAS_OTA_ACTIVATION_COMMAND_TIMEOUT",
            "120",
            "activation_command_timeout: seconds the vehicle may take to answer",
        )?,
        deadline: TimeDelta::hours(
            from.value::<u32>(
                "CAAS_OTA_ACTIVATION_DEADLINE_HOURS",
                "24",
                "activation_deadline: hours after the purchase at which the engine gives up",
            )?
            .into(),
        ),
        jitter: from.choice(
            "CAAS_OTA_JITTER",
            "on",
            "Whether waits vary by ±10 %: on or off",
            &[("on", true), ("off", false)],
        )?,
        breaker_failures: from.value(
            "CAAS_OTA_BREAKER_FAILURES",
            "5",
            "Failures of API IoT in a row after which it is given a rest",
        )?,
        breaker_rest: from.seconds("CAAS_OTA_BREAKER_REST_SECONDS", "60", "How long that rest is before one probe")?,
    };
    if ota.max_attempts < 1 {
        return Err(ConfigError::wrong("CAAS_OTA_MAX_RETRY_ATTEMPTS", "at least 1 is needed"));
    }
    if !(1.0..=100.0).contains(&ota.multiplier) {
        return Err(ConfigError::wrong("CAAS_OTA_BACKOFF_MULTIPLIER", "it must lie between 1 and 100"));
    }
    if ota.breaker_failures < 1 {
        return Err(ConfigError::wrong("CAAS_OTA_BREAKER_FAILURES", "at least 1 is needed"));
    }
    Ok(ota)
}

fn read_sale(from: &mut Reader) -> Result<SalePolicy, ConfigError> {
    let days: u16 = from.value(
        "CAAS_FINAL_PAYMENT_DAYS",
        "7",
        "Days a customer has for a car's final payment once it has arrived",
    )?;
    let declines: u16 = from.value(
        "CAAS_FINAL_PAYMENT_DECLINES",
        "1",
        "Declines of a car's final payment after which the car is lost",
    )?;
    for (name, value) in [("CAAS_FINAL_PAYMENT_DAYS", days), ("CAAS_FINAL_PAYMENT_DECLINES", declines)] {
        if value < 1 {
            return Err(ConfigError::wrong(name, "at least 1 is needed"));
        }
    }
    let reminder: u16 = from.value(
        "CAAS_FINAL_PAYMENT_REMINDER_DAYS",
        "2",
        "Days before the final payment's date on which the customer is reminded; 0: not at all",
    )?;
    Ok(SalePolicy {
        final_payment_within: TimeDelta::days(days.into()),
        final_payment_reminder: TimeDelta::days(reminder.into()),
        final_declines_allowed: declines.into(),
    })
}

fn read_chargebacks(from: &mut Reader) -> Result<ChargebackPolicy, ConfigError> {
    let days: u16 = from.value(
        "CAAS_CHARGEBACK_ANSWER_DAYS",
        "7",
        "Days within which a charge that a customer's bank took back is to be answered with the evidence",
    )?;
    if days < 1 {
        return Err(ConfigError::wrong("CAAS_CHARGEBACK_ANSWER_DAYS", "at least 1 is needed"));
    }
    Ok(ChargebackPolicy { answer_within: TimeDelta::days(days.into()) })
}

fn read_refund(name: String) -> Result<RefundPolicy, ConfigError> {
    match name.as_str() {
        "full" => Ok(RefundPolicy::Full),
        "pro_rata" => Ok(RefundPolicy::ProRata),
        _ => Err(ConfigError::wrong("CAAS_WITHDRAWAL_REFUND", "it is full or pro_rata")),
    }
}

fn read_dunning(from: &mut Reader) -> Result<DunningPolicy, ConfigError> {
    let retries: u8 = from.value(
        "CAAS_DUNNING_RETRIES",
        "3",
        "Tries after a subscription's charge has failed; after the last it is cancelled and what is open is a debt",
    )?;
    let hours: u16 = from.value("CAAS_DUNNING_INTERVAL_HOURS", "48", "Hours between two of these tries")?;
    if hours < 1 {
        return Err(ConfigError::wrong("CAAS_DUNNING_INTERVAL_HOURS", "at least 1 is needed"));
    }
    Ok(DunningPolicy { retries: retries.into(), interval: TimeDelta::hours(hours.into()) })
}

fn parse_public_url(text: &str) -> Result<String, ConfigError> {
    let url = Url::parse(text).map_err(|error| ConfigError::wrong("CAAS_PUBLIC_URL", error))?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
        return Err(ConfigError::wrong(
            "CAAS_PUBLIC_URL",
            "it must be http:// or https:// with a host and nothing behind it",
        ));
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<Config, ConfigError> {
        Config::read(&mut Reader::of(pairs))
    }

    #[test]
    fn an_empty_environment_is_enough() {
        let config = Config::default();
        assert_eq!(config.public_url, "http://localhost:3000");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.ota.max_attempts, 5);
    }

    #[test]
    fn a_wrong_value_is_one_line_that_names_the_setting() {
        for (name, value) in [
            ("PORT", "many"),
            ("CAAS_ENV", "staging"),
            ("CAAS_PUBLIC_URL", "localhost"),
            ("DATABASE_URL", "mysql://x"),
            ("CAAS_OTA_BACKOFF_LIST", "1,x"),
            ("CAAS_TRUSTED_PROXY", "proxy"),
            ("CAAS_IOT_URL", "nowhere"),
            ("CAAS_FINAL_PAYMENT_DAYS", "0"),
            ("CAAS_DUNNING_INTERVAL_HOURS", "0"),
            ("CAAS_FINAL_PAYMENT_DECLINES", "-1"),
            ("CAAS_CHARGEBACK_ANSWER_DAYS", "0"),
            ("CAAS_SESSION_IDLE_MINUTES", "0"),
            ("CAAS_OTA_BACKOFF_MULTIPLIER", "NaN"),
            ("CAAS_PAYMENTS_WEBHOOK_SECRET", "whsec_!!"),
        ] {
            let line = read([(name, value)]).unwrap_err().to_string();
            assert!(line.contains(name) && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn an_address_needs_its_token() {
        let line = read([("CAAS_IOT_URL", "https://iot.example")]).unwrap_err().to_string();
        assert!(line.starts_with("CAAS_IOT_TOKEN"), "{line}");
    }

    #[test]
    fn a_secret_is_in_no_error() {
        let line = read([("CAAS_PAYMENTS_WEBHOOK_SECRET", "hunter2")]).unwrap_err().to_string();
        assert!(!line.contains("hunter2"), "{line}");
    }

    #[test]
    fn production_names_everything_that_is_missing() {
        let iot = [("CAAS_IOT_URL", "https://iot.example"), ("CAAS_IOT_TOKEN", "t")];
        let line = read([("CAAS_ENV", "production"), iot[0], iot[1]]).unwrap_err().to_string();
        for name in [
            "CAAS_PAYMENTS_URL",
            "CAAS_PAYMENTS_TOKEN",
            "CAAS_PAYMENTS_WEBHOOK_SECRET",
            "CAAS_IOT_WEBHOOK_SECRET",
            "CAAS_REGISTRATION_GB_URL",
            "CAAS_SMS_TOKEN",
        ] {
            assert!(line.contains(name), "{line} lacks {name}");
        }
        assert!(
            !line.contains("CAAS_IOT_URL")
                && !line.contains("CAAS_IOT_TOKEN")
                && !line.contains("CAAS_SMS_WEBHOOK_SECRET"),
            "{line}"
        );
    }

    #[test]
    fn the_list_hides_secrets() {
        let mut reader = Reader::of([("CAAS_PAYMENTS_TOKEN", "hunter2"), ("DATABASE_URL", "postgres://u:hunter3@h/d")]);
        Config::read(&mut reader).unwrap();
        let list: String = reader.listed().iter().map(ToString::to_string).collect();
        assert!(!list.contains("hunter"), "{list}");
        assert!(list.contains("CAAS_PAYMENTS_TOKEN"));
    }
}
