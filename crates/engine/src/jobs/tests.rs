//! The scheduler with jobs that do as they are told, on a clock that the test moves.

mod inboxes;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::ids::RunId;
use kontor_core::run::{OrderCounts, Outcome, Trigger};
use kontor_core::{Code, Problem};
use kontor_store::{Begin, Claim, LogFilter, NewRequest, RunFilter, RunRecord, SqliteStore, Store};
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Job, JobOrder, Options, Scheduler};
use crate::clock::Clock;
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::progress::{Step, silent};
use crate::run::Run;
use crate::secrets::Secrets;
use crate::{App, Desk};

const NAME: &str = "temu_orders_sync";

/// Goes with the runtime's paused time from a moment on.
struct TestClock {
    moment: DateTime<Utc>,
    since: Instant,
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        self.moment + TimeDelta::from_std(self.since.elapsed()).expect("not that long")
    }
}

/// What a run of the fake job does.
#[derive(Clone, Copy)]
enum Act {
    Succeed,
    Fail(Code),
    Hang,
    Panic,
    /// Fails before its run begins.
    NeverBegin(Code),
    WorkUntilCancelled,
    Take(Duration),
}

struct Fake {
    acts: Vec<Act>,
    runs: AtomicU32,
}

impl Fake {
    /// A job whose runs act one after the other; the last act is repeated.
    fn job(acts: &[Act]) -> Arc<dyn Job> {
        Arc::new(Self { acts: acts.to_vec(), runs: AtomicU32::new(0) })
    }
}

#[async_trait]
impl Job for Fake {
    fn name(&self) -> &'static str {
        NAME
    }

    fn modes(&self) -> &'static [&'static str] {
        &["full", "tracking_only"]
    }

    fn check(&self, _: &Options) -> Result<(), Problem> {
        Ok(())
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let n = self.runs.fetch_add(1, Ordering::Relaxed) as usize;
        let act = self.acts[n.min(self.acts.len() - 1)];
        if let Act::NeverBegin(code) = act {
            return Err(Problem::new(code));
        }
        let mode = self.modes().iter().find(|m| **m == order.mode).expect("a mode");
        let cancel = order.cancel.clone();
        let mut run = Run::<OrderCounts>::new(NAME, mode, app.clock.now(), silent(), order.cancel);
        let held = app.begin(&mut run, &order.origin).await?;
        let end = held.watch(work(&mut run, act, &cancel)).await;
        app.end(&mut run, held, end).await
    }
}

async fn work(run: &mut Run<OrderCounts>, act: Act, cancel: &CancellationToken) {
    run.begins(Step::Import);
    match act {
        Act::Succeed => run.done(Step::Import, 1),
        Act::Fail(code) => run.step_failed(Step::Import, Problem::new(code)),
        Act::Hang => std::future::pending().await,
        Act::Panic => panic!("as planned"),
        Act::NeverBegin(_) => {}
        Act::WorkUntilCancelled => {
            run.done(Step::Import, 5);
            cancel.cancelled().await;
        }
        Act::Take(time) => {
            tokio::time::sleep(time).await;
            run.done(Step::Import, 1);
        }
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect(text).with_timezone(&Utc)
}

/// Only what the test asks for runs.
const BY_REQUEST: &str = "schedule = \"\"\ntracking_schedule = \"\"";
/// Quarter hours, and the whole at nine.
const BY_SCHEDULE: &str = "";

/// A desk on the data folder, at a moment.
fn desk(dir: &Path, moment: &str, settings: &str, jobs: Vec<Arc<dyn Job>>) -> Desk {
    let folder = DataFolder::open(Some(dir.to_owned())).expect("folder");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.database()).expect("store"));
    let text = format!("[jobs.{NAME}]\ntimeout_seconds = 60\n{settings}");
    let config = Config::from_text(&text, "test").expect("config");
    let clock = Arc::new(TestClock { moment: utc(moment), since: Instant::now() });
    let app = App::assemble(config, folder, store, Secrets::default(), clock).expect("app");
    Desk::with_jobs(app, jobs)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("folder")
}

/// Rounds until nothing is under way or due.
async fn settle(scheduler: &mut Scheduler, desk: &Desk) {
    scheduler.round(desk).await;
    while scheduler.is_busy() {
        scheduler.run_ended().await;
        scheduler.round(desk).await;
    }
}

