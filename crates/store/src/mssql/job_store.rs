//! [`JobStore`] on a SQL Server.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::ids::RunId;

use super::{MssqlStore, leases, log, requests, runs};
use crate::{
    Beat, Beaten, Begin, Begun, Ended, Interrupted, JobRequest, JobStats, JobStore, JobsNow, Lease,
    LogFilter, LogLine, LogPage, Mark, MarkMove, NewRequest, Result, RunDetail, RunFilter, RunPage,
    RunRecord,
};

#[async_trait]
impl JobStore for MssqlStore {
    async fn leases(&self) -> Result<Vec<Lease>> {
        self.read(|talk| Box::pin(leases::all(talk))).await
    }

    async fn begin_run(&self, begin: &Begin) -> Result<Begun> {
        self.write(|talk| Box::pin(leases::begin(talk, begin))).await
    }

    async fn beat(&self, beat: &Beat) -> Result<Beaten> {
        self.write(|talk| Box::pin(leases::beat(talk, beat))).await
    }

    async fn end_run(&self, ended: &Ended) -> Result<()> {
        self.write(|talk| Box::pin(leases::end(talk, ended))).await
    }

    async fn close_interrupted(
        &self,
        at: DateTime<Utc>,
        gone: &[(String, i64)],
    ) -> Result<Vec<Interrupted>> {
        self.write(|talk| Box::pin(leases::close_interrupted(talk, at, gone))).await
    }

    async fn ask_to_cancel(&self, run: &RunId) -> Result<bool> {
        self.write(|talk| Box::pin(leases::ask_to_cancel(talk, run))).await
    }

    async fn request_job(&self, request: &NewRequest) -> Result<JobRequest> {
        let wished = self.write(|talk| Box::pin(requests::add(talk, request))).await;
        match wished {
            // Another desk wished the same at this moment: now it is there, and the two become one.
            Err(p) if p.code == Code::StoreConflict => {
                self.write(|talk| Box::pin(requests::add(talk, request))).await
            }
            wished => wished,
        }
    }

    async fn waiting_requests(&self) -> Result<Vec<JobRequest>> {
        self.read(|talk| Box::pin(requests::waiting(talk))).await
    }

    async fn request(&self, id: i64) -> Result<Option<JobRequest>> {
        self.read(|talk| Box::pin(requests::by_id(talk, id))).await
    }

    async fn request_after(&self, run: &RunId) -> Result<Option<JobRequest>> {
        self.read(|talk| Box::pin(requests::after(talk, run))).await
    }

    async fn drop_request(&self, id: i64) -> Result<bool> {
        self.write(|talk| Box::pin(requests::drop_waiting(talk, id))).await
    }

    async fn marks(&self) -> Result<Vec<Mark>> {
        self.read(|talk| Box::pin(requests::marks(talk))).await
    }

    async fn move_marks(
        &self,
        moves: &[MarkMove],
        request: Option<&NewRequest>,
    ) -> Result<Option<Option<JobRequest>>> {
        let moved = self.write(|talk| Box::pin(requests::move_marks(talk, moves, request))).await;
        match moved {
            Ok(wish) => Ok(Some(wish)),
            Err(p) if p.code == Code::StoreConflict => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    async fn forget_marks(&self, job: &str) -> Result<()> {
        self.write(|talk| Box::pin(requests::forget_marks(talk, job))).await
    }

    async fn jobs_now(&self, jobs: &[(String, String)]) -> Result<JobsNow> {
        self.read(|talk| {
            Box::pin(async move {
                Ok(JobsNow {
                    leases: leases::all(talk).await?,
                    waiting: requests::waiting(talk).await?,
                    heads: runs::heads(talk, jobs).await?,
                })
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
        self.read(|talk| Box::pin(runs::page(talk, filter, after, limit))).await
    }

    async fn run_detail(&self, run: &RunId) -> Result<Option<RunDetail>> {
        self.read(|talk| Box::pin(runs::detail(talk, run))).await
    }

    async fn job_stats(&self, job: &str, since: DateTime<Utc>) -> Result<JobStats> {
        self.read(|talk| Box::pin(runs::stats(talk, job, since))).await
    }

    async fn add_logs(&self, lines: &[LogLine]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.write(|talk| Box::pin(log::add(talk, lines))).await
    }

    async fn logs(&self, filter: &LogFilter, before: Option<i64>, limit: u32) -> Result<LogPage> {
        self.read(|talk| Box::pin(log::page(talk, filter, before, limit))).await
    }

    async fn delete_old_logs(&self, before: DateTime<Utc>) -> Result<u64> {
        self.write(|talk| Box::pin(log::delete_old(talk, before))).await
    }
}
