//! `job_leases`: one owner per job, and the begin and end of its run in the same transaction as the lease.
//!
//! Whoever begins or closes runs first counts the fence of all jobs up: a row that only one transaction at a time can
//! change. So no run is seen without its lease, at any isolation level, and no lock hint is needed.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::{Code, Problem};
use kontor_mssql::Value;
use serde::Serialize;

use super::rows::list;
use super::session::Talk;
use super::{requests, runs};
use crate::rows::job::lease;
use crate::rows::{get, json};
use crate::{Beat, Beaten, Begin, Begun, Ended, Interrupted, Lease, Result};

/// The fence of all jobs together; no job is called so.
const ALL_JOBS: &str = "*";

pub(super) async fn all(talk: &mut Talk<'_>) -> Result<Vec<Lease>> {
    talk.select("SELECT * FROM job_leases ORDER BY job", &[], lease).await
}

pub(super) async fn begin(talk: &mut Talk<'_>, begin: &Begin) -> Result<Begun> {
    let run = &begin.run;
    next_fence(talk, ALL_JOBS).await?;
    let fence = next_fence(talk, &run.job).await?;
    if let Some(held) = held(talk, &run.job).await? {
        if begin.claim.replaces != Some(held.fence) {
            let holder = format!("{} {}", held.host, held.pid);
            return Err(Problem::new(Code::RunAlreadyRunning).about(&run.job).detail(holder));
        }
        give_back(talk, &run.job, held.fence).await?;
    }
    take(talk, begin, fence).await?;
    runs::start(talk, run).await?;
    if let Some(id) = begin.request {
        requests::claim(talk, id, &run.run_id).await?;
    }
    Ok(Begun { fence, interrupted: runs::close_without_lease(talk, run.started_at).await? })
}

async fn held(talk: &mut Talk<'_>, job: &str) -> Result<Option<Lease>> {
    let sql = "SELECT * FROM job_leases WHERE job = @P1";
    Ok(talk.select(sql, &[job.into()], lease).await?.pop())
}

async fn take(talk: &mut Talk<'_>, begin: &Begin, fence: i64) -> Result<()> {
    let (run, claim) = (&begin.run, &begin.claim);
    let sql = "INSERT INTO job_leases
                 (job, run_id, owner, host, pid, fence, taken_at, heartbeat_at, expires_at, cancel, done)
               VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P7, @P8, 0, 0)";
    let values: [Value<'_>; 8] = [
        (&run.job).into(),
        run.run_id.as_str().into(),
        (&claim.owner).into(),
        (&claim.host).into(),
        claim.pid.into(),
        fence.into(),
        run.started_at.timestamp_millis().into(),
        claim.expires_at.timestamp_millis().into(),
    ];
    talk.execute(sql, &values).await.map(drop)
}

async fn give_back(talk: &mut Talk<'_>, job: &str, fence: i64) -> Result<()> {
    let sql = "DELETE FROM job_leases WHERE job = @P1 AND fence = @P2";
    talk.execute(sql, &[job.into(), fence.into()]).await.map(drop)
}

/// Fences never come twice, also when a lease was given back in between. The row of all jobs is there from the beginning
/// (0004_jobs.sql): whoever makes the first one of a job holds it.
async fn next_fence(talk: &mut Talk<'_>, job: &str) -> Result<i64> {
    let grow = "UPDATE job_fences SET fence = fence + 1 WHERE job = @P1";
    if talk.execute(grow, &[job.into()]).await? == 0 {
        talk.execute("INSERT INTO job_fences (job, fence) VALUES (@P1, 1)", &[job.into()]).await?;
    }
    talk.number("SELECT fence AS number FROM job_fences WHERE job = @P1", &[job.into()]).await
}

pub(super) async fn beat(talk: &mut Talk<'_>, beat: &Beat) -> Result<Beaten> {
    let (step, done, total) = match &beat.progress {
        Some((step, done, total)) => (Some(step.as_str()), *done, *total),
        None => (None, 0, None),
    };
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let sql = "UPDATE job_leases SET heartbeat_at = @P3, expires_at = @P4, step = @P5, done = @P6, total = @P7
               OUTPUT INSERTED.cancel AS cancel WHERE job = @P1 AND fence = @P2";
    let values: [Value<'_>; 7] = [
        (&beat.job).into(),
        beat.fence.into(),
        beat.at.timestamp_millis().into(),
        beat.expires_at.timestamp_millis().into(),
        step.into(),
        signed(done).into(),
        total.map(signed).into(),
    ];
    let cancel = talk.select(sql, &values, |row| get::<bool>(row, "cancel")).await?.pop();
    Ok(match cancel {
        Some(false) => Beaten::Held,
        Some(true) => Beaten::Cancelled,
        None => Beaten::Lost,
    })
}

pub(super) async fn end(talk: &mut Talk<'_>, ended: &Ended) -> Result<()> {
    let run = &ended.run;
    runs::finish(talk, run).await?;
    runs::add_steps(talk, &run.run_id, &ended.steps).await?;
    runs::add_items(talk, &run.run_id, &ended.items).await?;
    give_back(talk, &run.job, ended.fence).await?;
    requests::settle(talk, std::slice::from_ref(&run.run_id)).await?;
    if let Some(retry) = &ended.retry {
        requests::add(talk, retry).await?;
    }
    Ok(())
}

pub(super) async fn close_interrupted(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    gone: &[(String, i64)],
) -> Result<Vec<Interrupted>> {
    #[derive(Serialize)]
    struct Gone<'a> {
        job: &'a str,
        fence: i64,
    }
    next_fence(talk, ALL_JOBS).await?;
    if !gone.is_empty() {
        let gone = list(gone.iter().map(|(job, fence)| Gone { job, fence: *fence }))?;
        let sql = "DELETE l FROM job_leases AS l
                   JOIN OPENJSON(@P1) WITH (job NVARCHAR(64) '$.job', fence BIGINT '$.fence') AS g
                     ON l.job = g.job COLLATE Latin1_General_BIN2 AND l.fence = g.fence";
        talk.execute(sql, &[(&gone).into()]).await?;
    }
    runs::close_without_lease(talk, at).await
}

pub(super) async fn ask_to_cancel(talk: &mut Talk<'_>, run: &RunId) -> Result<bool> {
    let sql = "UPDATE job_leases SET cancel = 1 WHERE run_id = @P1";
    Ok(talk.execute(sql, &[run.as_str().into()]).await? > 0)
}

/// The reason that closes a run whose process died.
pub(super) fn interrupted() -> Result<String> {
    json(&[Problem::new(Code::RunInterrupted)])
}
