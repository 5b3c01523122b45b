//! One customer's world: a bank and a car that live on, a database that stays, and a process that dies.

use crate::crash::books::{self, Books};
use crate::crash::cases::Story;
use crate::crash::place::{PLACE_AND_DIE, TEST_THAT_PLACES, assemble, place_order};
use crate::crash::process::{Process, becomes, wait};
use crate::crash::telephone::Telephone;
use crate::crash::template::{Template, world_in};
use caas::kernel::ids::{ActivationId, PaymentId, UserId};
use caas::kernel::locale::Locale;
use caas::notifications::model::{Channel, NoticeGroup};
use caas::notifications::{devices, preferences};
use caas::payments::service::{GiveBack, give_back};
use caas::sql;
use caas::support::model::Terms;
use caas::support::{self, Agent};
use caas_sandbox::start::Tokens;
use caas_sandbox::{Running, Sandbox, SandboxConfig, WebhookSecret, WebhookTarget};
use caas_server::application::Application;
use caas_server::demo::DEMO_CARS;
use chrono::TimeDelta;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// How long anything may take that takes a moment.
pub const PATIENCE: Duration = Duration::from_secs(25);

const WEBHOOK_SECRET: &str = "whsec_Y3Jhc2gtdGVzdHMtc2hhcmUtdGhpcy1zZWNyZXQ=";

pub struct Street {
    story: Story,
    sandbox: Running,
    /// For looking behind the pages, and for ordering. Runs nothing.
    app: Application,
    settings: Vec<(String, String)>,
    process: Option<Process>,
    telephone: Telephone,
    order: Option<ActivationId>,
    second_act_begun: bool,
    folder: TempDir,
}

impl Street {
    pub async fn build(template: &Template, story: Story) -> Street {
        let folder = tempfile::tempdir().unwrap();
        let database_url = template.copy_to(folder.path()).await;
        let port = free_port();
        let sandbox = start_sandbox(folder.path(), port).await;
        story.prepare(&sandbox.handle);
        let settings = settings(&database_url, &sandbox, port);
        let app = assemble(settings.clone()).await;
        let telephone = Telephone::start().await;
        let street = Street {
            story,
            sandbox,
            app,
            settings,
            process: None,
            telephone,
            order: None,
            second_act_begun: false,
            folder,
        };
        if story == Story::ToldEverywhere {
            street.wants_to_be_told_everywhere().await;
        }
        street
    }

    /// The customer has a telephone whose browser takes messages, and wants text messages too.
    async fn wants_to_be_told_everywhere(&self) {
        let caas = &self.app.caas;
        let customer = self.customer().await;
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE users SET phone = '+34600111222' WHERE id = $1", customer).unwrap();
        tx.commit().await.unwrap();
        preferences::choose(caas, customer, &[(NoticeGroup::Problems, Channel::Sms)]).await.unwrap();
        let device = devices::subscribe(caas, customer, "a session", &self.telephone.subscription()).await.unwrap();
        assert!(device.is_some());
    }

    async fn customer(&self) -> UserId {
        let mut tx = self.app.caas.db.read().await.unwrap();
        let (customer,) =
            sql!(&mut tx, one(UserId,), "SELECT customer_id FROM vehicles WHERE vin = $1", DEMO_CARS[0].vin).unwrap();
        customer
    }

    /// The customer orders.
    pub async fn place(&mut self) {
        self.order = Some(place_order(&self.app.caas).await);
    }

    /// The customer orders in a process that dies there.
    pub async fn place_and_die_at(&mut self, failpoint: &str) {
        let mut settings = self.settings.clone();
        settings.push((PLACE_AND_DIE.to_owned(), "1".to_owned()));
        settings.push(("CAAS_FAILPOINT".to_owned(), failpoint.to_owned()));
        let program = std::env::current_exe().unwrap();
        let arguments = ["--exact", TEST_THAT_PLACES, "--nocapture"];
        let mut process = Process::start(&program, &arguments, &settings, self.folder.path());
        let died = becomes(PATIENCE, async || process.aborted().is_some()).await;
        assert!(died && process.aborted() == Some(true), "it did not die at {failpoint}: {}", self.log());
    }

    /// Runs the program until it has died there.
    pub async fn run_until_dead_at(&mut self, failpoint: &str) {
        self.start_process(Some(failpoint));
        let mut aborted = None;
        let in_time = becomes(PATIENCE, async || {
            aborted = self.process.as_mut().and_then(Process::aborted);
            if aborted.is_none() {
                self.move_on().await;
            }
            aborted.is_some()
        })
        .await;
        assert!(in_time && aborted == Some(true), "{:?} never died at {failpoint}: {}", self.story, self.log());
        self.process = None;
    }

    /// Runs the program for so long, then kills it.
    pub async fn run_and_kill_after(&mut self, time: Duration) {
        self.start_process(None);
        wait(time).await;
        self.move_on().await;
        self.process = None;
    }