async fn runs(desk: &Desk) -> Vec<RunRecord> {
    let mut runs = desk.runs(&RunFilter::default(), None, 1_000).await.expect("runs").runs;
    runs.reverse();
    runs
}

fn codes(run: &RunRecord) -> Vec<Code> {
    run.problems.iter().map(|p| p.code).collect()
}

async fn ask(desk: &Desk, mode: &str) -> i64 {
    desk.run_now(NAME, Some(mode), Options::new()).await.expect("asked").id
}

#[tokio::test(start_paused = true)]
async fn two_desks_on_one_store_make_each_start_once() {
    let dir = folder();
    let job = || vec![Fake::job(&[Act::Succeed])];
    let start = "2026-11-25T06:59:30Z";
    let desks =
        [desk(dir.path(), start, BY_SCHEDULE, job()), desk(dir.path(), start, BY_SCHEDULE, job())];
    let mut schedulers = desks.each_ref().map(|desk| Scheduler::new(&desk.jobs));
    for _ in 0..4 * 60 {
        tokio::time::advance(Duration::from_secs(60)).await;
        let [a, b] = &mut schedulers;
        tokio::join!(settle(a, &desks[0]), settle(b, &desks[1]));
    }
    let runs = runs(&desks[0]).await;
    let mut by_mode = BTreeMap::new();
    runs.iter().for_each(|r| *by_mode.entry(r.mode.as_str()).or_insert(0) += 1);
    // 08:00 is seen for the first time; the quarters after it to 12:00 in Berlin, nine o'clock as the whole.
    assert_eq!(by_mode, BTreeMap::from([("full", 1), ("tracking_only", 14)]), "{runs:#?}");
    assert!(runs.iter().all(|r| r.trigger == Trigger::Schedule));
    assert!(runs.iter().all(|r| r.outcome == Some(Outcome::Success)));
    let full = runs.iter().find(|r| r.mode == "full").expect("nine o'clock");
    assert_eq!(full.started_at, utc("2026-11-25T08:00:30Z"));
}

#[tokio::test(start_paused = true)]
async fn three_days_asleep_are_made_up_for_by_one_run() {
    let dir = folder();
    let desk =
        desk(dir.path(), "2026-11-22T12:01:00Z", BY_SCHEDULE, vec![Fake::job(&[Act::Succeed])]);
    let mut scheduler = Scheduler::new(&desk.jobs);
    settle(&mut scheduler, &desk).await;
    tokio::time::advance(Duration::from_secs(3 * 86_400)).await;
    for _ in 0..5 {
        settle(&mut scheduler, &desk).await;
    }
    let runs = runs(&desk).await;
    assert_eq!(runs.len(), 1, "{runs:#?}");
    assert_eq!((runs[0].mode.as_str(), runs[0].trigger), ("full", Trigger::CatchUp));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_hangs_is_timed_out_and_fails() {
    let dir = folder();
    let settings = format!("{BY_REQUEST}\nmax_retries = 0");
    let jobs = vec![Fake::job(&[Act::Hang, Act::Succeed])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", &settings, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    settle(&mut scheduler, &desk).await;
    let run = runs(&desk).await.remove(0);
    assert_eq!((run.outcome, codes(&run)), (Some(Outcome::Failed), vec![Code::RunTimedOut]));
    assert!(run.ended_at.expect("ended") - run.started_at >= TimeDelta::seconds(60));
    ask(&desk, "full").await;
    settle(&mut scheduler, &desk).await;
    assert_eq!(runs(&desk).await[1].outcome, Some(Outcome::Success), "the lease was given back");
}

#[tokio::test(start_paused = true)]
async fn a_wish_that_cannot_begin_is_a_failed_run_that_says_why() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::NeverBegin(Code::ConfigInvalidValue)])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, jobs);
    let request = desk.run_now(NAME, Some("tracking_only"), Options::new()).await.expect("noted");
    let detail = desk.run_to_end(&request, &CancellationToken::new()).await.expect("ended").run;
    assert_eq!((detail.outcome, detail.mode.as_str()), (Some(Outcome::Failed), "tracking_only"));
    assert_eq!(codes(&detail), [Code::ConfigInvalidValue]);
    assert_eq!(runs(&desk).await.len(), 1);
    let app = desk.app();
    assert!(app.store.waiting_requests().await.expect("read").is_empty());
    assert!(app.store.leases().await.expect("read").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_that_hangs_is_left_where_it_waits() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::Hang])];
    let settings = format!("{BY_REQUEST}\nmax_retries = 0");
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", &settings, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    scheduler.round(&desk).await;
    while desk.app().store.leases().await.expect("read").is_empty() {
        tokio::task::yield_now().await;
    }
    let run = runs(&desk).await.remove(0);
    desk.cancel(&run.run_id).await.expect("cancelled");
    let begun = Instant::now();
    scheduler.run_ended().await;
    assert!(begun.elapsed() < Duration::from_secs(30), "not until its time-out");
    assert_eq!(runs(&desk).await[0].outcome, Some(Outcome::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_as_configured_and_says_what_it_tries_again() {
    let dir = folder();
    let settings = format!("{BY_REQUEST}\nmax_retries = 2\nretry_delay_seconds = 30");
    let jobs = vec![Fake::job(&[Act::Fail(Code::TemuTimeout)])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", &settings, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    for _ in 0..40 {
        settle(&mut scheduler, &desk).await;
        tokio::time::advance(Duration::from_secs(10)).await;
    }
    let runs = runs(&desk).await;
    assert_eq!(runs.iter().map(|r| r.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(runs[0].trigger, Trigger::Manual);
    for pair in runs.windows(2) {
        assert_eq!(pair[1].trigger, Trigger::Retry);
        assert_eq!(pair[1].parent_run.as_ref(), Some(&pair[0].run_id));
        let wait = pair[1].started_at - pair[0].ended_at.expect("ended");
        let base = 30 * i64::from(pair[0].attempt);
        assert!((base..=base * 6 / 5 + 10).contains(&wait.num_seconds()), "{wait}");
    }
    assert!(desk.app().store.waiting_requests().await.expect("read").is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_stays_is_not_tried_again_and_says_why() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::Fail(Code::TemuTokenExpired)])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    for _ in 0..20 {
        settle(&mut scheduler, &desk).await;
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    let runs = runs(&desk).await;
    assert_eq!(runs.len(), 1);
    assert_eq!(codes(&runs[0]), [Code::TemuTokenExpired]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failed_run_and_the_next_one_goes_on() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::Panic, Act::Succeed])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    settle(&mut scheduler, &desk).await;
    ask(&desk, "full").await;
    settle(&mut scheduler, &desk).await;
    let runs = runs(&desk).await;
    let outcomes: Vec<_> = runs.iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Failed), Some(Outcome::Success)]);
    assert_eq!(codes(&runs[0]), [Code::InternalError]);
    assert_eq!(runs[0].problems[0].detail.as_deref(), Some("as planned"));
}

