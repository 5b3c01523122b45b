//! `caas serve`: runs the app until it is told to stop, then lets what is at work end.

use crate::adapters::PushKey;
use crate::application::{Application, StartError};
use crate::config::{Config, Stage};
use crate::demo;
use crate::outside::{Outside, PLAYED, SandboxOptions};
use caas::Caas;
use caas::kernel::error::Failure;
use caas::kernel::jobs::Runner;
use caas::kernel::rng::SystemRng;
use caas::watch::calls::CallTally;
use caas_sandbox::SandboxClock;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// What is at work at shutdown gets this long.
const LAST_WORK: Duration = Duration::from_secs(20);

/// What is still to be told of the last work gets this long to leave.
const LAST_SPANS: Duration = Duration::from_secs(5);

/// How often counts of calls go to the database.
const FLUSH: Duration = Duration::from_secs(10);

/// The pause after a lost connection to the database's notifications.
const LISTEN_AGAIN: Duration = Duration::from_secs(2);

/// Runs the app.
pub async fn serve(config: Config) -> Result<(), StartError> {
    let listener = TcpListener::bind(config.listen).await.map_err(|error| StartError::Listen(config.listen, error))?;
    let sandbox = SandboxOptions {
        clock: SandboxClock::system(),
        snapshot: Some(snapshot_beside(&config.database_url)),
        webhooks_to: own_address(config.listen),
    };
    if config.stage == Stage::Development && demo::make_if_new(&config, snapshot_beside(&config.database_url)).await? {
        tracing::info!("demo_world_seeded");
    }
    let app = Application::assemble(config.clone(), sandbox, Arc::new(SystemRng)).await?;
    greet(&config, &app).await;
    run(&config, app, listener).await;
    Ok(())
}

async fn run(config: &Config, app: Application, listener: TcpListener) {
    let tasks = TaskTracker::new();
    let stop = app.stop.clone();
    let pulse = app.runner.begin();
    let runner = Runner::new(app.caas.clone(), app.registry, config.job_concurrency);
    let runner_stop = stop.clone();
    tasks.spawn(async move {
        runner.run(runner_stop).await;
        drop(pulse);
    });
    tasks.spawn(listen_to_other_processes(app.caas.clone(), stop.clone()));
    tasks.spawn(keep_counts(app.calls.clone(), app.caas.clone(), stop.clone()));
    let service = app.router.into_make_service_with_connect_info::<SocketAddr>();
    let server_stop = stop.clone();
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(server_stop.cancelled_owned()).await {
            tracing::error!(%error, "http_server_failed");
        }
    });
    told_to_stop().await;
    tracing::info!("stopping");
    stop.cancel();
    tasks.close();
    if tokio::time::timeout(LAST_WORK, tasks.wait()).await.is_err() {
        tracing::warn!("stopped_before_everything_ended");
    }
    if let Some(sandbox) = app.sandbox {
        sandbox.shutdown().await;
    }
    // What the last work called.
    flush(&app.calls, &app.caas).await;
    if let Some(traces) = &app.traces
        && tokio::time::timeout(LAST_SPANS, traces.flush()).await.is_err()
    {
        tracing::warn!("stopped_before_all_spans_left");
    }
    app.caas.db.close().await;
    tracing::info!("stopped");
}

/// On PostgreSQL, hears what other processes announce; on SQLite there are none.
async fn listen_to_other_processes(caas: Caas, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            ended = caas.db.listen() => {
                if let Err(error) = ended {
                    tracing::warn!(%error, "database_notifications_lost");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = pause(LISTEN_AGAIN) => {}
        }
    }
}

/// Adds the counts of calls to the database every now and then.
async fn keep_counts(calls: CallTally, caas: Caas, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            () = pause(FLUSH) => flush(&calls, &caas).await,
        }
    }
}

async fn flush(calls: &CallTally, caas: &Caas) {
    if let Err(error) = calls.flush(&caas.db).await {
        tracing::warn!(%error, "counts_of_calls_not_kept");
    }
}

#[expect(clippy::disallowed_methods, reason = "real time: a lost connection is tried again, counts are kept")]
fn pause(time: Duration) -> impl Future<Output = ()> {
    tokio::time::sleep(time)
}

/// Waits for Ctrl+C or SIGTERM.
async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// Runs the played outside systems alone until told to stop, and prints the settings that connect an app to them.
pub async fn sandbox_alone(config: Config) -> Result<(), StartError> {
    let options = SandboxOptions {
        clock: SandboxClock::system(),
        snapshot: Some(snapshot_beside(&config.database_url)),
        webhooks_to: Url::parse(&config.public_url).ok(),
    };
    // Signs nothing: messages leave from the app, and no app runs here.
    let push_key = PushKey::of(&[1; 32]).map_err(|error| Failure::Stored(error.to_string()))?;
    let outside = Outside::start(&config, options, push_key, Arc::new(SystemRng)).await?;
    for system in PLAYED {
        let endpoint = outside.systems.get(system);
        let name = system.name();
        println!("CAAS_{name}_URL={}", endpoint.url.map(|url| url.to_string()).unwrap_or_default());
        println!("CAAS_{name}_TOKEN={}", endpoint.token.map(|token| token.reveal().to_owned()).unwrap_or_default());
        for secret in &endpoint.webhook_secrets {
            println!("CAAS_{name}_WEBHOOK_SECRET={}", secret.reveal());
        }
    }
    if let Some(url) = outside.sandbox.as_ref().and_then(|sandbox| sandbox.control_url.as_deref()) {
        println!("# steered from {url}");
    }
    told_to_stop().await;
    if let Some(sandbox) = outside.sandbox {
        sandbox.shutdown().await;
    }
    Ok(())
}

async fn greet(config: &Config, app: &Application) {
    println!("CaaS: {}", config.public_url);
    if app.sandbox.is_some() {
        println!("  Outside systems without an address are played: {}/sandbox", config.public_url);
    }
    if !config.is_production() && demo::is_demo(&app.caas).await.unwrap_or(false) {
        print!("{}", demo::accounts());
    }
}

/// The played world is kept beside the SQLite file, or in `data`.
pub fn snapshot_beside(database_url: &str) -> PathBuf {
    let file = database_url.strip_prefix("sqlite:").map(|path| {
        let path = path.strip_prefix("//").unwrap_or(path);
        PathBuf::from(path.split('?').next().unwrap_or(path))
    });
    let folder = file.as_deref().and_then(|file| file.parent()).map(PathBuf::from);
    folder.unwrap_or_else(|| PathBuf::from("data")).join("sandbox.json")
}

/// Where the sandbox reaches us.
fn own_address(listen: SocketAddr) -> Option<Url> {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    Url::parse(&format!("http://{}", SocketAddr::new(ip, listen.port()))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_played_world_stands_beside_the_database() {
        for (url, file) in [
            ("sqlite:data/caas.db", "data/sandbox.json"),
            ("sqlite:///var/lib/caas.db?mode=rwc", "/var/lib/sandbox.json"),
            ("sqlite:caas.db", "sandbox.json"),
            ("postgres://localhost/caas", "data/sandbox.json"),
        ] {
            assert_eq!(snapshot_beside(url), PathBuf::from(file), "{url}");
        }
    }
}
