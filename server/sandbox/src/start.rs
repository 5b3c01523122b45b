//! Binds the played systems to the loopback interface.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::SandboxClock;
use crate::http;
use crate::sandbox::{Sandbox, Wiring};
use crate::webhook::WebhookTarget;
use crate::world::call::System;
use crate::world::country::Country;
use crate::world::iot::model::{IotSettings, VehicleSpec};
use crate::world::{World, snapshot};

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Bearer tokens CaaS must show, one a system. An empty token lets nobody in.
#[derive(Clone, Default)]
pub struct Tokens {
    /// Token of the gateway.
    pub gateway: String,
    /// Token of API IoT.
    pub iot: String,
    /// Token of the provider of text messages.
    pub sms: String,
    /// Token of the factory.
    pub factory: String,
    /// Tokens of the registration bodies.
    pub registration: BTreeMap<Country, String>,
    /// Token of the transport company.
    pub transport: String,
    /// Token of the workshops' maintenance history.
    pub vss: String,
}

impl Tokens {
    pub(crate) fn of(&self, system: System) -> String {
        let body = |country| self.registration.get(&country).cloned().unwrap_or_default();
        match system {
            System::Gateway => self.gateway.clone(),
            System::Iot => self.iot.clone(),
            System::Sms => self.sms.clone(),
            System::Factory => self.factory.clone(),
            System::RegistrationEs => body(Country::ES),
            System::RegistrationFr => body(Country::FR),
            System::RegistrationGb => body(Country::GB),
            System::RegistrationDe => body(Country::DE),
            System::Transport => self.transport.clone(),
            System::Vss => self.vss.clone(),
        }
    }
}

/// Tokens stay out of logs.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Where the gateway listens; port 0 takes a free one. Must be a loopback address.
    pub gateway_addr: SocketAddr,
    /// Where API IoT listens.
    pub iot_addr: SocketAddr,
    /// Where the provider of text messages listens.
    pub sms_addr: SocketAddr,
    /// Where the factory listens.
    pub factory_addr: SocketAddr,
    /// Where the transport company listens.
    pub transport_addr: SocketAddr,
    /// Where the workshops' maintenance history listens.
    pub vss_addr: SocketAddr,
    /// Where each registration body listens; one that is not named takes a free port.
    pub registration_addrs: BTreeMap<Country, SocketAddr>,
    /// Where the control interface listens; `None` for none.
    pub control_addr: Option<SocketAddr>,
    /// Tokens CaaS shows.
    pub tokens: Tokens,
    /// Where webhooks go; can be set later.
    pub webhook_target: WebhookTarget,
    /// Address of the gateway as browsers see it; `None`: the address it listens on.
    pub public_base_url: Option<Url>,
    /// File that keeps the world; `None`: it is forgotten.
    pub snapshot_path: Option<PathBuf>,
    /// Clock shared with the application.
    pub clock: SandboxClock,
    /// Distinguishes the ids of this world from those of others.
    pub seed: u16,
    /// Vehicles to begin with.
    pub vehicles: Vec<VehicleSpec>,
    /// Create vehicles for unknown VINs.
    pub accept_unknown_vins: bool,
    /// Only for VINs with this beginning; an empty one fits all.
    pub unknown_vin_prefix: String,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            gateway_addr: ANY_PORT,
            iot_addr: ANY_PORT,
            sms_addr: ANY_PORT,
            factory_addr: ANY_PORT,
            transport_addr: ANY_PORT,
            vss_addr: ANY_PORT,
            registration_addrs: BTreeMap::new(),
            control_addr: None,
            tokens: Tokens::default(),
            webhook_target: WebhookTarget::default(),
            public_base_url: None,
            snapshot_path: None,
            clock: SandboxClock::system(),
            seed: 1,
            vehicles: Vec::new(),
            accept_unknown_vins: true,
            unknown_vin_prefix: String::new(),
        }
    }
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The sandbox is no system for others: it listens on loopback only.
    #[error("the sandbox listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, #[source] std::io::Error),
    /// The snapshot cannot be read.
    #[error("cannot read the snapshot {}: {}", .0.display(), .1)]
    Snapshot(PathBuf, #[source] std::io::Error),
}

