//! Runs with their steps and items, leases, requests, marks and log lines.

use kontor_core::ids::RunId;
use kontor_core::run::Outcome;

use super::{Columns, damaged, from_json, get, optional_time, time, word};
use crate::{
    ItemRecord, JobRequest, JobStats, Lease, LogLevel, LogLine, LogRow, Mark, NewRequest, Result,
    RunRecord, StepRecord,
};

pub(crate) fn run(row: &impl Columns) -> Result<RunRecord> {
    let outcome: Option<String> = get(row, "outcome")?;
    Ok(RunRecord {
        run_id: RunId::new(get::<String>(row, "run_id")?),
        job: get(row, "job")?,
        mode: get(row, "mode")?,
        trigger: from_json(&format!("\"{}\"", get::<String>(row, "trigger")?))?,
        attempt: get(row, "attempt")?,
        parent_run: get::<Option<String>>(row, "parent_run")?.map(RunId::new),
        options: get(row, "options")?,
        started_at: time(get(row, "started_at")?)?,
        ended_at: optional_time(get(row, "ended_at")?)?,
        outcome: outcome.map(|o| from_json(&format!("\"{o}\""))).transpose()?,
        counts: from_json(&get::<String>(row, "counts")?)?,
        problems: from_json(&get::<String>(row, "problems")?)?,
    })
}

pub(crate) fn lease(row: &impl Columns) -> Result<Lease> {
    let count = |n: i64| u64::try_from(n).map_err(|_| damaged("count"));
    Ok(Lease {
        job: get(row, "job")?,
        run_id: RunId::new(get::<String>(row, "run_id")?),
        owner: get(row, "owner")?,
        host: get(row, "host")?,
        pid: get(row, "pid")?,
        fence: get(row, "fence")?,
        taken_at: time(get(row, "taken_at")?)?,
        heartbeat_at: time(get(row, "heartbeat_at")?)?,
        expires_at: time(get(row, "expires_at")?)?,
        cancel: get(row, "cancel")?,
        step: get(row, "step")?,
        done: count(get(row, "done")?)?,
        total: get::<Option<i64>>(row, "total")?.map(count).transpose()?,
    })
}

pub(crate) fn request(row: &impl Columns) -> Result<JobRequest> {
    let word = |column| Ok(format!("\"{}\"", get::<String>(row, column)?));
    Ok(JobRequest {
        id: get(row, "id")?,
        wish: NewRequest {
            job: get(row, "job")?,
            mode: get(row, "mode")?,
            options: get(row, "options")?,
            trigger: from_json(&word("trigger")?)?,
            attempt: get(row, "attempt")?,
            parent_run: get::<Option<String>>(row, "parent_run")?.map(RunId::new),
            requested_at: time(get(row, "requested_at")?)?,
            due_at: time(get(row, "due_at")?)?,
        },
        state: from_json(&word("state")?)?,
        run_id: get::<Option<String>>(row, "run_id")?.map(RunId::new),
    })
}

pub(crate) fn line(row: &impl Columns) -> Result<LogRow> {
    let level = match get::<i64>(row, "level")? {
        1 => LogLevel::Error,
        2 => LogLevel::Warn,
        3 => LogLevel::Info,
        4 => LogLevel::Debug,
        _ => return Err(damaged("log level")),
    };
    Ok(LogRow {
        id: get(row, "id")?,
        line: LogLine {
            at: time(get(row, "timestamp")?)?,
            job: get(row, "job_id")?,
            job_type: get(row, "job_type")?,
            run_id: get::<Option<String>>(row, "run_id")?.map(RunId::new),
            level,
            message: get(row, "message")?,
            status: get(row, "status")?,
        },
    })
}

pub(crate) fn step(row: &impl Columns) -> Result<StepRecord> {
    Ok(StepRecord {
        step: get(row, "step")?,
        started_at: time(get(row, "started_at")?)?,
        ended_at: time(get(row, "ended_at")?)?,
        done: count(get(row, "done")?)?,
        failed: count(get(row, "failed")?)?,
    })
}

pub(crate) fn item(row: &impl Columns) -> Result<ItemRecord> {
    Ok(ItemRecord {
        step: get(row, "step")?,
        subject: get(row, "subject")?,
        state: get(row, "state")?,
        code: get::<Option<String>>(row, "code")?.map(|code| word(&code)).transpose()?,
        detail: get(row, "detail")?,
        at: time(get(row, "at")?)?,
    })
}

fn count(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| damaged("count"))
}

pub(crate) fn mark(row: &impl Columns) -> Result<Mark> {
    Ok(Mark {
        job: get(row, "job")?,
        schedule: get(row, "schedule")?,
        mark: time(get(row, "mark")?)?,
    })
}

/// Ended runs, being counted.
#[derive(Default)]
pub(crate) struct EndedRuns {
    durations: Vec<u64>,
    outcomes: [u64; 5],
    last_success: Option<i64>,
}

impl EndedRuns {
    pub(crate) fn add(&mut self, row: &impl Columns) -> Result<()> {
        let (began, ended): (i64, i64) = (get(row, "started_at")?, get(row, "ended_at")?);
        self.durations.push(u64::try_from(ended - began).unwrap_or_default());
        let outcome: Outcome = from_json(&format!("\"{}\"", get::<String>(row, "outcome")?))?;
        self.outcomes[outcome as usize] += 1;
        if outcome == Outcome::Success {
            self.last_success = self.last_success.max(Some(ended));
        }
        Ok(())
    }

    pub(crate) fn stats(self, job: &str) -> Result<JobStats> {
        let mut durations = self.durations;
        durations.sort_unstable();
        let runs = durations.len() as u64;
        let [success, partial, failed, cancelled, needs_approval] = self.outcomes;
        Ok(JobStats {
            job: job.to_owned(),
            runs,
            success,
            partial,
            failed,
            cancelled,
            needs_approval,
            success_permille: (success * 1_000).checked_div(runs),
            mean_ms: durations.iter().sum::<u64>().checked_div(runs),
            p95_ms: durations.get((durations.len() * 95).div_ceil(100).saturating_sub(1)).copied(),
            last_success: optional_time(self.last_success)?,
        })
    }
}