#[tokio::test(start_paused = true)]
async fn asked_for_while_it_runs_means_once_more_afterwards_and_never_at_the_same_time() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::Take(Duration::from_secs(30))])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    scheduler.round(&desk).await;
    while desk.jobs_status().await.expect("status")[0].running.is_none() {
        tokio::task::yield_now().await;
    }
    let first = ask(&desk, "full").await;
    assert_eq!(ask(&desk, "full").await, first, "the same wish waits once");
    let mut options = Options::new();
    options.insert("since".into(), "2026-11-01".into());
    desk.run_now(NAME, Some("full"), options).await.expect("another wish");
    assert_eq!(desk.jobs_status().await.expect("status")[0].waiting.len(), 2);
    settle(&mut scheduler, &desk).await;
    let runs = runs(&desk).await;
    assert_eq!(runs.len(), 3);
    assert!(runs.windows(2).all(|p| p[0].ended_at.expect("ended") <= p[1].started_at), "{runs:#?}");
    assert_eq!(runs[2].options, r#"{"since":"2026-11-01"}"#);
    assert!(desk.app().config.jobs.get(NAME).is_some_and(|s| s.schedule.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_run_is_cancelled_from_another_desk_between_two_items() {
    let dir = folder();
    let moment = "2026-11-25T08:00:00Z";
    let jobs = vec![Fake::job(&[Act::WorkUntilCancelled])];
    let works = desk(dir.path(), moment, BY_REQUEST, jobs);
    let other = desk(dir.path(), moment, BY_REQUEST, vec![Fake::job(&[Act::Succeed])]);
    let mut scheduler = Scheduler::new(&works.jobs);
    ask(&other, "full").await;
    scheduler.round(&works).await;
    let running = loop {
        if let Some(running) = other.jobs_status().await.expect("status").remove(0).running {
            break running;
        }
        tokio::task::yield_now().await;
    };
    assert!(!running.here);
    other.cancel(&running.run_id).await.expect("asked");
    settle(&mut scheduler, &works).await;
    let run = runs(&other).await.remove(0);
    assert_eq!(run.outcome, Some(Outcome::Cancelled));
    let detail = other.run_detail(&run.run_id).await.expect("detail");
    assert_eq!((detail.steps[0].step.as_str(), detail.steps[0].done), ("import", 5));
    let again = other.cancel(&running.run_id).await.expect_err("it is over");
    assert_eq!(again.code, Code::RunNotFound);
}

/// A run of an owner that is not this process, begun from a request.
async fn foreign_run(desk: &Desk, owner: &str) -> RunId {
    let app = desk.app();
    let now = app.clock.now();
    let request = NewRequest {
        job: NAME.into(),
        mode: "full".into(),
        options: "{}".into(),
        trigger: Trigger::Schedule,
        attempt: 1,
        parent_run: None,
        requested_at: now,
        due_at: now,
    };
    let request = app.store.request_job(&request).await.expect("asked");
    let mut run = Run::<OrderCounts>::new(NAME, "full", now, silent(), CancellationToken::new());
    let origin = super::Origin { trigger: Trigger::Schedule, ..super::Origin::default() };
    run.attach(&origin, crate::run::Live::default());
    let claim = Claim {
        owner: owner.into(),
        host: "elsewhere".into(),
        pid: 1,
        expires_at: now + super::LEASE,
        replaces: None,
    };
    let begin = Begin { run: run.record(None), claim, request: Some(request.id) };
    app.store.begin_run(&begin).await.expect("begun");
    run.id.clone()
}

#[tokio::test(start_paused = true)]
async fn a_dead_owners_run_is_closed_and_handed_over_at_once() {
    let dir = folder();
    let desk =
        desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, vec![Fake::job(&[Act::Succeed])]);
    let dead = foreign_run(&desk, "dead").await;
    let owners = desk.app().folder.owners();
    std::fs::create_dir_all(&owners).expect("folder");
    std::fs::write(owners.join("dead.lock"), "").expect("its file, which nobody locks");
    let mut scheduler = Scheduler::new(&desk.jobs);
    settle(&mut scheduler, &desk).await;
    let runs = runs(&desk).await;
    assert_eq!(runs.len(), 2, "{runs:#?}");
    assert_eq!(codes(&runs[0]), [Code::RunInterrupted]);
    assert_eq!((&runs[1].parent_run, runs[1].outcome), (&Some(dead), Some(Outcome::Success)));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_takes_over_a_dead_owners_job_leaves_its_wish_waiting() {
    let dir = folder();
    let job = Fake::job(&[Act::Succeed]);
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, vec![Arc::clone(&job)]);
    let dead = foreign_run(&desk, "dead").await;
    let owners = desk.app().folder.owners();
    std::fs::create_dir_all(&owners).expect("folder");
    std::fs::write(owners.join("dead.lock"), "").expect("its file, which nobody locks");
    let order = JobOrder {
        mode: "tracking_only".into(),
        options: Options::new(),
        origin: super::Origin::default(),
        cancel: CancellationToken::new(),
    };
    job.run(&desk.app(), order).await.expect("run");
    let waiting = desk.app().store.waiting_requests().await.expect("requests");
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert_eq!((waiting[0].wish.mode.as_str(), &waiting[0].wish.parent_run), ("full", &Some(dead)));
}

#[tokio::test(start_paused = true)]
async fn an_owner_elsewhere_is_waited_for_as_long_as_its_lease_lasts() {
    let dir = folder();
    let desk =
        desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, vec![Fake::job(&[Act::Succeed])]);
    let elsewhere = foreign_run(&desk, "elsewhere").await;
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "tracking_only").await;
    settle(&mut scheduler, &desk).await;
    let held = runs(&desk).await;
    assert_eq!((held.len(), held[0].ended_at), (1, None), "it may live");
    let refused = desk.app().refuse_while_running(NAME).await.expect_err("held");
    assert_eq!(refused.code, Code::RunAlreadyRunning);
    tokio::time::advance(super::LEASE).await;
    settle(&mut scheduler, &desk).await;
    let runs = runs(&desk).await;
    assert_eq!(runs.len(), 3, "its own wish again, and the one that waited: {runs:#?}");
    assert_eq!((&runs[0].run_id, codes(&runs[0])), (&elsewhere, vec![Code::RunInterrupted]));
    assert!(runs.iter().all(|r| r.ended_at.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_lost_its_lease_stops_and_says_so() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::WorkUntilCancelled, Act::Succeed])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, jobs);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    scheduler.round(&desk).await;
    let store = Arc::clone(&desk.app().store);
    let lease = loop {
        if let Some(lease) = store.leases().await.expect("leases").pop() {
            break lease;
        }
        tokio::task::yield_now().await;
    };
    // As a desk elsewhere would, whose clock runs ahead.
    let gone = [(lease.job.clone(), lease.fence)];
    store.close_interrupted(desk.app().clock.now(), &gone).await.expect("taken over");
    settle(&mut scheduler, &desk).await;
    let run = runs(&desk).await.remove(0);
    assert_eq!((run.outcome, codes(&run)), (Some(Outcome::Failed), vec![Code::RunLeaseLost]));
}

