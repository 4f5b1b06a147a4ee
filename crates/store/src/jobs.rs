//! Jobs in the store: leases, requests, schedules' marks, runs with their steps and items, and the log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::ids::RunId;
use kontor_core::problem::Code;
use kontor_core::run::{Counts, Outcome, Trigger};
use serde::{Deserialize, Serialize};

use crate::Result;

/// What jobs keep in the store.
#[async_trait]
pub trait JobStore: Send + Sync {
    // ---- leases -------------------------------------------------------------------------------------------------
    /// The leases of all jobs that are being run, by any process.
    async fn leases(&self) -> Result<Vec<Lease>>;
    /// Takes the lease, records the start of the run, claims its request, and closes runs that nobody has a lease for
    /// any more: one transaction. A lease that is there and is not the one to be replaced is `run.already_running`; a
    /// request that no longer waits is `store.conflict`.
    async fn begin_run(&self, begin: &Begin) -> Result<Begun>;
    /// Keeps a lease alive and leaves the run's progress for others to see.
    async fn beat(&self, beat: &Beat) -> Result<Beaten>;
    /// Records the end of a run with its steps and items, gives the lease back if it is still held, settles the request,
    /// and leaves a request for the next try: one transaction.
    async fn end_run(&self, ended: &Ended) -> Result<()>;
    /// Takes leases away from owners that are gone (those still at the fence given) and closes every run without a
    /// lease as `failed` with `run.interrupted`.
    async fn close_interrupted(
        &self,
        at: DateTime<Utc>,
        gone: &[(String, i64)],
    ) -> Result<Vec<Interrupted>>;
    /// Asks the owner of a run to end it between two items; `false` when the run is not under way.
    async fn ask_to_cancel(&self, run: &RunId) -> Result<bool>;

    // ---- requests and schedules ---------------------------------------------------------------------------------
    /// Leaves a wish to run a job. The same job, mode and options wait once: the earlier time and the lower attempt
    /// count.
    async fn request_job(&self, request: &NewRequest) -> Result<JobRequest>;
    /// Requests that wait, oldest first.
    async fn waiting_requests(&self) -> Result<Vec<JobRequest>>;
    /// A request by its id.
    async fn request(&self, id: i64) -> Result<Option<JobRequest>>;
    /// The request for the next try of a run.
    async fn request_after(&self, run: &RunId) -> Result<Option<JobRequest>>;
    /// Takes a waiting request back; `false` when it does not wait any more.
    async fn drop_request(&self, id: i64) -> Result<bool>;
    /// How far the schedules are.
    async fn marks(&self) -> Result<Vec<Mark>>;
    /// Moves marks on and leaves the request that follows from it, in one transaction; `None` when another process has
    /// moved one of them first, and nothing is done then.
    async fn move_marks(
        &self,
        moves: &[MarkMove],
        request: Option<&NewRequest>,
    ) -> Result<Option<Option<JobRequest>>>;
    /// Forgets how far a job's schedules are: they begin anew.
    async fn forget_marks(&self, job: &str) -> Result<()>;

    /// What every look at the jobs needs, in one go: who runs what, what waits, and how each job named (with a mode) fared
    /// last. The heads come in the order of `jobs`.
    async fn jobs_now(&self, jobs: &[(String, String)]) -> Result<JobsNow>;

