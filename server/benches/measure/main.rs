//! `make bench`: measures what the product promises about its speed, and says whether the targets are met.
//!
//! `cargo bench -p caas-server --bench measure -- [pages] [purchases] [desk] [sales] [billing] [growth] [analysis] [--quick]`; without names everything.
//! With CAAS_TEST_POSTGRES_URL all but the pages is measured on both engines.

mod analysis;
mod billing;
mod bulk;
mod child;
mod client;
mod desk;
mod disk;
mod growth;
mod pages;
mod purchases;
mod sales;
mod table;
mod time;
mod world;

use std::process::ExitCode;
use table::Table;
use world::Engine;

/// Whatever goes wrong ends the benchmark.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == billing::FILL) {
        return match billing::fill(&words[1..]).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let quick = words.iter().any(|word| word == "--quick");
    let mut table = Table::default();
    let outcome = run(&mut table, &words, quick).await;
    table.print();
    match outcome {
        Ok(()) if table.all_met() => ExitCode::SUCCESS,
        Ok(()) => {
            eprintln!("Not every target is met.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("The benchmark could not be finished: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(table: &mut Table, words: &[String], quick: bool) -> Result<()> {
    let names: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let (only, names): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| [Engine::Sqlite, Engine::Postgres].iter().any(|engine| engine.is(name)));
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    let engines: Vec<Engine> =
        Engine::all().into_iter().filter(|engine| only.is_empty() || only.iter().any(|name| engine.is(name))).collect();
    if wanted("pages") {
        pages::measure(table, quick).await?;
    }
    for &engine in &engines {
        if wanted("purchases") {
            purchases::measure(table, engine, quick).await?;
        }
    }
    for &engine in &engines {
        if wanted("desk") {
            desk::measure(table, engine, quick).await?;
        }
    }
    for &engine in &engines {
        if wanted("sales") {
            sales::measure(table, engine, quick).await?;
        }
    }
    for &engine in &engines {
        if wanted("billing") {
            billing::measure(table, engine, quick).await?;
        }
    }
    for &engine in &engines {
        if wanted("growth") {
            growth::measure(table, engine, quick).await?;
        }
    }
    for &engine in &engines {
        if wanted("analysis") {
            analysis::measure(table, engine, quick).await?;
        }
    }
    Ok(())
}
