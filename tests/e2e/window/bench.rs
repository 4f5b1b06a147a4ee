//! How quickly the window is there, what it weighs, and what it costs while nobody touches it.
//!
//! `cargo bench -p kontor-desktop --bench window`

#[allow(dead_code, reason = "the tests use other parts of it")]
mod page;
mod process;
#[allow(dead_code, reason = "the tests use other parts of it")]
mod station;

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;

use process::Process;
use station::{PROGRAM, Station};

const STARTS: usize = 5;
const IDLE: Duration = Duration::from_secs(20);
/// Said on the first screen as soon as the desk has answered.
const DATA_IS_THERE: &str = "return document.querySelector('[aria-busy=true]') === null \
    && document.querySelector('main')?.innerText.trim().length > 0";
const SINCE_FIRST_PAINT: &str = "return performance.now() \
    - (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let station = Station::start()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(start(&station).await?);
    }
    starts.sort_by_key(|(_, usable)| *usable);
    let (painted, usable) = starts[STARTS / 2];
    let window = station.open(&[]).await?;
    window.until(DATA_IS_THERE).await?;
    let app = Process::of_program(PROGRAM)?;
    let before = app.cpu_ms()?;
    tokio::time::sleep(IDLE).await;
    let idle_ms = app.cpu_ms()?.saturating_sub(before);
    let result = json!({
        "binary_bytes": std::fs::metadata(PROGRAM).context(PROGRAM)?.len(),
        "first_paint_ms": painted,
        "usable_ms": usable,
        "idle_cpu_ms_per_s": idle_ms / IDLE.as_secs(),
        "memory_kib": app.memory_kib()?,
    });
    println!("{result:#}");
    window.close().await
}

/// Milliseconds from the start of the process to the first paint, and to data on screen.
async fn start(station: &Station) -> Result<(u64, u64)> {
    let window = station.open(&[]).await?;
    window.until(DATA_IS_THERE).await?;
    let app = Process::of_program(PROGRAM)?;
    let usable = app.age_ms()?;
    let since_paint = window.number(SINCE_FIRST_PAINT).await?;
    let painted = app.age_ms()?.saturating_sub(since_paint);
    window.close().await?;
    Ok((painted, usable))
}
