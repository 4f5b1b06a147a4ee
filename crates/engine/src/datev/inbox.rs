//! What lies in the inbox: batches to be converted, files that are still being written, and what does not belong there.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use kontor_core::{Code, Problem};

use crate::data_folder::file_problem;

/// Endings of downloads and copies under way; they are left alone without a word.
const UNDER_WAY: [&str; 5] = ["tmp", "part", "partial", "crdownload", "download"];

/// What a file in the inbox is.
#[derive(Debug)]
pub(super) enum Candidate {
    /// To be converted.
    Ready(PathBuf),
    /// Changed a moment ago.
    StillWritten(PathBuf),
    /// Neither CSV nor ZIP.
    Unsupported(PathBuf),
}

/// The files of the inbox by name. Hidden files and folders are not looked at.
pub(super) fn candidates(
    inbox: &Path,
    now: DateTime<Utc>,
    settle: Duration,
) -> Result<Vec<Candidate>, Problem> {
    let entries = std::fs::read_dir(inbox).map_err(|e| file_problem(inbox, &e))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths
        .into_iter()
        .filter(|path| path.is_file())
        .filter_map(|p| judge(p, now, settle))
        .collect())
}

fn judge(path: PathBuf, now: DateTime<Utc>, settle: Duration) -> Option<Candidate> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let ending = ending(&path);
    if name.starts_with('.') || name.starts_with("~$") || UNDER_WAY.contains(&ending.as_str()) {
        return None;
    }
    if !is_supported(&path) {
        return Some(Candidate::Unsupported(path));
    }
    let modified = path.metadata().and_then(|m| m.modified()).ok()?;
    let age = now - DateTime::<Utc>::from(modified);
    // A file from the future tells nothing by its age; that it changes is seen after its conversion.
    let is_young = age >= Duration::zero() && age < settle;
    Some(if is_young { Candidate::StillWritten(path) } else { Candidate::Ready(path) })
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Whether the name is that of a batch or of an archive of batches.
pub(super) fn is_supported(path: &Path) -> bool {
    matches!(ending(path).as_str(), "csv" | "zip")
}

/// Whether the name is that of an archive.
pub(super) fn is_zip(path: &Path) -> bool {
    ending(path) == "zip"
}

/// The problem of a file that is left where it is.
pub(super) fn left_alone(path: &Path, code: Code) -> Problem {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Problem::new(code).about(name)
}
