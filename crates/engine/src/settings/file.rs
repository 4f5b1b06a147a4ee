//! The operator's file on the disk: read, changed by one writer at a time, replaced as a whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use kontor_core::remote::hex;
use kontor_core::{Code, Problem};
use sha2::{Digest as _, Sha256};

use crate::data_folder::file_problem;

/// How often a change is made anew on a text that somebody changed meanwhile.
const ATTEMPTS: usize = 5;

/// The file; it need not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    /// The file of a path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text; empty when there is no file.
    ///
    /// # Errors
    /// `config.unreadable`.
    pub fn read(&self) -> Result<String, Problem> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(e) => {
                Err(Problem::new(Code::ConfigUnreadable).about(self.path.display()).detail(e))
            }
        }
    }

    /// Replaces the text by what `change` makes of it. Two programs that change the file at once do so one after the other;
    /// when an editor saved it between reading and writing, the change is made anew on that text.
    ///
    /// # Errors
    /// Those of `change`, `config.unreadable`, `file.write_failed`, `file.disk_full`; `config.changed_meanwhile` when the
    /// file never stands still. The file is as it was then.
    pub fn change(&self, change: impl Fn(&str) -> Result<String, Problem>) -> Result<(), Problem> {
        // A link to the file stays one.
        let path = std::fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let _turn = turn(&path)?;
        for _ in 0..ATTEMPTS {
            let before = self.read()?;
            let after = change(&before)?;
            if after == before {
                return Ok(());
            }
            let written = prepared(&path, &after)?;
            if self.read()? == before {
                return published(written, &path);
            }
        }
        Err(Problem::new(Code::ConfigChangedMeanwhile).about(self.path.display()))
    }
}

/// What a text is recognised by.
pub(super) fn fingerprint(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Held while the file is changed; the operating system frees it when the process ends.
fn turn(path: &Path) -> Result<File, Problem> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lock = path.with_file_name(format!(".{name}.lock"));
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(|e| file_problem(&lock, &e))?;
    file.lock().map_err(|e| file_problem(&lock, &e))?;
    Ok(file)
}

/// The new text, durable under another name in the same folder.
fn prepared(path: &Path, text: &str) -> Result<tempfile::NamedTempFile, Problem> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e: std::io::Error| file_problem(path, &e);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(old) = std::fs::metadata(path) {
        file.as_file().set_permissions(old.permissions()).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    Ok(file)
}

fn published(file: tempfile::NamedTempFile, path: &Path) -> Result<(), Problem> {
    file.persist(path).map_err(|e| file_problem(path, &e.error))?;
    // The new name is durable when the folder is; Windows needs no such step.
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        let synced = File::open(folder).and_then(|f| f.sync_all());
        synced.map_err(|e| file_problem(folder, &e))?;
    }
    Ok(())
}