#[tokio::test(start_paused = true)]
async fn a_command_waits_through_retries_for_the_last_word() {
    let dir = folder();
    let settings = format!("{BY_REQUEST}\nmax_retries = 3\nretry_delay_seconds = 20");
    let jobs = vec![Fake::job(&[Act::Fail(Code::JtlTimeout), Act::Hang, Act::Succeed])];
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", &settings, jobs);
    let request = desk.run_now(NAME, None, Options::new()).await.expect("asked");
    let detail = desk.run_to_end(&request, &CancellationToken::new()).await.expect("ended");
    assert_eq!((detail.run.attempt, detail.run.outcome), (3, Some(Outcome::Success)));
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_the_scheduler_lets_the_item_end_and_leaves_nothing_running() {
    let dir = folder();
    let jobs = vec![Fake::job(&[Act::WorkUntilCancelled])];
    let desk = Arc::new(desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, jobs));
    let stop = CancellationToken::new();
    let serving = tokio::spawn({
        let (desk, stop) = (Arc::clone(&desk), stop.clone());
        async move { desk.serve(stop).await }
    });
    let mut events = desk.events();
    ask(&desk, "full").await;
    while !matches!(events.next().await, Some(crate::events::Event::StepStarted { .. })) {}
    stop.cancel();
    serving.await.expect("no panic").expect("served");
    let run = runs(&desk).await.remove(0);
    assert_eq!(run.outcome, Some(Outcome::Cancelled));
    assert!(desk.app().store.leases().await.expect("leases").is_empty());
}

