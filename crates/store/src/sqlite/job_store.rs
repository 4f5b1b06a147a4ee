//! [`JobStore`] on the SQLite file.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;

use super::{SqliteStore, leases, log, requests, runs};
use crate::{
    Beat, Beaten, Begin, Begun, Ended, Interrupted, JobRequest, JobStats, JobStore, JobsNow, Lease,
    LogFilter, LogLine, LogPage, Mark, MarkMove, NewRequest, Result, RunDetail, RunFilter, RunPage,
    RunRecord,
};

#[async_trait]
impl JobStore for SqliteStore {
    async fn leases(&self) -> Result<Vec<Lease>> {
        self.read(leases::all).await
    }

    async fn begin_run(&self, begin: &Begin) -> Result<Begun> {
        let begin = begin.clone();
        self.write(move |t| leases::begin(t, &begin)).await
    }

    async fn beat(&self, beat: &Beat) -> Result<Beaten> {
        let beat = beat.clone();
        self.write(move |t| leases::beat(t, &beat)).await
    }

    async fn end_run(&self, ended: &Ended) -> Result<()> {
        let ended = ended.clone();
        self.write(move |t| leases::end(t, &ended)).await
    }

    async fn close_interrupted(
        &self,
        at: DateTime<Utc>,
        gone: &[(String, i64)],
    ) -> Result<Vec<Interrupted>> {
        let gone = gone.to_vec();
        self.write(move |t| leases::close_interrupted(t, at, &gone)).await
    }

    async fn ask_to_cancel(&self, run: &RunId) -> Result<bool> {
        let run = run.clone();
        self.write(move |t| leases::ask_to_cancel(t, &run)).await
    }

    async fn request_job(&self, request: &NewRequest) -> Result<JobRequest> {
        let request = request.clone();
        self.write(move |t| requests::add(t, &request)).await
    }

    async fn waiting_requests(&self) -> Result<Vec<JobRequest>> {
        self.read(requests::waiting).await
    }

    async fn request(&self, id: i64) -> Result<Option<JobRequest>> {
        self.read(move |c| requests::by_id(c, id)).await
    }

    async fn request_after(&self, run: &RunId) -> Result<Option<JobRequest>> {
        let run = run.clone();
        self.read(move |c| requests::after(c, &run)).await
    }

    async fn drop_request(&self, id: i64) -> Result<bool> {
        self.write(move |t| requests::drop_waiting(t, id)).await
    }

    async fn marks(&self) -> Result<Vec<Mark>> {
        self.read(requests::marks).await
    }

    async fn move_marks(
        &self,
        moves: &[MarkMove],
        request: Option<&NewRequest>,
    ) -> Result<Option<Option<JobRequest>>> {
        let (moves, request) = (moves.to_vec(), request.cloned());
        self.write(move |t| requests::move_marks(t, &moves, request.as_ref())).await
    }

    async fn forget_marks(&self, job: &str) -> Result<()> {
        let job = job.to_owned();
        self.write(move |t| requests::forget_marks(t, &job)).await
    }

    async fn jobs_now(&self, jobs: &[(String, String)]) -> Result<JobsNow> {
        let jobs = jobs.to_vec();
        self.read(move |c| {
            Ok(JobsNow {
                leases: leases::all(c)?,
                waiting: requests::waiting(c)?,
                heads: jobs
                    .iter()
                    .map(|(job, mode)| runs::head(c, job, mode))
                    .collect::<Result<_>>()?,
            })
        })
        .await
    }

    async fn runs(&self, job: Option<&str>, limit: u32) -> Result<Vec<RunRecord>> {
        let filter = RunFilter { job: job.map(str::to_owned), ..RunFilter::default() };
        Ok(self.list_runs(&filter, None, limit).await?.runs)
    }

    async fn list_runs(
        &self,
        filter: &RunFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RunPage> {
        let (filter, after) = (filter.clone(), after.map(str::to_owned));
        self.read(move |c| runs::list(c, &filter, after.as_deref(), limit)).await
    }

    async fn run_detail(&self, run: &RunId) -> Result<Option<RunDetail>> {
        let run = run.clone();
        self.read(move |c| runs::detail(c, &run)).await
    }

    async fn job_stats(&self, job: &str, since: DateTime<Utc>) -> Result<JobStats> {
        let job = job.to_owned();
        self.read(move |c| runs::stats(c, &job, since)).await
    }

    async fn add_logs(&self, lines: &[LogLine]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let lines = lines.to_vec();
        self.write(move |t| log::add(t, &lines)).await
    }

    async fn logs(&self, filter: &LogFilter, before: Option<i64>, limit: u32) -> Result<LogPage> {
        let filter = filter.clone();
        self.read(move |c| log::page(c, &filter, before, limit)).await
    }

    async fn delete_old_logs(&self, before: DateTime<Utc>) -> Result<u64> {
        self.write(move |t| log::delete_old(t, before)).await
    }
}
