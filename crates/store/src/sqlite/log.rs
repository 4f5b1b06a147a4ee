//! `scheduler_logs`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use rusqlite::{Connection, Transaction, params};

use super::failures::problem;
use crate::{LogFilter, LogLevel, LogLine, LogPage, LogRow, Result, rows};

pub(super) fn add(t: &Transaction<'_>, lines: &[LogLine]) -> Result<()> {
    let sql =
        "INSERT INTO scheduler_logs (timestamp, job_id, job_type, run_id, level, message, status)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    for line in lines {
        statement
            .execute(params![
                line.at.timestamp_millis(),
                line.job,
                line.job_type,
                line.run_id.as_ref().map(RunId::as_str),
                line.level as i64,
                line.message,
                line.status
            ])
            .map_err(problem)?;
    }
    Ok(())
}

pub(super) fn page(
    connection: &Connection,
    filter: &LogFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<LogPage> {
    // Each filter is in the statement only when it is set, so that the index of its subject is used.
    let conditions = [
        (true, "id < ?1"),
        (filter.job.is_some(), "job_id = ?2"),
        (filter.run.is_some(), "run_id = ?3"),
        (filter.level.is_some(), "level <= ?4"),
        (filter.level.is_some_and(|l| l <= LogLevel::Warn), "level <= 2"),
        (filter.text.is_some(), "instr(folded(message), folded(?5)) > 0"),
    ];
    let set: Vec<&str> = conditions.iter().filter(|(set, _)| *set).map(|(_, sql)| *sql).collect();
    let sql = format!(
        "SELECT *, ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5 AS bound FROM scheduler_logs
         WHERE {} ORDER BY id DESC LIMIT ?6",
        set.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut rows = statement
        .query(params![
            before.unwrap_or(i64::MAX),
            filter.job,
            filter.run.as_ref().map(RunId::as_str),
            filter.level.map(|l| l as i64),
            filter.text,
            limit
        ])
        .map_err(problem)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        lines.push(rows::job::line(row)?);
    }
    let is_full = lines.len() == limit as usize;
    let next = lines.last().filter(|_| is_full).map(|last: &LogRow| last.id);
    Ok(LogPage { lines, next })
}

/// Lines are deleted from the low end: only as many as go are read.
pub(super) fn delete_old(t: &Transaction<'_>, before: DateTime<Utc>) -> Result<u64> {
    let before = before.timestamp_millis();
    let first_kept =
        "coalesce((SELECT id FROM scheduler_logs WHERE timestamp >= ?1 ORDER BY id LIMIT 1), ?2)";
    let gone = t
        .execute(
            &format!("DELETE FROM scheduler_logs WHERE id < {first_kept}"),
            params![before, i64::MAX],
        )
        .map_err(problem)?;
    for sql in [
        "DELETE FROM job_requests WHERE state IN ('done', 'dropped') AND requested_at < ?1",
        "DELETE FROM run_items WHERE run_id IN (SELECT run_id FROM runs WHERE started_at < ?1)",
        "DELETE FROM run_steps WHERE run_id IN (SELECT run_id FROM runs WHERE started_at < ?1)",
    ] {
        t.execute(sql, params![before]).map_err(problem)?;
    }
    Ok(u64::try_from(gone).unwrap_or_default())
}
