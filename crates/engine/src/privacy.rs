//! The privacy clock: what is past its retention is deleted, and told.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use kontor_core::{Code, Problem};
use kontor_store::XmlFiles;
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
    /// Runs (`retention.history_days`).
    pub runs: u64,
    /// Stock plans (`retention.history_days`).
    pub stock_plans: u64,
    /// Stock values that were sent (`retention.history_days`).
    pub stock_pushes: u64,
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
    /// Deletes what is past its retention at `now`: saved answers, logs, history, particulars of runs, and the personal data of
    /// orders that were reported or cancelled long enough ago. With `dry_run` only what would go is counted.
    ///
    /// # Errors
    /// `store.*`; a file that cannot be deleted is told in the report.
    pub async fn forget(&self, now: DateTime<Utc>, dry_run: bool) -> Result<ForgetReport, Problem> {
        let retention = &self.config.retention;
        let before = |days: u32| now - Duration::days(i64::from(days));
        let (addresses, logs) = (before(retention.address_days), before(retention.log_days));
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || (archived(&folder), collective(&folder)));
        let listed = listed.await.map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        let (archived, collective) = listed;
        let names = |files: &[XmlFile]| {
            let names: BTreeSet<&String> = files.iter().map(|(name, _)| name).collect();
            names.into_iter().cloned().collect()
        };
        let present = XmlFiles { numbers: names(&archived), collective: names(&collective) };
        let forgotten = self.store.forget(addresses, logs, present, dry_run).await?;
        let history = self.store.forget_history(before(retention.history_days), dry_run).await?;
        let (folder, raw) = (self.folder.clone(), before(retention.raw_days));
        let swept = tokio::task::spawn_blocking(move || {
            let mut sweep = Sweep { dry_run, ..Sweep::default() };
            let mut xml = named(archived, forgotten.files.numbers);
            xml.extend(named(collective, forgotten.files.collective));
            let report = ForgetReport {
                dry_run,
                raw_runs: sweep.delete(old_responses(&folder, raw)),
                log_files: sweep.delete(old_files(&folder.root().join("logs"), logs)),
                run_items: forgotten.run_items,
                runs: history.runs,
                stock_plans: history.stock_plans,
                stock_pushes: history.stock_pushes,
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

/// A file of order XML by what the store knows it by.
type XmlFile = (String, PathBuf);

/// The archive files of orders, of every generation, by the order's number.
fn archived(folder: &DataFolder) -> Vec<XmlFile> {
    let number = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem.split('_').next().unwrap_or_default().to_owned()
    };
    let files = entries(&folder.archive_folder()).into_iter().filter(|path| path.is_file());
    files.map(|path| (number(&path), path)).collect()
}

/// Collective files by their name: in the drop folder, or in a folder below it into which whoever imported them has moved
/// them.
fn collective(folder: &DataFolder) -> Vec<XmlFile> {
    let (below, mut files): (Vec<_>, Vec<_>) =
        entries(&folder.drop_folder()).into_iter().partition(|path| path.is_dir());
    files.extend(below.iter().flat_map(|folder| entries(folder)));
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.into_iter().filter(|path| path.is_file()).map(|path| (name(&path), path)).collect()
}

/// The files with these names.
fn named(files: Vec<XmlFile>, names: Vec<String>) -> Vec<PathBuf> {
    let names: HashSet<String> = names.into_iter().collect();
    files.into_iter().filter(|(name, _)| names.contains(name)).map(|(_, path)| path).collect()
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
