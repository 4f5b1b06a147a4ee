//! Jobs with a long history: 100,000 runs and 1,000,000 log lines.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::ids::RunId;
use kontor_engine::app::Setup;
use kontor_engine::jobs::Options;
use kontor_engine::secrets::Secrets;
use kontor_engine::{App, Desk};
use kontor_store::{LogFilter, LogLevel, LogLine, RunFilter, SqliteStore};
use rusqlite::{Connection, params};

use crate::Figure;

const RUNS: i64 = 100_000;
const LINES: i64 = 1_000_000;
const JOBS: [&str; 3] = ["temu_orders_sync", "temu_inventory_sync", "fetch_invoices"];

/// The slowest of several warm answers, in milliseconds, and the CPU that 100,000 lines cost.
pub(crate) async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let app = App::open(Setup {
        config_file: None,
        data: Some(folder.path().to_owned()),
        secrets: Secrets::default(),
        ..Setup::default()
    })
    .await?;
    fill(&folder.path().join("kontor.db"))?;
    let desk = Desk::new(app);
    let mut figures = vec![
        slowest("status of all jobs", 5.0, async || {
            desk.jobs_status().await?;
            Ok(())
        })
        .await?,
        slowest("trigger", 5.0, async || {
            desk.run_now("temu_orders_sync", None, Options::new()).await?;
            Ok(())
        })
        .await?,
        slowest("page of runs", 5.0, async || {
            desk.runs(&RunFilter::default(), None, 100).await?;
            Ok(())
        })
        .await?,
    ];
    let of_job = LogFilter { job: Some(JOBS[0].into()), ..LogFilter::default() };
    figures.push(
        slowest("page of the log", 5.0, async || {
            desk.job_logs(&of_job, None, 100).await?;
            Ok(())
        })
        .await?,
    );
    let before = cpu_seconds()?;
    store_lines(&desk, 100_000).await?;
    figures.push(Figure {
        name: "100,000 log lines, cleaned and stored".into(),
        value: cpu_seconds()? - before,
        promise: 1.0,
        unit: "s of CPU",
    });
    Ok(figures)
}

async fn slowest(
    name: &str,
    promise: f64,
    mut ask: impl AsyncFnMut() -> Result<()>,
) -> Result<Figure> {
    ask().await?;
    let mut slowest = 0.0_f64;
    for _ in 0..20 {
        let begun = Instant::now();
        ask().await?;
        slowest = slowest.max(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Figure {
        name: format!("{name}, 100,000 runs, 1,000,000 lines"),
        value: slowest,
        promise,
        unit: "ms, slowest of 20",
    })
}

/// Runs of three jobs through the last years, and what they said.
fn fill(file: &Path) -> Result<()> {
    drop(SqliteStore::open(file)?);
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let transaction = connection.transaction()?;
    {
        let mut run = transaction.prepare(
            "INSERT INTO runs (run_id, job, mode, started_at, ended_at, outcome, counts, problems)
             VALUES (?1, ?2, 'full', ?3, ?4, ?5, '{}', '[]')",
        )?;
        let begin = 1_700_000_000_000_i64;
        for n in 0..RUNS {
            let at = begin + n * 600_000;
            let outcome = if n % 10 == 0 { "failed" } else { "success" };
            let job = JOBS[usize::try_from(n)? % JOBS.len()];
            run.execute(params![format!("run-{n:08}"), job, at, at + 12_000, outcome])?;
        }
        let mut line = transaction.prepare(
            "INSERT INTO scheduler_logs (timestamp, job_id, job_type, run_id, level, message)
             VALUES (?1, ?2, 'full', ?3, 3, ?4)",
        )?;
        for n in 0..LINES {
            let run = n / (LINES / RUNS);
            let job = JOBS[usize::try_from(run)? % JOBS.len()];
            let text = format!("step ended step=import done={n} failed=0 duration_ms=1200");
            line.execute(params![begin + n * 60_000, job, format!("run-{run:08}"), text])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The way of every line: through the redaction and the queue, in batches into the store.
async fn store_lines(desk: &Desk, lines: usize) -> Result<()> {
    let at: DateTime<Utc> = DateTime::from_timestamp(1_764_000_000, 0).context("a time")?;
    let run = RunId::new("run-of-the-benchmark");
    for n in 0..lines {
        desk.log_job(LogLine {
            at: at + TimeDelta::milliseconds(i64::try_from(n)?),
            job: JOBS[0].into(),
            job_type: "full".into(),
            run_id: Some(run.clone()),
            level: LogLevel::Info,
            message: format!("one order fetched item=PO-076-{n:017} duration_ms=12"),
            status: None,
        });
        // The queue is bounded, and what it cannot take is dropped.
        if n % 10_000 == 9_999 {
            desk.flush_logs().await;
        }
    }
    desk.flush_logs().await;
    let of_run = LogFilter { run: Some(run), ..LogFilter::default() };
    let page = desk.job_logs(&of_run, None, u32::try_from(lines)? + 1).await?;
    ensure!(page.lines.len() == lines, "{} of {lines} lines", page.lines.len());
    Ok(())
}

/// CPU time of this process so far; clock ticks are hundredths of a second on Linux.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).context("ticks");
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}
