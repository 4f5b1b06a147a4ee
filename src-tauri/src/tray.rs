//! The icon beside the clock: how things stand, the window, a run, the end.

use std::sync::{Mutex, PoisonError};

use kontor_engine::api::Host as _;
use kontor_engine::core::run::Outcome;
use kontor_engine::jobs::{JobStatus, Options};
use tauri::image::Image;
use tauri::menu::{
    CheckMenuItem, CheckMenuItemBuilder, Menu, MenuBuilder, MenuItem, MenuItemBuilder,
};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_autostart::ManagerExt as _;

use crate::host::Opening;
use crate::notify;
use crate::words::{Words, job_name};
use crate::{end, window};

/// The job that the tray starts.
const ORDERS: &str = "temu_orders_sync";

const QUIET: Image<'_> = tauri::include_image!("icons/tray.png");
const RUNNING: Image<'_> = tauri::include_image!("icons/tray-running.png");
const ATTENTION: Image<'_> = tauri::include_image!("icons/tray-attention.png");

/// How things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing runs, nothing waits.
    Quiet,
    /// A job is being run.
    Running(String),
    /// The newest run of a job failed, or waits for a person.
    Attention(String, Outcome),
}

impl State {
    /// The state that jobs are in; what runs counts for more than what failed before.
    pub(crate) fn of(jobs: &[JobStatus]) -> Self {
        if let Some(job) = jobs.iter().find(|job| job.running.is_some()) {
            return Self::Running(job.job.clone());
        }
        let waits = |job: &JobStatus| {
            let outcome = job.last.as_ref().and_then(|run| run.outcome)?;
            let stands = matches!(outcome, Outcome::Failed | Outcome::NeedsApproval);
            stands.then(|| Self::Attention(job.job.clone(), outcome))
        };
        jobs.iter().find_map(waits).unwrap_or(Self::Quiet)
    }

    fn icon(&self) -> Image<'static> {
        match self {
            Self::Quiet => QUIET,
            Self::Running(_) => RUNNING,
            Self::Attention(..) => ATTENTION,
        }
    }

    fn text(&self, words: Words) -> String {
        let (job, what) = match self {
            Self::Quiet => return words.say("Nichts läuft", "Nothing runs").to_owned(),
            Self::Running(job) => (job, words.say("läuft", "runs")),
            Self::Attention(job, Outcome::NeedsApproval) => {
                (job, words.say("Freigabe nötig", "needs approval"))
            }
            Self::Attention(job, _) => (job, words.say("Fehler", "failed")),
        };
        format!("{}: {what}", job_name(job, words))
    }
}

/// The icon, when the desktop has a place for it.
#[derive(Default)]
pub(crate) struct Tray(Mutex<Option<Parts>>);

struct Parts {
    icon: TrayIcon<Wry>,
    state: MenuItem<Wry>,
}

impl Tray {
    /// Whether it is there to be clicked.
    pub(crate) fn is_shown(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Shows how things stand.
    pub(crate) fn show(&self, state: &State, words: Words) {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(parts) = parts.as_ref() else { return };
        let text = state.text(words);
        let shown = parts
            .icon
            .set_icon(Some(state.icon()))
            .and_then(|()| parts.icon.set_tooltip(Some(format!("Kontor · {text}"))))
            .and_then(|()| parts.state.set_text(&text));
        if let Err(error) = shown {
            tracing::warn!(%error, "the tray could not be changed");
        }
    }
}

/// Puts the icon there. Where there is no place for it, Kontor goes on without.
pub(crate) fn open(app: &AppHandle<Wry>) {
    if !has_place() {
        return;
    }
    // The library of Linux desktops is loaded at the first use, and ends the thread when it is not installed.
    let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| build(app)));
    match built {
        Ok(Ok(parts)) => {
            let tray = app.state::<Tray>();
            *tray.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(parts);
        }
        Ok(Err(error)) => tracing::warn!(%error, "no icon in the tray"),
        Err(_) => tracing::warn!("no icon in the tray: its library is missing"),
    }
}

fn build(app: &AppHandle<Wry>) -> tauri::Result<Parts> {
    let words = *app.state::<Words>();
    let text = State::Quiet.text(words);
    let state = MenuItemBuilder::new(&text).enabled(false).build(app)?;
    let menu = menu(app, words, &state)?;
    let icon = TrayIconBuilder::with_id("kontor")
        .icon(QUIET)
        .tooltip(format!("Kontor · {text}"))
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| act(app, event.id().as_ref()))
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(icon.app_handle());
            }
        })
        .build(app)?;
    Ok(Parts { icon, state })
}

fn menu(app: &AppHandle<Wry>, words: Words, state: &MenuItem<Wry>) -> tauri::Result<Menu<Wry>> {
    MenuBuilder::new(app)
        .item(state)
        .separator()
        .text("open", words.say("Kontor öffnen", "Open Kontor"))
        .text("run", words.say("Bestellungen jetzt abgleichen", "Sync orders now"))
        .separator()
        .item(&autostart(app, words)?)
        .separator()
        .text("quit", words.say("Kontor beenden", "Quit Kontor"))
        .build()
}

fn autostart(app: &AppHandle<Wry>, words: Words) -> tauri::Result<CheckMenuItem<Wry>> {
    let text = words.say("Mit dem Rechner starten", "Start with the computer");
    let is_on = app.autolaunch().is_enabled().unwrap_or(false);
    CheckMenuItemBuilder::with_id("autostart", text).checked(is_on).build(app)
}

fn act(app: &AppHandle<Wry>, id: &str) {
    match id {
        "open" => window::show(app),
        "run" => run_orders(app),
        "autostart" => toggle_autostart(app),
        "quit" => end::ask(app),
        _ => {}
    }
}

fn toggle_autostart(app: &AppHandle<Wry>) {
    let launch = app.autolaunch();
    let is_on = launch.is_enabled().unwrap_or(false);
    if let Err(error) = if is_on { launch.disable() } else { launch.enable() } {
        tracing::warn!(%error, "starting with the computer could not be changed");
    }
}

fn run_orders(app: &AppHandle<Wry>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let Some(front) = app.state::<Opening>().front() else { return window::show(&app) };
        if let Err(problem) = front.desk().run_now(ORDERS, None, Options::new()).await {
            notify::problem(*app.state::<Words>(), ORDERS, &problem);
        }
    });
}

/// On Linux an icon is seen only where a program of the desktop collects them; without one, closing the window would
/// leave a Kontor that nobody can get at.
#[cfg(target_os = "linux")]
fn has_place() -> bool {
    let asked = || {
        let bus = zbus::blocking::Connection::session()?;
        let names = zbus::blocking::fdo::DBusProxy::new(&bus)?;
        names.name_has_owner("org.kde.StatusNotifierWatcher".try_into()?).map_err(zbus::Error::from)
    };
    asked().unwrap_or_else(|error: zbus::Error| {
        tracing::debug!(%error, "no session bus");
        false
    })
}

#[cfg(not(target_os = "linux"))]
fn has_place() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tray_says_what_runs_and_what_waits_in_words() {
        let said = |state: State| state.text(Words::GERMAN);
        assert_eq!(said(State::Quiet), "Nichts läuft");
        assert_eq!(said(State::Running(ORDERS.into())), "Bestellungen: läuft");
        let stopped = State::Attention("temu_inventory_sync".into(), Outcome::NeedsApproval);
        assert_eq!(said(stopped), "Bestand: Freigabe nötig");
    }
}
