//! What can be asked about jobs, and what can be wished, on a running Kontor.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::ids::RunId;
use kontor_core::run::Trigger;
use kontor_core::schedule::Schedule;
use kontor_core::{Code, Problem};
use kontor_store::{
    JobHead, JobRequest, JobStats, JobsNow, Lease, LogFilter, LogLine, LogPage, NewRequest,
    RequestState, RunDetail, RunFilter, RunPage, RunRecord,
};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::lease::cancel_run;
use super::ticks::Ticks;
use super::{Job, Options, Scheduler};
use crate::events::EventStream;
use crate::{App, Desk};

/// Rounds of the scheduler are no further apart: after the machine slept, and for what other processes asked for.
const ROUND: Duration = Duration::from_secs(5);
/// How often a command looks after a run that another process does.
const LOOK: Duration = Duration::from_millis(250);

/// A job as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct JobStatus {
    /// Its name.
    pub job: String,
    /// Whether its schedules are followed.
    pub enabled: bool,
    /// Its modes, the one that covers most first.
    pub modes: Vec<&'static str>,
    /// Its schedules.
    pub schedules: Vec<ScheduleStatus>,
    /// Seconds between two looks into its inbox; nothing when it has none, or it is not watched.
    pub watch_seconds: Option<u32>,
    /// The next start by schedule.
    pub next: Option<NextStart>,
    /// The run that is under way, in this process or another.
    pub running: Option<RunningJob>,
    /// Requests that wait.
    pub waiting: Vec<JobRequest>,
    /// The newest run that has ended.
    pub last: Option<RunRecord>,
    /// When a run in the mode of the plain `schedule` last ended well; the others would hide that it fails.
    pub last_success: Option<DateTime<Utc>>,
}

/// A schedule as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleStatus {
    /// Cron expression or interval.
    pub text: String,
    /// The time zone.
    pub timezone: String,
    /// The mode that it starts.
    pub mode: String,
    /// Its next start.
    pub next: Option<DateTime<Utc>>,
}

/// A start that is to come.
#[derive(Clone, Debug, Serialize)]
pub struct NextStart {
    /// When.
    pub at: DateTime<Utc>,
    /// In which mode.
    pub mode: String,
}

/// A run that is under way.
#[derive(Clone, Debug, Serialize)]
pub struct RunningJob {
    /// The run.
    pub run_id: RunId,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The machine.
    pub host: String,
    /// The process there.
    pub pid: u32,
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

impl Desk {
    /// Runs jobs by their schedules and by request until `stop`; then the runs under way end after their item.
    ///
    /// # Errors
    /// `internal.error` when the clockwork cannot be started, problems of the store at the begin.
    pub async fn serve(&self, stop: CancellationToken) -> Result<(), Problem> {
        let mut changes = self.changes();
        let mut scheduler = Scheduler::new(&self.jobs);
        let mut ticks = self.rewind().await?;
        loop {
            scheduler.round(self).await;
            let app = self.app();
            tokio::select! {
                () = stop.cancelled() => break,
                () = app.workplace.wake.notified() => {}
                () = scheduler.run_ended() => {}
                () = tokio::time::sleep(ROUND) => {}
                Ok(()) = changes.changed() => {
                    match self.rewind().await {
                        Ok(new) => std::mem::replace(&mut ticks, new).stop().await,
                        // The rounds go on without it, a few seconds less punctual.
                        Err(problem) => tracing::warn!("the clockwork stays as it was: {problem}"),
                    }
                }
            }
        }
        ticks.stop().await;
        self.app().workplace.cancel_all();
        while scheduler.is_busy() {
            scheduler.run_ended().await;
        }
        self.app().workplace.logs.flush().await;
        Ok(())
    }

    /// The clockwork for the settings of the moment.
    async fn rewind(&self) -> Result<Ticks, Problem> {
        let app = self.app();
        self.forget_disabled(&app).await?;
        let mut schedules: Vec<Schedule> = Vec::new();
        for job in &*self.jobs {
            let section = app.config.jobs.get(job.name()).filter(|section| section.enabled);
            let known = section.map(|s| s.schedules(job.name(), job.scheduled_mode()));
            let known = known.transpose().ok().flatten().unwrap_or_default();
            schedules.extend(known.into_iter().map(|(schedule, _)| schedule));
        }
        Ticks::start(&schedules, &app.workplace).await
    }

    /// A job that was switched off begins anew when it is switched on again: nothing is caught up.
    async fn forget_disabled(&self, app: &App) -> Result<(), Problem> {
        for job in &*self.jobs {
            if app.config.jobs.get(job.name()).is_none_or(|section| !section.enabled) {
                app.store.forget_marks(job.name()).await?;
            }
        }
        Ok(())
    }

