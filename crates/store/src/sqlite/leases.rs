//! `job_leases`: one owner per job, and the begin and end of its run in the same transaction as the lease.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::{Code, Problem};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::failures::problem;
use super::rows::json;
use super::{requests, runs};
use crate::{Beat, Beaten, Begin, Begun, Ended, Interrupted, Lease, Result, rows};

pub(super) fn all(connection: &Connection) -> Result<Vec<Lease>> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM job_leases ORDER BY job").map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut leases = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        leases.push(rows::job::lease(row)?);
    }
    Ok(leases)
}

pub(super) fn begin(t: &Transaction<'_>, begin: &Begin) -> Result<Begun> {
    let run = &begin.run;
    let held: Option<(i64, String)> = t
        .query_row(
            "SELECT fence, host || ' ' || pid FROM job_leases WHERE job = ?1",
            params![run.job],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(problem)?;
    if let Some((_, holder)) = held.filter(|(fence, _)| begin.claim.replaces != Some(*fence)) {
        return Err(Problem::new(Code::RunAlreadyRunning).about(&run.job).detail(holder));
    }
    let fence = next_fence(t, &run.job)?;
    let at = run.started_at.timestamp_millis();
    t.execute(
        "INSERT OR REPLACE INTO job_leases (job, run_id, owner, host, pid, fence, taken_at, heartbeat_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
        params![
            run.job,
            run.run_id.as_str(),
            begin.claim.owner,
            begin.claim.host,
            begin.claim.pid,
            fence,
            at,
            begin.claim.expires_at.timestamp_millis()
        ],
    )
    .map_err(problem)?;
    runs::start(t, run)?;
    if let Some(id) = begin.request {
        requests::claim(t, id, &run.run_id)?;
    }
    Ok(Begun { fence, interrupted: runs::close_without_lease(t, run.started_at)? })
}

/// Fences never come twice, also when a lease was given back in between.
fn next_fence(t: &Transaction<'_>, job: &str) -> Result<i64> {
    let sql = "INSERT INTO job_fences (job, fence) VALUES (?1, 1)
               ON CONFLICT (job) DO UPDATE SET fence = fence + 1 RETURNING fence";
    t.query_row(sql, params![job], |row| row.get(0)).map_err(problem)
}

pub(super) fn beat(t: &Transaction<'_>, beat: &Beat) -> Result<Beaten> {
    let (step, done, total) = match &beat.progress {
        Some((step, done, total)) => (Some(step), *done, *total),
        None => (None, 0, None),
    };
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let cancel: Option<bool> = t
        .query_row(
            "UPDATE job_leases SET heartbeat_at = ?3, expires_at = ?4, step = ?5, done = ?6, total = ?7
             WHERE job = ?1 AND fence = ?2 RETURNING cancel",
            params![
                beat.job,
                beat.fence,
                beat.at.timestamp_millis(),
                beat.expires_at.timestamp_millis(),
                step,
                signed(done),
                total.map(signed)
            ],
            |row| row.get(0),
        )
        .optional()
        .map_err(problem)?;
    Ok(match cancel {
        Some(false) => Beaten::Held,
        Some(true) => Beaten::Cancelled,
        None => Beaten::Lost,
    })
}

pub(super) fn end(t: &Transaction<'_>, ended: &Ended) -> Result<()> {
    let run = &ended.run;
    runs::finish(t, run)?;
    runs::add_steps(t, &run.run_id, &ended.steps)?;
    runs::add_items(t, &run.run_id, &ended.items)?;
    t.execute(
        "DELETE FROM job_leases WHERE job = ?1 AND fence = ?2",
        params![run.job, ended.fence],
    )
    .map_err(problem)?;
    requests::settle(t, &run.run_id)?;
    if let Some(retry) = &ended.retry {
        requests::add(t, retry)?;
    }
    Ok(())
}

pub(super) fn close_interrupted(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
    gone: &[(String, i64)],
) -> Result<Vec<Interrupted>> {
    for (job, fence) in gone {
        t.execute("DELETE FROM job_leases WHERE job = ?1 AND fence = ?2", params![job, fence])
            .map_err(problem)?;
    }
    runs::close_without_lease(t, at)
}

pub(super) fn ask_to_cancel(t: &Transaction<'_>, run: &RunId) -> Result<bool> {
    let asked = t
        .execute("UPDATE job_leases SET cancel = 1 WHERE run_id = ?1", params![run.as_str()])
        .map_err(problem)?;
    Ok(asked > 0)
}

/// The reason that closes a run whose process died.
pub(super) fn interrupted() -> Result<String> {
    json(&[Problem::new(Code::RunInterrupted)])
}