    /// Runs the program until nothing is left to do.
    pub async fn run_to_the_end(&mut self, patience: Duration) {
        self.start_process(None);
        let in_time = becomes(patience, async || {
            if let Some(status) = self.process.as_mut().and_then(Process::ended) {
                panic!("it ended by itself ({status}): {}", self.log());
            }
            self.move_on().await;
            self.is_over().await
        })
        .await;
        assert!(in_time, "{:?} does not end: {}\n{:#?}", self.story, self.log(), self.books().await);
        self.process = None;
    }

    /// What came of it all.
    pub async fn books(&self) -> Books {
        let (caas, world) = (&self.app.caas, &self.sandbox.handle);
        books::read(caas, world, &self.telephone, self.order.unwrap(), self.folder.path()).await
    }

    /// Messages of the outside systems that had no effect yet.
    pub async fn unread_webhooks(&self) -> i64 {
        books::unread_webhooks(&self.app.caas).await
    }

    /// On PostgreSQL a dead process's jobs are free when their lease ends; this is that moment.
    pub async fn end_leases(&self) {
        let mut tx = self.app.caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE jobs SET leased_until = NULL").unwrap();
        tx.commit().await.unwrap();
    }

    fn start_process(&mut self, failpoint: Option<&str>) {
        let mut settings = self.settings.clone();
        settings.extend(failpoint.map(|name| ("CAAS_FAILPOINT".to_owned(), name.to_owned())));
        let program = Path::new(env!("CARGO_BIN_EXE_caas"));
        self.process = Some(Process::start(program, &["serve"], &settings, self.folder.path()));
    }

    /// What the world does meanwhile: repeats messages without its long pauses, lets the second act begin.
    async fn move_on(&mut self) {
        let sandbox = &self.sandbox.handle;
        if !sandbox.waiting_webhooks().is_empty() {
            // Within the five minutes that a signature is good for, and later than the pause after two failures.
            sandbox.deliver_due(sandbox.now() + TimeDelta::seconds(100)).await;
        }
        let Some(begins) = self.story.second_act() else { return };
        // A cut can cost a try by hand; then the agent tries again.
        if (!self.second_act_begun || self.story == Story::ByHand) && self.states().await == begins {
            self.second_act_begun = true;
            self.begin_second_act().await;
        }
    }

    async fn begin_second_act(&self) {
        match self.story {
            Story::ByHand => self.agent_tries(Terms::Free).await,
            Story::ByHandPaid => {
                self.agent_tries(Terms::NewHold).await;
                let (caas, order) = (&self.app.caas, self.order.unwrap());
                let customer = self.customer().await;
                support::accept_manual_hold(caas, customer, order, None, Locale::Es).await.unwrap().unwrap();
            }
            _ => self.begin_what_comes_after_delivery().await,
        }
    }

    async fn agent_tries(&self, terms: Terms) {
        let caas = &self.app.caas;
        let mut tx = caas.db.read().await.unwrap();
        let ticket = support::of_activation(&mut tx, self.order.unwrap()).await.unwrap().remove(0).id;
        let (id,) =
            sql!(&mut tx, one(UserId,), "SELECT id FROM users WHERE email_key = 'soporte@demo.caas.example'").unwrap();
        drop(tx);
        support::manual_activation(caas, &Agent { id }, ticket, terms).await.unwrap().unwrap();
    }

    async fn begin_what_comes_after_delivery(&self) {
        let caas = &self.app.caas;
        let mut tx = caas.db.begin().await.unwrap();
        match self.story {
            Story::Ended => {
                sql!(&mut tx, execute "UPDATE service_activations SET expires_at = $1", caas.now()).unwrap();
                let moved = sql!(&mut tx, execute "UPDATE jobs SET due_at = $1 WHERE kind = 'activation.end_temporary'", caas.now());
                assert_eq!(moved.unwrap(), 1, "nothing waits for the end of the days bought");
            }
            _ => {
                let (payment,) = sql!(&mut tx, one(PaymentId,), "SELECT id FROM payments").unwrap();
                give_back(caas, &mut tx, payment, GiveBack::NotDelivered).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }

    async fn states(&self) -> (&'static str, &'static str) {
        let (activation, payment) = books::states(&self.app.caas, self.order.unwrap()).await;
        (activation.as_str(), payment.as_str())
    }

    /// The story's end is reached, every message is delivered, and no work is left for now.
    async fn is_over(&self) -> bool {
        self.states().await == self.story.end()
            && self.sandbox.handle.waiting_webhooks().is_empty()
            && books::work_left(&self.app.caas).await == 0
    }

    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log.txt")).unwrap_or_default();
        format!("{log}\ncalls: {:#?}", calls(&self.sandbox.handle))
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
            ..Tokens::default()
        },
        webhook_target: WebhookTarget {
            base_url: (port != 0).then(|| format!("http://127.0.0.1:{port}").parse().unwrap()),
            gateway_secret: secret(),
            iot_secret: secret(),
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
fn free_port() -> u16 {
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
