//! How Kontor ends: what is under way comes to the end of its item first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kontor_demo::Front;
use kontor_engine::api::Host as _;
use tauri::{AppHandle, Manager as _, Wry};

use crate::host::Opening;
use crate::tray::Tray;
use crate::words::Words;
use crate::{notify, window};

/// How long the end waits for an item that does not come to its end. What it leaves is taken up at the next start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The end of the program.
#[derive(Default)]
pub(crate) struct Ending {
    has_begun: AtomicBool,
    has_told: AtomicBool,
}

/// The window is to be closed. With an icon to come back by, Kontor goes on behind it when the settings say so.
pub(crate) fn close(app: &AppHandle<Wry>) {
    let front = app.state::<Opening>().front();
    let goes_on = front.is_some_and(|front| front.real().app().config.window.close_to_tray);
    if !goes_on || !app.state::<Tray>().is_shown() {
        return ask(app);
    }
    window::hide(app);
    if !app.state::<Ending>().has_told.swap(true, Ordering::AcqRel) {
        notify::goes_on(*app.state::<Words>());
    }
}

/// Kontor is to end. While a run is under way here, a person is asked first.
pub(crate) fn ask(app: &AppHandle<Wry>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let front = app.state::<Opening>().front();
        match front {
            Some(front) if is_busy(&front).await => question(&app),
            _ => begin(&app),
        }
    });
}

async fn is_busy(front: &Front) -> bool {
    for desk in [Arc::clone(front.real()), front.desk()] {
        // A store that does not answer must not keep anybody from ending.
        let jobs = desk.jobs_status().await.unwrap_or_default();
        if jobs.iter().any(|job| job.running.as_ref().is_some_and(|run| run.here)) {
            return true;
        }
    }
    false
}

fn question(app: &AppHandle<Wry>) {
    let words = *app.state::<Words>();
    let end = words.say("Nach dem Posten beenden", "Quit after this item");
    let stay = words.say("Weiterarbeiten", "Keep working");
    let text = words.say(
        "Ein Lauf ist unterwegs. Beim Beenden wird sein laufender Posten noch fertig; der Rest folgt beim nächsten Start.",
        "A run is under way. Its current item is finished before Kontor quits; the rest follows at the next start.",
    );
    let dialog = rfd::AsyncMessageDialog::new()
        .set_level(rfd::MessageLevel::Warning)
        .set_title("Kontor")
        .set_description(text)
        .set_buttons(rfd::MessageButtons::OkCancelCustom(end.into(), stay.into()));
    let handle = app.clone();
    let asked = app.run_on_main_thread(move || {
        let answer = dialog.show();
        tauri::async_runtime::spawn(async move {
            if answer.await == rfd::MessageDialogResult::Custom(end.into()) {
                begin(&handle);
            }
        });
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "nobody could be asked");
    }
}

/// Begins the end; a second wish changes nothing.
pub(crate) fn begin(app: &AppHandle<Wry>) {
    if app.state::<Ending>().has_begun.swap(true, Ordering::AcqRel) {
        return;
    }
    window::hide(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(front) = app.state::<Opening>().front()
            && tokio::time::timeout(PATIENCE, front.close()).await.is_err()
        {
            tracing::warn!("the end did not wait any longer; the next start takes up what is left");
        }
        app.exit(0);
    });
}

/// Ends when the system says so, without a question: at the end of the session, or by `kill`. Listens from when this returns.
pub(crate) fn when_told(app: &AppHandle<Wry>) {
    let runtime = tauri::async_runtime::handle();
    let _within = runtime.inner().enter();
    let told = told();
    let app = app.clone();
    runtime.spawn(async move {
        told.await;
        begin(&app);
    });
}

#[cfg(unix)]
fn told() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let mut heard: Vec<_> = signals.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    async move {
        let any = heard.iter_mut().map(|signal| Box::pin(signal.recv()));
        if any.len() == 0 {
            std::future::pending::<()>().await;
        }
        let _ = futures::future::select_all(any).await;
    }
}

#[cfg(not(unix))]
async fn told() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
