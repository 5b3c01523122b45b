//! The adapters, against the sandbox behind real sockets, and against answers that no contract knows.

mod factory;
mod iot;
mod payments;
mod push;
mod registration;
mod scripted;
mod sms;
mod smtp;
mod transport;
mod vss;

use caas_sandbox::start::Tokens;
use caas_sandbox::{Country, Running, Sandbox, SandboxClock, SandboxConfig};
use caas_server::adapters::OutsideSystem;
use std::time::Duration;

/// What CaaS shows the played systems.
const TOKEN: &str = "token-of-the-tests";
/// How long a played system may take: long enough for an answer on a busy machine, short enough to wait for none.
const PATIENCE: Duration = Duration::from_secs(2);

/// The played systems on loopback ports, with a clock that stands still.
async fn sandbox() -> Running {
    let start = "2026-11-23T09:00:00Z".parse().unwrap();
    let config = SandboxConfig {
        tokens: Tokens {
            gateway: TOKEN.to_owned(),
            iot: TOKEN.to_owned(),
            sms: TOKEN.to_owned(),
            factory: TOKEN.to_owned(),
            registration: Country::ALL.map(|country| (country, TOKEN.to_owned())).into(),
            transport: TOKEN.to_owned(),
            vss: TOKEN.to_owned(),
        },
        clock: SandboxClock::manual(start),
        accept_unknown_vins: false,
        ..SandboxConfig::default()
    };
    Sandbox::start(config).await.unwrap()
}

/// How to reach a system there.
fn system(url: &str) -> OutsideSystem {
    OutsideSystem { url: url.parse().unwrap(), token: TOKEN.to_owned(), meter: None }
}

/// An address at which nobody listens.
async fn nobody() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
