//! The window: where it comes up, what it may load, and where downloads go.

use std::path::{Path, PathBuf};

use serde_json::json;
use tauri::utils::config::Color;
use tauri::webview::{DownloadEvent, NewWindowResponse};
use tauri::{
    AppHandle, Emitter as _, Manager as _, Runtime, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent, Wry,
};
use tauri_plugin_window_state::StateFlags;

use crate::{Args, end, host};

/// The window's name; capabilities are given to it and to no other.
pub(crate) const LABEL: &str = "main";
/// What is kept of the window for the next start.
pub(crate) const REMEMBERED: StateFlags =
    StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED);

const SIZE: (f64, f64) = (1366.0, 768.0);
const LEAST: (f64, f64) = (640.0, 480.0);
/// The pages' own ground, so that nothing flashes before they are there.
const GROUND: Color = Color(0xF2, 0xF4, 0xF2, 0xFF);

/// Opens the window.
///
/// # Errors
/// What the system's web view says.
pub(crate) fn open(app: &AppHandle<Wry>, args: &Args) -> tauri::Result<()> {
    let downloads = downloads(app);
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Kontor")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST.0, LEAST.1)
        .prevent_overflow()
        .background_color(GROUND)
        .visible(!args.hidden)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(move |page, event| {
            if let DownloadEvent::Finished { path, success, .. } = &event {
                tell_saved(page.app_handle(), path.as_deref(), *success);
            }
            download(&downloads, event)
        });
    if let Some(data) = &args.data {
        builder = builder.data_directory(data.join("window"));
    }
    let window = builder.build()?;
    let app = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            end::close(&app);
        }
    });
    Ok(())
}

/// Only the pages that are built in: no other host, whatever a page asks for. Files that a page makes itself (CSV) are
/// `blob:` addresses of its own origin.
fn is_ours(url: &Url) -> bool {
    let page = url.as_str().strip_prefix("blob:").and_then(|page| Url::parse(page).ok());
    let url = page.as_ref().unwrap_or(url);
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// The folder for downloads. A Linux desktop that names none gets the usual one.
fn downloads(app: &AppHandle<Wry>) -> PathBuf {
    let usual = || app.path().home_dir().map(|home| home.join("Downloads"));
    app.path().download_dir().or_else(|_| usual()).unwrap_or_else(|_| std::env::temp_dir())
}

/// Tells the page where its file lies: this window has no list of downloads.
fn tell_saved(app: &AppHandle<Wry>, path: Option<&Path>, is_whole: bool) {
    let file = json!({ "kind": "file_saved", "path": path, "is_whole": is_whole });
    if let Err(error) = app.emit_to(LABEL, host::EVENT, file) {
        tracing::warn!(%error, "the window was not told");
    }
}

/// Saves what a page offers into the folder for downloads, under a name that is free.
fn download(folder: &Path, event: DownloadEvent<'_>) -> bool {
    if let DownloadEvent::Requested { url, destination } = event {
        if !is_ours(&url) {
            return false;
        }
        if let Err(error) = std::fs::create_dir_all(folder) {
            tracing::warn!(%error, "there is no folder for downloads");
        }
        let name = destination.file_name().map_or_else(|| "kontor.txt".into(), PathBuf::from);
        *destination = free(folder, &name);
    }
    true
}

fn free(folder: &Path, name: &Path) -> PathBuf {
    let stem = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let end = name.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    let mut path = folder.join(name);
    let mut number = 2_u32;
    while path.exists() {
        path = folder.join(format!("{stem} ({number}){end}"));
        number += 1;
    }
    path
}

/// Brings the window to the front.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = find(app) {
        let shown =
            window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window could not be shown");
        }
    }
}

/// Takes the window away without closing it.
pub(crate) fn hide<R: Runtime>(app: &AppHandle<R>) {
    if let Some(Err(error)) = find(app).map(|window| window.hide()) {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

fn find<R: Runtime>(app: &AppHandle<R>) -> Option<WebviewWindow<R>> {
    app.get_webview_window(LABEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_pages() {
        let ours = [
            "tauri://localhost",
            "http://tauri.localhost/index.html",
            "blob:tauri://localhost/8f2",
        ];
        let foreign = [
            "https://temu.com",
            "http://localhost:1420",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
            "blob:https://temu.com/1",
            "tauri://elsewhere",
            "http://tauri.localhost.evil.example",
        ];
        let known = |text: &&str| Url::parse(text).is_ok_and(|url| is_ours(&url));
        assert!(ours.iter().all(known));
        assert!(!foreign.iter().any(known));
    }

    #[test]
    fn a_download_never_replaces_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(free(folder.path(), Path::new("a.csv")), folder.path().join("a.csv"));
        std::fs::write(folder.path().join("a.csv"), "x").expect("a file");
        std::fs::write(folder.path().join("a (2).csv"), "x").expect("a file");
        assert_eq!(free(folder.path(), Path::new("a.csv")), folder.path().join("a (3).csv"));
    }
}
