//! The program in a process that dies, and what lives on: the outside systems, the database, and a look into it.

use crate::crash::place::{CLICK_AND_DIE, TEST_THAT_CLICKS, assemble};
use crate::crash::process::{Process, becomes, wait};
use crate::crash::template::{Template, world_in};
use crate::support::balanced::Balanced;
use caas::sql;
use caas_sandbox::start::Tokens;
use caas_sandbox::{Country, Running, Sandbox, SandboxConfig, WebhookSecret, WebhookTarget};
use caas_server::application::Application;
use chrono::TimeDelta;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// How long anything may take that takes a moment; longer than a lease, which PostgreSQL may still write for a process that
/// is dead already.
pub const PATIENCE: Duration = Duration::from_secs(50);

const WEBHOOK_SECRET: &str = "whsec_Y3Jhc2gtdGVzdHMtc2hhcmUtdGhpcy1zZWNyZXQ=";

pub struct Machine {
    pub sandbox: Running,
    /// For looking behind the pages, and for what people do. Runs nothing.
    pub app: Application,
    process: Option<Process>,
    /// Looks at the books when the process has ended and before the folder goes.
    _books: Balanced,
    pub folder: TempDir,
    settings: Vec<(String, String)>,
}

impl Machine {
    pub async fn build(template: &Template) -> Machine {
        let folder = tempfile::tempdir().unwrap();
        let database_url = template.copy_to(folder.path()).await;
        let port = free_port();
        let sandbox = start_sandbox(folder.path(), port).await;
        let settings = settings(&database_url, &sandbox, port);
        let app = assemble(settings.clone()).await;
        let books = Balanced::when_over(&database_url);
        Machine { sandbox, app, process: None, _books: books, folder, settings }
    }

    /// Somebody clicks in a process that dies of it.
    pub async fn click_and_die_at(&self, click: &str, failpoint: &str) {
        let mut settings = self.settings.clone();
        settings.push((CLICK_AND_DIE.to_owned(), click.to_owned()));
        settings.push(("CAAS_FAILPOINT".to_owned(), failpoint.to_owned()));
        let program = std::env::current_exe().unwrap();
        let arguments = ["--exact", TEST_THAT_CLICKS, "--nocapture"];
        let mut process = Process::start(&program, &arguments, &settings, self.folder.path());
        let died = becomes(PATIENCE, async || process.aborted().is_some()).await;
        assert!(died && process.aborted() == Some(true), "it did not die at {failpoint}: {}", self.log());
    }

    /// On PostgreSQL a dead process's jobs are free when their lease ends; this is that moment.
    pub async fn end_leases(&self) {
        let mut tx = self.app.caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE jobs SET leased_until = NULL").unwrap();
        tx.commit().await.unwrap();
    }

    fn start(&mut self, failpoint: Option<&str>) {
        let mut settings = self.settings.clone();
        settings.extend(failpoint.map(|name| ("CAAS_FAILPOINT".to_owned(), name.to_owned())));
        let program = Path::new(env!("CARGO_BIN_EXE_caas"));
        self.process = Some(Process::start(program, &["serve"], &settings, self.folder.path()));
    }

    /// The outside systems repeat their messages without their long pauses.
    async fn deliver(&self) {
        let sandbox = &self.sandbox.handle;
        if !sandbox.waiting_webhooks().is_empty() {
            // Within the five minutes that a signature is good for, and later than the pause after two failures.
            sandbox.deliver_due(sandbox.now() + TimeDelta::seconds(100)).await;
        }
    }

    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log.txt")).unwrap_or_default();
        format!("{log}\ncalls: {:#?}", calls(&self.sandbox.handle))
    }
}

/// Somebody's life around the machine.
pub trait Life {
    fn machine(&self) -> &Machine;
    fn machine_mut(&mut self) -> &mut Machine;

    /// What people do meanwhile.
    async fn move_on(&mut self);

    /// Whether the end of the story is reached, no message is on its way, and no work is left for now.
    async fn is_over(&self) -> bool;

    /// Runs the program until it has died there.
    async fn run_until_dead_at(&mut self, failpoint: &str) {
        self.machine_mut().start(Some(failpoint));
        let mut aborted = None;
        let in_time = becomes(PATIENCE, async || {
            aborted = self.machine_mut().process.as_mut().and_then(Process::aborted);
            if aborted.is_none() {
                self.machine().deliver().await;
                self.move_on().await;
            }
            aborted.is_some()
        })
        .await;
        assert!(in_time && aborted == Some(true), "it never died at {failpoint}: {}", self.machine().log());
        self.machine_mut().process = None;
    }

