//! What is to be run now, and running it: interrupted runs are closed, schedules looked at, requests followed. One round
//! after the other; any number of processes may do so on the same store.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use kontor_core::Problem;
use kontor_core::run::{JobCounts, Trigger};
use kontor_core::schedule::{Look, Marked, Schedule, look};
use kontor_core::{Class, Code};
use kontor_store::{Interrupted, JobRequest, Lease, LogLevel, LogLine, Mark, MarkMove, NewRequest};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lease::WorkEnd;
use super::watch::Watch;
use super::{Job, JobOrder, Options, Origin};
use crate::progress::silent;
use crate::run::Run;
use crate::{App, Desk};

/// The jobs and the runs that this process has under way.
pub(crate) struct Scheduler {
    jobs: Vec<Arc<dyn Job>>,
    runs: JoinSet<&'static str>,
    busy: HashSet<&'static str>,
    has_swept: bool,
    watch: Watch,
}

impl Scheduler {
    pub(crate) fn new(jobs: &[Arc<dyn Job>]) -> Self {
        let (runs, busy, watch) = (JoinSet::new(), HashSet::new(), Watch::default());
        Self { jobs: jobs.to_vec(), runs, busy, has_swept: false, watch }
    }

    /// One round. Something that fails is said and does not keep the rest from being done.
    pub(crate) async fn round(&mut self, desk: &Desk) {
        let jobs = self.jobs.clone();
        for job in jobs {
            if let Err(problem) = look_at(&desk.app(), &*job).await {
                warn(&problem, "a schedule could not be looked at");
            }
            if let Err(problem) = self.watch.look(&desk.app(), &*job).await {
                warn(&problem, "an inbox could not be looked at");
            }
        }
        if let Err(problem) = self.follow(desk, |_| true).await {
            warn(&problem, "requests could not be followed");
        }
    }

    /// Closes interrupted runs and begins what waits, is due, wanted, and not being run.
    pub(crate) async fn follow(
        &mut self,
        desk: &Desk,
        wanted: impl Fn(&JobRequest) -> bool,
    ) -> Result<(), Problem> {
        let app = &desk.app();
        let leases = app.store.leases().await?;
        let (gone, held): (Vec<Lease>, Vec<Lease>) =
            leases.into_iter().partition(|lease| app.is_abandoned(lease));
        if !gone.is_empty() || !self.has_swept {
            close_interrupted(app, &gone).await?;
            app.workplace.owner.tidy(&held);
            self.has_swept = true;
        }
        let now = app.clock.now();
        for request in app.store.waiting_requests().await? {
            let is_held = held.iter().any(|lease| lease.job == request.wish.job);
            if request.wish.due_at <= now && !is_held && wanted(&request) {
                // The settings of now: who changed them and then asked for a run means the run to have them.
                self.begin(&desk.app(), request);
            }
        }
        Ok(())
    }

    fn begin(&mut self, app: &Arc<App>, request: JobRequest) {
        let Some(job) = self.jobs.iter().find(|job| job.name() == request.wish.job) else {
            // A job of another version of Kontor's; it is left to it.
            return;
        };
        if self.busy.insert(job.name()) {
            self.runs.spawn(execute(Arc::clone(app), Arc::clone(job), request));
        }
    }

    /// Whether a run is under way here.
    pub(crate) fn is_busy(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Waits for the end of the next run here; for ever when there is none.
    pub(crate) async fn run_ended(&mut self) {
        match self.runs.join_next().await {
            Some(Ok(job)) => {
                self.busy.remove(job);
            }
            // Panics end inside `execute`; what comes here is a task that was thrown away with its runtime.
            Some(Err(_)) => self.busy.clear(),
            None => std::future::pending().await,
        }
    }
}

/// One run, from its request. Nothing that goes wrong here reaches the scheduler.
async fn execute(app: Arc<App>, job: Arc<dyn Job>, request: JobRequest) -> &'static str {
    let name = job.name();
    let begun = AssertUnwindSafe(job.run(&app, order(&request))).catch_unwind().await;
    let problem = match begun {
        Ok(Ok(())) => return name,
        Ok(Err(problem)) => problem,
        Err(_) => Problem::new(Code::InternalError).about(name).detail("panic"),
    };
    // Somebody else was first, or the store is busy: the request waits on, or has been followed.
    if problem.class() == Class::Retry {
        return name;
    }
    // What could not begin is a run all the same, so that whoever asked for it learns why it failed.
    let record = fails_at_once(&app, &*job, &request, problem.clone());
    if let Err(unrecorded) = record.await {
        warn(&unrecorded, "a run that could not begin could not be recorded");
        give_up(&app, name, request, &problem).await;
    }
    app.workplace.events.tell_changed("requests");
    name
}

/// A run that does nothing but fail.
async fn fails_at_once(
    app: &App,
    job: &dyn Job,
    request: &JobRequest,
    problem: Problem,
) -> Result<(), Problem> {
    let JobOrder { origin, cancel, mode, .. } = order(request);
    let mode = job.modes().iter().find(|known| **known == mode).copied().unwrap_or_default();
    let mut run: Run<NoCounts> = Run::new(job.name(), mode, app.clock.now(), silent(), cancel);
    let held = app.begin(&mut run, &origin).await?;
    run.breaks_off(problem);
    app.end(&mut run, held, WorkEnd::Done).await
}

