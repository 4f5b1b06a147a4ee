//! `runs`, `run_steps` and `run_items`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::run::Outcome;
use kontor_mssql::{Row, Value};
use serde::Serialize;
use serde_json::json;

use super::leases::interrupted;
use super::requests::settle;
use super::rows::{get, list};
use super::session::Talk;
use crate::rows::job::{EndedRuns, item, run, step};
use crate::rows::{json as json_text, millis, no_page, optional_time};
use crate::{
    Interrupted, ItemRecord, JobHead, JobStats, Result, RunDetail, RunFilter, RunPage, RunRecord,
    StepRecord,
};

/// Failed records that are shown of one run.
const ITEMS_SHOWN: u32 = 1_000;

pub(super) async fn start(talk: &mut Talk<'_>, run: &RunRecord) -> Result<()> {
    let (counts, problems) = (json_text(&run.counts)?, json_text(&run.problems)?);
    let sql = "INSERT INTO runs
                 (run_id, job, mode, started_at, counts, problems, [trigger], attempt, parent_run, options)
               VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9, @P10)";
    let values: [Value<'_>; 10] = [
        run.run_id.as_str().into(),
        (&run.job).into(),
        (&run.mode).into(),
        run.started_at.timestamp_millis().into(),
        (&counts).into(),
        (&problems).into(),
        run.trigger.as_str().into(),
        run.attempt.into(),
        run.parent_run.as_ref().map(RunId::as_str).into(),
        (&run.options).into(),
    ];
    talk.execute(sql, &values).await.map(drop)
}

pub(super) async fn finish(talk: &mut Talk<'_>, run: &RunRecord) -> Result<()> {
    let (counts, problems) = (json_text(&run.counts)?, json_text(&run.problems)?);
    let sql = "UPDATE runs SET ended_at = @P2, outcome = @P3, counts = @P4, problems = @P5 WHERE run_id = @P1";
    let values: [Value<'_>; 5] = [
        run.run_id.as_str().into(),
        millis(run.ended_at).into(),
        run.outcome.map(Outcome::as_str).into(),
        (&counts).into(),
        (&problems).into(),
    ];
    talk.execute(sql, &values).await.map(drop)
}

/// A run without an end that no lease belongs to is one of a process that died. The caller has the fence of all jobs: no
/// run can begin meanwhile.
pub(super) async fn close_without_lease(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
) -> Result<Vec<Interrupted>> {
    let orphans = "SELECT * FROM runs WHERE ended_at IS NULL AND run_id NOT IN (SELECT run_id FROM job_leases)";
    let orphans = talk.select(orphans, &[], run).await?;
    if orphans.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<RunId> = orphans.iter().map(|run| run.run_id.clone()).collect();
    let listed = list(ids.iter().map(|id| json!({ "run_id": id.as_str() })))?;
    let problems = interrupted()?;
    let of_these = "JOIN OPENJSON(@P1) WITH (run_id NVARCHAR(64) '$.run_id') AS o
                      ON r.run_id = o.run_id COLLATE Latin1_General_BIN2";
    let sql = format!(
        "UPDATE r SET ended_at = @P2, outcome = 'failed', problems = @P3 FROM runs AS r {of_these}
         WHERE r.ended_at IS NULL"
    );
    let values = [(&listed).into(), at.timestamp_millis().into(), (&problems).into()];
    talk.execute(&sql, &values).await?;
    let sql = format!("SELECT r.* FROM runs AS r {of_these}");
    let closed = talk.select(&sql, &[(&listed).into()], run).await?;
    let requested = settle(talk, &ids).await?;
    let interrupted =
        |run: RunRecord| Interrupted { was_requested: requested.contains(&run.run_id), run };
    Ok(closed.into_iter().map(interrupted).collect())
}

pub(super) async fn add_steps(
    talk: &mut Talk<'_>,
    run: &RunId,
    steps: &[StepRecord],
) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        n: usize,
        step: &'a str,
        started_at: i64,
        ended_at: i64,
        done: u64,
        failed: u64,
    }
    if steps.is_empty() {
        return Ok(());
    }
    let rows = list(steps.iter().enumerate().map(|(n, s)| Row {
        n,
        step: &s.step,
        started_at: s.started_at.timestamp_millis(),
        ended_at: s.ended_at.timestamp_millis(),
        done: s.done,
        failed: s.failed,
    }))?;
    let sql = "INSERT INTO run_steps (run_id, position, step, started_at, ended_at, done, failed)
               SELECT @P1, s.n, s.step, s.started_at, s.ended_at, s.done, s.failed
               FROM OPENJSON(@P2) WITH (n BIGINT '$.n', step NVARCHAR(100) '$.step', started_at BIGINT '$.started_at',
                 ended_at BIGINT '$.ended_at', done BIGINT '$.done', failed BIGINT '$.failed') AS s";
    talk.execute(sql, &[run.as_str().into(), (&rows).into()]).await.map(drop)
}