    // ---- history ------------------------------------------------------------------------------------------------
    /// The last runs of a job (all jobs when `None`), newest first.
    async fn runs(&self, job: Option<&str>, limit: u32) -> Result<Vec<RunRecord>>;
    /// A page of runs, newest first.
    async fn list_runs(
        &self,
        filter: &RunFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RunPage>;
    /// One run with its steps and the records that failed (at most 1,000).
    async fn run_detail(&self, run: &RunId) -> Result<Option<RunDetail>>;
    /// Figures of a job's ended runs since a time.
    async fn job_stats(&self, job: &str, since: DateTime<Utc>) -> Result<JobStats>;

    // ---- log ----------------------------------------------------------------------------------------------------
    /// Adds lines in one transaction.
    async fn add_logs(&self, lines: &[LogLine]) -> Result<()>;
    /// A page of the log, newest first; `before` is the id where the last page ended.
    async fn logs(&self, filter: &LogFilter, before: Option<i64>, limit: u32) -> Result<LogPage>;
    /// Deletes log lines, settled requests and the items and steps of runs older than `before`; the runs stay. Returns
    /// how many lines went.
    async fn delete_old_logs(&self, before: DateTime<Utc>) -> Result<u64>;
}

/// Who runs a job now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The job.
    pub job: String,
    /// The run.
    pub run_id: RunId,
    /// The process, by a name of its own.
    pub owner: String,
    /// Its machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// Grows with each lease of the job.
    pub fence: i64,
    /// Since when.
    pub taken_at: DateTime<Utc>,
    /// The last sign of life.
    pub heartbeat_at: DateTime<Utc>,
    /// Without a sign of life, it ends then.
    pub expires_at: DateTime<Utc>,
    /// Whether somebody asked to end the run.
    pub cancel: bool,
    /// The step that it was at.
    pub step: Option<String>,
    /// Records done in the step.
    pub done: u64,
    /// Records to do, when known.
    pub total: Option<u64>,
}

/// A lease to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The process.
    pub owner: String,
    /// Its machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// Until when it holds without a sign of life.
    pub expires_at: DateTime<Utc>,
    /// The fence of a lease whose owner is known to be gone.
    pub replaces: Option<i64>,
}

/// The begin of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// The run as it begins.
    pub run: RunRecord,
    /// The lease.
    pub claim: Claim,
    /// The request that it follows.
    pub request: Option<i64>,
}

/// A run that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its lease's fence.
    pub fence: i64,
    /// Runs that were closed because nobody has a lease for them.
    pub interrupted: Vec<Interrupted>,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The job.
    pub job: String,
    /// The lease's fence.
    pub fence: i64,
    /// Now.
    pub at: DateTime<Utc>,
    /// The new end.
    pub expires_at: DateTime<Utc>,
    /// Step, records done, records to do.
    pub progress: Option<(String, u64, Option<u64>)>,
}

/// The answer to a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beaten {
    /// The lease holds.
    Held,
    /// It holds, and somebody asked to end the run.
    Cancelled,
    /// Another process has the job now.
    Lost,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The run as it ended.
    pub run: RunRecord,
    /// Its lease's fence.
    pub fence: i64,
    /// Its steps.
    pub steps: Vec<StepRecord>,
    /// Items that are not yet stored.
    pub items: Vec<ItemRecord>,
    /// The next try.
    pub retry: Option<NewRequest>,
}

/// A run that was closed because its process died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The run as it is recorded now.
    pub run: RunRecord,
    /// Whether a request stood behind it (a schedule, a person), which nobody follows now.
    pub was_requested: bool,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its id.
    pub run_id: RunId,
    /// The job, e.g. `temu_orders_sync`.
    pub job: String,
    /// The mode, e.g. `full`.
    pub mode: String,
    /// What made it begin.
    pub trigger: Trigger,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// The run that it tries again.
    pub parent_run: Option<RunId>,
    /// The options of its request, as JSON.
    pub options: String,
    /// Start.
    pub started_at: DateTime<Utc>,
    /// End; `None` while it runs.
    pub ended_at: Option<DateTime<Utc>>,
    /// Outcome; `None` while it runs.
    pub outcome: Option<Outcome>,
    /// Counts.
    pub counts: Counts,
    /// Problems.
    pub problems: Vec<Problem>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its name, e.g. `import`.
    pub step: String,
    /// Start.
    pub started_at: DateTime<Utc>,
    /// End.
    pub ended_at: DateTime<Utc>,
    /// Records that were as they should be after it.
    pub done: u64,
    /// Records for which it failed.
    pub failed: u64,
}

/// What a run did with one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// The step, e.g. `fetch`, `import`, `export`, `tracking`, `report`.
    pub step: String,
    /// The record, e.g. an order's number.
    pub subject: String,
    /// `done` or `failed`.
    pub state: String,
    /// The code of what failed.
    pub code: Option<Code>,
    /// Particulars.
    pub detail: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has begun.
    Waiting,
    /// Its run is under way.
    Running,
    /// Its run has ended.
    Done,
    /// It was taken back.
    Dropped,
}

