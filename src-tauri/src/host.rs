//! The core behind the window: the desk is opened beside it, and its commands are answered from the table.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kontor_demo::{DemoOptions, Front};
use kontor_engine::api::{self, Host as _};
use kontor_engine::app::Setup;
use kontor_engine::core::run::Outcome;
use kontor_engine::core::{Code, Problem};
use kontor_engine::events::Event;
use kontor_engine::report::ProblemReport;
use kontor_engine::secrets::Secrets;
use kontor_engine::settings::Overrides;
use kontor_engine::{Desk, Keychain};
use serde_json::Value;
use tauri::{AppHandle, Emitter as _, Manager as _, State, Wry};
use tokio::sync::watch;

use crate::notify::Note;
use crate::tray::{self, Tray};
use crate::words::Words;
use crate::{Args, window};

/// Under which name the window hears what happens.
pub(crate) const EVENT: &str = "engine";

/// How long the first answer waits for the keychain.
const KEYCHAIN: Duration = Duration::from_millis(500);

/// What became of opening the desk; commands wait for it, the window does not.
pub(crate) struct Opening(watch::Sender<Option<Result<Arc<Front>, Problem>>>);

impl Default for Opening {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Opening {
    /// Tells those who wait.
    pub(crate) fn set(&self, opened: Result<Arc<Front>, Problem>) {
        self.0.send_replace(Some(opened));
    }

    /// The desk when it is open.
    pub(crate) fn front(&self) -> Option<Arc<Front>> {
        self.0.borrow().as_ref().and_then(|opened| opened.as_ref().ok()).map(Arc::clone)
    }

    /// Waits until the desk is open.
    async fn wait(&self) -> Result<Arc<Front>, Problem> {
        let mut told = self.0.subscribe();
        let opened = told.wait_for(Option::is_some).await;
        let opened = opened.map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        opened.clone().unwrap_or_else(|| Err(Problem::new(Code::InternalError)))
    }
}

/// Answers a command of the table; the only way from the window to the core.
///
/// # Errors
/// The problem with its texts.
#[tauri::command]
pub(crate) async fn rpc(
    opening: State<'_, Opening>,
    command: String,
    params: Option<Value>,
) -> Result<Value, ProblemReport> {
    let front = opening.wait().await?;
    Ok(api::call(front.as_ref(), &command, params.unwrap_or_default()).await?)
}

/// Opens the desk while the window comes up; then what happens at it is told.
pub(crate) fn open_desk(app: &AppHandle<Wry>, args: &Args) {
    let (app, args) = (app.clone(), args.clone());
    tauri::async_runtime::spawn(async move {
        let opened = open(&args).await;
        if let Err(problem) = &opened {
            tracing::error!(problem.code = %problem.code, "the desk could not be opened: {problem}");
        }
        if let Ok(front) = &opened {
            tokio::spawn(follow(app.clone(), Arc::clone(front)));
        }
        app.state::<Opening>().set(opened);
    });
}

/// Tells the window, the tray and the person what happens on the desk of the moment.
async fn follow(app: AppHandle<Wry>, front: Arc<Front>) {
    let mut switches = front.switches();
    loop {
        switches.mark_unchanged();
        let desk = front.desk();
        let mut events = desk.events();
        show_state(&app, &desk).await;
        loop {
            tokio::select! {
                switched = switches.changed() => match switched {
                    Ok(()) => break,
                    Err(_) => return,
                },
                event = events.next() => match event {
                    Some(event) => tell(&app, &desk, &event).await,
                    None => return,
                },
            }
        }
    }
}

async fn tell(app: &AppHandle<Wry>, desk: &Desk, event: &Event) {
    if let Err(error) = app.emit_to(window::LABEL, EVENT, event) {
        tracing::warn!(%error, "the window was not told");
    }
    match event {
        Event::RunStarted { .. } | Event::Missed { .. } => show_state(app, desk).await,
        Event::RunFinished { run_id, job, outcome, retry_at, .. } => {
            show_state(app, desk).await;
            if needs_a_person(*outcome) && desk.app().config.window.notifications {
                let detail = desk.run_detail(run_id).await.ok();
                let problem = detail.as_ref().and_then(|detail| detail.run.problems.first());
                let words = *app.state::<Words>();
                let note = Note::of_run(words, job, *outcome, retry_at.is_some(), problem);
                note.into_iter().for_each(Note::show);
            }
        }
        _ => {}
    }
}

fn needs_a_person(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::NeedsApproval)
}

async fn show_state(app: &AppHandle<Wry>, desk: &Desk) {
    match desk.jobs_status().await {
        Ok(jobs) => app.state::<Tray>().show(&tray::State::of(&jobs), *app.state::<Words>()),
        Err(problem) => tracing::warn!(problem.code = %problem.code, "the tray is not up to date"),
    }
}

async fn open(args: &Args) -> Result<Arc<Front>, Problem> {
    let setup = Setup {
        config_file: args.config.clone(),
        data: args.data.clone(),
        secrets: Secrets::from_environment(),
        keychain: Keychain::of_process(),
        overrides: Overrides::of_process(&[])?,
    };
    let desk = Arc::new(Desk::open_before_secrets(setup).await?);
    let app = desk.app();
    kontor_engine::logs::write_files(&app.folder, app.config.retention.log_days)?;
    fill_secrets(Arc::clone(&desk)).await;
    let front = Arc::new(Front::new(desk, DemoOptions::default(), Some(Box::new(show_folder))));
    if args.demo {
        front.start_demo().await?;
    }
    Ok(front)
}

/// Asks the keychain. One that is open answers before the window is up; one that waits for a person holds up nothing.
async fn fill_secrets(desk: Arc<Desk>) {
    let asked = tauri::async_runtime::spawn(async move {
        if let Err(problem) = desk.refresh_secrets().await {
            tracing::warn!(problem.code = %problem.code, "the keychain was not read: {problem}");
        }
    });
    let _ = tokio::time::timeout(KEYCHAIN, asked).await;
}

fn show_folder(folder: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(folder)
        .and_then(|()| open::that_detached(folder))
        .map_err(|e| Problem::new(Code::HostNotPossible).about(folder.display()).detail(e))
}
