//! The catalogue as somebody signed out asks for it: what it costs the server, and what a first visit transfers.

use crate::Result;
use crate::child::Server;
use crate::client::{COMPRESSED, Connection};
use crate::table::Table;
use crate::time::{millis, now, pause, percentile};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const PATH: &str = "/catalogo";

/// Requests a second.
const RATE: u32 = 500;

/// Connections that share them; a request that finds none free waits, and its waiting counts.
const CONNECTIONS: u32 = 16;

/// Measures both.
pub async fn measure(table: &mut Table, quick: bool) -> Result<()> {
    let server = Server::start().await?;
    let page = Connection::open(server.port).await?.get(PATH, "").await?.text();
    let offers = page.split("service__offers\">").skip(1).map(|list| list.split("</ul>").next().unwrap_or_default());
    let shown: usize = offers.map(|list| list.matches("<li>").count()).sum();
    table.judged("Offers on the catalogue page", "≥ 60", shown.to_string(), shown >= 60);

    let seconds = if quick { 3 } else { 20 };
    // Warm: pools, caches, the allocator.
    load(server.port, "", RATE * 2).await?;
    for (name, headers, most) in [("uncompressed", "", 400.0), ("compressed", COMPRESSED, 800.0)] {
        let before = server.cpu()?;
        let times = load(server.port, headers, RATE * seconds).await?;
        let each = (server.cpu()? - before).as_secs_f64() * 1e6 / f64::from(RATE * seconds);
        table.at_most(format!("Catalogue, {name}: CPU time a request"), each, most, "µs");
        let p99 = millis(percentile(&times, 0.99));
        table.at_most(format!("Catalogue, {name}: p99 at {RATE} requests/s"), p99, 25.0, "ms");
        table.says(format!("Catalogue, {name}: median"), format!("{:.2} ms", millis(percentile(&times, 0.5))));
    }
    table.at_most("Most resident memory of the server", server.most_memory()?, 64.0, "MiB");
    weigh(table, server.port).await?;
    server.stop().await
}

/// Asks at a fixed rate, whatever the answers take: each time is counted from when the request should have left.
async fn load(port: u16, headers: &'static str, requests: u32) -> Result<Vec<Duration>> {
    let next = Arc::new(AtomicU32::new(0));
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(port).await?);
    }
    let begin = now() + Duration::from_millis(20);
    let workers: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let next = next.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= requests {
                        return Ok::<_, crate::Error>(times);
                    }
                    let due = begin + Duration::from_secs(1) * number / RATE;
                    pause(due.saturating_duration_since(now())).await;
                    let answer = connection.get(PATH, headers).await?;
                    times.push(due.elapsed());
                    if answer.status != 200 || answer.encoding.is_none() != headers.is_empty() {
                        return Err(format!("status {}, encoding {:?}", answer.status, answer.encoding).into());
                    }
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    Ok(times)
}

/// Everything the page makes a browser fetch that has been nowhere before.
async fn weigh(table: &mut Table, port: u16) -> Result<()> {
    let mut connection = Connection::open(port).await?;
    let page = connection.get(PATH, "").await?.text();
    let html = connection.get(PATH, COMPRESSED).await?.transferred;
    let mut paths = named_by(&page);
    for css in paths.clone().iter().filter(|path| path.ends_with(".css")) {
        let style = connection.get(css, "").await?.text();
        let named = style.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
        paths.extend(
            named.map(|url| url.trim_matches(['"', '\''])).filter(|url| url.starts_with('/')).map(without_fragment),
        );
    }
    let (mut all, mut program) = (html, 0);
    let mut parts = vec![format!("HTML {}", kilobytes(html))];
    for path in &paths {
        let answer = connection.get(path, COMPRESSED).await?;
        if answer.status != 200 {
            return Err(format!("{path}: status {}", answer.status).into());
        }
        all += answer.transferred;
        if path.ends_with(".js") || path.ends_with(".wasm") {
            program += answer.transferred;
        }
        parts.push(format!("{path} {}", kilobytes(answer.transferred)));
    }
    println!("First visit: {}", parts.join(", "));
    let count = |bytes: usize| u32::try_from(bytes).map(|bytes| f64::from(bytes) / 1000.0);
    table.at_most("First visit of the catalogue, headers included", count(all)?, 120.0, "kB");
    table.at_most("of which WASM and JS", count(program)?, 90.0, "kB");
    Ok(())
}

/// What links, scripts and pictures of the page name.
fn named_by(page: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        let elsewhere = tag.contains("rel=\"canonical\"") || tag.contains("rel=\"alternate\"");
        if elsewhere || !["link", "script", "img", "use", "source"].contains(&name) {
            continue;
        }
        for attribute in ["href=\"", "src=\""] {
            let value = tag.split(attribute).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            if value.starts_with('/') {
                paths.insert(without_fragment(value));
            }
        }
    }
    paths
}

fn without_fragment(url: &str) -> String {
    url.split('#').next().unwrap_or_default().to_owned()
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}
