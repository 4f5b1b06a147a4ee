//! `csv_verarbeiter`: inbox, outbox, reports and archive, and what is retained of them.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::{Code, Problem};

use crate::data_folder::{DataFolder, file_problem};

/// Ending of files that are not whole.
const TEMPORARY: &str = ".tmp";
const STAMP: &str = "%Y%m%d-%H%M%S";
const STAMP_LENGTH: usize = 15;

/// Held while files are converted or exported.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

/// The folders.
#[derive(Clone, Debug)]
pub struct DatevFolders {
    root: PathBuf,
}

impl DatevFolders {
    /// Makes them where they are missing.
    pub(super) fn open(folder: &DataFolder) -> Result<Self, Problem> {
        let folders = Self { root: folder.root().join("csv_verarbeiter") };
        for path in folders.all() {
            std::fs::create_dir_all(&path).map_err(|e| file_problem(&path, &e))?;
        }
        Ok(folders)
    }

    fn all(&self) -> [PathBuf; 6] {
        [self.inbox(), self.outbox(), self.reports(), self.archive(), self.results(), self.work()]
    }

    /// The folder that holds them all.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the operator puts batches.
    pub fn inbox(&self) -> PathBuf {
        self.root.join("eingang")
    }

    /// Where converted and exported batches lie.
    pub fn outbox(&self) -> PathBuf {
        self.root.join("ausgang")
    }

    /// The XLSX reports.
    pub fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }

    /// Sources that were converted.
    pub fn archive(&self) -> PathBuf {
        self.root.join("archiv")
    }

    /// What became of each source, for the window.
    pub(super) fn results(&self) -> PathBuf {
        self.root.join("ergebnisse")
    }

    /// Files under way; empty between runs.
    pub(super) fn work(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The renames of a conversion that is about to end.
    pub(super) fn journal(&self) -> PathBuf {
        self.root.join("umbenennungen.json")
    }

    /// Takes the lock of these folders; the operating system frees it when the process ends, however it ends.
    ///
    /// # Errors
    /// `run.already_running` when another process holds it.
    pub(super) fn lock(&self) -> Result<FolderLock, Problem> {
        let path = self.root.join("datev.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| file_problem(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(Problem::new(Code::RunAlreadyRunning).about(self.root.display()))
            }
            Err(TryLockError::Error(e)) => Err(file_problem(&path, &e)),
        }
    }

    /// Deletes what a broken run left behind. Only called under the lock, after the journal was finished.
    pub(super) fn delete_leftovers(&self) {
        for folder in [self.outbox(), self.reports(), self.archive(), self.results()] {
            for path in entries(&folder) {
                let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
                if name.is_some_and(|n| n.starts_with('.') && n.ends_with(TEMPORARY)) {
                    let _ = std::fs::remove_file(path);
                }
            }
        }
        for path in entries(&self.work()) {
            let _ = if path.is_dir() {
                std::fs::remove_dir_all(path)
            } else {
                std::fs::remove_file(path)
            };
        }
    }

    /// Deletes reports, archived sources and records that are older than `days` by the stamp in their names.
    pub(super) fn delete_old(&self, now: DateTime<Utc>, days: u32) -> usize {
        let limit = (now - Duration::days(days.into())).with_timezone(&Berlin).naive_local();
        let is_old = |path: &PathBuf| {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            name.and_then(|n| stamp_of(&n)).is_some_and(|at| at < limit)
        };
        let folders = [self.reports(), self.archive(), self.results()];
        let old = folders.into_iter().flat_map(|f| entries(&f));
        old.filter(is_old).filter(|path| std::fs::remove_file(path).is_ok()).count()
    }
}

pub(super) fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

/// German time in a file's name.
pub(super) fn stamp(local: NaiveDateTime) -> String {
    local.format(STAMP).to_string()
}

fn stamp_of(name: &str) -> Option<NaiveDateTime> {
    let (stamp, rest) = name.split_at_checked(STAMP_LENGTH)?;
    NaiveDateTime::parse_from_str(stamp, STAMP).ok().filter(|_| rest.starts_with('_'))
}

/// The temporary path beside a final one: hidden, and with an ending that no program takes for a batch.
pub(super) fn temporary(target: &Path) -> PathBuf {
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}{TEMPORARY}"))
}

/// `folder/name`, or `folder/name_2` and so on when that is taken (by a file or in `taken`).
pub(super) fn free(folder: &Path, name: &str, taken: &[PathBuf]) -> PathBuf {
    let (stem, ending) = name
        .rsplit_once('.')
        .map_or((name, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let mut path = folder.join(name);
    let mut number = 1;
    while path.exists() || taken.contains(&path) {
        number += 1;
        path = folder.join(format!("{stem}_{number}{ending}"));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stamped_files_older_than_the_retention_are_deleted() {
        let dir = tempfile::tempdir().expect("folder");
        let folder = DataFolder::open(Some(dir.path().to_owned())).expect("data folder");
        let folders = DatevFolders::open(&folder).expect("folders");
        let names = ["20240101-120000_EXTF_a.csv", "20261101-120000_EXTF_b.csv", "notizen.csv"];
        for name in names {
            std::fs::write(folders.archive().join(name), "x").expect("a file");
        }
        let now = DateTime::parse_from_rfc3339("2026-11-25T02:00:00Z").expect("a time").to_utc();
        assert_eq!(folders.delete_old(now, 365), 1);
        assert!(!folders.archive().join(names[0]).exists());
        assert!(
            folders.archive().join(names[1]).exists() && folders.archive().join(names[2]).exists()
        );
    }
}
