//! The command line.

use crate::application::{Application, StartError};
use crate::backup::{self, BackupError};
use crate::check::{self, Finding};
use crate::config::{Config, ConfigError, Reader};
use crate::http::init_logging;
use crate::outside::SandboxOptions;
use crate::{demo, serve};
use caas::kernel::clock::{Clock as _, SystemClock};
use caas::kernel::database::Database;
use caas::kernel::rng::SystemRng;
use caas_sandbox::SandboxClock;
use caas_simulation::command::{SimulateArgs, simulate};
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What is typed.
#[derive(Parser)]
#[command(name = "caas", version, about = "Car as a Service. Configured by environment variables: see `caas config`.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the app: HTTP server, job runner, and the sandbox for outside systems without an address (default)
    Serve,
    /// Brings the database's schema up to date
    Migrate,
    /// Fills an empty database with the demo world
    SeedDemo,
    /// Prints who can sign in to the demo world, if this database holds it
    DemoAccounts,
    /// Runs the played outside systems alone, and prints how to connect an app to them
    Sandbox,
    /// Proves the ten promises over the whole database, or names the broken ones; adds the sums of the failure analysis up
    /// anew, and makes those again that differ
    Verify,
    /// Writes the whole database into a new file, while the app goes on
    Backup {
        /// The file
        file: PathBuf,
    },
    /// Fills an empty database from a backup, and proves the ten promises over it
    Restore {
        /// The file
        file: PathBuf,
    },
    /// Lets simulated people, cars and banks live with the real platform, with faults drawn from a seed, and judges from
    /// outside whether every promise was kept
    Simulate(SimulateArgs),
    /// Prints every setting with its default; secrets stay hidden
    Config {
        /// Tries instead whether all that the settings name is there: database, mail server, outside systems
        #[arg(long)]
        check: bool,
    },
}

/// Why the program ends without having done what was asked.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Log(String),
    #[error("{0}")]
    Refused(&'static str),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("{0}")]
    Backup(#[from] BackupError),
    #[error("{0} of the findings above are wrong")]
    Wrong(usize),
    #[error("{0} broken promises")]
    Broken(usize),
    #[error("{0} days of the failure analysis were wrong; they were added up anew")]
    Rebuilt(usize),
}

impl From<caas::kernel::error::Failure> for CliError {
    fn from(failure: caas::kernel::error::Failure) -> CliError {
        CliError::Start(failure.into())
    }
}

/// Does what was typed.
pub async fn run() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Serve);
    if let Command::Simulate(args) = &command {
        return simulate(args);
    }
    match carry_out(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("caas: {}", error.to_string().replace('\n', " "));
            match error {
                CliError::Config(_) | CliError::Log(_) | CliError::Refused(_) => ExitCode::from(2),
                CliError::Start(_)
                | CliError::Backup(_)
                | CliError::Wrong(_)
                | CliError::Broken(_)
                | CliError::Rebuilt(_) => ExitCode::FAILURE,
            }
        }
    }
}

async fn carry_out(command: Command) -> Result<(), CliError> {
    if matches!(command, Command::Config { check: false }) {
        return print_config();
    }
    let config = Config::from_env()?;
    init_logging(&config).map_err(CliError::Log)?;
    match command {
        Command::Serve => Ok(serve::serve(config).await?),
        Command::Migrate => migrate(&config).await,
        Command::SeedDemo => seed_demo(config).await,
        Command::DemoAccounts => demo_accounts(config).await,
        Command::Sandbox => sandbox(config).await,
        Command::Verify => verify(&config).await,
        Command::Backup { file } => make_backup(&config, &file).await,
        Command::Restore { file } => restore(&config, &file).await,
        Command::Config { .. } => check_config(&config).await,
        Command::Simulate(_) => Ok(()),
    }
}