/// A running sandbox.
#[derive(Debug)]
pub struct Running {
    /// Address of the gateway, without a slash at the end.
    pub gateway_url: String,
    /// Address of API IoT.
    pub iot_url: String,
    /// Address of the provider of text messages.
    pub sms_url: String,
    /// Address of the factory.
    pub factory_url: String,
    /// Address of each registration body.
    pub registration_urls: BTreeMap<Country, String>,
    /// Address of the transport company.
    pub transport_url: String,
    /// Address of the workshops' maintenance history.
    pub vss_url: String,
    /// Address of the control interface.
    pub control_url: Option<String>,
    /// The handle.
    pub handle: Sandbox,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Running {
    /// Ends servers and deliveries and waits for their tasks. Silent connections are cut.
    pub async fn shutdown(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Sandbox {
    /// Restores or creates the world, binds the servers and starts delivering.
    ///
    /// # Errors
    /// When an address is not loopback or cannot be bound, or the snapshot cannot be read.
    pub async fn start(config: SandboxConfig) -> Result<Running, StartError> {
        let gateway = bind(config.gateway_addr).await?;
        let iot = bind(config.iot_addr).await?;
        let sms = bind(config.sms_addr).await?;
        let factory = bind(config.factory_addr).await?;
        let transport = bind(config.transport_addr).await?;
        let vss = bind(config.vss_addr).await?;
        let mut bodies = Vec::new();
        for country in Country::ALL {
            let addr = config.registration_addrs.get(&country).copied().unwrap_or(ANY_PORT);
            bodies.push((country, bind(addr).await?));
        }
        let control = match config.control_addr {
            Some(addr) => Some(bind(addr).await?),
            None => None,
        };
        let world = restore(&config)?;
        let gateway_url = format!("http://{}", gateway.1);
        let public_base_url =
            config.public_base_url.as_ref().map_or(gateway_url.as_str(), Url::as_str).trim_end_matches('/').to_owned();
        let wiring = Wiring { tokens: config.tokens, target: config.webhook_target, public_base_url };
        let handle = Self::assemble(world, config.clock, config.snapshot_path, wiring);
        handle.add_vehicles(config.vehicles);

        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let control_url = control.as_ref().map(|(_, addr)| format!("http://{addr}"));
        serve(&mut tasks, gateway.0, http::gateway_router(handle.clone()), &cancel);
        serve(&mut tasks, iot.0, http::iot_router(handle.clone()), &cancel);
        serve(&mut tasks, sms.0, http::sms_router(handle.clone()), &cancel);
        serve(&mut tasks, factory.0, http::factory_router(handle.clone()), &cancel);
        serve(&mut tasks, transport.0, http::transport_router(handle.clone()), &cancel);
        serve(&mut tasks, vss.0, http::vss_router(handle.clone()), &cancel);
        let mut registration_urls = BTreeMap::new();
        for (country, (listener, addr)) in bodies {
            registration_urls.insert(country, format!("http://{addr}"));
            serve(&mut tasks, listener, http::registration_router(handle.clone(), country), &cancel);
        }
        if let Some((listener, _)) = control {
            serve(&mut tasks, listener, http::control_router(handle.clone()), &cancel);
        }
        let (driver, token) = (handle.clone(), cancel.clone());
        tasks.spawn(async move { driver.run(token).await });
        Ok(Running {
            gateway_url,
            iot_url: format!("http://{}", iot.1),
            sms_url: format!("http://{}", sms.1),
            factory_url: format!("http://{}", factory.1),
            registration_urls,
            transport_url: format!("http://{}", transport.1),
            vss_url: format!("http://{}", vss.1),
            control_url,
            handle,
            cancel,
            tasks,
        })
    }
}

fn restore(config: &SandboxConfig) -> Result<World, StartError> {
    let restored = match &config.snapshot_path {
        Some(path) => snapshot::read(path).map_err(|error| StartError::Snapshot(path.clone(), error))?,
        None => None,
    };
    // A new world has no time of its own: its clock may begin in the past.
    if let Some(world) = &restored {
        config.clock.raise_offset(world.clock_offset_micros());
    }
    let mut world = restored.unwrap_or_else(|| World::new(config.seed));
    let settings = IotSettings {
        accept_unknown_vins: config.accept_unknown_vins.then(|| config.unknown_vin_prefix.clone()),
        ..world.iot().settings().clone()
    };
    world.iot_mut().set_settings(settings);
    Ok(world)
}

async fn bind(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    if !addr.ip().is_loopback() {
        return Err(StartError::NotLoopback(addr));
    }
    let listener = TcpListener::bind(addr).await.map_err(|error| StartError::Bind(addr, error))?;
    let bound = listener.local_addr().map_err(|error| StartError::Bind(addr, error))?;
    Ok((listener, bound))
}

fn serve(tasks: &mut JoinSet<()>, listener: TcpListener, router: Router, cancel: &CancellationToken) {
    let cancel = cancel.clone();
    tasks.spawn(async move {
        // Without waiting for open connections: a hanging answer would keep the process alive for ever.
        tokio::select! {
            () = cancel.cancelled() => {}
            served = axum::serve(listener, router) => {
                if let Err(error) = served {
                    tracing::error!(%error, "sandbox_server_failed");
                }
            }
        }
    });
}