    /// All jobs as they stand.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn jobs_status(&self) -> Result<Vec<JobStatus>, Problem> {
        let app = self.app();
        let asked: Vec<(String, String)> =
            self.jobs.iter().map(|job| (job.name().into(), job.scheduled_mode().into())).collect();
        let now = app.store.jobs_now(&asked).await?;
        let jobs = self.jobs.iter().zip(&now.heads);
        Ok(jobs.map(|(job, head)| status(&app, &**job, head, &now)).collect())
    }

    /// Leaves a wish to run a job and returns at once. While the job is being run it means once more afterwards; the same
    /// wish waits once. Schedules stay as they are.
    ///
    /// # Errors
    /// `job.unknown`, `config.invalid_value` for a mode or option that it does not have, problems of the store.
    pub async fn run_now(
        &self,
        job: &str,
        mode: Option<&str>,
        options: Options,
    ) -> Result<JobRequest, Problem> {
        let known = self.job(job)?;
        let mode = match (mode, known.modes()) {
            (Some(mode), modes) if modes.contains(&mode) => mode,
            (None, [first, ..]) => first,
            (mode, modes) => {
                return Err(Problem::new(Code::ConfigInvalidValue)
                    .about(format!("{job}: {}", mode.unwrap_or_default()))
                    .detail(modes.join(", ")));
            }
        };
        known.check(&options)?;
        let app = self.app();
        let now = app.clock.now();
        let request = NewRequest {
            job: job.into(),
            mode: mode.into(),
            options: in_order(options),
            trigger: Trigger::Manual,
            attempt: 1,
            parent_run: None,
            requested_at: now,
            due_at: now,
        };
        let request = app.store.request_job(&request).await?;
        app.workplace.events.tell_changed("requests");
        app.workplace.wake.notify_one();
        Ok(request)
    }

    fn job(&self, name: &str) -> Result<&Arc<dyn Job>, Problem> {
        self.jobs.iter().find(|job| job.name() == name).ok_or_else(|| {
            let known: Vec<&str> = self.jobs.iter().map(|job| job.name()).collect();
            Problem::new(Code::JobUnknown).about(name).detail(known.join(", "))
        })
    }

    /// Follows a request to the end of its last try, running it here unless another process does. `stop` takes it back,
    /// or ends its run between two items.
    ///
    /// # Errors
    /// `run.cancelled` when the request was taken back, problems of the store.
    pub async fn run_to_end(
        &self,
        request: &JobRequest,
        stop: &CancellationToken,
    ) -> Result<RunDetail, Problem> {
        let mut scheduler = Scheduler::new(&self.jobs);
        let mut id = request.id;
        loop {
            let app = self.app();
            scheduler.follow(self, |waiting| waiting.id == id).await?;
            tokio::select! {
                () = scheduler.run_ended() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            let state = app.store.request(id).await?;
            if stop.is_cancelled() {
                self.cancel_request(state.as_ref()).await?;
            }
            let Some(JobRequest { state: RequestState::Done, run_id: Some(run), .. }) = &state
            else {
                if state.is_none_or(|s| s.state == RequestState::Dropped) {
                    return Err(Problem::new(Code::RunCancelled).about(&request.wish.job));
                }
                continue;
            };
            match app.store.request_after(run).await? {
                Some(next) if next.state != RequestState::Dropped => id = next.id,
                _ => return self.run_detail(run).await,
            }
        }
    }

    async fn cancel_request(&self, request: Option<&JobRequest>) -> Result<(), Problem> {
        let Some(request) = request else { return Ok(()) };
        if let Some(run) = &request.run_id {
            cancel_run(&self.app(), run).await?;
        } else {
            self.app().store.drop_request(request.id).await?;
        }
        Ok(())
    }

    /// Ends a run between two items, in whichever process it is; also takes back what waits behind it as its next try.
    ///
    /// # Errors
    /// `run.not_found` when no such run is under way or waits to be tried again, problems of the store.
    pub async fn cancel(&self, run: &RunId) -> Result<(), Problem> {
        let app = self.app();
        let under_way = cancel_run(&app, run).await?;
        let dropped = match app.store.request_after(run).await? {
            Some(next) => app.store.drop_request(next.id).await?,
            None => false,
        };
        if under_way || dropped {
            app.workplace.events.tell_changed("requests");
            return Ok(());
        }
        Err(Problem::new(Code::RunNotFound).about(run))
    }

    /// Takes back a request that waits; `false` when it does not wait any more.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn take_back(&self, request: i64) -> Result<bool, Problem> {
        let app = self.app();
        let dropped = app.store.drop_request(request).await?;
        app.workplace.events.tell_changed("requests");
        Ok(dropped)
    }

