//! `runs`, `run_steps`, `run_items` and `cursors`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::run::Outcome;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::failures::problem;
use super::leases::interrupted;
use super::requests::settle;
use super::rows::{json, millis, no_page, optional_time};
use crate::{
    Interrupted, ItemRecord, JobHead, JobStats, Result, RunDetail, RunFilter, RunPage, RunRecord,
    StepRecord, rows,
};

/// Failed records that are shown of one run.
const ITEMS_SHOWN: u32 = 1_000;

pub(super) fn start(t: &Transaction<'_>, run: &RunRecord) -> Result<()> {
    t.execute(
        "INSERT INTO runs (run_id, job, mode, started_at, counts, problems, trigger, attempt, parent_run, options)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            run.run_id.as_str(),
            run.job,
            run.mode,
            run.started_at.timestamp_millis(),
            json(&run.counts)?,
            json(&run.problems)?,
            run.trigger.as_str(),
            run.attempt,
            run.parent_run.as_ref().map(RunId::as_str),
            run.options
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

/// A run without an end that no lease belongs to is one of a process that died.
pub(super) fn close_without_lease(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
) -> Result<Vec<Interrupted>> {
    let sql = "UPDATE runs SET ended_at = ?1, outcome = 'failed', problems = ?2
               WHERE ended_at IS NULL AND run_id NOT IN (SELECT run_id FROM job_leases) RETURNING *";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    let mut rows =
        statement.query(params![at.timestamp_millis(), interrupted()?]).map_err(problem)?;
    let mut closed = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        closed.push(rows::job::run(row)?);
    }
    closed
        .into_iter()
        .map(|run| Ok(Interrupted { was_requested: settle(t, &run.run_id)?, run }))
        .collect()
}

pub(super) fn add_steps(t: &Transaction<'_>, run: &RunId, steps: &[StepRecord]) -> Result<()> {
    let sql = "INSERT INTO run_steps (run_id, position, step, started_at, ended_at, done, failed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    for (position, step) in (0_i64..).zip(steps) {
        statement
            .execute(params![
                run.as_str(),
                position,
                step.step,
                step.started_at.timestamp_millis(),
                step.ended_at.timestamp_millis(),
                signed(step.done),
                signed(step.failed)
            ])
            .map_err(problem)?;
    }
    Ok(())
}

pub(super) fn add_items(t: &Transaction<'_>, run: &RunId, items: &[ItemRecord]) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
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

pub(super) fn list(
    connection: &Connection,
    filter: &RunFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<RunPage> {
    let (at, id) = match after {
        Some(key) => key.split_once('~').ok_or_else(|| no_page(key))?,
        None => ("", ""),
    };
    let at: i64 = if at.is_empty() { i64::MAX } else { at.parse().map_err(|_| no_page(at))? };
    let conditions = [
        (true, "started_at <= ?1 AND (started_at < ?1 OR run_id < ?2)"),
        (filter.job.is_some(), "job = ?3"),
        (filter.outcome.is_some(), "outcome = ?4"),
        (filter.since.is_some(), "started_at >= ?5"),
    ];
    let set: Vec<&str> = conditions.iter().filter(|(set, _)| *set).map(|(_, sql)| *sql).collect();
    let sql = format!(
        "SELECT *, ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5 AS bound FROM runs
         WHERE {} ORDER BY started_at DESC, run_id DESC LIMIT ?6",
        set.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut rows = statement
        .query(params![
            at,
            id,
            filter.job,
            filter.outcome.map(Outcome::as_str),
            millis(filter.since),
            limit
        ])
        .map_err(problem)?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        runs.push(rows::job::run(row)?);
    }
    let is_full = runs.len() == limit as usize;
    let key = |r: &RunRecord| format!("{}~{}", r.started_at.timestamp_millis(), r.run_id);
    let next = runs.last().filter(|_| is_full).map(key);
    Ok(RunPage { runs, next })
}

pub(super) fn head(connection: &Connection, job: &str, mode: &str) -> Result<JobHead> {
    let last = "SELECT * FROM runs WHERE job = ?1 AND ended_at IS NOT NULL
                ORDER BY started_at DESC LIMIT 1";
    let mut statement = connection.prepare_cached(last).map_err(problem)?;
    let mut found = statement.query(params![job]).map_err(problem)?;
    let last = found.next().map_err(problem)?.map(rows::job::run).transpose()?;
    Ok(JobHead { last, last_success: last_success(connection, job, mode)? })
}

pub(super) fn last_success(
    connection: &Connection,
    job: &str,
    mode: &str,
) -> Result<Option<DateTime<Utc>>> {
    let sql = "SELECT ended_at FROM runs WHERE job = ?1 AND mode = ?2 AND outcome = 'success'
               ORDER BY started_at DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let ended: Option<Option<i64>> =
        statement.query_row(params![job, mode], |row| row.get(0)).optional().map_err(problem)?;
    optional_time(ended.flatten())
}

pub(super) fn detail(connection: &Connection, id: &RunId) -> Result<Option<RunDetail>> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM runs WHERE run_id = ?1").map_err(problem)?;
    let mut rows = statement.query(params![id.as_str()]).map_err(problem)?;
    let Some(row) = rows.next().map_err(problem)? else { return Ok(None) };
    Ok(Some(RunDetail {
        run: rows::job::run(row)?,
        steps: steps(connection, id)?,
        items: items(connection, id)?,
    }))
}

fn steps(connection: &Connection, id: &RunId) -> Result<Vec<StepRecord>> {
    let sql = "SELECT * FROM run_steps WHERE run_id = ?1 ORDER BY position";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![id.as_str()]).map_err(problem)?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        steps.push(rows::job::step(row)?);
    }
    Ok(steps)
}

fn items(connection: &Connection, id: &RunId) -> Result<Vec<ItemRecord>> {
    let sql = "SELECT * FROM run_items WHERE run_id = ?1 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![id.as_str(), ITEMS_SHOWN]).map_err(problem)?;
    let mut items = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        items.push(rows::job::item(row)?);
    }
    Ok(items)
}

pub(super) fn stats(connection: &Connection, job: &str, since: DateTime<Utc>) -> Result<JobStats> {
    let sql = "SELECT outcome, started_at, ended_at FROM runs
               WHERE job = ?1 AND started_at >= ?2 AND ended_at IS NOT NULL";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![job, since.timestamp_millis()]).map_err(problem)?;
    let mut ended = rows::job::EndedRuns::default();
    while let Some(row) = rows.next().map_err(problem)? {
        ended.add(row)?;
    }
    ended.stats(job)
}

pub(super) fn cursor(connection: &Connection, name: &str) -> Result<Option<DateTime<Utc>>> {
    let value: Option<i64> = connection
        .query_row("SELECT value FROM cursors WHERE name = ?1", params![name], |row| row.get(0))
        .optional()
        .map_err(problem)?;
    optional_time(value)
}

pub(super) fn clear_cursor(t: &Transaction<'_>, name: &str) -> Result<()> {
    t.execute("DELETE FROM cursors WHERE name = ?1", params![name]).map_err(problem)?;
    Ok(())
}

pub(super) fn set_cursor(t: &Transaction<'_>, name: &str, value: DateTime<Utc>) -> Result<()> {
    t.execute(
        "INSERT INTO cursors (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value.timestamp_millis()],
    )
    .map_err(problem)?;
    Ok(())
}