#[tokio::test(start_paused = true)]
async fn log_lines_and_steps_go_after_their_days_and_runs_stay() {
    let dir = folder();
    let settings = format!("{BY_REQUEST}\n[retention]\nlog_days = 30");
    let desk =
        desk(dir.path(), "2026-11-25T08:00:00Z", &settings, vec![Fake::job(&[Act::Succeed])]);
    let mut scheduler = Scheduler::new(&desk.jobs);
    ask(&desk, "full").await;
    settle(&mut scheduler, &desk).await;
    let lines =
        || async { desk.job_logs(&LogFilter::default(), None, 100).await.expect("log").lines };
    let first = lines().await;
    assert_eq!(first.len(), 3, "started, a step, ended: {first:#?}");
    tokio::time::advance(Duration::from_secs(31 * 86_400)).await;
    ask(&desk, "full").await;
    settle(&mut scheduler, &desk).await;
    let later = lines().await;
    assert!(later.iter().all(|line| line.id > first[0].id), "{later:#?}");
    let runs = runs(&desk).await;
    assert_eq!(runs.len(), 2);
    assert!(desk.run_detail(&runs[0].run_id).await.expect("there").steps.is_empty());
    assert_eq!(desk.run_detail(&runs[1].run_id).await.expect("there").steps.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn unknown_jobs_modes_and_options_are_refused_by_name() {
    let dir = folder();
    let desk = desk(dir.path(), "2026-11-25T08:00:00Z", BY_REQUEST, super::all());
    let unknown = desk.run_now("nothing", None, Options::new()).await.expect_err("unknown");
    assert_eq!(unknown.code, Code::JobUnknown);
    let mode = desk.run_now(NAME, Some("half"), Options::new()).await.expect_err("no mode");
    assert_eq!(mode.code, Code::ConfigInvalidValue);
    let mut options = Options::new();
    options.insert("sinse".into(), "2026-11-01".into());
    let option = desk.run_now(NAME, None, options).await.expect_err("no option");
    assert_eq!(option.subject.as_deref(), Some("sinse"));
}
