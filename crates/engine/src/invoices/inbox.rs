//! The two inboxes, and which of their files are whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kontor_core::{Code, Problem};
use kontor_invoice::{Kind, Limits};

use super::register::Register;
use crate::data_folder::{DataFolder, file_problem};

/// An inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    /// Invoices and credit notes.
    Rechnungen,
    /// Invoices for advertising.
    Werbung,
}

impl Inbox {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rechnungen, Self::Werbung];

    /// Its folder's name, and that of its results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rechnungen => "rechnungen",
            Self::Werbung => "werbung",
        }
    }

    /// Whether documents of the kind belong into it.
    pub fn takes(self, kind: Kind) -> bool {
        (kind == Kind::Werbung) == (self == Self::Werbung)
    }

    /// Its folder.
    pub fn folder(self, data: &DataFolder) -> PathBuf {
        data.invoice_reader().join("eingang").join(self.as_str())
    }
}

/// Where the results stand.
pub(super) fn output(data: &DataFolder) -> PathBuf {
    data.invoice_reader().join("ausgang")
}

/// Where the register of an inbox stands.
pub(super) fn register_path(data: &DataFolder, inbox: Inbox) -> PathBuf {
    output(data).join(format!("{}.json", inbox.as_str()))
}

/// The register of an inbox; a missing one is empty.
pub(super) fn register(data: &DataFolder, inbox: Inbox) -> Result<Register, Problem> {
    Register::load(&register_path(data, inbox))
}

/// Makes the folders that are not there yet.
pub(super) fn make_folders(data: &DataFolder) -> Result<(), Problem> {
    let inboxes = Inbox::ALL.map(|inbox| inbox.folder(data));
    for path in inboxes.into_iter().chain([output(data), super::rules::folder(data)]) {
        fs::create_dir_all(&path).map_err(|e| file_problem(&path, &e))?;
    }
    Ok(())
}

/// Keeps a second reading out. It is no job's lease: reading invoices disturbs no other run. The operating system frees it
/// when the process ends, however it ends.
pub(super) fn lock(data: &DataFolder) -> Result<File, Problem> {
    let path = data.invoice_reader().join("reader.lock");
    let failed = |e: std::io::Error| file_problem(&path, &e);
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Problem::new(Code::RunAlreadyRunning).about(data.invoice_reader().display()))
        }
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}

/// A file as it was seen: what changes while it is still written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) changed: Option<SystemTime>,
}

/// What lies in an inbox.
pub(super) struct Listing {
    pub(super) files: Vec<Seen>,
    /// Files that are no documents.
    pub(super) others: Vec<PathBuf>,
}

/// Endings of names under which programs write what is not finished.
const UNFINISHED: [&str; 5] = ["part", "crdownload", "download", "tmp", "partial"];

/// Lists an inbox by name. Hidden and unfinished files are left out.
pub(super) fn list(folder: &Path) -> Result<Listing, Problem> {
    let failed =
        |e: std::io::Error| Problem::new(Code::FileReadFailed).about(folder.display()).detail(e);
    let mut listing = Listing { files: Vec::new(), others: Vec::new() };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Ok(data) = fs::metadata(&path) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !data.is_file() || name.starts_with(['.', '~']) || UNFINISHED.contains(&ending) {
            continue;
        }
        if matches!(ending, "pdf" | "xml") {
            let changed = data.modified().ok();
            listing.files.push(Seen { path, size: data.len(), changed });
        } else {
            listing.others.push(path);
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    listing.others.sort();
    Ok(listing)
}

/// How long to wait until the youngest file is old enough to be whole.
pub(super) fn wait_for<'a>(
    files: impl IntoIterator<Item = &'a Seen>,
    now: SystemTime,
    settle: Duration,
) -> Duration {
    let youngest = files.into_iter().filter_map(|f| f.changed).max();
    let age = youngest.map_or(settle, |time| now.duration_since(time).unwrap_or_default());
    settle.saturating_sub(age)
}

impl Seen {
    /// Whether the file is as it was.
    pub(super) fn is_unchanged(&self) -> bool {
        fs::metadata(&self.path)
            .is_ok_and(|data| data.len() == self.size && data.modified().ok() == self.changed)
    }
}

/// The content of a file, up to one byte more than is read of any document: the reader then says that it is too large.
pub(super) fn bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let failed =
        |e: std::io::Error| Problem::new(Code::FileReadFailed).about(path.display()).detail(e);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limits.file_bytes as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