    /// A page of runs, newest first; `after` is the last page's `next`.
    ///
    /// # Errors
    /// `job.unknown` for a job that has none and that nobody knows, problems of the store.
    pub async fn runs(
        &self,
        filter: &RunFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RunPage, Problem> {
        let page = self.app().store.list_runs(filter, after, limit).await?;
        // A job of another version of Kontor's has its runs here all the same.
        match &filter.job {
            Some(job) if page.runs.is_empty() => self.job(job).map(|_| page),
            _ => Ok(page),
        }
    }

    /// One run with its steps and the records that failed.
    ///
    /// # Errors
    /// `run.not_found`, problems of the store.
    pub async fn run_detail(&self, run: &RunId) -> Result<RunDetail, Problem> {
        let found = self.app().store.run_detail(run).await?;
        found.ok_or_else(|| Problem::new(Code::RunNotFound).about(run))
    }

    /// A page of the log, newest first.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn job_logs(
        &self,
        filter: &LogFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<LogPage, Problem> {
        self.app().workplace.logs.get_job_logs(filter, before, limit).await
    }

    /// Adds a line to the log, without secrets and personal data. Never waits: a line that the queue cannot take is
    /// dropped, and that is said.
    pub fn log_job(&self, line: LogLine) {
        let app = self.app();
        app.workplace.logs.start();
        app.workplace.logs.log_job(line);
    }

    /// Waits until every line so far is stored.
    pub async fn flush_logs(&self) {
        self.app().workplace.logs.flush().await;
    }

    /// Figures of a job over the last `days`.
    ///
    /// # Errors
    /// `job.unknown`, problems of the store.
    pub async fn job_stats(&self, job: &str, days: u32) -> Result<JobStats, Problem> {
        let name = self.job(job)?.name();
        let app = self.app();
        let span = TimeDelta::try_days(i64::from(days)).unwrap_or(TimeDelta::MAX);
        let since = app.clock.now().checked_sub_signed(span).unwrap_or(DateTime::UNIX_EPOCH);
        app.workplace.logs.get_job_stats(name, since).await
    }

    /// Listens to what happens from now on.
    pub fn events(&self) -> EventStream {
        self.app().workplace.events.listen()
    }
}

/// Options with their names in one order, so that equal ones are equal texts.
fn in_order(options: Options) -> String {
    let sorted: std::collections::BTreeMap<String, serde_json::Value> =
        options.into_iter().collect();
    serde_json::to_string(&sorted).unwrap_or_else(|_| "{}".into())
}

fn status(app: &App, job: &dyn Job, head: &JobHead, jobs: &JobsNow) -> JobStatus {
    let section = app.config.jobs.get(job.name());
    let enabled = section.is_some_and(|section| section.enabled);
    let now = app.clock.now();
    let schedules = section.map(|s| s.schedules(job.name(), job.scheduled_mode())).transpose();
    let schedules = schedules.ok().flatten().unwrap_or_default();
    let schedules: Vec<ScheduleStatus> = schedules
        .into_iter()
        .map(|(schedule, mode)| ScheduleStatus {
            text: schedule.text().into(),
            timezone: schedule.zone().to_string(),
            mode: mode.into(),
            next: schedule.next_after(now).filter(|_| enabled),
        })
        .collect();
    let to_come = schedules.iter().filter_map(|s| Some((s.next?, &s.mode)));
    let next = to_come.min_by_key(|(at, _)| *at);
    JobStatus {
        job: job.name().into(),
        enabled,
        modes: job.modes().to_vec(),
        watch_seconds: section.map(|s| s.watch_seconds).filter(|seconds| enabled && *seconds > 0),
        next: next.map(|(at, mode)| NextStart { at, mode: mode.clone() }),
        running: jobs
            .leases
            .iter()
            .find(|lease| lease.job == job.name() && !app.is_abandoned(lease))
            .map(|lease| running(app, lease)),
        waiting: jobs.waiting.iter().filter(|r| r.wish.job == job.name()).cloned().collect(),
        last: head.last.clone(),
        last_success: head.last_success,
        schedules,
    }
}

fn running(app: &App, lease: &Lease) -> RunningJob {
    RunningJob {
        run_id: lease.run_id.clone(),
        since: lease.taken_at,
        host: lease.host.clone(),
        pid: lease.pid,
        here: app.workplace.is_under_way(&lease.run_id),
        is_cancelled: lease.cancel,
        step: lease.step.clone(),
        done: lease.done,
        total: lease.total,
    }
}