fn print_config() -> Result<(), CliError> {
    let mut reader = Reader::of_process();
    let result = Config::read(&mut reader);
    for setting in reader.listed() {
        println!("{setting}");
    }
    result.map(|_| ()).map_err(CliError::Config)
}

async fn check_config(config: &Config) -> Result<(), CliError> {
    let findings = check::check(config).await;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().filter(|finding| !Finding::is_well(finding)).count() {
        0 => Ok(()),
        wrong => Err(CliError::Wrong(wrong)),
    }
}

async fn migrate(config: &Config) -> Result<(), CliError> {
    let db = Database::connect(&config.database_url).await?;
    db.migrate().await?;
    db.close().await;
    Ok(())
}

async fn verify(config: &Config) -> Result<(), CliError> {
    let db = Database::connect(&config.database_url).await?;
    #[expect(clippy::disallowed_methods, reason = "how long a proof took is told, nothing is decided by it")]
    let began = std::time::Instant::now();
    let caas::verify::Proof { broken, extent: over } = caas::verify::prove(&db).await?;
    // What is kept added up follows from the rest: what does not is named, and made again.
    let rebuilt = caas::analysis::proof::rebuild(&db, SystemClock.now()).await?;
    db.close().await;
    for line in broken.iter().chain(&rebuilt) {
        println!("{line}");
    }
    if !broken.is_empty() {
        return Err(CliError::Broken(broken.len()));
    }
    if !rebuilt.is_empty() {
        return Err(CliError::Rebuilt(rebuilt.len()));
    }
    println!(
        "{} promises hold over {} payments, {} activations, {} attempts, {} ledger entries, {} entries of the expediente and {} messages. It took {:.1} s.",
        caas::verify::PROMISES,
        over.payments,
        over.activations,
        over.attempts,
        over.ledger_entries,
        over.story_entries,
        over.notifications,
        began.elapsed().as_secs_f64(),
    );
    Ok(())
}

async fn make_backup(config: &Config, file: &Path) -> Result<(), CliError> {
    let bytes = backup::backup(&config.database_url, file).await?;
    println!("{} holds the whole database: {bytes} bytes.", file.display());
    Ok(())
}

async fn restore(config: &Config, file: &Path) -> Result<(), CliError> {
    backup::restore(&config.database_url, file).await?;
    println!("The database is as it was when {} was written.", file.display());
    verify(config).await
}

/// The app without servers for people: nothing is listened to from outside, no webhook is sent.
async fn quiet(config: Config, snapshot: Option<PathBuf>) -> Result<Application, CliError> {
    if config.is_production() {
        return Err(CliError::Refused("there is no demo world with CAAS_ENV=production"));
    }
    let sandbox = SandboxOptions { clock: SandboxClock::system(), snapshot, webhooks_to: None };
    Ok(Application::assemble(config, sandbox, Arc::new(SystemRng)).await?)
}

async fn seed_demo(config: Config) -> Result<(), CliError> {
    // The played world gets the cars and cards that belong to the demo people, and keeps them.
    let snapshot = serve::snapshot_beside(&config.database_url);
    if config.is_production() {
        return Err(CliError::Refused("there is no demo world with CAAS_ENV=production"));
    }
    let seeded = demo::make_if_new(&config, snapshot).await?;
    let app = quiet(config, None).await?;
    println!("{}", if seeded { "The demo world is there." } else { "The database is not empty: nothing was changed." });
    if demo::is_demo(&app.caas).await? {
        print!("{}", demo::accounts());
    }
    Ok(())
}

async fn demo_accounts(config: Config) -> Result<(), CliError> {
    let app = quiet(config, None).await?;
    if demo::is_demo(&app.caas).await? {
        print!("{}", demo::accounts());
    }
    Ok(())
}

async fn sandbox(config: Config) -> Result<(), CliError> {
    if config.is_production() {
        return Err(CliError::Refused("the sandbox is refused with CAAS_ENV=production"));
    }
    Ok(serve::sandbox_alone(config).await?)
}
