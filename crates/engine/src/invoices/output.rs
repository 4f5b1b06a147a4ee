//! Results under their final names: whole, or not at all.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use kontor_core::Problem;

use crate::data_folder::file_problem;

/// Temporary names begin and end so.
const BEGIN: &str = ".kontor-";
const END: &str = ".tmp";

/// Writes the file when its content is another one; whether it did. A full disk or a killed process leaves what was there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<bool, Problem> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let failed = |e: std::io::Error| file_problem(path, &e);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(BEGIN).suffix(END).tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    if cfg!(unix) {
        File::open(folder).and_then(|f| f.sync_all()).map_err(failed)?;
    }
    Ok(true)
}

/// Removes what a killed run left under temporary names; the caller holds the lock.
pub(super) fn delete_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(BEGIN) && name.ends_with(END) {
            let _ = fs::remove_file(&path);
        }
    }
}
