//! The real program in its own process.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// The signal of `abort`.
const SIGABRT: i32 = 6;

/// A process that does not outlive the test.
pub struct Process(Child);

impl Process {
    /// Starts a program with these settings and no others; what it says is added to `log.txt` in the folder.
    pub fn start(program: &Path, arguments: &[&str], settings: &[(String, String)], folder: &Path) -> Process {
        let log = File::options().create(true).append(true).open(folder.join("log.txt")).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Process(child)
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Whether it ended as failpoints end it; `None` while it runs.
    pub fn aborted(&mut self) -> Option<bool> {
        self.ended().map(|status| status.signal() == Some(SIGABRT))
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        // It may be dead already.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Real processes run in real time: the one place where these tests wait.
#[expect(clippy::disallowed_methods, reason = "other processes can't be waited for on a played clock")]
pub async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Asks again and again until it is so; `false` when it does not become so in time.
pub async fn becomes(within: Duration, mut asked: impl AsyncFnMut() -> bool) -> bool {
    const PAUSE: Duration = Duration::from_millis(40);
    let asking = async {
        while !asked().await {
            wait(PAUSE).await;
        }
    };
    tokio::time::timeout(within, asking).await.is_ok()
}
