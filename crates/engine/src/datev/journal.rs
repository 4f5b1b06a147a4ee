//! Several renames as one act. They are written down, synced, and then done; what a crash interrupts, the next run ends. So a
//! batch, its report and the archived source come together or not at all, and never twice.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};

use crate::data_folder::file_problem;

use super::folders::temporary;

/// One rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// What `from` was when the move was planned: another file that took its name since is left alone.
    pub(super) print: Print,
}

/// Size and time of change: enough to tell whether a file is still the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Print {
    bytes: u64,
    modified_nanos: u128,
}

impl Print {
    /// Of a file as it is now.
    pub(super) fn of(path: &Path) -> Result<Self, Problem> {
        let failed = |e| Problem::new(Code::FileReadFailed).about(path.display()).detail(e);
        let metadata = std::fs::metadata(path).map_err(failed)?;
        let modified = metadata.modified().map_err(failed)?;
        let nanos = modified.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        Ok(Self { bytes: metadata.len(), modified_nanos: nanos })
    }
}

impl Move {
    /// A move of a file as it is now.
    pub(super) fn plan(from: PathBuf, to: PathBuf) -> Result<Self, Problem> {
        let print = Print::of(&from)?;
        Ok(Self { from, to, print })
    }
}

/// Writes the moves down and does them. After an error before the first move nothing has happened.
pub(super) fn commit(journal: &Path, moves: &[Move]) -> Result<(), Problem> {
    let unfinished = temporary(journal);
    let text =
        serde_json::to_vec(moves).map_err(|e| Problem::new(Code::InternalError).detail(e))?;
    write_synced(&unfinished, &text)
        .and_then(|()| std::fs::rename(&unfinished, journal))
        .and_then(|()| sync_folder_of(journal))
        .map_err(|e| file_problem(journal, &e))?;
    finish(journal)
}

/// Does what a journal says, if there is one, and takes it away.
pub(super) fn finish(journal: &Path) -> Result<(), Problem> {
    let text = match std::fs::read(journal) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => {
            return Err(Problem::new(Code::FileReadFailed).about(journal.display()).detail(e));
        }
    };
    let moves: Vec<Move> = serde_json::from_slice(&text)
        .map_err(|e| Problem::new(Code::FileReadFailed).about(journal.display()).detail(e))?;
    for entry in &moves {
        let is_the_same = Print::of(&entry.from).is_ok_and(|print| print == entry.print);
        if is_the_same {
            relocate(&entry.from, &entry.to).map_err(|e| file_problem(&entry.to, &e))?;
        }
    }
    std::fs::remove_file(journal)
        .and_then(|()| sync_folder_of(journal))
        .map_err(|e| file_problem(journal, &e))
}

/// A rename, or a copy where the folders lie on different disks.
fn relocate(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(e) if e.kind() == std::io::ErrorKind::CrossesDevices => {
            let unfinished = temporary(to);
            std::fs::copy(from, &unfinished)?;
            sync_file(&unfinished)?;
            std::fs::rename(&unfinished, to)?;
            sync_folder_of(to)?;
            std::fs::remove_file(from)
        }
        Err(e) => Err(e),
        Ok(()) => sync_folder_of(to).and_then(|()| sync_folder_of(from)),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a written file durable.
pub(super) fn sync_file(path: &Path) -> std::io::Result<()> {
    File::options().write(true).open(path)?.sync_all()
}

/// Makes a rename durable. Windows has no such call for folders; its journal orders renames by itself.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A journal of two renames that was written down, with the first of them done.
    fn interrupted(dir: &Path) -> PathBuf {
        let path = |name: &str| dir.join(name);
        std::fs::write(path(".out.tmp"), "converted").expect("a file");
        std::fs::write(path("source"), "source").expect("a file");
        let moves = [
            Move::plan(path(".out.tmp"), path("out")).expect("planned"),
            Move::plan(path("source"), path("archived")).expect("planned"),
        ];
        let journal = path("journal.json");
        std::fs::write(&journal, serde_json::to_vec(&moves).expect("json")).expect("a journal");
        std::fs::rename(path(".out.tmp"), path("out")).expect("the first rename");
        journal
    }

    #[test]
    fn what_a_crash_interrupted_is_ended_by_the_next_run() {
        let dir = tempfile::tempdir().expect("folder");
        let journal = interrupted(dir.path());
        finish(&journal).expect("finished");
        assert!(dir.path().join("out").exists() && dir.path().join("archived").exists());
        assert!(!dir.path().join("source").exists() && !journal.exists());
        finish(&journal).expect("nothing to do");
    }

    #[test]
    fn a_new_file_under_the_name_of_an_archived_source_is_left_alone() {
        let dir = tempfile::tempdir().expect("folder");
        let journal = interrupted(dir.path());
        std::fs::rename(dir.path().join("source"), dir.path().join("archived")).expect("renamed");
        std::fs::write(dir.path().join("source"), "a new batch").expect("a file");
        finish(&journal).expect("finished");
        let kept = std::fs::read(dir.path().join("source")).expect("kept");
        assert_eq!(kept, b"a new batch");
        assert_eq!(std::fs::read(dir.path().join("archived")).expect("archived"), b"source");
    }

    #[test]
    fn a_commit_leaves_no_journal_and_no_temporary_file() {
        let dir = tempfile::tempdir().expect("folder");
        std::fs::write(dir.path().join("a"), "x").expect("a file");
        let moves = [Move::plan(dir.path().join("a"), dir.path().join("b")).expect("planned")];
        commit(&dir.path().join("journal.json"), &moves).expect("committed");
        let left: Vec<_> = std::fs::read_dir(dir.path()).expect("folder").flatten().collect();
        assert_eq!(left.len(), 1);
    }
}
