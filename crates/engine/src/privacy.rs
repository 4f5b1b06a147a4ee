//! The privacy clock: what is past its retention is deleted, and told.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use kontor_core::{Code, Problem};
use serde::Serialize;

use crate::App;
use crate::data_folder::DataFolder;
use crate::exchanges::old_responses;

/// What was deleted, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ForgetReport {
    /// Nothing was deleted: it was only looked at.
    pub dry_run: bool,
    /// Runs whose saved answers of TEMU went (`retention.raw_days`).
    pub raw_runs: u64,
    /// Log files (`retention.log_days`).
    pub log_files: u64,
    /// Particulars of runs (`retention.log_days`).
    pub run_items: u64,
    /// Orders whose name, address and XML went (`retention.address_days`).
    pub orders: u64,
    /// Their XML files: one each, and collective files in which nobody else is left.
    pub xml_files: u64,
    /// Files that could not be deleted; they are tried again the next time.
    pub kept_back: Vec<String>,
}

/// Files on their way out.
#[derive(Default)]
struct Sweep {
    dry_run: bool,
    kept_back: Vec<String>,
}

impl Sweep {
    /// Deletes files and folders; how many went.
    fn delete(&mut self, paths: Vec<PathBuf>) -> u64 {
        let mut gone = 0;
        for path in paths {
            let deleted = match (self.dry_run, path.is_dir()) {
                (true, _) => Ok(()),
                (false, true) => std::fs::remove_dir_all(&path),
                (false, false) => std::fs::remove_file(&path),
            };
            match deleted {
                Ok(()) => gone += 1,
                Err(_) => self.kept_back.push(path.display().to_string()),
            }
        }
        gone
    }
}

impl App {
    /// Deletes what is past its retention at `now`: saved answers, logs, particulars of runs, and the personal data of
    /// orders that were reported or cancelled long enough ago. With `dry_run` only what would go is counted.
    ///
    /// # Errors
    /// `store.*`; a file that cannot be deleted is told in the report.
    pub async fn forget(&self, now: DateTime<Utc>, dry_run: bool) -> Result<ForgetReport, Problem> {
        let retention = &self.config.retention;
        let before = |days: u32| now - Duration::days(i64::from(days));
        let (addresses, logs) = (before(retention.address_days), before(retention.log_days));
        let forgotten = self.store.forget(addresses, logs, dry_run).await?;
        let (folder, raw) = (self.folder.clone(), before(retention.raw_days));
        let swept = tokio::task::spawn_blocking(move || {
            let mut sweep = Sweep { dry_run, ..Sweep::default() };
            let mut xml = archived(&folder, &forgotten.numbers);
            xml.extend(collective(&folder, &forgotten.files));
            let report = ForgetReport {
                dry_run,
                raw_runs: sweep.delete(old_responses(&folder, raw)),
                log_files: sweep.delete(old_files(&folder.root().join("logs"), logs)),
                run_items: forgotten.run_items,
                orders: forgotten.orders,
                xml_files: sweep.delete(xml),
                kept_back: Vec::new(),
            };
            ForgetReport { kept_back: sweep.kept_back, ..report }
        });
        let report = swept.await.map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        tracing::info!(orders = report.orders, raw_runs = report.raw_runs, dry_run, "forgotten");
        Ok(report)
    }
}

/// The archive files of orders, of every generation.
fn archived(folder: &DataFolder, numbers: &[String]) -> Vec<PathBuf> {
    let is_theirs = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let number = stem.split('_').next().unwrap_or_default();
        numbers.iter().any(|n| n == number)
    };
    let files = entries(&folder.archive_folder());
    files.into_iter().filter(|path| path.is_file() && is_theirs(path)).collect()
}

/// Collective files in the drop folder, or in a folder below it into which whoever imported them has moved them.
fn collective(folder: &DataFolder, names: &[String]) -> Vec<PathBuf> {
    let drop_folder = folder.drop_folder();
    let mut folders = vec![drop_folder.clone()];
    folders.extend(entries(&drop_folder).into_iter().filter(|path| path.is_dir()));
    let place = |name: &String| folders.iter().map(|f| f.join(name)).collect::<Vec<_>>();
    names.iter().flat_map(place).filter(|path| path.is_file()).collect()
}

/// Files below a folder that were last written before a time.
fn old_files(folder: &Path, before: DateTime<Utc>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.extend(old_files(&path, before));
            continue;
        }
        let written = path.metadata().and_then(|m| m.modified());
        if written.is_ok_and(|at| DateTime::<Utc>::from(at) < before) {
            found.push(path);
        }
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}
