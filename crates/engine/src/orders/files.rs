//! The collective file of a run and the archive files: written under a temporary name, synced, renamed.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use kontor_core::export::OutboxEntry;
use kontor_core::{Code, Problem};

use super::Run;
use crate::data_folder::{DataFolder, file_problem};

/// Archive files that are written at the same time.
const ARCHIVE_WRITERS: usize = 16;

/// Suffix of files that have not left.
const TEMPORARY: &str = ".tmp";

/// The temporary name beside a final one. It starts with a dot so that no pattern `*.xml` takes it.
pub(crate) fn temporary(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}{TEMPORARY}"))
}

/// The collective file of a run while it is written.
pub(crate) struct DropFile {
    folder: DataFolder,
    name: String,
    out: Option<BufWriter<File>>,
    ids: Vec<i64>,
}

/// A collective file that is complete and durable under its temporary name.
pub(crate) struct ClosedFile {
    folder: PathBuf,
    pub(crate) name: String,
    pub(crate) ids: Vec<i64>,
}

impl DropFile {
    /// The file of a run; `suffix` tells a second one of the same run apart.
    pub(crate) fn new(folder: &DataFolder, run: &Run, suffix: &str) -> Self {
        let stamp = run.started_at.format("%Y%m%d-%H%M%S");
        Self {
            folder: folder.clone(),
            name: format!("jtl_temu_bestellungen_{stamp}_{}{suffix}.xml", run.id),
            out: None,
            ids: Vec::new(),
        }
    }

    /// Adds orders; the file is begun with the first. Each order also gets its archive file.
    pub(crate) fn add(&mut self, entries: Vec<OutboxEntry>) -> Result<(), Problem> {
        for entry in &entries {
            self.write(&entry.content)?;
        }
        self.archive_all(&entries)?;
        self.ids.extend(entries.iter().map(|entry| entry.id));
        Ok(())
    }

    /// Writes the archive files side by side: each is synced, and the disk settles several syncs at once.
    fn archive_all(&self, entries: &[OutboxEntry]) -> Result<(), Problem> {
        let share = entries.len().div_ceil(ARCHIVE_WRITERS).max(1);
        std::thread::scope(|scope| {
            let write = |part: &[OutboxEntry]| part.iter().try_for_each(|e| self.archive(e));
            let writers: Vec<_> =
                entries.chunks(share).map(|part| scope.spawn(move || write(part))).collect();
            writers.into_iter().try_for_each(|writer| {
                let broke = |_| Err(Problem::new(Code::InternalError).about("archive"));
                writer.join().unwrap_or_else(broke)
            })
        })
    }

    fn write(&mut self, element: &str) -> Result<(), Problem> {
        let path = temporary(&self.folder.drop_folder(), &self.name);
        let problem = |e: std::io::Error| file_problem(&path, &e);
        if self.out.is_none() {
            let mut out = BufWriter::with_capacity(1 << 16, File::create(&path).map_err(problem)?);
            out.write_all(kontor_jtl::COLLECTIVE_START.as_bytes()).map_err(problem)?;
            self.out = Some(out);
        }
        match &mut self.out {
            Some(out) => out.write_all(&kontor_jtl::latin1(element)).map_err(problem),
            None => Ok(()),
        }
    }

    fn archive(&self, entry: &OutboxEntry) -> Result<(), Problem> {
        let path = self.folder.archive_file(&entry.parent_order_sn, entry.generation);
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let unfinished = temporary(&self.folder.archive_folder(), &name);
        let bytes = kontor_jtl::latin1(&kontor_jtl::order_document(&entry.content));
        write_synced(&unfinished, &bytes).map_err(|e| file_problem(&path, &e))?;
        std::fs::rename(&unfinished, &path).map_err(|e| file_problem(&path, &e))
    }

    /// Ends the file and makes it durable, still under its temporary name; `None` when it holds no order.
    pub(crate) fn close(self) -> Result<Option<ClosedFile>, Problem> {
        let folder = self.folder.drop_folder();
        let Some(mut out) = self.out else { return Ok(None) };
        let path = temporary(&folder, &self.name);
        let problem = |e: std::io::Error| file_problem(&path, &e);
        out.write_all(kontor_jtl::COLLECTIVE_END.as_bytes()).map_err(problem)?;
        let file = out.into_inner().map_err(|e| problem(e.into_error()))?;
        file.sync_all().map_err(problem)?;
        Ok(Some(ClosedFile { folder, name: self.name, ids: self.ids }))
    }
}

impl ClosedFile {
    /// The final path.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The moment in which the orders leave.
    pub(crate) fn rename(&self) -> Result<(), Problem> {
        publish(&self.folder, &self.name)
    }
}

/// Changes the temporary name into the final one, durably.
pub(crate) fn publish(folder: &Path, name: &str) -> Result<(), Problem> {
    let path = folder.join(name);
    std::fs::rename(temporary(folder, name), &path)
        .and_then(|()| sync_folder(folder))
        .map_err(|e| file_problem(&path, &e))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Makes a rename durable. Windows has no such call for folders; its journal orders renames by itself.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Deletes temporary files that no hand-over under way refers to.
pub(crate) fn delete_leftovers(folder: &Path, kept: &[PathBuf]) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        let is_temporary = path.file_name().is_some_and(|n| {
            let name = n.to_string_lossy();
            name.starts_with('.') && name.ends_with(TEMPORARY)
        });
        if is_temporary && !kept.contains(&path) {
            let _ = std::fs::remove_file(path);
        }
    }
}
