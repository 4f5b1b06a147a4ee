//! `job_requests` and `job_marks`.

use kontor_core::ids::RunId;
use kontor_core::{Code, Problem};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::failures::problem;
use crate::{JobRequest, Mark, MarkMove, NewRequest, Result, rows};

pub(super) fn add(t: &Transaction<'_>, wish: &NewRequest) -> Result<JobRequest> {
    let sql = "INSERT INTO job_requests (job, mode, options, trigger, attempt, parent_run, requested_at, due_at, state)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting')
               ON CONFLICT (job, mode, options) WHERE state = 'waiting' DO UPDATE SET
                   trigger = CASE WHEN excluded.attempt < attempt THEN excluded.trigger ELSE trigger END,
                   attempt = min(attempt, excluded.attempt),
                   parent_run = coalesce(parent_run, excluded.parent_run),
                   due_at = min(due_at, excluded.due_at)
               RETURNING *";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement
        .query(params![
            wish.job,
            wish.mode,
            wish.options,
            wish.trigger.as_str(),
            wish.attempt,
            wish.parent_run.as_ref().map(RunId::as_str),
            wish.requested_at.timestamp_millis(),
            wish.due_at.timestamp_millis()
        ])
        .map_err(problem)?;
    match rows.next().map_err(problem)? {
        Some(row) => rows::job::request(row),
        None => Err(Problem::new(Code::StoreFailed).detail("no row returned")),
    }
}

pub(super) fn waiting(connection: &Connection) -> Result<Vec<JobRequest>> {
    select(connection, "SELECT * FROM job_requests WHERE state = 'waiting' ORDER BY id", params![])
}

pub(super) fn by_id(connection: &Connection, id: i64) -> Result<Option<JobRequest>> {
    Ok(select(connection, "SELECT * FROM job_requests WHERE id = ?1", params![id])?.pop())
}

pub(super) fn after(connection: &Connection, run: &RunId) -> Result<Option<JobRequest>> {
    let sql = "SELECT * FROM job_requests WHERE parent_run = ?1 ORDER BY id";
    Ok(select(connection, sql, params![run.as_str()])?.pop())
}

fn select(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<JobRequest>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(values).map_err(problem)?;
    let mut requests = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        requests.push(rows::job::request(row)?);
    }
    Ok(requests)
}

/// `waiting` → `running`; one that does not wait any more is a conflict.
pub(super) fn claim(t: &Transaction<'_>, id: i64, run: &RunId) -> Result<()> {
    let sql = "UPDATE job_requests SET state = 'running', run_id = ?2 WHERE id = ?1 AND state = 'waiting'";
    match t.execute(sql, params![id, run.as_str()]).map_err(problem)? {
        1 => Ok(()),
        _ => Err(Problem::new(Code::StoreConflict).about(format!("job_requests {id}"))),
    }
}

/// The request of a run that has ended; whether there was one.
pub(super) fn settle(t: &Transaction<'_>, run: &RunId) -> Result<bool> {
    let sql = "UPDATE job_requests SET state = 'done' WHERE run_id = ?1 AND state = 'running'";
    Ok(t.execute(sql, params![run.as_str()]).map_err(problem)? > 0)
}

pub(super) fn drop_waiting(t: &Transaction<'_>, id: i64) -> Result<bool> {
    let sql = "UPDATE job_requests SET state = 'dropped' WHERE id = ?1 AND state = 'waiting'";
    Ok(t.execute(sql, params![id]).map_err(problem)? > 0)
}

pub(super) fn marks(connection: &Connection) -> Result<Vec<Mark>> {
    let sql = "SELECT job, schedule, mark FROM job_marks";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut marks = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        marks.push(rows::job::mark(row)?);
    }
    Ok(marks)
}

pub(super) fn move_marks(
    t: &Transaction<'_>,
    moves: &[MarkMove],
    request: Option<&NewRequest>,
) -> Result<Option<Option<JobRequest>>> {
    for MarkMove { to, from } in moves {
        let stands: Option<i64> = t
            .query_row(
                "SELECT mark FROM job_marks WHERE job = ?1 AND schedule = ?2",
                params![to.job, to.schedule],
                |row| row.get(0),
            )
            .optional()
            .map_err(problem)?;
        if stands != from.map(|from| from.timestamp_millis()) {
            return Ok(None);
        }
    }
    for MarkMove { to, .. } in moves {
        t.execute(
            "INSERT INTO job_marks (job, schedule, mark) VALUES (?1, ?2, ?3)
             ON CONFLICT (job, schedule) DO UPDATE SET mark = excluded.mark",
            params![to.job, to.schedule, to.mark.timestamp_millis()],
        )
        .map_err(problem)?;
    }
    Ok(Some(request.map(|wish| add(t, wish)).transpose()?))
}

pub(super) fn forget_marks(t: &Transaction<'_>, job: &str) -> Result<()> {
    t.execute("DELETE FROM job_marks WHERE job = ?1", params![job]).map_err(problem)?;
    Ok(())
}