/// Of a run that did nothing, nothing is counted.
#[derive(Clone, Copy, Default, Serialize)]
struct NoCounts {}

impl JobCounts for NoCounts {
    fn add_failed(&mut self) {}

    fn entries(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

async fn give_up(app: &App, job: &str, request: JobRequest, why: &Problem) {
    if let Err(problem) = app.store.drop_request(request.id).await {
        warn(&problem, "a request could not be taken back");
    }
    app.workplace.logs.start();
    app.workplace.logs.log_job(LogLine {
        at: app.clock.now(),
        job: job.into(),
        job_type: request.wish.mode,
        run_id: None,
        level: LogLevel::Error,
        message: format!("run could not begin problem={why}"),
        status: Some("failed".into()),
    });
}

fn order(request: &JobRequest) -> JobOrder {
    let wish = &request.wish;
    JobOrder {
        mode: wish.mode.clone(),
        options: serde_json::from_str::<Options>(&wish.options).unwrap_or_default(),
        origin: Origin {
            trigger: wish.trigger,
            attempt: wish.attempt,
            parent: wish.parent_run.clone(),
            request: Some(request.id),
            options: wish.options.clone(),
        },
        cancel: CancellationToken::new(),
    }
}

/// Takes leases away from owners that are gone. What a schedule or a person had asked for is asked for again at once.
async fn close_interrupted(app: &App, gone: &[Lease]) -> Result<(), Problem> {
    let now = app.clock.now();
    let fences: Vec<(String, i64)> = gone.iter().map(|l| (l.job.clone(), l.fence)).collect();
    let interrupted = app.store.close_interrupted(now, &fences).await?;
    ask_again(app, interrupted, gone, now).await
}

/// Asks again for what stood behind interrupted runs, but for what somebody wanted to end; `gone` are their leases.
pub(super) async fn ask_again(
    app: &App,
    interrupted: Vec<Interrupted>,
    gone: &[Lease],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    for Interrupted { run, was_requested } in interrupted {
        tracing::warn!(run.id = %run.run_id, job = run.job, "a run was interrupted");
        app.workplace.events.tell_changed("runs");
        let was_cancelled = gone.iter().any(|lease| lease.cancel && lease.run_id == run.run_id);
        let again = app.next_try(&run, now).filter(|_| was_requested && !was_cancelled);
        if let Some(again) = again {
            app.store.request_job(&NewRequest { due_at: now, ..again }).await?;
        }
    }
    Ok(())
}

/// Looks at the schedules of a job and leaves a request when one is due.
async fn look_at(app: &App, job: &dyn Job) -> Result<(), Problem> {
    let Some(section) = app.config.jobs.get(job.name()).filter(|s| s.enabled) else {
        return Ok(());
    };
    let schedules = section.schedules(job.name(), job.scheduled_mode())?;
    let stored = app.store.marks().await?;
    let mark_of = |key: &str| {
        stored.iter().find(|m| m.job == job.name() && m.schedule == key).map(|m| m.mark)
    };
    let keys: Vec<String> = schedules.iter().map(|(s, mode)| key(s, mode)).collect();
    let rank = |mode: &str| job.modes().iter().position(|m| *m == mode).unwrap_or(usize::MAX - 1);
    let marked: Vec<Marked<'_>> = schedules
        .iter()
        .zip(&keys)
        .map(|((schedule, mode), key)| Marked { schedule, mark: mark_of(key), rank: rank(mode) })
        .collect();
    let now = app.clock.now();
    let seen = look(&marked, now);
    let moves = moves(job.name(), &keys, &marked, &seen);
    if moves.is_empty() {
        return Ok(());
    }
    let request = seen.start.and_then(|start| {
        let (_, mode) = schedules.get(start.schedule)?;
        let trigger = if start.is_late { Trigger::CatchUp } else { Trigger::Schedule };
        Some(scheduled(job.name(), mode, trigger, now))
    });
    if let Some(Some(_)) = app.store.move_marks(&moves, request.as_ref()).await? {
        app.workplace.events.tell_changed("requests");
    }
    Ok(())
}

/// A schedule by a text of its own: a changed one begins anew.
fn key(schedule: &Schedule, mode: &str) -> String {
    format!("{mode} | {} | {}", schedule.text(), schedule.zone())
}

fn moves(job: &str, keys: &[String], marked: &[Marked<'_>], seen: &Look) -> Vec<MarkMove> {
    let all = keys.iter().zip(marked).zip(&seen.marks);
    all.filter(|((_, was), to)| was.mark != Some(**to))
        .map(|((key, was), to)| MarkMove {
            to: Mark { job: job.into(), schedule: key.clone(), mark: *to },
            from: was.mark,
        })
        .collect()
}

fn scheduled(job: &str, mode: &str, trigger: Trigger, now: DateTime<Utc>) -> NewRequest {
    NewRequest {
        job: job.into(),
        mode: mode.into(),
        options: "{}".into(),
        trigger,
        attempt: 1,
        parent_run: None,
        requested_at: now,
        due_at: now,
    }
}

fn warn(problem: &Problem, what: &str) {
    tracing::warn!(problem.code = %problem.code, "{what}: {problem}");
}
