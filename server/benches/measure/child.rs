//! The release program as a child process, with a database of its own.

use crate::Result;
use crate::client::Connection;
use crate::time::{now, pause};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A running `caas serve`.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    folder: TempDir,
}

impl Server {
    /// Starts it with the demo world, and waits until it is ready.
    pub async fn start() -> Result<Server> {
        let folder = tempfile::tempdir()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = File::create(folder.path().join("log"))?;
        let child = Command::new(env!("CARGO_BIN_EXE_caas"))
            .arg("serve")
            .env("PORT", port.to_string())
            .env("DATABASE_URL", format!("sqlite:{}", folder.path().join("caas.db").display()))
            // One address asks for everything here. The limit is in force, but high.
            .env("CAAS_RATE_PER_MINUTE", "100000000")
            .env("LEPTOS_SITE_ROOT", site_root())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let mut server = Server { child, port, folder };
        server.ready().await?;
        Ok(server)
    }

    async fn ready(&mut self) -> Result<()> {
        let begin = now();
        while begin.elapsed() < Duration::from_secs(60) {
            if let Ok(mut connection) = Connection::open(self.port).await
                && connection.get("/readyz", "").await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() {
                break;
            }
            pause(Duration::from_millis(50)).await;
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(format!("the server does not come up:\n{log}").into())
    }

    /// User and system time so far.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(self.proc("stat")?)?;
        // The program's name stands in brackets and may hold anything.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok()).ok_or("no times");
        // Linux tells these in hundredths of a second, whatever the kernel's own tick.
        Ok(Duration::from_millis(10) * (ticks(11)? + ticks(12)?))
    }

    /// The most memory it has had resident, in MiB.
    pub fn most_memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(self.proc("status")?)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
    }

    fn proc(&self, file: &str) -> Result<PathBuf> {
        let id = self.child.id().ok_or("the server has ended")?;
        Ok(Path::new("/proc").join(id.to_string()).join(file))
    }

    /// Ends it.
    pub async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// The built site: cargo runs benchmarks in the package's folder, not in the workspace's.
fn site_root() -> PathBuf {
    match std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from) {
        Some(root) if root.is_absolute() => root,
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site"),
    }
}
