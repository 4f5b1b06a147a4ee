//! The frame of every run: its lease, its heartbeat, its time-out, its record, its end. A run that begins here always
//! ends here, whatever its work does.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use kontor_core::ids::RunId;
use kontor_core::run::{JobCounts, Trigger};
use kontor_core::{Code, Problem};
use kontor_store::{
    Beat, Beaten, Begin, Begun, Claim, Ended, Lease, LogLevel, LogLine, NewRequest, RunRecord,
    Store,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::Origin;
use super::scheduler::ask_again;
use crate::App;
use crate::clock::Clock;
use crate::events::Event;
use crate::logs;
use crate::progress::Progress;
use crate::run::{Live, Run};
use crate::workplace::UnderWay;

/// Without a sign of life a lease ends after this time.
pub const LEASE: Duration = Duration::from_secs(30);
/// Between two signs of life; also how long a wish to cancel takes to reach another process.
const BEAT: Duration = Duration::from_secs(5);
/// How long a run that is out of time, or was cancelled, may take to come to the end of its item.
const LAST_ITEM: Duration = Duration::from_secs(20);
/// When old log lines were last deleted.
const LOGS_FORGOTTEN: &str = "retention.logs";
/// Tries to record the end of a run while the store is busy.
const END_TRIES: u32 = 5;

/// A run that has its job's lease.
pub(crate) struct Held {
    fence: i64,
    time: Duration,
    cancel: CancellationToken,
    lost: Arc<AtomicBool>,
    span: tracing::Span,
    heartbeat: JoinHandle<()>,
    _under_way: UnderWay,
    _route: logs::Route,
}

/// How the work of a run came to its end.
pub(crate) enum WorkEnd {
    /// By itself.
    Done,
    /// It took longer than its job allows.
    OutOfTime,
    /// By a fault of Kontor's, with its message.
    Panicked(String),
}

impl Drop for Held {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

impl Held {
    /// Does the work of the run, no longer than its job allows and without letting a panic through. Work that is out of
    /// time or cancelled is asked to end between two items; if it hangs, it is dropped where it waits, which is as safe as the
    /// machine's death.
    pub(crate) async fn watch(&self, work: impl Future<Output = ()>) -> WorkEnd {
        let mut work =
            std::pin::pin!(AssertUnwindSafe(work.instrument(self.span.clone())).catch_unwind());
        let cut_short = tokio::select! {
            biased;
            end = &mut work => return ended(end, WorkEnd::Done),
            () = self.cancel.cancelled() => WorkEnd::Done,
            () = tokio::time::sleep(self.time) => {
                self.cancel.cancel();
                // Whether it ends in time after all or not: it was cut short.
                WorkEnd::OutOfTime
            }
        };
        match tokio::time::timeout(LAST_ITEM, work).await {
            Ok(end) => ended(end, cut_short),
            Err(_) => cut_short,
        }
    }
}

fn ended(end: std::thread::Result<()>, how: WorkEnd) -> WorkEnd {
    end.map_or_else(|panic| WorkEnd::Panicked(message(&*panic)), |()| how)
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

impl App {
    /// Begins a run: takes the lease of its job, records it, and shows signs of life from here on.
    ///
    /// # Errors
    /// `run.already_running` when somebody else runs the job; problems of the store and of the data folder.
    pub(crate) async fn begin<C: JobCounts>(
        &self,
        run: &mut Run<C>,
        origin: &Origin,
    ) -> Result<Held, Problem> {
        let place = &self.workplace;
        place.owner.appear()?;
        let last = Arc::new(Mutex::new(None));
        let live = Live {
            clock: Arc::clone(&self.clock),
            events: place.events.clone(),
            last: Arc::clone(&last),
        };
        run.attach(origin, live);
        // Known here before it is known in the store: nobody of this process takes it for abandoned.
        let under_way = place.begins(&run.id, &run.cancel);
        let record = run.record(None);
        let (claim, replaced) = self.claim(run.job).await?;
        let begin = Begin { run: record.clone(), claim, request: origin.request };
        let Begun { fence, interrupted } = self.store.begin_run(&begin).await?;
        let (gone, at) = (replaced.as_slice(), record.started_at);
        if let Err(problem) = ask_again(self, interrupted, gone, at).await {
            tracing::warn!("what an interrupted run was for is not asked for again: {problem}");
        }
        place.logs.start();
        let route = logs::route(&run.id, run.job, run.mode, &place.logs);
        self.tell_begin(&record);
        let lost = Arc::new(AtomicBool::new(false));
        let heart = Heart {
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            job: run.job,
            fence,
            cancel: run.cancel.clone(),
            lost: Arc::clone(&lost),
            last,
        };
        Ok(Held {
            fence,
            time: self.config.jobs.timeout(run.job),
            cancel: run.cancel.clone(),
            lost,
            span: tracing::info_span!("run", run.id = %run.id, job = run.job, mode = run.mode),
            heartbeat: tokio::spawn(heart.beat()),
            _under_way: under_way,
            _route: route,
        })
    }

    /// A claim to a job's lease, and the one that it replaces because its owner is gone.
    async fn claim(&self, job: &str) -> Result<(Claim, Option<Lease>), Problem> {
        let leases = self.store.leases().await?;
        let held = leases.into_iter().find(|lease| lease.job == job);
        let replaced = held.filter(|lease| self.is_abandoned(lease));
        let owner = &self.workplace.owner;
        let claim = Claim {
            owner: owner.id().to_owned(),
            host: owner.host().to_owned(),
            pid: std::process::id(),
            expires_at: self.clock.now() + LEASE,
            replaces: replaced.as_ref().map(|lease| lease.fence),
        };
        Ok((claim, replaced))
    }

    /// Whether nobody works under a lease any more.
    pub(crate) fn is_abandoned(&self, lease: &Lease) -> bool {
        let place = &self.workplace;
        place.owner.may_take(lease, self.clock.now(), |own| place.is_under_way(&own.run_id))
    }

    /// Refuses what must not happen while a job is being run.
    ///
    /// # Errors
    /// `run.already_running`, problems of the store.
    pub(crate) async fn refuse_while_running(&self, job: &str) -> Result<(), Problem> {
        let leases = self.store.leases().await?;
        match leases.iter().find(|lease| lease.job == job && !self.is_abandoned(lease)) {
            Some(lease) => Err(Problem::new(Code::RunAlreadyRunning)
                .about(job)
                .detail(format!("{} {}", lease.host, lease.pid))),
            None => Ok(()),
        }
    }

    /// Ends a run: records what it did, gives the lease back, and leaves a request when it is to be tried again.
    ///
    /// # Errors
    /// Problems of the store; the run is closed as interrupted then when its job is run the next time.
    pub(crate) async fn end<C: JobCounts>(
        &self,
        run: &mut Run<C>,
        held: Held,
        end: WorkEnd,
    ) -> Result<(), Problem> {
        let is_lost = held.lost.load(Ordering::Acquire);
        match end {
            WorkEnd::Done if is_lost => run.breaks_off(Problem::new(Code::RunLeaseLost)),
            WorkEnd::Done => {}
            WorkEnd::OutOfTime => {
                let limit = format!("{} s", held.time.as_secs());
                run.breaks_off(Problem::new(Code::RunTimedOut).about(run.job).detail(limit));
            }
            WorkEnd::Panicked(what) => {
                run.breaks_off(Problem::new(Code::InternalError).about(run.job).detail(what));
            }
        }
        let now = self.clock.now();
        let record = run.record(Some(now));
        let retry = if is_lost { None } else { self.next_try(&record, now) };
        let mut ended = Ended {
            run: record,
            fence: held.fence,
            steps: run.step_records(),
            items: run.take_items(),
            retry,
        };
        self.log_end(&ended).await;
        if let Err(problem) = self.record_end(&ended).await {
            // Without its particulars, then: a run always ends with an outcome.
            run.breaks_off(problem);
            ended.run = run.record(Some(now));
            (ended.steps, ended.items) = (Vec::new(), Vec::new());
            self.record_end(&ended).await?;
        }
        drop(held);
        if let Err(problem) = self.forget_daily(now).await {
            tracing::warn!("what is past its retention was not deleted: {problem}");
        }
        self.tell_end(&ended);
        Ok(())
    }

    async fn record_end(&self, ended: &Ended) -> Result<(), Problem> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.store.end_run(ended).await {
                Err(problem) if problem.is_transient() && tries < END_TRIES => {
                    tokio::time::sleep(Duration::from_millis(200) * tries).await;
                }
                ended => return ended,
            }
        }
    }

    /// Deletes what is past its retention, once a day: log lines, saved answers, the people of orders long done.
    async fn forget_daily(&self, now: DateTime<Utc>) -> Result<(), Problem> {
        let last = self.store.cursor(LOGS_FORGOTTEN).await?;
        if last.is_some_and(|last| (now - last).num_hours().abs() < 24) {
            return Ok(());
        }
        let days = TimeDelta::days(i64::from(self.config.retention.log_days));
        self.store.delete_old_logs(now - days).await?;
        Box::pin(self.forget(now, false)).await?;
        self.store.set_cursor(LOGS_FORGOTTEN, now).await
    }

    /// The request for the next try of a run that failed for reasons that pass.
    pub(crate) fn next_try(&self, run: &RunRecord, now: DateTime<Utc>) -> Option<NewRequest> {
        if run.trigger == Trigger::Cli {
            return None;
        }
        let rules = self.config.jobs.retry_rules(&run.job)?;
        let wait =
            rules.wait(run.attempt, run.outcome?, &run.problems, fastrand::u32(0..=1_000))?;
        Some(NewRequest {
            job: run.job.clone(),
            mode: run.mode.clone(),
            options: run.options.clone(),
            trigger: Trigger::Retry,
            attempt: run.attempt + 1,
            parent_run: Some(run.run_id.clone()),
            requested_at: now,
            due_at: now + wait,
        })
    }

    fn tell_begin(&self, run: &RunRecord) {
        let place = &self.workplace;
        place.events.tell(Event::RunStarted {
            run_id: run.run_id.clone(),
            job: run.job.clone(),
            mode: run.mode.clone(),
            trigger: run.trigger,
            attempt: run.attempt,
            at: run.started_at,
        });
        place.events.tell_changed("runs");
        let text = format!("run started trigger={} attempt={}", run.trigger.as_str(), run.attempt);
        place.logs.log_job(line(run, run.started_at, LogLevel::Info, text, Some("started")));
    }

    /// The run's steps, problems and outcome as lines of the log, stored before the run's end is.
    async fn log_end(&self, ended: &Ended) {
        let (run, logs) = (&ended.run, &self.workplace.logs);
        let at = run.ended_at.unwrap_or(run.started_at);
        for step in &ended.steps {
            let level = if step.failed > 0 { LogLevel::Warn } else { LogLevel::Info };
            let took = (step.ended_at - step.started_at).num_milliseconds();
            let text = format!(
                "step ended step={} done={} failed={} duration_ms={took}",
                step.step, step.done, step.failed
            );
            logs.log_job(line(run, step.ended_at, level, text, None));
        }
        for problem in &run.problems {
            logs.log_job(line(run, at, LogLevel::Warn, format!("problem {}", told(problem)), None));
        }
        if let Some(retry) = &ended.retry {
            let text = format!("tried again attempt={} due_at={}", retry.attempt, retry.due_at);
            logs.log_job(line(run, at, LogLevel::Info, text, None));
        }
        let outcome = run.outcome.map(|o| o.as_str());
        let took = (at - run.started_at).num_milliseconds();
        let text = format!("run ended outcome={} duration_ms={took}", outcome.unwrap_or_default());
        logs.log_job(line(run, at, LogLevel::Info, text, outcome));
        logs.flush().await;
    }

    fn tell_end(&self, ended: &Ended) {
        let (run, place) = (&ended.run, &self.workplace);
        if let (Some(outcome), Some(at)) = (run.outcome, run.ended_at) {
            place.events.tell(Event::RunFinished {
                run_id: run.run_id.clone(),
                job: run.job.clone(),
                mode: run.mode.clone(),
                outcome,
                counts: run.counts.clone(),
                at,
                retry_at: ended.retry.as_ref().map(|r| r.due_at),
            });
        }
        place.events.tell_changed("runs");
        place.wake.notify_one();
    }
}

/// A problem without what a buyer wrote.
fn told(problem: &Problem) -> Problem {
    match problem.code {
        Code::OrderCountryUnknown => Problem { detail: None, ..problem.clone() },
        _ => problem.clone(),
    }
}

fn line(
    run: &RunRecord,
    at: DateTime<Utc>,
    level: LogLevel,
    message: String,
    status: Option<&str>,
) -> LogLine {
    LogLine {
        at,
        job: run.job.clone(),
        job_type: run.mode.clone(),
        run_id: Some(run.run_id.clone()),
        level,
        message,
        status: status.map(str::to_owned),
    }
}

/// Keeps a lease alive.
struct Heart {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    job: &'static str,
    fence: i64,
    cancel: CancellationToken,
    lost: Arc<AtomicBool>,
    last: Arc<Mutex<Option<Progress>>>,
}

impl Heart {
    async fn beat(self) {
        let mut held_at = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(BEAT).await;
            match self.store.beat(&self.sign()).await {
                Ok(Beaten::Held) => held_at = tokio::time::Instant::now(),
                Ok(Beaten::Cancelled) => {
                    held_at = tokio::time::Instant::now();
                    self.cancel.cancel();
                }
                Ok(Beaten::Lost) => return self.lose(),
                // A busy store passes; but who has not been heard for the lease's time must stop.
                Err(_) if held_at.elapsed() >= LEASE => return self.lose(),
                Err(_) => {}
            }
        }
    }

    fn sign(&self) -> Beat {
        let now = self.clock.now();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Beat {
            job: self.job.into(),
            fence: self.fence,
            at: now,
            expires_at: now + LEASE,
            progress: last.map(|p| (p.step.as_str().into(), p.done, p.total)),
        }
    }

    fn lose(&self) {
        tracing::warn!(job = self.job, "another process has taken over the job");
        self.lost.store(true, Ordering::Release);
        self.cancel.cancel();
    }
}

/// Names a run for whoever wants to cancel it.
pub(crate) async fn cancel_run(app: &App, run: &RunId) -> Result<bool, Problem> {
    let here = app.workplace.cancel(run);
    Ok(app.store.ask_to_cancel(run).await? || here)
}