/// A wish to run a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRequest {
    /// The job.
    pub job: String,
    /// The mode.
    pub mode: String,
    /// Options as a JSON object, members in a fixed order.
    pub options: String,
    /// What made it.
    pub trigger: Trigger,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// The run that it tries again.
    pub parent_run: Option<RunId>,
    /// Now.
    pub requested_at: DateTime<Utc>,
    /// Not before this time.
    pub due_at: DateTime<Utc>,
}

/// A wish that is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRequest {
    /// Its id.
    pub id: i64,
    /// The wish.
    #[serde(flatten)]
    pub wish: NewRequest,
    /// Where it stands.
    pub state: RequestState,
    /// Its run, once it has begun.
    pub run_id: Option<RunId>,
}

/// How far a schedule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The job.
    pub job: String,
    /// The schedule, by a text of its own.
    pub schedule: String,
    /// Starts up to here are made.
    pub mark: DateTime<Utc>,
}

/// The jobs at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobsNow {
    /// The leases of all jobs that are being run.
    pub leases: Vec<Lease>,
    /// Requests that wait, oldest first.
    pub waiting: Vec<JobRequest>,
    /// The jobs that were asked about.
    pub heads: Vec<JobHead>,
}

/// How a job fared last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobHead {
    /// Its newest run that has ended, in whichever mode.
    pub last: Option<RunRecord>,
    /// End of the last success in the mode that was named.
    pub last_success: Option<DateTime<Utc>>,
}

/// A mark that is to be moved from where it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkMove {
    /// Where it is to stand.
    pub to: Mark,
    /// Where it stood; `None`: it was not there.
    pub from: Option<DateTime<Utc>>,
}

/// Filter of a list of runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFilter {
    /// Only this job.
    pub job: Option<String>,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only runs that began at or after this time.
    pub since: Option<DateTime<Utc>>,
}

/// A page of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPage {
    /// The runs, newest first.
    pub runs: Vec<RunRecord>,
    /// Pass it as `after` for the next page; `None` at the end.
    pub next: Option<String>,
}

/// A run with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDetail {
    /// The run.
    pub run: RunRecord,
    /// Its steps in their order.
    pub steps: Vec<StepRecord>,
    /// Records that failed.
    pub items: Vec<ItemRecord>,
}

/// Figures of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStats {
    /// The job.
    pub job: String,
    /// Ended runs.
    pub runs: u64,
    /// Ended runs by outcome: success, partial, failed, cancelled, needs approval.
    pub success: u64,
    /// Runs that did part of their work.
    pub partial: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs that a person ended.
    pub cancelled: u64,
    /// Runs that wait for a person.
    pub needs_approval: u64,
    /// Successful runs per thousand ended ones; `None` without runs.
    pub success_permille: Option<u64>,
    /// Mean duration in milliseconds.
    pub mean_ms: Option<u64>,
    /// Duration in milliseconds that 95 of 100 runs did not exceed.
    pub p95_ms: Option<u64>,
    /// End of the last success.
    pub last_success: Option<DateTime<Utc>>,
}

/// How serious a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Something failed.
    Error = 1,
    /// Something to look at.
    Warn = 2,
    /// What happened.
    Info = 3,
    /// Particulars for a technician.
    Debug = 4,
}

impl LogLevel {
    /// Every level, the most serious first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: DateTime<Utc>,
    /// The job.
    pub job: String,
    /// Its mode.
    pub job_type: String,
    /// The run, if it was said in one.
    pub run_id: Option<RunId>,
    /// How serious.
    pub level: LogLevel,
    /// The text, with its fields as `name=value`.
    pub message: String,
    /// `started`, or a run's outcome, on the lines that tell of it.
    pub status: Option<String>,
}

/// A stored line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// Its id; later lines have greater ones.
    pub id: i64,
    /// The line.
    #[serde(flatten)]
    pub line: LogLine,
}

/// Filter of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogFilter {
    /// Only this job.
    pub job: Option<String>,
    /// Only this run.
    pub run: Option<RunId>,
    /// Only lines at least as serious.
    pub level: Option<LogLevel>,
    /// Only lines that hold this text.
    pub text: Option<String>,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// The lines, newest first.
    pub lines: Vec<LogRow>,
    /// Pass it as `before` for the next page; `None` at the end.
    pub next: Option<i64>,
}