    /// Runs the program for so long, then kills it.
    async fn run_and_kill_after(&mut self, time: Duration) {
        self.machine_mut().start(None);
        wait(time).await;
        self.machine().deliver().await;
        self.move_on().await;
        self.machine_mut().process = None;
    }

    /// Runs the program until nothing is left to do.
    async fn run_to_the_end(&mut self, patience: Duration) {
        self.machine_mut().start(None);
        let in_time = becomes(patience, async || {
            if let Some(status) = self.machine_mut().process.as_mut().and_then(Process::ended) {
                panic!("it ended by itself ({status}): {}", self.machine().log());
            }
            self.machine().deliver().await;
            self.move_on().await;
            self.is_over().await
        })
        .await;
        assert!(in_time, "the story does not end: {}", self.machine().log());
        self.machine_mut().process = None;
    }
}

fn calls(sandbox: &Sandbox) -> Vec<String> {
    sandbox.calls_seen().iter().map(|call| format!("{} {:?} {:?}", call.at, call.operation, call.status)).collect()
}

/// The outside systems of the world in this folder, telling an app at this port.
pub async fn start_sandbox(folder: &Path, port: u16) -> Running {
    let secret = || Some(WebhookSecret::parse(WEBHOOK_SECRET).unwrap());
    let config = SandboxConfig {
        tokens: Tokens {
            gateway: "for-the-gateway".to_owned(),
            iot: "for-the-cars".to_owned(),
            sms: "for-the-texts".to_owned(),
            factory: "for-the-factory".to_owned(),
            registration: [(Country::ES, "for-the-plates".to_owned())].into(),
            transport: "for-the-lorries".to_owned(),
            vss: "for-the-workshops".to_owned(),
        },
        webhook_target: WebhookTarget {
            base_url: (port != 0).then(|| format!("http://127.0.0.1:{port}").parse().unwrap()),
            gateway_secret: secret(),
            iot_secret: secret(),
            factory_secret: secret(),
            ..WebhookTarget::default()
        },
        snapshot_path: Some(world_in(folder)),
        ..SandboxConfig::default()
    };
    Sandbox::start(config).await.unwrap()
}

/// The program's settings: waits short enough for real time.
pub fn settings(database_url: &str, sandbox: &Running, port: u16) -> Vec<(String, String)> {
    [
        ("CAAS_ENV", "test"),
        ("CAAS_LOG", "info,sqlx=warn"),
        ("DATABASE_URL", database_url),
        ("PORT", &port.to_string()),
        ("CAAS_PAYMENTS_URL", &sandbox.gateway_url),
        ("CAAS_PAYMENTS_TOKEN", "for-the-gateway"),
        ("CAAS_PAYMENTS_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("CAAS_IOT_URL", &sandbox.iot_url),
        ("CAAS_IOT_TOKEN", "for-the-cars"),
        ("CAAS_IOT_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("CAAS_SMS_URL", &sandbox.sms_url),
        ("CAAS_SMS_TOKEN", "for-the-texts"),
        ("CAAS_FACTORY_URL", &sandbox.factory_url),
        ("CAAS_FACTORY_TOKEN", "for-the-factory"),
        ("CAAS_FACTORY_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("CAAS_REGISTRATION_ES_URL", &sandbox.registration_urls[&Country::ES]),
        ("CAAS_REGISTRATION_ES_TOKEN", "for-the-plates"),
        ("CAAS_TRANSPORT_URL", &sandbox.transport_url),
        ("CAAS_TRANSPORT_TOKEN", "for-the-lorries"),
        ("CAAS_VSS_URL", &sandbox.vss_url),
        ("CAAS_VSS_TOKEN", "for-the-workshops"),
        ("CAAS_OTA_MAX_RETRY_ATTEMPTS", "3"),
        ("CAAS_OTA_BACKOFF_LIST", "0"),
        ("CAAS_OTA_JITTER", "off"),
        ("CAAS_OTA_ACTIVATION_COMMAND_TIMEOUT", "2"),
        ("CAAS_OTA_STATUS_QUERY_TIMEOUT", "5"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// A port that nobody listens on now, nor is given to others who ask for any: those come from 32,768 on. The program that
/// will listen on it is started again and again, with nobody on it in between.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(97);
    loop {
        let number = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        let port = 20_000 + u16::try_from(number).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
