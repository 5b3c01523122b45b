//! `caas config --check`: tries, before customers do, whether what the settings name is there. Changes nothing and sends
//! nothing: no outside system is shown a token.

use crate::adapters::{SmtpMailer, SmtpSettings};
use crate::config::{Config, Endpoint, Mail, System};
use caas::kernel::clock::SystemClock;
use caas::kernel::database::{Database, Schema};
use futures::future::join_all;
use sqlx::sqlite::SqliteConnectOptions;
use std::fmt;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// How long anything may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was looked at, and what was found.
#[derive(Debug)]
pub struct Finding {
    subject: String,
    /// What is well, or what is wrong.
    outcome: Result<String, String>,
}

impl Finding {
    fn new(subject: impl Into<String>, outcome: Result<String, String>) -> Finding {
        Finding { subject: subject.into(), outcome }
    }

    /// Whether nothing need be done.
    pub fn is_well(&self) -> bool {
        self.outcome.is_ok()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(well) => write!(f, "ok     {}: {well}", self.subject),
            Err(wrong) => write!(f, "WRONG  {}: {wrong}", self.subject),
        }
    }
}

/// Looks at everything that the settings name.
pub async fn check(config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        Finding::new("address for people", public_address(config)),
        Finding::new("built site", site(&config.site_root)),
        Finding::new("database", database(&config.database_url).await),
        Finding::new("mail server", mail(&config.mail).await),
        Finding::new("collector of traces", collector(config).await),
    ];
    findings.extend(join_all(System::ALL.map(|system| outside(config, system))).await);
    findings
}

fn public_address(config: &Config) -> Result<String, String> {
    if config.is_production() && !config.public_url.starts_with("https://") {
        return Err("CAAS_PUBLIC_URL must begin with https://: browsers keep no session without it".to_owned());
    }
    Ok(config.public_url.clone())
}

fn site(root: &Path) -> Result<String, String> {
    if root.join("pkg").is_dir() {
        return Ok(root.display().to_string());
    }
    Err(format!("{} holds no built site: build it (scripts/build.sh), or set LEPTOS_SITE_ROOT", root.display()))
}

async fn database(url: &str) -> Result<String, String> {
    if url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(url).map_err(|error| error.to_string())?;
        if !options.get_filename().exists() {
            // To open it would make it.
            return Ok("a SQLite file that the first start makes".to_owned());
        }
    }
    let db = Database::connect(url).await.map_err(|error| error.to_string())?;
    let engine = if db.is_shared() { "PostgreSQL" } else { "SQLite" };
    let schema = db.schema().await;
    db.close().await;
    match schema {
        Ok(Schema::Fits) => Ok(format!("{engine}, with the schema of this version")),
        Ok(Schema::Beyond) => Err(format!("{engine}, with a schema that only newer versions can work with")),
        Ok(Schema::Behind) => {
            Ok(format!("{engine}, with an earlier schema: `caas migrate` or the next start brings it up to date"))
        }
        Err(_) => Ok(format!("{engine}, empty: the first start fills it")),
    }
}

async fn mail(mail: &Mail) -> Result<String, String> {
    let Some(url) = mail.smtp.clone() else { return Ok("the sandbox keeps mails".to_owned()) };
    let authority = match &mail.authority {
        Some(file) => Some(std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?),
        None => None,
    };
    let settings = SmtpSettings { url, from: mail.from.clone(), authority, timeout: PATIENCE };
    let mailer = SmtpMailer::new(&settings, Arc::new(SystemClock)).map_err(|error| error.to_string())?;
    mailer.greet().await?;
    Ok("it greets us, and takes user and password".to_owned())
}

async fn collector(config: &Config) -> Result<String, String> {
    match &config.traces {
        None => Ok("no traces are made".to_owned()),
        Some(traces) => reach(config, traces.endpoint.clone()).await,
    }
}

async fn outside(config: &Config, system: System) -> Finding {
    let Endpoint { url, .. } = config.systems.get(system);
    let outcome = match url {
        None => Ok("the sandbox plays it".to_owned()),
        Some(url) => reach(config, url).await,
    };
    Finding::new(system.about(), outcome)
}

async fn reach(config: &Config, url: Url) -> Result<String, String> {
    if config.is_production() && url.scheme() == "http" && !is_this_machine(&url) {
        return Err("http:// would show our token to everybody on the way: https:// is needed".to_owned());
    }
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
    let answer = client.map_err(|error| error.to_string())?.get(url).send().await;
    // What it says to a stranger matters little: it speaks HTTP.
    let answer = answer.map_err(|error| root_cause(&error))?;
    Ok(format!("it answers (HTTP {})", answer.status().as_u16()))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The last word in a chain of errors is the one that helps: "connection refused", "certificate expired".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
