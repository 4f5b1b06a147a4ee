//! `runs`, `run_items` and `cursors`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::run::Outcome;
use kontor_core::{Code, Problem};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::failures::problem;
use super::rows::{from_json, get, json, millis, optional_time, time};
use crate::{ItemRecord, Result, RunRecord};

pub(super) fn start(t: &Transaction<'_>, run: &RunRecord) -> Result<()> {
    t.execute(
        "INSERT INTO runs (run_id, job, mode, started_at, counts, problems) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            run.run_id.as_str(),
            run.job,
            run.mode,
            run.started_at.timestamp_millis(),
            json(&run.counts)?,
            json(&run.problems)?
        ],
    )
    .map_err(problem)?;
    Ok(())
}

pub(super) fn finish(t: &Transaction<'_>, run: &RunRecord) -> Result<()> {
    t.execute(
        "UPDATE runs SET ended_at = ?2, outcome = ?3, counts = ?4, problems = ?5 WHERE run_id = ?1",
        params![
            run.run_id.as_str(),
            millis(run.ended_at),
            run.outcome.map(Outcome::as_str),
            json(&run.counts)?,
            json(&run.problems)?
        ],
    )
    .map_err(problem)?;
    Ok(())
}

/// A run without an end belongs to a process that died: whoever calls this holds the lock of the data folder.
pub(super) fn close_interrupted(t: &Transaction<'_>, at: DateTime<Utc>) -> Result<Vec<RunId>> {
    let problems = json(&[Problem::new(Code::RunInterrupted)])?;
    let sql = "UPDATE runs SET ended_at = ?1, outcome = 'failed', problems = ?2 WHERE ended_at IS NULL RETURNING run_id";
    let mut statement = t.prepare(sql).map_err(problem)?;
    let mut rows = statement.query(params![at.timestamp_millis(), problems]).map_err(problem)?;
    let mut closed = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        closed.push(RunId::new(row.get::<_, String>(0).map_err(problem)?));
    }
    Ok(closed)
}

pub(super) fn add_items(t: &Transaction<'_>, run: &RunId, items: &[ItemRecord]) -> Result<()> {
    let sql = "INSERT INTO run_items (run_id, step, subject, state, code, detail, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    for item in items {
        statement
            .execute(params![
                run.as_str(),
                item.step,
                item.subject,
                item.state,
                item.code.map(|c| c.as_str()),
                item.detail,
                item.at.timestamp_millis()
            ])
            .map_err(problem)?;
    }
    Ok(())
}

pub(super) fn newest(
    connection: &Connection,
    job: Option<&str>,
    limit: u32,
) -> Result<Vec<RunRecord>> {
    let of_job = "SELECT * FROM runs WHERE job = ?1 ORDER BY started_at DESC LIMIT ?2";
    let of_all = "SELECT * FROM runs WHERE ?1 IS NULL ORDER BY started_at DESC LIMIT ?2";
    let sql = if job.is_some() { of_job } else { of_all };
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![job, limit]).map_err(problem)?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        runs.push(run(row)?);
    }
    Ok(runs)
}

fn run(row: &Row<'_>) -> Result<RunRecord> {
    let outcome: Option<String> = get(row, "outcome")?;
    Ok(RunRecord {
        run_id: RunId::new(get::<String>(row, "run_id")?),
        job: get(row, "job")?,
        mode: get(row, "mode")?,
        started_at: time(get(row, "started_at")?)?,
        ended_at: optional_time(get(row, "ended_at")?)?,
        outcome: outcome.map(|o| from_json(&format!("\"{o}\""))).transpose()?,
        counts: from_json(&get::<String>(row, "counts")?)?,
        problems: from_json(&get::<String>(row, "problems")?)?,
    })
}

pub(super) fn cursor(connection: &Connection, name: &str) -> Result<Option<DateTime<Utc>>> {
    let value: Option<i64> = connection
        .query_row("SELECT value FROM cursors WHERE name = ?1", params![name], |row| row.get(0))
        .optional()
        .map_err(problem)?;
    optional_time(value)
}

pub(super) fn set_cursor(t: &Transaction<'_>, name: &str, value: DateTime<Utc>) -> Result<()> {
    t.execute(
        "INSERT INTO cursors (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value.timestamp_millis()],
    )
    .map_err(problem)?;
    Ok(())
}
