//! What health says of jobs on a clock that stands still, and of what does not answer.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::Code;
use kontor_core::ids::RunId;
use kontor_core::run::{Counts, Outcome, Trigger};
use kontor_store::{Begin, Claim, Ended, RunRecord, SqliteStore, Store};
use tempfile::TempDir;

use super::{Check, Health, State, local, reached};
use crate::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::orders;
use crate::secrets::Secrets;

struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-25T12:00:00Z").expect("a time").with_timezone(&Utc)
}

fn hours_ago(hours: i64) -> DateTime<Utc> {
    noon() - TimeDelta::hours(hours)
}

fn app(dir: &TempDir, settings: &str) -> App {
    let folder = DataFolder::open(Some(dir.path().to_owned())).expect("folder");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.database()).expect("store"));
    let config = Config::from_text(settings, "test").expect("config");
    App::assemble(config, folder, store, Secrets::default(), Arc::new(Stopped(noon())))
        .expect("app")
}

async fn ran(app: &App, mode: &str, at: DateTime<Utc>, outcome: Outcome) {
    let begun = RunRecord {
        run_id: RunId::new(format!("{mode} {at}")),
        job: "temu_orders_sync".into(),
        mode: mode.into(),
        trigger: Trigger::Schedule,
        attempt: 1,
        parent_run: None,
        options: "{}".into(),
        started_at: at,
        ended_at: None,
        outcome: None,
        counts: Counts::default(),
        problems: Vec::new(),
    };
    let claim = Claim {
        owner: "this".into(),
        host: "here".into(),
        pid: 1,
        expires_at: at + TimeDelta::minutes(1),
        replaces: None,
    };
    let begin = Begin { run: begun.clone(), claim, request: None };
    let fence = app.store.begin_run(&begin).await.expect("begun").fence;
    let run = RunRecord { ended_at: Some(at), outcome: Some(outcome), ..begun };
    let ended = Ended { run, fence, steps: Vec::new(), items: Vec::new(), retry: None };
    app.store.end_run(&ended).await.expect("ended");
}

async fn state(app: &App, name: &str) -> Option<State> {
    let checks = local::jobs(app).await;
    checks.iter().find(|check| check.name == name).map(|check| check.state)
}

const FULL: &str = "job.temu_orders_sync.full";
const TRACKING: &str = "job.temu_orders_sync.tracking_only";

#[tokio::test]
async fn a_failing_daily_run_does_not_hide_behind_the_quarter_hours() {
    let dir = tempfile::tempdir().expect("folder");
    let app = app(&dir, "");
    ran(&app, "full", hours_ago(28), Outcome::Success).await;
    ran(&app, "tracking_only", hours_ago(1), Outcome::Success).await;
    assert_eq!(state(&app, FULL).await, Some(State::Ok), "one start was missed");
    assert_eq!(state(&app, TRACKING).await, Some(State::Ok));
    ran(&app, "full", hours_ago(4), Outcome::Failed).await;
    ran(&app, "tracking_only", hours_ago(0), Outcome::Success).await;
    assert_eq!(state(&app, FULL).await, Some(State::Warn));
    assert_eq!(state(&app, TRACKING).await, Some(State::Ok));
}

#[tokio::test]
async fn how_old_a_success_may_be_is_the_schedules_matter() {
    let dir = tempfile::tempdir().expect("folder");
    let app = app(&dir, "[jobs.temu_orders_sync]\nschedule = \"0 9 * * 1-5\"");
    ran(&app, "full", hours_ago(51), Outcome::Success).await;
    ran(&app, "tracking_only", hours_ago(3), Outcome::Success).await;
    assert_eq!(state(&app, FULL).await, Some(State::Warn), "Monday's, on a Wednesday");
    assert_eq!(state(&app, TRACKING).await, Some(State::Warn), "twelve starts were missed");
}

#[tokio::test]
async fn who_has_never_run_is_unknown_and_who_is_switched_off_is_never_a_warning() {
    let dir = tempfile::tempdir().expect("folder");
    let unused = app(&dir, "");
    assert_eq!(state(&unused, FULL).await, Some(State::Unknown));
    ran(&unused, "full", hours_ago(900), Outcome::Failed).await;
    assert_eq!(state(&unused, FULL).await, Some(State::Warn));
    drop(unused);
    let off = app(&dir, "[jobs.temu_orders_sync]\nenabled = false");
    assert_eq!(state(&off, FULL).await, None);
    assert_eq!(state(&off, "job.temu_orders_sync").await, Some(State::Unknown));
}

#[tokio::test]
async fn a_look_for_parcels_is_no_question_for_orders() {
    let dir = tempfile::tempdir().expect("folder");
    let app = app(&dir, "");
    ran(&app, "tracking_only", hours_ago(0), Outcome::Success).await;
    let fact = |checks: Vec<Check>| checks.last().expect("silence is the last").fact.en.clone();
    assert_eq!(fact(local::jobs(&app).await), "never fetched yet");
    app.store.set_cursor(orders::CURSOR, hours_ago(3)).await.expect("set");
    assert!(fact(local::jobs(&app).await).starts_with("too little history"));
}

#[tokio::test(start_paused = true)]
async fn what_hangs_is_broken() {
    let checks = reached("temu", Code::TemuTimeout, std::future::pending()).await;
    let problem = checks[0].problem.as_ref().expect("a problem");
    assert_eq!(problem.code, Code::TemuTimeout.as_str());
    assert!(!problem.en.remedy.is_empty());
    assert_eq!(Health::of(checks).state, State::Stop);
}
