//! Jobs as they stand, wishes to run them, their figures and their log.

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::ids::RunId;
use kontor_core::run::Trigger;
use kontor_store::{JobStats, LogFilter, LogLevel, LogRow};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::runs::RunView;
use crate::jobs::{JobStatus, NextStart, RunningJob, ScheduleStatus};

/// A job as it stands.
#[derive(Clone, Debug, Serialize, TS)]
pub struct JobView {
    /// Its name.
    pub job: String,
    /// Whether its schedules are followed.
    pub enabled: bool,
    /// Its modes, the one that covers most first.
    pub modes: Vec<&'static str>,
    /// Its schedules.
    pub schedules: Vec<ScheduleView>,
    /// Seconds between two looks into its inbox; nothing when it has none, or it is not watched.
    pub watch_seconds: Option<u32>,
    /// The next start by schedule.
    pub next: Option<StartView>,
    /// The run that is under way, here or elsewhere.
    pub running: Option<RunningView>,
    /// When the next try of a failed run begins.
    #[ts(type = "string | null")]
    pub retry_at: Option<DateTime<Utc>>,
    /// Wishes that wait for the run to end or for their time.
    pub waiting: u64,
    /// The newest run that has ended.
    pub last: Option<RunView>,
    /// When a run last ended well.
    #[ts(type = "string | null")]
    pub last_success: Option<DateTime<Utc>>,
}

/// A schedule as it stands.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ScheduleView {
    /// Cron expression of five fields, or an interval.
    pub text: String,
    /// The time zone.
    pub timezone: String,
    /// The mode that it starts.
    pub mode: String,
    /// Its next start.
    #[ts(type = "string | null")]
    pub next: Option<DateTime<Utc>>,
}

/// A start that is to come.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StartView {
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// In which mode.
    pub mode: String,
}

/// A run that is under way.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RunningView {
    /// The run.
    pub run_id: String,
    /// Since when.
    #[ts(type = "string")]
    pub since: DateTime<Utc>,
    /// The machine.
    pub host: String,
    /// Whether it is this process.
    pub here: bool,
    /// Whether somebody asked to end it.
    pub is_cancelled: bool,
    /// The step, as of the last sign of life.
    pub step: Option<String>,
    /// Records done in it.
    pub done: u64,
    /// Records to do, when known.
    pub total: Option<u64>,
}

impl From<JobStatus> for JobView {
    fn from(status: JobStatus) -> Self {
        let retry_at = status.waiting.iter().filter(|r| r.wish.trigger == Trigger::Retry);
        Self {
            retry_at: retry_at.map(|r| r.wish.due_at).min(),
            job: status.job,
            enabled: status.enabled,
            modes: status.modes,
            schedules: status.schedules.into_iter().map(ScheduleView::from).collect(),
            watch_seconds: status.watch_seconds,
            next: status.next.map(|NextStart { at, mode }| StartView { at, mode }),
            running: status.running.map(RunningView::from),
            waiting: status.waiting.len() as u64,
            last: status.last.map(RunView::from),
            last_success: status.last_success,
        }
    }
}

impl From<ScheduleStatus> for ScheduleView {
    fn from(s: ScheduleStatus) -> Self {
        Self { text: s.text, timezone: s.timezone, mode: s.mode, next: s.next }
    }
}

impl From<RunningJob> for RunningView {
    fn from(running: RunningJob) -> Self {
        Self {
            run_id: running.run_id.to_string(),
            since: running.since,
            host: running.host,
            here: running.here,
            is_cancelled: running.is_cancelled,
            step: running.step,
            done: running.done,
            total: running.total,
        }
    }
}

pub(super) async fn jobs_status(host: &dyn Host, (): ()) -> Result<Vec<JobView>, Problem> {
    Ok(host.desk().jobs_status().await?.into_iter().map(JobView::from).collect())
}

/// A wish to run a job.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct JobRunRequest {
    /// Its name.
    pub job: String,
    /// One of its modes; nothing: the one that covers most.
    #[serde(default)]
    #[ts(optional)]
    pub mode: Option<String>,
    /// Options of the job; they never alter its schedule.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>", optional)]
    pub options: serde_json::Map<String, serde_json::Value>,
}

