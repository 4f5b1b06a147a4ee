//! `scheduler_logs`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_mssql::Value;
use serde::Serialize;

use super::rows::list;
use super::session::Talk;
use crate::rows::job::line;
use crate::{LogFilter, LogLevel, LogLine, LogPage, Result};

#[derive(Serialize)]
struct Row<'a> {
    n: usize,
    at: i64,
    job: &'a str,
    job_type: &'a str,
    run_id: Option<&'a str>,
    level: i64,
    message: &'a str,
    status: Option<&'a str>,
}

/// One statement for any number of lines; they are numbered in their order.
pub(super) async fn add(talk: &mut Talk<'_>, lines: &[LogLine]) -> Result<()> {
    let rows = list(lines.iter().enumerate().map(|(n, l)| Row {
        n,
        at: l.at.timestamp_millis(),
        job: &l.job,
        job_type: &l.job_type,
        run_id: l.run_id.as_ref().map(RunId::as_str),
        level: l.level as i64,
        message: &l.message,
        status: l.status.as_deref(),
    }))?;
    let sql = "INSERT INTO scheduler_logs ([timestamp], job_id, job_type, run_id, [level], message, status)
               SELECT l.at, l.job, l.job_type, l.run_id, l.lev, l.message, l.status
               FROM OPENJSON(@P1) WITH (n BIGINT '$.n', at BIGINT '$.at', job NVARCHAR(64) '$.job',
                 job_type NVARCHAR(64) '$.job_type', run_id NVARCHAR(64) '$.run_id', lev BIGINT '$.level',
                 message NVARCHAR(MAX) '$.message', status NVARCHAR(40) '$.status') AS l
               ORDER BY l.n";
    talk.execute(sql, &[(&rows).into()]).await.map(drop)
}

pub(super) async fn page(
    talk: &mut Talk<'_>,
    filter: &LogFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<LogPage> {
    // Each filter is in the statement only when it is set, so that the index of its subject is used.
    let conditions = [
        (true, "id < @P1"),
        (filter.job.is_some(), "job_id = @P2"),
        (filter.run.is_some(), "run_id = @P3"),
        (filter.level.is_some(), "[level] <= @P4"),
        (filter.level.is_some_and(|l| l <= LogLevel::Warn), "[level] <= 2"),
        (filter.text.is_some(), "CHARINDEX(LOWER(@P5), LOWER(message)) > 0"),
    ];
    let set: Vec<&str> = conditions.iter().filter(|(set, _)| *set).map(|(_, sql)| *sql).collect();
    let sql = format!(
        "SELECT TOP ({limit}) * FROM scheduler_logs WHERE {} ORDER BY id DESC",
        set.join(" AND ")
    );
    let values: [Value<'_>; 5] = [
        before.unwrap_or(i64::MAX).into(),
        filter.job.as_deref().into(),
        filter.run.as_ref().map(RunId::as_str).into(),
        filter.level.map(|l| l as i64).into(),
        filter.text.as_deref().into(),
    ];
    let lines = talk.select(&sql, &values, line).await?;
    let is_full = lines.len() == limit as usize;
    let next = lines.last().filter(|_| is_full).map(|last| last.id);
    Ok(LogPage { lines, next })
}

/// Lines are deleted from the low end: only as many as go are read.
pub(super) async fn delete_old(talk: &mut Talk<'_>, before: DateTime<Utc>) -> Result<u64> {
    let values = [before.timestamp_millis().into()];
    let first_kept = format!(
        "COALESCE((SELECT TOP (1) id FROM scheduler_logs WHERE [timestamp] >= @P1 ORDER BY id), {})",
        i64::MAX
    );
    let sql = format!("DELETE FROM scheduler_logs WHERE id < {first_kept}");
    let gone = talk.execute(&sql, &values).await?;
    for sql in [
        "DELETE FROM job_requests WHERE state IN ('done', 'dropped') AND requested_at < @P1",
        "DELETE FROM run_items WHERE run_id IN (SELECT run_id FROM runs WHERE started_at < @P1)",
        "DELETE FROM run_steps WHERE run_id IN (SELECT run_id FROM runs WHERE started_at < @P1)",
    ] {
        talk.execute(sql, &values).await?;
    }
    Ok(gone)
}
