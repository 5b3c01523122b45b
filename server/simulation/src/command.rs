//! `caas simulate`: one seed or many, on as many threads as there are processors.

use crate::run::{Report, SimulationError, run_on_own_thread};
use crate::settings::{Engine, Log, Settings};
use clap::Args;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What is typed after `simulate`.
#[derive(Args, Clone, Debug)]
pub struct SimulateArgs {
    /// Where all chance comes from; of several worlds, the first one's
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many worlds, each with the next seed
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Instead of a number of worlds: as many as begin within so many seconds
    #[arg(long, conflicts_with = "seeds")]
    seconds: Option<u64>,
    /// Customers in each world
    #[arg(long, default_value_t = 5)]
    customers: u32,
    /// Days for which they buy
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// The platform's database
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    engine: Engine,
    /// How much goes wrong: 0 nothing, 1 far more than in life
    #[arg(long, default_value_t = 1.0, value_parser = faults)]
    faults: f64,
    /// Worlds at the same time; as many as there are processors when absent
    #[arg(long)]
    threads: Option<usize>,
    /// Print every line of the log as it happens
    #[arg(long)]
    log: bool,
}

fn faults(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|factor| (0.0..=10.0).contains(factor)).ok_or_else(|| "between 0 and 10".to_owned())
}

impl SimulateArgs {
    fn world(&self, seed: u64) -> Settings {
        let SimulateArgs { customers, days, engine, faults, .. } = *self;
        let log = if self.log { Log::Print } else { Log::Forget };
        Settings { seed, customers, days, engine, faults, log }
    }
}

#[derive(Default)]
struct Total {
    worlds: u64,
    years: f64,
    failed: Vec<u64>,
    error: Option<SimulationError>,
}

/// Lives the worlds that were asked for and says what came of them. Fails when a promise was broken.
pub fn simulate(args: &SimulateArgs) -> ExitCode {
    let begin = instant();
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.unwrap_or_else(processors).max(1);
    let next = AtomicU64::new(0);
    let total = Mutex::new(Total::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let enough = match args.seconds {
                        Some(seconds) => instant() - begin >= Duration::from_secs(seconds),
                        None => number >= args.seeds,
                    };
                    let stopped = || total.lock().expect("nobody panics under this lock").error.is_some();
                    if enough || stopped() {
                        return;
                    }
                    let settings = args.world(args.seed + number);
                    let result = run_on_own_thread(&settings);
                    say(&mut total.lock().expect("nobody panics under this lock"), &settings, result);
                }
            });
        }
    });
    let total = total.into_inner().expect("nobody panicked under this lock");
    if let Some(error) = total.error {
        eprintln!("caas: {error}");
        return ExitCode::FAILURE;
    }
    let minutes = (instant() - begin).as_secs_f64() / 60.0;
    println!(
        "{} worlds, {:.1} customer-years in {:.0} s: {:.0} a minute on {threads} threads",
        total.worlds,
        total.years,
        minutes * 60.0,
        total.years / minutes
    );
    if total.failed.is_empty() {
        println!("Every promise was kept.");
        return ExitCode::SUCCESS;
    }
    println!("{} worlds with broken promises:", total.failed.len());
    for seed in total.failed {
        println!("  {} --log", args.world(seed));
    }
    ExitCode::FAILURE
}

fn say(total: &mut Total, settings: &Settings, result: Result<Report, SimulationError>) {
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            total.error = Some(error);
            return;
        }
    };
    println!("seed {:<6} {report}", settings.seed);
    for violation in &report.violations {
        println!("  ✗ {violation}");
    }
    for line in &report.second_opinion {
        println!("  ✗ in the database: {line}");
    }
    for line in &report.books {
        println!("  ✗ in the books: {line}");
    }
    total.worlds += 1;
    total.years += settings.customer_years();
    if !report.is_clean() {
        println!("  again: {settings} --log");
        total.failed.push(settings.seed);
    }
}

#[expect(clippy::disallowed_methods, reason = "how fast the simulation itself is, and when it has run long enough")]
fn instant() -> Instant {
    Instant::now()
}