/// A wish that was taken.
#[derive(Clone, Debug, Serialize, TS)]
pub struct JobRequested {
    /// Its id.
    pub request_id: i64,
    /// The run, when it has begun already.
    pub run_id: Option<String>,
}

pub(super) async fn job_run(
    host: &dyn Host,
    request: JobRunRequest,
) -> Result<JobRequested, Problem> {
    let mode = request.mode.as_deref();
    let taken = host.desk().run_now(&request.job, mode, request.options).await?;
    Ok(JobRequested { request_id: taken.id, run_id: taken.run_id.map(|r| r.to_string()) })
}

/// Figures of a job.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct JobStatsRequest {
    /// Its name.
    pub job: String,
    /// Over so many days, 1 to 366.
    pub days: u32,
}

/// Figures of a job's ended runs.
#[derive(Clone, Debug, Serialize, TS)]
#[expect(missing_docs, reason = "the fields of kontor_store::JobStats")]
pub struct JobStatsView {
    pub job: String,
    pub runs: u64,
    pub success: u64,
    pub partial: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub needs_approval: u64,
    /// Successful runs per thousand ended ones; nothing without runs.
    pub success_permille: Option<u64>,
    /// Mean duration in milliseconds.
    pub mean_ms: Option<u64>,
    /// Duration in milliseconds that 95 of 100 runs did not exceed.
    pub p95_ms: Option<u64>,
}

impl From<JobStats> for JobStatsView {
    fn from(s: JobStats) -> Self {
        Self {
            job: s.job,
            runs: s.runs,
            success: s.success,
            partial: s.partial,
            failed: s.failed,
            cancelled: s.cancelled,
            needs_approval: s.needs_approval,
            success_permille: s.success_permille,
            mean_ms: s.mean_ms,
            p95_ms: s.p95_ms,
        }
    }
}

pub(super) async fn job_stats(
    host: &dyn Host,
    request: JobStatsRequest,
) -> Result<JobStatsView, Problem> {
    let days = request.days.clamp(1, 366);
    Ok(host.desk().job_stats(&request.job, days).await?.into())
}

/// Which lines of the log.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct LogRequest {
    /// Only this job.
    pub job: Option<String>,
    /// Only this run.
    pub run: Option<String>,
    /// Only lines at least as serious.
    #[ts(type = "LogLevel | null")]
    pub level: Option<LogLevel>,
    /// Only lines that hold this text.
    pub text: Option<String>,
    /// The `next` of the page before.
    pub before: Option<i64>,
    /// Lines, 1 to 1,000; 0: 200.
    pub limit: u32,
}

/// A page of the log.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LogPageView {
    /// The lines, newest first.
    pub lines: Vec<LogLineView>,
    /// Pass it as `before` for the next page; nothing at the end.
    pub next: Option<i64>,
}

/// A line of the log.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LogLineView {
    /// Later lines have greater ids.
    pub id: i64,
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// The job.
    pub job: String,
    /// The run, if it was said in one.
    pub run_id: Option<String>,
    /// How serious.
    #[ts(type = "LogLevel")]
    pub level: LogLevel,
    /// The text.
    pub message: String,
}

impl From<LogRow> for LogLineView {
    fn from(row: LogRow) -> Self {
        Self {
            id: row.id,
            at: row.line.at,
            job: row.line.job,
            run_id: row.line.run_id.map(|r| r.to_string()),
            level: row.line.level,
            message: row.line.message,
        }
    }
}

pub(super) async fn job_logs(host: &dyn Host, request: LogRequest) -> Result<LogPageView, Problem> {
    let filter = LogFilter {
        job: request.job,
        run: request.run.map(RunId::new),
        level: request.level,
        text: request.text.filter(|text| !text.is_empty()),
    };
    let limit = if request.limit == 0 { 200 } else { request.limit.min(1_000) };
    let page = host.desk().job_logs(&filter, request.before, limit).await?;
    Ok(LogPageView {
        lines: page.lines.into_iter().map(LogLineView::from).collect(),
        next: page.next,
    })
}