pub(super) async fn add_items(
    talk: &mut Talk<'_>,
    run: &RunId,
    items: &[ItemRecord],
) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        n: usize,
        step: &'a str,
        subject: &'a str,
        state: &'a str,
        code: Option<&'a str>,
        detail: &'a str,
        at: i64,
    }
    if items.is_empty() {
        return Ok(());
    }
    let rows = list(items.iter().enumerate().map(|(n, i)| Row {
        n,
        step: &i.step,
        subject: &i.subject,
        state: &i.state,
        code: i.code.map(|code| code.as_str()),
        detail: &i.detail,
        at: i.at.timestamp_millis(),
    }))?;
    let sql = "INSERT INTO run_items (run_id, step, subject, state, code, detail, at)
               SELECT @P1, i.step, i.subject, i.state, i.code, i.detail, i.at
               FROM OPENJSON(@P2) WITH (n BIGINT '$.n', step NVARCHAR(100) '$.step', subject NVARCHAR(400) '$.subject',
                 state NVARCHAR(20) '$.state', code NVARCHAR(100) '$.code', detail NVARCHAR(MAX) '$.detail',
                 at BIGINT '$.at') AS i
               ORDER BY i.n";
    talk.execute(sql, &[run.as_str().into(), (&rows).into()]).await.map(drop)
}

pub(super) async fn page(
    talk: &mut Talk<'_>,
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
        (true, "started_at <= @P1 AND (started_at < @P1 OR run_id < @P2)"),
        (filter.job.is_some(), "job = @P3"),
        (filter.outcome.is_some(), "outcome = @P4"),
        (filter.since.is_some(), "started_at >= @P5"),
    ];
    let set: Vec<&str> = conditions.iter().filter(|(set, _)| *set).map(|(_, sql)| *sql).collect();
    let sql = format!(
        "SELECT TOP ({limit}) * FROM runs WHERE {} ORDER BY started_at DESC, run_id DESC",
        set.join(" AND ")
    );
    let values: [Value<'_>; 5] = [
        at.into(),
        id.into(),
        filter.job.as_deref().into(),
        filter.outcome.map(Outcome::as_str).into(),
        millis(filter.since).into(),
    ];
    let runs = talk.select(&sql, &values, run).await?;
    let is_full = runs.len() == limit as usize;
    let key = |r: &RunRecord| format!("{}~{}", r.started_at.timestamp_millis(), r.run_id);
    let next = runs.last().filter(|_| is_full).map(key);
    Ok(RunPage { runs, next })
}

/// How each job (with a mode) fared last, in two statements for any number of them.
pub(super) async fn heads(talk: &mut Talk<'_>, jobs: &[(String, String)]) -> Result<Vec<JobHead>> {
    let asked = list(
        jobs.iter().enumerate().map(|(n, (job, mode))| json!({ "n": n, "job": job, "mode": mode })),
    )?;
    let newest = |columns: &str, what: &str| {
        format!(
            "SELECT j.n, {columns} FROM OPENJSON(@P1)
                 WITH (n BIGINT '$.n', job NVARCHAR(100) '$.job', mode NVARCHAR(100) '$.mode') AS j
             CROSS APPLY (SELECT TOP (1) * FROM runs AS c
                          WHERE c.job = j.job COLLATE Latin1_General_BIN2 AND {what}
                          ORDER BY c.started_at DESC) AS r"
        )
    };
    let mut heads = vec![JobHead::default(); jobs.len()];
    let mut head = |row: &Row, set: &dyn Fn(&mut JobHead) -> Result<()>| {
        let place = usize::try_from(get::<i64>(row, "n")?).ok();
        place.and_then(|n| heads.get_mut(n)).map_or(Ok(()), set)
    };
    for row in talk.rows(&newest("r.*", "c.ended_at IS NOT NULL"), &[(&asked).into()]).await? {
        head(&row, &|head| {
            head.last = Some(run(&row)?);
            Ok(())
        })?;
    }
    let well = "c.mode = j.mode COLLATE Latin1_General_BIN2 AND c.outcome = 'success'";
    for row in talk.rows(&newest("r.ended_at", well), &[(&asked).into()]).await? {
        head(&row, &|head| {
            head.last_success = optional_time(get(&row, "ended_at")?)?;
            Ok(())
        })?;
    }
    Ok(heads)
}

pub(super) async fn detail(talk: &mut Talk<'_>, id: &RunId) -> Result<Option<RunDetail>> {
    let values = [id.as_str().into()];
    let sql = "SELECT * FROM runs WHERE run_id = @P1";
    let Some(run) = talk.select(sql, &values, run).await?.pop() else { return Ok(None) };
    let steps = "SELECT * FROM run_steps WHERE run_id = @P1 ORDER BY position";
    let items =
        format!("SELECT TOP ({ITEMS_SHOWN}) * FROM run_items WHERE run_id = @P1 ORDER BY id");
    Ok(Some(RunDetail {
        run,
        steps: talk.select(steps, &values, step).await?,
        items: talk.select(&items, &values, item).await?,
    }))
}

pub(super) async fn stats(
    talk: &mut Talk<'_>,
    job: &str,
    since: DateTime<Utc>,
) -> Result<JobStats> {
    let sql = "SELECT outcome, started_at, ended_at FROM runs
               WHERE job = @P1 AND started_at >= @P2 AND ended_at IS NOT NULL";
    let mut ended = EndedRuns::default();
    for row in talk.rows(sql, &[job.into(), since.timestamp_millis().into()]).await? {
        ended.add(&row)?;
    }
    ended.stats(job)
}
