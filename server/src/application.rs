//! Puts everything together: configuration in, a platform and a router out. The command line and the tests use the same.

use crate::adapters::PushKey;
use crate::config::{Config, Endpoints, System};
use crate::demo;
use crate::export::{ExportError, SpanExport};
use crate::http::{Http, HttpParts, RunnerHealth, install_metrics, load_assets, router};
use crate::outside::{BODIES, Outside, OutsideError, SandboxOptions};
use crate::session_store::{RemoveEndedSessions, SessionStore};
use crate::webhooks::{self, BadSecret, SenderSecrets, WebhookSecret};
use axum::Router;
use caas::activation::rules::RetryPolicy;
use caas::breaker::BreakerPolicy;
use caas::finance::{CloseDays, Reconcile};
use caas::inbox::Sender;
use caas::kernel::database::Database;
use caas::kernel::error::Failure;
use caas::kernel::jobs::Registry;
use caas::kernel::rng::Rng;
use caas::kernel::spans::Spans;
use caas::maintenance::fleet::CheckFleet;
use caas::notifications::devices;
use caas::subscriptions::billing::BillDue;
use caas::verify::ProveNightly;
use caas::watch::calls::CallTally;
use caas::watch::minute::WatchMinute;
use caas::{Caas, Parts, Policies};
use caas_app::web::{Sessions, Site};
use caas_sandbox::Running;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Why the app does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Our own side: the database, mostly.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The outside systems.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The way out for traces.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A secret of the configuration is none.
    #[error(transparent)]
    Secret(#[from] BadSecret),
    /// The HTTP server can't listen.
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
}

/// The app, assembled but not running.
pub struct Application {
    /// The platform.
    pub caas: Caas,
    /// Every page, server function, webhook and file.
    pub router: Router,
    /// Every kind of job.
    pub registry: Registry,
    /// The played systems.
    pub sandbox: Option<Running>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// Addresses, tokens and secrets in force, those of played systems included.
    pub systems: Endpoints,
    /// Counts of calls that are not in the database yet.
    pub calls: CallTally,
    /// The way out for traces, when there is one.
    pub traces: Option<Arc<SpanExport>>,
    /// Whether the job runner is alive.
    pub runner: RunnerHealth,
    /// Ends everything when cancelled.
    pub stop: CancellationToken,
}

impl Application {
    /// Connects, migrates and assembles.
    pub async fn assemble(
        config: Config,
        sandbox: SandboxOptions,
        rng: Arc<dyn Rng>,
    ) -> Result<Application, StartError> {
        let db = if config.is_test() {
            Database::connect_volatile(&config.database_url).await?
        } else {
            Database::connect(&config.database_url).await?
        };
        db.migrate().await?;
        if !demo::has_people(&db).await? {
            sandbox.forget();
        }
        let push_key = match &config.push_key {
            Some(key) => key.clone(),
            None => {
                let kept = devices::kept_key(&db, &*rng, sandbox.clock.now()).await?;
                PushKey::of(&kept).map_err(|error| Failure::Stored(error.to_string()))?
            }
        };
        let outside = Outside::start(&config, sandbox, push_key, rng.clone()).await?;
        let traces = config.traces.as_ref().map(|settings| SpanExport::start(settings, &*rng)).transpose()?;
        let caas = Caas::new(Parts {
            db,
            clock: outside.clock.clone(),
            rng,
            spans: traces.clone().map(|export| Spans::to(export)).unwrap_or_default(),
            policies: policies(&config),
            public_url: config.public_url.clone(),
            gateway: outside.gateway.clone(),
            iot: outside.iot.clone(),
            factory: outside.factory.clone(),
            registration: outside.registration.clone(),
            transport: outside.transport.clone(),
            vss: outside.vss.clone(),
            mailer: outside.mailer.clone(),
            sms: outside.sms.clone(),
            push: outside.push.clone(),
        });
        RemoveEndedSessions::plan(&caas).await?;
        ProveNightly::plan(&caas).await?;
        BillDue::plan(&caas).await?;
        CheckFleet::plan(&caas).await?;
        WatchMinute::plan(&caas).await?;
        CloseDays::plan(&caas).await?;
        caas::analysis::CloseDays::plan(&caas).await?;
        Reconcile::plan(&caas).await?;
        let (runner, stop) = (RunnerHealth::default(), CancellationToken::new());
        let http = http(&config, &caas, &outside, runner.clone(), stop.clone());
        let router = router(&http, webhooks(&caas, &outside)?);
        Ok(Application {
            caas,
            router,
            registry: registry(),
            sandbox: outside.sandbox,
            sessions: http.sessions.clone(),
            systems: outside.systems,
            calls: outside.calls,
            traces,
            runner,
            stop,
        })
    }
}

/// Every kind of job: the business's and the server's own.
pub fn registry() -> Registry {
    caas::job_registry().with::<RemoveEndedSessions>()
}

fn policies(config: &Config) -> Policies {
    let ota = &config.ota;
    Policies {
        jitter: ota.jitter,
        retry: RetryPolicy {
            max_attempts: ota.max_attempts,
            initial_backoff: ota.initial_backoff,
            multiplier: ota.multiplier,
            max_backoff: ota.max_backoff,
            explicit_backoff: ota.explicit_backoff.clone(),
            command_timeout: ota.command_timeout,
            deadline: ota.deadline,
        },
        breaker: BreakerPolicy { threshold: ota.breaker_failures, rest: ota.breaker_rest },
        sale: config.sale,
        dunning: config.dunning,
        chargebacks: config.chargebacks,
        factory: config.factory.policy,
        withdrawal: config.withdrawal,
        maintenance: config.maintenance,
        alerts: config.alerts.clone(),
    }
}

fn http(config: &Config, caas: &Caas, outside: &Outside, runner: RunnerHealth, stop: CancellationToken) -> Http {
    Http::new(HttpParts {
        caas: caas.clone(),
        config: config.clone(),
        site: Arc::new(Site {
            public_url: config.public_url.clone(),
            is_sandbox: outside.sandbox.is_some(),
            assets: load_assets(),
        }),
        sessions: Arc::new(SessionStore::new(caas.clone(), config.session_idle, config.session_absolute)),
        form_origins: outside.form_origins.clone(),
        sandbox: outside.sandbox.as_ref().map(|running| running.handle.clone()),
        metrics: install_metrics(),
        runner,
        stop,
    })
}

/// What the outside systems call.
fn webhooks(caas: &Caas, outside: &Outside) -> Result<Router, StartError> {
    let mut senders = Vec::new();
    // The registration bodies share one endpoint: any of their secrets is good there.
    let bodies = BODIES.map(|(_, system)| (Sender::Registration, system));
    let others = [
        (Sender::Payments, System::Payments),
        (Sender::Iot, System::Iot),
        (Sender::Factory, System::Factory),
        (Sender::Transport, System::Transport),
    ];
    for (sender, system) in others.into_iter().chain(bodies) {
        let secrets = outside.systems.get(system).webhook_secrets;
        let secrets = secrets.iter().map(|secret| WebhookSecret::parse(secret.reveal())).collect::<Result<_, _>>()?;
        senders.push(SenderSecrets { sender, secrets });
    }
    Ok(webhooks::router(caas, &senders))
}
