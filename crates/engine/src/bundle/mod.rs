//! The support bundle: what somebody who helps must know, and nothing about people. Order numbers, names, addresses and
//! other numbers of parcels and customers stand as hashes of a key that is made for each bundle and thrown away: the same
//! order is the same hash in one bundle, and nobody can turn it back.

mod mask;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use kontor_core::ids::ParentOrderSn;
use kontor_core::state::OrderState;
use kontor_core::{Code, Problem};
use serde::Serialize;
use zip::write::SimpleFileOptions;

use crate::data_folder::file_problem;
use crate::settings::{Kind, Source, VERSION};
use crate::{App, Desk};
use mask::Mask;

/// Runs that are told.
const RUNS: u32 = 50;
/// Log files, and how much of the end of each.
const LOG_FILES: usize = 10;
const LOG_BYTES: usize = 256 << 10;
/// Orders whose people are looked for, by page.
const PAGE: u32 = 1_000;

/// A bundle, not yet written: everything that is in it can be read before it leaves the house.
#[derive(Clone, Debug, Serialize)]
pub struct Bundle {
    /// Its files.
    pub files: Vec<BundleFile>,
}

/// A file of a bundle.
#[derive(Clone, Debug, Serialize)]
pub struct BundleFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

const ABOUT: &str = "Kontor support bundle\n\n\
    Made on this computer; nothing was sent. Order numbers, names, addresses, mail addresses and long numbers are hashes\n\
    (<order:...>, <person:...>, <mail:...>, <number:...>) of a key that was thrown away. Secrets are never in it.\n";

impl Desk {
    /// Makes the bundle: versions, settings without secrets, health, the last runs, the ends of the logs.
    ///
    /// # Errors
    /// `store.*`; `internal.error` when there is no random key.
    pub async fn support_bundle(&self) -> Result<Bundle, Problem> {
        let app = self.app();
        let mut mask = Mask::new()?;
        people(&app, &mut mask).await?;
        let health = self.health().await;
        let runs = app.store.runs(None, RUNS).await?;
        let clean = |text: String| app.secrets().masked(&mask.text(&text));
        let mut files = vec![
            file("about.txt", ABOUT.to_owned()),
            file("versions.json", app.secrets().masked(&json(&versions())?)),
            file("settings.txt", app.secrets().masked(&self.settings_text(&mask)?)),
            file("health.json", clean(json(&health)?)),
            file("runs.json", clean(json(&runs)?)),
        ];
        for (name, text) in logs(&app.folder.root().join("logs")) {
            files.push(file(&mask.text(&format!("logs/{name}")), clean(text)));
        }
        let home = directories::UserDirs::new().map(|dirs| dirs.home_dir().display().to_string());
        if let Some(home) = home.filter(|home| home.len() > 1) {
            files.iter_mut().for_each(|f| f.text = f.text.replace(&home, "~"));
        }
        Ok(Bundle { files })
    }

    /// Every value with where it comes from, one a line. What somebody typed freely may hold anything: it is a hash.
    fn settings_text(&self, mask: &Mask) -> Result<String, Problem> {
        let snapshot = self.settings()?;
        let mut text = format!("# layout {}\n", snapshot.version);
        for view in &snapshot.settings {
            if let (Some(value), Some(source)) = (&view.value, view.source) {
                let source = match source {
                    Source::Default => "default",
                    Source::File => "file",
                    Source::Environment => "environment",
                    Source::CommandLine => "command line",
                };
                let is_plain = view.source == Some(Source::Default)
                    || matches!(
                        view.setting.kind,
                        Kind::Switch
                            | Kind::Number { .. }
                            | Kind::Choice { .. }
                            | Kind::Numbers { .. }
                    );
                let value = value.to_string();
                let value = if is_plain { value } else { mask.whole("text", &value) };
                let key = view.setting.key.to_string();
                let key = if view.setting.free {
                    format!("{}.{}", view.setting.key.section(), mask.whole("key", &key))
                } else {
                    key
                };
                text.push_str(&format!("{key} = {value}    # {source}\n"));
            }
        }
        for problem in &snapshot.problems {
            text.push_str(&format!("# {}\n", problem.code));
        }
        Ok(text)
    }
}

impl Bundle {
    /// Writes the bundle as a ZIP file, which must not be there yet.
    ///
    /// # Errors
    /// `file.write_failed`, `file.disk_full`.
    pub fn write(&self, path: &Path) -> Result<(), Problem> {
        let failed = |e: std::io::Error| file_problem(path, &e);
        let file = std::fs::File::create_new(path).map_err(failed)?;
        let mut archive = zip::ZipWriter::new(file);
        let options = SimpleFileOptions::default();
        for BundleFile { name, text } in &self.files {
            archive.start_file(name.as_str(), options).map_err(|e| failed(e.into()))?;
            archive.write_all(text.as_bytes()).map_err(failed)?;
        }
        archive.finish().map_err(|e| failed(e.into()))?.sync_all().map_err(failed)
    }
}

fn file(name: &str, text: String) -> BundleFile {
    BundleFile { name: name.to_owned(), text }
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string_pretty(value).map_err(|e| Problem::new(Code::InternalError).detail(e))
}

fn versions() -> serde_json::Value {
    serde_json::json!({
        "kontor": env!("CARGO_PKG_VERSION"), "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
        "settings_layout": VERSION,
    })
}

/// Everybody whom the store knows, so that no text tells of them.
async fn people(app: &App, mask: &mut Mask) -> Result<(), Problem> {
    let states = [
        OrderState::Imported,
        OrderState::OnHold,
        OrderState::Exported,
        OrderState::Accepted,
        OrderState::Tracked,
        OrderState::Reported,
        OrderState::Cancelled,
    ];
    let mut after: Option<ParentOrderSn> = None;
    loop {
        let page = app.store.orders_in(&states, after.as_ref(), PAGE).await?;
        for stored in &page {
            if let Some(a) = &stored.order.address {
                let whole = format!("{} {}", a.first_name, a.last_name);
                for value in [&whole, &a.first_name, &a.last_name, &a.street, &a.extra] {
                    mask.learn(value);
                }
                for value in [&a.post_code, &a.city, &a.phone, &a.email] {
                    mask.learn(value);
                }
            }
            if let Some(number) = &stored.jtl_order_number {
                mask.learn(number);
            }
        }
        match page.last() {
            Some(last) => after = Some(last.order.parent_order_sn.clone()),
            None => return Ok(()),
        }
    }
}

/// The newest log files with the ends of their texts.
fn logs(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    let written = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
    found.sort_by_key(|path| std::cmp::Reverse(written(path)));
    found.truncate(LOG_FILES);
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).ok()?;
        let end =
            String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(LOG_BYTES)..]).into_owned();
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        Some((name.replace('\\', "/"), end))
    };
    found.into_iter().filter_map(read).collect()
}
