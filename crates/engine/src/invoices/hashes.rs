//! Hashes of the files in the inboxes, kept as long as a file is as it was: a list that is asked for again reads nothing.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kontor_core::remote::hex;
use kontor_core::{Code, Problem};
use kontor_invoice::Limits;
use sha2::{Digest as _, Sha256};

use super::inbox::{Inbox, Seen};
use crate::data_folder::DataFolder;

/// The hashes by path.
#[derive(Debug, Default)]
pub(crate) struct FileHashes(Mutex<HashMap<PathBuf, (Seen, String)>>);

impl FileHashes {
    /// SHA-256 of what the reader takes of a file (see [`super::inbox::bytes`]).
    pub(super) fn of(&self, file: &Seen, limits: &Limits) -> Result<String, Problem> {
        if let Some((seen, hash)) = self.known().get(&file.path)
            && seen == file
        {
            return Ok(hash.clone());
        }
        let hash = hash(file, limits)?;
        self.known().insert(file.path.clone(), (file.clone(), hash.clone()));
        Ok(hash)
    }

    /// Forgets files of the inbox that are not there any more.
    pub(super) fn forget_others(&self, inbox: Inbox, there: &[Seen], data: &DataFolder) {
        let folder = inbox.folder(data);
        let there: HashSet<&PathBuf> = there.iter().map(|seen| &seen.path).collect();
        self.known().retain(|path, _| !path.starts_with(&folder) || there.contains(path));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<PathBuf, (Seen, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(file: &Seen, limits: &Limits) -> Result<String, Problem> {
    let failed =
        |e: std::io::Error| Problem::new(Code::FileReadFailed).about(file.path.display()).detail(e);
    let mut source = File::open(&file.path).map_err(failed)?.take(limits.file_bytes as u64 + 1);
    let mut hash = Sha256::new();
    let mut part = vec![0; 64 << 10];
    loop {
        match source.read(&mut part).map_err(failed)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&part[..read]),
        }
    }
}
