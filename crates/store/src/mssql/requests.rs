//! `job_requests` and `job_marks`.

use std::fmt::Write as _;

use kontor_core::ids::RunId;
use kontor_core::{Code, Problem};
use kontor_mssql::Value;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::errors::conflict;
use super::rows::list;
use super::session::Talk;
use crate::rows::get;
use crate::rows::job::{mark, request};
use crate::{JobRequest, Mark, MarkMove, NewRequest, Result};

const SAME: &str = "job = @P1 AND mode = @P2 AND options_hash = @P9 AND state = 'waiting'";

/// What tells wishes apart beside job and mode: the options may be longer than a key.
fn hash(options: &str) -> String {
    Sha256::digest(options).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The same wish waits once: a unique index stands behind the conditions.
pub(super) async fn add(talk: &mut Talk<'_>, wish: &NewRequest) -> Result<JobRequest> {
    let hash = hash(&wish.options);
    let values: [Value<'_>; 9] = [
        (&wish.job).into(),
        (&wish.mode).into(),
        (&wish.options).into(),
        wish.trigger.as_str().into(),
        wish.attempt.into(),
        wish.parent_run.as_ref().map(RunId::as_str).into(),
        wish.requested_at.timestamp_millis().into(),
        wish.due_at.timestamp_millis().into(),
        (&hash).into(),
    ];
    let merge = format!(
        "UPDATE job_requests SET
           [trigger] = CASE WHEN @P5 < attempt THEN @P4 ELSE [trigger] END,
           attempt = CASE WHEN @P5 < attempt THEN @P5 ELSE attempt END,
           parent_run = COALESCE(parent_run, CAST(@P6 AS NVARCHAR(64))),
           due_at = CASE WHEN @P8 < due_at THEN @P8 ELSE due_at END
         WHERE {SAME}"
    );
    if talk.execute(&merge, &values).await? == 0 {
        let insert = "INSERT INTO job_requests
                        (job, mode, options, options_hash, [trigger], attempt, parent_run, requested_at, due_at, state)
                      VALUES (@P1, @P2, @P3, @P9, @P4, @P5, @P6, @P7, @P8, 'waiting')";
        talk.execute(insert, &values).await?;
    }
    let sql = format!("SELECT * FROM job_requests WHERE {SAME}");
    let stored = talk.select(&sql, &values, request).await?.pop();
    stored.ok_or_else(|| Problem::new(Code::StoreFailed).detail("no row returned"))
}

pub(super) async fn waiting(talk: &mut Talk<'_>) -> Result<Vec<JobRequest>> {
    let sql = "SELECT * FROM job_requests WHERE state = 'waiting' ORDER BY id";
    talk.select(sql, &[], request).await
}

pub(super) async fn by_id(talk: &mut Talk<'_>, id: i64) -> Result<Option<JobRequest>> {
    let sql = "SELECT * FROM job_requests WHERE id = @P1";
    Ok(talk.select(sql, &[id.into()], request).await?.pop())
}

pub(super) async fn after(talk: &mut Talk<'_>, run: &RunId) -> Result<Option<JobRequest>> {
    let sql = "SELECT * FROM job_requests WHERE parent_run = @P1 ORDER BY id";
    Ok(talk.select(sql, &[run.as_str().into()], request).await?.pop())
}

/// `waiting` → `running`; one that does not wait any more is a conflict.
pub(super) async fn claim(talk: &mut Talk<'_>, id: i64, run: &RunId) -> Result<()> {
    let sql = "UPDATE job_requests SET state = 'running', run_id = @P2 WHERE id = @P1 AND state = 'waiting'";
    match talk.execute(sql, &[id.into(), run.as_str().into()]).await? {
        1 => Ok(()),
        _ => Err(Problem::new(Code::StoreConflict).about(format!("job_requests {id}"))),
    }
}

/// Settles the requests of runs that have ended; the runs that had one.
pub(super) async fn settle(talk: &mut Talk<'_>, runs: &[RunId]) -> Result<Vec<RunId>> {
    let listed = list(runs.iter().map(|run| json!({ "run_id": run.as_str() })))?;
    let of_these = "JOIN OPENJSON(@P1) WITH (run_id NVARCHAR(64) '$.run_id') AS r
                      ON q.run_id = r.run_id COLLATE Latin1_General_BIN2
                    WHERE q.state = 'running'";
    let values = [(&listed).into()];
    let sql = format!("SELECT q.run_id FROM job_requests AS q {of_these}");
    let settled = talk.select(&sql, &values, |row| get::<String>(row, "run_id")).await?;
    let sql = format!("UPDATE q SET state = 'done' FROM job_requests AS q {of_these}");
    talk.execute(&sql, &values).await?;
    Ok(settled.into_iter().map(RunId::new).collect())
}

pub(super) async fn drop_waiting(talk: &mut Talk<'_>, id: i64) -> Result<bool> {
    let sql = "UPDATE job_requests SET state = 'dropped' WHERE id = @P1 AND state = 'waiting'";
    Ok(talk.execute(sql, &[id.into()]).await? > 0)
}

pub(super) async fn marks(talk: &mut Talk<'_>) -> Result<Vec<Mark>> {
    talk.select("SELECT job, schedule, mark FROM job_marks", &[], mark).await
}

/// The moves as rows.
const MOVES: &str =
    "OPENJSON(@P1) WITH (job NVARCHAR(64) '$.job', schedule NVARCHAR(200) '$.schedule',
                       from_mark BIGINT '$.from_mark', to_mark BIGINT '$.to_mark') AS m";

#[derive(Serialize)]
struct Moved<'a> {
    job: &'a str,
    schedule: &'a str,
    from_mark: Option<i64>,
    to_mark: i64,
}

/// Moves the marks that stand where they were seen, and makes the wish of it. Fewer than all: another desk was faster,
/// `store.conflict`.
pub(super) async fn move_marks(
    talk: &mut Talk<'_>,
    moves: &[MarkMove],
    request: Option<&NewRequest>,
) -> Result<Option<JobRequest>> {
    let moved = list(moves.iter().map(|MarkMove { to, from }| Moved {
        job: &to.job,
        schedule: &to.schedule,
        from_mark: from.map(|at| at.timestamp_millis()),
        to_mark: to.mark.timestamp_millis(),
    }))?;
    let update = format!(
        "UPDATE k SET mark = m.to_mark FROM job_marks AS k JOIN {MOVES}
           ON k.job = m.job COLLATE Latin1_General_BIN2
          AND k.schedule = m.schedule COLLATE Latin1_General_BIN2 AND k.mark = m.from_mark"
    );
    let insert = format!(
        "INSERT INTO job_marks (job, schedule, mark) SELECT m.job, m.schedule, m.to_mark FROM {MOVES}
         WHERE m.from_mark IS NULL
           AND NOT EXISTS (SELECT 1 FROM job_marks AS k WHERE k.job = m.job COLLATE Latin1_General_BIN2
                             AND k.schedule = m.schedule COLLATE Latin1_General_BIN2)"
    );
    let values = [(&moved).into()];
    let changed = talk.execute(&update, &values).await? + talk.execute(&insert, &values).await?;
    if changed != moves.len() as u64 {
        return Err(conflict("job_marks"));
    }
    match request {
        Some(wish) => Ok(Some(add(talk, wish).await?)),
        None => Ok(None),
    }
}

pub(super) async fn forget_marks(talk: &mut Talk<'_>, job: &str) -> Result<()> {
    talk.execute("DELETE FROM job_marks WHERE job = @P1", &[job.into()]).await.map(drop)
}
