//! The simulated world as a program of its own: `make simulate` builds this and not the whole app.

use caas_simulation::command::SimulateArgs;
use clap::Parser;
use std::process::ExitCode;

/// The real platform in a simulated world, judged from outside.
#[derive(Parser)]
#[command(name = "caas-simulate")]
struct Cli {
    #[command(flatten)]
    args: SimulateArgs,
}

fn main() -> ExitCode {
    caas_simulation::command::simulate(&Cli::parse().args)
}
