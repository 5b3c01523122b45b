//! The program `caas`. What it can do is in `caas_server::cli`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    caas_server::cli::run().await
}
